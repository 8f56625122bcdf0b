"""Are the customers a guard held compared with those chance let through, and with no others?"""

from collections import Counter
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from operational_guards.verdict import Unheeded
from orchestrator.customer import JudgementKind
from orchestrator.reports.guards import Line, Question, Said, Word
from orchestrator.reports.worth import (
    Doings,
    Group,
    Objection,
    Outcome,
    Trial,
    WorthReport,
    compare,
    difference,
    first_objections,
    outcome_of,
)
from tests.fakes.calls import moment

BEGIN = moment("09:00")
ALL = Question(ZoneInfo("UTC"))
TRIALS = {7: frozenset({"in_delivery"})}
FORTNIGHT = timedelta(days=14)


# The interval


@pytest.mark.parametrize(
    ("one", "of_one", "other", "of_other", "low", "high"),
    [
        (56, 70, 48, 80, 0.0524, 0.3339),
        (9, 10, 3, 10, 0.1705, 0.8090),
        (6, 7, 2, 7, 0.0582, 0.8062),
        (5, 56, 0, 29, -0.0381, 0.1926),
        (0, 10, 0, 20, -0.1611, 0.2775),
        (0, 10, 0, 10, -0.2775, 0.2775),
        (10, 10, 0, 20, 0.6791, 1.0000),
        (10, 10, 0, 10, 0.6075, 1.0000),
    ],
)
def test_the_interval_is_the_one_that_newcombe_published(
    one: int, of_one: int, other: int, of_other: int, low: float, high: float
) -> None:
    found = difference(one, of_one, other, of_other)
    assert (round(found.low, 4), round(found.high, 4)) == (low, high)


def test_the_difference_is_that_of_the_shares() -> None:
    assert difference(56, 70, 48, 80).value == pytest.approx(0.2)


# Who is compared


def objection(
    verdict: Word = "delay",
    unheeded: Unheeded = "",
    *,
    days: int = 0,
    edition: int = 7,
    kind: JudgementKind = "claim",
    journey: str = "care",
) -> Line:
    said = (Said("consent"), Said("in_delivery", verdict, unheeded))
    return Line(1, days + 1, journey, BEGIN + timedelta(days=days), kind, edition, said)


def firsts(*lines: Line, question: Question = ALL) -> dict[str, Objection]:
    return first_objections(lines, TRIALS, question)


def test_a_customer_belongs_to_the_group_of_their_first_objection() -> None:
    found = firsts(objection(unheeded="holdout"), objection(days=1))
    assert found == {"in_delivery": Objection(BEGIN, is_let_through=True)}


def test_the_first_objection_is_the_one_given_first_whatever_was_written_first() -> None:
    found = firsts(objection(days=1), objection(unheeded="holdout"))
    assert found == {"in_delivery": Objection(BEGIN, is_let_through=True)}


def test_what_a_guard_allows_is_no_objection() -> None:
    assert firsts(objection("allow")) == {}


@pytest.mark.parametrize("unheeded", ["shadow", "exempt"])
def test_an_objection_that_nobody_would_have_heeded_does_not_count(unheeded: Unheeded) -> None:
    assert firsts(objection(unheeded=unheeded)) == {}


def test_an_objection_from_before_the_holdout_does_not_count() -> None:
    found = firsts(objection(edition=3), objection(days=9))
    assert found == {"in_delivery": Objection(BEGIN + timedelta(days=9), is_let_through=False)}


@pytest.mark.parametrize("kind", ["forecast", "membership"])
def test_only_what_was_judged_right_before_it_left_counts(kind: JudgementKind) -> None:
    assert firsts(objection(kind=kind)) == {}


def test_an_objection_outside_of_the_span_does_not_count() -> None:
    assert firsts(objection(), question=Question(ALL.zone, begin=BEGIN + timedelta(days=1))) == {}


def test_an_objection_of_another_journey_does_not_count() -> None:
    assert firsts(objection(), question=Question(ALL.zone, journey="winback")) == {}


# What they did


