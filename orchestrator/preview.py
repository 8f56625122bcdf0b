"""What would this person get from this step, if it were now?

Computed as the journey would: the goods, the guards' answer, the words. Nothing is sent, and nothing is written.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from actions.base import Content
from actions.render import RenderContext
from journeys.catalog import Catalog
from journeys.compile import CompiledStep, Journey
from journeys.errors import OrchestratorError
from journeys.schema import Schema
from journeys.scope import EnrollmentView, Scope
from journeys.spec import CrmStep, JourneysFile, LeadMagnetStep, SendStep
from journeys.spelling import did_you_mean
from journeys.vocabulary import Delivery, Event, Facts, Item, Properties, Purpose, Reach
from operational_guards.verdict import DropItems, Verdict
from orchestrator.coupons import EXAMPLE
from orchestrator.customer import Customer, Memory
from orchestrator.effects import scope_of
from orchestrator.imagined_life import person
from orchestrator.judging import ask
from orchestrator.made_up import MADE_UP_GOODS, made_up_entry
from orchestrator.phrasing import content_of, context_of, crm_of, is_marketing, renderer_of, utm_of
from orchestrator.program import Program
from orchestrator.project import Project

_SAMPLE_LINK = "https://link.invalid/"


class NoSuchStep(OrchestratorError):
    """The file has no step of this name that says something."""


@dataclass(frozen=True, slots=True)
class Asked:
    """Which message is looked at, when, and in which language when not in the person's own."""

    journey: str
    step: str
    now: datetime
    locale: str = ""


@dataclass(frozen=True, slots=True)
class Preview:
    """A message as it would be. `verdict` is what the guards say, None of somebody made up; `made_up` names what is."""

    asked: Asked
    channel: str
    address: str
    content: Content
    items: tuple[Item, ...]
    entry: Properties
    verdict: Verdict | None = None
    made_up: tuple[str, ...] = ()

    @property
    def size(self) -> int:
        """The bytes of the message's two parts."""
        return len(self.content.html.encode()) + len(self.content.text.encode())


def find_step(name: str, project: Project) -> tuple[str, str]:
    """Read `journey.step`. Raises NoSuchStep for a step that is not there, does not run, or says nothing."""
    journey, _, step = name.partition(".")
    known = {
        f"{each.name}.{place}": None
        for each in project.journeys.values()
        for place, compiled in each.steps.items()
        if isinstance(compiled.spec, SendStep | LeadMagnetStep | CrmStep)
    }
    if name not in known:
        if journey in project.quarantined:
            raise NoSuchStep(f'journey "{journey}" has an error; correct it first: {project.quarantined[journey]}')
        hint = did_you_mean(name, known) or f"; the messages are {', '.join(known)}"
        raise NoSuchStep(f'expected a step with a message, as journey.step, got "{name}"{hint}')
    return journey, step


def preview_made_up(asked: Asked, project: Project, traits: Mapping[str, Any], catalog: Catalog) -> Preview:
    """Show the message to somebody who does not exist: the scenarios' example person, but for these traits."""
    facts = Facts(person(traits, asked.now))
    customer = Customer(facts, Memory(asked.now))
    return _Looking(asked, project, customer, catalog).preview(())


def preview_known(
    asked: Asked, project: Project, customer: Customer, catalog: Catalog, events: Iterable[Event]
) -> Preview:
    """Show the message to somebody the database knows, with what the guards say now."""
    looking = _Looking(asked, project, customer, catalog)
    seen = looking.preview(tuple(events))
    verdict = ask(customer, looking.delivery(seen.items), "claim", asked.now, looking.program).verdict
    if not isinstance(verdict, DropItems):
        return replace(seen, verdict=verdict)
    items = looking.delivery(seen.items).without(verdict.places).items
    return replace(seen, verdict=verdict, items=items, content=looking.content(items, seen.entry))


