"""What of a flow has been understood so far, and what could not be said?

A draft is one journey on its way into YAML. Steps hold `Go` where another action's step will be and `Id` where an id
will be; both get their names when the steps are in order.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from journeys.conditions import ConditionErrors, compile_condition
from journeys.known_events import KNOWN_EVENTS
from journeys.schema import Schema
from journeys.scope import Kind
from orchestrator.importers.naming import Namer, snake

Fields = dict[str, Any]
PLACE_OF_ITS_OWN = "write it here by hand"


@dataclass(frozen=True, slots=True)
class Unsaid:
    """Something of the flow that is not, or not wholly, in the journey."""

    where: str
    what: str
    remedy: str

    def __str__(self) -> str:
        return f"could not be said: {self.where}: {self.what}; {self.remedy}"


@dataclass(frozen=True, slots=True)
class Gap:
    """A condition or a value that the language cannot say: the reason, and what to do instead."""

    what: str
    remedy: str = PLACE_OF_ITS_OWN


@dataclass(frozen=True, slots=True)
class Go:
    """Stands for the step that the action of this key became; None is the end of the journey."""

    key: str | None


@dataclass(frozen=True, slots=True)
class Id:
    """Stands for a step's id, made from this hint."""

    hint: str


@dataclass(slots=True)
class Node:
    """One action. Without a step it leaves nothing but its comments and leads on."""

    hint: str
    step: Fields | None = None
    next: str | None = None
    falls: bool = True
    comments: list[str] = field(default_factory=list)

    def waits(self) -> bool:
        """Say whether time surely passes here."""
        return self.step is not None and ("wait" in self.step or "wait_for" in self.step)

    def targets(self) -> Iterator[str]:
        """Name the actions it leads to."""
        for go in found(self.step, Go):
            if go.key is not None:
                yield go.key
        if self.falls and self.next is not None:
            yield self.next


def found(value: object, kind: Any) -> Iterator[Any]:
    """Find all placeholders of a kind within a step."""
    if isinstance(value, kind):
        yield value
    elif isinstance(value, dict):
        for inside in value.values():
            yield from found(inside, kind)
    elif isinstance(value, list):
        for inside in value:
            yield from found(inside, kind)


@dataclass(slots=True)
class Stub:
    """A template that the journey needs and that has to be filled by hand."""

    file: str
    title: str
    subject: str


@dataclass(slots=True)
class Draft:
    """One journey in the making."""

    title: str
    place: str
    fields: Fields = field(default_factory=dict)
    nodes: dict[str, Node] = field(default_factory=dict)
    start: str | None = None
    entry_event: str | None = None
    comments: list[str] = field(default_factory=list)
    unsaid: list[Unsaid] = field(default_factory=list)
    events: dict[str, dict[str, Kind]] = field(default_factory=dict)
    attributes: dict[str, Kind] = field(default_factory=dict)
    stubs: dict[str, Stub] = field(default_factory=dict)
    files: Namer = field(default_factory=Namer)

    def miss(self, where: str, what: str, remedy: str) -> str:
        """Note what could not be said, and give the comment that stands for it in the YAML."""
        missed = Unsaid(where, what, remedy)
        self.unsaid.append(missed)
        return f"could not be said: {what}; {remedy}"

    def exit_on(self, rule: Fields) -> None:
        """Add an exit rule, once."""
        rules = self.fields.setdefault("exit", [])
        if rule not in rules:
            rules.append(rule)

    def know_event(self, name: str) -> str:
        """Declare an event that nobody knows yet."""
        if name not in KNOWN_EVENTS:
            self.events.setdefault(name, {})
        return name

    def know_property(self, event: str, name: str, kind: Kind) -> str:
        """Declare a property that nobody knows yet, and give its name here."""
        own = snake(name) or "value"
        if own not in KNOWN_EVENTS.get(event, {}):
            _settle(self.events.setdefault(event, {}), own, kind)
        return own

    def know_attribute(self, name: str, kind: Kind) -> None:
        """Declare an attribute of the profile."""
        _settle(self.attributes, name, kind)

    def checked(self, condition: str, *, at_entry: bool) -> str | Gap:
        """Give a condition back when it is one of the language, else the reason why not."""
        schema = Schema.of(self.events, self.attributes)
        event = self.entry_event
        seen = schema.at_entry(event) if at_entry else schema.inside(event, None)
        try:
            compile_condition(condition, seen)
        except ConditionErrors as error:
            return Gap(f"the condition {condition[:200]} is not one of the language ({error})")
        return condition

    def stub(self, name: str, subject: str) -> str:
        """Name a template after the vendor's message, and give its file."""
        key = f"{name}\n{subject}"
        if key not in self.stubs:
            self.stubs[key] = Stub(f"{self.files.name(name, 'message')}.mjml", name, subject)
        return self.stubs[key].file


def _settle(kinds: dict[str, Kind], name: str, kind: Kind) -> None:
    kinds[name] = kind if kinds.get(name, kind) == kind else "any"
