"""What is a checked expression, and what is its value?

The typed tree that `_check` makes out of the parsed text, and the exact way to evaluate it: missing values are None,
conditions are true, false or unknown (None) by Kleene's rules, and every answer names the leaf that decided.
"""

import operator
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any, Literal, TypeAlias

from journeys.duration import format_duration
from journeys.scope import CONVERT, Change, Kind, Known, Reader, Scope, to_number
from journeys.tallies import Counted
from journeys.vocabulary import Item


@dataclass(frozen=True, slots=True)
class Constant:
    """A value that is written in the text; a list is kept as a frozenset."""

    text: str
    column: int
    kind: Kind
    value: object


@dataclass(frozen=True, slots=True)
class Read:
    """A value that is read from the scope and is missing unless it is of this kind."""

    text: str
    column: int
    kind: Kind
    read: Reader
    is_always: bool = False
    change: Change | None = None
    counted: Counted | None = None


@dataclass(frozen=True, slots=True)
class Arithmetic:
    """A number, date or duration that is computed of two others."""

    text: str
    column: int
    kind: Kind
    sign: str
    left: "Expression"
    right: "Expression"


@dataclass(frozen=True, slots=True)
class Compare:
    """A comparison; `is_loose` when kinds are known only at run time and must then be the same."""

    text: str
    column: int
    sign: str
    left: "Expression"
    right: "Expression"
    is_loose: bool = False
    kind: Literal["boolean"] = "boolean"


@dataclass(frozen=True, slots=True)
class Presence:
    """A bare name: is there one, and is it not no, zero or empty? `is_plain` asks only for the first."""

    text: str
    column: int
    of: Read
    is_plain: bool = False
    kind: Literal["boolean"] = "boolean"


@dataclass(frozen=True, slots=True)
class Not:
    """The opposite; of unknown, unknown."""

    text: str
    column: int
    of: "Expression"
    kind: Literal["boolean"] = "boolean"


@dataclass(frozen=True, slots=True)
class Joined:
    """Several conditions of which all must hold (`and`), or one (`or`)."""

    text: str
    column: int
    word: Literal["and", "or"]
    parts: tuple["Expression", ...]
    kind: Literal["boolean"] = "boolean"


@dataclass(frozen=True, slots=True)
class Named:
    """A condition that is written elsewhere and goes by a name: `profile in segment.vip`, `condition.big_basket`."""

    text: str
    column: int
    of: "Expression"
    kind: Literal["boolean"] = "boolean"


Logic: TypeAlias = Compare | Presence | Not | Joined | Named
Expression: TypeAlias = Constant | Read | Arithmetic | Logic


# What a name stands for when that is wrong: nobody can know whether it is true.
NEVER_KNOWN = Constant("nothing", 1, "boolean", None)

MOST_PARTS = 1_000
DEEPEST = 60


def parts_of(expression: Expression) -> tuple[Expression, ...]:
    """List the expressions right inside of one."""
    match expression:
        case Arithmetic() | Compare():
            return expression.left, expression.right
        case Presence() | Not() | Named():
            return (expression.of,)
        case Joined():
            return expression.parts
        case _:
            return ()


def is_within_reason(expression: Expression) -> bool:
    """Say whether an expression is neither too long nor too deep with everything that its names stand for."""
    waiting, seen = [(expression, 1)], 0
    while waiting:
        part, depth = waiting.pop()
        seen += 1
        if depth > DEEPEST or seen > MOST_PARTS:
            return False
        waiting += [(inner, depth + 1) for inner in parts_of(part)]
    return True


def leaves_of(expression: Expression) -> Iterator[Constant | Read]:
    """Give everything that is written or read in an expression."""
    if isinstance(expression, Constant | Read):
        yield expression
    for part in parts_of(expression):
        yield from leaves_of(part)


def reading_of(text: str, column: int, known: Known) -> Read:
    """Read what is known by a name, as it is written here."""
    return Read(text, column, known.kind, known.read, known.is_always, known.change, known.counted)


def read_as(expression: Expression, kind: Kind) -> Expression:
    """Read a value of no declared kind as one of this kind."""
    if isinstance(expression, Read) and expression.kind == "any":
        return replace(expression, kind=kind)
    return expression


@dataclass(frozen=True, slots=True)
class Answer:
    """What a condition is: true, false or unknown (None), and one sentence on the leaf that decided it."""

    value: bool | None
    why: str


def evaluate(expression: Expression, scope: Scope) -> Any:
    """Give the value of an expression; None when it is missing or unknown."""
    match expression:
        case Constant():
            return expression.value
        case Read():
            return CONVERT[expression.kind](expression.read(scope))
        case Arithmetic():
            return _compute(expression, scope)
        case _:
            return judge(expression, scope).value


def judge(expression: Expression, scope: Scope) -> Answer:
    """Say what a condition is, and why."""
    match expression:
        case Compare():
            return _judge_comparison(expression, scope)
        case Presence():
            return _judge_presence(expression, scope)
        case Not():
            answer = judge(expression.of, scope)
            return Answer(None if answer.value is None else not answer.value, answer.why)
        case Joined():
            return _judge_joined(expression, scope)
        case Named():
            answer = judge(expression.of, scope)
            return Answer(answer.value, f"{expression.text}: {answer.why}")
        case _:
            value = evaluate(expression, scope)
            return Answer(value, f"{expression.text} is {_show(value)}")


