"""When is it 10:00 for this person?

Local wall-clock times become UTC instants by the rules of the IANA zone: a time that the spring change skips is
taken an hour later (02:30 becomes 03:30), a time that the autumn change repeats is its first occurrence.
"""

from datetime import UTC, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from journeys.spec import LocalTime

_DAY = timedelta(days=1)


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
    for days in (ahead, ahead + period, ahead + 2 * period):
        instant = datetime.combine(day + days * _DAY, clock, zone).astimezone(UTC)
        if instant > after or (inclusive and instant == after):
            return instant
    raise AssertionError("a wall-clock time comes round within two periods")
