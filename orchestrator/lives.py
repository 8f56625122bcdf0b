"""What did one family of profiles do while it lived through its events?

Under a virtual clock, with the very code that runs live; nothing is sent.
"""

from collections import deque
from collections.abc import Container, Iterator
from dataclasses import dataclass, field
from datetime import datetime

from journeys.decision import Fate, Snapshot
from journeys.vocabulary import Delivery, Event, Facts
from operational_guards.verdict import Allow
from orchestrator.customer import Changes, Customer, Judged, Memory, Outgoing
from orchestrator.history import Family
from orchestrator.program import Program
from orchestrator.seat import Seat, play
from orchestrator.sending import judge_next, settle


@dataclass(frozen=True, slots=True)
class Span:
    """The part of history that counts: journeys live from the first event to `end`, and count from `begin` on."""

    end: datetime
    begin: datetime | None = None

    def holds(self, at: datetime) -> bool:
        """Say whether this moment counts."""
        return at <= self.end and (self.begin is None or at >= self.begin)


@dataclass(slots=True)
class Life:
    """Everything one family did; of what changed more than once the last state. `sent` is in the order of sending."""

    entered: list[Snapshot] = field(default_factory=list)
    moved: dict[int, Snapshot] = field(default_factory=dict)
    outgoing: dict[int, Outgoing] = field(default_factory=dict)
    judged: list[Judged] = field(default_factory=list)
    sent: list[Outgoing] = field(default_factory=list)

    def add(self, changes: Changes) -> None:
        """Add what one profile did."""
        self.entered.extend(changes.entered)
        self.moved.update(changes.moved)
        self.outgoing.update((entry.delivery.id, entry) for entry in changes.planned)
        self.outgoing.update(changes.touched)
        self.judged.extend(changes.judged)

    def messages(self, span: Span) -> Iterator[tuple[datetime, Delivery]]:
        """Give the marketing messages that were handed over within the span, with the goods that were left in them."""
        for entry in self.sent:
            at = entry.settled_at
            if at is not None and span.holds(at) and entry.counts_for_caps and entry.judged is not None:
                yield at, entry.judged

    def was_held(self, always: Container[str]) -> bool:
        """Say whether a guard that is not among `always` had a part in any verdict that was acted on."""
        return any(
            answer.guard not in always and not answer.unheeded and not isinstance(answer.verdict, Allow)
            for judged in self.judged
            if judged.kind != "forecast" and not isinstance(judged.judgement.verdict, Allow)
            for answer in judged.judgement.answers
        )


def live(family: Family, events: list[tuple[int, Event]], program: Program, span: Span) -> Life:
    """Let one family live through its events up to the end of the span.

    Whoever is merged into another lives first, up to then, in order of the merges.
    """
    seats = _seats(family, events)
    life = Life()
    joining = [absorbed for _, absorbed in sorted(family.merges)]
    for profile_id in [*joining, *sorted(seats.keys() - set(joining))]:
        _live_on(seats[profile_id], seats, program, span, life)
    for seat in seats.values():
        life.add(seat.customer.take_changes())
    return life


def _seats(family: Family, events: list[tuple[int, Event]]) -> dict[int, Seat]:
    seats = {profile.id: Seat(Customer(Facts(profile), Memory(profile.created_at))) for profile in family.profiles}
    waiting: dict[int, list[Event]] = {profile_id: [] for profile_id in seats}
    for profile_id, event in events:
        waiting[profile_id].append(event)
    owner_of = {event.seq: (profile_id, event.at) for profile_id, event in events} if family.merges else {}
    for seq, absorbed in family.merges:
        owner, at = owner_of[seq]
        seats[owner].merges.setdefault(seq, []).append(absorbed)
        seats[absorbed].until = at
    for profile_id, seat in seats.items():
        seat.events = deque(sorted(waiting[profile_id], key=lambda event: (event.at, event.seq)))
    return seats


def _live_on(seat: Seat, seats: dict[int, Seat], program: Program, span: Span, life: Life) -> None:
    customer, end = seat.customer, seat.limit(span.end)

    def take_over(absorbed: Customer, _survivor: int, _moved: list[int]) -> None:
        life.add(absorbed.take_changes())

    while True:
        play(seat, seats, end, program, by_delivery=True, take_over=take_over)
        due = customer.next_delivery()
        if due is None or due.due_at > end:
            return
        entry = judge_next(customer, max(due.due_at, customer.memory.clock), program)
        if entry is not None:
            life.sent.append(entry)
            settle(customer, entry, Fate.SENT, "", customer.memory.clock, program)
