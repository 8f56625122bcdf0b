"""What does a batch of customers do next?

One turn is one transaction: outcomes that came back are settled, the inbox of every customer in the batch is drained,
their timers fire, and what is due is judged, all while nobody else holds these customers. So no message leaves while
an unprocessed event of that customer is in the inbox. What may leave is marked as attempted under a lease and handed
over after the commit; its outcome comes back as an input of a later turn.
"""

import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial

from journeys.errors import OrchestratorError
from journeys.vocabulary import NO_GOODS
from orchestrator.advance import next_of
from orchestrator.coupons import EXAMPLE, Codes, pool_for, takes_codes, wait_for_codes
from orchestrator.customer import Customer, Doubts, Outgoing
from orchestrator.decision_log import lines_of
from orchestrator.doors import CountedDoors
from orchestrator.families import in_order, relatives
from orchestrator.garbage import no_search_for_garbage
from orchestrator.handover import LEASE, Handover, Input, Moments, Output, Report, Superseded
from orchestrator.inquiries import PATIENCE, Answered, Inquiries, Inquiry, forget_answer
from orchestrator.judging import book_of
from orchestrator.outcomes import reported, take_outcome
from orchestrator.program import Program
from orchestrator.rates import Gate
from orchestrator.seat import Seat, TakeOver, play
from orchestrator.sending import first_waiting, judge_entry, put_off
from orchestrator.shared_facts import SharedFacts
from orchestrator.store.base import Store, Turn
from orchestrator.store.codes import to_ms
from orchestrator.store.writing import Batch

MOST_SEATS = 2_500
# Every decision is told at the level INFO, which costs nothing as long as nobody listens.
DECISIONS = "tactful.decisions"
_LOG = logging.getLogger(DECISIONS)


