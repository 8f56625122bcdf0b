"""Which machine is this journey?

A checked spec becomes one `transitions` machine per journey version: its states are the steps and the end, its
triggers the ways out of each step. The machine validates and draws; the hot path walks the table read out of it,
which a property test keeps equal to calling its triggers.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from hashlib import blake2b
from types import MappingProxyType

from transitions import Machine

from journeys.conditions import Condition, ConditionErrors, Value, Wanted, compile_condition, compile_value
from journeys.errors import Fault
from journeys.moves import EXIT, Path, came_trigger, placed_steps, successors
from journeys.named import named_texts
from journeys.schema import Schema
from journeys.scope import Kind
from journeys.spec import (
    ActionStep,
    AudienceStep,
    Awaited,
    AwaitedEvent,
    BranchStep,
    EntrySpec,
    Expression,
    From,
    Given,
    JourneySpec,
    Late,
    SendStep,
    SetStep,
    StartStep,
    Step,
    Until,
    WaitForStep,
    WaitStep,
    WebhookStep,
    step_kind,
)
from journeys.terms import Terms, terms_of

# What the API appends to the inbox when somebody is to be let into a journey; `journey` names it.
CALLED = "Journey Called"
# What an entry that follows on another journey is given, in the shape of an event that nobody sends.
LEFT = "Journey Left"
OF_LEFT: Mapping[str, Kind] = MappingProxyType({"journey": "text", "reason": "text", "step": "text"})


@dataclass(frozen=True, slots=True)
class Rule:
    """An event that matters to a journey, and the condition on it. `machine` says that machines count as well.

    An exit rule without an event is judged after every event.
    """

    event: str
    condition: Condition | None = None
    reason: str = ""
    machine: bool = False


@dataclass(frozen=True, slots=True)
class AwaitedRule:
    """An event that a step waits for, the condition on it, and the trigger that leads on when it comes."""

    spec: AwaitedEvent
    condition: Condition | None
    trigger: str


@dataclass(frozen=True, slots=True)
class CompiledStep:
    """A step with what it says compiled: a condition per arm of a branch, the events and the condition waited for.

    `until` is the date a wait ends at, where that is computed; `values` are what is given to profile, journey or
    action, where that is computed. `late` is the rule for a message that is looked at too late: the step's own, else
    the journey's.
    """

    spec: Step
    kind: str
    conditions: tuple[Condition | None, ...] = ()
    awaited: tuple[AwaitedRule, ...] = ()
    condition: Condition | None = None
    until: Value | None = None
    items: Value | None = None
    values: Mapping[str, Value] = field(default_factory=dict)
    late: Late | None = None

    @property
    def looks(self) -> bool:
        """Say whether somebody who waits here may go on because of any event: what they wait for is a condition."""
        return self.condition is not None or self.until is not None


@dataclass(frozen=True, slots=True)
class Journey:
    """A journey that can be decided: `version` is a hash of its content, `moves` the machine's own table.

    `when` and `date` are what opens an entry of these kinds, and `asks` names what exactly `when` asks. `listens` names
    the events that concern the people inside; with `looks` every event does.
    """

    name: str
    version: str
    spec: JourneySpec
    terms: Terms
    zone: str
    machine: Machine = field(repr=False, compare=False)
    steps: Mapping[str, CompiledStep] = field(repr=False)
    moves: Mapping[str, Mapping[str, str]] = field(repr=False)
    first: str = ""
    entry: Rule = Rule("")
    key: Value | None = None
    when: Condition | None = None
    asks: str = ""
    date: Value | None = None
    exits: tuple[Rule, ...] = ()
    goal: Rule | None = None
    listens: frozenset[str] = frozenset()
    looks: bool = False
    holds: Mapping[str, timedelta] = field(default_factory=dict)


NO_HOLDS: Mapping[str, timedelta] = MappingProxyType({})


def compile_journey(
    name: str,
    spec: JourneySpec,
    schema: Schema,
    zone: str,
    *,
    builds: bool = True,
    holds: Mapping[str, timedelta] = NO_HOLDS,
) -> tuple[Journey | None, tuple[Fault, ...]]:
    """Compile one journey; with any fault there is no journey. `zone` is the shop's own time zone.

    `holds` says how long a channel keeps its messages before they go. Without `builds` only the conditions are
    checked: for a journey whose steps are known not to fit together.
    """
    compiler = _Compiler(("journeys", name), spec, schema)
    steps = {
        each.step.id: replace(compiler.step(each.path, each.step), late=_late(spec, each.step))
        for each in placed_steps(spec)
    }
    entry, key = compiler.entry(spec.entry)
    when = compiler.condition(("entry", "when"), spec.entry.when, schema.at_entry(None))
    date = compiler.value(("entry", "date"), spec.entry.date, schema.at_entry(None), "date")
    exits = tuple(compiler.exit(place) for place in range(len(spec.exit)))
    goal = compiler.goal()
    if compiler.faults or not builds:
        return None, tuple(compiler.faults)
    machine = build_machine(spec)
    journey = Journey(
        name=name,
        version=version_of(name, spec, named_texts(spec.model_dump_json(by_alias=True), schema)),
        spec=spec,
        terms=terms_of(spec),
        zone=zone,
        holds=holds,
        machine=machine,
        steps=steps,
        moves=read_moves(machine),
        first=spec.steps[0].id,
        entry=entry,
        key=key,
        when=when,
        asks=_name_of(f"{spec.entry.when}{named_texts(spec.entry.when, schema)}") if spec.entry.when else "",
        date=date,
        exits=exits,
        goal=goal,
        listens=_listens(spec),
        looks=any(step.looks for step in steps.values()) or any(not rule.event for rule in exits),
    )
    return journey, ()


def _late(spec: JourneySpec, step: Step) -> Late | None:
    return (step.late if isinstance(step, SendStep) else None) or spec.late


def version_of(name: str, spec: JourneySpec, named: str = "") -> str:
    """Name a version by its content: 12 hex digits that change with anything the journey does.

    `named` is what the segments and conditions say that it uses.
    """
    content = f"{name}\n{spec.model_dump_json(by_alias=True, exclude_defaults=True)}{named}"
    return _name_of(content)


def _name_of(content: str) -> str:
    return blake2b(content.encode(), digest_size=6).hexdigest()


def build_machine(spec: JourneySpec) -> Machine:
    """Build the state machine: one state a step and the end, one trigger a way out; nothing is called back."""
    moves = successors(spec)
    transitions = [
        {"trigger": trigger, "source": source, "dest": target}
        for source, ways in moves.items()
        for trigger, target in ways.items()
    ]
    states = [*moves, EXIT]
    first = spec.steps[0].id
    return Machine(model=None, states=states, transitions=transitions, initial=first, auto_transitions=False)


def read_moves(machine: Machine) -> dict[str, dict[str, str]]:
    """Read the table state -> trigger -> state out of a machine."""
    moves: dict[str, dict[str, str]] = {state: {} for state in machine.states}
    for trigger, event in machine.events.items():
        for source, transitions in event.transitions.items():
            moves[source][trigger] = str(transitions[0].dest)
    return moves


def _listens(spec: JourneySpec) -> frozenset[str]:
    waits = [each.step.wait_for for each in placed_steps(spec) if isinstance(each.step, WaitForStep)]
    awaited = {each.event for wait in waits for each in wait.first_of} | {wait.event for wait in waits if wait.event}
    goal = {spec.goal.event} if spec.goal else set()
    return frozenset(awaited | goal | {rule.event for rule in spec.exit if rule.event})


def snake_case(event_name: str) -> str:
    """Turn an event's name into a reason: `Order Completed` into `order_completed`."""
    return "_".join(event_name.lower().split())


