"""What does a customer do with everything that waits for them?

A `Seat` is a customer in memory with their unread events. `play` lets events and timers act up to a moment; when an
event turns out to merge another profile in, that profile's own past comes first and then joins.
"""

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from journeys.vocabulary import Event
from orchestrator.customer import Customer, absorb, advance
from orchestrator.program import Program


@dataclass(slots=True)
class Seat:
    """A customer and the events that wait for them, in order of time.

    `version` and `seen` say whether both are still what the database holds. `merges` maps the place of an event in the
    log to the ids of the profiles it merges into this one.
    """

    customer: Customer
    version: int = 0
    events: deque[Event] = field(default_factory=deque)
    merges: dict[int, list[int]] = field(default_factory=dict)
    seen: int = 0


class TakeOver(Protocol):
    """Is told of a profile that joined another, and of the inbox places that moved with it."""

    def __call__(self, absorbed: Customer, survivor: int, moved: list[int]) -> None: ...


def play(
    seat: Seat,
    seats: Mapping[int, Seat],
    until: datetime,
    program: Program,
    *,
    by_delivery: bool,
    take_over: TakeOver,
) -> None:
    """Let what waits act, in order of time, up to `until`; see `customer.advance` for `by_delivery`."""
    while seat.merges:
        place = next((place for place, event in enumerate(seat.events) if event.seq in seat.merges), None)
        if place is None or seat.events[place].at > until:
            break
        merging = seat.events[place]
        if not _play_before(seat, place, merging, program, by_delivery=by_delivery):
            return
        for absorbed in seat.merges.pop(merging.seq):
            if absorbed in seats:
                _join(seat, seats[absorbed], merging, program, take_over)
    advance(seat.customer, seat.events, until, program, by_delivery=by_delivery)


def _play_before(seat: Seat, place: int, merging: Event, program: Program, *, by_delivery: bool) -> bool:
    """Let everything before the merging event act; False when a delivery has to be judged on the way."""
    events = list(seat.events)
    before = deque(events[:place])
    advance(seat.customer, before, merging.at, program, by_delivery=by_delivery)
    seat.events = before + deque(events[place:])
    due = seat.customer.next_delivery()
    return not before and not (by_delivery and due is not None and due.due_at < merging.at)


def _join(seat: Seat, other: Seat, merging: Event, program: Program, take_over: TakeOver) -> None:
    """Let the other profile live through its own past, then make it part of this one."""
    advance(other.customer, other.events, merging.at, program)
    absorb(seat.customer, other.customer, merging.at, program)
    seat.events = deque(sorted([*seat.events, *other.events], key=lambda event: (event.at, event.seq)))
    seat.merges.update(other.merges)
    take_over(other.customer, seat.customer.id, [event.seq for event in other.events])
