"""Which scenario tests does this file hold, and where is it wrong?

A scenario is a customer's story, written in YAML: what happens when, and what the journeys must make of it. The file
is a list, so that a marketer can copy one scenario and change it. Every problem is reported with its line, all at
once; a scenario with a problem does not run, the others do.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any, TypeAlias

from journeys.decision import Fate
from journeys.duration import parse_duration
from journeys.errors import Fault, Problem
from journeys.goods import to_items
from journeys.parse import Parsed
from journeys.spelling import did_you_mean
from journeys.vocabulary import Item
from journeys.yaml_text import read
from orchestrator.profiles import is_zone
from orchestrator.scenario import (
    AS_PLAYED,
    EXPECTATIONS,
    KEYS,
    Expectation,
    Happening,
    PlayedFate,
    Scenario,
    When,
    shown,
)

# The codes of the problems below and of `journeys.codes`; a code never changes its meaning.
CODES = {
    "yaml.not_a_list": "The file of scenarios is not a list.",
    "scenario.unknown_key": "A key is not one that stands here.",
    "scenario.missing_key": "A required key is not there.",
    "scenario.wrong_value": "A value is not of the kind that is expected here.",
    "scenario.duplicate_name": "Two scenarios have the same name.",
}

_ADDRESSES = ("email", "phone", "user_id", "timezone")
_CLOCK = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d")
_NEVER_USED = "2000-01-01"  # where there is no time there is a problem, and the scenario does not run
_TEXTS = {"journey", "step", "channel", "audience", "reason", "attribute", "subject", "task", "note"}
_FATE_WORDS = "sent or failed for a step, such as {reminder: failed} or {reminder: {failed: no_such_mailbox}}"
_MOMENT = re.compile(r"[+\d]")
_MOMENT_WORDS = 'a moment like +1h or "2026-03-02 09:00"'

Path: TypeAlias = tuple[str | int, ...]


def read_scenarios(text: str, file: str = "journeys.test.yaml") -> tuple[list[Scenario], list[Problem]]:
    """Read a file of scenarios. Never raises: what is wrong comes back as problems, in order of place."""
    reading = read(text, as_list=True)
    problems = [Problem(file, *flaw.place, flaw.code, flaw.message) for flaw in reading.flaws]
    if reading.root is None:
        return [], problems
    parsed = Parsed(file, None, (), reading.root)
    spoiled = {flaw.path[0] for flaw in reading.flaws if flaw.path}
    scenarios = []
    names = Counter(str(entry.get("name")) for entry in reading.root.value if isinstance(entry, dict))
    for place, entry in enumerate(reading.root.value):
        reader = _Reader(parsed, (place,), f"scenario {place + 1}")
        scenario = reader.scenario(entry, names)
        problems += reader.problems
        if scenario is not None and not reader.problems and place not in spoiled:
            scenarios.append(scenario)
    return scenarios, _in_order(problems)


def read_happenings(text: str, file: str) -> tuple[tuple[Happening, ...], list[Problem]]:
    """Read a file that lists nothing but events, written as a scenario writes them. Never raises."""
    reading = read(text, as_list=True)
    problems = [Problem(file, *flaw.place, flaw.code, flaw.message) for flaw in reading.flaws]
    if reading.root is None:
        return (), problems
    reader = _Reader(Parsed(file, None, (), reading.root), (), "event")
    happenings = tuple(reader.happenings(reading.root.value, ()))
    return happenings, _in_order([*problems, *reader.problems])


def read_profile(text: str, file: str) -> tuple[dict[str, Any], list[Problem]]:
    """Read a text that says nothing but who a story is about, as a scenario's `profile` does. Never raises."""
    reading = read(text)
    problems = [Problem(file, *flaw.place, flaw.code, flaw.message) for flaw in reading.flaws]
    if reading.root is None:
        return {}, problems
    reader = _Reader(Parsed(file, None, (), reading.root), (), "profile")
    return reader.profile(reading.root.value, ()), _in_order([*problems, *reader.problems])


def _in_order(problems: list[Problem]) -> list[Problem]:
    return sorted(problems, key=lambda problem: (problem.line, problem.column))


