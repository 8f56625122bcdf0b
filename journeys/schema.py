"""Which names may a condition use here, and of which kind are they?

A schema is the shop's declared events and attributes beside the known ones, seen from one place of a journey: at its
entry there is an event but no enrollment yet, inside there is an enrollment and perhaps an event. A name is found or
it is not, and then the answer says what to write instead.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from types import MappingProxyType
from typing import Literal, TypeAlias

from journeys.known_events import KNOWN_EVENTS, Declared
from journeys.scope import (
    FIXED,
    GOODS,
    TRAITS,
    Kind,
    Known,
    Reader,
    consent_reader,
    entry_as_goods,
    entry_reader,
    event_reader,
    goods_reader,
    trait_reader,
)

Path: TypeAlias = tuple[str, ...]
EventNames: TypeAlias = str | Sequence[str] | None

NOTHING_NAMED: Mapping[str, str] = MappingProxyType({})

# Any channel may follow profile.consent; these are what a message names.
_CHANNELS = ("profile.consent.email", "profile.consent.sms", "profile.consent.marketing")

ROOTS = ("event", "entry", "profile", "facts", "enrollment", "now", "segment", "condition")

NamedKind: TypeAlias = Literal["segment", "condition"]
# An event of which nothing is known may be any and have every property.
_ANY_EVENT = ("",)


@dataclass(frozen=True, slots=True)
class NotKnown:
    """A name that cannot be used: the reason with its remedy, and which part of the path is to blame."""

    message: str
    place: int = 0


@dataclass(frozen=True, slots=True)
class Schema:
    """The names a condition may use at one place of a journey.

    `event` and `entry` name the events that the event at hand and the one that began the enrollment may be; none when
    there is no such event. `segments` and `conditions` are what the file names, as it is written there. Where goods are
    wanted `entry` may stand for the one product that its event is about.
    """

    events: Declared
    attributes: Mapping[str, Kind]
    event: Path = ()
    entry: Path = ()
    place: Literal["file", "entry", "inside", "segment", "anywhere"] = "file"
    segments: Mapping[str, str] = field(default_factory=dict)
    conditions: Mapping[str, str] = field(default_factory=dict)
    wants_goods: bool = False

    @classmethod
    def of(
        cls,
        events: Declared,
        attributes: Mapping[str, Kind],
        *,
        segments: Mapping[str, str] = NOTHING_NAMED,
        conditions: Mapping[str, str] = NOTHING_NAMED,
    ) -> "Schema":
        """Add a file's own events and attributes to the known ones; a property declared again takes the file's kind.

        What is wrong with a segment or condition itself is for `journeys.named` to say.
        """
        merged = {name: {**KNOWN_EVENTS.get(name, {}), **events.get(name, {})} for name in {**KNOWN_EVENTS, **events}}
        merged["Identified"] = {**merged["Identified"], **attributes}
        return cls(merged, dict(attributes), segments=dict(segments), conditions=dict(conditions))

    def at_entry(self, event: EventNames) -> "Schema":
        """See it from a journey's entry: the event is at hand; a schedule has none."""
        return replace(self, event=_names(event), entry=(), place="entry")

    def inside(self, entry_event: EventNames, event: EventNames) -> "Schema":
        """See it from inside an enrollment that `entry_event` began, with the event at hand if there is one."""
        return replace(self, event=_names(event), entry=_names(entry_event), place="inside")

    def for_goods(self) -> "Schema":
        """See it from where goods are wanted."""
        return replace(self, wants_goods=True)

    def seen_from(self, kind: NamedKind, *, alone: bool = False) -> "Schema":
        """See it from a segment, which is about a person at any time, or from a condition, which is used here.

        `alone` sees a condition from nowhere in particular: what is wrong there is wrong wherever it is used.
        """
        if kind == "segment":
            return replace(self, event=(), entry=(), place="segment")
        return replace(self, event=_ANY_EVENT, entry=_ANY_EVENT, place="anywhere") if alone else self

    def named(self, kind: NamedKind) -> Mapping[str, str]:
        """Give the segments, or the conditions, by name."""
        return self.segments if kind == "segment" else self.conditions

    def no_such(self, kind: NamedKind, name: str) -> str:
        """Say that nothing goes by this name, and what was perhaps meant."""
        if name in (self.conditions if kind == "segment" else self.segments):
            remedy_of = {"segment": f"a condition; write condition.{name}", "condition": "a segment; write "}[kind]
            return f'"{name}" is {remedy_of}' + (f"profile in segment.{name}" if kind == "condition" else "")
        return f'there is no {kind} "{name}"{remedy(name, self.named(kind), f"declare it under {kind}s:")}'

    def knows_event(self, name: str) -> bool:
        """Tell whether an event's properties are known or declared."""
        return name in self.events

    def event_names(self) -> tuple[str, ...]:
        """List the known and declared events by name."""
        return tuple(sorted(self.events))

    def roots(self) -> tuple[str, ...]:
        """List the first names that may be used here."""
        here = {
            "event": bool(self.event),
            "entry": bool(self.entry),
            "enrollment": self.place in ("inside", "anywhere"),
            "segment": bool(self.segments),
            "condition": bool(self.conditions),
        }
        return tuple(root for root in ROOTS if here.get(root, True))

    def find(self, path: Path) -> Known | NotKnown:
        """Find what a dotted name means here, or say why it means nothing."""
        root = path[0]
        if root in ("segment", "condition"):
            return NotKnown(self._whole(root, path))
        if root in self.segments or root in self.conditions:
            meant = f"profile in segment.{root}" if root in self.segments else f"condition.{root}"
            return NotKnown(f"{root} is known by its whole name only; write {meant}")
        if root not in ROOTS:
            return NotKnown(f'"{root}" is not known here{remedy(root, self.roots())}')
        if root not in self.roots():
            return NotKnown(self._absence(root))
        if root in ("event", "entry"):
            return self._find_property(path)
        return self._find_fixed(path)

    def _whole(self, root: str, path: Path) -> str:
        """Say how people of a segment, or a condition, are asked for."""
        if root == "condition":
            return f"condition stands for several; name one, such as condition.{min(self.conditions, default='name')}"
        name = path[1] if len(path) > 1 else min(self.segments, default="name")
        return f"{'.'.join(path)} is a group of people; write profile in segment.{name}"

    def _absence(self, root: str) -> str:
        """Say why there is no such thing at this place, and what there is."""
        reasons = {
            ("entry", "event"): "this journey begins on a schedule, not with an event",
            ("entry", "entry"): "the journey has not begun yet",
            ("entry", "enrollment"): "the journey has not begun yet",
            ("segment", root): "a segment is about a person, whatever happens; ask for it under conditions:",
            ("inside", "event"): "no event is at hand at this step",
            ("inside", "entry"): "this journey begins on a schedule, not with an event",
        }
        why = reasons.get((self.place, root), "there is no journey around it")
        return f"{root} is not known here: {why}; use {', '.join(self.roots())}"

    def _find_property(self, path: Path) -> Known | NotKnown:
        root, names = path[0], self.event if path[0] == "event" else self.entry
        known = self._properties(names)
        if len(path) == 1 and root == "entry" and self.wants_goods:
            return self._product(known)
        if len(path) == 1:
            example = min(known, default="name") if known is not None else "name"
            return NotKnown(f"{root} is a whole event; name one of its properties, such as {root}.{example}")
        kind: Kind | None = "any" if known is None else known.get(path[1])
        if kind is None:
            which = " or ".join(f'"{name}"' for name in names)
            hint = remedy(path[1], known or (), "declare it under events:")
            return NotKnown(f'{which} has no property "{path[1]}"{hint}', 1)
        reader = event_reader if root == "event" else entry_reader
        return _descend(path, 2, kind, reader)

    def _product(self, known: Mapping[str, Kind] | None) -> Known | NotKnown:
        """Take the event itself for a product, when it may name one."""
        if known is None or known.get("product_id") in ("text", "number", "any"):
            return Known("items", entry_as_goods)
        lists = sorted(name for name, kind in known.items() if kind == "items")
        write = f"write entry.{lists[0]}" if lists else "declare product_id under events:"
        which = " or ".join(f'"{name}"' for name in self.entry)
        return NotKnown(f"entry is no product, since {which} has no product_id; {write}")

    def _properties(self, names: Path) -> dict[str, Kind] | None:
        """Give the properties that any of these events has; None when one of them may have every property."""
        kinds: dict[str, Kind] = {}
        for name in names:
            if name not in self.events:
                return None
            for key, kind in self.events[name].items():
                kinds[key] = kind if kinds.get(key, kind) == kind else "any"
        return kinds

    def _find_fixed(self, path: Path) -> Known | NotKnown:
        known = FIXED.get(".".join(path))
        if known is not None:
            return known
        if path[:2] == ("profile", "consent") and len(path) > 2:
            return _descend(path, 3, "boolean", lambda below: consent_reader(below[1]))
        traits = {**TRAITS, **self.attributes}
        if path[0] == "profile" and len(path) > 1 and path[1] in traits and path[1] not in self._children(("profile",)):
            return _descend(path, 2, traits[path[1]], trait_reader)
        return self._miss(path)

    def _miss(self, path: Path) -> NotKnown:
        """Say at which part a fixed name goes wrong."""
        for place in range(1, len(path)):
            group = path[:place]
            known = self._children(group)
            whole = ".".join(group)
            if not known:
                return NotKnown(f"{whole} has nothing inside it; write {whole} alone", place)
            if group == ("profile",):
                known |= {*TRAITS, *self.attributes}
            if path[place] not in known:
                hint = remedy(path[place], known, "declare it under attributes:" if group == ("profile",) else "")
                return NotKnown(f'{whole} has no "{path[place]}"{hint}', place)
        if path == ("profile",):
            return NotKnown("profile is a whole person; name one of its values, such as profile.email")
        whole = ".".join(path)
        some = ", ".join(sorted(name for name in (*FIXED, *_CHANNELS) if name.startswith(f"{whole}.")))
        return NotKnown(f"{whole} holds several values; write one of {some}", len(path) - 1)

    def _children(self, group: Path) -> set[str]:
        """List the fixed names right under a group."""
        depth = len(group)
        paths = [tuple(name.split(".")) for name in (*FIXED, *_CHANNELS)]
        return {path[depth] for path in paths if len(path) > depth and path[:depth] == group}


