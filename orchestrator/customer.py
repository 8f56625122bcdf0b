"""What does one customer do next?

A `Customer` is everything about one person that decisions need, timers included. `advance` lets its events and
timers act in order of time; `judge_next` says whether the delivery that is due may leave now; `settle` tells the
journey what became of it. All of it is pure of clock, chance and disk: the engine runs it on stored customers, the
backtest and the scenario tests on customers in memory, and the same inputs give the same changes everywhere.
"""

from collections import deque
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Literal

from journeys.compile import Journey
from journeys.decide import (
    Decision,
    Disband,
    Due,
    Fate,
    Plan,
    Recall,
    SetAttributes,
    Settled,
    Snapshot,
    Trace,
    decide,
    enter,
    leave,
)
from journeys.keys import enrollment_key, is_undo, undo_key
from journeys.localtime import next_local, zone_named
from journeys.scope import Scope
from journeys.vocabulary import Delivery, Event, Facts, PastSend, Properties, Purpose, Reach
from operational_guards.judge import judge
from operational_guards.verdict import Delay, DropItems, Judgement, Suppress
from orchestrator.fact_index import put_order, put_return, put_shipment
from orchestrator.facts import Change, apply
from orchestrator.profiles import apply_event, merge
from orchestrator.program import Program

DeliveryState = Literal["planned", "delayed", "attempting", "unknown", "sent", "suppressed", "rejected", "cancelled"]
WAITING: tuple[DeliveryState, ...] = ("planned", "delayed")


@dataclass(slots=True)
class Outgoing:
    """A delivery in the outbox that has not met its fate.

    `delivery` is as planned; `judged` is what is left of it after the guards, without `dropped` of its goods. `entry`
    are the properties of the event that began its enrollment, for rendering. `on_change` means a changed fact wakes it
    before `due_at`.
    """

    delivery: Delivery
    due_at: datetime
    parameters: Properties
    entry: Properties
    version: str
    entry_seq: int = 0
    state: DeliveryState = "planned"
    reason: str = ""
    on_change: bool = False
    attempts: int = 0
    attempted_at: datetime | None = None
    lease_until: int | None = None
    token: int = 0
    worker: int = 0
    judged: Delivery | None = None
    dropped: int = 0
    settled_at: datetime | None = None
    provider_id: str = ""

    @property
    def counts_for_caps(self) -> bool:
        """Say whether frequency caps count it: a marketing message that was handed over, or may have been."""
        delivery = self.delivery
        may_have_left = self.state in ("attempting", "unknown", "sent")
        return may_have_left and delivery.purpose is Purpose.MARKETING and delivery.reach is Reach.MESSAGE

    @property
    def is_waiting(self) -> bool:
        """Say whether it waits for its time, so that it can be judged or taken back."""
        return self.state in WAITING


@dataclass(slots=True)
class Membership:
    """An audience the customer was put into, and when to take them out again."""

    until: datetime
    delivery_id: int
    channel: str
    journey: str
    step: str


@dataclass(slots=True)
class Memory:
    """What a profile remembers between inputs; `clock` is the time of its newest input and never runs back."""

    clock: datetime
    enrollments: int = 0
    entered: dict[str, datetime] = field(default_factory=dict)
    scheduled: dict[str, datetime] = field(default_factory=dict)
    memberships: dict[str, Membership] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Judged:
    """One line of the ledger: a delivery was judged at this moment, and this was the answer."""

    delivery_id: int
    at: datetime
    judgement: Judgement


@dataclass(slots=True)
class Changes:
    """What has to be written after a customer's turn; rows that did not change are not in it.

    `began` and `finished` are attempts: delivery, number, moment, and for the finished ones the outcome.
    """

    facts: dict[Change, None] = field(default_factory=dict)
    entered: list[Snapshot] = field(default_factory=list)
    moved: dict[int, Snapshot] = field(default_factory=dict)
    planned: list[Outgoing] = field(default_factory=list)
    touched: dict[int, Outgoing] = field(default_factory=dict)
    judged: list[Judged] = field(default_factory=list)
    trace: list[Trace] = field(default_factory=list)
    began: list[tuple[int, int, datetime]] = field(default_factory=list)
    finished: list[tuple[int, int, datetime, str]] = field(default_factory=list)


