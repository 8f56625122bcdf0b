"""What may leave now, and what became of it?

`judge_next` asks the guards about the delivery that is due; `settle` tells the journey its fate. Both keep what
frequency caps count exact: a delivery counts from the moment it may have left, and no longer if it surely did not.
"""

from datetime import datetime

from journeys.decide import decide
from journeys.decision import Fate, Settled
from journeys.vocabulary import PastSend, Reach
from operational_guards.judge import judge
from operational_guards.verdict import Delay, DropItems, Suppress
from orchestrator.customer import Customer, DeliveryState, Judged, Membership, Outgoing
from orchestrator.effects import apply_decision, scope_of
from orchestrator.program import Program

_STATES: dict[Fate, DeliveryState] = {Fate.SENT: "sent", Fate.FAILED: "rejected", Fate.SUPPRESSED: "suppressed"}


def judge_next(customer: Customer, now: datetime, program: Program) -> Outgoing | None:
    """Judge waiting deliveries that are due until one may leave; it is then `attempting` and given back.

    Those that are delayed go back to sleep, those that are suppressed are settled on the way.
    """
    while (entry := customer.next_delivery()) is not None and entry.due_at <= now:
        customer.tick(now)
        if _may_leave(customer, entry, program):
            return entry
    return None


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


def settle(customer: Customer, entry: Outgoing, fate: Fate, reason: str, now: datetime, program: Program) -> None:
    """Settle a delivery once and for all, and tell its enrollment."""
    customer.tick(now)
    entry.state = _STATES[fate]
    entry.reason = reason
    entry.settled_at = now
    customer.changes.touched[entry.delivery.id] = entry
    customer.outbox.pop(entry.delivery.id, None)
    _count_send(customer, entry, fate)
    snapshot = customer.enrollments.get(entry.delivery.enrollment_id)
    journey = program.journeys.get(entry.delivery.journey)
    if snapshot is not None and journey is not None:
        given = Settled(entry.delivery.id, fate, reason)
        apply_decision(customer, decide(journey, snapshot, given, scope_of(customer, program)))


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
