"""Who is let into a journey?

An entry is refused when a machine opened or clicked, by its condition, by a key without a value, by `re_entry`, and by
`if_active` while the customer is inside. A schedule's entry is named by its occurrence.
"""

from datetime import datetime

from journeys.compile import Journey
from journeys.decide import enter, leave
from journeys.decision import Snapshot
from journeys.keys import enrollment_key
from journeys.known_events import is_by_machine
from journeys.scope import Scope
from journeys.vocabulary import Event
from orchestrator.customer import Customer
from orchestrator.effects import apply_decision, scope_of
from orchestrator.program import Program


def let_in(customer: Customer, journey: Journey, program: Program, event: Event | None) -> None:
    if event is not None and not journey.entry.machine and is_by_machine(event.name, event.properties):
        return
    scope = scope_of(customer, program)
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
    apply_decision(customer, enter(journey, snapshot, scope))


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
                apply_decision(customer, leave(journey, snapshot, scope_of(customer, program), "restarted"))
            return False


def _may_enter_again(customer: Customer, journey: Journey, key: str) -> bool:
    rule = journey.spec.re_entry
    before = customer.memory.entered.get(_entered_under(journey, key))
    return before is None or (rule.allowed and customer.memory.clock - before >= rule.after)
