"""What can one enrollment cost at the most, message by message?"""

from collections.abc import Mapping
from dataclasses import dataclass

from journeys._graph import Graph, loops, reachable
from journeys.bounds import Bound, Course, most_a_week
from journeys.spec import LeadMagnetStep, SendStep, StepSpec


@dataclass(frozen=True, slots=True)
class ChannelUse:
    """The most messages on one channel: of one enrollment, or of a week where a loop sends (None: without bound)."""

    channel: str
    per: str
    messages: int | None
    why: str = ""


@dataclass(frozen=True, slots=True)
class Estimate:
    """The most that one enrollment can use; `cost` is None where a channel used has no bound.

    With a loop that sends it is a week's use. `unpriced` are the channels used that say no cost.
    """

    uses: tuple[ChannelUse, ...]
    cost: float | None
    per: str
    unpriced: tuple[str, ...] = ()


def message_channel(step: StepSpec) -> str:
    """Name the channel of a step's message; empty when it sends none."""
    match step:
        case SendStep():
            return step.send
        case LeadMagnetStep():
            return step.lead_magnet.channel
        case _:
            return ""


def estimate(course: Course, costs: Mapping[str, float]) -> Estimate:
    """Say what one enrollment can use at the most, at these costs by channel."""
    graph = {step: [target for target in ways.values() if target in course.ways] for step, ways in course.ways.items()}
    start = course.spec.steps[0].id
    seen = reachable(graph, start)
    sends = {
        step: channel for step, spec in course.steps.items() if step in seen and (channel := message_channel(spec))
    }
    channels = sorted(set(sends.values()))
    unpriced = tuple(channel for channel in channels if channel not in costs)
    round_and_round = {step for loop in loops(graph) for step in loop}
    if any(step in round_and_round for step in sends):
        bounds = {name: most_a_week(_once(course), _of(sends, name)) for name in channels}
        uses = tuple(ChannelUse(name, "week", bound.most, bound.why) for name, bound in bounds.items())
        return Estimate(uses, _priced(bounds, costs), "week", unpriced)
    uses = tuple(
        ChannelUse(name, "enrollment", int(_heaviest(graph, start, dict.fromkeys(_of(sends, name), 1.0))))
        for name in channels
    )
    prices = {step: costs.get(channel, 0.0) for step, channel in sends.items()}
    return Estimate(uses, _heaviest(graph, start, prices), "enrollment", unpriced)


def _of(sends: Mapping[str, str], channel: str) -> list[str]:
    return [step for step, name in sends.items() if name == channel]


def _once(course: Course) -> Course:
    """Let nobody in again: this is about one enrollment."""
    spec = course.spec
    alone = {"if_active": "ignore", "re_entry": spec.re_entry.model_copy(update={"allowed": False})}
    entry = spec.entry.model_copy(update={"schedule": None, "date": None})
    return Course(spec.model_copy(update=alone | {"entry": entry}))


def _priced(bounds: Mapping[str, Bound], costs: Mapping[str, float]) -> float | None:
    """Add up a week; None when something that costs has no bound."""
    priced = {name: bound for name, bound in bounds.items() if costs.get(name)}
    if any(bound.most is None for bound in priced.values()):
        return None
    return sum((bound.most or 0) * costs[name] for name, bound in priced.items())


def _heaviest(graph: Graph, start: str, weights: Mapping[str, float]) -> float:
    """Give the heaviest way from a step; steps on a loop weigh nothing, and a loop counts as one step."""
    below = {step: reachable(graph, step) for step in weights if step in graph}
    best: dict[str, float] = {}
    # Of two messages that one way can hold, the later reaches fewer others: no loop holds a message.
    for step in sorted(below, key=lambda step: sum(other in below[step] for other in below)):
        best[step] = weights[step] + max((best[other] for other in below[step] if other in best), default=0.0)
    return max((best[step] for step in reachable(graph, start) if step in best), default=0.0)
