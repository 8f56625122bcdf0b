"""How are the delays of other products said as waits?"""

from collections.abc import Sequence

from orchestrator.importers.draft import Fields
from orchestrator.importers.reading import fields, number, written

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_UNITS = {
    "seconds": "s", "minutes": "m", "hours": "h", "days": "d", "weeks": "w", "second": "s", "minute": "m", "hour": "h",
    "day": "d", "week": "w",
}  # fmt: skip
_LONGEST_DAYS = 3_650
_SECONDS = {"s": 1, "m": 60, "h": 3_600, "d": 86_400, "w": 604_800}


def span(value: object, unit: str) -> str | None:
    """Write a duration; None when it cannot be one. A month counts as 30 days."""
    amount = number(value)
    if unit.lower() in ("months", "month"):
        amount, unit = (None if amount is None else amount * 30), "days"
    short = _UNITS.get(unit.lower())
    if amount is None or short is None or not 0 <= amount * _SECONDS[short] <= _LONGEST_DAYS * 86_400:
        return None
    return f"{written(amount)}{short}" if "e" not in written(amount) else None


def is_nothing(duration: str) -> bool:
    """Say whether a duration is none."""
    return not duration.strip("0.wdhms")


def clock_time(value: object) -> str | None:
    """Read a time of day, from `10:00:00` or from an hour and a minute."""
    if isinstance(value, str):
        parts = value.split(":")
        hour, minute = (number(parts[0]), number(parts[1])) if len(parts) > 1 else (None, None)
    else:
        hour, minute = number(fields(value).get("hour")), number(fields(value).get("minute", 0))
    if hour is None or minute is None or not (0 <= hour < 24 and 0 <= minute < 60):
        return None
    return f"{int(hour):02}:{int(minute):02}"


def until(at: str | None, days: Sequence[object]) -> tuple[Fields | None, bool]:
    """Say until which time and weekday is waited, and whether all of it was said: one weekday, or any."""
    known = [day for day in WEEKDAYS if day in {str(each).lower() for each in days}]
    if len(known) == 1:
        return {"wait": {"until": f"{known[0][:3].title()} {at or '00:00'}"}}, True
    is_said = len(known) in (0, len(WEEKDAYS))
    return ({"wait": {"until": at}} if at else None), is_said
