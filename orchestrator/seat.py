"""What does a customer do with everything that waits for them?

A `Seat` is a customer in memory with their unread events. `play` lets events and timers act up to a moment; when an
event turns out to merge another profile in, that profile's own past comes first and then joins.
"""

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from journeys.errors import OrchestratorError
from journeys.vocabulary import Event
from orchestrator.absorb import absorb
from orchestrator.advance import advance, next_due
from orchestrator.customer import Customer
from orchestrator.program import Program


class MergeWaits(OrchestratorError):
    """A profile is to be merged in that cannot be loaded, because it is set aside."""


@dataclass(slots=True)
class Seat:
    """A customer and the events that wait for them, in order of time.

    `version` and `seen` say whether both are still what the database holds. `merges` maps the place of an event in the
    log to the ids of the profiles it merges into this one. `until` is when this profile itself is merged into another:
    it lives no further on its own.
    """

    customer: Customer
    version: int = 0
    events: deque[Event] = field(default_factory=deque)
    merges: dict[int, list[int]] = field(default_factory=dict)
    seen: int = 0
    until: datetime | None = None
    survivor: int | None = None

    @property
    def is_calling(self) -> bool:
        """Say whether a delivery is being handed over: nothing else happens to the customer until its fate is known."""
        return self.customer.is_calling

    def limit(self, until: datetime) -> datetime:
        """Give the moment up to which this profile lives."""
        return until if self.until is None else min(self.until, until)

    def next_due(self, program: Program) -> datetime | None:
        """Say when the customer next has something to do."""
        return self.within(next_due(self.customer, program))

    def within(self, due: datetime | None) -> datetime | None:
        """Leave out what lies beyond a merge: that is the survivor's business."""
        return None if due is None or (self.until is not None and due > self.until) else due


def in_order(event: Event) -> tuple[datetime, bool, datetime, int]:
    """Give the place of an event among those that wait: by when it happened, or else was taken in."""
    return _moment(event), event.known_at is not None, event.at, event.seq


def _moment(event: Event) -> datetime:
    """Say when an event acts: when it happened, or of the past, when it was taken in."""
    return event.known_at or event.at


class TakeOver(Protocol):
    """Is told of a profile that joined another, and of the inbox places that moved with it."""

    def __call__(self, absorbed: Customer, survivor: int, moved: list[int], /) -> None: ...


def play(
    seat: Seat,
    seats: Mapping[int, Seat],
    until: datetime,
    program: Program,
    *,
    by_delivery: bool,
    take_over: TakeOver,
) -> bool:
    """Let what waits act, in order of time, up to `until`; see `customer.advance` for `by_delivery`.

    False when the customer has to wait for a profile that is to be merged in and is not done with its own past.
    """
    if seat.until is not None:
        until = seat.limit(until)
    while seat.merges:
        place = next((place for place, event in enumerate(seat.events) if event.seq in seat.merges), None)
        if place is None or seat.events[place].at > until:
            break
        merging = seat.events[place]
        if not _play_before(seat, place, merging, program, by_delivery=by_delivery):
            return True
        others = [_seat_of(absorbed, seats) for absorbed in seat.merges[merging.seq]]
        if not all(_has_lived(other, seats, merging, program, by_delivery, take_over) for other in others):
            return False
        for other in others:
            _join(seat, other, merging, program, take_over)
        del seat.merges[merging.seq]
    advance(seat.customer, seat.events, until, program, by_delivery=by_delivery)
    return True


def _play_before(seat: Seat, place: int, merging: Event, program: Program, *, by_delivery: bool) -> bool:
    """Let everything before the merging event act; False when a delivery has to be judged on the way."""
    events = list(seat.events)
    before = deque(events[:place])
    advance(seat.customer, before, _moment(merging), program, by_delivery=by_delivery)
    seat.events = before + deque(events[place:])
    due = seat.customer.next_delivery(program.running)
    return not before and not (by_delivery and due is not None and due.due_at < _moment(merging))


def _seat_of(profile_id: int, seats: Mapping[int, Seat]) -> Seat:
    if profile_id not in seats:
        raise MergeWaits(f"profile #{profile_id} is to be merged into this one and is set aside; see to that one first")
    return seats[profile_id]


def _has_lived(
    other: Seat,
    seats: Mapping[int, Seat],
    merging: Event,
    program: Program,
    by_delivery: bool,
    take_over: TakeOver,
) -> bool:
    """Say whether another profile is done with its own past, so that it can join.

    Live, it takes in what is left of it now, and what is due goes along. In a history it first sends what was due by
    then, in turns of its own.
    """
    if other.is_calling:
        return False
    if not by_delivery:
        return play(other, seats, _moment(merging), program, by_delivery=False, take_over=take_over)
    due = next_due(other.customer, program)
    is_unread = bool(other.events) and other.events[0].at <= _moment(merging)
    return not is_unread and (due is None or due > _moment(merging))


def _join(seat: Seat, other: Seat, merging: Event, program: Program, take_over: TakeOver) -> None:
    """Make the other profile part of this one; the events it had not read move along."""
    absorb(seat.customer, other.customer, _moment(merging), program)
    if seat.customer.memory.clock > merging.at:
        # A replay has to join them when this was learned, whatever else the event says.
        seat.customer.changes.known_late.append((merging.seq, seat.customer.memory.clock))
    if any(send.at > _moment(merging) for send in seat.customer.facts.sends):
        # Who they are is a fact as well, and it came after something had been sent to one of the two.
        seat.customer.changes.late.append(merging.seq)
    seat.events = deque(sorted([*seat.events, *other.events], key=in_order))
    seat.merges.update(other.merges)
    take_over(other.customer, seat.customer.id, [event.seq for event in other.events])
