"""What does a step want done in the world?

A message parks the enrollment until its fate is known. What changes another system (an audience, the CRM, a call) is
put into the outbox and the journey goes on at once, unless the step says where to go when it fails.
"""

from datetime import datetime
from typing import Any

from journeys.compile import CompiledStep
from journeys.decision import Plan, Postpone
from journeys.keys import delivery_key
from journeys.localtime import next_local
from journeys.moves import NEXT, waits_for_answer
from journeys.spec import ActionStep, AudienceStep, CrmStep, LeadMagnetStep, SendStep, WebhookStep
from journeys.vocabulary import Delivery, Item, Properties, Purpose, Reach
from journeys.walk import Walk


def enter_send(walk: Walk, step: CompiledStep) -> str | None:
    """Plan the message and wait for its fate."""
    spec = step.spec
    assert isinstance(spec, SendStep)
    delivery = _delivery(
        walk,
        spec.send,
        send_time(walk, spec),
        purpose=spec.purpose,
        intent=spec.intent,
        items=_items(walk, step),
        # A message that is about no goods needs none.
        min_items=0 if step.items is None else spec.min_items,
    )
    _plan_and_park(walk, delivery, {})
    return None


def send_time(walk: Walk, spec: SendStep) -> datetime:
    """Say when the message of whoever came to the step at `walk.since` is due."""
    if spec.at is None:
        return walk.since
    return next_local(walk.since, spec.at, walk.zone(), inclusive=True)


def move_send(walk: Walk, spec: SendStep) -> None:
    """Let a message that waits for a time of day wait for it on the customer's new clock."""
    if spec.at is not None and walk.snapshot.delivery_id is not None:
        due_at = max(_held(walk, spec.send, send_time(walk, spec)), walk.now)
        walk.effects.append(Postpone(walk.snapshot.delivery_id, due_at))


def enter_lead_magnet(walk: Walk, step: CompiledStep) -> str | None:
    """Plan the message that brings the file, and wait for its fate."""
    spec = step.spec
    assert isinstance(spec, LeadMagnetStep)
    delivery = _delivery(walk, spec.lead_magnet.channel, walk.now, purpose=Purpose.TRANSACTIONAL, min_items=0)
    _plan_and_park(walk, delivery, {})
    return None


def enter_audience(walk: Walk, step: CompiledStep) -> str | None:
    """Plan to put the person into an audience, or to take them out."""
    spec = step.spec
    assert isinstance(spec, AudienceStep)
    change = spec.audience
    joins = change.add is not None
    parameters = {"operation": "add" if joins else "remove", "audience": change.add or change.remove}
    if change.for_ is not None:
        parameters["until"] = (walk.now + change.for_).isoformat()
    delivery = _delivery(
        walk,
        change.channel,
        walk.now,
        reach=Reach.AUDIENCE,
        purpose=Purpose.MARKETING if joins else Purpose.TRANSACTIONAL,
        items=_items(walk, step),
    )
    return _plan(walk, step, delivery, parameters, ("audience", f"{parameters['operation']} {parameters['audience']}"))


def enter_crm(walk: Walk, step: CompiledStep) -> str | None:
    """Plan an entry in the CRM."""
    assert isinstance(step.spec, CrmStep)
    delivery = _delivery(walk, step.spec.crm.channel, walk.now, reach=Reach.CRM, purpose=Purpose.TRANSACTIONAL)
    return _plan(walk, step, delivery, {}, ("crm", ""))


def enter_call(walk: Walk, step: CompiledStep) -> str | None:
    """Plan a call of another system, or any action of a plugin's."""
    spec = step.spec
    assert isinstance(spec, WebhookStep | ActionStep)
    call = spec.webhook if isinstance(spec, WebhookStep) else spec.action
    delivery = _delivery(
        walk, call.channel, walk.now, reach=Reach.SYSTEM, purpose=Purpose.TRANSACTIONAL, items=_items(walk, step)
    )
    return _plan(walk, step, delivery, walk.given(step, call.with_), ("called", call.channel))


def _items(walk: Walk, step: CompiledStep) -> tuple[Item, ...]:
    if step.items is None:
        return ()
    items: tuple[Item, ...] | None = step.items.of(walk.look_from_inside())
    return items or ()


def _delivery(walk: Walk, channel: str, due_at: datetime, **rest: Any) -> Delivery:
    return Delivery(
        id=delivery_key(walk.snapshot.id, walk.visits),
        profile_id=walk.scope.facts.profile.id,
        enrollment_id=walk.snapshot.id,
        journey=walk.journey.name,
        step=walk.step,
        channel=channel,
        planned_at=due_at,
        **rest,
    )


def _plan_and_park(walk: Walk, delivery: Delivery, parameters: Properties) -> None:
    walk.effects.append(Plan(delivery, _held(walk, delivery.channel, delivery.planned_at), parameters))
    walk.park(None, delivery.id)
    walk.note(delivery.step, "planned", delivery.channel)


def _plan(
    walk: Walk, step: CompiledStep, delivery: Delivery, parameters: Properties, said: tuple[str, str]
) -> str | None:
    """Plan what is not waited for, or wait for it all the same where the step asks for that."""
    walk.effects.append(Plan(delivery, walk.now, parameters))
    walk.note(delivery.step, *said)
    if not waits_for_answer(step.spec):
        return NEXT
    walk.park(None, delivery.id)
    return None


def _held(walk: Walk, channel: str, due_at: datetime) -> datetime:
    """Keep what a channel holds back in the outbox for that long."""
    hold = walk.journey.holds.get(channel)
    return due_at if hold is None else max(due_at, walk.since + hold)
