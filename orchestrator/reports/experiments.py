"""Which arm of an experiment wins, and may that be said already?

Each person counts once per experiment, by the first time they came to its split, and only when the goal's window after
that has passed: before, a person who has not converted may still do so. So the conversions of an arm are trials of one
chance, in the order in which they became known.

The interval of an arm is a confidence sequence: it may be looked at as often as one likes, and still errs no more often
than stated. It holds every chance p for which the mixture martingale of H. Robbins, "Statistical methods related to the
law of the iterated logarithm", Annals of Mathematical Statistics 41 (1970), 1397-1409, with a Beta(1/2, 1/2) prior,
stays below the bound of Ville's inequality:

    B(s + 1/2, n - s + 1/2) / B(1/2, 1/2) / (p^s (1 - p)^(n - s)) < k / (1 - confidence)

for s conversions of n people, where k is the number of arms: all intervals hold at once. An arm wins when every arm has
its smallest sample and the arm's interval lies above all others.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from math import inf, lgamma, log

_PRIOR = 0.5
# Halvings of an interval below one: more than a float can tell apart.
_HALVINGS = 60


@dataclass(frozen=True, slots=True)
class Terms:
    """What was agreed before the first person came: the arms with their shares, and when one of them wins."""

    journey: str
    step: str
    arms: Mapping[str, float]
    within: timedelta
    sample: int
    confidence: float
    control: str


@dataclass(frozen=True, slots=True)
class Exposure:
    """A person who came to a split: when first, which way they went, and when they first reached the goal after it."""

    profile_id: int
    at: datetime
    arm: str
    converted_at: datetime | None = None


@dataclass(slots=True)
class Arm:
    """What is known of one arm: who came, whose window has passed, and how many of those converted."""

    came: int = 0
    counted: int = 0
    converted: int = 0

    @property
    def rate(self) -> float | None:
        """Give the share of the counted who converted; None before anybody counts."""
        return self.converted / self.counted if self.counted else None


@dataclass(frozen=True, slots=True)
class Interval:
    """Where the chance of an arm lies, as sure as was asked for."""

    low: float
    high: float


@dataclass(slots=True)
class ExperimentReport:
    """One experiment as it stands at a moment."""

    terms: Terms
    now: datetime
    arms: dict[str, Arm] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.arms = {name: Arm() for name in self.terms.arms}

    def add(self, exposures: Iterable[Exposure]) -> None:
        """Count people; whoever went a way that is no arm any more is left out."""
        for exposure in exposures:
            arm = self.arms.get(exposure.arm)
            if arm is None:
                continue
            arm.came += 1
            if exposure.at + self.terms.within <= self.now:
                arm.counted += 1
                arm.converted += self._is_in_time(exposure)

    def _is_in_time(self, exposure: Exposure) -> bool:
        at = exposure.converted_at
        return at is not None and exposure.at <= at <= exposure.at + self.terms.within

    def intervals(self) -> dict[str, Interval]:
        """Give each arm's interval; all hold at once."""
        bound = log(len(self.arms) / (1 - self.terms.confidence)) if self.terms.confidence < 1 else inf
        return {name: interval(arm.converted, arm.counted, bound) for name, arm in self.arms.items()}

    def winner(self) -> str:
        """Name the arm that has won; empty while none has."""
        if any(arm.counted < self.terms.sample for arm in self.arms.values()):
            return ""
        found = self.intervals()
        for name, own in found.items():
            if all(own.low > other.high for rival, other in found.items() if rival != name):
                return name
        return ""

    def verdict(self) -> str:
        """Say in words how it stands."""
        if winner := self.winner():
            return f"{winner} wins"
        few = [name for name, arm in self.arms.items() if arm.counted < self.terms.sample]
        if few:
            return f"too few to tell: {', '.join(few)} below {self.terms.sample:,} people"
        return "no winner yet: the intervals overlap"


def interval(converted: int, counted: int, bound: float) -> Interval:
    """Give the chances p whose log martingale lies below `bound`; it is convex in p and least at the rate."""
    if counted == 0 or bound == inf:
        return Interval(0.0, 1.0)
    rate = converted / counted
    mixture = _log_beta(converted + _PRIOR, counted - converted + _PRIOR) - _log_beta(_PRIOR, _PRIOR)

    def is_inside(chance: float) -> bool:
        return mixture - _log_power(converted, chance) - _log_power(counted - converted, 1 - chance) < bound

    return Interval(_edge(0.0, rate, is_inside), _edge(1.0, rate, is_inside))


def _edge(outer: float, inner: float, is_inside: Callable[[float], bool]) -> float:
    """Find where the interval ends between a chance outside and one inside."""
    if is_inside(outer):
        return outer
    for _ in range(_HALVINGS):
        middle = (outer + inner) / 2
        if is_inside(middle):
            inner = middle
        else:
            outer = middle
    return outer


def _log_beta(first: float, second: float) -> float:
    return lgamma(first) + lgamma(second) - lgamma(first + second)


def _log_power(times: int, chance: float) -> float:
    if times == 0:
        return 0.0
    return times * log(chance) if chance > 0 else -inf
