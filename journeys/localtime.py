"""When is it 10:00 for this person?

Local wall-clock times become UTC instants by the rules of the IANA zone: a time that the spring change skips is
taken an hour later (02:30 becomes 03:30), a time that the autumn change repeats is its first occurrence.
"""

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from cronsim import CronSim

from journeys.texts import Cron, LocalTime

_DAY = timedelta(days=1)
_A_MOMENT = timedelta(seconds=1)


@lru_cache(maxsize=1024)
def zone_named(name: str, fallback: str = "UTC") -> ZoneInfo:
    """Give the zone of this name, or the fallback where the name is empty or unknown."""
    try:
        return ZoneInfo(name or fallback)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return ZoneInfo(fallback)


def next_local(after: datetime, wanted: LocalTime, zone: ZoneInfo, *, inclusive: bool = False) -> datetime:
    """Give the first instant after `after` at which the wall clock of `zone` shows the wanted time, in UTC."""
    local = after.astimezone(zone)
    day = local.date()
    ahead = 0 if wanted.weekday is None else (wanted.weekday - local.weekday()) % 7
    period = 1 if wanted.weekday is None else 7
    clock = time(wanted.hour, wanted.minute)
    # In the first hour of a day the last hour of the day before may be yet to come, if the spring change skipped it.
    first = ahead - period if local.hour == 0 else ahead
    for days in range(first, ahead + 2 * period + 1, period):
        instant = datetime.combine(day + days * _DAY, clock, zone).astimezone(UTC)
        if instant > after or (inclusive and instant == after):
            return instant
    raise AssertionError("a wall-clock time comes round within two periods")


def on_day(day: date, at: time, zone: ZoneInfo) -> datetime:
    """Give the instant at which the wall clock of `zone` shows this time on this day, in UTC."""
    return datetime.combine(day, at.replace(tzinfo=None), zone).astimezone(UTC)


@lru_cache(maxsize=4096)
def next_scheduled(after: datetime, schedule: LocalTime | Cron, zone: ZoneInfo) -> datetime:
    """Give the first instant after the instant `after` that a schedule names on the clock of `zone`, in UTC.

    A time that the autumn change repeats is named once, as Debian's cron does it. Whoever got the same letter is next
    in line at the same instant, so it is worked out once.
    """
    if isinstance(schedule, LocalTime):
        return next_local(after, schedule, zone)
    return next(CronSim(schedule.cron, after.astimezone(zone))).astimezone(UTC)


@lru_cache(maxsize=4096)
def is_scheduled(at: datetime, schedule: LocalTime | Cron, zone: ZoneInfo) -> bool:
    """Say whether a schedule names this instant; many customers have the same, so it is worked out once."""
    return next_scheduled(at - _A_MOMENT, schedule, zone) == at


def last_scheduled(now: datetime, schedule: LocalTime | Cron, zone: ZoneInfo) -> datetime:
    """Give the last instant up to `now` that a schedule names on the clock of `zone`, in UTC."""
    if isinstance(schedule, Cron):
        return next(CronSim(schedule.cron, now.astimezone(zone) + _A_MOMENT, reverse=True)).astimezone(UTC)
    period = timedelta(days=1 if schedule.weekday is None else 7)
    # Two periods back is before it even where the clocks changed in between.
    last = next_local(now - 2 * period, schedule, zone)
    while (following := next_local(last, schedule, zone)) <= now:
        last = following
    return last
