"""Which scenario tests does this file hold, and where is it wrong?

A scenario is a customer's story, written in YAML: what happens when, and what the journeys must make of it. The file
is a list, so that a marketer can copy one scenario and change it. Every problem is reported with its line, all at
once; a scenario with a problem does not run, the others do.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal, TypeAlias

from journeys.duration import parse_duration
from journeys.errors import Fault, Problem
from journeys.goods import to_items
from journeys.parse import Parsed
from journeys.spelling import did_you_mean
from journeys.vocabulary import Item
from journeys.yaml_text import read
from orchestrator.profiles import is_zone

# The codes of the problems below and of `journeys.codes`; a code never changes its meaning.
CODES = {
    "yaml.not_a_list": "The file of scenarios is not a list.",
    "scenario.unknown_key": "A key is not one that stands here.",
    "scenario.missing_key": "A required key is not there.",
    "scenario.wrong_value": "A value is not of the kind that is expected here.",
    "scenario.duplicate_name": "Two scenarios have the same name.",
}

KEYS = ("name", "journey", "at", "profile", "events", "until", "catalog", "fate", "expect", "nothing_sent")
EXPECTATIONS: dict[str, tuple[str, ...]] = {
    "sent": ("journey", "step", "channel", "audience", "items"),
    "failed": ("journey", "step", "channel"),
    "suppressed": ("journey", "step", "channel", "reason"),
    "delayed": ("journey", "step", "channel", "reason", "until"),
    "cancelled": ("journey", "step", "channel", "reason"),
    "left": ("journey", "step", "channel", "audience"),
    "entered": ("journey",),
    "exited": ("journey", "step", "reason"),
    "goal": ("journey", "step"),
}
_ADDRESSES = ("email", "phone", "user_id", "timezone")
_CLOCK = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d")
_NEVER_USED = "2000-01-01"  # where there is no time there is a problem, and the scenario does not run
_MOMENT = re.compile(r"[+\d]")
_MOMENT_WORDS = 'a moment like +1h or "2026-03-02 09:00"'

When: TypeAlias = timedelta | datetime
Path: TypeAlias = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Happening:
    """An event of the story. `of` names the step whose last message it is about, such as the one that was clicked."""

    when: When
    name: str
    properties: Mapping[str, Any] = field(default_factory=dict)
    of: str = ""


@dataclass(frozen=True, slots=True)
class Expectation:
    """What must come of it at a moment; `wanted` holds what else is asked of it, by the keys of `EXPECTATIONS`."""

    when: When
    what: str
    wanted: Mapping[str, Any] = field(default_factory=dict)
    line: int = 1

    def __str__(self) -> str:
        asked = ", ".join(f"{key} {_shown(value)}" for key, value in self.wanted.items())
        return f"{self.what}{', ' if asked else ''}{asked}"


@dataclass(frozen=True, slots=True)
class Scenario:
    """One story. A `When` is a time after `at`, or a time of its own on the shop's clock, and so without a zone."""

    name: str
    at: datetime
    journey: str = ""
    profile: Mapping[str, Any] = field(default_factory=dict)
    happenings: tuple[Happening, ...] = ()
    until: When | None = None
    catalog: tuple[Item, ...] = ()
    fates: Mapping[str, Literal["sent", "failed"]] = field(default_factory=dict)
    expectations: tuple[Expectation, ...] = ()
    file: str = "journeys.test.yaml"
    line: int = 1


def read_scenarios(text: str, file: str = "journeys.test.yaml") -> tuple[list[Scenario], list[Problem]]:
    """Read a file of scenarios. Never raises: what is wrong comes back as problems, in order of place."""
    reading = read(text, as_list=True)
    problems = [Problem(file, *flaw.place, flaw.code, flaw.message) for flaw in reading.flaws]
    if reading.root is None:
        return [], problems
    parsed = Parsed(file, None, (), reading.root)
    spoiled = {flaw.path[0] for flaw in reading.flaws if flaw.path}
    scenarios = []
    names = Counter(entry.get("name") for entry in reading.root.value if isinstance(entry, dict))
    for place, entry in enumerate(reading.root.value):
        reader = _Reader(parsed, place, names)
        scenario = reader.scenario(entry)
        problems += reader.problems
        if scenario is not None and not reader.problems and place not in spoiled:
            scenarios.append(scenario)
    return scenarios, sorted(problems, key=lambda problem: (problem.line, problem.column))


