"""Which machine is this journey?

A checked spec becomes one `transitions` machine per journey version: its states are the steps and the end, its
triggers the ways out of each step. The machine validates and draws; the hot path walks the table read out of it,
which a property test keeps equal to calling its triggers.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from hashlib import blake2b
from types import MappingProxyType

from transitions import Machine

from journeys.conditions import Condition, ConditionErrors, Value, Wanted, compile_condition, compile_value
from journeys.errors import Fault
from journeys.moves import EXIT, successors
from journeys.schema import Schema
from journeys.spec import (
    AudienceStep,
    BranchStep,
    EntrySpec,
    Expression,
    From,
    JourneySpec,
    SendStep,
    SetStep,
    Step,
    WaitForStep,
    step_kind,
)

Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Rule:
    """An event that matters to a journey, and the condition on it. `machine` says that machines count as well."""

    event: str
    condition: Condition | None = None
    reason: str = ""
    machine: bool = False


@dataclass(frozen=True, slots=True)
class CompiledStep:
    """A step with its conditions compiled: one per arm of a branch, one for an awaited event."""

    spec: Step
    kind: str
    conditions: tuple[Condition | None, ...] = ()
    items: Value | None = None
    values: Mapping[str, Value] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Journey:
    """A journey that can be decided: `version` is a hash of its content, `moves` the machine's own table."""

    name: str
    version: str
    spec: JourneySpec
    zone: str
    machine: Machine = field(repr=False, compare=False)
    steps: Mapping[str, CompiledStep] = field(repr=False)
    moves: Mapping[str, Mapping[str, str]] = field(repr=False)
    first: str = ""
    entry: Rule = Rule("")
    key: Value | None = None
    exits: tuple[Rule, ...] = ()
    goal: Rule | None = None
    listens: frozenset[str] = frozenset()
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
    steps = {step.id: compiler.step(place, step) for place, step in enumerate(spec.steps)}
    entry, key = compiler.entry(spec.entry)
    exits = tuple(compiler.exit(place) for place in range(len(spec.exit)))
    goal = compiler.goal()
    if compiler.faults or not builds:
        return None, tuple(compiler.faults)
    machine = build_machine(spec)
    journey = Journey(
        name=name,
        version=version_of(name, spec),
        spec=spec,
        zone=zone,
        holds=holds,
        machine=machine,
        steps=steps,
        moves=read_moves(machine),
        first=spec.steps[0].id,
        entry=entry,
        key=key,
        exits=exits,
        goal=goal,
        listens=_listens(spec),
    )
    return journey, ()


def version_of(name: str, spec: JourneySpec) -> str:
    """Name a version by its content: 12 hex digits that change with anything the journey does."""
    content = f"{name}\n{spec.model_dump_json(by_alias=True)}"
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
    awaited = {step.wait_for.event for step in spec.steps if isinstance(step, WaitForStep)}
    goal = {spec.goal.event} if spec.goal else set()
    return frozenset(awaited | goal | {rule.event for rule in spec.exit})


def snake_case(event_name: str) -> str:
    """Turn an event's name into a reason: `Order Completed` into `order_completed`."""
    return "_".join(event_name.lower().split())


class _Compiler:
    """Compiles one journey's conditions and collects what is wrong with them, each with its path in the file."""

    def __init__(self, path: Path, spec: JourneySpec, schema: Schema) -> None:
        self.path = path
        self.spec = spec
        self.schema = schema
        self.inside = schema.inside(spec.entry.event, None)
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
        if path[0] == "steps" and isinstance(path[1], int):
            return f'step "{self.spec.steps[path[1]].id}"'
        return str(path[0])

    def entry(self, entry: EntrySpec) -> tuple[Rule, Value | None]:
        schema = self.schema.at_entry(entry.event)
        condition = self.condition(("entry", "if"), entry.if_, schema)
        key = self.value(("entry", "key"), entry.key, schema, "key")
        return Rule(entry.event or "", condition, machine=entry.machine), key

    def exit(self, place: int) -> Rule:
        rule = self.spec.exit[place]
        schema = self.schema.inside(self.spec.entry.event, rule.event)
        condition = self.condition(("exit", place, "if"), rule.if_, schema)
        return Rule(rule.event, condition, rule.reason or snake_case(rule.event), rule.machine)

    def goal(self) -> Rule | None:
        goal = self.spec.goal
        if goal is None:
            return None
        schema = self.schema.inside(self.spec.entry.event, goal.event)
        return Rule(goal.event, self.condition(("goal", "if"), goal.if_, schema), machine=goal.machine)

    def step(self, place: int, step: Step) -> CompiledStep:
        path: Path = ("steps", place)
        kind = step_kind(step) or ""
        match step:
            case BranchStep():
                arms = tuple(
                    self.condition((*path, "branch", number, "if"), arm.if_, self.inside)
                    for number, arm in enumerate(step.branch)
                )
                return CompiledStep(step, kind, arms)
            case WaitForStep():
                schema = self.schema.inside(self.spec.entry.event, step.wait_for.event)
                condition = self.condition((*path, "wait_for", "if"), step.wait_for.if_, schema)
                return CompiledStep(step, kind, (condition,))
            case SendStep():
                return CompiledStep(step, kind, items=self.value((*path, "items"), step.items, self.inside, "items"))
            case AudienceStep():
                items = self.value((*path, "audience", "items"), step.audience.items, self.inside, "items")
                return CompiledStep(step, kind, items=items)
            case SetStep():
                return CompiledStep(step, kind, values=self._values(path, step))
            case _:
                return CompiledStep(step, kind)

    def _values(self, path: Path, step: SetStep) -> dict[str, Value]:
        found = {
            name: self.value((*path, "set", name, "from"), value.from_, self.inside, "any")
            for name, value in step.set.items()
            if isinstance(value, From)
        }
        return {name: value for name, value in found.items() if value is not None}
