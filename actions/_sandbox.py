"""What may a template do?

A template may print, choose and repeat; it may not reach into Python and it cannot hang. Three fences, each enough
for what it stands against: a white-list of the syntax (checked at load), look-ups that know only mappings, goods and
the loop's own counters (never a Python attribute), and a budget per message for what repeats and what grows.
"""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any, ClassVar

from jinja2 import StrictUndefined, Undefined, nodes
from jinja2.runtime import LoopContext
from jinja2.sandbox import SandboxedEnvironment
from jinja2.visitor import NodeTransformer
from msgspec.structs import fields

from actions._filters import FILTERS, LIST_FILTERS, TESTS, as_text
from actions._links import is_web_address
from actions._nearest import did_you_mean
from actions._refused import Refused
from journeys.vocabulary import Item

MAX_ITERATIONS = 10_000
MAX_CHARACTERS = 1_000_000
MAX_FILTERED = 200_000
MAX_NUMBER = 1e15
ITEM_FIELDS = frozenset(field.name for field in fields(Item))
LOOP_FIELDS = frozenset(
    ("index", "index0", "revindex", "revindex0", "first", "last", "length", "previtem", "nextitem", "cycle", "depth")
)
FUNCTIONS = frozenset(("link", "range"))
_WEB_FIELDS = ("url", "image_url")
_ALLOWED = (
    nodes.Template, nodes.Output, nodes.TemplateData, nodes.If, nodes.For, nodes.Assign, nodes.Name, nodes.Const,
    nodes.Getattr, nodes.Getitem, nodes.Slice, nodes.Filter, nodes.Test, nodes.Call, nodes.Keyword, nodes.CondExpr,
    nodes.And, nodes.Or, nodes.Not, nodes.Compare, nodes.Operand, nodes.Concat, nodes.Add, nodes.Sub, nodes.Mul,
    nodes.Div, nodes.FloorDiv, nodes.Mod, nodes.Neg, nodes.Pos, nodes.List, nodes.Tuple, nodes.With,
)  # fmt: skip
_REMEDIES: dict[type[nodes.Node], tuple[str, str]] = {
    nodes.Pow: ("a power (**)", "multiply with * instead"),
    nodes.Macro: ("a macro", "write the text where it is used"),
    nodes.CallBlock: ("a call block", "write the text where it is used"),
    nodes.Include: ("an include", 'ask for a block instead: {{ block("name") }}'),
    nodes.Import: ("an import", "write the text where it is used"),
    nodes.FromImport: ("an import", "write the text where it is used"),
    nodes.Extends: ("an extends", "name a base in the front matter instead"),
    nodes.Block: ("a block tag", 'name a base in the front matter, or ask for a block: {{ block("name") }}'),
    nodes.AssignBlock: ("a set block", "use {% set name = ... %}"),
    nodes.FilterBlock: ("a filter block", "use the filter inside {{ }}"),
    nodes.Dict: ("a dictionary", "use if and else"),
    nodes.NSRef: ("a namespace", "use a filter such as sum or first"),
}


