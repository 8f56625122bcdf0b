"""What was measured, and does it reach its goal?"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from statistics import median
from typing import Literal, TypeAlias


@dataclass(frozen=True, slots=True)
class Goal:
    """What a number should come to: the `ratio` to the raw limit or the `value` itself, at least or at most this."""

    of: Literal["ratio", "value"]
    at: float
    at_least: bool = True

    def __str__(self) -> str:
        number = f"{self.at:.2f}" if self.of == "ratio" else written(self.at)
        return f"{'>=' if self.at_least else '<='} {number}{' of raw' if self.of == 'ratio' else ''}"


@dataclass(frozen=True, slots=True)
class Result:
    """One number of one goal: `value` in its `unit`, and where there is a raw limit the `ratio` to it."""

    name: str
    unit: str
    value: float
    goal: Goal
    ratio: float | None = None
    note: str = ""

    @property
    def gap(self) -> float:
        """How many times the goal was reached: 1 and more is enough, 0.5 is half way."""
        reached = self.value if self.goal.of == "value" or self.ratio is None else self.ratio
        if self.goal.at_least:
            return reached / self.goal.at
        return self.goal.at / reached if reached else float("inf")

    @property
    def passes(self) -> bool:
        """Say whether the goal was reached."""
        return self.gap >= 1


@dataclass(frozen=True, slots=True)
class Sizes:
    """How much work each goal is measured on, and how often."""

    repeats: int
    file_customers: int
    turn_customers: int
    single_customers: int
    runs: int
    history_lines: int
    clicks: int
    starts: int
    worker_customers: tuple[int, ...]
    weeks: int
    letters: int
    sleepers: int
    facts: int


FULL = Sizes(3, 5_000, 1_200, 60, 5_000, 1_000_000, 1_000_000, 5, (2_000, 20_000, 100_000), 4, 20_000, 100_000, 600)
QUICK = Sizes(1, 200, 150, 15, 300, 4_000, 10_000, 1, (400, 2_000), 1, 400, 1_000, 30)

Measure: TypeAlias = Callable[[Sizes], tuple[Result, ...]]


@dataclass(frozen=True, slots=True)
class Pair:
    """One run of ours and one of the same writes replayed raw, back to back."""

    seconds: float
    raw_seconds: float

    @property
    def ratio(self) -> float:
        """How much of the raw speed was reached."""
        return self.raw_seconds / self.seconds


def middle(pairs: Iterable[Pair]) -> Pair:
    """Give the pair with the middle ratio: load that comes and goes hits both halves of a pair alike."""
    ordered = sorted(pairs, key=lambda pair: pair.ratio)
    return ordered[len(ordered) // 2]


def middle_of(values: Iterable[float]) -> float:
    """Give the median."""
    return median(values)


def written(number: float) -> str:
    """Write a number with as many digits as mean something."""
    return f"{number:,.0f}" if number >= 100 else f"{number:.3g}"
