"""On which terms does a journey let people in?"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from journeys.spec import JourneySpec
from journeys.texts import Cron, LocalTime


@dataclass(frozen=True, slots=True)
class Terms:
    """What a spec says about entering, as plain values: a model takes ten times as long to ask.

    `again` is how long after an entry the next may come, None when none may. `comes_round` says that the calendar opens
    it again and again, `on_their_clock` that this runs on the person's clock, `is_limited` that so many enter at most.
    """

    if_active: Literal["ignore", "restart", "parallel"]
    again: timedelta | None
    holdout: float
    is_limited: bool
    comes_round: bool
    schedule: LocalTime | Cron | None
    on_their_clock: bool


def terms_of(spec: JourneySpec) -> Terms:
    """Read them out of a journey's spec."""
    entry = spec.entry
    return Terms(
        if_active=spec.if_active,
        again=spec.re_entry.after if spec.re_entry.allowed else None,
        holdout=spec.holdout,
        is_limited=entry.at_most is not None,
        comes_round=entry.kind in ("schedule", "date"),
        schedule=entry.schedule,
        on_their_clock=entry.zone == "profile.timezone",
    )
