"""What does a delivery say to whoever gets it?

For stories that are only imagined: the words of a message or of a CRM entry, rendered from the same context as live.
Links that would have to be signed stand for themselves.
"""

from dataclasses import dataclass, replace
from datetime import datetime

from actions.render import RenderContext, Renderer, Shop
from journeys.localtime import zone_named
from journeys.spec import CrmStep, LeadMagnetStep, SendStep, Step
from journeys.vocabulary import Delivery, Profile, Properties
from orchestrator.coupons import EXAMPLE
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
    """Renders for one shop, whose clock is that of everybody without one of their own."""

    renderer: Renderer
    zone: str

    def of(self, step: Step, delivery: Delivery, profile: Profile, entry: Properties, at: datetime) -> Said:
        """Say what a delivery of this step says. Raises TemplateError when it cannot be said to this person."""
        context = self._context(delivery, profile, entry, at)
        if isinstance(step, SendStep) and step.coupon:
            context = replace(context, coupon=EXAMPLE)
        match step:
            case SendStep(template=str(template)):
                return Said(self.renderer.render(template, context, subject=step.subject or "").subject)
            case SendStep():
                self.renderer.render_text(step.text or "", context)
                return Said()
            case LeadMagnetStep(lead_magnet=magnet):
                content = self.renderer.render(magnet.template, replace(context, magnet_url=_UNSIGNED))
                return Said(content.subject)
            case CrmStep(crm=crm):
                render = self.renderer.render_text
                return Said(task=render(crm.task or "", context).strip(), note=render(crm.note or "", context).strip())
            case _:
                return Said()

    def _context(self, delivery: Delivery, profile: Profile, entry: Properties, at: datetime) -> RenderContext:
        return RenderContext(
            profile=profile,
            now=at.astimezone(zone_named(profile.timezone, self.zone)),
            channel=delivery.channel,
            journey=delivery.journey,
            step=delivery.step,
            entry=entry,
            items=delivery.items,
            unsubscribe_url=_UNSIGNED,
        )


def wording_of(project: Project) -> Wording:
    """Give the words of a workspace that can be used."""
    assert project.spec is not None
    shop = project.spec.shop
    speaker = Shop(shop.name, shop.url, shop.currency, shop.country, shop.voice.sign_off, shop.address)
    return Wording(Renderer(project.templates, speaker), shop.timezone)
