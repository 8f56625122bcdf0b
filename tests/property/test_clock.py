"""Does a time of day come on the customer's wall clock, in every zone, around every change of the clocks?

A time that the spring change skips comes later by as much as is skipped, one that the autumn change repeats comes the
first time, and none comes twice on one local day. The wall clocks are read minute by minute, so that what is expected
owes nothing to the code.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from itertools import islice, pairwise
from zoneinfo import ZoneInfo, available_timezones

import pytest

from journeys.catalog import Catalog
from journeys.compile import Journey
from journeys.decide import enter
from journeys.decision import Plan, Snapshot
from journeys.localtime import is_scheduled, last_scheduled, next_local, next_scheduled, on_day
from journeys.scope import Scope
from journeys.spec import WEEKDAYS
from journeys.texts import Cron, LocalTime
from journeys.vocabulary import Facts, Profile
from tests.fakes.workspace import check

BEGIN, END = datetime(2025, 1, 1, tzinfo=UTC), datetime(2029, 1, 1, tzinfo=UTC)
DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)
A_MOMENT = timedelta(milliseconds=1)
AROUND = 3 * HOUR


@dataclass(frozen=True, slots=True)
class Change:
    """A moment at which the clocks of a zone change, and by how much: forward over a gap, or back over a fold."""

    zone: ZoneInfo
    at: datetime
    by: timedelta


@dataclass(frozen=True, slots=True)
class Wanted:
    """A time of day on a local day, and the instant at which it is due."""

    change: Change
    day: date
    clock: time
    due: datetime

    @property
    def zone(self) -> ZoneInfo:
        return self.change.zone

    @property
    def daily(self) -> LocalTime:
        return LocalTime(hour=self.clock.hour, minute=self.clock.minute)

    @property
    def weekly(self) -> LocalTime:
        return LocalTime(hour=self.clock.hour, minute=self.clock.minute, weekday=self.day.weekday())

    @property
    def cron(self) -> Cron:
        return Cron(cron=f"{self.clock.minute} {self.clock.hour} * * *")

    @property
    def is_skipped(self) -> bool:
        """Say whether the wall clock never shows it."""
        return self.due.astimezone(self.zone).time() != self.clock


@cache
def changes() -> tuple[Change, ...]:
    """List every change of every zone."""
    return tuple(change for name in sorted(available_timezones()) for change in _changes_of(ZoneInfo(name)))


def _changes_of(zone: ZoneInfo) -> Iterator[Change]:
    at = BEGIN
    while at < END:
        if _offset(at, zone) != _offset(at + 14 * DAY, zone):
            yield _narrowed(at, at + 14 * DAY, zone)
        at += 14 * DAY


def _narrowed(low: datetime, high: datetime, zone: ZoneInfo) -> Change:
    before = _offset(low, zone)
    while high - low > MINUTE:
        middle = low + (high - low) // 2 // MINUTE * MINUTE
        low, high = (middle, high) if _offset(middle, zone) == before else (low, middle)
    return Change(zone, high, _offset(high, zone) - before)


def _offset(at: datetime, zone: ZoneInfo) -> timedelta:
    offset = at.astimezone(zone).utcoffset()
    assert offset is not None
    return offset


@cache
def wanted() -> tuple[Wanted, ...]:
    """List the times of day around every change, a quarter of an hour apart, with the instant each is due at."""
    return tuple(each for change in changes() for each in _around(change))


def _around(change: Change) -> Iterator[Wanted]:
    shown: dict[datetime, datetime] = {}
    for minutes in range(int(2 * AROUND / MINUTE)):
        instant = change.at - AROUND + minutes * MINUTE
        shown.setdefault(instant.astimezone(change.zone).replace(tzinfo=None), instant)
    local = min(shown)
    while local <= max(shown):
        yield Wanted(change, local.date(), local.time(), shown[local] if local in shown else shown[local + change.by])
        local += 15 * MINUTE


def wrong(found: Callable[[Wanted], datetime | None], among: tuple[Wanted, ...] | None = None) -> list[str]:
    """List the times that are found at another instant than they are due at."""
    return [
        f"{each.zone} {each.day} {each.clock}: due {each.due}, found {found(each)}"
        for each in (wanted() if among is None else among)
        if found(each) != each.due
    ]


def test_there_are_gaps_and_folds_in_many_zones() -> None:
    zones = {str(change.zone) for change in changes()}
    kinds = {change.by > timedelta(0) for change in changes()}
    assert (len(zones) > 150, kinds, any(each.is_skipped for each in wanted())) == (True, {True, False}, True)


def test_a_time_of_day_comes_when_the_wall_clock_shows_it() -> None:
    assert wrong(lambda each: next_local(each.due - A_MOMENT, each.daily, each.zone)) == []


def test_a_weekday_comes_when_the_wall_clock_shows_it() -> None:
    assert wrong(lambda each: next_local(each.due - 5 * HOUR, each.weekly, each.zone)) == []


def test_a_weekday_is_waited_for_nearly_a_week() -> None:
    assert wrong(lambda each: next_local(each.due - 6 * DAY, each.weekly, each.zone)) == []


def test_a_date_comes_when_the_wall_clock_shows_it() -> None:
    assert wrong(lambda each: on_day(each.day, each.clock, each.zone)) == []


def test_the_moment_itself_counts_only_where_that_is_said() -> None:
    assert wrong(lambda each: next_local(each.due, each.daily, each.zone, inclusive=True)) == []
    again = [each for each in wanted() if next_local(each.due, each.daily, each.zone) <= each.due + 20 * HOUR]
    assert [str(each) for each in again] == []


def test_a_schedule_comes_when_the_wall_clock_shows_it() -> None:
    assert wrong(lambda each: next_scheduled(each.due - A_MOMENT, each.weekly, each.zone)) == []


def test_the_last_occurrence_of_a_schedule_is_found_again() -> None:
    assert wrong(lambda each: last_scheduled(each.due + HOUR, each.daily, each.zone)) == []


def test_what_a_schedule_names_is_one_of_its_occurrences() -> None:
    assert [str(each) for each in wanted() if not is_scheduled(each.due, each.daily, each.zone)] == []


def test_cron_comes_when_the_wall_clock_shows_it_the_first_time() -> None:
    shown = tuple(each for each in wanted() if not each.is_skipped)
    assert wrong(lambda each: next_scheduled(each.due - A_MOMENT, each.cron, each.zone), shown) == []


def test_cron_makes_up_for_what_is_skipped_at_the_change_itself() -> None:
    skipped = [each for each in wanted() if each.is_skipped]
    found = {(next_scheduled(each.change.at - MINUTE, each.cron, each.zone) - each.change.at) for each in skipped}
    assert found == {timedelta(0)}


EVERY_DAY: tuple[Callable[[Wanted], LocalTime | Cron], ...] = (lambda each: each.daily, lambda each: each.cron)


@pytest.mark.parametrize("schedule", EVERY_DAY, ids=["daily", "cron"])
def test_nothing_comes_twice_on_a_local_day_nor_misses_one(schedule: Callable[[Wanted], LocalTime | Cron]) -> None:
    twice = [str(each) for each in one_of_each_rule() if _days(each, schedule(each)) != [1, 1, 1, 1]]
    assert twice == []


def _days(each: Wanted, schedule: LocalTime | Cron) -> list[int]:
    """Count how many days lie between the occurrences around a change; what is skipped counts for its own day."""
    found = list(islice(_occurrences(each.due - 2 * DAY - HOUR, schedule, each.zone), 5))
    made_up = (each.change.at if isinstance(schedule, Cron) else each.due) if each.is_skipped else None
    days = [each.day if at == made_up else at.astimezone(each.zone).date() for at in found]
    return [(later - earlier).days for earlier, later in pairwise(days)]


def _occurrences(after: datetime, schedule: LocalTime | Cron, zone: ZoneInfo) -> Iterator[datetime]:
    while True:
        after = next_scheduled(after, schedule, zone)
        yield after


@cache
def one_of_each_rule() -> tuple[Wanted, ...]:
    """Give the times of one zone of all that change at the same moments."""
    zones: dict[tuple[tuple[datetime, timedelta], ...], ZoneInfo] = {}
    for change in changes():
        same = tuple((each.at, each.by) for each in _by_zone()[str(change.zone)])
        zones.setdefault((*same, (BEGIN, _offset(BEGIN, change.zone))), change.zone)
    kept = {str(zone) for zone in zones.values()}
    return tuple(each for each in wanted() if str(each.zone) in kept)


@cache
def _by_zone() -> dict[str, list[Change]]:
    found: dict[str, list[Change]] = {}
    for change in changes():
        found.setdefault(str(change.zone), []).append(change)
    return found


# The same through journeys, in one zone of all that change together.


def _begun(step: str, each: Wanted, now: datetime, **entry: str) -> tuple[datetime | None, datetime | None]:
    """Let somebody of this zone come to a step; say when its wait ends and when its message is due."""
    journey = _journey(step)
    scope = Scope(Facts(Profile(1, BEGIN, email="ann@example.com", timezone=str(each.zone))), now)
    begun = Snapshot(1 << 32, journey.name, journey.version, now, journey.first, entry, since=now)
    decision = enter(journey, begun, scope)
    planned = [effect.due_at for effect in decision.effects if isinstance(effect, Plan)]
    return decision.snapshot.due_at, planned[0] if planned else None


@cache
def _journey(step: str) -> Journey:
    text = "events: {Begun: {day: date}}\njourneys:\n  one:\n    entry: {event: Begun}\n    steps:\n"
    return check(f"{text}      - {{id: only, {step}}}\n").program(Catalog()).journeys["one"]


def _some() -> tuple[Wanted, ...]:
    return tuple(each for each in one_of_each_rule() if each.change.at.year == 2026 and each.clock.minute in (0, 30))


def test_a_wait_until_a_time_ends_on_the_wall_clock() -> None:
    def found(each: Wanted) -> datetime | None:
        return _begun(f'wait: {{until: "{each.clock:%H:%M}"}}', each, each.due - 5 * HOUR)[0]

    assert wrong(found, _some()) == []


def test_a_wait_until_a_weekday_ends_on_the_wall_clock() -> None:
    def found(each: Wanted) -> datetime | None:
        day = WEEKDAYS[each.day.weekday()]
        return _begun(f'wait: {{until: "{day} {each.clock:%H:%M}"}}', each, each.due - 3 * DAY)[0]

    assert wrong(found, _some()) == []


def test_a_wait_until_a_date_ends_on_the_wall_clock() -> None:
    def found(each: Wanted) -> datetime | None:
        step = f'wait: {{until: "{each.day} {each.clock:%H:%M}", if_past: exit}}'
        return _begun(step, each, each.due - 3 * DAY)[0]

    assert wrong(found, _some()) == []


def test_a_wait_until_a_time_of_a_computed_date_ends_on_the_wall_clock() -> None:
    def found(each: Wanted) -> datetime | None:
        step = f'wait: {{until: entry.day, at: "{each.clock:%H:%M}", if_past: exit}}'
        return _begun(step, each, each.due - 3 * DAY, day=f"{each.day}")[0]

    assert wrong(found, _some()) == []


def test_a_message_at_a_time_is_due_on_the_wall_clock_and_at_once_at_that_very_moment() -> None:
    for before in (5 * HOUR, timedelta(0)):

        def found(each: Wanted, before: timedelta = before) -> datetime | None:
            return _begun(f'send: email, text: "Hi", at: "{each.clock:%H:%M}"', each, each.due - before)[1]

        assert wrong(found, _some()) == []