@dataclass(slots=True)
class Customer:
    """One person: facts, live enrollments by id, deliveries under way by id, and what is remembered."""

    facts: Facts
    memory: Memory
    enrollments: dict[int, Snapshot] = field(default_factory=dict)
    outbox: dict[int, Outgoing] = field(default_factory=dict)
    changes: Changes = field(default_factory=Changes)

    @property
    def id(self) -> int:
        """The profile's id."""
        return self.facts.profile.id

    def take_changes(self) -> Changes:
        """Hand over what has to be written and begin anew."""
        changes, self.changes = self.changes, Changes()
        return changes

    def next_delivery(self) -> Outgoing | None:
        """Give the waiting delivery that is due first; of two at once, the one with the lower key."""
        first: Outgoing | None = None
        for entry in self.outbox.values():
            if entry.state in WAITING and (
                first is None or (entry.due_at, entry.delivery.id) < (first.due_at, first.delivery.id)
            ):
                first = entry
        return first


def advance(
    customer: Customer, events: deque[Event], until: datetime, program: Program, *, by_delivery: bool = False
) -> None:
    """Let events (in order of time) and the customer's own timers act, up to and including `until`.

    At the same instant timers come first. Live, `until` is now: of the occurrences of a schedule that were missed in a
    standstill only one is made up for. With `by_delivery`, `until` is the end of a history: stop before anything that
    happens after the first waiting delivery is due, because in a run through history that delivery has to be judged
    first, and events after its time have not happened yet.
    """
    missed_by = None if by_delivery else until
    _set_schedules(customer, program, missed_by)
    while True:
        timer = _next_timer(customer, program)
        event = events[0] if events else None
        at = min((moment for moment in (timer, event.at if event else None) if moment), default=None)
        if at is None or at > until or (by_delivery and _waits_before(customer, at)):
            return
        if timer is not None and timer <= at:
            _wake(customer, timer, program, missed_by)
        else:
            _see(customer, events.popleft(), program)


def _waits_before(customer: Customer, at: datetime) -> bool:
    due = customer.next_delivery()
    return due is not None and due.due_at < at


def judge_next(customer: Customer, now: datetime, program: Program) -> Outgoing | None:
    """Judge waiting deliveries that are due until one may leave; it is then `attempting` and given back.

    Those that are delayed go back to sleep, those that are suppressed are settled on the way.
    """
    while (entry := customer.next_delivery()) is not None and entry.due_at <= now:
        _tick(customer, now)
        if _may_leave(customer, entry, program):
            return entry
    return None


def settle(customer: Customer, entry: Outgoing, fate: Fate, reason: str, now: datetime, program: Program) -> None:
    """Settle a delivery once and for all, and tell its enrollment."""
    _tick(customer, now)
    entry.state = {Fate.SENT: "sent", Fate.FAILED: "rejected", Fate.SUPPRESSED: "suppressed"}[fate]  # type: ignore[assignment]  # a literal table
    entry.reason = reason
    entry.settled_at = now
    customer.changes.touched[entry.delivery.id] = entry
    customer.outbox.pop(entry.delivery.id, None)
    _count_send(customer, entry, fate)
    snapshot = customer.enrollments.get(entry.delivery.enrollment_id)
    journey = program.journeys.get(entry.delivery.journey)
    if snapshot is not None and journey is not None:
        given = Settled(entry.delivery.id, fate, reason)
        _apply(customer, decide(journey, snapshot, given, _scope(customer, program)))


def _count_send(customer: Customer, entry: Outgoing, fate: Fate) -> None:
    """Keep caps exact: a delivery counts from the moment it may have left, and no longer if it surely did not."""
    if fate is not Fate.SENT:
        customer.facts.sends[:] = [send for send in customer.facts.sends if send.delivery_id != entry.delivery.id]
    elif entry.delivery.reach is Reach.AUDIENCE:
        _keep_membership(customer, entry)


def _keep_membership(customer: Customer, entry: Outgoing) -> None:
    audience, until = entry.parameters["audience"], entry.parameters.get("until")
    customer.memory.memberships.pop(audience, None)
    if until is not None:
        delivery = entry.delivery
        customer.memory.memberships[audience] = Membership(
            datetime.fromisoformat(until), delivery.id, delivery.channel, delivery.journey, delivery.step
        )


