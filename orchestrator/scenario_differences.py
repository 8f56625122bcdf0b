"""How does what happened differ from what a scenario expects?

First every expectation takes the first thing that meets it. What is left over is paired: an expectation that was not
met, and what came in its place, are one difference, written one below the other.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from orchestrator.imagined_life import Seen
from orchestrator.scenario import NAMES, Calendar, Expectation, Scenario, minute, shown

_LINES_AROUND = 4
_OUTCOMES = frozenset({"sent", "failed", "suppressed", "delayed", "cancelled"})
# The keys of an expectation whose values a thing that was seen keeps under another name.
_KEPT_AS = {"note": "note_text"}


def differences_of(scenario: Scenario, story: Sequence[Seen], calendar: Calendar) -> Iterator[str]:
    """Say what was expected and did not happen, what happened and must not, and what was sent and not expected."""
    left = list(story)
    unmet = []
    earlier = calendar.instant(scenario.at)
    for expectation in scenario.expectations:
        at = calendar.instant(expectation.when)
        if at < earlier:
            place = f"{scenario.file}:{expectation.line}"
            yield f"{place}: {expectation} stands behind something later; write expectations in order of time"
        earlier = max(at, earlier)
        found = next((seen for seen in left if _meets(expectation, seen, calendar)), None)
        if found is None:
            unmet.append(expectation)
        else:
            left.remove(found)
    for expectation in unmet:
        instead = _instead(expectation, left, calendar)
        if instead is not None:
            left.remove(instead)
        yield _not_met(scenario, expectation, instead, story=story, calendar=calendar)
    yield from _forbidden(scenario, story, left, calendar)
    if scenario.asks_all:
        yield from _unexpected(scenario, story, left, calendar)


# Expectations.


def _meets(expectation: Expectation, seen: Seen, calendar: Calendar) -> bool:
    is_then = minute(seen.at) == minute(calendar.instant(expectation.when))
    return is_then and _is_one(expectation, seen, calendar)


def _is_one(expectation: Expectation, seen: Seen, calendar: Calendar) -> bool:
    """Say whether this is what is meant, whenever it happened."""
    return expectation.what in (seen.what, seen.also) and not _disagreements(expectation, seen, calendar)


def _disagreements(expectation: Expectation, seen: Seen, calendar: Calendar) -> list[str]:
    """Name the keys whose values are not as they are wanted."""
    return [key for key, wanted in expectation.wanted.items() if not _agrees(_value(seen, key), wanted, calendar)]


def _value(seen: Seen, key: str) -> Any:
    return getattr(seen, _KEPT_AS.get(key, key))


def _agrees(value: Any, wanted: Any, calendar: Calendar) -> bool:
    match wanted:
        case list():
            return (list(value) if isinstance(value, list | tuple) else value) == wanted
        case timedelta() | datetime():
            return value is not None and minute(value) == minute(calendar.instant(wanted))
        case _:
            # In YAML yes is not 1.
            return isinstance(value, bool) == isinstance(wanted, bool) and bool(value == wanted)


def _instead(expectation: Expectation, left: Sequence[Seen], calendar: Calendar) -> Seen | None:
    """Find what came in place of an expectation: another outcome at the same step, or the same at another time."""
    at = calendar.instant(expectation.when)
    alike = []
    for place, seen in enumerate(left):
        nearness = _nearness(expectation, seen, at)
        differing = _disagreements(expectation, seen, calendar)
        if nearness is not None and not {*differing} & {*NAMES}:
            alike.append((nearness, len(differing), abs(seen.at - at), place))
    return left[min(alike)[-1]] if alike else None


def _nearness(expectation: Expectation, seen: Seen, at: datetime) -> int | None:
    """Say how near this comes to what was expected, 0 the nearest; None when it has nothing to do with it."""
    is_then = minute(seen.at) == minute(at)
    if expectation.what in (seen.what, seen.also):
        return 0 if is_then else 2
    is_other_outcome = seen.what in _OUTCOMES and expectation.what in _OUTCOMES | {"crm"}
    return 1 if is_then and is_other_outcome and "step" in expectation.wanted else None


def _not_met(
    scenario: Scenario, expectation: Expectation, instead: Seen | None, *, story: Sequence[Seen], calendar: Calendar
) -> str:
    place = f"{scenario.file}:{expectation.line}"
    at = calendar.instant(expectation.when)
    rest = [seen for seen in story if seen is not instead]
    if instead is None:
        marked = [f"  > {calendar.line(at, f'expected: {expectation}')}"]
        headline = f"{place}: expected {expectation}, which did not happen"
    else:
        marked = _aligned(expectation, instead, calendar)
        headline = f"{place}: expected {expectation}, got {_got(expectation, instead, calendar)}"
    return f"{headline}\n{_around(marked, at, rest, calendar)}"


def _got(expectation: Expectation, seen: Seen, calendar: Calendar) -> str:
    """Name only what is different about what came instead."""
    if expectation.what in (seen.what, seen.also):
        differing = _disagreements(expectation, seen, calendar)
        parts = [f"{key} {_written(_value(seen, key), calendar)}" for key in differing]
    else:
        parts = [f"{seen.what}: {seen.reason}" if seen.reason else seen.what]
    if minute(seen.at) != minute(calendar.instant(expectation.when)):
        parts.append(f"it at {calendar.clock(seen.at)}")
    return ", ".join(parts)


def _written(value: Any, calendar: Calendar) -> str:
    if isinstance(value, datetime):
        return calendar.clock(value)
    return shown(None if value in ("", ()) else value)


def _aligned(expectation: Expectation, seen: Seen, calendar: Calendar) -> list[str]:
    """Write what was expected in the words of what was seen, and what was seen below it."""
    at = calendar.instant(expectation.when)
    is_same_word = expectation.what in (seen.what, seen.also)
    known: dict[str, Any] = {
        _KEPT_AS.get(key, key): calendar.instant(value) if key == "until" else value
        for key, value in expectation.wanted.items()
    }
    note = f"until {calendar.clock(known['until'])}" if "until" in known else ""
    if is_same_word:
        wanted = replace(seen, at=at, **{"note": note or ("" if seen.until else seen.note), **known})
    else:
        wanted = Seen(at, expectation.what, seen.journey, seen.step, note=note, **_without_names(known))
    lines = [(at, "expected", wanted), (seen.at, "seen", seen)]
    width = max(len(word) for _, word, _ in lines)
    return [f"  > {calendar.line(when, f'{word:<{width}}  {what}')}" for when, word, what in lines]


def _without_names(known: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in known.items() if key not in NAMES}


# What must not happen, and what nobody expected.


def _forbidden(scenario: Scenario, story: Sequence[Seen], left: list[Seen], calendar: Calendar) -> Iterator[str]:
    """Find what must never happen, also where it was expected; it is not told a second time."""
    for never in scenario.never:
        for seen in [seen for seen in story if _is_one(never, seen, calendar)]:
            if seen in left:
                left.remove(seen)
            marked = [f"  > {calendar.line(seen.at, f'never: {seen}')}"]
            rest = [other for other in story if other is not seen]
            headline = f"{scenario.file}:{never.line}: never {never}, and it happened"
            yield f"{headline}\n{_around(marked, seen.at, rest, calendar)}"


def _unexpected(scenario: Scenario, story: Sequence[Seen], left: Sequence[Seen], calendar: Calendar) -> Iterator[str]:
    for seen in left:
        if seen.what == "sent":
            marked = [f"  > {calendar.line(seen.at, f'not expected: {seen}')}"]
            rest = [other for other in story if other is not seen]
            headline = f"{scenario.file}:{scenario.line}: {seen}, which was not expected"
            yield f"{headline}\n{_around(marked, seen.at, rest, calendar)}"


def _around(marked: Sequence[str], at: datetime, story: Sequence[Seen], calendar: Calendar) -> str:
    """Show the timeline around a moment, with the lines that differ marked by an arrow."""
    before = [seen for seen in story if minute(seen.at) <= minute(at)][-_LINES_AROUND:]
    after = [seen for seen in story if minute(seen.at) > minute(at)][:_LINES_AROUND]
    lines = [f"    {calendar.line(seen.at, str(seen))}" for seen in before]
    lines += marked
    lines += [f"    {calendar.line(seen.at, str(seen))}" for seen in after]
    return "\n".join(lines)