@dataclass(slots=True)
class Engine:
    """Gives batches of customers their turns. One engine at a time writes; `seats` keeps recent customers in memory.

    `deployment` is the one its program comes from; with 0 it does not look whether another is in force.
    """

    store: Store
    program: Program
    moments: Moments
    worker: int = 0
    batch_size: int = 500
    seats: dict[int, Seat] = field(default_factory=dict)
    errors: list[tuple[int, str]] = field(default_factory=list)
    shared: SharedFacts = field(default_factory=SharedFacts)
    inquiries: Inquiries = field(default_factory=Inquiries)
    deployment: int = 0
    _codes: Codes | None = None
    _looked_at: Program | None = None
    _takes_codes: bool = False
    _has_endpoint: bool = False
    gate: Gate = field(init=False)
    doors: CountedDoors = field(init=False)
    _seen: int = 0
    _claims: bool = True
    _is_careful: bool = False
    _tells: bool = False
    _told: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._build_gate()

    def _build_gate(self) -> None:
        # In a history everybody has a time of their own, so there is no window that holds for all.
        rates, limits = ({}, {}) if self.moments.follows_events else (self.program.rates, self.program.limits)
        self.gate = Gate(rates, self.program.priorities)
        self.doors = CountedDoors(limits, self.moments.claim_until())
        self.program = replace(self.program, doors=self.doors)

    def run_turn(self, inputs: Sequence[Input] = (), *, claims: bool = True) -> tuple[list[Output], int]:
        """Take these inputs in and do what is due; give what may now leave or must be asked, and how many had a turn.

        Without `claims` only the inputs are taken in, and what they make due stays so: that is how a worker drains
        before it stops. Raises Superseded, having done nothing, when other journeys are in force by now.
        """
        self._claims = claims
        # A turn leaves no garbage in cycles; looking for some among all customers in memory takes a tenth of its time.
        with no_search_for_garbage():
            try:
                done = self._turn(inputs, is_careful=False)
            except _DecisionRaised:
                # Seldom enough that it is cheaper to begin again than to be ready for it in every customer's turn.
                done = self._turn(inputs, is_careful=True)
        # What was decided is told once it is written.
        for line in self._told:
            _LOG.info("%s", line)
        self._told.clear()
        return done

    def _turn(self, inputs: Sequence[Input], *, is_careful: bool) -> tuple[list[Output], int]:
        self._is_careful = is_careful
        try:
            with self.store.turn() as turn:
                return self._run(turn, inputs, self.batch_size if self._claims else 0)
        except BaseException:
            # What is in memory may be ahead of what was committed.
            self.seats.clear()
            self.shared.forget()
            self.gate.forget()
            self.doors.forget()
            self._told.clear()
            raise

    def take_up(self, program: Program, deployment: int) -> None:
        """Decide by other journeys from the next turn on."""
        self.program, self.deployment = program, deployment
        self._build_gate()
        self.seats.clear()
        self.shared.forget()

    def _run(self, turn: Turn, inputs: Sequence[Input], most: int) -> tuple[list[Output], int]:
        if self.deployment and turn.deployment() != self.deployment:
            raise Superseded("other journeys are in force by now")
        until = self.moments.claim_until()
        self.shared.refresh(turn, self.program, until)
        self.doors.begin(turn, until)
        ids = {given.profile_id for given in inputs}
        called: Mapping[int, list[int]] = {}
        if most:
            ids.update(turn.claim(until, most, in_order=self.moments.follows_events))
            called = self.gate.call(turn, until, most)
            ids.update(called)
        if not ids:
            return [], 0
        self._make_room(ids)
        seats = turn.load(ids, self.seats, until, self.program)
        self._load_families(turn, seats, until)
        now = None if self.moments.follows_events else until
        self._seen = turn.last_seq()
        batch, outputs = Batch(self._seen, now), list[Output]()
        self._look_at_program()
        self._tells = _LOG.isEnabledFor(logging.INFO)
        self._codes = Codes(turn, len(seats)) if self._takes_codes else None
        by_profile: dict[int, list[Input]] = {}
        for each in inputs:
            by_profile.setdefault(each.profile_id, []).append(each)
        # Let nothing happen to a customer while a call is under way: what they do meanwhile is read after its fate.
        order = in_order(seats, is_live=not self.moments.follows_events)
        acting = [known for known in order if known in by_profile or not seats[known].customer.is_calling]
        self._call_from_line(seats, called)
        self.gate.open(called, len(acting), until)
        busy = 0
        for profile_id in acting:
            given = self._seat_turn(profile_id, seats, by_profile.get(profile_id, ()), until, batch)
            if given is not None:
                busy += 1
                outputs.extend(given)
        turn.write(batch)
        return outputs, busy

    def _call_from_line(self, seats: Mapping[int, Seat], called: Mapping[int, list[int]]) -> None:
        """Take out of the line whom there is room for."""
        for profile_id in called.keys() & seats.keys():
            customer = seats[profile_id].customer
            for delivery_id in called[profile_id]:
                entry = customer.outbox.get(delivery_id)
                if entry is not None:
                    entry.in_line = None
                    customer.changes.touched[delivery_id] = entry

    def _make_room(self, wanted: set[int]) -> None:
        """Keep memory flat: forget customers nobody asked for, the longest ago first, when there are too many."""
        spare = len(self.seats) + len(wanted) - MOST_SEATS
        if spare > 0:
            for profile_id in [known for known in self.seats if known not in wanted][:spare]:
                del self.seats[profile_id]

    def _load_families(self, turn: Turn, seats: dict[int, Seat], until: datetime) -> None:
        """Bring in whoever is, or is about to be, the same person as one of these."""
        known: set[int] = set(seats)
        while wanted := relatives(seats) - known:
            known |= wanted
            seats.update(turn.load(wanted, self.seats, until, self.program))

    def _seat_turn(
        self, profile_id: int, seats: dict[int, Seat], inputs: Sequence[Input], until: datetime, batch: Batch
    ) -> list[Output] | None:
        """Give one customer their turn; when it is given with care, one whose decision raises is set aside.

        None when the customer only waits for another. Nothing of a turn that raised is written, nor of the profiles it
        had merged in until then. Raises _DecisionRaised when it is given without.
        """
        seat = seats.get(profile_id)
        if seat is None:
            return None
        marks = (batch.mark(), self.doors.mark(), len(self._told)) if self._is_careful else None
        try:
            unread = [event.seq for event in seat.events]
            acted = self._act(seat, seats, inputs, until, partial(self._take_over, seats, batch, unread))
            outputs, due_at = acted or (None, seat.next_due(self.program))
            self._tell(seat.customer)
            batch.add(seat.customer, due_at, _done(unread, seat))
            seat.version += 1
            return outputs
        except Exception as error:  # a journey, a plugin or a fact: this customer waits, not the rest
            if marks is None:
                raise _DecisionRaised from error
            written, let_in, told = marks
            # Who was merged in is changed in memory as well: all are read again when they are next needed.
            self.seats.clear()
            self.gate.forget()
            batch.rewind(written)
            self.doors.rewind(let_in)
            del self._told[told:]
            _LOG.warning("event=customer.set_aside profile=%d error=%s", profile_id, type(error).__name__)
            self.errors.append((profile_id, f"{type(error).__name__}: {error}"))
            batch.put_aside(profile_id, f"{type(error).__name__}: {error}")
            return []

    def _act(
        self, seat: Seat, seats: dict[int, Seat], inputs: Sequence[Input], until: datetime, take_over: TakeOver
    ) -> tuple[list[Output], datetime | None] | None:
        """Let a customer take what came back and do what is due; give what leaves, and when they are next due.

        None when they have to wait for another.
        """
        customer, until, by_delivery = seat.customer, seat.limit(until), self.moments.follows_events
        self._take_in(customer, inputs, until)
        if not self._claims:
            return [], seat.next_due(self.program)
        # One delivery of a customer at a time: the next is judged when the fate of this one is known.
        if inputs and customer.is_calling:
            return [], None
        while True:
            if not play(seat, seats, until, self.program, by_delivery=by_delivery, take_over=take_over):
                return None
            due = first_waiting(customer, until, self.program, is_live=not by_delivery)
            if due is None or due.due_at > until or _is_asking(customer, until):
                return [], seat.within(next_of(customer, due, self.program))
            now = until
            if by_delivery:
                now = max(due.due_at, customer.memory.clock)
            elif self._is_held(customer, due, now):
                continue
            elif (inquiry := self._inquire(customer, due, now)) is not None:
                return [inquiry], seat.within(next_of(customer, due, self.program))
            entry = judge_entry(customer, due, now, self.program)
            forget_answer(customer)
            if entry is not None:
                self.gate.begin(entry)
                self._give_a_code(customer, entry)
                return [self._hand_over(customer, entry)], None

    def _look_at_program(self) -> None:
        """Find out once what no delivery of this program needs, and so need not be looked into for each."""
        if self._looked_at is not self.program:
            self._looked_at, self._takes_codes = self.program, takes_codes(self.program)
            self._has_endpoint = any(book.has_endpoint for book in self.program.books)

    def _waits_for_a_code(self, customer: Customer, entry: Outgoing, now: datetime) -> bool:
        """Let this delivery sleep when it needs a code and there is none left; say whether it does."""
        pool = "" if self._codes is None else pool_for(customer, entry, self.program)
        if not pool or self._codes is None or self._codes.has(pool):
            return False
        wait_for_codes(customer, entry, now)
        return True

    def _give_a_code(self, customer: Customer, entry: Outgoing) -> None:
        """Claim the code that a delivery carries; in a history, where nobody gets one, it is an example."""
        pool = "" if self._codes is None else pool_for(customer, entry, self.program)
        if pool and self.moments.follows_events:
            entry.coupon = EXAMPLE
        elif pool and self._codes is not None:
            self._codes.claim(customer, entry, pool)

    def _take_in(self, customer: Customer, inputs: Iterable[Input], until: datetime) -> None:
        """Take the inputs, and let the customer see what is known beside their own facts.

        In a history neither goods nor silences have a time of their own, so nobody sees them there.
        """
        if not self.moments.follows_events:
            facts, shared = customer.facts, self.shared
            facts.goods = shared.goods or NO_GOODS
            facts.doubts = shared.doubts
        for given in inputs:
            if isinstance(given, Answered):
                self.inquiries.hear(customer, given, until)
            else:
                self._settle(customer, given, until)
        if customer.unanswered:
            customer.facts.doubts = _united(customer.facts.doubts, customer.unanswered)

    def _is_held(self, customer: Customer, entry: Outgoing, now: datetime) -> bool:
        """Put off what comes too late, and let stand in line what finds no room in its channel's rate."""
        customer.tick(now)
        if put_off(customer, entry, now, self.program):
            return True
        if self.gate.lets_through(customer, entry, now):
            return self._codes is not None and self._waits_for_a_code(customer, entry, now)
        self.gate.line_up(customer, entry)
        forget_answer(customer)
        return True

    def _inquire(self, customer: Customer, entry: Outgoing, now: datetime) -> Inquiry | None:
        """Say what must be asked before this delivery is judged; it then waits for that."""
        if not self.inquiries.sources and not self._has_endpoint:
            return None
        inquiry = self.inquiries.plan(customer, entry.delivery, book_of(customer, entry.delivery, self.program), now)
        if inquiry is not None:
            customer.asking_until = now + PATIENCE
        return inquiry

    def _take_over(
        self,
        seats: dict[int, Seat],
        batch: Batch,
        unread: list[int],
        absorbed: Customer,
        survivor: int,
        moved: list[int],
    ) -> None:
        """Write a profile that joined another; the events it had not read yet move along."""
        self._tell(absorbed)
        batch.take_over(absorbed, survivor, moved)
        unread.extend(moved)
        # It is nobody any more, in this turn as in later ones.
        seats.pop(absorbed.id, None)
        self.seats.pop(absorbed.id, None)

    def _tell(self, customer: Customer) -> None:
        if self._tells:
            self._told.extend(lines_of(customer))

    def _hand_over(self, customer: Customer, entry: Outgoing) -> Handover:
        entry.lease_until = to_ms(self.moments.leases_from() + LEASE)
        entry.token += 1
        entry.worker = self.worker
        assert entry.judged is not None
        return Handover(
            delivery=entry.judged,
            profile=customer.facts.profile,
            entry=entry.entry,
            parameters=entry.parameters,
            at=customer.memory.clock,
            token=entry.token,
            attempt=entry.attempts,
            seen=self._seen,
            version=customer.version_behind(entry.delivery),
            coupon=entry.coupon,
        )

    def _settle(self, customer: Customer, report: Report, now: datetime) -> None:
        entry = reported(customer, report)
        if entry is None:
            return
        self.gate.end(entry.delivery.channel, entry.delivery.id, now)
        at = customer.memory.clock if self.moments.follows_events else now
        take_outcome(customer, entry, report.outcome, at, self.program)


class _DecisionRaised(OrchestratorError):
    """Somebody's decision raised: the turn has to be given once more, with care."""


def _united(one: Doubts, other: Doubts) -> Doubts:
    return {kind: (*one.get(kind, ()), *other.get(kind, ())) for kind in sorted({*one, *other})}


def _is_asking(customer: Customer, now: datetime) -> bool:
    """Say whether an answer about this customer is still waited for: until then nothing of theirs is judged."""
    return customer.asking_until is not None and customer.asking_until > now


def _done(unread: list[int], seat: Seat) -> list[int]:
    """Name the inbox places that were decided on: what was unread and no longer waits."""
    if not seat.events:
        return unread
    waiting = {event.seq for event in seat.events}
    return [seq for seq in unread if seq not in waiting]
