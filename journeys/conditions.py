"""Is this `if` well typed, and is it true?

A condition is a short expression over `event`, `entry`, `profile`, `facts`, `enrollment` and `now`, over how often the
customer did what, and over segments and conditions that the file names. It is checked when it is compiled and never
raises afterwards. A missing value makes a comparison unknown, `not` unknown is unknown, and an unknown condition does
not hold. A bare name asks whether there is a value (`profile.email`, and `not profile.email` when there is none); for
yes or no it asks whether it is yes, and never having been asked is unknown.
"""

from datetime import datetime
from typing import Any

from journeys._changes import changes_by_itself, next_change
from journeys._check import check_condition, check_value
from journeys._codegen import generate
from journeys._expression import Answer, Expression, Read, evaluate, judge, leaves_of, plain_kind
from journeys._kinds import Wanted
from journeys._syntax import parse
from journeys.errors import ConditionError, ConditionErrors
from journeys.goods import to_items
from journeys.schema import Schema
from journeys.scope import EnrollmentView, Scope
from journeys.tallies import Counted

__all__ = [
    "Answer",
    "Condition",
    "ConditionError",
    "ConditionErrors",
    "EnrollmentView",
    "Scope",
    "Value",
    "Wanted",
    "compile_condition",
    "compile_value",
]


def compile_condition(text: str, schema: Schema) -> "Condition":
    """Compile a condition; raises ConditionErrors with all that is wrong with it."""
    return Condition(text, check_condition(parse(text), schema))


def compile_value(text: str, schema: Schema, wanted: Wanted) -> "Value":
    """Compile a value of the wanted kind; raises ConditionErrors with all that is wrong with it.

    `key` is a text or a number, `items` goods as `Item`s, `any` whatever a value or a condition can be.
    """
    return Value(text, check_value(parse(text), schema, wanted), wanted)


class Condition:
    """A compiled condition. `text` is how it was written, `counts` what must be tallied for it."""

    __slots__ = ("_exact", "_fast", "_is_timeless", "counts", "text")

    def __init__(self, text: str, exact: Expression) -> None:
        self.text = text
        self._exact = exact
        self._fast = generate(exact)
        self._is_timeless = not changes_by_itself(exact)
        self.counts = _counts(exact)

    def holds(self, scope: Scope) -> bool:
        """Say whether the condition is true; an unknown one does not hold."""
        try:
            return self._fast(scope)
        except ArithmeticError:
            return judge(self._exact, scope).value is True

    def explain(self, scope: Scope) -> Answer:
        """Say whether the condition is true, false or unknown, and which leaf with which values decided it."""
        return judge(self._exact, scope)

    def next_change(self, scope: Scope) -> datetime | None:
        """Say from when on the answer may be another one although nothing is learned; None when never.

        Until then it surely stays what it is now: true, false or unknown. It may still be the same afterwards.
        """
        return None if self._is_timeless else next_change(self._exact, scope)

    def __repr__(self) -> str:
        return f"Condition({self.text!r})"


class Value:
    """A compiled value. `text` is how it was written, `counts` what must be tallied for it."""

    __slots__ = ("_exact", "_wanted", "counts", "text")

    def __init__(self, text: str, exact: Expression, wanted: Wanted) -> None:
        self.text = text
        self._exact = exact
        self._wanted = wanted
        self.counts = _counts(exact)

    def of(self, scope: Scope) -> Any:
        """Compute the value; None when it is missing or of the wrong kind."""
        value = evaluate(self._exact, scope)
        if value is None:
            return None
        if self._wanted == "items":
            return to_items(value)
        if self._wanted == "key":
            return value if plain_kind(value) in ("text", "number") else None
        return value

    def __repr__(self) -> str:
        return f"Value({self.text!r})"


def _counts(exact: Expression) -> frozenset[Counted]:
    """List what must be tallied so that this can be answered."""
    return frozenset(leaf.counted for leaf in leaves_of(exact) if isinstance(leaf, Read) and leaf.counted is not None)
