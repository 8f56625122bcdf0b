"""What would these journeys have done with this history?

Every customer lives through their own events under a virtual clock, with the very code that runs live; nothing is
sent. Each family of profiles is independent of the others, so they are shared out over processes. The same customers
then live through it again without operational guards, and every marketing message of both lives is held against the
complete history.
"""

from collections import Counter, deque
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from journeys.decision import Fate, Snapshot
from journeys.vocabulary import Delivery, Event, Facts
from operational_guards.verdict import Allow, Delay
from orchestrator.customer import Changes, Customer, Judged, Memory, Outgoing
from orchestrator.garbage import no_search_for_garbage
from orchestrator.history import Family
from orchestrator.mistimed import BOUGHT_WITHIN, GoodsHistory
from orchestrator.program import Program
from orchestrator.seat import Seat, play
from orchestrator.sending import judge_next, settle
from orchestrator.sources.event_log import decode_event


@dataclass(frozen=True, slots=True)
class Span:
    """The part of history that counts: journeys live from the first event to `end`, and count from `begin` on."""

    end: datetime
    begin: datetime | None = None

    def holds(self, at: datetime) -> bool:
        """Say whether this moment counts."""
        return at <= self.end and (self.begin is None or at >= self.begin)


@dataclass(slots=True)
class JourneyCount:
    """What one journey did."""

    entered: int = 0
    sent: int = 0
    delayed: int = 0
    dropped_items: int = 0
    goals: int = 0
    suppressed: Counter[str] = field(default_factory=Counter)
    exited: Counter[str] = field(default_factory=Counter)

    def add(self, other: "JourneyCount") -> None:
        """Count the other's work as well."""
        self.entered += other.entered
        self.sent += other.sent
        self.delayed += other.delayed
        self.dropped_items += other.dropped_items
        self.goals += other.goals
        self.suppressed.update(other.suppressed)
        self.exited.update(other.exited)


@dataclass(slots=True)
class Tally:
    """The counts of many customers: by journey, the mis-timed messages by why, and the messages judged."""

    journeys: dict[str, JourneyCount] = field(default_factory=dict)
    mistimed: Counter[str] = field(default_factory=Counter)
    unguarded: Counter[str] = field(default_factory=Counter)
    unguarded_sent: int = 0
    marketing_sent: int = 0
    judgements: int = 0
    outgoing: list[Outgoing] = field(default_factory=list)
    ledger: list[Judged] = field(default_factory=list)

    def add(self, other: "Tally") -> None:
        """Count the other's customers as well."""
        for name, count in other.journeys.items():
            self.journeys.setdefault(name, JourneyCount()).add(count)
        self.mistimed.update(other.mistimed)
        self.unguarded.update(other.unguarded)
        self.unguarded_sent += other.unguarded_sent
        self.marketing_sent += other.marketing_sent
        self.judgements += other.judgements
        self.outgoing.extend(other.outgoing)
        self.ledger.extend(other.ledger)


@dataclass(frozen=True, slots=True)
class Settings:
    """How to run: the program, the span that counts, and whether every delivery and judgement is kept."""

    program: Program
    span: Span
    bought_within: timedelta = BOUGHT_WITHIN
    keeps_deliveries: bool = False


def run(families: list[Family], settings: Settings, processes: int, chunk: int = 64) -> Iterator[tuple[int, Tally]]:
    """Run all families and give, chunk by chunk, how many were done and their tally."""
    chunks = [families[start : start + chunk] for start in range(0, len(families), chunk)]
    if processes <= 1 or len(chunks) <= 1:
        for families_of_chunk in chunks:
            yield len(families_of_chunk), run_chunk(families_of_chunk, settings)
        return
    with ProcessPoolExecutor(processes, initializer=_remember, initargs=(settings,)) as pool:
        yield from pool.map(_run_remembered, chunks)


_settings: Settings | None = None


def _remember(settings: Settings) -> None:
    """Keep the program in each process, so that it travels once and not with every chunk."""
    global _settings
    _settings = settings


