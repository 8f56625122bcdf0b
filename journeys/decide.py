"""What happens now?

`decide(journey, snapshot, given, scope)` is the whole of a journey's behaviour: one enrollment, one thing that
happened, and everything known at that moment lead to the next snapshot, the effects it wants and a trace of why.
It is pure. The moment is `scope.now`: the time of the input, not of the computer.
"""

from collections.abc import Callable

from msgspec.structs import replace

from journeys.choosing import enter_branch, enter_split, is_held_out
from journeys.compile import AwaitedRule, CompiledStep, Journey, Rule
from journeys.decision import ClockMoved, Decision, Due, Given, Settled, Snapshot
from journeys.errors import EndlessLoop
from journeys.keys import enrollment_of
from journeys.known_events import is_by_machine
from journeys.moves import EXIT, NEXT, divert_trigger
from journeys.scope import Scope
from journeys.spec import AwaitedEvent, SendStep
from journeys.steering import enter_exit, enter_go, enter_set, enter_start, enter_stop
from journeys.telling import enter_audience, enter_call, enter_crm, enter_lead_magnet, enter_send, move_send
from journeys.vocabulary import Event
from journeys.waiting import enter_wait, enter_wait_for, look_again, wake_from_wait_for
from journeys.walk import Walk

MOST_STEPS = 1_000
HELD_OUT = "holdout"


def enter(journey: Journey, snapshot: Snapshot, scope: Scope) -> Decision:
    """Begin an enrollment at the first step; whoever is kept out on purpose leaves at once."""
    walk = Walk(journey, snapshot, scope)
    walk.note(journey.first, "entered", snapshot.key)
    if is_held_out(journey.terms.holdout, journey.name, scope.facts.profile.id):
        walk.end(journey.first, HELD_OUT)
    else:
        _go_on(walk, journey.first)
    return walk.decision()


def decide(journey: Journey, snapshot: Snapshot, given: Given, scope: Scope) -> Decision:
    """Say what one input does to one enrollment; an input that is none of its business changes nothing.

    An enrollment that has ended only looks for its goal, as long as that counts.
    """
    walk = Walk(journey, snapshot, scope)
    match given:
        case Event():
            _see(walk, given)
        case Due():
            _wake(walk)
        case Settled():
            _learn(walk, given)
        case ClockMoved():
            _move(walk)
    return walk.decision()


def leave(journey: Journey, snapshot: Snapshot, scope: Scope, reason: str) -> Decision:
    """Take a person out of a journey from outside: a restart, a merge, a journey that is gone."""
    walk = Walk(journey, snapshot, scope)
    walk.leave_early(reason)
    return walk.decision()


def begin_at(journey: Journey, snapshot: Snapshot, scope: Scope, step: str) -> Decision:
    """Let an enrollment begin a step afresh, wherever it stood; `EXIT` ends it."""
    walk = Walk(journey, snapshot, scope)
    _go_on(walk, step)
    return walk.decision()


# The four inputs.


def _see(walk: Walk, event: Event) -> None:
    """Judge goal, exits, the awaited event and what else is waited for, in this order."""
    journey = walk.journey
    is_heard = event.name in journey.listens
    if not (is_heard or journey.looks):
        return
    walk.look_from_inside(event.properties)
    by_machine = is_by_machine(event.name, event.properties)
    if is_heard:
        _reach_goal(walk, event, by_machine=by_machine)
    if not walk.snapshot.is_live or _exits(walk, event, by_machine=by_machine):
        return
    step = journey.steps[walk.snapshot.step]
    if step.awaited and _hears(walk, step, event, by_machine=by_machine):
        return
    if step.looks and (trigger := look_again(walk, step)) is not None:
        _follow(walk, trigger)


def _wake(walk: Walk) -> None:
    """Go on from a wait, or give up waiting for an event."""
    step = walk.journey.steps[walk.snapshot.step]
    trigger = wake_from_wait_for(walk, step) if step.kind == "wait_for" else NEXT
    if trigger is not None:
        _follow(walk, trigger)


def _learn(walk: Walk, settled: Settled) -> None:
    """Go on from a delivery whose fate is known; an answer about another one is none of our business."""
    snapshot = walk.snapshot
    if settled.delivery_id != snapshot.delivery_id:
        return
    walk.note(snapshot.step, settled.fate, settled.reason)
    if settled.divert and divert_trigger(settled.divert) in walk.journey.moves[snapshot.step]:
        walk.note(snapshot.step, "diverted", settled.divert)
        _follow(walk, divert_trigger(settled.divert))
    else:
        _follow(walk, settled.fate)


