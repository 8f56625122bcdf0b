"""In which order do the actions of a flow become steps?

Products keep a graph: each action names the next one. Here steps stand below one another, so a chain is followed as far
as it goes, then the ways that branched off it; where two ways meet again, the later one goes to the step that stands.
"""

from collections.abc import Iterator
from typing import Any

from orchestrator.importers.draft import Draft, Fields, Go, Id
from orchestrator.importers.naming import Namer

END = "done"


def steps_of(draft: Draft) -> list[tuple[list[str], Fields]]:
    """Give the steps in order, each with the comments that stand above it; what leads nowhere or in haste is noted."""
    _cut_unknown(draft)
    _cut_haste(draft)
    layout = _Layout(draft)
    return layout.steps()


def _cut_unknown(draft: Draft) -> None:
    """Let what leads to an action that is not there lead to the end."""
    for key, node in draft.nodes.items():
        for target in [target for target in node.targets() if target not in draft.nodes]:
            _cut(draft, key, target, f'it leads to action "{target}", which is not in the file')
    if draft.start is not None and draft.start not in draft.nodes:
        draft.comments.append(draft.miss(draft.place, "the first action is not in the file", "export the flow again"))
        draft.start = None


def _cut_haste(draft: Draft) -> None:
    """Open every circle on which nothing waits: people would go round without end."""
    done: set[str] = set()
    for start in draft.nodes:
        way: list[tuple[str, Iterator[str]]] = []
        on_way: set[str] = set()
        _enter(draft, start, way, on_way, done)
        while way:
            key, targets = way[-1]
            target = next(targets, None)
            if target is None:
                way.pop()
                on_way.discard(key)
                done.add(key)
            elif target in on_way:
                _cut(draft, key, target, "it leads back in a circle on which nothing waits")
            else:
                _enter(draft, target, way, on_way, done)


def _enter(draft: Draft, key: str, way: list[tuple[str, Iterator[str]]], on_way: set[str], done: set[str]) -> None:
    node = draft.nodes[key]
    if key not in done and not node.waits():
        way.append((key, iter(list(dict.fromkeys(node.targets())))))
        on_way.add(key)


def _cut(draft: Draft, key: str, target: str, why: str) -> None:
    node = draft.nodes[key]
    node.comments.append(draft.miss(f"action {key}", why, "the journey ends there; let it go on where it should"))
    node.step = _replaced(node.step, Go(target), Go(None))
    if node.next == target:
        node.next = None


def _replaced(value: Any, old: object, new: object) -> Any:
    if value == old:
        return new
    if isinstance(value, dict):
        return {name: _replaced(inside, old, new) for name, inside in value.items()}
    if isinstance(value, list):
        return [_replaced(inside, old, new) for inside in value]
    return value


class _Layout:
    """Puts the actions that are reached into order and gives them their names."""

    def __init__(self, draft: Draft) -> None:
        self.draft = draft
        self.nodes = draft.nodes
        self.order: list[tuple[str | None, str | None]] = []
        self.names: dict[str, str] = {}
        self.namer = Namer()
        self.passed: set[str] = set()
        self.mentions_end = False

    def steps(self) -> list[tuple[list[str], Fields]]:
        """Give the steps in order."""
        start = self._lands(self.draft.start)
        self._place(start)
        self._note_unreached()
        for key, _ in self.order:
            if key is not None:
                self.names[key] = self.namer.name(self.nodes[key].hint, "step")
        if self.order and self.order[-1] == (None, None):
            self.order.pop()
        placed = [self._written(key, target) for key, target in self.order]
        if not placed or self.mentions_end:
            placed.append(([], {"id": END, "exit": "finished"}))
        return placed

    def _place(self, start: str | None) -> None:
        """Follow the ways; an entry of `order` is an action's step, or a `go` to an action (None is the end)."""
        left, placed = [start], set[str]()
        while left:
            key = left.pop()
            while key is not None and key not in placed:
                placed.add(key)
                self.order.append((key, None))
                node = self.nodes[key]
                ways = [self._lands(target) for target in node.targets()]
                following = self._lands(node.next) if node.falls else None
                left += [way for way in reversed(ways) if way is not None and way != following]
                if not node.falls:
                    break
                if following is None or following in placed:
                    self.order.append((None, following))
                    break
                key = following

    def _lands(self, key: str | None) -> str | None:
        """Find the first action from here that has a step; those between leave their comments to it."""
        seen: set[str] = set()
        while key is not None and key not in seen and self.nodes[key].step is None:
            seen.add(key)
            key = self.nodes[key].next
        if key in seen:
            key = None
        for passed in seen:
            comments = self.nodes[passed].comments
            (self.draft.comments if key is None else self.nodes[key].comments).extend(comments)
            comments.clear()
        self.passed |= seen
        return key

    def _note_unreached(self) -> None:
        reached = {key for key, _ in self.order} | self.passed
        for key, node in self.nodes.items():
            if key not in reached:
                self.draft.miss(
                    f"action {key}", f'no way leads to "{node.hint}"', "leave it out, or let a step go there"
                )

    def _written(self, key: str | None, target: str | None) -> tuple[list[str], Fields]:
        if key is None:
            name = self._name(target)
            return [], {"id": self.namer.name(f"go_to_{name}", "go"), "go": name}
        node = self.nodes[key]
        return node.comments, {"id": self.names[key], **self._filled(node.step)}

    def _name(self, key: str | None) -> str:
        self.mentions_end |= key is None
        return END if key is None else self.names[key]

    def _filled(self, value: Any) -> Any:
        """Put names where the placeholders are."""
        if isinstance(value, Go):
            return self._name(self._lands(value.key))
        if isinstance(value, Id):
            return self.namer.name(value.hint, "step")
        if isinstance(value, dict):
            return {name: self._filled(inside) for name, inside in value.items()}
        if isinstance(value, list):
            return [self._filled(inside) for inside in value]
        return value
