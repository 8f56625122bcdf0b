"""What do events and timers do to a customer?

They act in order of time. An event changes the facts and the profile, moves the enrollments it concerns and may let the
customer into journeys; a timer ends a wait, begins a scheduled entry or ends a membership.
"""

from collections import deque
from datetime import datetime

from journeys.compile import Journey
from journeys.decide import decide, leave
from journeys.decision import Due, Snapshot
from journeys.localtime import next_local, zone_named
from journeys.vocabulary import Event
from orchestrator.customer import Customer
from orchestrator.effects import apply_decision, leave_audience, scope_of
from orchestrator.entering import let_in
from orchestrator.facts import apply
from orchestrator.foresight import foresee, review_memberships
from orchestrator.profiles import apply_event
from orchestrator.program import Program

_DUE = Due()


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
    if customer.is_in_review:
        review_memberships(customer, program)
    if customer.is_unforeseen:
        foresee(customer, program)


def _play(customer: Customer, events: deque[Event], until: datetime, program: Program, *, by_delivery: bool) -> None:
    missed_by = None if by_delivery else until
    _set_schedules(customer, program, missed_by)
    while True:
        timer = _next_timer(customer, program)
        is_event = bool(events) and (timer is None or events[0].at < timer)
        at = events[0].at if is_event else timer
        if at is None or at > until or (by_delivery and _waits_before(customer, at, program)):
            return
        if is_event:
            _see(customer, events.popleft(), program)
        else:
            _wake(customer, at, program, missed_by)


def _waits_before(customer: Customer, at: datetime, program: Program) -> bool:
    due = customer.next_delivery(program.journeys)
    return due is not None and due.due_at < at


def next_due(customer: Customer, program: Program) -> datetime | None:
    """Say when the customer next has something to do by themselves: a timer, or a delivery that waits.

    While a delivery is being handed over nothing is due: its outcome brings the customer back.
    """
    if customer.is_calling:
        return None
    timer, delivery = _next_timer(customer, program), customer.next_delivery(program.journeys)
    if delivery is None:
        return timer
    due_at = delivery.due_at if customer.asking_until is None else max(delivery.due_at, customer.asking_until)
    return due_at if timer is None else min(timer, due_at)


def _see(customer: Customer, event: Event, program: Program) -> None:
    customer.tick(event.known_at or event.at)
    _learn(customer, event)
    for snapshot in list(customer.enrollments.values()):
        journey = _journey_of(customer, snapshot, program)
        if journey is not None and event.name in journey.listens:
            apply_decision(customer, decide(journey, snapshot, event, scope_of(customer, program)))
    for journey in program.entered_by.get(event.name, ()):
        let_in(customer, journey, program, event)


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
        journey = _journey_of(customer, snapshot, program)
        if journey is not None:
            apply_decision(customer, decide(journey, snapshot, _DUE, scope_of(customer, program)))
    for journey in program.scheduled:
        due = customer.memory.scheduled.get(journey.name)
        if due is not None and due <= at:
            after = due if missed_by is None else max(due, missed_by)
            customer.memory.scheduled[journey.name] = _next_occurrence(customer, journey, after)
            let_in(customer, journey, program, None)
    for audience, membership in list(customer.memory.memberships.items()):
        if membership.until is not None and membership.until <= at:
            leave_audience(customer, audience, membership)


def _due_enrollments(customer: Customer, at: datetime) -> list[Snapshot]:
    """List the enrollments whose own timer has come, in order of their keys."""
    due = [snapshot for snapshot in customer.enrollments.values() if snapshot.due_at and snapshot.due_at <= at]
    return due if len(due) < 2 else sorted(due, key=lambda snapshot: snapshot.id)


def _next_timer(customer: Customer, program: Program) -> datetime | None:
    memory = customer.memory
    best: datetime | None = None
    for snapshot in customer.enrollments.values():
        due = snapshot.due_at
        if due is not None and (best is None or due < best) and snapshot.journey in program.journeys:
            best = due
    for name, due in memory.scheduled.items():
        if (best is None or due < best) and name in program.journeys:
            best = due
    for membership in memory.memberships.values():
        until = membership.until
        if until is not None and (best is None or until < best):
            best = until
    return best


def _set_schedules(customer: Customer, program: Program, now: datetime | None) -> None:
    """Give the customer a due time for every scheduled journey they have none for: its next occurrence."""
    memory = customer.memory
    for journey in program.scheduled:
        if journey.name not in memory.scheduled:
            after = memory.clock if now is None else max(memory.clock, now)
            memory.scheduled[journey.name] = _next_occurrence(customer, journey, after)


def _next_occurrence(customer: Customer, journey: Journey, after: datetime) -> datetime:
    entry = journey.spec.entry
    assert entry.schedule is not None
    theirs = customer.facts.profile.timezone if entry.zone == "profile.timezone" else ""
    return next_local(after, entry.schedule, zone_named(theirs, journey.zone))


def _journey_of(customer: Customer, snapshot: Snapshot, program: Program) -> Journey | None:
    """Find an enrollment's journey; one whose step is gone from the file leaves it with that reason."""
    journey = program.journeys.get(snapshot.journey)
    if journey is None or snapshot.step in journey.steps:
        return journey
    apply_decision(customer, leave(journey, snapshot, scope_of(customer, program), "step_removed"))
    return None
