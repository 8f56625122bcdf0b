"""What do events and timers do to a customer?

They act in order of time. An event changes the facts and the profile, moves the enrollments it concerns and may let the
customer into journeys; a timer ends a wait, begins a scheduled entry or ends a membership.
"""

from collections import deque
from datetime import datetime

from journeys.compile import CALLED, Journey
from journeys.decide import decide, leave
from journeys.decision import ClockMoved, Due, Given, Snapshot
from journeys.vocabulary import Event
from orchestrator.customer import Customer, Outgoing
from orchestrator.effects import leave_audience, scope_of
from orchestrator.entering import Opening, carry_out, let_in
from orchestrator.facts import apply
from orchestrator.foresight import foresee, review_memberships
from orchestrator.moving import move_on
from orchestrator.openings import look, move_clock, next_opening, open_due, set_timers
from orchestrator.profiles import apply_event
from orchestrator.program import Program
from orchestrator.tallying import tally

_DUE = Due()
_CLOCK_MOVED = ClockMoved()


def advance(
    customer: Customer, events: deque[Event], until: datetime, program: Program, *, by_delivery: bool = False
) -> None:
    """Let events (in order of time) and the customer's own timers act, up to and including `until`.

    At the same instant timers come first. Live, `until` is now: of the occurrences of a schedule that were missed in a
    standstill only one is made up for. With `by_delivery`, `until` is the end of a history: stop before anything that
    happens after the first waiting delivery is due, because in a run through history that delivery has to be judged
    first, and events after its time have not happened yet.
    """
    _play(customer, events, until, program, by_delivery=by_delivery)
    _think_again(customer, program)


def _think_again(customer: Customer, program: Program) -> bool:
    """See what the audiences and the waiting deliveries have come to, when something changed; say whether it did."""
    if not customer.is_in_review and not customer.is_unforeseen:
        return False
    if customer.is_in_review:
        review_memberships(customer, program)
    if customer.is_unforeseen:
        foresee(customer, program)
    return True


def _play(customer: Customer, events: deque[Event], until: datetime, program: Program, *, by_delivery: bool) -> None:
    missed_by = None if by_delivery else until
    if customer.ruled_by is not program:
        is_ruled = move_on(customer, program, until, by_delivery=by_delivery)
        set_timers(customer, program, missed_by)
        customer.ruled_by = program if is_ruled else None
    elif program.dated or program.watched:
        look(customer, program, missed_by)
    while True:
        timer = _next_timer(customer, program)
        is_event = bool(events) and (timer is None or events[0].at < timer)
        at = events[0].at if is_event else timer
        if at is None or at > until or (by_delivery and _waits_before(customer, at, program)):
            return
        # In a history time goes on only when all is done that a live engine does in this moment.
        if by_delivery and at > customer.memory.clock and _think_again(customer, program):
            continue
        if is_event:
            _see(customer, events.popleft(), program)
        else:
            _wake(customer, at, program, missed_by)


def _waits_before(customer: Customer, at: datetime, program: Program) -> bool:
    due = customer.next_delivery(program.running)
    return due is not None and due.due_at < at


def next_due(customer: Customer, program: Program) -> datetime | None:
    """Say when the customer next has something to do by themselves: a timer, or a delivery that waits.

    While a delivery is being handed over nothing is due: its outcome brings the customer back.
    """
    if customer.is_calling:
        return None
    return next_of(customer, customer.next_delivery(program.running), program)


def next_of(customer: Customer, delivery: Outgoing | None, program: Program) -> datetime | None:
    """Say which comes first: a timer, or the delivery that waits, which has to wait for what is asked about."""
    timer = _next_timer(customer, program)
    if delivery is None:
        return timer
    due_at = delivery.due_at if customer.asking_until is None else max(delivery.due_at, customer.asking_until)
    return due_at if timer is None else min(timer, due_at)


def _see(customer: Customer, event: Event, program: Program) -> None:
    customer.tick(event.known_at or event.at)
    zone = customer.facts.profile.timezone
    _learn(customer, event)
    kept = program.tallied.get(event.name)
    if kept is not None:
        tally(customer.memory, event, kept)
    if customer.facts.profile.timezone != zone:
        _move_clock(customer, program)
    for snapshot in list(customer.enrollments.values()):
        # What one enrollment does with an event may end another.
        if snapshot.id in customer.enrollments and _concerns(event, program.journey_of(snapshot)):
            _decide(customer, snapshot, event, program)
    for snapshot in list(customer.converting.values()):
        _convert(customer, snapshot, event, program)
    for journey in program.entered_by.get(event.name, ()):
        if event.name != CALLED or event.properties.get("journey") == journey.name:
            let_in(customer, journey, program, Opening(event))
    if program.dated or program.watched:
        look(customer, program)