class _Reader:
    """Reads what stands at `base` of a file, such as one scenario, and collects what is wrong with it."""

    def __init__(self, parsed: Parsed, base: Path, about: str) -> None:
        self.problems: list[Problem] = []
        self._parsed = parsed
        self._base = base
        self._about = about

    def scenario(self, entry: Any, names: Mapping[Any, int]) -> Scenario | None:
        """Read the scenario; only usable when there were no problems. `names` counts the names of the file."""
        if not isinstance(entry, dict):
            self._wrong((), "", 'a mapping that begins with "name"', entry)
            return None
        self._about = f'scenario "{entry["name"]}"' if isinstance(entry.get("name"), str) else self._about
        self._known_keys(entry, KEYS, ())
        name = self._text(entry, "name", ())
        if names[name] > 1:
            self._note(("name",), "duplicate_name", "another scenario has this name; give each its own")
        at = self._at(entry)
        return Scenario(
            name=name,
            at=at,
            journey=self._text(entry, "journey", (), default=""),
            zone=self._zone(entry, ()),
            profile=self.profile(entry.get("profile", {}), ("profile",)),
            happenings=tuple(self.happenings(entry.get("events", []), ("events",))),
            until=self._when(str(entry["until"]), ("until",)) if "until" in entry else None,
            catalog=self._catalog(entry.get("catalog", [])),
            fates=self._fates(entry.get("fate", {})),
            expectations=tuple(self._expectations(entry)),
            never=tuple(self._never(entry.get("never", []))),
            asks_all="expect" in entry or "nothing_sent" in entry,
            file=self._parsed.file,
            line=self._parsed.place(*self._base)[0],
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

    def profile(self, profile: Any, path: Path) -> dict[str, Any]:
        """Read who the story is about."""
        if not isinstance(profile, dict):
            self._wrong(path, "profile", "a mapping such as {email: ann@example.com}", profile)
            return {}
        for key in _ADDRESSES:
            self._text(profile, key, path, default="")
        if type(number := profile.get("id", 1)) is not int or number < 1:
            self._wrong((*path, "id"), "profile.id", "a whole number from 1", number)
        self._zone(profile, path, "timezone")
        agreed = "yes or no for each channel, such as {marketing: true}"
        self._mapping_of(profile, (*path, "consent"), bool, agreed)
        cause = "a cause for each address: {ann@example.com: unsubscribed}"
        self._mapping_of(profile, (*path, "suppressed"), str, cause)
        return profile

    def _zone(self, entry: Mapping[str, Any], path: Path, key: str = "zone") -> str:
        zone = entry.get(key, "")
        if isinstance(zone, str) and (not zone or is_zone(zone)):
            return zone
        where = ".".join((*map(str, path), key))
        self._wrong((*path, key), where, "an IANA name such as Europe/Riga", zone)
        return ""

    def _mapping_of(self, profile: Mapping[str, Any], path: Path, kind: type, expected: str) -> None:
        value = profile.get(str(path[-1]), {})
        if not isinstance(value, dict) or not all(isinstance(inner, kind) for inner in value.values()):
            self._wrong(path, ".".join(map(str, path)), expected, value)

    def _catalog(self, goods: Any) -> tuple[Item, ...]:
        entries = goods if isinstance(goods, list) else [None]
        items = to_items([{"product_id": entry} if isinstance(entry, str) else entry for entry in entries])
        if len(items) != len(entries):
            self._wrong(("catalog",), "catalog", "a list of product ids, or of goods with a product_id", goods)
        return items

    def _fates(self, fates: Any) -> dict[str, PlayedFate]:
        read = {step: read_fate(fate) for step, fate in fates.items()} if isinstance(fates, dict) else {"": None}
        found = {step: fate for step, fate in read.items() if fate is not None}
        if len(found) < len(read):
            self._wrong(("fate",), "fate", _FATE_WORDS, fates)
        return found

    # Events.

    def happenings(self, events: Any, base: Path) -> Iterator[Happening]:
        """Read the events that stand at `base`."""
        for place, event in enumerate(self._listed(events, "events")):
            path: Path = (*base, place)
            timed = self._timed(event, path, "{+0h: Checkout Started, checkout_id: k1}")
            if timed is None:
                continue
            when, name, rest = timed
            of = self._text(rest, "of", path, default="")
            properties = {key: value for key, value in rest.items() if key != "of"}
            if "products" in properties and not to_items(properties["products"]):
                expected = "a list of goods, such as [{product_id: grinder, price: 80}]"
                self._wrong((*path, "products"), f"{_place_of(path)}.products", expected, properties["products"])
            yield Happening(when, name, properties, of)

    def _listed(self, entries: Any, key: str) -> list[Any]:
        if isinstance(entries, list):
            return entries
        self._wrong((key,), key, "a list", entries)
        return []

    def _timed(self, entry: Any, path: Path, example: str) -> tuple[When, str, dict[str, Any]] | None:
        """Take the moment and the word after it out of an entry such as `{+1h: sent, step: reminder}`."""
        field_name = _place_of(path)
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
            return read_moment(text)
        except ValueError:
            self._wrong(path, str(path[0] if path else "event"), _MOMENT_WORDS, text)
            return None

    # Expectations.

    def _expectations(self, entry: Mapping[str, Any]) -> Iterator[Expectation]:
        promises_silence = entry.get("nothing_sent", False)
        if not isinstance(promises_silence, bool):
            self._wrong(("nothing_sent",), "nothing_sent", "true or false", promises_silence)
        if not {"expect", "never"} & entry.keys() and promises_silence is not True:
            message = "nothing says what must come of it; add expect or never with a list, or nothing_sent: true"
            self._note((), "missing_key", message)
        for place, expected in enumerate(self._listed(entry.get("expect", []), "expect")):
            expectation = self._expectation(expected, ("expect", place))
            if expectation is None:
                continue
            if promises_silence is True and expectation.what in ("sent", "crm"):
                message = f"nothing_sent is true, got {expectation.what}; keep one of the two"
                self._note(("expect", place), "wrong_value", message)
            yield expectation

    def _expectation(self, entry: Any, path: Path) -> Expectation | None:
        timed = self._timed(entry, path, "{+1h: sent, step: reminder}")
        return None if timed is None else self._wanted(*timed, path=path)

    def _never(self, entries: Any) -> Iterator[Expectation]:
        """Read what must not happen: an expectation without a moment, such as `{sent, step: reminder}`."""
        for place, entry in enumerate(self._listed(entries, "never")):
            path: Path = ("never", place)
            said = {entry: None} if isinstance(entry, str) else entry
            words = [key for key, value in said.items() if value is None] if isinstance(said, dict) else []
            if len(words) != 1:
                self._wrong(path, _place_of(path), "a word and its keys, such as {sent, step: reminder}", entry)
                continue
            asked = {key: value for key, value in said.items() if key != words[0]}
            found = self._wanted(timedelta(), words[0], asked, path=path)
            if found is not None:
                yield found

    def _wanted(self, when: When, what: str, wanted: dict[str, Any], *, path: Path) -> Expectation | None:
        """Check what is asked of something that happened, word and keys."""
        if what not in EXPECTATIONS:
            hint = did_you_mean(what, EXPECTATIONS)
            known = f"{_place_of(path)} expects one of {', '.join(EXPECTATIONS)}, got {shown(what)}{hint}"
            self._note(path, "wrong_value", known if hint else f"{known}; use one of these")
            return None
        self._known_keys(wanted, EXPECTATIONS[what], path)
        for key in wanted.keys() & _TEXTS:
            self._text(wanted, key, path)
        if "items" in wanted and not _is_texts(wanted["items"]):
            self._wrong((*path, "items"), "items", "a list of product ids, such as [grinder]", wanted["items"])
        if "until" in wanted:
            wanted["until"] = self._when(str(wanted["until"]), (*path, "until"))
        return Expectation(when, what, wanted, self._parsed.place(*self._base, *path)[0])

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
        for part in (*self._base, *path[:-1]):
            node = node.children[part] if node else None
        return node.keys[str(path[-1])] if node else (1, 1)

    def _wrong(self, path: Path, where: str, expected: str, got: Any) -> None:
        self._note(path, "wrong_value", f"{where} expects {expected}, got {shown(got)}; correct it".lstrip())

    def _note(self, path: Path, code: str, message: str) -> None:
        whole: Path = (*self._base, *path)
        self.problems.append(self._parsed.locate(Fault(whole, f"scenario.{code}", f"{self._about}: {message}")))


def _place_of(path: Path) -> str:
    """Name an entry of a list in a message: `events[2]`."""
    return f"{path[-2] if len(path) > 1 else 'events'}[{path[-1]}]"


def read_fate(said: Any) -> PlayedFate | None:
    """Read what becomes of a step's messages: sent, failed, or failed with a reason."""
    match said:
        case "sent":
            return PlayedFate(Fate.SENT)
        case "failed":
            return PlayedFate(Fate.FAILED, AS_PLAYED)
        case {"failed": str(reason)} if reason and len(said) == 1:
            return PlayedFate(Fate.FAILED, reason)
        case _:
            return None


def read_moment(text: str) -> When:
    """Read a moment such as `+1h` or `2026-03-02 09:00`; raises ValueError for anything else."""
    if _CLOCK.fullmatch(text):
        return datetime.fromisoformat(text)
    if not text.startswith("+"):
        raise ValueError(text)
    return parse_duration(text[1:])


def _is_texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(entry, str) for entry in value)