class Budget:
    """What one message may still repeat and build."""

    __slots__ = ("characters", "filtered", "iterations", "numbers")

    def __init__(self) -> None:
        self.iterations = MAX_ITERATIONS
        self.numbers = MAX_ITERATIONS
        self.filtered = MAX_FILTERED
        self.characters = MAX_CHARACTERS

    def loop(self, values: Iterable[Any]) -> list[Any]:
        """Give the values a loop goes through, as long as the message has rounds left."""
        rounds = list(islice(values, self.iterations + 1))
        if len(rounds) > self.iterations:
            raise Refused(f"the loops go round more than {MAX_ITERATIONS:,} times; loop over fewer values")
        self.iterations -= len(rounds)
        return rounds

    def range(self, *arguments: int) -> range:
        """Count up, as Python's range does, as long as the message has numbers left."""
        numbers = range(*arguments)
        if len(numbers) > self.numbers:
            raise Refused(f"range() gives at most {MAX_ITERATIONS:,} numbers a message; ask for fewer")
        self.numbers -= len(numbers)
        return numbers

    def filter(self, values: Any) -> Any:
        """Give the values that a filter goes through, as long as the message may."""
        if isinstance(values, str | int | float | Undefined) or values is None:
            return values
        several = list(islice(values, self.filtered + 1))
        if len(several) > self.filtered:
            raise Refused(f"the filters go through more than {MAX_FILTERED:,} values; filter once, before the loop")
        self.filtered -= len(several)
        return several

    def join(self, *values: Any) -> str:
        """Put texts together, as `~` does."""
        texts = [as_text(value) for value in values]
        self.build(sum(map(len, texts)))
        return "".join(texts)

    def build(self, characters: int) -> None:
        """Count characters that are about to be made."""
        self.characters -= characters
        if self.characters < 0:
            raise Refused(f"the template builds more than {MAX_CHARACTERS:,} characters; shorten what it repeats")


class TemplateEnvironment(SandboxedEnvironment):
    """Jinja2 without a way to Python: nothing is looked up but what the template was given."""

    intercepted_binops: ClassVar[frozenset[str]] = frozenset(("+", "*", "%", "**"))  # type: ignore[misc]

    def __init__(self, *, autoescape: bool) -> None:
        super().__init__(
            autoescape=autoescape,
            undefined=StrictUndefined,
            finalize=_printed,
            keep_trailing_newline=True,
            cache_size=0,
        )
        self.globals = {}
        self.filters = dict(FILTERS)
        self.tests = dict(TESTS)

    def getattr(self, obj: Any, attribute: str) -> Any:
        """Look up a name in a mapping, in one of the goods or in the loop; never a Python attribute."""
        if isinstance(obj, dict):
            try:
                return obj[attribute]
            except KeyError:
                return self._missing(attribute)
        if isinstance(obj, Item) and attribute in ITEM_FIELDS:
            value = getattr(obj, attribute)
            return value if attribute not in _WEB_FIELDS or is_web_address(value) else ""
        if isinstance(obj, LoopContext) and attribute in LOOP_FIELDS:
            return getattr(obj, attribute)
        if isinstance(obj, Undefined):
            return obj[attribute]  # the strict kind says by itself what is missing
        return self._missing(attribute)

    def getitem(self, obj: Any, argument: Any) -> Any:
        """Look up a place in a list or text, or a name as `getattr` does."""
        if isinstance(argument, str):
            return self.getattr(obj, argument)
        if isinstance(obj, list | tuple | str) and isinstance(argument, int):
            return obj[argument] if -len(obj) <= argument < len(obj) else self._missing(str(argument))
        return self._missing("this place")

    def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
        """Calculate with numbers of a sensible size only; `+`, `*` and `%` on texts and lists are refused."""
        if not (isinstance(left, int | float) and isinstance(right, int | float)):
            raise Refused(f'"{operator}" calculates with numbers; put texts together with ~')
        if max(abs(left), abs(right)) > MAX_NUMBER or operator == "**":
            raise Refused(f'"{operator}" expects numbers up to {MAX_NUMBER:,.0f}; use smaller ones')
        return super().call_binop(context, operator, left, right)

    def _missing(self, name: str) -> Undefined:
        return self.undefined(
            hint=f'"{name}" is not set here; write {{{{ ... | default("") }}}} where it may be missing'
        )


def refusals(tree: nodes.Template) -> Iterator[tuple[int, str, str]]:
    """Find what a template must not do: (line, code, message) each."""
    for node in tree.find_all(nodes.Node):
        message = _refusal(node)
        if message:
            yield node.lineno, *message


def harden(tree: nodes.Template) -> nodes.Template:
    """Put the budget into the template: each loop, each `~` and each filter on a list is counted."""
    hardened: nodes.Template = _Counting().visit(tree)
    return hardened


