"""How does what a step says become the words of one delivery? The same live, in a preview and in a story.

Whatever a caller has to say beside it, such as signed links, goes into the context with `dataclasses.replace`.
"""

from datetime import datetime

from actions.base import Content
from actions.render import RenderContext, Renderer, Shop
from actions.template import Templates
from journeys.localtime import zone_named
from journeys.spec import CrmStep, JourneysFile, LeadMagnetStep, SendStep, ShopSpec
from journeys.vocabulary import Delivery, Profile, Properties, Purpose


def renderer_of(templates: Templates, shop: ShopSpec) -> Renderer:
    """Let templates speak for a shop."""
    return Renderer(
        templates, Shop(shop.name, shop.url, shop.currency, shop.country, shop.voice.sign_off, shop.address)
    )


def utm_of(spec: JourneysFile) -> dict[str, dict[str, str]]:
    """Give what the links of each channel say of themselves."""
    return {name: channel.utm for name, channel in spec.channels.items() if channel.utm}


def context_of(delivery: Delivery, profile: Profile, entry: Properties, at: datetime, *, zone: str) -> RenderContext:
    """Give what a message is made from at a moment; `zone` is the clock of whoever has none of their own."""
    return RenderContext(
        profile=profile,
        now=at.astimezone(zone_named(profile.timezone, zone)),
        channel=delivery.channel,
        journey=delivery.journey,
        step=delivery.step,
        entry=entry,
        items=delivery.items,
    )


def is_marketing(delivery: Delivery) -> bool:
    """Say whether a delivery needs a way to unsubscribe."""
    return delivery.purpose is Purpose.MARKETING


def content_of(step: SendStep | LeadMagnetStep, context: RenderContext, renderer: Renderer) -> Content:
    """Render a message. Raises TemplateError when that does not work for this person."""
    match step:
        case SendStep(template=str(template)):
            return renderer.render(template, context, subject=step.subject or "")
        case SendStep():
            return Content(renderer.render_text(step.text or "", context))
        case LeadMagnetStep(lead_magnet=magnet):
            return renderer.render(magnet.template, context)


def crm_of(step: CrmStep, context: RenderContext, renderer: Renderer) -> Properties:
    """Render what a CRM entry says: its task, its note and the stage of the deal. Raises TemplateError."""
    told = (("task", step.crm.task), ("note", step.crm.note), ("deal", step.crm.deal))
    return {name: renderer.render_text(text, context) for name, text in told if text is not None}
