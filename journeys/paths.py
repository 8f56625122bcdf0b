"""By which ways can somebody come from the entry of a journey to a message?

A way is told by what is waited for and which conditions are taken on it; ways that differ in neither are one. Nobody
goes through a step twice on a way: a loop only leads back to where one has been.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from journeys.bounds import Course
from journeys.duration import format_duration
from journeys.moves import EXIT, SUPPRESSED, TIMED_OUT, arm_trigger, came_trigger, split_trigger
from journeys.pace import AT_ONCE, shortest
from journeys.spec import BranchStep, LocalTime, SendStep, SplitStep, StepSpec, Until, WaitForStep, WaitStep

# Ways multiply with every branch; beyond this many steps looked at nobody reads them any more.
MOST_LOOKED_AT = 20_000


@dataclass(frozen=True, slots=True)
class Way:
    """One way to a step: what is waited for, which conditions are taken, and how long it takes at least."""

    to: str
    waits: tuple[str, ...]
    conditions: tuple[str, ...]
    soonest: timedelta


@dataclass(frozen=True, slots=True)
class Ways:
    """The ways to some steps; `complete` is false when there are more than could be looked at."""

    found: tuple[Way, ...]
    complete: bool = True


def ways_to(course: Course, targets: frozenset[str]) -> Ways:
    """List the ways from the entry to these steps, the shortest telling of each once."""
    found: dict[tuple[str, tuple[str, ...], tuple[str, ...]], Way] = {}
    for looked_at, way in enumerate(_walk(course), start=1):
        if way.to in targets:
            known = found.get((way.to, way.waits, way.conditions))
            if known is None or way.soonest < known.soonest:
                found[way.to, way.waits, way.conditions] = way
        if looked_at >= MOST_LOOKED_AT:
            return Ways(tuple(found.values()), complete=False)
    return Ways(tuple(found.values()))


def _walk(course: Course) -> Iterator[Way]:
    """Go every way that meets no step twice, depth first."""
    first = course.spec.steps[0].id
    ahead = [(Way(first, (), (), AT_ONCE), frozenset([first]))]
    while ahead:
        way, been = ahead.pop()
        yield way
        for trigger, target in reversed(_distinct(course.ways[way.to])):
            if target == EXIT or target in been or target not in course.ways:
                continue
            step = course.steps[way.to]
            further = Way(
                target,
                (*way.waits, *_waits(step, trigger)),
                (*way.conditions, *_conditions(step, trigger, course.ways[way.to])),
                way.soonest + shortest(step, trigger),
            )
            ahead.append((further, been | {target}))


def _distinct(ways: dict[str, str]) -> list[tuple[str, str]]:
    """Give each target once with the first trigger that leads there; a wait that is over by itself is no condition."""
    firsts: dict[str, str] = {}
    for trigger, target in ways.items():
        firsts.setdefault(target, trigger)
    return [(trigger, target) for target, trigger in firsts.items()]


def _waits(step: StepSpec, trigger: str) -> Iterator[str]:
    match step:
        case WaitStep(wait=timedelta() as pause):
            yield format_duration(pause)
        case WaitStep(wait=Until() as until):
            yield f"until {until.until}"
        case WaitForStep() if trigger == TIMED_OUT:
            yield format_duration(step.wait_for.at_most)
        case WaitForStep():
            yield f"up to {format_duration(step.wait_for.at_most)}"
        case SendStep(at=LocalTime() as at):
            yield f"until {at}"


def _conditions(step: StepSpec, trigger: str, ways: dict[str, str]) -> Iterator[str]:
    """Say what must be so for this way to be gone; nothing when every way leads to the same step."""
    if len(set(ways.values())) == 1:
        return
    match step:
        case BranchStep():
            taken = [arm for place, arm in enumerate(step.branch) if arm_trigger(place) == trigger]
            yield (taken[0].if_ or "else") if taken else f"none of {step.id}"
        case SplitStep():
            arms = {split_trigger(name): share for name, share in step.shares().items()}
            yield f"{step.id}: {trigger.removeprefix('to_')} ({arms[trigger]:.0%})"
        case WaitForStep() if trigger == TIMED_OUT:
            yield f"no {step.wait_for.words}"
        case WaitForStep():
            several = step.wait_for.first_of
            named = {came_trigger(step.wait_for, place): each.event for place, each in enumerate(several)}
            yield named.get(trigger, step.wait_for.words)
        case _ if trigger in (SUPPRESSED, "failed") or trigger.startswith("divert"):
            yield f"{step.id} {trigger.replace('_', ' ')}"
