"""What does this YAML text hold, and where?

The parser's events become nodes with places in one pass, and the caps are applied on the way, so that a file made to
exhaust the machine is refused before it is unfolded. Scalars follow the YAML 1.2 core schema, which has no dates:
`yes`, `on`, `10:00` and `2026-03-02` stay text.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from math import isfinite
from typing import Any, TypeAlias, cast

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
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
from ruamel.yaml.reader import ReaderError

from journeys._positions import Node, Path, Place
from journeys._yaml_syntax import explain_syntax

MOST_BYTES = 2_000_000
MOST_VALUES = 200_000
MOST_LEVELS = 40
MOST_ALIASES = 100

_NULL = re.compile(r"~|null|Null|NULL|")
_BOOLEANS = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_INTEGER = re.compile(r"[-+]?[0-9]{1,18}")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_ANCHOR = re.compile(r"(?:&\S+[ \t]+)?")


@dataclass(frozen=True, slots=True)
class Flaw:
    """One thing that is wrong with the text; `path` leads to the value it spoils."""

    place: Place
    code: str
    message: str
    path: Path = ()


@dataclass(frozen=True, slots=True)
class Reading:
    """What the text holds. `root` is None when the text as a whole cannot be used."""

    root: Node | None
    flaws: tuple[Flaw, ...] = ()


def read(text: str, file: str = "", *, as_list: bool = False) -> Reading:
    """Read a YAML document of one mapping, or of one list. Never raises: what is wrong comes back as flaws.

    Every value carries the name of the file.
    """
    size = len(text.encode("utf-8", "surrogatepass"))
    if size > MOST_BYTES:
        message = f"the file may have 2 MB, got {size / 1_000_000:.1f} MB; split the journeys over several files"
        return Reading(None, (Flaw((1, 1), "yaml.too_large", message),))
    text = text.removeprefix("\ufeff")
    reader = _Reader(text, file)
    try:
        root = _checked_list(reader.document()) if as_list else _checked_root(reader.document())
    except _Refused as refusal:
        return Reading(None, (*reader.flaws, refusal.flaw))
    except ReaderError as error:
        return Reading(None, (_forbidden_character(text, error),))
    except (YAMLError, ValueError, OverflowError) as error:  # the parser lets a bad escape through as ValueError
        flaw = _syntax_flaw(text, error, reader.place)
        return Reading(None, (*(earlier for earlier in reader.flaws if earlier.place[0] != flaw.place[0]), flaw))
    return Reading(root, tuple(reader.flaws))


class _Refused(Exception):
    """Reading cannot go on."""

    def __init__(self, place: Place, code: str, message: str) -> None:
        super().__init__(message)
        self.flaw = Flaw(place, code, message)


_Start: TypeAlias = ScalarEvent | SequenceStartEvent | MappingStartEvent


class _Reader:
    """Builds nodes from the parser's events, counting as it goes."""

    def __init__(self, text: str, file: str) -> None:
        self.flaws: list[Flaw] = []
        self.place: Place = (1, 1)
        self._text = text
        self._file = file
        self._anchors: dict[str, Node | None] = {}
        self._aliases = 0
        self._values = 0

    def document(self) -> Node | None:
        """Build the one document of the text; None when there is none."""
        events: Iterator[Event] = YAML(typ="safe", pure=True).parse(self._text)
        root = None
        for event in events:
            if not isinstance(event, DocumentStartEvent):
                continue
            if root is not None:
                message = (
                    "a journeys file is one document, got a second one after ---; remove the line or split the file"
                )
                raise _Refused(_place(event), "yaml.several_documents", message)
            self._events = events
            root = self._node(next(events), ())
        return root

    def _node(self, event: Event, path: Path, depth: int = 0) -> Node:
        self.place = _place(event)
        if depth > MOST_LEVELS:
            message = f"values may be nested {MOST_LEVELS} levels deep, and this goes deeper; flatten it"
            raise _Refused(self.place, "yaml.too_deep", message)
        if isinstance(event, AliasEvent):
            return self._aliased(event)
        self._count(1)
        start = cast(_Start, event)  # whoever calls has taken out the ends
        self._refuse_tag(start, path)
        if start.anchor:
            self._anchors[start.anchor] = None
            self._cap_anchors()
        node = self._built(start, path, depth)
        if start.anchor:
            self._anchors[start.anchor] = node
        return node

    def _built(self, event: _Start, path: Path, depth: int) -> Node:
        match event:
            case SequenceStartEvent():
                return self._sequence(event, path, depth)
            case MappingStartEvent():
                return self._mapping(event, path, depth)
            case _:
                return _scalar(event, self._text, self._file)

    def _count(self, values: int) -> None:
        self._values += values
        if self._values > MOST_VALUES:
            message = (
                f"the file may unfold to {MOST_VALUES:,} values, and has more; use fewer aliases or split the file"
            )
            raise _Refused(self.place, "yaml.too_large", message)

    def _cap_anchors(self) -> None:
        if len(self._anchors) > MOST_ALIASES:
            message = f"a file may have {MOST_ALIASES} anchors, and this is one more; write the values out"
            raise _Refused(self.place, "yaml.aliases", message)

    def _aliased(self, event: AliasEvent) -> Node:
        self._aliases += 1
        if self._aliases > MOST_ALIASES:
            message = f"a file may have {MOST_ALIASES} aliases, and this is one more; write the values out"
            raise _Refused(self.place, "yaml.aliases", message)
        if event.anchor not in self._anchors:
            message = f'alias *{event.anchor} names no anchor above it; put text that begins with * in quotes: "*…"'
            raise _Refused(self.place, "yaml.aliases", message)
        node = self._anchors[event.anchor]
        if node is None:
            message = f"alias *{event.anchor} stands inside the value it names; write the inner value out"
            raise _Refused(self.place, "yaml.aliases", message)
        self._count(node.size)
        return node

    def _refuse_tag(self, event: _Start, path: Path) -> None:
        if event.tag is None:
            return
        shown = event.tag.replace("tag:yaml.org,2002:", "!!")
        message = f"got the tag {shown}, and tags are not allowed; remove it, or put text that begins with ! in quotes"
        self.flaws.append(Flaw(_place(event), "yaml.tag", message, path))

    def _sequence(self, start: Event, path: Path, depth: int) -> Node:
        nodes: list[Node] = []
        while not isinstance(event := next(self._events), SequenceEndEvent):
            nodes.append(self._node(event, (*path, len(nodes)), depth + 1))
        return Node(
            value=[node.value for node in nodes],
            place=_place(start),
            size=1 + sum(node.size for node in nodes),
            children=dict(enumerate(nodes)),
            file=self._file,
        )

    def _mapping(self, start: Event, path: Path, depth: int) -> Node:
        children: dict[str | int, Node] = {}
        keys: dict[str, Place] = {}
        merged: list[Node] = []
        while not isinstance(event := next(self._events), MappingEndEvent):
            place, is_merge = _place(event), _is_merge(event)
            key = self._key(event, path, depth)
            node = self._node(next(self._events), path if key is None else (*path, key), depth + 1)
            if is_merge:
                merged += self._mappings_to_merge(node, place, path)
            elif key in keys:
                self._duplicate(key, place, keys[key], path)
            elif key is not None:
                children[key], keys[key] = node, place
        for source in merged:
            children |= {key: child for key, child in source.children.items() if key not in children}
            keys |= {key: place for key, place in source.keys.items() if key not in keys}
        return Node(
            value={key: child.value for key, child in children.items()},
            place=_place(start),
            size=1 + sum(child.size for child in children.values()),
            children=children,
            keys=keys,
            file=self._file,
        )

    def _key(self, event: Event, path: Path, depth: int) -> str | None:
        place = _place(event)
        node = self._node(event, path, depth + 1)
        if node.is_scalar:
            return node.text
        message = 'a key must be text, got a mapping or a list; a value that begins with {{ needs quotes: "{{ … }}"'
        self.flaws.append(Flaw(place, "yaml.key", message, path))
        return None

    def _duplicate(self, key: str, place: Place, first: Place, path: Path) -> None:
        message = f'the key "{key}" stands here twice, first on line {first[0]}; keep one or rename it'
        self.flaws.append(Flaw(place, "yaml.duplicate_key", message, (*path, key)))

    def _mappings_to_merge(self, node: Node, place: Place, path: Path) -> list[Node]:
        sources = list(node.children.values()) if isinstance(node.value, list) else [node]
        if all(isinstance(source.value, dict) for source in sources):
            return sources
        message = "<< merges mappings, got something else; give it an alias of a mapping such as *defaults"
        self.flaws.append(Flaw(place, "yaml.merge", message, path))
        return []


