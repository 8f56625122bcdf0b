"""How do two profiles become one customer?"""

from dataclasses import replace
from datetime import datetime

from journeys.compile import Journey
from journeys.decide import leave
from journeys.decision import Snapshot
from journeys.vocabulary import Facts
from orchestrator.advance import wake_sleepers
from orchestrator.customer import Customer, Memory
from orchestrator.effects import apply_decision, scope_of
from orchestrator.fact_index import put_order, put_return, put_shipment
from orchestrator.facts import Change
from orchestrator.profiles import merge
from orchestrator.program import Program


def absorb(customer: Customer, other: Customer, now: datetime, program: Program) -> None:
    """Take over another profile's facts, enrollments and outbox; where both are in a journey, the survivor's stays."""
    customer.tick(now)
    for snapshot in list(other.enrollments.values()):
        journey = program.journeys.get(snapshot.journey)
        if journey is not None and _is_twice(customer, snapshot, journey):
            apply_decision(other, leave(journey, snapshot, scope_of(other, program), "merged"))
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
    wake_sleepers(customer, now)


def _is_twice(customer: Customer, theirs: Snapshot, journey: Journey) -> bool:
    """Say whether the survivor is in this journey already: in the same key where keys run in parallel."""
    inside = [snapshot.key for snapshot in customer.enrollments.values() if snapshot.journey == theirs.journey]
    return theirs.key in inside if journey.spec.if_active == "parallel" else bool(inside)


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
