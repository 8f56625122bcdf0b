"""Is every delivery counted once per guard, as what it came to, and in the week it was first judged?"""

from collections import Counter
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from orchestrator.customer import JudgementKind
from orchestrator.reports.guards import Count, GuardReport, Line, Place, Question, Said, Word
from tests.fakes.calls import moment

RIGA = Question(ZoneInfo("Europe/Riga"))
MONDAY = moment("09:00")
WEEK = "2026-W10"
HELD = Said("in_delivery", "delay")
GONE = Said("in_delivery")


def line(*said: Said, delivery: int = 1, hours: int = 0, kind: JudgementKind = "claim", journey: str = "care") -> Line:
    return Line(1, delivery, journey, MONDAY + timedelta(hours=hours), kind, 1, said)


def counts(*lines: Line, question: Question = RIGA) -> dict[Place, Count]:
    report = GuardReport(question)
    report.add(lines)
    return dict(report.in_order())


def count(*lines: Line) -> Count:
    (only,) = counts(*lines).values()
    return only


def once(word: Word) -> Counter[Word]:
    return Counter([word])


def test_a_delivery_that_was_delayed_and_then_went_counts_once_and_as_delayed() -> None:
    assert count(line(HELD), line(HELD, hours=2), line(GONE, hours=9)) == Count(judged=1, held=once("delay"))


def test_the_strictest_verdict_that_was_heeded_counts() -> None:
    assert count(line(HELD), line(Said("in_delivery", "suppress"), hours=500)).held == once("suppress")


def test_dropping_goods_is_the_mildest_way_to_hold() -> None:
    assert count(line(Said("in_delivery", "drop_items")), line(HELD, hours=1)).held == once("delay")


def test_what_was_let_go_is_only_judged() -> None:
    assert count(line(GONE)) == Count(judged=1)


def test_a_guard_that_only_records_is_counted_by_what_it_would_have_done() -> None:
    found = count(line(Said("in_delivery", "suppress", "shadow")))
    assert found == Count(judged=1, shadow=once("suppress"))


def test_what_chance_let_through_is_counted_as_that() -> None:
    assert count(line(Said("in_delivery", "delay", "holdout"))) == Count(judged=1, holdout=1)


def test_what_a_step_is_exempt_from_is_counted_as_that() -> None:
    assert count(line(Said("in_delivery", "delay", "exempt"))) == Count(judged=1, exempt=1)


def test_an_objection_that_was_heeded_outweighs_a_stricter_one_that_was_only_written_down() -> None:
    found = count(line(Said("in_delivery", "suppress", "shadow")), line(Said("in_delivery", "drop_items"), hours=1))
    assert found == Count(judged=1, held=once("drop_items"))


def test_a_forecast_is_not_counted() -> None:
    assert counts(line(HELD, kind="forecast")) == {}


def test_who_had_to_leave_an_audience_is_counted_apart() -> None:
    found = count(line(GONE), line(Said("in_delivery", "suppress"), hours=40, kind="membership"))
    assert found == Count(judged=1, left_audiences=1)


def test_who_may_stay_in_an_audience_is_not_counted_as_leaving_it() -> None:
    found = count(line(GONE), line(Said("in_delivery", "suppress", "shadow"), hours=40, kind="membership"))
    assert found == Count(judged=1)


def test_guards_and_journeys_are_counted_apart() -> None:
    found = counts(line(HELD, Said("consent")), line(GONE, delivery=2, journey="winback"))
    assert list(found) == [
        Place("consent", "care", WEEK),
        Place("in_delivery", "care", WEEK),
        Place("in_delivery", "winback", WEEK),
    ]


def test_the_week_is_that_of_the_first_judgement() -> None:
    assert list(counts(line(HELD), line(GONE, hours=24 * 9))) == [Place("in_delivery", "care", WEEK)]


def test_the_week_begins_on_the_clock_of_the_shop() -> None:
    sunday_evening_in_utc = line(GONE, hours=6 * 24 + 14)
    assert list(counts(sunday_evening_in_utc)) == [Place("in_delivery", "care", "2026-W11")]


@pytest.mark.parametrize(("begin", "end", "judged"), [(0, 0, 1), (1, 9, 0), (-9, -1, 0)])
def test_a_span_holds_deliveries_that_were_first_judged_in_it(begin: int, end: int, judged: int) -> None:
    span = Question(RIGA.zone, MONDAY + timedelta(hours=begin), MONDAY + timedelta(hours=end))
    assert len(counts(line(HELD), line(GONE, hours=5), question=span)) == judged


def test_only_the_guard_that_is_asked_about_is_counted() -> None:
    found = counts(line(HELD, Said("consent")), question=Question(RIGA.zone, guard="consent"))
    assert [place.guard for place in found] == ["consent"]


def test_only_the_journey_that_is_asked_about_is_counted() -> None:
    found = counts(line(HELD), line(HELD, delivery=2, journey="winback"), question=Question(RIGA.zone, journey="care"))
    assert [place.journey for place in found] == ["care"]
