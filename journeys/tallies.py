"""How often did a customer do something, how much was it, and when first and last?

A tally is what conditions count of one event. What is asked for ever is kept as running figures; what is asked for
within a window is kept one by one, as far back as the longest window goes. Which events are tallied, and how, follows
from the conditions that run: nothing else is kept.
"""

from bisect import bisect_right, insort
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from math import fsum
from typing import Any, TypeAlias

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
_MILLISECOND = timedelta(milliseconds=1)
# Sums are read to a millionth, so that the order in which they were added up cannot be seen.
_DECIMALS = 6
_LARGEST_SUM = 1e300
_NUMBERS = frozenset({int, float})


@dataclass(frozen=True, slots=True)
class Counted:
    """One thing that a condition counts: an event, within which time (None is ever), and the number that is summed."""

    event: str
    window: timedelta | None = None
    property: str = ""


@dataclass(frozen=True, slots=True)
class Kept:
    """What has to be kept of one event: each of them for `window` milliseconds, with these numbers."""

    window: int = 0
    properties: tuple[str, ...] = ()


@dataclass(slots=True)
class Tally:
    """What is kept of one customer's events of one name.

    `first` and `last` are milliseconds since 1970; `recent` holds what the longest window reaches, in order of time.
    """

    count: int = 0
    first: int = 0
    last: int = 0
    sums: dict[str, float] = field(default_factory=dict)
    recent: list[tuple[int, dict[str, float]]] = field(default_factory=list)


Tallies: TypeAlias = Mapping[str, Tally]


def what_to_keep(counted: Iterable[Counted]) -> dict[str, Kept]:
    """Say what has to be kept of each event so that all of these can be answered."""
    windows: dict[str, int] = {}
    properties: dict[str, set[str]] = {}
    for each in counted:
        window = 0 if each.window is None else -(-each.window // _MILLISECOND)
        windows[each.event] = max(windows.get(each.event, 0), window)
        properties.setdefault(each.event, set()).update({each.property} - {""})
    return {name: Kept(windows[name], tuple(sorted(properties[name]))) for name in sorted(windows)}


def edition_of(kept: Mapping[str, Kept]) -> str:
    """Name what is kept, so that tallies kept for something else are noticed; empty when nothing is."""
    content = "\n".join(f"{name}\t{each.window}\t{','.join(each.properties)}" for name, each in sorted(kept.items()))
    return blake2b(content.encode(), digest_size=4).hexdigest() if kept else ""


def add(tally: Tally, kept: Kept, at: datetime, properties: Mapping[str, Any], *, clock: datetime) -> None:
    """Count one event at its own time; `clock` is how late it is for the customer, who never goes back."""
    ms = (at - EPOCH) // _MILLISECOND
    tally.first = min(tally.first, ms) if tally.count else ms
    tally.last = max(tally.last, ms) if tally.count else ms
    tally.count += 1
    numbers: dict[str, float] = {}
    for name in kept.properties:
        value: Any = properties.get(name)
        if type(value) in _NUMBERS and -_LARGEST_SUM < value < _LARGEST_SUM:
            numbers[name] = float(value)
            tally.sums[name] = _within_reason(tally.sums.get(name, 0.0) + numbers[name])
    if kept.window:
        insort(tally.recent, (ms, numbers), key=_time_of)
        del tally.recent[: _outside(tally, (clock - EPOCH) // _MILLISECOND - kept.window)]


def join(mine: Tally, theirs: Tally) -> Tally:
    """Add up the tallies of two profiles that turned out to be one person."""
    if not mine.count or not theirs.count:
        return mine if mine.count else theirs
    names = sorted({*mine.sums, *theirs.sums})
    return Tally(
        count=mine.count + theirs.count,
        first=min(mine.first, theirs.first),
        last=max(mine.last, theirs.last),
        sums={name: _within_reason(mine.sums.get(name, 0.0) + theirs.sums.get(name, 0.0)) for name in names},
        recent=sorted([*mine.recent, *theirs.recent], key=_time_of),
    )


def count_of(tally: Tally, window: timedelta | None, now: datetime) -> int:
    """Count the events of a window that ends now, or all there ever were."""
    return tally.count if window is None else len(tally.recent) - _outside(tally, _begin(window, now))


def sum_of(tally: Tally, name: str, window: timedelta | None, now: datetime) -> float:
    """Add up a number of the events of a window that ends now, or of all there ever were."""
    if window is None:
        return round(tally.sums.get(name, 0.0), _DECIMALS)
    inside = tally.recent[_outside(tally, _begin(window, now)) :]
    return round(fsum([numbers[name] for _, numbers in inside if name in numbers]), _DECIMALS)


def next_to_leave(tally: Tally, window: timedelta, now: datetime) -> datetime | None:
    """Say when the next event falls out of a window that ends now; None when none is in it."""
    place = _outside(tally, _begin(window, now))
    if place == len(tally.recent):
        return None
    return after(from_ms(tally.recent[place][0]), window)


def after(at: datetime, window: timedelta) -> datetime | None:
    """Give the end of a window; None when it lies beyond all dates."""
    try:
        return at + window
    except OverflowError:
        return None


def from_ms(ms: int) -> datetime:
    """Read a moment back."""
    return EPOCH + timedelta(milliseconds=ms)


def _begin(window: timedelta, now: datetime) -> int:
    """Give the last millisecond before a window: an event is in it for less than its length."""
    return ((now - EPOCH) // MICROSECOND - window // MICROSECOND) // 1000


def _outside(tally: Tally, ms: int) -> int:
    """Count the kept events up to this millisecond."""
    return bisect_right(tally.recent, ms, key=_time_of)


def _time_of(entry: tuple[int, dict[str, float]]) -> int:
    return entry[0]


def _within_reason(total: float) -> float:
    return max(-_LARGEST_SUM, min(_LARGEST_SUM, total))