def absorb(customer: Customer, other: Customer, now: datetime, program: Program) -> None:
    """Take over another profile's facts, enrollments and outbox; where both are in a journey, the survivor's stays."""
    _tick(customer, now)
    mine = {(snapshot.journey, snapshot.key) for snapshot in customer.enrollments.values()}
    for snapshot in list(other.enrollments.values()):
        journey = program.journeys.get(snapshot.journey)
        if journey is not None and (snapshot.journey, snapshot.key) in mine:
            _apply(other, leave(journey, snapshot, _scope(other, program), "merged"))
    for entry in other.outbox.values():
        entry.delivery = replace(entry.delivery, profile_id=customer.id)
    customer.enrollments.update(other.enrollments)
    customer.outbox.update(other.outbox)
    customer.changes.moved.update(other.enrollments)
    customer.changes.touched.update(other.outbox)
    _join_facts(customer, other.facts)
    customer.facts.profile = merge(customer.facts.profile, other.facts.profile)
    _join_memory(customer.memory, other.memory)
    customer.facts.sends.extend(other.facts.sends)
    _wake_sleepers(customer, now)


def _join_facts(customer: Customer, theirs: Facts) -> None:
    """Take over the other's facts; where both know of the same one, the newer word about it."""
    mine, changed = customer.facts, customer.changes.facts
    for order in theirs.orders.values():
        known = mine.orders.get(order.order_id)
        if known is None or known.changed_at < order.changed_at:
            put_order(mine, order)
        changed[Change("order", order.order_id)] = None
    for parcel in theirs.shipments.values():
        same = mine.shipments.get(parcel.shipment_id)
        if same is None or same.changed_at < parcel.changed_at:
            put_shipment(mine, parcel)
        changed[Change("shipment", parcel.shipment_id)] = None
    for back in theirs.returns.values():
        twin = mine.returns.get(back.return_id)
        if twin is None or twin.changed_at < back.changed_at:
            put_return(mine, back)
        changed[Change("return", back.return_id)] = None


def _join_memory(mine: Memory, theirs: Memory) -> None:
    for journey, at in theirs.entered.items():
        mine.entered[journey] = max(at, mine.entered.get(journey, at))
    for audience, membership in theirs.memberships.items():
        mine.memberships.setdefault(audience, membership)
    mine.clock = max(mine.clock, theirs.clock)


def next_due(customer: Customer, program: Program) -> datetime | None:
    """Say when the customer next has something to do by themselves: a timer, or a delivery that waits.

    While a delivery is being handed over nothing is due: its outcome brings the customer back.
    """
    timer = _next_timer(customer, program)
    if any(entry.state == "attempting" for entry in customer.outbox.values()):
        return None
    delivery = customer.next_delivery()
    return min((due for due in (timer, delivery.due_at if delivery else None) if due), default=None)


# Inputs.


def _see(customer: Customer, event: Event, program: Program) -> None:
    _tick(customer, event.at)
    _learn(customer, event)
    for snapshot in list(customer.enrollments.values()):
        journey = _journey_of(customer, snapshot, program)
        if journey is not None and event.name in journey.listens:
            _apply(customer, decide(journey, snapshot, event, _scope(customer, program)))
    for journey in program.entered_by.get(event.name, ()):
        _let_in(customer, journey, program, event)


def _learn(customer: Customer, event: Event) -> None:
    facts = customer.facts
    changed = apply(facts, event, customer.memory.clock)
    customer.changes.facts.update(dict.fromkeys(changed))
    profile = apply_event(facts.profile, event)
    if profile is not facts.profile:
        facts.profile = profile
    elif not changed:
        return
    _wake_sleepers(customer, customer.memory.clock)


def _wake_sleepers(customer: Customer, now: datetime) -> None:
    """A fact changed: what sleeps until then is due now, to be judged again from scratch."""
    for entry in customer.outbox.values():
        if entry.on_change and entry.state == "delayed" and entry.due_at > now:
            entry.due_at = now
            entry.on_change = False
            customer.changes.touched[entry.delivery.id] = entry


