"""What runs, and what sets it going? The valid journeys of a workspace, indexed by their events and their timers."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, TypeAlias

from journeys.catalog import Catalog
from journeys.compile import Journey
from journeys.decision import Snapshot
from journeys.localtime import zone_named
from journeys.tallies import Counted, Kept, edition_of, what_to_keep
from journeys.vocabulary import Delivery
from operational_guards.rule import Rule
from orchestrator.customer import USUAL
from orchestrator.doors import Doors, OpenDoors
from orchestrator.rates import Rate
from orchestrator.rulebooks import NO_RULES, Rulebook, rulebook
from orchestrator.tallying import counted_by

RulesOfStep = Mapping[tuple[str, str], tuple[Rule, ...]]
Version: TypeAlias = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Lineage:
    """Which versions came before those that run, by journey and version, and since when these run.

    People inside one of `former` are moved on, those inside one of `kept` finish on it, and those inside a journey of
    `ended` leave it.
    """

    at: datetime | None = None
    former: Mapping[Version, Journey] = field(default_factory=dict)
    kept: Mapping[Version, "Program"] = field(default_factory=dict)
    ended: frozenset[str] = frozenset()


NO_LINEAGE = Lineage()


OPEN = OpenDoors()


@dataclass(frozen=True, slots=True)
class Program:
    """The journeys that run and the guards that hold their messages.

    `book` holds everywhere; `books_of_step` replaces it at the steps that say how a guard holds there. `lags` says how
    long a channel's platform takes to act on an audience's change, `rates` how many may leave on a channel in a time.
    `priorities` are those of journeys that state another than the usual one. `running` names the journeys in which
    something can happen: these, and those that somebody finishes on an earlier version. `counted` is what their
    conditions count, `tallied` what is therefore kept of which events, and `edition` names that. `late_after` is the
    soonest that any message counts as late, None when none ever does.
    """

    journeys: Mapping[str, Journey]
    book: Rulebook = NO_RULES
    books_of_step: Mapping[tuple[str, str], Rulebook] = field(default_factory=dict)
    catalog: Catalog = field(default_factory=Catalog)
    entered_by: Mapping[str, tuple[Journey, ...]] = field(default_factory=dict)
    entered_after: Mapping[str, tuple[Journey, ...]] = field(default_factory=dict)
    scheduled: tuple[Journey, ...] = ()
    dated: tuple[Journey, ...] = ()
    watched: tuple[Journey, ...] = ()
    lags: Mapping[str, timedelta] = field(default_factory=dict)
    rates: Mapping[str, Rate] = field(default_factory=dict)
    priorities: Mapping[str, int] = field(default_factory=dict)
    running: frozenset[str] = frozenset()
    lineage: Lineage = NO_LINEAGE
    doors: Doors = OPEN
    limits: Mapping[str, Rate] = field(default_factory=dict)
    counted: frozenset[Counted] = frozenset()
    tallied: Mapping[str, Kept] = field(default_factory=dict)
    edition: str = ""
    late_after: timedelta | None = None

    def book_for(self, delivery: Delivery, version: str = "") -> Rulebook:
        """Give the rules that hold this delivery: those of the version its person finishes on, if they do."""
        if self.lineage.kept and (keeper := self.lineage.kept.get((delivery.journey, version))) is not None:
            return keeper.book_for(delivery)
        return self.books_of_step.get((delivery.journey, delivery.step), self.book)

    def is_overtaken(self, snapshot: Snapshot) -> bool:
        """Say whether this enrollment is of a version that is no longer followed: it has to be moved on."""
        journey = self.journeys.get(snapshot.journey)
        if journey is not None and journey.version == snapshot.version:
            return False
        if (snapshot.journey, snapshot.version) in self.lineage.kept:
            return False
        return journey is not None or snapshot.journey in self.lineage.ended

    def journey_of(self, snapshot: Snapshot) -> Journey | None:
        """Give the journey that decides on this enrollment: of its own version as long as that is known.

        None while the journey does not run.
        """
        journey = self.journeys.get(snapshot.journey)
        # Asked several times a turn, and mostly it is the version that runs.
        if journey is not None and journey.version == snapshot.version:
            return journey
        return self.journey_at(snapshot.journey, snapshot.version)

    def journey_at(self, name: str, version: str) -> Journey | None:
        """Give a journey in this version, or in the one that runs when it is not known."""
        journey = self.journeys.get(name)
        if journey is not None and journey.version == version:
            return journey
        keeper = self.lineage.kept.get((name, version))
        if keeper is not None:
            return keeper.journeys.get(name)
        return None if journey is None else self.lineage.former.get((name, version), journey)

    @property
    def books(self) -> tuple[Rulebook, ...]:
        """Give every rulebook, each once."""
        known = {book.edition: book for book in (self.book, *self.books_of_step.values())}
        for keeper in self.lineage.kept.values():
            known |= {book.edition: book for book in keeper.books}
        return tuple(known.values())

    def after(self, lineage: Lineage) -> "Program":
        """Give the same program as the successor of these versions."""
        kept = {name for name, _ in lineage.kept}
        priorities = {name: found for each in lineage.kept.values() for name, found in each.priorities.items()}
        now = {name: found for name, found in priorities.items() if name not in self.journeys} | {**self.priorities}
        counting = _counting(self.counted.union(*[each.counted for each in lineage.kept.values()]))
        kept_on = [journey for keeper in lineage.kept.values() for journey in keeper.journeys.values()]
        late_after = _late_after([*self.journeys.values(), *kept_on, *lineage.former.values()])
        return replace(
            self,
            lineage=lineage,
            running=frozenset(self.journeys) | kept,
            priorities=now,
            late_after=late_after,
            **counting,
        )

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
    *,
    rates: Mapping[str, Rate] | None = None,
) -> Program:
    """Index journeys by the event that lets people in, and by being scheduled; bind the rules into books."""
    return Program(
        book=rulebook(rules),
        books_of_step={step: rulebook(held_by) for step, held_by in (rules_of_step or {}).items()},
        catalog=catalog or Catalog(),
        lags=lags or {},
        rates=rates or {},
        **_indexed(journeys),
    )


def _indexed(journeys: Iterable[Journey]) -> dict[str, Any]:
    by_name = {journey.name: journey for journey in journeys}
    entered_by: dict[str, list[Journey]] = defaultdict(list)
    entered_after: dict[str, list[Journey]] = defaultdict(list)
    for journey in by_name.values():
        if journey.entry.event:
            entered_by[journey.entry.event].append(journey)
        if journey.spec.entry.journey:
            entered_after[journey.spec.entry.journey].append(journey)
    return {
        **_counting(frozenset(counted_by(by_name.values()))),
        "journeys": by_name,
        "running": frozenset(by_name),
        "priorities": {name: each.spec.priority for name, each in by_name.items() if each.spec.priority != USUAL},
        "entered_by": {event: tuple(found) for event, found in entered_by.items()},
        "entered_after": {journey: tuple(found) for journey, found in entered_after.items()},
        "scheduled": tuple(journey for journey in by_name.values() if journey.spec.entry.schedule),
        "limits": {
            name: Rate(each.spec.entry.at_most, zone_named(each.zone))
            for name, each in by_name.items()
            if each.spec.entry.at_most is not None
        },
        "dated": tuple(journey for journey in by_name.values() if journey.date is not None),
        "watched": tuple(journey for journey in by_name.values() if journey.when is not None),
        "late_after": _late_after(by_name.values()),
    }


def _late_after(journeys: Iterable[Journey]) -> timedelta | None:
    rules = [step.late for journey in journeys for step in journey.steps.values()]
    return min((rule.after for rule in rules if rule is not None), default=None)


def _counting(counted: frozenset[Counted]) -> dict[str, Any]:
    tallied = what_to_keep(counted)
    return {"counted": counted, "tallied": tallied, "edition": edition_of(tallied)}
