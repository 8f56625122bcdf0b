"""What is a guard worth: what did its holding cost, and what did it save?

A guard with a holdout lets a small share of what it objects to through, by chance. So customers whose first objection
was heeded and those whose first objection was let through differ in nothing but that, and what they did in the time
after it can be compared. Each customer counts once per guard, by the first objection given while the guard had a
holdout: before that nobody was let through, and the times would be compared instead of the guard.

The interval of a difference of proportions is Newcombe's hybrid score interval, method 10 of R. G. Newcombe, "Interval
estimation for the difference between independent proportions: comparison of eleven methods", Statistics in Medicine 17
(1998), 873-890.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from math import sqrt
from statistics import NormalDist
from typing import Literal

from journeys.vocabulary import Properties
from orchestrator.reports.guards import Line, Question

Outcome = Literal["ordered", "unsubscribed", "complained", "returned"]
OnTrial = Mapping[int, frozenset[str]]

OUTCOMES: tuple[Outcome, ...] = ("ordered", "unsubscribed", "complained", "returned")
FEWEST = 30
CONFIDENCE = 0.95
TOO_FEW = "too few to tell"
_SAYS: dict[Outcome, tuple[str, str]] = {
    "ordered": ("holding brings orders", "holding costs orders"),
    "unsubscribed": ("holding brings unsubscriptions", "holding spares unsubscriptions"),
    "complained": ("holding brings complaints", "holding spares complaints"),
    "returned": ("holding brings returns", "holding spares returns"),
}
_UNSUBSCRIBED = frozenset({"Unsubscribed", "Email Unsubscribed"})
_COMPLAINED = frozenset({"Email Marked as Spam", "Spam Complaint"})


# Who is compared.


@dataclass(frozen=True, slots=True)
class Objection:
    """The first time a guard spoke against a delivery to a customer, and whether chance let it through."""

    at: datetime
    is_let_through: bool


def first_objections(lines: Iterable[Line], on_trial: OnTrial, question: Question) -> dict[str, Objection]:
    """Give one customer's first objection of each guard; `on_trial` names the guards with a holdout by edition."""
    found: dict[str, Objection] = {}
    for line in sorted(question.of_journey(lines), key=lambda line: line.at):
        if line.kind != "claim" or not question.holds(line.at):
            continue
        for said in line.said:
            counts = said.is_heeded or (said.objects and said.unheeded == "holdout")
            if counts and question.asks_about(said.guard) and said.guard in on_trial.get(line.edition, ()):
                found.setdefault(said.guard, Objection(line.at, said.unheeded == "holdout"))
    return found


# What they did.


@dataclass(frozen=True, slots=True)
class Doings:
    """What a customer did: each moment by its outcome, and the money of each order that counts as revenue."""

    moments: Mapping[Outcome, tuple[datetime, ...]] = field(default_factory=dict)
    revenue: tuple[tuple[datetime, float], ...] = ()


def outcome_of(event_name: str, properties: Properties) -> Outcome | None:
    """Say what an event means for the sender; None when it means nothing here."""
    if event_name in _UNSUBSCRIBED:
        return "unsubscribed"
    if event_name in _COMPLAINED:
        return "complained"
    answers = properties.get("consent") if event_name == "Preferences Updated" else None
    refused = isinstance(answers, Mapping) and bool(answers) and not any(answers.values())
    return "unsubscribed" if refused else None


# Counting.


@dataclass(slots=True)
class Group:
    """Customers of one kind: how many, how many of them did what, and what they paid together."""

    customers: int = 0
    did: Counter[Outcome] = field(default_factory=Counter)
    revenue: float = 0.0

    def add(self, doings: Doings, after: datetime, until: datetime) -> None:
        """Count one customer by what they did within a span."""
        self.customers += 1
        self.did.update(
            outcome for outcome, moments in doings.moments.items() if any(after < moment <= until for moment in moments)
        )
        self.revenue += sum(paid for moment, paid in doings.revenue if after < moment <= until)

    def share(self, outcome: Outcome) -> float:
        """Give the share of customers who did this; 0 without customers."""
        return self.did[outcome] / self.customers if self.customers else 0.0

    @property
    def revenue_per_customer(self) -> float:
        """Give what a customer paid on average; 0 without customers."""
        return self.revenue / self.customers if self.customers else 0.0


@dataclass(slots=True)
class Trial:
    """One guard's two groups. `too_recent` are customers whose time after the objection is not over."""

    heeded: Group = field(default_factory=Group)
    let_through: Group = field(default_factory=Group)
    too_recent: int = 0


@dataclass(slots=True)
class WorthReport:
    """The trials so far, by guard: what customers did `within` a time, as far as is known until `known_until`."""

    within: timedelta
    known_until: datetime
    trials: dict[str, Trial] = field(default_factory=dict)

    def add(self, objections: Mapping[str, Objection], doings: Doings) -> None:
        """Count one customer."""
        for guard, objection in objections.items():
            trial = self.trials.setdefault(guard, Trial())
            until = objection.at + self.within
            if until > self.known_until:
                trial.too_recent += 1
            else:
                group = trial.let_through if objection.is_let_through else trial.heeded
                group.add(doings, objection.at, until)


# Comparing.


@dataclass(frozen=True, slots=True)
class Difference:
    """A difference of two proportions with its interval."""

    value: float
    low: float
    high: float


def compare(trial: Trial, outcome: Outcome) -> tuple[Difference | None, str]:
    """Give how much more of those held did this than of those let through, and what that says, in words.

    The difference is None while one of the groups is empty.
    """
    held, let_through = trial.heeded, trial.let_through
    if not held.customers or not let_through.customers:
        return None, TOO_FEW
    found = difference(held.did[outcome], held.customers, let_through.did[outcome], let_through.customers)
    if min(held.customers, let_through.customers) < FEWEST or found.low <= 0 <= found.high:
        return found, TOO_FEW
    more, fewer = _SAYS[outcome]
    return found, more if found.value > 0 else fewer


def difference(one: int, of_one: int, other: int, of_other: int) -> Difference:
    """Compare two proportions, each a count out of more than none, by Newcombe's method 10."""
    share, low, high = _wilson(one, of_one)
    other_share, other_low, other_high = _wilson(other, of_other)
    value = share - other_share
    return Difference(
        value,
        value - sqrt((share - low) ** 2 + (other_high - other_share) ** 2),
        value + sqrt((high - share) ** 2 + (other_share - other_low) ** 2),
    )


def _wilson(count: int, of: int) -> tuple[float, float, float]:
    """Give a proportion with the limits of Wilson's score interval."""
    z = NormalDist().inv_cdf((1 + CONFIDENCE) / 2)
    share = count / of
    middle = 2 * count + z * z
    reach = z * sqrt(z * z + 4 * count * (1 - share))
    scale = 2 * (of + z * z)
    return share, (middle - reach) / scale, (middle + reach) / scale
