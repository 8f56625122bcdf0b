"""What does a decision change about its customer?

The next snapshot, deliveries planned and taken back, attributes, and audiences left. Everything that has to be written
is noted in `Customer.changes`.
"""

from msgspec.structs import replace

from journeys.decision import Decision, Disband, Plan, Postpone, Recall, SetAttributes, Snapshot
from journeys.keys import is_undo, undo_key
from journeys.scope import Scope
from journeys.vocabulary import Delivery, Properties, Purpose, Reach
from orchestrator.coupons import give_back
from orchestrator.customer import Customer, Membership, Outgoing
from orchestrator.program import Program


def apply_decision(customer: Customer, decision: Decision) -> None:
    """Change the customer as a decision wants it; what it wants of other journeys is `entering.carry_out`'s."""
    snapshot = decision.snapshot
    customer.changes.trace.extend(decision.trace)
    customer.changes.moved[snapshot.id] = snapshot
    customer.is_retimed = True
    if snapshot.ended_at is None:
        customer.enrollments[snapshot.id] = snapshot
    else:
        customer.enrollments.pop(snapshot.id, None)
        _keep_converting(customer, snapshot)
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
            case Postpone():
                _postpone(customer, effect)


def _keep_converting(customer: Customer, snapshot: Snapshot) -> None:
    """Keep an enrollment that has ended as long as its goal still counts."""
    if snapshot.converts_until is not None:
        customer.converting[snapshot.id] = snapshot
    elif customer.converting:
        customer.converting.pop(snapshot.id, None)


def _postpone(customer: Customer, postpone: Postpone) -> None:
    """Let a delivery that still waits for its first moment be due at another one."""
    entry = customer.outbox.get(postpone.delivery_id)
    if entry is None or entry.state != "planned" or entry.attempts or entry.due_at == postpone.due_at:
        return
    entry.due_at = postpone.due_at
    customer.changes.touched[entry.delivery.id] = entry


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
    if entry.due_at > customer.memory.clock:
        customer.is_unforeseen = True


def _recall(customer: Customer, recall: Recall) -> None:
    entry = customer.outbox.get(recall.delivery_id)
    if entry is None or not entry.is_waiting:
        return
    entry.state = "cancelled"
    entry.reason = recall.reason
    entry.settled_at = customer.memory.clock
    give_back(customer, entry)
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
            leave_audience(customer, audience, membership)


def leave_audience(customer: Customer, audience: str, membership: Membership, because: str = "") -> None:
    """Take the customer out of an audience again; `because` is the reason of the guard that demands it, if one does."""
    del customer.memory.memberships[audience]
    customer.is_retimed = True
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
    parameters = {"operation": "remove", "audience": audience} | ({"because": because} if because else {})
    entry = Outgoing(delivery, now, parameters, {}, "")
    customer.outbox[delivery.id] = entry
    customer.changes.planned.append(entry)


def scope_of(customer: Customer, program: Program) -> Scope:
    memory = customer.memory
    return Scope(customer.facts, memory.clock, None, {}, None, program.catalog, memory.tallies)
