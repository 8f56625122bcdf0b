"""Where in the file does a value stand?

A `Node` is a value of the file with its place; lines and columns count from 1. A path leads from node to node by keys
and list places, such as `("journeys", "winback", "steps", 2, "go")`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

Path: TypeAlias = tuple[str | int, ...]
Place: TypeAlias = tuple[int, int]

# Field names of the models that differ from the YAML key by more than a trailing underscore.
_YAML_KEYS = {"zone": "in"}


@dataclass(frozen=True, slots=True)
class Node:
    """One value of the file.

    `value` is plain Python. `text` is a scalar's own text, and `verbatim` how much of it, behind `opening` characters,
    stands on its line exactly so. `size` counts the values inside, aliases unfolded.
    """

    value: Any
    place: Place
    text: str = ""
    verbatim: str = ""
    opening: int = 0
    size: int = 1
    children: Mapping[str | int, "Node"] = field(default_factory=dict)
    keys: Mapping[str, Place] = field(default_factory=dict)

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


def place_of(root: Node, path: Path, column: int = 1) -> Place:
    """Give the place of the value at a path, or of the deepest value on the way that exists.

    A list, a mapping or nothing at all is found at its key. `column` counts from 1 within a scalar that stands on one
    line; elsewhere it is ignored.
    """
    node, place = root, root.place
    for depth, step in enumerate(path, start=1):
        key = node.key_of(step)
        if key is None:
            return place
        parent, node = node, node.children[key]
        place = parent.keys[key] if isinstance(key, str) and not node.text else node.place
        if depth == len(path):
            return _within(node, place, column)
    return place


def key_place(root: Node, path: Path) -> Place:
    """Give the place of the key that ends a path."""
    node = root
    for step in path[:-1]:
        key = node.key_of(step)
        if key is None:
            return place_of(root, path)
        node = node.children[key]
    return node.keys.get(str(path[-1])) or place_of(root, path)


def _within(node: Node, place: Place, column: int) -> Place:
    ahead = node.text[: column - 1]
    if not ahead or not node.verbatim.startswith(ahead):
        return place
    return place[0], place[1] + node.opening + column - 1
