"""Who is let into a journey, and what does a decision do to the person's other journeys?

An entry is refused when a machine opened or clicked, by its condition, by a key without a value, by `re_entry`, and by
`if_active` while the customer is inside. What has no event is named by its occurrence. A decision may start and stop
other journeys, and whoever leaves one may enter those that follow on it: all of that happens at the same moment.
"""

from msgspec import Struct, field

from journeys.compile import Journey
from journeys.decide import HELD_OUT, enter, leave
from journeys.decision import Decision, Snapshot, Start, Stop, Trace
from journeys.errors import JourneyError
from journeys.keys import enrollment_key
from journeys.known_events import is_by_machine
from journeys.scope import Scope
from journeys.vocabulary import Event, Properties
from orchestrator.customer import Customer
from orchestrator.effects import apply_decision, scope_of
from orchestrator.program import Program

# The reason of an enrollment that another of the same person goes on for.
MERGED = "merged"
# Who never was inside, or still is as the person they turned out to be, leaves nothing that could be followed on.
_NEVER_LEFT = (HELD_OUT, MERGED)
# Journeys that start one another at the same moment, one inside the other.
MOST_STARTS = 50


class Opening(Struct, frozen=True):
    """What opens a journey to a person: an event, or what an entry without one is given.

    `occurrence` names what a clock opens, so that it is one entry however often it is looked at.
    """

    event: Event | None = None
    given: Properties = field(default_factory=dict)
    occurrence: str = ""


def let_in(customer: Customer, journey: Journey, program: Program, opening: Opening, depth: int = 0) -> None:
    """Let the customer in if everything allows it; `depth` counts the journeys that started one another."""
    event = opening.event
    if event is not None and not journey.entry.machine and is_by_machine(event.name, event.properties):
        return
    scope = scope_of(customer, program)
    entry = opening.given if event is None else event.properties
    scope.event = entry or None
    condition = journey.entry.condition
    if condition is not None and not condition.holds(scope):
        return
    key = _entry_key(journey, scope, opening.occurrence)
    if key is None or _refuses(customer, journey, key, program, depth=depth):
        return
    memory = customer.memory
    if journey.terms.is_limited and not program.doors.opens(journey, memory.clock):
        customer.changes.trace.append(Trace(memory.clock, 0, journey.name, "", "turned_away", "entry.at_most"))
        return
    snapshot = Snapshot(
        id=enrollment_key(customer.facts.profile.id, memory.enrollments),
        journey=journey.name,
        version=journey.version,
        entered_at=memory.clock,
        step=journey.first,
        entry=entry,
        entry_seq=event.seq if event else 0,
        key=key,
        since=memory.clock,
    )
    memory.enrollments += 1
    memory.entered[_entered_under(journey, key)] = memory.clock
    customer.changes.entered.append(snapshot)
    carry_out(customer, enter(journey, snapshot, scope), program, depth)


def carry_out(customer: Customer, decision: Decision, program: Program, depth: int = 0) -> None:
    """Change the customer as a decision wants it, in this journey and in the others it concerns."""
    had_left = decision.snapshot.id in customer.converting
    apply_decision(customer, decision)
    for effect in decision.effects:
        match effect:
            case Start(journey=name, arguments=arguments) if (journey := program.journeys.get(name)) is not None:
                _start(customer, journey, program, arguments, depth)
            case Stop(journey=name):
                _stop(customer, name, program, depth)
    snapshot = decision.snapshot
    if program.entered_after and not snapshot.is_live and not had_left and snapshot.reason not in _NEVER_LEFT:
        left = {"journey": snapshot.journey, "reason": snapshot.reason, "step": snapshot.step}
        for journey in program.entered_after.get(snapshot.journey, ()):
            _start(customer, journey, program, left, depth)


def _start(customer: Customer, journey: Journey, program: Program, given: Properties, depth: int) -> None:
    if depth >= MOST_STARTS:
        raise JourneyError(
            f'journey "{journey.name}": {MOST_STARTS} journeys started one another without ever waiting; '
            "put a wait before one of the start steps"
        )
    let_in(customer, journey, program, Opening(given=given), depth + 1)


def _stop(customer: Customer, name: str, program: Program, depth: int) -> None:
    for snapshot in _inside(customer, name):
        _take_out(customer, snapshot, "stopped", program, depth + 1)


def _inside(customer: Customer, name: str) -> list[Snapshot]:
    return [each for each in customer.enrollments.values() if each.journey == name]


def _take_out(customer: Customer, snapshot: Snapshot, reason: str, program: Program, depth: int) -> None:
    """End an enrollment from outside, unless what followed on the end of another has ended it already."""
    journey = program.journey_of(snapshot)
    if journey is not None and snapshot.id in customer.enrollments:
        carry_out(customer, leave(journey, snapshot, scope_of(customer, program), reason), program, depth)


def _entry_key(journey: Journey, scope: Scope, occurrence: str) -> str | None:
    """Name this entry: by its occurrence, else by its key; a key without a value lets nobody in."""
    if occurrence or journey.key is None:
        return occurrence
    value = journey.key.of(scope)
    return None if value is None else str(value)


def _entered_under(journey: Journey, key: str) -> str:
    """Re-entry is counted per key where keys run in parallel, else per journey."""
    return f"{journey.name}\n{key}" if journey.terms.if_active == "parallel" else journey.name


def _refuses(customer: Customer, journey: Journey, key: str, program: Program, *, depth: int) -> bool:
    """Apply re_entry and if_active; a restart takes the person out of the running enrollment first.

    When a journey that follows on that has started this one anew, the restart has happened.
    """
    # What the calendar opens again and again is not counted as entering again.
    if not journey.terms.comes_round and not _may_enter_again(customer, journey, key):
        return True
    active = _inside(customer, journey.name)
    match journey.terms.if_active:
        case "ignore":
            return bool(active)
        case "parallel":
            return any(snapshot.key == key for snapshot in active)
        case "restart":
            for snapshot in active:
                _take_out(customer, snapshot, "restarted", program, depth + 1)
            return bool(active and _inside(customer, journey.name))


def _may_enter_again(customer: Customer, journey: Journey, key: str) -> bool:
    again = journey.terms.again
    before = customer.memory.entered.get(_entered_under(journey, key))
    return before is None or (again is not None and customer.memory.clock - before >= again)
