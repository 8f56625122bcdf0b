"""Which moment, or how long, does an option of a command mean?"""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import typer

from journeys.duration import parse_duration

_LAST_MOMENT = timedelta(days=1) - timedelta(milliseconds=1)


def first_moment(text: str | None, zone: ZoneInfo) -> datetime | None:
    """Read where a span begins: a time on this clock, or a date, which is its first moment."""
    return _moment(text, zone, timedelta(), "--from")


def last_moment(text: str | None, zone: ZoneInfo) -> datetime | None:
    """Read where a span ends: a time on this clock, or a date, which is its last moment."""
    return _moment(text, zone, _LAST_MOMENT, "--to")


def _moment(text: str | None, zone: ZoneInfo, into_the_day: timedelta, option: str) -> datetime | None:
    if text is None:
        return None
    try:
        if len(text) == len("2011-03-31"):
            midnight = datetime.combine(date.fromisoformat(text), time(), zone)
            return (midnight + into_the_day).astimezone(UTC)
        moment = datetime.fromisoformat(text)
    except ValueError:
        expected = f'expected a date like 2011-03-31 or a time like "2011-03-31 18:00", got "{text}"'
        raise typer.BadParameter(expected, param_hint=option) from None
    return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(UTC)


def duration(text: str, option: str) -> timedelta:
    """Read how long something is: 14d."""
    try:
        found = parse_duration(text)
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint=option) from None
    if not found:
        raise typer.BadParameter(f'expected a duration longer than none, got "{text}"', param_hint=option)
    return found
