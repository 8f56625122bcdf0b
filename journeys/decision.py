"""What goes into a decision, and what comes out of it?

`Given` is one thing that happened, `Snapshot` one enrollment at one moment, `Decision` the next snapshot with the
effects that are wanted in the world and a trace of why.
"""

from datetime import datetime
from enum import StrEnum
from typing import TypeAlias

from msgspec import Struct

from journeys.vocabulary import Delivery, Event, Properties


class Fate(StrEnum):
    """What became of a delivery; the words are the triggers that lead out of its step."""

    SENT = "sent"
    FAILED = "failed"
    SUPPRESSED = "suppressed"


class Due(Struct, frozen=True):
    """The snapshot's own timer has come."""


class ClockMoved(Struct, frozen=True):
    """The customer lives by another clock from now on: times of the day come at other moments."""


class Settled(Struct, frozen=True):
    """The delivery this enrollment is parked at has met its fate; `divert` is the step a guard sends it to, if any."""

    delivery_id: int
    fate: Fate
    reason: str = ""
    divert: str = ""


Given: TypeAlias = Event | Due | Settled | ClockMoved


class Snapshot(Struct, frozen=True):
    """One pass of a customer through a journey: a value that can be stored and resumed anywhere.

    A live snapshot has exactly one of: a due time, an awaited event (with `at_most`, so a due time too), a delivery
    in flight. `entry` holds the properties of the event that began it, `entry_seq` that event's place in the log (0
    when there was none), `visits` how many steps were entered: with the id it names every effect for ever. `since` is
    when the person came to the step; None of those who came before that was kept. One that has ended looks for its goal
    up to `converts_until`.
    """

    id: int
    journey: str
    version: str
    entered_at: datetime
    step: str
    entry: Properties
    entry_seq: int = 0
    key: str = ""
    due_at: datetime | None = None
    delivery_id: int | None = None
    visits: int = 0
    goal_at: datetime | None = None
    ended_at: datetime | None = None
    reason: str = ""
    since: datetime | None = None
    converts_until: datetime | None = None

    def parked(
        self, step: str, due_at: datetime | None, delivery_id: int | None, visits: int, since: datetime
    ) -> "Snapshot":
        """Give the same enrollment waiting at a step. Written out: `replace` takes three times as long."""
        return Snapshot(
            self.id,
            self.journey,
            self.version,
            self.entered_at,
            step,
            self.entry,
            self.entry_seq,
            self.key,
            due_at,
            delivery_id,
            visits,
            self.goal_at,
            None,
            "",
            since,
        )

    def ended(
        self, step: str, at: datetime, reason: str, visits: int, converts_until: datetime | None = None
    ) -> "Snapshot":
        """Give the same enrollment as it ended."""
        return Snapshot(
            self.id,
            self.journey,
            self.version,
            self.entered_at,
            step,
            self.entry,
            self.entry_seq,
            self.key,
            None,
            None,
            visits,
            self.goal_at,
            at,
            reason,
            self.since,
            converts_until,
        )

    @property
    def is_live(self) -> bool:
        """Say whether the person is still in the journey."""
        return self.ended_at is None


class Plan(Struct, frozen=True):
    """Put this delivery into the outbox. `parameters` are what its action needs beside the goods."""

    delivery: Delivery
    due_at: datetime
    parameters: Properties


class Recall(Struct, frozen=True):
    """Take this delivery back out of the outbox: its customer left the journey."""

    delivery_id: int
    reason: str


class SetAttributes(Struct, frozen=True):
    """Write these attributes of the profile."""

    values: Properties


class Disband(Struct, frozen=True):
    """Leave the audiences this enrollment joined."""

    enrollment_id: int


class Postpone(Struct, frozen=True):
    """Let this delivery be due at another moment, if it still waits for its first."""

    delivery_id: int
    due_at: datetime


class Start(Struct, frozen=True):
    """Let the person into another journey, with these arguments."""

    journey: str
    arguments: Properties


class Stop(Struct, frozen=True):
    """Take the person out of another journey, because of this one."""

    journey: str


Effect: TypeAlias = Plan | Recall | SetAttributes | Disband | Postpone | Start | Stop


class Trace(Struct, frozen=True):
    """One line of the story: at which step, what happened, and why."""

    at: datetime
    enrollment_id: int
    journey: str
    step: str
    what: str
    why: str = ""


class Decision(Struct, frozen=True):
    """The next snapshot, what is to be done in the world, and the story of how it came to that."""

    snapshot: Snapshot
    effects: tuple[Effect, ...] = ()
    trace: tuple[Trace, ...] = ()
