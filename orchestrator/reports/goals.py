"""How far is the business with what it wants, and which journeys serve that?

A goal names one figure over all customers and the number it should reach; journeys say which goal they serve. Orders
that were cancelled or never paid do not count, and money counts in the shop's own currency only.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from journeys.spec import BusinessGoal, JourneySpec

_NUMBER = re.compile(r"\s*([0-9]+(?:\.[0-9]+)?)\s*(%?)")
NOT_KNOWN = {
    "acquisition_cost": "nobody tells yet what customers cost",
    "margin": "nobody tells yet what goods and messages cost",
}
_MONEY = ("lifetime_value", "order_value", "revenue")


@dataclass(slots=True)
class Trade:
    """What all customers did: how many there are, who ordered, who came back, and what that was worth."""

    profiles: int = 0
    customers: int = 0
    returning: int = 0
    orders: int = 0
    revenue: float = 0.0

    def add(self, orders: int, revenue: float) -> None:
        """Count one customer's orders."""
        self.customers += 1
        self.returning += orders > 1
        self.orders += orders
        self.revenue += revenue

    def figure(self, kpi: str) -> float | None:
        """Give a figure; None where it cannot be known."""
        match kpi:
            case "repeat_rate":
                return _share(self.returning, self.customers)
            case "conversion_rate":
                return _share(self.customers, self.profiles)
            case "lifetime_value":
                return _share(self.revenue, self.customers)
            case "order_value":
                return _share(self.revenue, self.orders)
            case "revenue":
                return self.revenue
            case _:
                return None


def _share(part: float, whole: float) -> float | None:
    return part / whole if whole else None


@dataclass(frozen=True, slots=True)
class Passes:
    """How often people went into a journey, and how often they reached its goal."""

    entered: int = 0
    reached: int = 0


@dataclass(frozen=True, slots=True)
class GoalReport:
    """One goal as it stands. `reached` is None where the figure, or the number to reach, is not known."""

    name: str
    goal: BusinessGoal
    figure: float | None
    target: float | None
    journeys: Mapping[str, Passes] = field(default_factory=dict)

    @property
    def reached(self) -> bool | None:
        """Say whether the goal is reached."""
        if self.figure is None or self.target is None:
            return None
        return self.figure <= self.target if self.goal.at_most else self.figure >= self.target

    @property
    def is_money(self) -> bool:
        """Say whether the figure is a sum of the shop's currency."""
        return self.goal.kpi in _MONEY

    @property
    def why_not_known(self) -> str:
        """Say why there is no figure; empty when there is one."""
        if self.figure is not None:
            return ""
        return NOT_KNOWN.get(self.goal.kpi, "nobody has ordered yet")


def standing_of(
    goals: Mapping[str, BusinessGoal], journeys: Mapping[str, JourneySpec], trade: Trade, passes: Mapping[str, Passes]
) -> list[GoalReport]:
    """Say of each goal how it stands and what the journeys that serve it did."""
    return [
        GoalReport(name, goal, trade.figure(goal.kpi), number_of(goal.target), _serving(name, journeys.items(), passes))
        for name, goal in goals.items()
    ]


def _serving(goal: str, journeys: Iterable[tuple[str, JourneySpec]], passes: Mapping[str, Passes]) -> dict[str, Passes]:
    return {
        name: passes.get(name, Passes())
        for name, journey in journeys
        if journey.goal is not None and journey.goal.serves == goal
    }


def number_of(target: float | str) -> float | None:
    """Read the number to reach: 0.3, "30%" or "12 EUR"; None when there is none in it."""
    if not isinstance(target, str):
        return float(target)
    found = _NUMBER.match(target)
    if found is None:
        return None
    return float(found[1]) / 100 if found[2] else float(found[1])