def _wake(customer: Customer, at: datetime, program: Program, missed_by: datetime | None) -> None:
    """Fire everything that is due at this instant: enrollments by key, then schedules, then memberships."""
    _tick(customer, at)
    for snapshot in sorted(customer.enrollments.values(), key=lambda snapshot: snapshot.id):
        if snapshot.due_at is not None and snapshot.due_at <= at:
            journey = _journey_of(customer, snapshot, program)
            if journey is not None:
                _apply(customer, decide(journey, snapshot, Due(), _scope(customer, program)))
    for journey in program.scheduled:
        due = customer.memory.scheduled.get(journey.name)
        if due is not None and due <= at:
            after = due if missed_by is None else max(due, missed_by)
            customer.memory.scheduled[journey.name] = _next_occurrence(customer, journey, after)
            _let_in(customer, journey, program, None)
    for audience, membership in list(customer.memory.memberships.items()):
        if membership.until <= at:
            _leave_audience(customer, audience, membership)


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
        if best is None or membership.until < best:
            best = membership.until
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


# Entering.


def _let_in(customer: Customer, journey: Journey, program: Program, event: Event | None) -> None:
    scope = _scope(customer, program)
    scope.event = event.properties if event else None
    condition = journey.entry.condition
    if condition is not None and not condition.holds(scope):
        return
    key = _entry_key(journey, scope, customer.memory.clock if event is None else None)
    if key is None or _refuses(customer, journey, key, program):
        return
    memory = customer.memory
    snapshot = Snapshot(
        id=enrollment_key(customer.id, memory.enrollments),
        journey=journey.name,
        version=journey.version,
        entered_at=memory.clock,
        step=journey.first,
        entry=event.properties if event else {},
        entry_seq=event.seq if event else 0,
        key=key,
    )
    memory.enrollments += 1
    memory.entered[_entered_under(journey, key)] = memory.clock
    customer.changes.entered.append(snapshot)
    _apply(customer, enter(journey, snapshot, scope))


def _entry_key(journey: Journey, scope: Scope, occurrence: datetime | None) -> str | None:
    """Name this entry: a schedule's by its occurrence, an event's by its key; a key without a value lets nobody in."""
    if occurrence is not None:
        return occurrence.isoformat()
    if journey.key is None:
        return ""
    value = journey.key.of(scope)
    return None if value is None else str(value)


def _entered_under(journey: Journey, key: str) -> str:
    """Re-entry is counted per key where keys run in parallel, else per journey."""
    return f"{journey.name}\n{key}" if journey.spec.if_active == "parallel" else journey.name


def _refuses(customer: Customer, journey: Journey, key: str, program: Program) -> bool:
    """Apply re_entry and if_active; a restart takes the person out of the running enrollment first."""
    if journey.spec.entry.schedule is None and not _may_enter_again(customer, journey, key):
        return True
    active = [snapshot for snapshot in customer.enrollments.values() if snapshot.journey == journey.name]
    match journey.spec.if_active:
        case "ignore":
            return bool(active)
        case "parallel":
            return any(snapshot.key == key for snapshot in active)
        case "restart":
            for snapshot in active:
                _apply(customer, leave(journey, snapshot, _scope(customer, program), "restarted"))
            return False


def _may_enter_again(customer: Customer, journey: Journey, key: str) -> bool:
    rule = journey.spec.re_entry
    before = customer.memory.entered.get(_entered_under(journey, key))
    return before is None or (rule.allowed and customer.memory.clock - before >= rule.after)


# Decisions and their effects.


def _apply(customer: Customer, decision: Decision) -> None:
    snapshot = decision.snapshot
    customer.changes.trace.extend(decision.trace)
    customer.changes.moved[snapshot.id] = snapshot
    if snapshot.is_live:
        customer.enrollments[snapshot.id] = snapshot
    else:
        customer.enrollments.pop(snapshot.id, None)
    for effect in decision.effects:
        match effect:
            case Plan():
                _plan(customer, effect, snapshot)
            case Recall():
                _recall(customer, effect)
            case SetAttributes():
                _set_attributes(customer, effect.values)
            case Disband():
                _disband(customer, effect.enrollment_id)


