"""Where can each step lead?

Every way out of a step is a trigger with a target. A step leads to the one below it unless it says otherwise; the
last one leads to `EXIT`. The linter walks these ways and the machine is built from them, so both see the same graph.
"""

from journeys.spec import (
    BranchStep,
    ExitStep,
    GoStep,
    JourneySpec,
    LeadMagnetStep,
    SendStep,
    StepSpec,
    WaitForStep,
)

EXIT = "exited"

NEXT = "next"
CAME = "came"
TIMED_OUT = "timed_out"
NO_ARM = "no_arm"
SENT = "sent"
FAILED = "failed"
SUPPRESSED = "suppressed"
GO = "go"
LEAVE = "leave"


def arm_trigger(place: int) -> str:
    """Name the trigger of a branch's arm, counted from 0."""
    return f"arm_{place}"


def divert_trigger(target: str) -> str:
    """Name the trigger of a guard's way out to this step."""
    return f"divert_to_{target}"


def diversions(step: StepSpec) -> dict[str, str]:
    """Map each guard that diverts at this step to the step it leads to."""
    if not isinstance(step, SendStep):
        return {}
    named = {guard: parameters.get("divert") for guard, parameters in step.guards.items()}
    return {guard: target for guard, target in named.items() if isinstance(target, str) and target}


def successors(spec: JourneySpec) -> dict[str, dict[str, str]]:
    """Map each step id to its triggers and where they lead; a target is a step id or `EXIT`.

    Targets are taken as written: one that names no step is the linter's to report.
    """
    below = [step.id for step in spec.steps[1:]] + [EXIT]
    return {step.id: _ways_out(step, following) for step, following in zip(spec.steps, below, strict=True)}


def _ways_out(step: StepSpec, following: str) -> dict[str, str]:
    match step:
        case WaitForStep():
            return {CAME: step.then or following, TIMED_OUT: step.otherwise or following}
        case BranchStep():
            return _arms(step, following)
        case SendStep() | LeadMagnetStep():
            fates = {SENT: following, FAILED: following, SUPPRESSED: _when_suppressed(step.if_suppressed, following)}
            return fates | {divert_trigger(target): target for target in diversions(step).values()}
        case GoStep():
            return {GO: step.go}
        case ExitStep():
            return {LEAVE: EXIT}
        case _:
            return {NEXT: following}


def _arms(step: BranchStep, following: str) -> dict[str, str]:
    ways = {arm_trigger(place): arm.go for place, arm in enumerate(step.branch)}
    return ways if step.branch[-1].else_ else ways | {NO_ARM: following}


def _when_suppressed(target: str, following: str) -> str:
    return {"continue": following, "exit": EXIT}.get(target, target)