class _Looking:
    """One look at one message."""

    def __init__(self, asked: Asked, project: Project, customer: Customer, catalog: Catalog) -> None:
        assert project.spec is not None
        self._asked = asked
        self._project = project
        self._spec: JourneysFile = project.spec
        self._customer = customer
        self._journey: Journey = project.journeys[asked.journey]
        self._step: CompiledStep = self._journey.steps[asked.step]
        self._made_up: list[str] = []
        self.program: Program = project.program(self._stocked(catalog))

    def preview(self, events: tuple[Event, ...]) -> Preview:
        """Show the message, with everything the person has."""
        entry = self._entry(events)
        items = self._items(entry)
        content, profile = self.content(items, entry), self._customer.facts.profile
        return Preview(
            self._asked,
            self._channel,
            profile.address(self._channel) or profile.email,
            content,
            items,
            entry,
            made_up=tuple(self._made_up),
        )

    @property
    def _channel(self) -> str:
        match self._step.spec:
            case SendStep(send=channel):
                return channel
            case LeadMagnetStep(lead_magnet=magnet):
                return magnet.channel
            case CrmStep(crm=crm):
                return crm.channel
        raise NoSuchStep(f'step "{self._asked.step}" has no message')

    def _stocked(self, catalog: Catalog) -> Catalog:
        """Make up goods where the step looks at the shop's newest and there are none."""
        if catalog.newest(self._asked.now, 1) or "catalog(" not in self._step.spec.model_dump_json():
            return catalog
        self._made_up.append("the goods of the catalog")
        return Catalog((self._asked.now, item) for item in MADE_UP_GOODS)

    def _entry(self, events: tuple[Event, ...]) -> Properties:
        """Give what began the journey: theirs if they are inside, else the last such event, else one made up."""
        name = self._journey.name
        inside = [each for each in self._customer.enrollments.values() if each.journey == name]
        if inside:
            return inside[-1].entry
        begun = [event.properties for event in events if event.name == self._journey.entry.event]
        if begun:
            return begun[-1]
        schema = Schema.of(self._spec.events, self._spec.attributes)
        made = made_up_entry(self._journey, schema, self._scope({}))
        if made is None:
            return {}
        self._made_up.append(f"the event {made.happening.name}")
        return made.happening.properties

    def _scope(self, entry: Properties) -> Scope:
        scope = scope_of(self._customer, self.program)
        scope.now, scope.entry = self._asked.now, entry
        scope.enrollment = EnrollmentView(self._asked.now, self._asked.journey, self._asked.step)
        return scope

    def _items(self, entry: Properties) -> tuple[Item, ...]:
        """Give the goods of a delivery that waits already, else those the step would find now."""
        asked = (self._asked.journey, self._asked.step)
        for waiting in self._customer.outbox.values():
            if (waiting.delivery.journey, waiting.delivery.step) == asked:
                return waiting.delivery.items
        found: tuple[Item, ...] | None = None if self._step.items is None else self._step.items.of(self._scope(entry))
        return found or ()

    def delivery(self, items: tuple[Item, ...]) -> Delivery:
        """Give the delivery that guards are asked about."""
        spec, asked = self._step.spec, self._asked
        said = (
            {"purpose": spec.purpose, "intent": spec.intent, "min_items": spec.min_items}
            if isinstance(spec, SendStep)
            else {"purpose": Purpose.TRANSACTIONAL}
        )
        reach = Reach.CRM if isinstance(spec, CrmStep) else Reach.MESSAGE
        # No delivery has this key, so that nobody takes the look for a message.
        return Delivery(
            id=0,
            profile_id=self._customer.id,
            enrollment_id=0,
            journey=asked.journey,
            step=asked.step,
            channel=self._channel,
            planned_at=asked.now,
            reach=reach,
            items=items,
            **said,
        )

    def content(self, items: tuple[Item, ...], entry: Properties) -> Content:
        """Render the message. Raises TemplateError when that does not work for this person."""
        context = self._context(items, entry)
        renderer = renderer_of(self._project.templates, self._spec.shop)
        match self._step.spec:
            case SendStep() | LeadMagnetStep() as message:
                return content_of(message, context, renderer)
            case CrmStep() as told:
                return Content("\n".join(crm_of(told, context, renderer).values()))
        return Content("")

    def _context(self, items: tuple[Item, ...], entry: Properties) -> RenderContext:
        step, delivery, profile = self._step.spec, self.delivery(items), self._customer.facts.profile
        return replace(
            context_of(delivery, profile, entry, self._asked.now, zone=self._spec.shop.timezone),
            unsubscribe_url=f"{_SAMPLE_LINK}unsubscribe" if is_marketing(delivery) else "",
            magnet_url=f"{_SAMPLE_LINK}magnet" if isinstance(step, LeadMagnetStep) else "",
            coupon=EXAMPLE if isinstance(step, SendStep) and step.coupon else "",
            locale=self._asked.locale,
            utm=utm_of(self._spec).get(delivery.channel, {}),
        )