def _judge_joined(expression: Joined, scope: Scope) -> Answer:
    """Let the first part decide that can alone, else the first unknown one, else all together."""
    answers = [judge(part, scope) for part in expression.parts]
    decisive = expression.word == "or"
    for value in (decisive, None):
        for answer in answers:
            if answer.value is value:
                return answer
    return Answer(not decisive, " and ".join(answer.why for answer in answers))


def _judge_presence(expression: Presence, scope: Scope) -> Answer:
    value = evaluate(expression.of, scope)
    if value is None:
        return Answer(False, f"{expression.text} is missing")
    if expression.of.kind in TRUTHY and not expression.is_plain and not value:
        return Answer(False, f"{expression.text} is {_show(value)}")
    return Answer(True, f"{expression.text} is there")


# Kinds of which a bare name asks more than whether there is one: `false`, zero and an empty list are no.
TRUTHY = frozenset({"any", "items", "list of text", "list of number", "list of any"})


def _judge_comparison(expression: Compare, scope: Scope) -> Answer:
    left, right = evaluate(expression.left, scope), evaluate(expression.right, scope)
    for side, value in ((expression.left, left), (expression.right, right)):
        if value is None:
            return Answer(None, _missing(side, scope))
    compare = LOOSE if expression.is_loose else COMPARE
    value = compare[expression.sign](left, right)
    return Answer(value, _describe(expression, value, left, right))


def _missing(expression: Expression, scope: Scope) -> str:
    """Name the part that is missing."""
    part = expression
    while isinstance(part, Arithmetic):
        absent = [side for side in (part.left, part.right) if evaluate(side, scope) is None]
        if not absent:
            return f"{part.text} cannot be computed"
        part = absent[0]
    if isinstance(part, Constant | Read):
        return f"{part.text} is missing"
    return judge(part, scope).why


def _describe(expression: Compare, value: bool | None, left: object, right: object) -> str:
    known = expression.right
    other = known.text if isinstance(known, Constant) else f"{known.text} ({_show(right)})"
    verdict = {True: "which is", False: "not", None: "not of the same kind for"}[value]
    if isinstance(expression.left, Constant):
        return f"{expression.left.text} is {'' if value else 'not '}{expression.sign} {other}"
    return f"{expression.left.text} is {_show(left)}, {verdict} {expression.sign} {other}"


def _show(value: object) -> str:
    """Write a value the way the language does, cut short where it is long."""
    match value:
        case None:
            shown = "missing"
        case bool():
            shown = str(value).lower()
        case float() if value.is_integer() and abs(value) < 1e15:
            shown = str(int(value))
        case str():
            shown = f'"{value}"'
        case datetime():
            shown = value.strftime("%Y-%m-%d %H:%M")
        case timedelta():
            shown = f"{'-' if value < timedelta(0) else ''}{format_duration(abs(value))}"
        case list() | tuple():
            shown = f"[{', '.join(_show(entry) for entry in value[:10])}]"
        case Item():
            shown = value.product_id
        case _:
            shown = str(value)
    return shown if len(shown) <= 60 else f"{shown[:57]}..."


ARITHMETIC: Mapping[str, Callable[[Any, Any], Any]] = MappingProxyType(
    {"+": operator.add, "-": operator.sub, "*": operator.mul, "/": operator.truediv}
)


def _compute(expression: Arithmetic, scope: Scope) -> Any:
    left, right = evaluate(expression.left, scope), evaluate(expression.right, scope)
    if left is None or right is None:
        return None
    try:
        result = ARITHMETIC[expression.sign](left, right)
    except ArithmeticError:
        return None
    return to_number(result) if expression.kind == "number" else result


def _within(value: Any, container: Any) -> bool:
    return value in container


COMPARE: Mapping[str, Callable[[Any, Any], bool]] = MappingProxyType(
    {
        "==": operator.eq,
        "<": operator.lt,
        "<=": operator.le,
        ">": operator.gt,
        ">=": operator.ge,
        "in": _within,
    }
)


def same(left: object, right: object) -> bool | None:
    """Compare two values of no declared kind; unknown unless both are texts, numbers or yes or no."""
    kind = plain_kind(left)
    return left == right if kind and kind == plain_kind(right) else None


def contains(value: object, container: object) -> bool | None:
    """Look for a value in a list, or a text in a text; unknown for anything else."""
    if plain_kind(value) is None:
        return None
    if isinstance(container, list | tuple):
        return any(same(value, entry) for entry in container)
    return value in container if isinstance(value, str) and isinstance(container, str) else None


def plain_kind(value: object) -> Kind | None:
    """Tell the kind of a value that was read without one; None for missing values, lists and mappings."""
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, str):
        return "text"
    return "number" if isinstance(value, int | float) else None


LOOSE: Mapping[str, Callable[[object, object], bool | None]] = MappingProxyType({"==": same, "in": contains})