def _plan(customer: Customer, plan: Plan, snapshot: Snapshot) -> None:
    entry = Outgoing(
        delivery=plan.delivery,
        due_at=plan.due_at,
        parameters=plan.parameters,
        entry=snapshot.entry,
        version=snapshot.version,
        entry_seq=snapshot.entry_seq,
    )
    customer.outbox[entry.delivery.id] = entry
    customer.changes.planned.append(entry)


def _recall(customer: Customer, recall: Recall) -> None:
    entry = customer.outbox.get(recall.delivery_id)
    if entry is None or not entry.is_waiting:
        return
    entry.state = "cancelled"
    entry.reason = recall.reason
    entry.settled_at = customer.memory.clock
    customer.changes.touched[entry.delivery.id] = entry
    del customer.outbox[entry.delivery.id]


def _set_attributes(customer: Customer, values: Properties) -> None:
    profile = customer.facts.profile
    customer.facts.profile = replace(profile, traits={**profile.traits, **values})


def _disband(customer: Customer, enrollment_id: int) -> None:
    """Take back what an enrollment that was left early has not done yet, and leave the audiences it joined."""
    for entry in list(customer.outbox.values()):
        if entry.delivery.enrollment_id == enrollment_id and not is_undo(entry.delivery.id):
            _recall(customer, Recall(entry.delivery.id, "journey.left"))
    for audience, membership in list(customer.memory.memberships.items()):
        if membership.delivery_id >> 14 == enrollment_id >> 14:
            _leave_audience(customer, audience, membership)


def _leave_audience(customer: Customer, audience: str, membership: Membership) -> None:
    del customer.memory.memberships[audience]
    now = customer.memory.clock
    delivery = Delivery(
        id=undo_key(membership.delivery_id),
        profile_id=customer.id,
        enrollment_id=membership.delivery_id >> 14 << 14,
        journey=membership.journey,
        step=membership.step,
        channel=membership.channel,
        planned_at=now,
        reach=Reach.AUDIENCE,
        purpose=Purpose.TRANSACTIONAL,
    )
    entry = Outgoing(delivery, now, {"operation": "remove", "audience": audience}, {}, "")
    customer.outbox[delivery.id] = entry
    customer.changes.planned.append(entry)


def _may_leave(customer: Customer, entry: Outgoing, program: Program) -> bool:
    """Judge one delivery now and write the answer down; True when it is handed over."""
    now, delivery = customer.memory.clock, entry.delivery
    judgement = judge(program.guards_for(delivery), delivery, customer.facts, now)
    customer.changes.judged.append(Judged(delivery.id, now, judgement))
    customer.changes.touched[delivery.id] = entry
    entry.judged, entry.dropped = delivery, 0
    match judgement.verdict:
        case Suppress(reason=reason):
            settle(customer, entry, Fate.SUPPRESSED, reason, now, program)
            return False
        case Delay(until=until, reason=reason, on_change=on_change):
            entry.state, entry.due_at, entry.reason, entry.on_change = "delayed", until, reason, on_change
            return False
        case DropItems(places=places):
            entry.judged, entry.dropped = delivery.without(places), len(places)
    entry.state = "attempting"
    entry.reason = ""
    entry.on_change = False
    entry.attempts += 1
    entry.attempted_at = now
    customer.changes.began.append((delivery.id, entry.attempts, now))
    if entry.counts_for_caps:
        customer.facts.sends.append(PastSend(now, delivery.channel, delivery.journey, delivery.id))
    return True


def _journey_of(customer: Customer, snapshot: Snapshot, program: Program) -> Journey | None:
    """Find an enrollment's journey; one whose step is gone from the file leaves it with that reason."""
    journey = program.journeys.get(snapshot.journey)
    if journey is None or snapshot.step in journey.steps:
        return journey
    _apply(customer, leave(journey, snapshot, _scope(customer, program), "step_removed"))
    return None


def _scope(customer: Customer, program: Program) -> Scope:
    return Scope(facts=customer.facts, now=customer.memory.clock, catalog=program.catalog)


def _tick(customer: Customer, now: datetime) -> None:
    if now > customer.memory.clock:
        customer.memory.clock = now