def part_of_goods(whole: str, read: Reader, name: str) -> Known | NotKnown:
    """Find an attribute of goods; shops add their own, so only what looks like a slip of the pen is refused."""
    if name in GOODS:
        return Known(GOODS[name], goods_reader(read, name))
    close = get_close_matches(name, GOODS, 1, 0.8)
    if close:
        return NotKnown(f'the goods of {whole} have no "{name}"; did you mean "{close[0]}"?')
    return Known("list of any", goods_reader(read, name))


def remedy(name: str, known: Iterable[str], otherwise: str = "") -> str:
    """Say what was perhaps meant, or what there is to choose from, and what else can be done."""
    choice = sorted(known)
    close = get_close_matches(name, choice, 1)
    if close:
        return f'; did you mean "{close[0]}"?' + (f" Correct it, or {otherwise}" if otherwise else "")
    if choice:
        return f"; known: {', '.join(choice)}" + (f"; use one of these, or {otherwise}" if otherwise else "")
    return f"; {otherwise}" if otherwise else ""


_DESCRIPTIONS: Mapping[Kind, str] = MappingProxyType(
    {
        "number": "a number",
        "boolean": "yes or no",
        "date": "a date",
        "duration": "a duration",
        "items": "a list of goods",
        "any": "of no declared kind",
        "list of text": "a list of texts",
        "list of number": "a list of numbers",
        "list of any": "a list",
    }
)


def describe(kind: Kind) -> str:
    """Name a kind the way a message says it: `a number`."""
    return _DESCRIPTIONS.get(kind, kind)


def _names(event: EventNames) -> Path:
    if event is None:
        return ()
    return (event,) if isinstance(event, str) else tuple(event)


def _descend(path: Path, place: int, kind: Kind, reader: Callable[[Path], Reader]) -> Known | NotKnown:
    """Follow what is left of a path below a value of this kind."""
    whole, rest = ".".join(path[:place]), path[place:]
    if not rest or kind == "any":
        return Known(kind, reader(path[1:]))
    if kind != "items":
        return NotKnown(f"{whole} is {describe(kind)} and has nothing inside it; write {whole} alone", place)
    found = part_of_goods(whole, reader(path[1:place]), rest[0])
    if isinstance(found, NotKnown):
        return replace(found, place=place)
    if len(rest) > 1:
        return NotKnown(f"{whole}.{rest[0]} is a list of values; write {whole}.{rest[0]} alone", place + 1)
    return found
