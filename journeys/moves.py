"""Where can each step lead?

Every way out of a step is a trigger with a target. A step leads to the one below it unless it says otherwise; the last
step of a split's arm leads to the step below the split, and the last of all leads to `EXIT`. The linter walks these
ways and the machine is built from them, so both see the same graph.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from journeys.spec import (
    ActionStep,
    AudienceStep,
    Awaited,
    BranchStep,
    CrmStep,
    ExitStep,
    GoStep,
    JourneySpec,
    LeadMagnetStep,
    SendStep,
    SplitStep,
    Step,
    StepSpec,
    Until,
    WaitForStep,
    WaitStep,
    WebhookStep,
)

Path: TypeAlias = tuple[str | int, ...]

EXIT = "exited"

NEXT = "next"
SKIP = "skipped"
CAME = "came"
TIMED_OUT = "timed_out"
NO_ARM = "no_arm"
SENT = "sent"
FAILED = "failed"
SUPPRESSED = "suppressed"
GO = "go"
LEAVE = "leave"


@dataclass(frozen=True, slots=True)
class Placed:
    """A step with its path in the journey, and the id of the step below it: `EXIT` where there is none."""

    path: Path
    step: StepSpec
    below: str


def placed_steps(spec: JourneySpec) -> tuple[Placed, ...]:
    """List every step, those of a split's arms behind their split, in the order of the file."""
    return tuple(_placed(spec.steps, ("steps",), EXIT))


def _placed(steps: Sequence[StepSpec], path: Path, after: str) -> Iterator[Placed]:
    for place, step in enumerate(steps):
        below = steps[place + 1].id if place + 1 < len(steps) else after
        yield Placed((*path, place), step, below)
        if isinstance(step, SplitStep):
            for name in step.split:
                arm = step.arm(name)
                if not isinstance(arm, str):
                    yield from _placed(arm, (*path, place, name), below)


def arm_trigger(place: int) -> str:
    """Name the trigger of a branch's arm, counted from 0."""
    return f"arm_{place}"


def split_trigger(arm: str) -> str:
    """Name the trigger of a split's arm."""
    return f"to_{arm}"


def came_trigger(awaited: Awaited, place: int) -> str:
    """Name the trigger of an event that is waited for, counted from 0; of just one there is no number."""
    return f"{CAME}_{place}" if awaited.first_of else CAME


def divert_trigger(target: str) -> str:
    """Name the trigger of a guard's way out to this step."""
    return f"divert_to_{target}"


def diversions(step: StepSpec) -> dict[str, str]:
    """Map each guard that diverts at this step to the step it leads to."""
    if not isinstance(step, SendStep):
        return {}
    named = {guard: parameters.get("divert") for guard, parameters in step.guards.items()}
    return {guard: target for guard, target in named.items() if isinstance(target, str) and target}


def waits_for_answer(step: Step) -> bool:
    """Say whether a step that changes another system waits to learn whether it worked."""
    return isinstance(step, AudienceStep | CrmStep | WebhookStep | ActionStep) and step.on_failure is not None


def successors(spec: JourneySpec) -> dict[str, dict[str, str]]:
    """Map each step id to its triggers and where they lead; a target is a step id or `EXIT`.

    Targets are taken as written: one that names no step is the linter's to report.
    """
    placed = placed_steps(spec)
    below = {each.step.id: each.below for each in placed}
    return {each.step.id: _ways_out(each.step, each.below, below) for each in placed}


def _ways_out(step: StepSpec, following: str, below: dict[str, str]) -> dict[str, str]:
    match step:
        case WaitStep():
            return {NEXT: following} | _when_past(step, following, below)
        case WaitForStep():
            return _when_came(step, following) | {TIMED_OUT: step.otherwise or following}
        case BranchStep():
            return _arms(step, following)
        case SplitStep():
            return {split_trigger(name): _first_of(step.arm(name), following) for name in step.split}
        case SendStep() | LeadMagnetStep():
            suppressed = _named(step.if_suppressed, following)
            fates = {SENT: following, FAILED: _named(step.on_failure, following), SUPPRESSED: suppressed}
            return fates | {divert_trigger(target): target for target in diversions(step).values()}
        case AudienceStep() | CrmStep() | WebhookStep() | ActionStep() if step.on_failure is not None:
            return {SENT: following, FAILED: _named(step.on_failure, following), SUPPRESSED: following}
        case GoStep():
            return {GO: step.go}
        case ExitStep():
            return {LEAVE: EXIT}
        case _:
            return {NEXT: following}


def _when_past(step: WaitStep, following: str, below: dict[str, str]) -> dict[str, str]:
    match step.wait:
        case Until(if_past="skip"):
            return {SKIP: below.get(following, EXIT)}
        case Until(if_past="exit"):
            return {LEAVE: EXIT}
        case _:
            return {}


def _when_came(step: WaitForStep, following: str) -> dict[str, str]:
    awaited, then = step.wait_for, step.then or following
    ways = {came_trigger(awaited, place): each.go or then for place, each in enumerate(awaited.first_of)}
    return ways or {CAME: then}


def _arms(step: BranchStep, following: str) -> dict[str, str]:
    ways = {arm_trigger(place): arm.go for place, arm in enumerate(step.branch)}
    return ways if step.branch[-1].else_ else ways | {NO_ARM: following}


def _first_of(arm: tuple[StepSpec, ...] | str, following: str) -> str:
    if isinstance(arm, str):
        return arm
    return arm[0].id if arm else following


def _named(target: str | None, following: str) -> str:
    return {None: following, "continue": following, "exit": EXIT}.get(target, target or following)
