"""What becomes of a message that is looked at long after it was due, because nothing ran?"""

from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias
from zoneinfo import ZoneInfo

from journeys.localtime import next_local
from journeys.spec import Late
from journeys.texts import LocalTime

# The reasons of a message that is not sent because it is late, and of one that waits for another day.
SKIPPED = "late.skipped"
RESCHEDULED = "late.rescheduled"


@dataclass(frozen=True, slots=True)
class Goes:
    """It is in time, or goes however late it is."""


@dataclass(frozen=True, slots=True)
class Skip:
    """It is settled without being sent."""


@dataclass(frozen=True, slots=True)
class Reschedule:
    """It waits until its time of the day comes again."""

    until: datetime


Lateness: TypeAlias = Goes | Skip | Reschedule


def judge_lateness(
    due_at: datetime, now: datetime, rule: Late, zone: ZoneInfo, *, at: LocalTime | None = None
) -> Lateness:
    """Say what becomes of a message that was due then and is looked at now, on the customer's clock.

    `at` is the time of the day its step asks for; without one it is rescheduled to the time it was due.
    """
    if now - due_at <= rule.after:
        return Goes()
    match rule.do:
        case "send":
            return Goes()
        case "skip":
            return Skip()
        case "reschedule":
            local = due_at.astimezone(zone)
            return Reschedule(next_local(now, at or LocalTime(hour=local.hour, minute=local.minute), zone))
