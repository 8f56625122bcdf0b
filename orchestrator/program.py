"""What runs: the valid journeys of a workspace, indexed by what sets them going."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

from journeys.catalog import Catalog
from journeys.compile import Journey
from journeys.vocabulary import Delivery
from operational_guards.rule import Rule
from orchestrator.rulebooks import NO_RULES, Rulebook, rulebook

RulesOfStep = Mapping[tuple[str, str], tuple[Rule, ...]]


@dataclass(frozen=True, slots=True)
class Program:
    """The journeys that run and the guards that hold their messages.

    `book` holds everywhere; `books_of_step` replaces it at the steps that say how a guard holds there. `lags` says how
    long a channel's platform takes to act on an audience's change.
    """

    journeys: Mapping[str, Journey]
    book: Rulebook = NO_RULES
    books_of_step: Mapping[tuple[str, str], Rulebook] = field(default_factory=dict)
    catalog: Catalog = field(default_factory=Catalog)
    entered_by: Mapping[str, tuple[Journey, ...]] = field(default_factory=dict)
    scheduled: tuple[Journey, ...] = ()
    lags: Mapping[str, timedelta] = field(default_factory=dict)

    def book_for(self, delivery: Delivery) -> Rulebook:
        """Give the rules that hold this delivery."""
        return self.books_of_step.get((delivery.journey, delivery.step), self.book)

    @property
    def books(self) -> tuple[Rulebook, ...]:
        """Give every rulebook, each once."""
        return tuple({book.edition: book for book in (self.book, *self.books_of_step.values())}.values())

    def with_journeys(self, journeys: Iterable[Journey], catalog: Catalog | None = None) -> "Program":
        """Give the same rules over other journeys, and other goods when they are given."""
        return replace(self, catalog=catalog or self.catalog, **_indexed(journeys))

    def with_only_the_always_on(self) -> "Program":
        """Give the same program with no guard but those that cannot be switched off."""
        return replace(self, book=rulebook([rule for rule in self.book.rules if rule.always]), books_of_step={})


def build_program(
    journeys: Iterable[Journey],
    rules: tuple[Rule, ...] = (),
    rules_of_step: RulesOfStep | None = None,
    catalog: Catalog | None = None,
    lags: Mapping[str, timedelta] | None = None,
) -> Program:
    """Index journeys by the event that lets people in, and by being scheduled; bind the rules into books."""
    return Program(
        book=rulebook(rules),
        books_of_step={step: rulebook(held_by) for step, held_by in (rules_of_step or {}).items()},
        catalog=catalog or Catalog(),
        lags=lags or {},
        **_indexed(journeys),
    )


def _indexed(journeys: Iterable[Journey]) -> dict[str, Any]:
    by_name = {journey.name: journey for journey in journeys}
    entered_by: dict[str, list[Journey]] = defaultdict(list)
    for journey in by_name.values():
        if journey.entry.event:
            entered_by[journey.entry.event].append(journey)
    return {
        "journeys": by_name,
        "entered_by": {event: tuple(found) for event, found in entered_by.items()},
        "scheduled": tuple(journey for journey in by_name.values() if journey.spec.entry.schedule),
    }
