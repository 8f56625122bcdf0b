"""What does a decision hold while it is being made?

A `Walk` is the one mutable thing of the core, and it never leaves it: the snapshot as it stands, the effects and the
trace so far. What each kind of step does with it is in `journeys.waiting`, `journeys.choosing`, `journeys.telling` and
`journeys.steering`; who calls whom is in `journeys.decide`.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from journeys.compile import CompiledStep, Journey
from journeys.decision import Decision, Disband, Effect, Recall, Snapshot, Trace
from journeys.errors import JourneyError
from journeys.keys import MOST_VISITS
from journeys.localtime import zone_named
from journeys.scope import EnrollmentView, Scope
from journeys.spec import From, Given
from journeys.vocabulary import Properties


class Walk:
    """One decision in the making. `step` is where it has come to, `since` when the person came there."""

    __slots__ = ("effects", "journey", "now", "scope", "since", "snapshot", "step", "trace", "visits")

    def __init__(self, journey: Journey, snapshot: Snapshot, scope: Scope) -> None:
        self.journey = journey
        self.snapshot = snapshot
        self.scope = scope
        self.now = scope.now
        self.visits = snapshot.visits
        self.effects: list[Effect] = []
        self.trace: list[Trace] = []
        self.step = snapshot.step
        self.since = snapshot.since or snapshot.entered_at

    def decision(self) -> Decision:
        """Give what has been decided."""
        return Decision(self.snapshot, tuple(self.effects), tuple(self.trace))

    def note(self, step: str, what: str, why: str = "") -> None:
        """Write a line of the story."""
        self.trace.append(Trace(self.now, self.snapshot.id, self.journey.name, step, what, why))

    def look_from_inside(self, event: Properties | None = None) -> Scope:
        """Let conditions see this enrollment, and the event at hand when there is one."""
        snapshot, scope = self.snapshot, self.scope
        scope.event = event
        scope.entry = snapshot.entry
        scope.enrollment = EnrollmentView(snapshot.entered_at, snapshot.journey, self.step)
        return scope

    def zone(self) -> ZoneInfo:
        """Give the customer's clock."""
        return zone_named(self.scope.facts.profile.timezone, self.journey.zone)

    def come_to(self, step: str) -> CompiledStep:
        """Stand at another step from now on."""
        self.step = step
        self.since = self.now
        self.visits += 1
        if self.visits > MOST_VISITS:
            raise JourneyError(
                f'journey "{self.journey.name}": enrollment {self.snapshot.id} has entered {MOST_VISITS} steps, '
                "the most one enrollment may; end the loop with an exit and let re_entry begin a new one"
            )
        return self.journey.steps[step]

    def park(self, due_at: datetime | None, delivery_id: int | None = None) -> None:
        """Wait here: for this moment, or for the fate of this delivery."""
        self.snapshot = self.snapshot.parked(self.step, due_at, delivery_id, self.visits, self.since)

    def end(self, step: str, reason: str) -> None:
        """End the enrollment."""
        self.snapshot = self.snapshot.ended(step, self.now, reason, self.visits, self._converts_until())
        self.note(step, "exited", reason)

    def _converts_until(self) -> datetime | None:
        """Say until when the goal of an enrollment that ends now still counts; None when it does not."""
        goal, snapshot = self.journey.spec.goal, self.snapshot
        if goal is None or goal.within is None or snapshot.goal_at is not None:
            return None
        until = snapshot.entered_at + goal.within
        return until if until > self.now else None

    def leave_early(self, reason: str) -> None:
        """End the enrollment wherever it stands and take back what has not left yet."""
        if self.snapshot.delivery_id is not None:
            self.effects.append(Recall(self.snapshot.delivery_id, f"journey.{reason}"))
        self.effects.append(Disband(self.snapshot.id))
        self.end(self.snapshot.step, reason)

    def given(self, step: CompiledStep, given: Mapping[str, Given]) -> dict[str, Any]:
        """Give what a step hands on, by name; what is computed and has no value is left out."""
        self.look_from_inside()
        computed = {name: value.of(self.scope) for name, value in step.values.items()}
        values = {name: computed.get(name) if isinstance(said, From) else said for name, said in given.items()}
        return {name: value for name, value in values.items() if value is not None}
