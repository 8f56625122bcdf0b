"""Does a template ask for things that exist?

Walks Jinja's syntax tree with what is known of each name: the shop's, the profile's and an item's fields are closed
lists, so a misspelling is found when the file is loaded and not in ten thousand mails.
"""

from collections.abc import Collection, Iterator, Mapping
from typing import Literal, TypeAlias

from jinja2 import nodes

from actions._nearest import did_you_mean
from actions._sandbox import FUNCTIONS, ITEM_FIELDS, LOOP_FIELDS

Kind: TypeAlias = Literal["shop", "voice", "profile", "entry", "items", "rows", "item", "loop", "text", "any"]
Scope: TypeAlias = dict[str, Kind]

KNOWN: Mapping[str, Kind] = {
    "shop": "shop", "profile": "profile", "entry": "entry", "items": "items", "magnet_url": "text",
    "unsubscribe_url": "text", "coupon": "text", "now": "any", "subject": "text", "preview": "text",
}  # fmt: skip
SHOP_FIELDS: Mapping[str, Kind] = {
    "name": "text", "url": "text", "currency": "text", "country": "text", "address": "text",
    "voice": "voice",
}  # fmt: skip
PROFILE_FIELDS = ("user_id", "email", "phone", "timezone")
# What properties with goods are called where the event is not described.
_CALLED_GOODS = ("products", "items")
_KEEPS_ITEMS = frozenset(("list", "sort", "reverse", "unique", "selectattr", "rejectattr"))
_PICKS = frozenset(("first", "last", "min", "max"))


class NameCheck:
    """The names a template may use, for one profile and one kind of entry."""

    def __init__(self, profile_names: Collection[str], entry_names: Collection[str] | None) -> None:
        self._fields: dict[Kind, Collection[str]] = {
            "shop": SHOP_FIELDS,
            "voice": ("sign_off",),
            "profile": {*profile_names, *PROFILE_FIELDS},
            "item": ITEM_FIELDS,
            "loop": LOOP_FIELDS,
        }
        if entry_names is not None:
            self._fields["entry"] = entry_names
        typed = entry_names if isinstance(entry_names, Mapping) else dict.fromkeys(_CALLED_GOODS, "items")
        self._goods = frozenset(name for name, kind in typed.items() if kind == "items")

    def unknown_names(self, tree: nodes.Template) -> Iterator[tuple[int, str, str]]:
        """Find names and fields that do not exist: (line, name, message) each."""
        yield from self._block(tree.body, dict(KNOWN))

    def unjudged_goods(self, tree: nodes.Template) -> Iterator[tuple[int, str, str]]:
        """Find goods that no guard has judged: (line, name, message) each."""
        for node in tree.find_all((nodes.Getattr, nodes.Getitem)):
            name = _field_name(node)  # type: ignore[arg-type]  # find_all gives nothing else
            if isinstance(node.node, nodes.Name) and node.node.name == "entry" and name in self._goods:  # type: ignore[attr-defined]  # both have it
                yield (
                    node.lineno,
                    name,
                    (
                        f"entry.{name} are the goods as the event told them, which no guard has judged; "
                        f'show items, and let the step say "items: entry.{name}"'
                    ),
                )

    def _block(self, body: list[nodes.Node], scope: Scope) -> Iterator[tuple[int, str, str]]:
        for node in body:
            yield from self._visit(node, scope)

    def _visit(self, node: nodes.Node, scope: Scope) -> Iterator[tuple[int, str, str]]:
        match node:
            case nodes.For():
                yield from self._loop(node, scope)
                return
            case nodes.With():
                yield from self._with(node, scope)
                return
            case nodes.Assign():
                yield from self._visit(node.node, scope)
                _bind(node.target, self._kind(node.node, scope), scope)
                return
            case nodes.Name(ctx="load", name=str(name)) if name not in scope and name not in FUNCTIONS:
                yield node.lineno, name, f'there is no "{name}" in a template; {did_you_mean(name, scope)}'
            case nodes.Getattr() | nodes.Getitem():
                yield from self._field(node, scope)
        for child in node.iter_child_nodes():
            yield from self._visit(child, scope)

    def _loop(self, node: nodes.For, scope: Scope) -> Iterator[tuple[int, str, str]]:
        yield from self._visit(node.iter, scope)
        inner: Scope = {**scope, "loop": "loop"}
        _bind(node.target, _element(self._kind(node.iter, scope)), inner)
        if node.test:
            yield from self._visit(node.test, inner)
        yield from self._block(node.body, inner)
        yield from self._block(node.else_, scope)

    def _with(self, node: nodes.With, scope: Scope) -> Iterator[tuple[int, str, str]]:
        """Look into a block: the values it is given are computed outside of it."""
        inner = dict(scope)
        for target, value in zip(node.targets, node.values, strict=True):
            yield from self._visit(value, scope)
            _bind(target, self._kind(value, scope), inner)
        yield from self._block(node.body, inner)

    def _field(self, node: nodes.Getattr | nodes.Getitem, scope: Scope) -> Iterator[tuple[int, str, str]]:
        name, kind = _field_name(node), self._kind(node.node, scope)
        known = self._fields.get(kind)
        if name and known is not None and name not in known:
            yield node.lineno, name, f'{kind} has no "{name}"; {did_you_mean(name, known)}'
        elif name and kind in ("items", "rows", "text"):
            yield node.lineno, name, f'"{name}" is asked of a {_PLAIN.get(kind, "list")}; {_REMEDY.get(kind, _LOOP)}'

    def _kind(self, node: nodes.Node, scope: Scope) -> Kind:
        match node:
            case nodes.Name(name=str(name)):
                return scope.get(name, "any")
            case nodes.Getattr() | nodes.Getitem():
                return self._kind_of_field(node, scope)
            case nodes.Filter(name=str(name), node=nodes.Expr() as inner):
                return _filtered(name, self._kind(inner, scope))
        return "any"

    def _kind_of_field(self, node: nodes.Getattr | nodes.Getitem, scope: Scope) -> Kind:
        kind, name = self._kind(node.node, scope), _field_name(node)
        if kind == "shop":
            return SHOP_FIELDS.get(name, "any")
        if kind == "loop" and name in ("previtem", "nextitem"):
            return "any"
        if isinstance(node, nodes.Getitem) and not name:
            return kind if isinstance(node.arg, nodes.Slice) else _element(kind)
        return "any"


_PLAIN = {"text": "text"}
_REMEDY = {"text": "texts have no fields: remove it"}
_LOOP = "write {% for item in items %} and ask the item, or items[0]"


def _filtered(name: str, kind: Kind) -> Kind:
    if name in _PICKS:
        return _element(kind)
    if name == "batch":
        return "rows" if kind == "items" else "any"
    return kind if name in _KEEPS_ITEMS else "any"


def _element(kind: Kind) -> Kind:
    return {"items": "item", "rows": "items"}.get(kind, "any")  # type: ignore[return-value]  # the values are kinds


def _field_name(node: nodes.Getattr | nodes.Getitem) -> str:
    match node:
        case nodes.Getattr(attr=str(name)) | nodes.Getitem(arg=nodes.Const(value=str(name))):
            return name
    return ""


def _bind(target: nodes.Node, kind: Kind, scope: Scope) -> None:
    """Make the names of a loop or a set known."""
    if isinstance(target, nodes.Name):
        scope[target.name] = kind
    else:
        scope.update((name.name, "any") for name in target.find_all(nodes.Name))
