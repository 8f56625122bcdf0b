"""What may leave now, and what became of it?

`judge_next` asks the guards about the next delivery; `settle` tells the journey its fate. Both keep what
frequency caps count exact: a delivery counts from the moment it may have left, and no longer if it surely did not.
What waits for a journey that does not run is not judged; what waits at a step that is gone is taken back.
"""

from datetime import datetime, timedelta

from journeys.decide import decide, leave
from journeys.decision import Decision, Disband, Fate, Settled, Snapshot, Trace
from journeys.lateness import RESCHEDULED, SKIPPED, Goes, Reschedule, Skip, judge_lateness
from journeys.localtime import zone_named
from journeys.rebase import rebase_settled
from journeys.spec import SendStep
from journeys.vocabulary import PastSend, Reach
from operational_guards.verdict import Delay, DropItems, Suppress
from orchestrator.coupons import give_back
from orchestrator.customer import Customer, DeliveryState, Membership, Outgoing
from orchestrator.effects import scope_of
from orchestrator.entering import carry_out
from orchestrator.judging import write_down
from orchestrator.program import Program
from orchestrator.rates import NO_ROOM

# The reason of an attempt that was called off right before the call: the customer did something since it was judged.
OVERTAKEN = "attempt.overtaken"
# The reason of a message whose `items` are fewer than its `min_items`, before any guard dropped some.
TOO_FEW = "items.too_few"
_STATES: dict[Fate, DeliveryState] = {Fate.SENT: "sent", Fate.FAILED: "rejected", Fate.SUPPRESSED: "suppressed"}


def first_waiting(customer: Customer, now: datetime, program: Program, *, is_live: bool) -> Outgoing | None:
    """Give the delivery that is judged next, be it due or not; None when none waits.

    Live, of all that is due the journey of the highest priority comes first. In a history it is what was due first.
    """
    return customer.next_delivery(program.running, program.priorities, now if is_live else None)


def judge_next(customer: Customer, now: datetime, program: Program, *, is_live: bool = False) -> Outgoing | None:
    """Judge the delivery whose turn it is; when it may leave it is `attempting` and given back.

    One that is delayed goes back to sleep, one that is suppressed is settled.
    """
    entry = first_waiting(customer, now, program, is_live=is_live)
    return None if entry is None or entry.due_at > now else judge_entry(customer, entry, now, program)


def judge_entry(customer: Customer, entry: Outgoing, now: datetime, program: Program) -> Outgoing | None:
    """Judge a delivery that is due, as `judge_next` does."""
    customer.tick(now)
    if _has_lost_its_step(customer, entry, program):
        return None
    return entry if _may_leave(customer, entry, program) else None


def _has_lost_its_step(customer: Customer, entry: Outgoing, program: Program) -> bool:
    """Take whoever waits for this delivery out of the journey if its step is gone from the file; say whether it was."""
    if customer.ruled_by is program:
        return False
    delivery = entry.delivery
    snapshot = customer.enrollments.get(delivery.enrollment_id)
    journey = None if snapshot is None else program.journey_of(snapshot)
    if snapshot is None or journey is None or snapshot.delivery_id != delivery.id:
        return False
    if snapshot.step in journey.steps:
        return False
    carry_out(customer, leave(journey, snapshot, scope_of(customer, program), "step_removed"), program)
    return True


