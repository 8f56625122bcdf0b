"""How long does each way out of a step take at the very least?

A person who waits for an event may go on at once, and so may one whose date is past; a duration and a time limit take
their time. What is waited for on a clock takes none the first time and a whole day or week from then on.
"""

from collections.abc import Mapping
from datetime import timedelta
from heapq import heappop, heappush

from journeys.moves import CAME, NEXT, TIMED_OUT
from journeys.spec import LocalTime, StepSpec, Until, WaitForStep, WaitStep

AT_ONCE = timedelta(0)
Ways = Mapping[str, Mapping[str, str]]


def shortest(step: StepSpec, trigger: str) -> timedelta:
    """Say how long a way out of a step takes at least."""
    match step:
        case WaitStep(wait=timedelta() as pause) if trigger == NEXT:
            return pause
        case WaitForStep() if trigger == TIMED_OUT:
            return step.wait_for.at_most
        case _:
            return AT_ONCE


def is_at_once(step: StepSpec, trigger: str) -> bool:
    """Say whether somebody may go this way at the very moment they come to the step."""
    match step:
        case WaitStep(wait=Until(until=LocalTime())):
            return False
        case WaitStep(wait=Until(if_past=rule)) if trigger == NEXT:
            return rule in (None, "send")
        case WaitForStep() if trigger.startswith(CAME):
            # An event that has been is not waited for; a condition may be true already.
            return step.wait_for.condition is not None
        case _:
            return shortest(step, trigger) <= AT_ONCE


def ways_at_once(steps: Mapping[str, StepSpec], ways: Ways) -> dict[str, list[str]]:
    """Map each step to where somebody may be led at once."""
    return {
        step: [target for trigger, target in out.items() if is_at_once(steps[step], trigger)]
        for step, out in ways.items()
    }


def soonest(steps: Mapping[str, StepSpec], ways: Ways, first: str) -> dict[str, timedelta]:
    """Say how long after they come to the first step somebody can be at each other one, at the earliest."""
    best: dict[str, timedelta] = {}
    waiting = [(AT_ONCE, first)]
    while waiting:
        after, step = heappop(waiting)
        if step in best:
            continue
        best[step] = after
        for trigger, target in ways.get(step, {}).items():
            if target not in best:
                heappush(waiting, (after + shortest(steps[step], trigger), target))
    return best