class _Compiler:
    """Compiles one journey's conditions and collects what is wrong with them, each with its path in the file."""

    def __init__(self, path: Path, spec: JourneySpec, schema: Schema) -> None:
        self.path = path
        self.spec = spec
        self.beginning = _beginning(spec.entry)
        self.schema = _with_arguments(schema, spec.entry)
        self.inside = self.schema.inside(self.beginning, None)
        self.faults: list[Fault] = []

    def condition(self, path: Path, text: Expression | None, schema: Schema) -> Condition | None:
        """Compile a condition, or note what is wrong with it."""
        if text is None:
            return None
        try:
            return compile_condition(text, schema)
        except ConditionErrors as problems:
            self._note(path, text, problems)
            return None

    def value(self, path: Path, text: Expression | None, schema: Schema, wanted: Wanted) -> Value | None:
        """Compile a value, or note what is wrong with it."""
        if text is None:
            return None
        try:
            return compile_value(text, schema, wanted)
        except ConditionErrors as problems:
            self._note(path, text, problems)
            return None

    def _note(self, path: Path, text: str, problems: ConditionErrors) -> None:
        where = self._where(path)
        for error in problems.errors:
            message = f'{where}: in "{text}": {error}'
            self.faults.append(Fault(self.path + path, "condition.invalid", message, column=error.column))

    def _where(self, path: Path) -> str:
        inside = [each.step.id for each in placed_steps(self.spec) if path[: len(each.path)] == each.path]
        return f'step "{inside[-1]}"' if inside else str(path[0])

    def entry(self, entry: EntrySpec) -> tuple[Rule, Value | None]:
        schema = self.schema.at_entry(self.beginning)
        condition = self.condition(("entry", "if"), entry.if_, schema)
        key = self.value(("entry", "key"), entry.key, schema, "key")
        event = CALLED if entry.call is not None else entry.event or ""
        return Rule(event, condition, machine=entry.machine), key

    def exit(self, place: int) -> Rule:
        rule = self.spec.exit[place]
        schema = self.schema.inside(self.beginning, rule.event)
        condition = self.condition(("exit", place, "if"), rule.if_, schema)
        return Rule(rule.event or "", condition, rule.reason or snake_case(rule.event or "condition"), rule.machine)

    def goal(self) -> Rule | None:
        goal = self.spec.goal
        if goal is None:
            return None
        schema = self.schema.inside(self.beginning, goal.event)
        return Rule(goal.event, self.condition(("goal", "if"), goal.if_, schema), machine=goal.machine)

    def step(self, path: Path, step: Step) -> CompiledStep:
        kind = step_kind(step) or ""
        match step:
            case BranchStep():
                arms = tuple(
                    self.condition((*path, "branch", number, "if"), arm.if_, self.inside)
                    for number, arm in enumerate(step.branch)
                )
                return CompiledStep(step, kind, arms)
            case WaitStep(wait=Until(until=str() as until)):
                return CompiledStep(step, kind, until=self.value((*path, "wait", "until"), until, self.inside, "date"))
            case WaitForStep():
                return self._wait_for(path, step)
            case SendStep():
                return CompiledStep(step, kind, items=self.value((*path, "items"), step.items, self.inside, "items"))
            case AudienceStep():
                items = self.value((*path, "audience", "items"), step.audience.items, self.inside, "items")
                return CompiledStep(step, kind, items=items)
            case WebhookStep() | ActionStep():
                call = step.webhook if isinstance(step, WebhookStep) else step.action
                items = self.value((*path, kind, "items"), call.items, self.inside, "items")
                return CompiledStep(step, kind, items=items, values=self._values((*path, kind, "with"), call.with_))
            case SetStep():
                return CompiledStep(step, kind, values=self._values((*path, "set"), step.set))
            case StartStep():
                return CompiledStep(step, kind, values=self._values((*path, "with"), step.with_))
            case _:
                return CompiledStep(step, kind)

    def _wait_for(self, path: Path, step: WaitForStep) -> CompiledStep:
        awaited = step.wait_for
        condition = self.condition((*path, "wait_for", "condition"), awaited.condition, self.inside)
        places: list[tuple[Path, AwaitedEvent]] = [
            (("wait_for", "first_of", place), each) for place, each in enumerate(awaited.first_of)
        ]
        if awaited.event is not None:
            places.insert(0, (("wait_for",), _alone(awaited, awaited.event)))
        rules = tuple(
            AwaitedRule(
                each,
                self.condition((*path, *way, "if"), each.if_, self.schema.inside(self.beginning, each.event)),
                came_trigger(awaited, place),
            )
            for place, (way, each) in enumerate(places)
        )
        return CompiledStep(step, "wait_for", awaited=rules, condition=condition)

    def _values(self, path: Path, given: Mapping[str, Given]) -> dict[str, Value]:
        found = {
            name: self.value((*path, name, "from"), value.from_, self.inside, "any")
            for name, value in given.items()
            if isinstance(value, From)
        }
        return {name: value for name, value in found.items() if value is not None}


def _alone(awaited: Awaited, event: str) -> AwaitedEvent:
    """Give the one event that is waited for in the shape of several."""
    said = {"event": event, "of": awaited.of, "if_": awaited.if_, "machine": awaited.machine}
    return AwaitedEvent.model_validate(said, by_name=True)


def _beginning(entry: EntrySpec) -> str | None:
    """Name the event that begins an enrollment: its own, or one that stands for the arguments it is given."""
    match entry.kind:
        case "event":
            return entry.event
        case "call":
            return CALLED
        case "journey":
            return LEFT
        case _:
            return None


def _with_arguments(schema: Schema, entry: EntrySpec) -> Schema:
    """Let conditions see what an entry is given that no event of the shop's begins."""
    match entry.kind:
        case "call":
            return replace(schema, events={**schema.events, CALLED: entry.call or {}})
        case "journey":
            return replace(schema, events={**schema.events, LEFT: OF_LEFT})
        case _:
            return schema
