"""What may leave now, and what became of it?

`judge_next` asks the guards about the next delivery; `settle` tells the journey its fate. Both keep what
frequency caps count exact: a delivery counts from the moment it may have left, and no longer if it surely did not.
"""

from datetime import datetime, timedelta

from journeys.decide import decide
from journeys.decision import Fate, Settled
from journeys.vocabulary import PastSend, Reach
from operational_guards.verdict import Delay, DropItems, Suppress
from orchestrator.customer import Customer, DeliveryState, Membership, Outgoing
from orchestrator.effects import apply_decision, scope_of
from orchestrator.judging import write_down
from orchestrator.program import Program

_STATES: dict[Fate, DeliveryState] = {Fate.SENT: "sent", Fate.FAILED: "rejected", Fate.SUPPRESSED: "suppressed"}


def judge_next(customer: Customer, now: datetime, program: Program) -> Outgoing | None:
    """Judge the waiting delivery that is due first; when it may leave it is `attempting` and given back.

    One that is delayed goes back to sleep, one that is suppressed is settled.
    """
    entry = customer.next_delivery()
    if entry is None or entry.due_at > now:
        return None
    customer.tick(now)
    return entry if _may_leave(customer, entry, program) else None


def _may_leave(customer: Customer, entry: Outgoing, program: Program) -> bool:
    """Judge one delivery now and write the answer down; True when it is handed over."""
    now, delivery = customer.memory.clock, entry.delivery
    judgement = write_down(customer, delivery, "claim", now, program)
    customer.changes.touched[delivery.id] = entry
    entry.judged, entry.left_out = delivery, ()
    match judgement.verdict:
        case Suppress(reason=reason, divert=divert):
            _settle(customer, entry, Settled(delivery.id, Fate.SUPPRESSED, reason, divert), now, program)
            return False
        case Delay(until=until, reason=reason, on_change=on_change):
            entry.state, entry.reason, entry.on_change = "delayed", reason, on_change
            # In whole milliseconds, as it is stored: memory and database must agree on when it is due.
            entry.due_at = until + timedelta(microseconds=-until.microsecond % 1000)
            return False
        case DropItems(places=places):
            entry.judged, entry.left_out = delivery.without(places), tuple(sorted(places))
    entry.state = "attempting"
    entry.reason = ""
    entry.on_change = False
    entry.attempts += 1
    entry.attempted_at = now
    customer.changes.began.append((delivery.id, entry.attempts, now))
    if entry.counts_for_caps:
        goods = tuple([item.product_id for item in entry.judged.items])
        customer.facts.sends.append(PastSend(now, delivery.channel, delivery.journey, delivery.id, goods))
    return True


def settle(customer: Customer, entry: Outgoing, fate: Fate, reason: str, now: datetime, program: Program) -> None:
    """Settle a delivery once and for all, and tell its enrollment."""
    _settle(customer, entry, Settled(entry.delivery.id, fate, reason), now, program)


def _settle(customer: Customer, entry: Outgoing, settled: Settled, now: datetime, program: Program) -> None:
    customer.tick(now)
    entry.state = _STATES[settled.fate]
    entry.reason = settled.reason
    entry.settled_at = now
    customer.changes.touched[entry.delivery.id] = entry
    customer.outbox.pop(entry.delivery.id, None)
    _count_send(customer, entry, settled.fate)
    snapshot = customer.enrollments.get(entry.delivery.enrollment_id)
    journey = program.journeys.get(entry.delivery.journey)
    if snapshot is not None and journey is not None:
        apply_decision(customer, decide(journey, snapshot, settled, scope_of(customer, program)))


def _count_send(customer: Customer, entry: Outgoing, fate: Fate) -> None:
    """Keep caps exact: a delivery counts from the moment it may have left, and no longer if it surely did not."""
    if fate is not Fate.SENT:
        customer.facts.sends[:] = [send for send in customer.facts.sends if send.delivery_id != entry.delivery.id]
    elif entry.delivery.reach is Reach.AUDIENCE:
        _keep_membership(customer, entry)


def _keep_membership(customer: Customer, entry: Outgoing) -> None:
    audience, until = entry.parameters["audience"], entry.parameters.get("until")
    customer.memory.memberships.pop(audience, None)
    if entry.parameters["operation"] != "add":
        return
    delivery = entry.judged or entry.delivery
    customer.memory.memberships[audience] = Membership(
        until=None if until is None else datetime.fromisoformat(until),
        delivery_id=delivery.id,
        channel=delivery.channel,
        journey=delivery.journey,
        step=delivery.step,
        items=delivery.items,
    )
