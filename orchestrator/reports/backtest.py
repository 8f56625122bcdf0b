"""What does a backtest say, as values for programs?

The members of `backtest_fields` are a contract: see `docs/backtest.md`.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from orchestrator.reports.differences import Differences, Example, Message
from orchestrator.reports.tally import DELAY_CLASSES, JourneyCount, Tally

Fields = dict[str, Any]
COMPARED = ("entered", "sent", "delayed", "suppressed")


@dataclass(frozen=True, slots=True)
class Version:
    """One version of the journeys: how it is called, and what it did; `journeys` has those that run, in their order."""

    name: str
    tally: Tally
    journeys: Mapping[str, JourneyCount]


@dataclass(frozen=True, slots=True)
class Comparison:
    """The other version, and how they differ."""

    against: Version
    differences: Differences

    def journeys(self, this: Version) -> list[str]:
        """List the journeys of both versions, each once."""
        return list({**this.journeys, **self.against.journeys})


@dataclass(frozen=True, slots=True)
class Outcome:
    """Everything a backtest found out."""

    events: int
    profiles: int
    seconds: float
    this: Version
    compared: Comparison | None = None


def version_of(name: str, tally: Tally, journeys: Iterable[str]) -> Version:
    """Give a version with the counts of all its journeys, also of those that did nothing."""
    return Version(name, tally, {journey: tally.journeys.get(journey, JourneyCount()) for journey in journeys})


def numbers_of(count: JourneyCount) -> dict[str, int]:
    """Give the counts that are compared."""
    return {
        "entered": count.entered,
        "sent": count.sent,
        "delayed": count.delayed,
        "suppressed": count.suppressed.total(),
    }


def compared_numbers(this: Version, against: Version, journey: str) -> Iterable[tuple[str, int, int]]:
    """Give what one journey did in both versions, by name."""
    mine = numbers_of(this.journeys.get(journey, JourneyCount()))
    theirs = numbers_of(against.journeys.get(journey, JourneyCount()))
    return [(name, mine[name], theirs[name]) for name in COMPARED]


def signed(number: int) -> str:
    """Write a difference: `+12`, `-1,250`, `0`."""
    return f"{number:+,}" if number else "0"


def backtest_fields(outcome: Outcome) -> Fields:
    """List everything."""
    fields: Fields = {
        "events": outcome.events,
        "profiles": outcome.profiles,
        "seconds": round(outcome.seconds, 3),
        **_version_fields(outcome.this),
    }
    if outcome.compared is not None:
        against = outcome.compared.against
        fields["against"] = {"version": against.name, **_version_fields(against)}
        fields["difference"] = _difference_fields(outcome.this, outcome.compared)
    return fields


def _version_fields(version: Version) -> Fields:
    tally = version.tally
    return {
        "journeys": {name: _count_fields(count) for name, count in version.journeys.items()},
        "mistimed": {"with_guards": tally.mistimed.total(), "without_guards": tally.unguarded.total()},
        "capped": dict(sorted(tally.capped.items())),
        "delays": {name: tally.delays[name] for name, _ in DELAY_CLASSES if tally.delays[name]},
        "sends_per_day": _days(tally),
    }


def _days(tally: Tally) -> dict[str, dict[str, int]]:
    days: dict[str, dict[str, int]] = defaultdict(dict)
    for (day, journey), count in sorted(tally.sent_on.items()):
        days[day.isoformat()][journey] = count
    return dict(days)


def _count_fields(count: JourneyCount) -> Fields:
    return {
        "entered": count.entered,
        "sent": count.sent,
        "delayed": count.delayed,
        "dropped_items": count.dropped_items,
        "suppressed": dict(sorted(count.suppressed.items())),
        "exited": dict(sorted(count.exited.items())),
        "goals": count.goals,
    }


def _difference_fields(this: Version, compared: Comparison) -> Fields:
    differences = compared.differences
    return {
        "journeys": {
            journey: {
                **{name: mine - theirs for name, mine, theirs in compared_numbers(this, compared.against, journey)},
                "people_only_this": differences.in_journey[(journey, "only_this")],
                "people_only_against": differences.in_journey[(journey, "only_against")],
            }
            for journey in compared.journeys(this)
        },
        "people": {kind: differences.people[kind] for kind in ("same", "changed", "only_this", "only_against")},
        "messages": [
            {
                "journey": journey,
                "step": step,
                "same": found.same,
                "moved": found.moved,
                "only_this": found.only_this,
                "only_against": found.only_against,
                "people": found.people,
            }
            for (journey, step), found in sorted(differences.steps.items())
        ],
        "examples": [_example_fields(example) for example in differences.examples],
    }


def _example_fields(example: Example) -> Fields:
    pairs = [{"this": _message_fields(pair.this), "against": _message_fields(pair.against)} for pair in example.pairs]
    return {"profile": example.profile, "messages": pairs}


def _message_fields(message: Message | None) -> Fields | None:
    if message is None:
        return None
    return {
        "journey": message.journey,
        "step": message.step,
        "at": message.at,
        "channel": message.channel,
        "goods": message.goods,
    }
