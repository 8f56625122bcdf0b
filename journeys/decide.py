"""What happens now?

`decide(journey, snapshot, given, scope)` is the whole of a journey's behaviour: one enrollment, one thing that
happened, and everything known at that moment lead to the next snapshot, the effects it wants and a trace of why.
It is pure. The moment is `scope.now`: the time of the input, not of the computer.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from journeys.compile import CompiledStep, Journey, Rule
from journeys.decision import (
    Decision,
    Disband,
    Due,
    Effect,
    Given,
    Plan,
    Recall,
    SetAttributes,
    Settled,
    Snapshot,
    Trace,
)
from journeys.errors import EndlessLoop, JourneyError
from journeys.keys import MOST_VISITS, delivery_key, enrollment_of
from journeys.known_events import is_by_machine
from journeys.localtime import next_local, zone_named
from journeys.moves import CAME, EXIT, GO, NEXT, NO_ARM, TIMED_OUT, arm_trigger, divert_trigger
from journeys.scope import EnrollmentView, Scope
from journeys.spec import (
    AudienceStep,
    Awaited,
    BranchStep,
    CrmStep,
    ExitStep,
    LeadMagnetStep,
    SendStep,
    SetStep,
    WaitForStep,
    WaitStep,
)
from journeys.vocabulary import Delivery, Event, Item, Properties, Purpose, Reach

MOST_STEPS = 1_000


def enter(journey: Journey, snapshot: Snapshot, scope: Scope) -> Decision:
    """Begin an enrollment at the first step."""
    walk = _Walk(journey, snapshot, scope)
    walk.note(journey.first, "entered", snapshot.key)
    walk.go_on(journey.first)
    return walk.decision()


def decide(journey: Journey, snapshot: Snapshot, given: Given, scope: Scope) -> Decision:
    """Say what one input does to one enrollment; an input that is none of its business changes nothing."""
    walk = _Walk(journey, snapshot, scope)
    match given:
        case Event():
            walk.see(given)
        case Due():
            walk.wake()
        case Settled():
            walk.learn(given)
    return walk.decision()


def leave(journey: Journey, snapshot: Snapshot, scope: Scope, reason: str) -> Decision:
    """Take a person out of a journey from outside: a restart, a merge, a journey that is gone."""
    walk = _Walk(journey, snapshot, scope)
    walk.leave_early(reason)
    return walk.decision()


class _Walk:
    """One decision while it is being made: the only mutable thing in here, and it never leaves this module."""

    __slots__ = ("effects", "journey", "now", "scope", "snapshot", "step", "trace", "visits")

    def __init__(self, journey: Journey, snapshot: Snapshot, scope: Scope) -> None:
        self.journey = journey
        self.snapshot = snapshot
        self.scope = scope
        self.now = scope.now
        self.visits = snapshot.visits
        self.effects: list[Effect] = []
        self.trace: list[Trace] = []
        self.step = snapshot.step

    def decision(self) -> Decision:
        return Decision(self.snapshot, tuple(self.effects), tuple(self.trace))

    def note(self, step: str, what: str, why: str = "") -> None:
        self.trace.append(Trace(self.now, self.snapshot.id, self.journey.name, step, what, why))

    # The three inputs.

    def see(self, event: Event) -> None:
        """Judge goal, exits and the awaited event, in this order."""
        journey, snapshot = self.journey, self.snapshot
        if event.name not in journey.listens:
            return
        self._look_from_inside(event.properties)
        by_machine = is_by_machine(event.name, event.properties)
        self._reach_goal(event, by_machine=by_machine)
        for rule in journey.exits:
            if rule.event == event.name and self._holds(rule, by_machine=by_machine):
                self.leave_early(rule.reason)
                return
        awaited = self._awaited(event)
        if awaited is None:
            return
        if not awaited.machine and by_machine:
            self.note(snapshot.step, "passed_over", f"{event.name} by a machine")
            return
        self.note(snapshot.step, CAME, event.name)
        self.go_on(journey.moves[snapshot.step][CAME])

    def wake(self) -> None:
        """Go on from a wait, or give up waiting for an event."""
        snapshot = self.snapshot
        trigger = TIMED_OUT if self.journey.steps[snapshot.step].kind == "wait_for" else NEXT
        if trigger == TIMED_OUT:
            self.note(snapshot.step, TIMED_OUT)
        self.go_on(self.journey.moves[snapshot.step][trigger])

    def learn(self, settled: Settled) -> None:
        """Go on from a message whose fate is known; an answer about another delivery is none of our business."""
        snapshot = self.snapshot
        if settled.delivery_id != snapshot.delivery_id:
            return
        self.note(snapshot.step, settled.fate, settled.reason)
        moves = self.journey.moves[snapshot.step]
        diverted = moves.get(divert_trigger(settled.divert)) if settled.divert else None
        if diverted is not None:
            self.note(snapshot.step, "diverted", settled.divert)
        self.go_on(diverted or moves[settled.fate])

    # Parts of an event's effect.

    def _look_from_inside(self, event: Properties | None = None) -> None:
        """Let conditions see this enrollment, and the event at hand when there is one."""
        snapshot, scope = self.snapshot, self.scope
        scope.event = event
        scope.entry = snapshot.entry
        scope.enrollment = EnrollmentView(snapshot.entered_at, snapshot.journey, self.step)

    def _holds(self, rule: Rule, *, by_machine: bool) -> bool:
        if not rule.machine and by_machine:
            return False
        return rule.condition is None or rule.condition.holds(self.scope)

    def _reach_goal(self, event: Event, *, by_machine: bool) -> None:
        goal, spec = self.journey.goal, self.journey.spec.goal
        if goal is None or spec is None or goal.event != event.name or self.snapshot.goal_at is not None:
            return
        in_time = spec.within is None or self.now - self.snapshot.entered_at <= spec.within
        if in_time and self._holds(goal, by_machine=by_machine):
            self.snapshot = replace(self.snapshot, goal_at=self.now)
            self.note(self.snapshot.step, "goal", event.name)

    def _awaited(self, event: Event) -> Awaited | None:
        """Give what the enrollment waits for if this event is it."""
        step = self.journey.steps[self.snapshot.step]
        if step.kind != "wait_for":
            return None
        assert isinstance(step.spec, WaitForStep)
        awaited = step.spec.wait_for
        if awaited.event != event.name or not (awaited.of is None or self._is_about(event, awaited.of)):
            return None
        condition = step.conditions[0]
        return awaited if condition is None or condition.holds(self.scope) else None

    def _is_about(self, event: Event, step: str) -> bool:
        """Say whether an event is about the message that this enrollment's step sent."""
        try:
            delivery_id = int(event.properties.get("delivery", 0))
        except (TypeError, ValueError):
            return False
        return enrollment_of(delivery_id) == self.snapshot.id and event.properties.get("step") == step

    def leave_early(self, reason: str) -> None:
        """End the enrollment wherever it stands and take back what has not left yet."""
        if self.snapshot.delivery_id is not None:
            self.effects.append(Recall(self.snapshot.delivery_id, f"journey.{reason}"))
        self.effects.append(Disband(self.snapshot.id))
        self._end(self.snapshot.step, reason)

    # Walking on.

    def go_on(self, state: str) -> None:
        """Walk from step to step until one parks or the journey ends."""
        for _ in range(MOST_STEPS):
            if state == EXIT:
                self._end(self.step, "completed")
                return
            self.step = state
            self._count_visit()
            step = self.journey.steps[state]
            trigger = _ENTER[step.kind](self, step)
            if trigger is None:
                return
            state = self.journey.moves[state][trigger]
        raise EndlessLoop(f'journey "{self.journey.name}" went round {MOST_STEPS} steps without ever waiting')

    def _count_visit(self) -> None:
        self.visits += 1
        if self.visits > MOST_VISITS:
            raise JourneyError(
                f'journey "{self.journey.name}": enrollment {self.snapshot.id} has entered {MOST_VISITS} steps, '
                "the most one enrollment may; end the loop with an exit and let re_entry begin a new one"
            )

    def _park(self, due_at: datetime | None, delivery_id: int | None = None) -> None:
        self.snapshot = self.snapshot.parked(self.step, due_at, delivery_id, self.visits)

    def _end(self, step: str, reason: str) -> None:
        self.snapshot = self.snapshot.ended(step, self.now, reason, self.visits)
        self.note(step, "exited", reason)

    # What entering each kind of step does: None parks, a trigger leads on.

    def enter_wait(self, step: CompiledStep) -> str | None:
        assert isinstance(step.spec, WaitStep)
        wait = step.spec.wait
        if isinstance(wait, timedelta):
            due_at = self.now + wait
        else:
            due_at = next_local(self.now, wait.until, zone_named(self.scope.facts.profile.timezone, self.journey.zone))
        self._park(due_at)
        self.note(step.spec.id, "waits", due_at.isoformat())
        return None

    def enter_wait_for(self, step: CompiledStep) -> str | None:
        assert isinstance(step.spec, WaitForStep)
        due_at = self.now + step.spec.wait_for.at_most
        self._park(due_at)
        self.note(step.spec.id, "waits_for", f"{step.spec.wait_for.event} until {due_at.isoformat()}")
        return None

    def enter_branch(self, step: CompiledStep) -> str | None:
        assert isinstance(step.spec, BranchStep)
        self._look_from_inside()
        for place, (arm, condition) in enumerate(zip(step.spec.branch, step.conditions, strict=True)):
            if condition is None or condition.holds(self.scope):
                self.note(step.spec.id, "branched", f"{arm.if_ or 'else'} -> {arm.go}")
                return arm_trigger(place)
        self.note(step.spec.id, "branched", "no arm")
        return NO_ARM

    def enter_send(self, step: CompiledStep) -> str | None:
        spec = step.spec
        assert isinstance(spec, SendStep)
        due_at = self.now
        if spec.at is not None:
            zone = zone_named(self.scope.facts.profile.timezone, self.journey.zone)
            due_at = next_local(self.now, spec.at, zone, inclusive=True)
        delivery = self._delivery(
            spec.id,
            spec.send,
            due_at,
            purpose=spec.purpose,
            intent=spec.intent,
            items=self._items(step),
            min_items=spec.min_items,
        )
        self._plan_and_park(delivery)
        return None

    def enter_lead_magnet(self, step: CompiledStep) -> str | None:
        spec = step.spec
        assert isinstance(spec, LeadMagnetStep)
        delivery = self._delivery(spec.id, spec.lead_magnet.channel, self.now, purpose=Purpose.TRANSACTIONAL)
        self._plan_and_park(delivery)
        return None

    def enter_audience(self, step: CompiledStep) -> str | None:
        spec = step.spec
        assert isinstance(spec, AudienceStep)
        change = spec.audience
        joins = change.add is not None
        parameters = {"operation": "add" if joins else "remove", "audience": change.add or change.remove}
        if change.for_ is not None:
            parameters["until"] = (self.now + change.for_).isoformat()
        delivery = self._delivery(
            spec.id,
            change.channel,
            self.now,
            reach=Reach.AUDIENCE,
            purpose=Purpose.MARKETING if joins else Purpose.TRANSACTIONAL,
            items=self._items(step),
        )
        self.effects.append(Plan(delivery, self.now, parameters))
        self.note(spec.id, "audience", f"{parameters['operation']} {parameters['audience']}")
        return NEXT

    def enter_crm(self, step: CompiledStep) -> str | None:
        assert isinstance(step.spec, CrmStep)
        channel = step.spec.crm.channel
        delivery = self._delivery(step.spec.id, channel, self.now, reach=Reach.CRM, purpose=Purpose.TRANSACTIONAL)
        self.effects.append(Plan(delivery, self.now, {}))
        self.note(step.spec.id, "crm")
        return NEXT

    def enter_set(self, step: CompiledStep) -> str | None:
        assert isinstance(step.spec, SetStep)
        self._look_from_inside()
        computed = {name: value.of(self.scope) for name, value in step.values.items()}
        values = {name: computed.get(name, given) for name, given in step.spec.set.items()}
        values = {name: value for name, value in values.items() if value is not None}
        self.effects.append(SetAttributes(values))
        facts = self.scope.facts
        profile = replace(facts.profile, traits={**facts.profile.traits, **values})
        # Later steps of this walk see what was set; the host writes it to the profile itself.
        self.scope = replace(self.scope, facts=replace(facts, profile=profile))
        self.note(step.spec.id, "set", ", ".join(sorted(values)))
        return NEXT

    def enter_go(self, _step: CompiledStep) -> str | None:
        return GO

    def enter_exit(self, step: CompiledStep) -> str | None:
        assert isinstance(step.spec, ExitStep)
        self._end(step.spec.id, step.spec.exit)
        return None

    # Deliveries.

    def _items(self, step: CompiledStep) -> tuple[Item, ...]:
        if step.items is None:
            return ()
        self._look_from_inside()
        items: tuple[Item, ...] | None = step.items.of(self.scope)
        return items or ()

    def _delivery(self, step: str, channel: str, due_at: datetime, **rest: Any) -> Delivery:
        return Delivery(
            id=delivery_key(self.snapshot.id, self.visits),
            profile_id=self.scope.facts.profile.id,
            enrollment_id=self.snapshot.id,
            journey=self.journey.name,
            step=step,
            channel=channel,
            planned_at=due_at,
            **rest,
        )

    def _plan_and_park(self, delivery: Delivery) -> None:
        due_at = delivery.planned_at
        hold = self.journey.holds.get(delivery.channel)
        if hold is not None:
            due_at = max(due_at, self.now + hold)
        self.effects.append(Plan(delivery, due_at, {}))
        self._park(None, delivery.id)
        self.note(delivery.step, "planned", delivery.channel)


_ENTER: dict[str, Callable[[_Walk, CompiledStep], str | None]] = {
    "wait": _Walk.enter_wait,
    "wait_for": _Walk.enter_wait_for,
    "branch": _Walk.enter_branch,
    "send": _Walk.enter_send,
    "audience": _Walk.enter_audience,
    "lead_magnet": _Walk.enter_lead_magnet,
    "crm": _Walk.enter_crm,
    "set": _Walk.enter_set,
    "go": _Walk.enter_go,
    "exit": _Walk.enter_exit,
}
