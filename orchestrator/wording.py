"""What does a delivery say to whoever gets it?

For stories that are only imagined: the words of a message or of a CRM entry, rendered from the same context as live.
Links that would have to be signed stand for themselves.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from actions.render import Renderer
from journeys.spec import CrmStep, LeadMagnetStep, SendStep, Step
from journeys.vocabulary import Delivery, Profile, Properties
from orchestrator.coupons import EXAMPLE
from orchestrator.phrasing import content_of, context_of, crm_of, is_marketing, renderer_of, utm_of
from orchestrator.project import Project

_UNSIGNED = "https://link.invalid/"


@dataclass(frozen=True, slots=True)
class Said:
    """The words of one delivery; what it has none of is empty."""

    subject: str = ""
    task: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Wording:
    """Renders for one shop, whose clock is that of everybody without one of their own.

    By channel, `utm` says what its links say of themselves.
    """

    renderer: Renderer
    zone: str
    utm: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def of(self, step: Step, delivery: Delivery, profile: Profile, entry: Properties, at: datetime) -> Said:
        """Say what a delivery of this step says. Raises TemplateError when it cannot be said to this person."""
        context = replace(
            context_of(delivery, profile, entry, at, zone=self.zone),
            unsubscribe_url=_UNSIGNED if is_marketing(delivery) else "",
            utm=self.utm.get(delivery.channel, {}),
        )
        match step:
            case SendStep():
                coupon = EXAMPLE if step.coupon else ""
                return Said(content_of(step, replace(context, coupon=coupon), self.renderer).subject)
            case LeadMagnetStep():
                return Said(content_of(step, replace(context, magnet_url=_UNSIGNED), self.renderer).subject)
            case CrmStep():
                told = crm_of(step, context, self.renderer)
                return Said(task=told.get("task", "").strip(), note=told.get("note", "").strip())
            case _:
                return Said()


def wording_of(project: Project) -> Wording:
    """Give the words of a workspace that can be used."""
    assert project.spec is not None
    shop = project.spec.shop
    return Wording(renderer_of(project.templates, shop), shop.timezone, utm_of(project.spec))
