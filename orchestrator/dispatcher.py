"""How does a delivery that may leave become a call to its action?

The message is rendered from what was just judged, and the channel's action performs it. Between the two there is a last
look: calls wait for each other, and a customer who did something meanwhile is judged anew. Whatever happens comes back
as one of the four outcomes: an action that raises has broken its contract, and nobody knows whether it sent.
"""

import asyncio
import inspect
from collections.abc import Awaitable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Protocol, TypeVar

from actions.base import Action, Assignment, Content, Outcome, Rejected, RetryLater, Sent, Unknown
from actions.errors import TemplateError
from actions.lead_magnet import sign_link
from actions.render import RenderContext, Renderer
from journeys.keys import is_undo
from journeys.spec import CrmStep, LeadMagnetStep, SendStep, ShopSpec
from orchestrator.handover import NEVER_LEFT, Handover, Report
from orchestrator.links import Links
from orchestrator.phrasing import content_of, context_of, crm_of, is_marketing
from orchestrator.program import Program, Version
from orchestrator.sending import OVERTAKEN
from orchestrator.store.base import Lost

_Answer = TypeVar("_Answer")


@dataclass(frozen=True, slots=True)
class Post:
    """What the dispatcher needs of a workspace: who speaks, through which actions, with which words.

    `former` are the words of journeys that somebody finishes on an earlier version. By channel, `utm` says what its
    links say of themselves, and `tracked` whose links lead over our own address.
    """

    shop: ShopSpec
    actions: Mapping[str, Action]
    renderer: Renderer
    links: Links
    link_keys: Sequence[str]
    former: Mapping[Version, Renderer] = field(default_factory=dict)
    utm: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    tracked: frozenset[str] = frozenset()

    def renderer_for(self, handover: Handover) -> Renderer:
        """Give the words of the version that a delivery goes by."""
        return self.former.get((handover.delivery.journey, handover.version), self.renderer)


class News(Protocol):
    """Knows what has come in since: see `orchestrator.store.base.Store`."""

    def has_news(self, profile_id: int, seen: int) -> bool: ...


class Dispatcher:
    """Hands deliveries over, many at a time where an action waits for the network.

    Without `news` there is no last look: in a run through history what comes later is there already.
    """

    def __init__(self, post: Post, program: Program, most_at_once: int = 100, *, news: News | None = None) -> None:
        self._post = post
        self._program = program
        self._news = news
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
        except TemplateError as error:
            return Rejected("content.render_failed", error.detail)
        if assignment is None:
            return Rejected("journey.step_gone")
        return await self._call(action, handover, assignment)

    async def _call(self, action: Action, handover: Handover, assignment: Assignment) -> Outcome:
        """Call the action, unless the customer did something since: the look comes last, after the wait for room."""
        waits = inspect.iscoroutinefunction(action.perform)
        async with self._room if waits else nullcontext():
            if self._is_overtaken(handover):
                return RetryLater(OVERTAKEN)
            try:
                outcome = action.perform(assignment)
                if inspect.isawaitable(outcome):
                    outcome = await (outcome if waits else self._in_room(outcome))
            except Exception as error:  # a plugin broke its contract; its message may be personal, its class is not
                return Unknown(f"action.raised.{type(error).__name__}")
        if not isinstance(outcome, Sent | Rejected | RetryLater | Unknown):
            return Unknown("action.no_outcome")
        return outcome

    async def _in_room(self, answer: Awaitable[_Answer]) -> _Answer:
        async with self._room:
            return await answer

    def _is_overtaken(self, handover: Handover) -> bool:
        return self._news is not None and self._news.has_news(handover.delivery.profile_id, handover.seen)

    def _assign(self, handover: Handover) -> Assignment | None:
        """Say everything that is to be handed over; None when the step is no longer in the file.

        Leaving an audience needs no step: nobody stays in one because the journey that put them there is gone.
        """
        delivery = handover.delivery
        journey = self._program.journey_at(delivery.journey, handover.version)
        step = journey.steps.get(delivery.step) if journey else None
        parameters = dict(handover.parameters)
        if step is None and not is_undo(delivery.id):
            return None
        if step is None:
            return Assignment(str(delivery.id), delivery, handover.profile, handover.at, None, parameters)
        context, renderer = self._context(handover), self._post.renderer_for(handover)
        content: Content | None = None
        match step.spec:
            case SendStep() as send:
                content = content_of(send, context, renderer)
                parameters["unsubscribe_url"] = context.unsubscribe_url
            case LeadMagnetStep(lead_magnet=magnet) as given:
                expires_at = handover.at + magnet.expires
                url = sign_link(
                    self._post.link_keys, self._post.links.base_url, magnet.file, str(delivery.id), expires_at
                )
                parameters |= {"file": magnet.file, "expires_at": expires_at.isoformat()}
                content = content_of(given, replace(context, magnet_url=url), renderer)
            case CrmStep() as entry:
                parameters |= crm_of(entry, context, renderer)
        return Assignment(str(delivery.id), delivery, handover.profile, handover.at, content, parameters)

    def _context(self, handover: Handover) -> RenderContext:
        delivery, post = handover.delivery, self._post
        unsubscribe = post.links.unsubscribe(handover.profile.id, delivery.channel) if is_marketing(delivery) else ""
        return replace(
            context_of(delivery, handover.profile, handover.entry, handover.at, zone=post.shop.timezone),
            unsubscribe_url=unsubscribe,
            coupon=handover.coupon,
            utm=post.utm.get(delivery.channel, {}),
            track=partial(post.links.track, delivery.id) if delivery.channel in post.tracked else None,
        )
