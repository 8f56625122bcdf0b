"""What does `2h30m` mean?

Durations in YAML and conditions are whole or decimal amounts with a unit each, largest first: `30d`, `90m`, `1w`,
`2h30m`, `1.5h`. A day is 24 hours and a week is 7 days; months and years have no fixed length and are not offered.
"""

import re
from datetime import timedelta

SECONDS = {"w": 604_800, "d": 86_400, "h": 3_600, "m": 60, "s": 1}
PATTERN = re.compile(r"(?:\d+(?:\.\d+)?[wdhms])+")
_PART = re.compile(r"(\d+(?:\.\d+)?)([wdhms])")
# The same for editors: every unit once at most, the largest first, at least one of them.
_AMOUNT = r" *\d[\d ]*(?:\. *\d[\d ]*)?"
SHAPE = rf"(?=.*\d){''.join(f'(?:{_AMOUNT}{unit})?' for unit in SECONDS)} *"
LONGEST = timedelta(days=3660)


def parse_duration(text: str) -> timedelta:
    """Read a duration such as `3d` or `2h30m`.

    Raises ValueError, with the remedy, for anything else and for more than ten years.
    """
    compact = text.replace(" ", "")
    if not PATTERN.fullmatch(compact):
        raise ValueError(f'expected a duration like 3d, 90m or 2h30m, got "{text}"')
    parts = _PART.findall(compact)
    units = [SECONDS[unit] for _, unit in parts]
    if units != sorted(set(units), reverse=True):
        raise ValueError(f'expected each unit once and the largest first, like 2h30m, got "{text}"')
    seconds = sum(float(amount) * SECONDS[unit] for amount, unit in parts)
    if seconds > LONGEST.total_seconds():
        raise ValueError(f'expected a duration of at most ten years, got "{text}"')
    return timedelta(seconds=seconds)


def format_duration(duration: timedelta) -> str:
    """Write a duration the way the YAML does: `2h30m`."""
    rest = round(duration.total_seconds())
    parts = []
    for unit in "dhms":
        amount, rest = divmod(rest, SECONDS[unit])
        if amount:
            parts.append(f"{amount}{unit}")
    return "".join(parts) or "0s"