def _place(event: Event) -> Place:
    return event.start_mark.line + 1, event.start_mark.column + 1


def _is_merge(event: Event) -> bool:
    return isinstance(event, ScalarEvent) and event.value == "<<" and event.style is None


def _scalar(event: ScalarEvent, text: str, file: str) -> Node:
    value = event.value if event.style else _plain_value(event.value)
    raw = text[event.start_mark.index : event.end_mark.index]
    anchor = _ANCHOR.match(raw)
    opening = (anchor.end() if anchor else 0) + (event.style in ("'", '"'))
    on_one_line = event.start_mark.line == event.end_mark.line
    return Node(value, _place(event), event.value, raw[opening:] if on_one_line else "", opening, file=file)


def _plain_value(text: str) -> Any:
    if _NULL.fullmatch(text):
        return None
    if text in _BOOLEANS:
        return _BOOLEANS[text]
    if _INTEGER.fullmatch(text):
        return int(text)
    if _FLOAT.fullmatch(text) and isfinite(number := float(text)):
        return number
    return text


def _checked_root(root: Node | None) -> Node:
    if root is None or root.value is None:
        message = 'the file is empty; begin with "version: 1", or let "tactful init" write an example'
        raise _Refused((1, 1), "yaml.empty", message)
    if not isinstance(root.value, dict):
        kind = "a list" if isinstance(root.value, list) else "text"
        message = f'a journeys file is a mapping that begins with "version: 1", got {kind}'
        raise _Refused(root.place, "yaml.not_a_mapping", message)
    return root


def _checked_list(root: Node | None) -> Node:
    if root is None or root.value is None:
        raise _Refused((1, 1), "yaml.empty", 'the file is empty; begin with "- name: ..."')
    if not isinstance(root.value, list):
        kind = "a mapping" if isinstance(root.value, dict) else "text"
        message = f'the file is a list whose entries begin with "- name: ...", got {kind}'
        raise _Refused(root.place, "yaml.not_a_list", message)
    return root


def _forbidden_character(text: str, error: ReaderError) -> Flaw:
    ahead = text[: error.position]
    place = ahead.count("\n") + 1, error.position - (ahead.rfind("\n") + 1) + 1
    shown = f"U+{ord(text[error.position]):04X}"
    return Flaw(place, "yaml.character", f"the character {shown} is not allowed in YAML; remove it")


def _syntax_flaw(text: str, error: Exception, reached: Place) -> Flaw:
    mark = getattr(error, "problem_mark", None) if isinstance(error, MarkedYAMLError) else None
    place = (mark.line + 1, mark.column + 1) if mark else reached
    lines = text.splitlines()
    line = lines[place[0] - 1] if place[0] <= len(lines) else ""
    code, message = explain_syntax(error, line)
    return Flaw(place, code, message)