class _Reader:
    """Reads one scenario and collects what is wrong with it."""

    def __init__(self, parsed: Parsed, place: int, names: Mapping[Any, int]) -> None:
        self.problems: list[Problem] = []
        self._parsed = parsed
        self._place = place
        self._names = names
        self._about = f"scenario {place + 1}"

    def scenario(self, entry: Any) -> Scenario | None:
        """Read the scenario; only usable when there were no problems."""
        if not isinstance(entry, dict):
            self._wrong((), "", 'a mapping that begins with "name"', entry)
            return None
        self._about = f'scenario "{entry["name"]}"' if isinstance(entry.get("name"), str) else self._about
        self._known_keys(entry, KEYS, ())
        name = self._text(entry, "name", ())
        if self._names[name] > 1:
            self._note(("name",), "duplicate_name", "another scenario has this name; give each its own")
        at = self._at(entry)
        return Scenario(
            name=name,
            at=at,
            journey=self._text(entry, "journey", (), default=""),
            profile=self._profile(entry.get("profile", {})),
            happenings=tuple(self._happenings(entry.get("events", []))),
            until=self._when(str(entry["until"]), ("until",)) if "until" in entry else None,
            catalog=self._catalog(entry.get("catalog", [])),
            fates=self._fates(entry.get("fate", {})),
            expectations=tuple(self._expectations(entry)),
            file=self._parsed.file,
            line=self._parsed.place(self._place)[0],
        )

    # What stands once in a scenario.

    def _at(self, entry: Mapping[str, Any]) -> datetime:
        written = self._text(entry, "at", ())
        try:
            if _CLOCK.fullmatch(written):
                return datetime.fromisoformat(written)
        except ValueError:
            pass  # reported below: 2026-02-30 looks like a date
        if written:
            self._wrong(("at",), "at", 'a local time like "2026-03-02 09:00"', written)
        return datetime.fromisoformat(_NEVER_USED)

    def _profile(self, profile: Any) -> dict[str, Any]:
        if not isinstance(profile, dict):
            self._wrong(("profile",), "profile", "a mapping such as {email: ann@example.com}", profile)
            return {}
        for key in _ADDRESSES:
            self._text(profile, key, ("profile",), default="")
        zone = profile.get("timezone", "")
        if isinstance(zone, str) and zone and not is_zone(zone):
            self._wrong(("profile", "timezone"), "profile.timezone", "an IANA name such as Europe/Riga", zone)
        self._mapping_of(profile, "consent", bool, "yes or no for each channel, such as {marketing: true}")
        self._mapping_of(profile, "suppressed", str, "a cause for each address: {ann@example.com: unsubscribed}")
        return profile

    def _mapping_of(self, profile: Mapping[str, Any], key: str, kind: type, expected: str) -> None:
        value = profile.get(key, {})
        if not isinstance(value, dict) or not all(isinstance(inner, kind) for inner in value.values()):
            self._wrong(("profile", key), f"profile.{key}", expected, value)

    def _catalog(self, goods: Any) -> tuple[Item, ...]:
        entries = goods if isinstance(goods, list) else [None]
        items = to_items([{"product_id": entry} if isinstance(entry, str) else entry for entry in entries])
        if len(items) != len(entries):
            self._wrong(("catalog",), "catalog", "a list of product ids, or of goods with a product_id", goods)
        return items

    def _fates(self, fates: Any) -> dict[str, Any]:
        if isinstance(fates, dict) and all(fate in ("sent", "failed") for fate in fates.values()):
            return fates
        self._wrong(("fate",), "fate", "sent or failed for a step, such as {reminder: failed}", fates)
        return {}

    # Events.

    def _happenings(self, events: Any) -> Iterator[Happening]:
        for place, event in enumerate(self._listed(events, "events")):
            path: Path = ("events", place)
            timed = self._timed(event, path, "{+0h: Checkout Started, checkout_id: k1}")
            if timed is None:
                continue
            when, name, rest = timed
            of = self._text(rest, "of", path, default="")
            properties = {key: value for key, value in rest.items() if key != "of"}
            if "products" in properties and not to_items(properties["products"]):
                expected = "a list of goods, such as [{product_id: grinder, price: 80}]"
                self._wrong((*path, "products"), f"events[{place}].products", expected, properties["products"])
            yield Happening(when, name, properties, of)

    def _listed(self, entries: Any, key: str) -> list[Any]:
        if isinstance(entries, list):
            return entries
        self._wrong((key,), key, "a list", entries)
        return []

    def _timed(self, entry: Any, path: Path, example: str) -> tuple[When, str, dict[str, Any]] | None:
        """Take the moment and the word after it out of an entry such as `{+1h: sent, step: reminder}`."""
        field_name = f"{path[0]}[{path[1]}]"
        moments = [key for key in entry if _MOMENT.match(key)] if isinstance(entry, dict) else []
        if len(moments) != 1:
            self._wrong(path, field_name, f"one key that is a moment, such as {example}", entry)
            return None
        key = moments[0]
        when, word = self._when(key, (*path, key)), entry[key]
        if not isinstance(word, str) or not word:
            self._wrong((*path, key), field_name, f"text after the moment, such as {example}", word)
            return None
        return (when, word, {name: value for name, value in entry.items() if name != key}) if when is not None else None

    def _when(self, text: str, path: Path) -> When | None:
        try:
            return datetime.fromisoformat(text) if _CLOCK.fullmatch(text) else _after(text)
        except ValueError:
            self._wrong(path, str(path[0]), _MOMENT_WORDS, text)
            return None

    # Expectations.

    def _expectations(self, entry: Mapping[str, Any]) -> Iterator[Expectation]:
        promises_silence = entry.get("nothing_sent", False)
        if not isinstance(promises_silence, bool):
            self._wrong(("nothing_sent",), "nothing_sent", "true or false", promises_silence)
        if "expect" not in entry and promises_silence is not True:
            message = "nothing says what must come of it; add expect with a list, or nothing_sent: true"
            self._note((), "missing_key", message)
        for place, expected in enumerate(self._listed(entry.get("expect", []), "expect")):
            expectation = self._expectation(expected, ("expect", place))
            if expectation is not None:
                if promises_silence is True and expectation.what == "sent":
                    self._note(("expect", place), "wrong_value", "nothing_sent is true, got sent; keep one of the two")
                yield expectation

    def _expectation(self, entry: Any, path: Path) -> Expectation | None:
        timed = self._timed(entry, path, "{+1h: sent, step: reminder}")
        if timed is None:
            return None
        when, what, wanted = timed
        if what not in EXPECTATIONS:
            hint = did_you_mean(what, EXPECTATIONS)
            known = f"expect[{path[1]}] expects one of {', '.join(EXPECTATIONS)}, got {_shown(what)}{hint}"
            self._note(path, "wrong_value", known if hint else f"{known}; use one of these")
            return None
        self._known_keys(wanted, EXPECTATIONS[what], path)
        for key in wanted.keys() & {"journey", "step", "channel", "audience", "reason"}:
            self._text(wanted, key, path)
        if "items" in wanted and not _is_texts(wanted["items"]):
            self._wrong((*path, "items"), "items", "a list of product ids, such as [grinder]", wanted["items"])
        if "until" in wanted:
            wanted["until"] = self._when(str(wanted["until"]), (*path, "until"))
        return Expectation(when, what, wanted, self._parsed.place(self._place, *path)[0])

    # Complaints.

    def _text(self, entry: Mapping[str, Any], key: str, path: Path, default: str | None = None) -> str:
        if key not in entry:
            if default is None:
                self._note(path, "missing_key", f'missing key "{key}"; add it')
            return default or ""
        if isinstance(entry[key], str) and entry[key]:
            return str(entry[key])
        self._wrong((*path, key), key, "text", entry[key])
        return ""

    def _known_keys(self, entry: Mapping[str, Any], known: tuple[str, ...], path: Path) -> None:
        for key in entry:
            if key not in known:
                hint = did_you_mean(key, known)
                listed = f"{hint} Known" if hint else "; known"
                message = f'{self._about}: unknown key "{key}"{listed} keys: {", ".join(known)}'
                place = self._key_place((*path, key))
                self.problems.append(Problem(self._parsed.file, *place, "scenario.unknown_key", message))

    def _key_place(self, path: Path) -> tuple[int, int]:
        """Give the place of the key that ends a path; the key is there."""
        node = self._parsed.root
        for part in (self._place, *path[:-1]):
            node = node.children[part] if node else None
        return node.keys[str(path[-1])] if node else (1, 1)

    def _wrong(self, path: Path, where: str, expected: str, got: Any) -> None:
        self._note(path, "wrong_value", f"{where} expects {expected}, got {_shown(got)}; correct it".lstrip())

    def _note(self, path: Path, code: str, message: str) -> None:
        whole: Path = (self._place, *path)
        self.problems.append(self._parsed.locate(Fault(whole, f"scenario.{code}", f"{self._about}: {message}")))


def _after(text: str) -> timedelta:
    if not text.startswith("+"):
        raise ValueError(text)
    return parse_duration(text[1:])


def _is_texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(entry, str) for entry in value)


def _shown(value: Any) -> str:
    match value:
        case None:
            return "nothing"
        case dict():
            return f"a mapping with {', '.join(value)}" if value else "an empty mapping"
        case list() | tuple():
            return f"[{', '.join(_shown(entry).strip(chr(34)) for entry in value)}]"
        case timedelta():
            return f"+{value}"
        case str():
            return f'"{value}"'
        case _:
            return str(value)