def _move(walk: Walk) -> None:
    """Work out anew what comes at a time of the customer's clock."""
    step = walk.journey.steps[walk.snapshot.step]
    if isinstance(step.spec, SendStep):
        move_send(walk, step.spec)
    elif step.kind == "wait" and (trigger := look_again(walk, step)) is not None:
        _follow(walk, trigger)


# Parts of an event's effect.


def _reach_goal(walk: Walk, event: Event, *, by_machine: bool) -> None:
    goal, spec, snapshot = walk.journey.goal, walk.journey.spec.goal, walk.snapshot
    if goal is None or spec is None or goal.event != event.name or snapshot.goal_at is not None:
        return
    in_time = spec.within is None or walk.now - snapshot.entered_at <= spec.within
    if in_time and _holds(walk, goal, by_machine=by_machine):
        walk.snapshot = replace(snapshot, goal_at=walk.now, converts_until=None)
        walk.note(snapshot.step, "goal", event.name)


def _exits(walk: Walk, event: Event, *, by_machine: bool) -> bool:
    """Leave by the first exit rule that holds; say whether one did."""
    for rule in walk.journey.exits:
        if rule.event in ("", event.name) and _holds(walk, rule, by_machine=by_machine):
            walk.leave_early(rule.reason)
            return True
    return False


def _holds(walk: Walk, rule: Rule, *, by_machine: bool) -> bool:
    if not rule.machine and by_machine:
        return False
    return rule.condition is None or rule.condition.holds(walk.scope)


def _hears(walk: Walk, step: CompiledStep, event: Event, *, by_machine: bool) -> bool:
    """Go on if this is an event that is waited for; say whether it was."""
    rule = next((rule for rule in step.awaited if _is_awaited(walk, rule, event)), None)
    if rule is None:
        return False
    if not rule.spec.machine and by_machine:
        walk.note(walk.snapshot.step, "passed_over", f"{event.name} by a machine")
        return True
    walk.note(walk.snapshot.step, "came", event.name)
    _follow(walk, rule.trigger)
    return True


def _is_awaited(walk: Walk, rule: AwaitedRule, event: Event) -> bool:
    if rule.spec.event != event.name or not _is_about(walk, rule.spec, event):
        return False
    return rule.condition is None or rule.condition.holds(walk.scope)


def _is_about(walk: Walk, awaited: AwaitedEvent, event: Event) -> bool:
    """Say whether an event is about the message that this enrollment's step sent, where that is asked for."""
    if awaited.of is None:
        return True
    try:
        delivery_id = int(event.properties.get("delivery", 0))
    except (TypeError, ValueError):
        return False
    return enrollment_of(delivery_id) == walk.snapshot.id and event.properties.get("step") == awaited.of


# Walking on.


def _follow(walk: Walk, trigger: str) -> None:
    """Leave the step the enrollment stands at by this way."""
    if walk.snapshot.ended_at is None:
        _go_on(walk, walk.journey.moves[walk.snapshot.step][trigger])


def _go_on(walk: Walk, state: str) -> None:
    """Walk from step to step until one parks or the journey ends."""
    for _ in range(MOST_STEPS):
        if state == EXIT:
            walk.end(walk.step, "completed")
            return
        step = walk.come_to(state)
        trigger = _ENTER[step.kind](walk, step)
        if trigger is None or not walk.snapshot.is_live:
            return
        state = walk.journey.moves[state][trigger]
    raise EndlessLoop(f'journey "{walk.journey.name}" went round {MOST_STEPS} steps without ever waiting')


# What entering each kind of step does: None parks, a trigger leads on. `use` is gone when a file has been read.
_ENTER: dict[str, Callable[[Walk, CompiledStep], str | None]] = {
    "wait": enter_wait,
    "wait_for": enter_wait_for,
    "branch": enter_branch,
    "split": enter_split,
    "send": enter_send,
    "audience": enter_audience,
    "lead_magnet": enter_lead_magnet,
    "crm": enter_crm,
    "webhook": enter_call,
    "action": enter_call,
    "set": enter_set,
    "start": enter_start,
    "stop": enter_stop,
    "go": enter_go,
    "exit": enter_exit,
}
