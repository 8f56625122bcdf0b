"""How do the experiments of a workspace stand? Goes through what was kept, for each split that is one.

A journey with a holdout and a goal that has a window is an experiment too: those it spoke to against those it did not.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from journeys.compile import Journey
from journeys.conditions import Condition, compile_condition
from journeys.decide import HELD_OUT
from journeys.moves import placed_steps
from journeys.schema import Schema
from journeys.scope import Scope
from journeys.spec import Experiment, SplitStep
from journeys.vocabulary import Event, Facts, Profile
from orchestrator.reports.experiments import ExperimentReport, Terms
from orchestrator.store import experiment_views as stored
from orchestrator.store import views
from orchestrator.store.base import Store

# A holdout is compared as sure as an experiment that says nothing about it.
_USUAL = Experiment.model_fields


@dataclass(frozen=True, slots=True)
class Planned:
    """An experiment that the file describes: a split's, or a journey's holdout where `split` is None."""

    journey: Journey
    split: SplitStep | None = None

    @property
    def name(self) -> str:
        """Name it the way it is asked for: `cart_recovery.nudge`, or `cart_recovery.holdout`."""
        return f"{self.journey.name}.{self.split.id if self.split else HELD_OUT}"


def planned(journeys: Iterator[Journey]) -> list[Planned]:
    """List the experiments of these journeys."""
    found: list[Planned] = []
    for journey in journeys:
        for placed in placed_steps(journey.spec):
            if isinstance(placed.step, SplitStep) and placed.step.experiment is not None:
                found.append(Planned(journey, placed.step))
        goal = journey.spec.goal
        if journey.spec.holdout and goal is not None and goal.within is not None:
            found.append(Planned(journey))
    return found


def report(store: Store, experiment: Planned, schema: Schema, now: datetime) -> ExperimentReport:
    """Say how one experiment stands. Of a history that ended long ago nothing is known after its end."""
    with store.reading() as connection:
        known_until = min(now, views.last_event_at(connection) or now)
        found = ExperimentReport(_terms(experiment), known_until)
        journey, split = experiment.journey, experiment.split
        if split is None or split.experiment is None:
            found.add(stored.of_holdout(connection, journey.name, HELD_OUT))
            return found
        goal = split.experiment.goal
        condition = compile_condition(goal.if_, schema.at_entry(goal.event)) if goal.if_ else None
        came = stored.came_to(connection, journey.name, split.id)
        for exposures in stored.with_goal(connection, came, goal.event, _counts(condition), goal.within):
            found.add(exposures)
    return found


def _terms(experiment: Planned) -> Terms:
    journey, split = experiment.journey, experiment.split
    if split is None or split.experiment is None:
        assert journey.spec.goal is not None
        assert journey.spec.goal.within is not None
        share = journey.spec.holdout
        return Terms(
            journey=journey.name,
            step=HELD_OUT,
            arms={HELD_OUT: share, "journey": 1 - share},
            within=journey.spec.goal.within,
            sample=_USUAL["sample"].default,
            confidence=_USUAL["confidence"].default,
            control=HELD_OUT,
        )
    stated = split.experiment
    return Terms(
        journey=journey.name,
        step=split.id,
        arms=split.shares(),
        within=stated.goal.within,
        sample=stated.sample,
        confidence=stated.confidence,
        control=stated.control or next(iter(split.split)),
    )


def _counts(condition: Condition | None) -> stored.Counts:
    """Ask the goal's condition about an event; the person's facts of back then are not known any more."""
    if condition is None:
        return lambda _: True

    def counts(event: Event) -> bool:
        return condition.holds(Scope(Facts(Profile(0, event.at)), event.at, event.properties))

    return counts