@pytest.mark.parametrize(
    ("name", "properties", "outcome"),
    [
        ("Unsubscribed", {}, "unsubscribed"),
        ("Email Unsubscribed", {}, "unsubscribed"),
        ("Preferences Updated", {"consent": {"email": False, "sms": False}}, "unsubscribed"),
        ("Preferences Updated", {"consent": {"email": True, "sms": False}}, None),
        ("Preferences Updated", {"consent": {}}, None),
        ("Spam Complaint", {}, "complained"),
        ("Email Marked as Spam", {}, "complained"),
        ("Email Opened", {}, None),
    ],
)
def test_an_event_is_known_by_what_it_means_for_the_sender(
    name: str, properties: dict[str, Any], outcome: Outcome | None
) -> None:
    assert outcome_of(name, properties) == outcome


def ordered(*days: float, paid: float = 20.0) -> Doings:
    moments = tuple(BEGIN + timedelta(days=day) for day in days)
    return Doings({"ordered": moments}, tuple((moment, paid) for moment in moments))


def trial(doings: Doings, *, is_let_through: bool = False, known_until: datetime = BEGIN + FORTNIGHT) -> Trial:
    report = WorthReport(FORTNIGHT, known_until)
    report.add({"in_delivery": Objection(BEGIN, is_let_through)}, doings)
    return report.trials["in_delivery"]


@pytest.mark.parametrize(("day", "counts"), [(-1, 0), (0, 0), (0.1, 1), (14, 1), (14.1, 0)])
def test_an_order_counts_within_the_time_after_the_objection(day: float, counts: int) -> None:
    assert trial(ordered(day)).heeded.did["ordered"] == counts


def test_a_customer_who_ordered_twice_counts_once_and_with_all_their_money() -> None:
    assert trial(ordered(1, 2)).heeded == Group(1, Counter({"ordered": 1}), 40.0)


def test_whoever_was_let_through_is_counted_in_the_other_group() -> None:
    found = trial(ordered(1), is_let_through=True)
    assert (found.heeded.customers, found.let_through.customers) == (0, 1)


def test_a_customer_whose_time_is_not_over_is_too_recent_for_either_group() -> None:
    found = trial(ordered(1), known_until=BEGIN + timedelta(days=13))
    assert found == Trial(too_recent=1)


def test_the_revenue_of_a_customer_is_that_of_all_shared_by_all() -> None:
    report = WorthReport(FORTNIGHT, BEGIN + FORTNIGHT)
    for doings in (ordered(1, paid=30.0), ordered()):
        report.add({"in_delivery": Objection(BEGIN, is_let_through=False)}, doings)
    assert report.trials["in_delivery"].heeded.revenue_per_customer == 15.0


# What it says


def group(did: int, of: int, outcome: Outcome = "ordered") -> Group:
    return Group(of, Counter({outcome: did}))


def says(held: tuple[int, int], let_through: tuple[int, int], outcome: Outcome = "ordered") -> str:
    return compare(Trial(group(*held, outcome), group(*let_through, outcome)), outcome)[1]


def test_with_an_empty_group_there_is_no_difference() -> None:
    assert compare(Trial(group(5, 50), Group()), "ordered") == (None, "too few to tell")


def test_an_interval_that_spans_zero_is_too_few_to_tell() -> None:
    assert says((50, 500), (45, 500)) == "too few to tell"


def test_groups_of_less_than_thirty_are_too_few_to_tell() -> None:
    assert (says((29, 29), (0, 400)), says((400, 400), (0, 29))) == ("too few to tell", "too few to tell")


def test_groups_of_thirty_can_tell() -> None:
    assert says((30, 30), (0, 30)) == "holding brings orders"


@pytest.mark.parametrize(
    ("outcome", "more", "fewer"),
    [
        ("ordered", "holding brings orders", "holding costs orders"),
        ("unsubscribed", "holding brings unsubscriptions", "holding spares unsubscriptions"),
        ("complained", "holding brings complaints", "holding spares complaints"),
        ("returned", "holding brings returns", "holding spares returns"),
    ],
)
def test_a_difference_is_said_in_words(outcome: Outcome, more: str, fewer: str) -> None:
    assert (says((90, 100), (10, 100), outcome), says((10, 100), (90, 100), outcome)) == (more, fewer)
