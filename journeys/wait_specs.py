"""What may a step say that waits?"""

from typing import Annotated, Literal, TypeAlias

from pydantic import Field

from journeys.step_base import Step, Strict
from journeys.texts import DurationText, Expression, LocalDate, LocalTime, LocalTimeText, MomentText, Name, Target

ByMachine: TypeAlias = Annotated[bool, Field(description="Whether what a machine opened or clicked counts as well.")]
IfPast: TypeAlias = Literal["send", "skip", "exit"]


class Until(Strict):
    """A moment on the customer's clock: the next such time, a date, or a date that is computed."""

    until: MomentText = Field(description='A time ("Tue 10:00"), a date ("2026-12-24 10:00"), or a value that is one.')
    at: LocalTimeText | None = Field(None, description="At this time of that day on the customer's clock.")
    if_past: IfPast | None = Field(
        None,
        description="When the date is past already or unknown: `send` goes on at once, `skip` leaves the next step "
        "out, `exit` leaves the journey.",
    )


class WaitStep(Step):
    """Pause: for a duration, until a time of day or weekday on the customer's clock, or until a date."""

    wait: Until | DurationText = Field(description="A duration, or `until` with a time, a date or a value.")


class AwaitedEvent(Strict):
    """One of several events that are waited for, and where the journey goes when it is the first to come."""

    event: str = Field(description="The event.")
    of: Name | None = Field(None, description="Only an event about the message of this step.")
    if_: Expression | None = Field(None, alias="if", description="Only when this is true of it.")
    machine: ByMachine = False
    go: Target | None = Field(None, description="Where to go when this event came first; `then` when left out.")


class Awaited(Strict):
    """What is waited for (an event, the first of several, or a condition turning true), and for how long at most."""

    event: str | None = Field(None, description="One event.")
    first_of: tuple[AwaitedEvent, ...] = Field(default=(), description="Several events: the first to come wins.")
    condition: Expression | None = Field(None, description="Wait until this is true.")
    of: Name | None = Field(None, description="Only an event about the message of this step.")
    if_: Expression | None = Field(None, alias="if", description="Only an event of which this is true.")
    machine: ByMachine = False
    at_most: DurationText = Field(description="After this long the wait is over in any case.")

    @property
    def words(self) -> str:
        """Say in words what is waited for."""
        names = [each.event for each in self.first_of] or [self.event or self.condition or ""]
        return " or ".join(names)


class WaitForStep(Step):
    """Pause until an event comes or a condition is true (`then`), or until `at_most` has passed (`otherwise`).

    Both default to the next step. With `first_of` each event may lead to a step of its own.
    """

    wait_for: Awaited = Field(description="What is waited for.")
    then: Target | None = Field(None, description="Where to go when it came; the next step when left out.")
    otherwise: Target | None = Field(
        None, description="Where to go when `at_most` has passed; the next step when left out."
    )


# Every way to wait, with the sentence that the documentation prints.
WAIT_KINDS: dict[str, str] = {
    "duration": "A stretch of time, however long: `wait: 3d`.",
    "time": 'The next such time of day or weekday on the customer\'s clock: `wait: {until: "Tue 10:00"}`.',
    "date": 'A day of the calendar on the customer\'s clock: `wait: {until: "2026-12-24 10:00", if_past: exit}`.',
    "value": "A date that is computed, and computed anew when it changes: `wait: {until: entry.expected_at - 1d}`.",
    "event": "An event, at most so long: `wait_for: {event: Email Clicked, of: letter, at_most: 2d}`.",
    "first_of": "The first of several events, each with a way of its own: `wait_for: {first_of: [...], at_most: 2d}`.",
    "condition": "A condition turning true: `wait_for: {condition: profile.orders.count >= 2, at_most: 30d}`.",
}


def wait_kind(step: Step) -> str | None:
    """Tell which way of waiting a step is; None when it does not wait."""
    match step:
        case WaitStep(wait=Until(until=LocalTime())):
            return "time"
        case WaitStep(wait=Until(until=LocalDate())):
            return "date"
        case WaitStep(wait=Until()):
            return "value"
        case WaitStep():
            return "duration"
        case WaitForStep(wait_for=awaited):
            return "condition" if awaited.condition else "first_of" if awaited.first_of else "event"
        case _:
            return None
