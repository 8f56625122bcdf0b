"""May one more call be made now, if there may be only so many in a time?

A token bucket, kept as one moment: when it would be full again. Each call moves that moment on by what one call costs,
and a call is refused when it would lie further ahead than the whole time. So it is exact, needs no clock of its own and
no task that refills it. pyrate-limiter 4.5 was looked at: its `Limiter` reads a clock of its own and starts a thread,
and its buckets, which do take the time, count in thousandths of a second and remember each call.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class Rate:
    """No more than this many calls in this time; all of them may come at once."""

    calls: int = 120
    per: timedelta = timedelta(minutes=1)


def spend(full_at: datetime | None, rate: Rate, now: datetime) -> datetime | None:
    """Take one call out of the bucket and say when it is full again; None when there is no call in it."""
    begins = now if full_at is None else max(full_at, now)
    # Rounded down, so that all calls of the time fit into it.
    ends = begins + rate.per // rate.calls
    return ends if ends <= now + rate.per else None
