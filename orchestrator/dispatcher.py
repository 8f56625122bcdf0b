"""How does a delivery that may leave become a call to its action?

The message is rendered from what was just judged, and the channel's action performs it. Whatever happens comes back
as one of the four outcomes: an action that raises has broken its contract, and nobody knows whether it sent.
"""

import asyncio
import inspect
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from actions.base import Action, Assignment, Content, Outcome, Rejected, RetryLater, Sent, Unknown
from actions.errors import TemplateError
from actions.lead_magnet import sign_link
from actions.render import RenderContext, Renderer
from journeys.localtime import zone_named
from journeys.spec import CrmStep, LeadMagnetStep, SendStep, ShopSpec
from journeys.vocabulary import Properties, Purpose
from orchestrator.engine import NEVER_LEFT, Handover, Report
from orchestrator.links import Links
from orchestrator.program import Program
from orchestrator.store.base import Lost


@dataclass(frozen=True, slots=True)
class Post:
    """What the dispatcher needs of a workspace: who speaks, through which actions, with which words."""

    shop: ShopSpec
    actions: Mapping[str, Action]
    renderer: Renderer
    links: Links
    link_keys: Sequence[str]


class Dispatcher:
    """Hands deliveries over, many at a time where an action waits for the network."""

    def __init__(self, post: Post, program: Program, most_at_once: int = 100) -> None:
        self._post = post
        self._program = program
        self._room = asyncio.Semaphore(most_at_once)

    async def hand_over(self, handover: Handover) -> Report:
        """Render and perform one delivery, and report what became of it."""
        delivery = handover.delivery
        outcome = await self._perform(handover)
        return Report(delivery.id, delivery.profile_id, handover.token, outcome)

    async def hand_over_all(self, handovers: Sequence[Handover]) -> list[Report]:
        """Hand over a batch; actions that do not wait for the network are performed one after the other."""
        return list(await asyncio.gather(*(self.hand_over(handover) for handover in handovers)))

    def find_lost(self, lost: Lost) -> Report:
        """Ask the action whether a lost attempt reached the provider; one that cannot tell leaves it unknown."""
        action = self._post.actions.get(lost.channel)
        if action is None or not action.finds:
            outcome: Outcome = Unknown("attempt.lost")
        else:
            outcome = action.find(str(lost.delivery_id)) or RetryLater(NEVER_LEFT)
        return Report(lost.delivery_id, lost.profile_id, lost.token, outcome)

    async def close(self) -> None:
        """Close the connections that actions keep between calls."""
        for action in self._post.actions.values():
            close = getattr(action, "close", None)
            if close is not None:
                await close()

    async def _perform(self, handover: Handover) -> Outcome:
        action = self._post.actions.get(handover.delivery.channel)
        if action is None:
            return Rejected("channel.gone")
        try:
            assignment = self._assign(handover)
        except TemplateError:
            return Rejected("content.render_failed")
        if assignment is None:
            return Rejected("journey.step_gone")
        try:
            outcome = action.perform(assignment)
            if inspect.isawaitable(outcome):
                async with self._room:
                    outcome = await outcome
        except Exception as error:  # a plugin broke its contract; its message may hold personal data, its class may not
            return Unknown(f"action.raised.{type(error).__name__}")
        if not isinstance(outcome, Sent | Rejected | RetryLater | Unknown):
            return Unknown("action.no_outcome")
        return outcome

    def _assign(self, handover: Handover) -> Assignment | None:
        """Say everything that is to be handed over; None when the step is no longer in the file."""
        delivery = handover.delivery
        journey = self._program.journeys.get(delivery.journey)
        step = journey.steps.get(delivery.step) if journey else None
        if step is None:
            return None
        context = self._context(handover)
        parameters = dict(handover.parameters)
        content: Content | None = None
        match step.spec:
            case SendStep() as send:
                content = self._content(send, context)
                parameters["unsubscribe_url"] = context.unsubscribe_url
            case LeadMagnetStep(lead_magnet=magnet):
                expires_at = handover.at + magnet.expires
                url = sign_link(self._post.link_keys, self._post.shop.url, magnet.file, str(delivery.id), expires_at)
                parameters |= {"file": magnet.file, "expires_at": expires_at.isoformat()}
                content = self._post.renderer.render(magnet.template, replace(context, magnet_url=url))
            case CrmStep(crm=crm):
                parameters |= self._crm(crm.task, crm.note, context)
        return Assignment(str(delivery.id), delivery, handover.profile, handover.at, content, parameters)

    def _content(self, send: SendStep, context: RenderContext) -> Content:
        if send.template is not None:
            return self._post.renderer.render(send.template, context, subject=send.subject or "")
        return Content(self._post.renderer.render_text(send.text or "", context))

    def _crm(self, task: str | None, note: str | None, context: RenderContext) -> Properties:
        render = self._post.renderer.render_text
        return {name: render(text, context) for name, text in (("task", task), ("note", note)) if text is not None}

    def _context(self, handover: Handover) -> RenderContext:
        delivery, profile = handover.delivery, handover.profile
        is_marketing = delivery.purpose is Purpose.MARKETING
        return RenderContext(
            profile=profile,
            now=handover.at.astimezone(zone_named(profile.timezone, self._post.shop.timezone)),
            channel=delivery.channel,
            journey=delivery.journey,
            step=delivery.step,
            entry=handover.entry,
            items=delivery.items,
            unsubscribe_url=self._post.links.unsubscribe(profile.id, delivery.channel) if is_marketing else "",
        )
