"""How did the author write this file: which values in which style, and with which comments?

The parser's events become values that know their text and their style; comments and blank lines, which the parser
drops, are found in what stands between the values and given to the entry they are about.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TypeAlias, cast

from ruamel.yaml import YAML
from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

_COMMENT = re.compile(r"(?:(?<=[ \t\n])|(?<![\s\S]))#[^\n]*")


@dataclass(slots=True)
class Scalar:
    """One value. `raw` is what stands in the file, with its quotes; `style` is YAML's sign for these."""

    raw: str
    value: str
    style: str
    start: int
    end: int
    anchor: str = ""


@dataclass(slots=True)
class Alias:
    """A value that stands elsewhere."""

    raw: str
    start: int
    end: int


@dataclass(slots=True)
class Remark:
    """A comment behind a value, and the column at which it begins."""

    text: str
    column: int


@dataclass(slots=True)
class Entry:
    """A pair of a mapping or a value of a list, with the comments before it ("" is a blank line) and behind it."""

    value: "Value"
    key: "Scalar | Alias | None" = None
    above: list[str] = field(default_factory=list)
    behind: Remark | None = None

    @property
    def start(self) -> int:
        """Where the entry begins, without its dash."""
        return self.key.start if self.key else self.value.start


@dataclass(slots=True)
class Collection:
    """A mapping or a list. `below` are the comments behind its last entry; `is_commented` says of all inside."""

    is_mapping: bool
    is_flow: bool
    start: int
    end: int
    anchor: str = ""
    entries: list[Entry] = field(default_factory=list)
    below: list[str] = field(default_factory=list)
    is_commented: bool = False

    def keys(self) -> dict[str, object]:
        """Give the keys of a mapping, as far as they are plain."""
        return {entry.key.value: None for entry in self.entries if isinstance(entry.key, Scalar)}


Value: TypeAlias = Scalar | Alias | Collection


def read_written(text: str) -> Collection:
    """Read a text that `yaml_text.read` finds nothing wrong with and that is one mapping."""
    events: Iterator[Event] = YAML(typ="safe", pure=True).parse(text)
    for event in events:
        if isinstance(event, DocumentStartEvent):
            break
    reader = _Reader(text, events)
    root = cast(Collection, reader.value(next(events)))
    _Commenting(text, root, reader.scalars).attach()
    return root


def remarks_of(text: str) -> list[str]:
    """List the comments of a text."""
    scalars = [
        (event.start_mark.index, event.end_mark.index)
        for event in YAML(typ="safe", pure=True).parse(text)
        if isinstance(event, ScalarEvent)
    ]
    return [comment for _, comment in _comments(text, scalars)]


class _Reader:
    """Builds values from events."""

    def __init__(self, text: str, events: Iterator[Event]) -> None:
        self.scalars: list[tuple[int, int]] = []
        self._text = text
        self._events = events

    def value(self, event: Event) -> Value:
        start, end = event.start_mark.index, event.end_mark.index
        match event:
            case AliasEvent():
                return Alias(self._text[start:end], start, end)
            case MappingStartEvent() | SequenceStartEvent():
                return self._collection(event)
            case _:
                return self._scalar(cast(ScalarEvent, event), start, end)

    def _scalar(self, event: ScalarEvent, start: int, end: int) -> Scalar:
        self.scalars.append((start, end))
        raw = self._text[start:end]
        if event.anchor:
            raw = raw.removeprefix(f"&{event.anchor}").lstrip(" \t")
        return Scalar(raw, event.value, event.style or "", start, end, event.anchor or "")

    def _collection(self, event: MappingStartEvent | SequenceStartEvent) -> Collection:
        start = event.start_mark.index
        is_mapping = isinstance(event, MappingStartEvent)
        found = Collection(is_mapping, bool(event.flow_style), start, start, event.anchor or "")
        while not isinstance(within := next(self._events), MappingEndEvent | SequenceEndEvent):
            key = cast(Scalar | Alias, self.value(within)) if is_mapping else None
            found.entries.append(Entry(self.value(next(self._events) if is_mapping else within), key))
        last = found.entries[-1] if found.entries else None
        found.end = within.end_mark.index if found.is_flow else max(last.value.end, last.start) if last else start
        return found


