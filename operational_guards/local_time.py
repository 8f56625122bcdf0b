"""What time is it where the customer is?

Instants are UTC; a rule about the customer's clock goes there and back through the zone. A time of day that the clock
skips counts from the offset before the skip (02:30 becomes 03:30); one that comes twice counts from the first.
"""

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Annotated, TypeAlias
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator

MIDNIGHT = time(0)
# A name such as "Europe" is a folder of the zone database and raises an OSError of its own.
_UNKNOWN_ZONE = (ZoneInfoNotFoundError, ValueError, OSError)


def _known_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except _UNKNOWN_ZONE:
        raise ValueError(f'expected an IANA time zone, got "{name}"; write one like Europe/Riga') from None
    return name


ZoneText: TypeAlias = Annotated[str, AfterValidator(_known_zone)]


@lru_cache(maxsize=4096)
def zone_of(customer_zone: str, shop_zone: str) -> ZoneInfo:
    """Give the customer's zone, or the shop's where theirs is missing or not a zone."""
    try:
        return ZoneInfo(customer_zone or shop_zone)
    except _UNKNOWN_ZONE:
        return ZoneInfo(shop_zone)


def next_reading(clock: time, zone: ZoneInfo, now: datetime, first_day: int = 0) -> datetime:
    """Give the first moment after `now` at which clocks read this, `first_day` or more days from today."""
    today = now.astimezone(zone).date()
    days = (today + timedelta(days=first_day + ahead) for ahead in range(3))
    moments = (moment_of(day, clock.replace(fold=fold), zone) for day in days for fold in (0, 1))
    return next(moment for moment in moments if moment > now)


def start_of_day(zone: ZoneInfo, now: datetime, days_ago: int = 0) -> datetime:
    """Give the moment at which today, or the day so many days ago, began for the customer."""
    return moment_of(now.astimezone(zone).date() - timedelta(days=days_ago), MIDNIGHT, zone)


def moment_of(day: date, clock: time, zone: ZoneInfo) -> datetime:
    """Give the moment at which clocks read this on a day."""
    return datetime.combine(day, clock, zone).astimezone(UTC)
