"""What happens to a person whose journey changed while they were inside?

`landing` says where whoever is at a step of the old version stands in the new one; `rebase` moves one enrollment there,
and `rebase_settled` one whose message was being handed over meanwhile. A plan shows the first and the engine does the
other two, so that both say the same. Pure: the moment is `scope.now`.

A step is known by its id. One that is gone needs a word in `moved:` of the new version, which names the step that takes
its place, or `exit`; on the way back to an earlier version what the later one said is read backwards. A step that is
new under that name is taken for the old one renamed, and what was waited counts; a step that was there before is
another one, and begins afresh.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TypeAlias

from msgspec.structs import replace

from journeys.compile import CompiledStep, Journey
from journeys.decide import begin_at, decide, leave
from journeys.decision import Decision, Disband, Recall, Settled, Snapshot, Trace
from journeys.moves import NEXT, SENT
from journeys.scope import Scope
from journeys.spec import ActionStep, LeadMagnetStep, SendStep, WaitForStep, WaitStep, WebhookStep

JOURNEY_REMOVED = "journey_removed"
STEP_REMOVED = "step_removed"
STEP_CHANGED = "journey.step_changed"
OUT = "exit"


class Because(StrEnum):
    """Why a person begins a step afresh."""

    MOVED = "moved"
    KIND = "kind"
    CHANNEL = "channel"


@dataclass(frozen=True, slots=True)
class Stays:
    """Whoever is here stays as they are; `step` is another name when it was renamed."""

    step: str


@dataclass(frozen=True, slots=True)
class Recounts:
    """The wait is another one: it is counted anew from the moment it began."""

    step: str


@dataclass(frozen=True, slots=True)
class Begins:
    """Whoever is here begins this step afresh."""

    step: str
    because: Because


@dataclass(frozen=True, slots=True)
class Leaves:
    """Whoever is here leaves the journey: `moved:` says so."""


@dataclass(frozen=True, slots=True)
class Lost:
    """The step is gone and nothing says what becomes of whoever is here."""


Landing: TypeAlias = Stays | Recounts | Begins | Leaves | Lost


def landing(step: str, old: Journey | None, new: Journey) -> Landing:
    """Say where whoever is at a step of the old version stands in the new one; None is a version nobody knows."""
    target = _target(step, new) or _way_back(step, old, new)
    if target is None:
        return Lost()
    if target == OUT and OUT not in new.steps:
        return Leaves()
    was = None if old is None else old.steps.get(step)
    if old is None or was is None:
        return Stays(target) if target == step else Begins(target, Because.MOVED)
    if target != step and target in old.steps:
        return Begins(target, Because.MOVED)
    return _compare(was, new.steps[target], renamed=target != step)


def _target(step: str, new: Journey) -> str | None:
    """Follow `moved:` until there is such a step; it may have been moved more than once since."""
    moved, seen = moves_of(new), set[str]()
    while step not in new.steps:
        if step in seen or step not in moved:
            return None
        seen.add(step)
        step = moved[step]
        if step == OUT:
            return OUT
    return step


def _way_back(step: str, old: Journey | None, new: Journey) -> str | None:
    """Follow the old version's `moved:` backwards: who goes back to an earlier file goes back to its names.

    None where several steps had become this one: nobody knows at which of them a person stood.
    """
    came_from: dict[str, list[str]] = {}
    for source, target in (moves_of(old) if old is not None else {}).items():
        came_from.setdefault(target, []).append(source)
    seen = {step}
    while step not in new.steps:
        sources = came_from.get(step, [])
        if len(sources) != 1 or sources[0] in seen:
            return None
        step = sources[0]
        seen.add(step)
    return step


def moves_of(journey: Journey) -> Mapping[str, str]:
    """Give what a journey says about steps that are gone."""
    return journey.spec.moved


def _compare(was: CompiledStep, now: CompiledStep, *, renamed: bool) -> Landing:
    step = now.spec.id
    if was.kind != now.kind or _waits_for_a_call(was) != _waits_for_a_call(now):
        return Begins(step, Because.KIND)
    if _channel(was) != _channel(now):
        return Begins(step, Because.CHANNEL)
    if _channel(now) is not None:
        # A message in the outbox goes by the name of its step.
        return Begins(step, Because.MOVED) if renamed else Stays(step)
    same = was.spec.model_copy(update={"id": step}) == now.spec
    return Stays(step) if same else Recounts(step)


def _channel(step: CompiledStep) -> str | None:
    """Say on which channel whoever is at this step waits for something to go out."""
    match step.spec:
        case SendStep(send=channel):
            return channel
        case LeadMagnetStep(lead_magnet=magnet):
            return magnet.channel
        case WebhookStep(webhook=call):
            return call.channel
        case ActionStep(action=called):
            return called.channel
        case _:
            return None


def _waits_for_a_call(step: CompiledStep) -> bool:
    """Say whether people stay at a step that calls another system: only where its failure leads somewhere."""
    return isinstance(step.spec, WebhookStep | ActionStep) and step.spec.on_failure is not None


def rebase(snapshot: Snapshot, old: Journey | None, new: Journey | None, scope: Scope) -> Decision:
    """Move an enrollment to the new version of its journey; without one it ends.

    A message of it that is being handed over must have met its fate before: that is `rebase_settled`.
    """
    if new is None:
        return _ended(snapshot, scope.now)
    match landing(snapshot.step, old, new):
        case Stays(step) if _fits(snapshot, step, new):
            return _moved(snapshot, step, new, scope.now)
        case Recounts(step):
            return _recounted(snapshot, step, old, new, scope)
        case Stays(step) | Begins(step):
            return _begun_afresh(snapshot, step, new, scope)
        case Leaves() | Lost():
            return leave(new, snapshot, scope, STEP_REMOVED)


def rebase_settled(snapshot: Snapshot, old: Journey | None, new: Journey, settled: Settled, scope: Scope) -> Decision:
    """Move an enrollment whose message met its fate after the journey had changed: nobody gets it a second time."""
    lands = landing(snapshot.step, old, new)
    if isinstance(lands, Leaves | Lost):
        return leave(new, replace(snapshot, delivery_id=None), scope, STEP_REMOVED)
    if _is_same_message(snapshot.step, lands.step, old, new):
        return _told(snapshot, lands.step, new, settled, scope)
    return _begun_afresh(replace(snapshot, delivery_id=None), lands.step, new, scope)


def _is_same_message(step: str, target: str, old: Journey | None, new: Journey) -> bool:
    """Say whether the step somebody is moved to says what they got already: it is the same one, or took its name."""
    was = None if old is None else old.steps.get(step)
    if old is None or was is None:
        return step == target
    return new.steps[target].kind == was.kind and (step == target or target not in old.steps)


def _told(snapshot: Snapshot, step: str, new: Journey, settled: Settled, scope: Scope) -> Decision:
    """Go on behind the step whose message it was."""
    moved, ways = replace(snapshot, step=step, version=new.version), new.moves[step]
    if SENT in ways:
        return decide(new, moved, settled, scope)
    if NEXT in ways:
        return begin_at(new, replace(moved, delivery_id=None), scope, ways[NEXT])
    return begin_at(new, replace(moved, delivery_id=None), scope, step)


def _ended(snapshot: Snapshot, now: datetime) -> Decision:
    """End an enrollment whose journey is gone, and take back what has not left yet."""
    recalled = () if snapshot.delivery_id is None else (Recall(snapshot.delivery_id, f"journey.{JOURNEY_REMOVED}"),)
    trace = Trace(now, snapshot.id, snapshot.journey, snapshot.step, "exited", JOURNEY_REMOVED)
    ended = snapshot.ended(snapshot.step, now, JOURNEY_REMOVED, snapshot.visits)
    return Decision(ended, (*recalled, Disband(snapshot.id)), (trace,))


def _fits(snapshot: Snapshot, step: str, new: Journey) -> bool:
    """Say whether somebody can wait at this step the way they do: for a message, or for a time or event."""
    if snapshot.delivery_id is not None:
        return SENT in new.moves[step]
    return new.steps[step].kind.startswith("wait")


def _moved(snapshot: Snapshot, step: str, new: Journey, now: datetime) -> Decision:
    moved = replace(snapshot, step=step, version=new.version)
    return Decision(moved, (), (_note(snapshot, step, new, now),))


def _note(snapshot: Snapshot, step: str, new: Journey, now: datetime) -> Trace:
    came = "" if step == snapshot.step else f" from {snapshot.step}"
    return Trace(now, snapshot.id, new.name, step, "moved", f"to version {new.version}{came}")


def _begun_afresh(snapshot: Snapshot, step: str, new: Journey, scope: Scope) -> Decision:
    """Begin a step as if the person came to it now; what waits in the outbox for the old one is taken back."""
    begun = begin_at(new, replace(snapshot, version=new.version), scope, step)
    recalled = () if snapshot.delivery_id is None else (Recall(snapshot.delivery_id, STEP_CHANGED),)
    note = _note(snapshot, step, new, scope.now)
    return Decision(begun.snapshot, (*recalled, *begun.effects), (note, *begun.trace))


def _recounted(snapshot: Snapshot, step: str, old: Journey | None, new: Journey, scope: Scope) -> Decision:
    """Count a wait anew from its beginning: what was waited is credited, and what is over by now is due now."""
    since = since_of(snapshot, old)
    if since is None:
        return _moved(snapshot, step, new, scope.now)
    parked = begin_at(new, snapshot, replace(scope, now=since), step).snapshot
    if not parked.is_live or parked.visits != snapshot.visits + 1:
        return _begun_afresh(snapshot, step, new, scope)
    due_at = None if parked.due_at is None else max(parked.due_at, scope.now)
    moved = _moved(snapshot, step, new, scope.now)
    return replace(moved, snapshot=replace(moved.snapshot, due_at=due_at, since=since))


def since_of(snapshot: Snapshot, old: Journey | None) -> datetime | None:
    """Say when the person came to their step; for one who came before this was kept, work it out where possible."""
    if snapshot.since is not None:
        return snapshot.since
    step = None if old is None else old.steps.get(snapshot.step)
    if step is None or snapshot.due_at is None:
        return None
    match step.spec:
        case WaitStep(wait=timedelta() as length):
            return snapshot.due_at - length
        case WaitForStep(wait_for=awaited):
            return snapshot.due_at - awaited.at_most
        case _:
            return None