class _Commenting:
    """Finds the comments and blank lines of a text, and gives each to its entry."""

    def __init__(self, text: str, root: Collection, scalars: list[tuple[int, int]]) -> None:
        self._text = text
        self._root = root
        self._lines = [0, *(found.end() for found in re.finditer("\n", text))]
        self._comments = list(_comments(text, scalars))
        for start, _ in self._comments:
            _mark(root, start)
        self._entries = list(_block_entries(root))
        self._starts = [entry.start for entry in self._entries]
        self._on_line: dict[int, list[Entry]] = {}
        for entry in self._entries:
            for line in {self._line(entry.start), self._line(max(entry.value.end - 1, entry.start))}:
                self._on_line.setdefault(line, []).append(entry)

    def attach(self) -> None:
        """Give every comment and every blank line to an entry."""
        for start, comment in self._comments:
            if self._ahead(start).strip():
                self._put_behind(start, comment)
            else:
                self._put_above(start, comment)
        seen = set()
        for entry in self._entries:
            line = self._line(entry.start)
            if line not in seen and not self._ahead(entry.start).strip("- ") and self._is_blank(line - 1):
                entry.above.append("")
            seen.add(line)
        _mark_all(self._root)

    def _line(self, index: int) -> int:
        return bisect_right(self._lines, index) - 1

    def _ahead(self, index: int) -> str:
        """Give what stands before a place on its line."""
        return self._text[self._lines[self._line(index)] : index]

    def _is_blank(self, line: int) -> bool:
        return line >= 0 and not self._text[self._lines[line] : self._lines[line + 1]].strip()

    def _column(self, entry: Entry) -> int:
        """Give the column of an entry; of one in a list that of its dash."""
        ahead = self._ahead(entry.start)
        return len(ahead) if entry.key or "-" not in ahead else ahead.rindex("-")

    def _put_behind(self, start: int, comment: str) -> None:
        """Give a comment to the last entry that begins or ends before it on its line."""
        there = [entry for entry in self._on_line.get(self._line(start), []) if entry.start < start]
        entry = there[-1] if there else self._entries[0]
        if there and entry.behind is None:
            entry.behind = Remark(comment, len(self._ahead(start)))
        else:
            entry.above.append(comment)

    def _put_above(self, start: int, comment: str) -> None:
        """Give a comment with a line of its own to the entry below it, or to the block it is indented like."""
        blank = [""] if self._is_blank(self._line(start) - 1) else []
        place = bisect_right(self._starts, start)
        below = self._entries[place] if place < len(self._entries) else None
        column = len(self._ahead(start))
        if below is not None and self._column(below) >= column:
            below.above += [*blank, comment]
        else:
            self._block_at(start, column).below += [*blank, comment]

    def _block_at(self, start: int, column: int) -> Collection:
        """Give the innermost block that is open above a comment and not indented further than it."""
        found = self._root
        while True:
            earlier = [entry for entry in found.entries if entry.start < start]
            value = earlier[-1].value if earlier else None
            if not isinstance(value, Collection) or (value.is_flow and not value.start <= start < value.end):
                return found
            if not value.is_flow and (not value.entries or self._column(value.entries[0]) > column):
                return found
            found = value


def _comments(text: str, scalars: list[tuple[int, int]]) -> Iterator[tuple[int, str]]:
    """Give each comment with its place: what begins with # and stands in no value."""
    position = 0
    for start, end in [*scalars, (len(text), len(text))]:
        for found in _COMMENT.finditer(text, position, start):
            yield found.start(), found[0].rstrip()
        position = max(position, end)


def _mark(collection: Collection, index: int) -> None:
    """Mark every collection that a comment stands in."""
    collection.is_commented = True
    for entry in collection.entries:
        value = entry.value
        if isinstance(value, Collection) and value.start <= index < value.end:
            _mark(value, index)


def _mark_all(collection: Collection) -> bool:
    """Mark the collections with comments behind their entries as well."""
    for entry in collection.entries:
        inside = isinstance(entry.value, Collection) and _mark_all(entry.value)
        collection.is_commented |= inside or entry.behind is not None or any(entry.above)
    collection.is_commented |= bool(collection.below)
    return collection.is_commented


def _block_entries(collection: Collection) -> Iterator[Entry]:
    """Give every entry that gets a line of its own, in the order of the file."""
    for entry in collection.entries:
        yield entry
        value = entry.value
        if isinstance(value, Collection) and (not value.is_flow or value.is_commented):
            yield from _block_entries(value)