def variables(budget: Budget) -> dict[str, Any]:
    """Give the names that `harden` put into the template, and `range`."""
    return {
        "_budget": budget,
        "_loop": budget.loop,
        "_join": budget.join,
        "_filter": budget.filter,
        "range": budget.range,
    }


class _Counting(NodeTransformer):
    def visit_For(self, node: nodes.For) -> nodes.Node:
        self.generic_visit(node)
        node.iter = _call("_loop", [node.iter], node.lineno)
        return node

    def visit_Filter(self, node: nodes.Filter) -> nodes.Node:
        self.generic_visit(node)
        if node.name in LIST_FILTERS:
            node.node = _call("_filter", [node.node], node.lineno)
        return node

    def visit_Concat(self, node: nodes.Concat) -> nodes.Node:
        self.generic_visit(node)
        return _call("_join", node.nodes, node.lineno)


def _call(name: str, arguments: list[Any], line: int) -> nodes.Call:
    return nodes.Call(nodes.Name(name, "load", lineno=line), arguments, [], None, None, lineno=line)


def _refusal(node: nodes.Node) -> tuple[str, str] | None:
    """Say why this piece of syntax is refused: (code, message)."""
    if not isinstance(node, (*_ALLOWED, nodes.Helper)) or type(node) in _REMEDIES:
        what, remedy = _REMEDIES.get(
            type(node), (f"{type(node).__name__.lower()}", "use if, for, set and filters only")
        )
        return "template.forbidden", f"templates may not hold {what}; {remedy}"
    if _hidden_name(node):
        return (
            "template.forbidden",
            f'"{_hidden_name(node)}" begins with an underscore and reaches into Python; remove it',
        )
    if isinstance(node, nodes.Filter) and node.name not in FILTERS:
        return "template.unknown_filter", _unknown_filter(node.name)
    if isinstance(node, nodes.Test) and node.name not in TESTS:
        return "template.unknown_test", f'there is no test "{node.name}"; {did_you_mean(node.name, TESTS)}'
    if isinstance(node, nodes.Call):
        return _refused_call(node)
    if isinstance(node, nodes.For) and node.recursive:
        return "template.forbidden", "a loop may not call itself; remove the word recursive"
    if isinstance(node, nodes.List | nodes.Tuple) and not _is_plain(node):
        return "template.forbidden", 'a list may hold only texts and numbers, such as ["a", "b"]'
    return None


def _hidden_name(node: nodes.Node) -> str:
    match node:
        case nodes.Name(name=str(name)) | nodes.Getattr(attr=str(name)) if name.startswith("_"):
            return name
        case nodes.Getitem(arg=nodes.Const(value=str(name))) if name.startswith("_"):
            return name
    return ""


def _unknown_filter(name: str | None) -> str:
    if name in ("safe", "escape", "e", "forceescape"):
        return f'the filter "{name}" is not offered: values are always escaped in HTML and never in text; remove it'
    return f'there is no filter "{name}"; {did_you_mean(str(name), FILTERS)}'


def _refused_call(node: nodes.Call) -> tuple[str, str] | None:
    if isinstance(node.node, nodes.Name) and node.node.name in FUNCTIONS and not (node.dyn_args or node.dyn_kwargs):
        return None
    if isinstance(node.node, nodes.Name) and node.node.name == "block":
        return "template.forbidden", 'a block stands in the body, in a tag of its own: {{ block("name", items=items) }}'
    if isinstance(node.node, nodes.Getattr) and node.node.attr == "cycle" and isinstance(node.node.node, nodes.Name):
        return None
    return (
        "template.forbidden",
        "a template may call only link(...), range(...) and loop.cycle(...); use a filter instead",
    )


def _is_plain(node: nodes.List | nodes.Tuple) -> bool:
    is_target = isinstance(node, nodes.Tuple) and node.ctx == "store"
    return is_target or all(isinstance(item, nodes.Const | nodes.Neg) for item in node.items)


def _printed(value: Any) -> Any:
    return value if isinstance(value, str) else as_text(value)