def _concerns(event: Event, journey: Journey | None) -> bool:
    return journey is not None and (event.name in journey.listens or journey.looks)


def _decide(customer: Customer, snapshot: Snapshot, given: Given, program: Program) -> None:
    """Let one enrollment act; one that nothing happens to is left as it is."""
    journey = _journey_of(customer, snapshot, program)
    if journey is None:
        return
    decision = decide(journey, snapshot, given, scope_of(customer, program))
    if decision.snapshot is not snapshot or decision.trace or decision.effects:
        carry_out(customer, decision, program)


def _convert(customer: Customer, snapshot: Snapshot, event: Event, program: Program) -> None:
    """Let somebody who has left a journey reach its goal, as long as that counts."""
    journey = program.journey_of(snapshot)
    if snapshot.converts_until is None or customer.memory.clock > snapshot.converts_until or journey is None:
        del customer.converting[snapshot.id]
    elif journey.goal is not None and journey.goal.event == event.name:
        _decide(customer, snapshot, event, program)


def _move_clock(customer: Customer, program: Program) -> None:
    """Work out anew what comes at a time of the customer's clock: waits, messages, and schedules."""
    for snapshot in list(customer.enrollments.values()):
        if snapshot.id in customer.enrollments:
            _decide(customer, snapshot, _CLOCK_MOVED, program)
    move_clock(customer, program)


def _learn(customer: Customer, event: Event) -> None:
    facts = customer.facts
    changed = apply(facts, event, customer.memory.clock)
    profile = apply_event(facts.profile, event)
    if not changed and profile is facts.profile:
        return
    customer.changes.facts.update(dict.fromkeys(changed))
    facts.profile = profile
    wake_sleepers(customer, customer.memory.clock)
    customer.is_in_review = bool(customer.memory.memberships)
    customer.is_unforeseen = bool(customer.outbox)
    if customer.memory.clock > event.at:
        customer.changes.known_late.append((event.seq, customer.memory.clock))
        if any(send.at > event.at for send in facts.sends):
            customer.changes.late.append(event.seq)


def wake_sleepers(customer: Customer, now: datetime) -> None:
    """A fact changed: what sleeps until then is due now, to be judged again from scratch."""
    for entry in customer.outbox.values():
        if entry.on_change and entry.state == "delayed" and entry.due_at > now:
            entry.due_at = now
            entry.on_change = False
            customer.changes.touched[entry.delivery.id] = entry


def _wake(customer: Customer, at: datetime, program: Program, missed_by: datetime | None) -> None:
    """Fire everything that is due at this instant: enrollments by key, then schedules, then memberships."""
    customer.tick(at)
    for snapshot in _due_enrollments(customer, at):
        if snapshot.id in customer.enrollments:
            _decide(customer, snapshot, _DUE, program)
    open_due(customer, at, program, missed_by)
    for audience, membership in list(customer.memory.memberships.items()):
        if membership.until is not None and membership.until <= at:
            leave_audience(customer, audience, membership)


def _due_enrollments(customer: Customer, at: datetime) -> list[Snapshot]:
    """List the enrollments whose own timer has come, in order of their keys."""
    due = [snapshot for snapshot in customer.enrollments.values() if snapshot.due_at and snapshot.due_at <= at]
    return due if len(due) < 2 else sorted(due, key=lambda snapshot: snapshot.id)


def _next_timer(customer: Customer, program: Program) -> datetime | None:
    """Say when the customer's next timer comes: asked several times a turn, and mostly nothing has changed about it."""
    if customer.is_retimed:
        customer.timer = _find_timer(customer, program)
        customer.is_retimed = False
    return customer.timer


def _find_timer(customer: Customer, program: Program) -> datetime | None:
    memory = customer.memory
    best = next_opening(customer, program)
    for snapshot in customer.enrollments.values():
        due = snapshot.due_at
        if due is None or (best is not None and due >= best):
            continue
        # Nothing decides on a version that is not known: its timer would come for ever.
        if program.journey_of(snapshot) is not None:
            best = due
    for membership in memory.memberships.values():
        until = membership.until
        if until is not None and (best is None or until < best):
            best = until
    return best


def _journey_of(customer: Customer, snapshot: Snapshot, program: Program) -> Journey | None:
    """Find an enrollment's journey; one whose step is gone from the file leaves it with that reason."""
    journey = program.journey_of(snapshot)
    if journey is None or snapshot.step in journey.steps:
        return journey
    carry_out(customer, leave(journey, snapshot, scope_of(customer, program), "step_removed"), program)
    return None