def put_off(customer: Customer, entry: Outgoing, now: datetime, program: Program) -> bool:
    """Do as the rule for late messages says with one that is looked at too long after it was due; say whether it did.

    Whatever stood in line or was called off right before the call was looked at in time.
    """
    if program.late_after is None or now - entry.due_at <= program.late_after:
        return False
    delivery = entry.delivery
    if delivery.reach is not Reach.MESSAGE or entry.reason in (NO_ROOM, OVERTAKEN):
        return False
    journey = program.journey_at(delivery.journey, customer.version_behind(delivery))
    step = journey.steps.get(delivery.step) if journey is not None else None
    rule = step.late if step is not None else None
    if journey is None or step is None or rule is None:
        return False
    zone = zone_named(customer.facts.profile.timezone, journey.zone)
    at = step.spec.at if isinstance(step.spec, SendStep) else None
    match judge_lateness(entry.due_at, now, rule, zone, at=at):
        case Goes():
            return False
        case Skip():
            _note_late(customer, entry, SKIPPED, now)
            _settle(customer, entry, Settled(delivery.id, Fate.SUPPRESSED, SKIPPED), now, program)
        case Reschedule(until=until):
            _note_late(customer, entry, RESCHEDULED, now)
            entry.state, entry.reason, entry.on_change = "delayed", RESCHEDULED, False
            entry.due_at = until
            customer.changes.touched[delivery.id] = entry
    return True


def _note_late(customer: Customer, entry: Outgoing, reason: str, now: datetime) -> None:
    """Tell in the story what became of a late message, and when it was due."""
    customer.tick(now)
    delivery, why = entry.delivery, f"{reason}: was due {entry.due_at.isoformat()}"
    told = (delivery.enrollment_id, delivery.journey, delivery.step)
    customer.changes.trace.append(Trace(customer.memory.clock, *told, "late", why))


def _may_leave(customer: Customer, entry: Outgoing, program: Program) -> bool:
    """Judge one delivery now and write the answer down; True when it is handed over."""
    now, delivery = customer.memory.clock, entry.delivery
    if len(delivery.items) < delivery.min_items and delivery.reach is Reach.MESSAGE:
        # No guard need be asked: there never were as many goods as the message is worth sending for.
        _settle(customer, entry, Settled(delivery.id, Fate.SUPPRESSED, TOO_FEW), now, program)
        return False
    judgement = write_down(customer, delivery, now, program)
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
    if settled.fate is not Fate.SENT:
        give_back(customer, entry)
    customer.changes.touched[entry.delivery.id] = entry
    customer.outbox.pop(entry.delivery.id, None)
    _count_send(customer, entry, settled.fate)
    snapshot = customer.enrollments.get(entry.delivery.enrollment_id)
    if snapshot is not None and snapshot.delivery_id == settled.delivery_id:
        carry_out(customer, _told(customer, snapshot, settled, program), program)


def _told(customer: Customer, snapshot: Snapshot, settled: Settled, program: Program) -> Decision:
    """Tell the enrollment that waits for this; one whose journey or step is gone meanwhile is moved or ends."""
    if program.is_overtaken(snapshot) and (new := program.journeys.get(snapshot.journey)) is not None:
        old = program.lineage.former.get((snapshot.journey, snapshot.version))
        return rebase_settled(snapshot, old, new, settled, scope_of(customer, program))
    journey = program.journey_of(snapshot)
    if journey is None:
        now = customer.memory.clock
        ended = snapshot.ended(snapshot.step, now, "journey_removed", snapshot.visits)
        trace = Trace(now, snapshot.id, snapshot.journey, snapshot.step, "exited", "journey_removed")
        return Decision(ended, (Disband(snapshot.id),), (trace,))
    if snapshot.step not in journey.steps:
        return leave(journey, snapshot, scope_of(customer, program), "step_removed")
    return decide(journey, snapshot, settled, scope_of(customer, program))


def _count_send(customer: Customer, entry: Outgoing, fate: Fate) -> None:
    """Keep caps exact: a delivery counts from the moment it may have left, and no longer if it surely did not."""
    if fate is not Fate.SENT:
        customer.facts.sends[:] = [send for send in customer.facts.sends if send.delivery_id != entry.delivery.id]
    elif entry.delivery.reach is Reach.AUDIENCE:
        _keep_membership(customer, entry)


def _keep_membership(customer: Customer, entry: Outgoing) -> None:
    audience, until = entry.parameters["audience"], entry.parameters.get("until")
    customer.memory.memberships.pop(audience, None)
    customer.is_retimed = True
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
