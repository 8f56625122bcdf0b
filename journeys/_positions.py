"""Where in the files does a value stand?

A `Node` is a value of a file with its place; lines and columns count from 1. A path leads from node to node by keys
and list places, such as `("journeys", "winback", "steps", 2, "go")`. Nodes of several files may stand in one tree.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple, TypeAlias

Path: TypeAlias = tuple[str | int, ...]
Place: TypeAlias = tuple[int, int]

# Field names of the models that differ from the YAML key by more than a trailing underscore.
_YAML_KEYS = {"zone": "in"}


class Site(NamedTuple):
    """A place in one of the files; the file is empty when the text was read without a name."""

    file: str
    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Node:
    """One value of the file.

    `value` is plain Python. `text` is a scalar's own text, and `verbatim` how much of it, behind `opening` characters,
    stands on its line exactly so. `size` counts the values inside, aliases unfolded. `key_files` names the files of the
    keys that stand in another file than the value, and `part` the part that a step was put in from.
    """

    value: Any
    place: Place
    text: str = ""
    verbatim: str = ""
    opening: int = 0
    size: int = 1
    children: Mapping[str | int, "Node"] = field(default_factory=dict)
    keys: Mapping[str, Place] = field(default_factory=dict)
    file: str = ""
    key_files: Mapping[str, str] = field(default_factory=dict)
    part: str = ""

    @property
    def site(self) -> Site:
        """Give the place with its file."""
        return Site(self.file, *self.place)

    @property
    def is_scalar(self) -> bool:
        """Whether this is one value rather than a list or a mapping."""
        return not isinstance(self.value, dict | list)

    def key_of(self, step: str | int) -> str | int | None:
        """Give the key under which the file has this step of a path; None when it is not there."""
        if not isinstance(step, str):
            return step if step in self.children else None
        spellings = (step, step.rstrip("_"), _YAML_KEYS.get(step, step))
        return next((spelling for spelling in spellings if spelling in self.children), None)

    def key_site(self, key: str) -> Site | None:
        """Give the place of one of the keys; None when it is not there."""
        place = self.keys.get(key)
        return Site(self.key_files.get(key, self.file), *place) if place else None


def with_children(node: Node, children: Mapping[str | int, Node]) -> Node:
    """Give this list or mapping with other values inside."""
    is_list = isinstance(node.value, list)
    values = [child.value for child in children.values()]
    value = values if is_list else dict(zip(children, values, strict=True))
    return replace(node, value=value, children=children, size=1 + sum(child.size for child in children.values()))


def with_entries(node: Node, entries: Iterable[Node]) -> Node:
    """Give this list with other entries."""
    return with_children(node, dict(enumerate(entries)))


def node_at(root: Node, path: Path) -> Node | None:
    """Give the value at a path; None when there is none."""
    node = root
    for step in path:
        key = node.key_of(step)
        if key is None:
            return None
        node = node.children[key]
    return node


def place_of(root: Node, path: Path, column: int = 1) -> Place:
    """Give line and column of the value at a path, or of the deepest value on the way that exists."""
    return site_of(root, path, column)[1:]


def site_of(root: Node, path: Path, column: int = 1) -> Site:
    """Give the site of the value at a path, or of the deepest value on the way that exists.

    A list, a mapping or nothing at all is found at its key. `column` counts from 1 within a scalar that stands on one
    line; elsewhere it is ignored.
    """
    node, site = root, root.site
    for depth, step in enumerate(path, start=1):
        key = node.key_of(step)
        if key is None:
            return site
        parent, node = node, node.children[key]
        at_key = parent.key_site(key) if isinstance(key, str) and not node.text else None
        site = at_key or node.site
        if depth == len(path):
            return _within(node, site, column)
    return site


def key_site(root: Node, path: Path) -> Site:
    """Give the site of the key that ends a path."""
    parent = node_at(root, path[:-1])
    return (parent.key_site(str(path[-1])) if parent else None) or site_of(root, path)


def _within(node: Node, site: Site, column: int) -> Site:
    ahead = node.text[: column - 1]
    if not ahead or not node.verbatim.startswith(ahead):
        return site
    return site._replace(column=site.column + node.opening + column - 1)
