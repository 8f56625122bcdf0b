"""What can be proved about the messages of these journeys, without running them?

For every way to a marketing message: what is waited for on it, which conditions are taken, which guards hold it. And
how many messages one customer can get in a week: by the frequency caps where they hold, else by the journeys'
structure. A message that no cap holds is bounded by its journey alone.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from journeys.bounds import A_WEEK, Bound, Course, most_a_week
from journeys.costs import Estimate, estimate, message_channel
from journeys.paths import Way, ways_to
from journeys.spec import JourneysFile, StopStep
from operational_guards.frequency_cap import Cap, FrequencyCap, Share
from operational_guards.registry import load_guards
from operational_guards.rule import Rule
from orchestrator.holding import Message, messages
from orchestrator.project import Project, groups_of

# A week touches eight days of the calendar, and two of its weeks.
_TOUCHED = {"day": 8, "week": 2}
NOTHING = Bound(0, "no message")


@dataclass(frozen=True, slots=True)
class Proof:
    """One way to a marketing message, with the guards that hold it there and those that it is exempt from."""

    journey: str
    way: Way
    guards: tuple[str, ...]
    exempt: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Proved:
    """What is proved of one journey; `complete` is false when it has more ways than can be looked at."""

    journey: str
    proofs: tuple[Proof, ...]
    bound: Bound
    complete: bool = True


@dataclass(frozen=True, slots=True)
class _Sent:
    """A message of a journey by what bounds it: its channel, and the caps that hold it."""

    journey: str
    step: str
    channel: str
    shares: tuple[Share, ...] = ()


def prove(project: Project, names: Sequence[str] = ()) -> tuple[tuple[Proved, ...], Bound]:
    """Prove what can be proved of these journeys, or of all, and bound the messages of all together.

    Only journeys that run are looked at: the others send nothing.
    """
    spec = project.spec
    if spec is None or not project.is_runnable:
        return (), NOTHING
    said = [each for each in messages(spec, groups_of(spec), load_guards()) if each.journey in project.journeys]
    courses = courses_of(spec, project.journeys)
    bounds = _Bounds(courses, tuple(_sent(courses, said)))
    proved = tuple(
        _proved(name, courses[name], [each for each in said if each.journey == name], bounds.of([name]))
        for name in courses
        if not names or name in names
    )
    return proved, bounds.of(list(courses))


def costs(project: Project) -> dict[str, Estimate]:
    """Say of each journey that runs what one enrollment can use at the most."""
    spec = project.spec
    if spec is None:
        return {}
    prices = {name: channel.cost for name, channel in spec.channels.items() if channel.cost is not None}
    return {name: estimate(course, prices) for name, course in courses_of(spec, project.journeys).items()}


def courses_of(spec: JourneysFile, names: Iterable[str]) -> dict[str, Course]:
    """Give the course of each of these journeys, in the order of the file."""
    running = set(names)
    courses = {name: Course(journey) for name, journey in spec.journeys.items() if name in running}
    steps = [step for course in courses.values() for step in course.steps.values()]
    stopped = {step.stop for step in steps if isinstance(step, StopStep)}
    return {name: Course(course.spec, name in stopped) for name, course in courses.items()}


# Ways.


def _proved(name: str, course: Course, said: Sequence[Message], bound: Bound) -> Proved:
    marketing = {each.step.id: each for each in said if each.is_marketing}
    ways = ways_to(course, frozenset(marketing))
    order = {step: place for place, step in enumerate(course.steps)}
    proofs = tuple(
        Proof(name, way, _holding(marketing[way.to]), _exempt(marketing[way.to]))
        for way in sorted(ways.found, key=lambda way: (order[way.to], way.soonest))
    )
    return Proved(name, proofs, bound, ways.complete)


def _holding(message: Message) -> tuple[str, ...]:
    return tuple(_in_short(rule) for rule in message.rules if not rule.exempt)


def _exempt(message: Message) -> tuple[str, ...]:
    return tuple(f"{rule.name}: {rule.exempt}" for rule in message.rules if rule.exempt)


def _in_short(rule: Rule) -> str:
    """Write a guard with what the file says of it."""
    said = {key: value for key, value in rule.parameters.items() if key not in ("zone", "journeys")}
    inner = ", ".join(f"{key} {_value(value)}" for key, value in said.items())
    return f"{rule.name}({inner})" if inner else rule.name


def _value(value: Any) -> str:
    match value:
        case dict():
            return ", ".join(f"{key} {_value(inner)}" for key, inner in value.items())
        case list() | tuple():
            return " and ".join(map(_value, value))
        case _:
            return str(value)


# Bounds.


def _sent(courses: Mapping[str, Course], said: Iterable[Message]) -> Iterable[_Sent]:
    """List every message of the journeys with the caps that hold it."""
    caps = {(each.journey, each.step.id): tuple(_shares(each)) for each in said if each.is_marketing}
    for name, course in courses.items():
        for step, spec in course.steps.items():
            if channel := message_channel(spec):
                yield _Sent(name, step, channel, caps.get((name, step), ()))


def _shares(message: Message) -> Iterable[Share]:
    """Give the caps that hold a message; one that chance waives holds nothing."""
    for rule in message.holding:
        if isinstance(rule.guard, FrequencyCap) and not rule.conduct.holdout:
            params = rule.guard.params
            channels = params.by_channel()
            yield from channels.get(message.step.send, channels["any"])
            yield from params.by_journey().get(message.journey, ())


@dataclass(frozen=True, slots=True)
class _Bounds:
    """Bounds messages by their caps and by the structure of their journeys, whichever is less."""

    courses: Mapping[str, Course]
    sent: tuple[_Sent, ...]

    def of(self, names: Sequence[str]) -> Bound:
        """Bound the messages of these journeys together."""
        mine = [each for each in self.sent if each.journey in names]
        return _least([self._by_any(mine), self._by(mine, "group"), self._structure(mine)])

    def _by_any(self, sent: Sequence[_Sent]) -> Bound:
        """Bound what a cap over all channels holds by that, and the rest by its channel."""
        held, rest = _parted(sent, "any")
        by_channel = self._by(held, "channel")
        capped = _least([_cap_bound(held, "any"), by_channel]) if held else NOTHING
        return _sum([capped, self._by(rest, "channel")])

    def _by(self, sent: Sequence[_Sent], scope: str) -> Bound:
        """Bound what a cap of each channel, or of each group, holds by that, and the rest by its journeys."""
        held, rest = _parted(sent, scope)
        apart: defaultdict[str, list[_Sent]] = defaultdict(list)
        for each in held:
            group = next((share.group for share in each.shares if share.scope == scope), "")
            apart[group or each.channel].append(each)
        capped = [_least([_cap_bound(some, scope), self._structure(some)]) for some in apart.values()]
        return _sum([*capped, self._structure(rest)])

    def _structure(self, sent: Sequence[_Sent]) -> Bound:
        """Bound messages by their journeys alone."""
        apart: defaultdict[str, list[str]] = defaultdict(list)
        for each in sent:
            apart[each.journey].append(each.step)
        found = [(name, most_a_week(self.courses[name], steps)) for name, steps in apart.items()]
        return _sum([Bound(bound.most, f"{name}: {bound.why}") for name, bound in found])


def _parted(sent: Sequence[_Sent], scope: str) -> tuple[list[_Sent], list[_Sent]]:
    """Part what a cap of this scope holds from the rest."""
    held = [each for each in sent if any(share.scope == scope for share in each.shares)]
    return held, [each for each in sent if each not in held]


def _cap_bound(sent: Sequence[_Sent], scope: str) -> Bound:
    """Bound messages by their caps: the last of a period was let through by its own, which counts all the others.

    Those that different caps hold may take turns, so what each lets through is added up.
    """
    bounds = [_least([_weekly(share) for share in each.shares if share.scope == scope]) for each in sent]
    return _sum(list(dict.fromkeys(bounds)))


def _weekly(share: Share) -> Bound:
    where = share.group or (share.scope if share.scope == "any" else "the channel")
    return Bound(share.cap.limit * _periods(share.cap), f"frequency_cap {where}: {share.cap.text}")


def _periods(cap: Cap) -> int:
    """Say how many of a cap's periods a week touches; of rolling ones it is as many as it takes to fill it."""
    return -(-A_WEEK // cap.period) if not isinstance(cap.period, str) else _TOUCHED[cap.period]


def _least(bounds: Sequence[Bound]) -> Bound:
    return min(bounds, key=lambda bound: float("inf") if bound.most is None else bound.most)


def _sum(bounds: Sequence[Bound]) -> Bound:
    """Add bounds up; one that is none leaves the sum without one, and the reason is its alone."""
    endless = next((bound for bound in bounds if bound.most is None), None)
    if endless is not None:
        return endless
    some = [bound for bound in bounds if bound.most]
    whys = dict.fromkeys(bound.why for bound in some)
    return Bound(sum(bound.most or 0 for bound in some), "; ".join(whys) or NOTHING.why)
