"""How is a scenario written, so that it can be read again?"""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec

from journeys.decision import Fate
from journeys.duration import format_duration
from journeys.vocabulary import Item
from orchestrator.imagined_life import Seen
from orchestrator.scenario import AS_PLAYED, Calendar, Expectation, Happening, PlayedFate, Scenario, When, minute

# What a story that was lived through promises of every other; waits and branches are how it came to that.
_PROMISED = ("sent", "failed", "suppressed", "delayed", "cancelled", "left", "entered", "exited", "goal")
_ASKED = ("step", "audience", "items", "reason")
_NEAR = timedelta(days=1)
_EXACT = 1e15
# Text that YAML reads as nothing but that text, also within braces and as a key.
_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_./@-]*(?: [A-Za-z0-9_./@-]+)*")
_UNPRINTABLE = re.compile("[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")
_NOT_TEXT = re.compile(r"true|false|null|yes|no|on|off", re.IGNORECASE)


def expectations_of(story: Sequence[Seen], calendar: Calendar) -> tuple[Expectation, ...]:
    """Expect what happened: every message, entry, exit and answer of a guard, each in its minute."""
    return tuple(
        Expectation(_when(seen.at, calendar), seen.what, _asked_of(seen)) for seen in story if seen.what in _PROMISED
    )


def _asked_of(seen: Seen) -> dict[str, Any]:
    if seen.what == "entered":
        return {"journey": seen.journey}
    found = {key: getattr(seen, key) for key in _ASKED}
    named = {key: list(value) if isinstance(value, tuple) else value for key, value in found.items() if value}
    keys = {"step", "reason"} if seen.what in ("failed", "suppressed", "delayed", "cancelled", "exited") else {"step"}
    return {key: value for key, value in named.items() if key in keys | _MORE.get(seen.what, set())}


_MORE = {"sent": {"audience", "items"}, "left": {"audience"}}


def _when(at: datetime, calendar: Calendar) -> When:
    """Say when: soon after the beginning by how long after, later by the clock, where that says the same minute."""
    since = minute(at) - calendar.instant(calendar.begin)
    local = minute(at).astimezone(calendar.zone).replace(tzinfo=None)
    return since if since < _NEAR or calendar.instant(local) != minute(at) else local


def scenario_text(scenario: Scenario) -> str:
    """Write a scenario as an entry of a file of scenarios."""
    lines = [f"- name: {_flow(scenario.name)}", *(f"  {line}" for line in _lines(scenario))]
    return "\n".join(lines) + "\n"


def _lines(scenario: Scenario) -> Iterator[str]:
    if scenario.journey:
        yield f"journey: {scenario.journey}"
    yield f"at: {scenario.at:%Y-%m-%d %H:%M}"
    if scenario.zone:
        yield f"zone: {scenario.zone}"
    if scenario.until is not None:
        yield f"until: {_moment(scenario.until)}"
    if scenario.profile:
        yield f"profile: {_flow(dict(scenario.profile))}"
    if scenario.catalog:
        yield f"catalog: {_flow([_good(item) for item in scenario.catalog])}"
    if scenario.fates:
        yield f"fate: {_flow({step: _fate(fate) for step, fate in scenario.fates.items()})}"
    if scenario.happenings:
        yield "events:"
        yield from (f"  - {happening_text(happening)}" for happening in scenario.happenings)
    if not scenario.expectations:
        yield "nothing_sent: true"
        return
    if not any(expectation.what == "sent" for expectation in scenario.expectations):
        yield "nothing_sent: true"
    yield "expect:"
    yield from (f"  - {_expectation(expectation)}" for expectation in scenario.expectations)


def _good(item: Item) -> dict[str, Any]:
    given = {"product_id": item.product_id, "name": item.name, "category": item.category}
    return {key: value for key, value in given.items() if value} | ({"price": item.price} if item.price else {})


def _fate(fate: PlayedFate) -> Any:
    if fate.fate is Fate.SENT:
        return "sent"
    return "failed" if fate.reason == AS_PLAYED else {"failed": fate.reason}


def happening_text(happening: Happening) -> str:
    """Write an event as an entry of a scenario's events."""
    about = {"of": happening.of} if happening.of else {}
    return _timed(happening.when, happening.name, {**happening.properties, **about})


def _expectation(expectation: Expectation) -> str:
    return _timed(expectation.when, expectation.what, expectation.wanted)


def _timed(when: When, word: str, rest: Mapping[str, Any]) -> str:
    parts = [f"{_moment(when)}: {_flow(word)}", *(f"{_flow(key)}: {_flow(value)}" for key, value in rest.items())]
    return f"{{{', '.join(parts)}}}"


def _moment(when: When) -> str:
    if isinstance(when, datetime):
        return f"{when:%Y-%m-%d %H:%M}"
    return f"+{format_duration(when)}" if when >= timedelta(seconds=1) else "+0h"


def _flow(value: Any) -> str:
    """Write a value on one line."""
    match value:
        case str() if _PLAIN.fullmatch(value) and not _NOT_TEXT.fullmatch(value):
            return value
        case Mapping():
            return f"{{{', '.join(f'{_flow(key)}: {_flow(inner)}' for key, inner in value.items())}}}"
        case list() | tuple():
            return f"[{', '.join(map(_flow, value))}]"
        case None:
            return "null"
        case float() if value.is_integer() and abs(value) < _EXACT:
            return str(int(value))
        case _:
            # JSON is YAML but for these characters; a time is written as text.
            return _UNPRINTABLE.sub(lambda found: f"\\u{ord(found.group()):04x}", msgspec.json.encode(value).decode())