def _run_remembered(families: list[Family]) -> tuple[int, Tally]:
    assert _settings is not None
    return len(families), run_chunk(families, _settings)


def run_chunk(families: list[Family], settings: Settings) -> Tally:
    """Let these families live twice: guarded, and with only the guards that cannot be switched off.

    Where no other guard held anything back the second life would be the first again, so it is not lived.
    """
    tally = Tally()
    unguarded = settings.program.with_only_the_always_on()
    always = frozenset(rule.name for rule in unguarded.book.rules)
    # What a chunk makes is dropped as a whole; looking for cycles in it on the way costs a third more time.
    with no_search_for_garbage():
        for family in families:
            events = [(profile_id, decode_event(body, seq)) for profile_id, seq, body in family.events]
            goods = GoodsHistory(event for _, event in events)
            is_mistimed = partial(goods.mistimed, bought_within=settings.bought_within)
            life = live(family, events, settings.program, settings.span)
            _count_life(tally, life, settings, is_mistimed)
            if _was_held(life, always):
                life = live(family, events, unguarded, settings.span)
            for at, delivery in _messages(life, settings.span):
                tally.unguarded_sent += 1
                if why := is_mistimed(delivery, at):
                    tally.unguarded[why] += 1
    return tally


def _was_held(life: "Life", always: frozenset[str]) -> bool:
    """Say whether a guard that can be switched off had a part in any verdict that was acted on; forecasts are not."""
    return any(
        answer.guard not in always and not answer.unheeded and not isinstance(answer.verdict, Allow)
        for judged in life.judged
        if judged.kind != "forecast" and not isinstance(judged.judgement.verdict, Allow)
        for answer in judged.judgement.answers
    )


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
    owner_of = {event.seq: (profile_id, event.at) for profile_id, event in events}
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


# Counting.


def _messages(life: Life, span: Span) -> Iterator[tuple[datetime, Delivery]]:
    """Give the messages that were handed over within the span, with the goods that were left in them."""
    for entry in life.sent:
        at = entry.settled_at
        if at is not None and span.holds(at) and entry.counts_for_caps and entry.judged is not None:
            yield at, entry.judged


def _count_life(tally: Tally, life: Life, settings: Settings, is_mistimed: Any) -> None:
    span = settings.span
    _count_enrollments(tally, life, span)
    _count_deliveries(tally, life, span)
    if settings.keeps_deliveries:
        tally.outgoing.extend(life.outgoing.values())
        tally.ledger.extend(life.judged)
    for at, delivery in _messages(life, span):
        tally.marketing_sent += 1
        if why := is_mistimed(delivery, at):
            tally.mistimed[why] += 1


def _count_enrollments(tally: Tally, life: Life, span: Span) -> None:
    for snapshot in life.entered:
        if span.holds(snapshot.entered_at):
            _count_of(tally, snapshot.journey).entered += 1
    for snapshot in life.moved.values():
        count = _count_of(tally, snapshot.journey)
        if snapshot.ended_at is not None and span.holds(snapshot.ended_at):
            count.exited[snapshot.reason] += 1
        if snapshot.goal_at is not None and span.holds(snapshot.goal_at):
            count.goals += 1


def _count_deliveries(tally: Tally, life: Life, span: Span) -> None:
    delayed = set()
    for judged in life.judged:
        tally.judgements += 1
        if isinstance(judged.judgement.verdict, Delay) and span.holds(judged.at):
            delayed.add(judged.delivery_id)
    for entry in life.outgoing.values():
        count = _count_of(tally, entry.delivery.journey)
        if entry.delivery.id in delayed:
            count.delayed += 1
        if entry.settled_at is None or not span.holds(entry.settled_at):
            continue
        if entry.state == "sent":
            count.sent += 1
            if entry.judged is not None:
                count.dropped_items += len(entry.delivery.items) - len(entry.judged.items)
        elif entry.state == "suppressed":
            count.suppressed[entry.reason] += 1


def _count_of(tally: Tally, journey: str) -> JourneyCount:
    return tally.journeys.setdefault(journey, JourneyCount())
