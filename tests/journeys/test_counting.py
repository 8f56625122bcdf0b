"""Do count, sum, first and last mean what a marketer reads, and does a wrong one say how to put it right?"""

from datetime import UTC, datetime, timedelta

import pytest

from journeys.conditions import ConditionErrors, compile_condition, compile_value
from journeys.schema import Schema
from journeys.scope import Scope
from journeys.tallies import Counted, Tally, add, what_to_keep
from journeys.vocabulary import Facts, Order, OrderStatus, Profile, Shipment, ShipmentStatus

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
DAY = timedelta(days=1)
SCHEMA = Schema.of({"Quiz Done": {"score": "number", "title": "text", "answers": "any"}}, {})


def scope(text: str) -> Scope:
    """Give somebody who did a quiz of 10 points 60 days ago and one of 20 points 5 days ago, and ordered twice."""
    kept = what_to_keep(compile_condition(text, SCHEMA).counts | {Counted("Quiz Done")})
    tally = Tally()
    for days, score in ((5, 20), (60, 10)):
        add(tally, kept["Quiz Done"], NOW - days * DAY, {"score": score}, clock=NOW)
    facts = Facts(Profile(1, NOW - 100 * DAY))
    for name, days, status in (("a", 3, OrderStatus.PLACED), ("b", 80, OrderStatus.REFUNDED), ("c", 1, "cancelled")):
        at = NOW - days * DAY
        facts.orders[name] = Order(name, at, OrderStatus(status), (), 30.0, at, at)
    return Scope(facts, NOW, tallies={"Quiz Done": tally})


@pytest.mark.parametrize(
    "text",
    [
        'count("Quiz Done") == 2',
        'count("Quiz Done", 30d) == 1',
        'count("Quiz Done", 5d) == 0',
        'sum("Quiz Done", "score") == 30',
        'sum("Quiz Done", "score", 30d) == 20',
        'sum("Quiz Done", "score", 30d) / count("Quiz Done", 30d) >= 20',
        'now - last("Quiz Done") == 5d',
        'now - first("Quiz Done") == 60d',
        'last("Quiz Done")',
        'not last("Page Viewed")',
        'count("Page Viewed") == 0 and sum("Order Completed", "total", 1d) == 0',
        "count(orders) == 2 and count(orders, 30d) == 1",
        "sum(orders.total) == 60 and sum(orders.total, 30d) == 30",
        "now - last(orders) == 3d and now - first(orders) == 80d",
    ],
)
def test_what_somebody_did_is_counted(text: str) -> None:
    assert compile_condition(text, SCHEMA).explain(scope(text)).value is True
    assert compile_condition(text, SCHEMA).holds(scope(text))


def test_something_that_never_happened_has_no_date_to_compare() -> None:
    assert (
        compile_condition('now - last("Page Viewed") > 3d', SCHEMA).explain(scope("now > '2026-01-01'")).value is None
    )


def test_the_explanation_names_the_count() -> None:
    text = 'count("Quiz Done", 30d) >= 3'
    assert compile_condition(text, SCHEMA).explain(scope(text)).why == 'count("Quiz Done", 30d) is 1, not >= 3'


def test_a_condition_says_what_it_counts() -> None:
    text = 'sum("Quiz Done", "score", 30d) > 2 and count("Page Viewed") > 1 and count(orders, 1d) > 0'
    expected = {Counted("Quiz Done", 30 * DAY, "score"), Counted("Page Viewed")}
    assert compile_condition(text, SCHEMA).counts == expected


def errors(text: str) -> list[tuple[int, str]]:
    with pytest.raises(ConditionErrors) as raised:
        compile_condition(text, SCHEMA)
    return [(error.column, str(error)) for error in raised.value.errors]


COUNT = 'expected count("Product Viewed"), count("Product Viewed", 30d) or count(orders, 90d), got '
SUM = 'expected sum("Order Completed", "total", 90d) or sum(orders.total, 365d), also without a duration, got '
NO_NUMBER = '"title" of "Quiz Done" is text; sum adds up numbers, and count counts events'


@pytest.mark.parametrize(
    ("text", "column", "message"),
    [
        (
            'count("Quizz Done") > 1',
            7,
            'no event is called "Quizz Done"; did you mean "Quiz Done"? Correct it, or declare it under events:',
        ),
        ('1 < count("Zzzz")', 11, 'no event is called "Zzzz"; declare it under events:'),
        ('count("Quiz Done", 30) > 1', 20, "expected how far back to look, like 30d, got 30"),
        ('count("Quiz Done", 0d) > 1', 20, "0d reaches back to nothing; write a longer time, like 30d"),
        ('count("Quiz Done", "score") > 1', 20, 'expected how far back to look, like 30d, got "score"'),
        ("count(order, 30d) > 1", 1, f"{COUNT}count(order, 30d)"),
        ("count(30d) > 1", 1, f"{COUNT}count(30d)"),
        ("count() > 1", 1, f"{COUNT}count()"),
        ('sum("Quiz Done", 30d) > 1', 18, 'expected the name of a number in quotes, like "total", got 30d'),
        ('sum("Quiz Done", "title") > 1', 18, NO_NUMBER),
        ('sum("Quiz Done", "scor") > 1', 18, '"Quiz Done" has no property "scor"; did you mean "score"?'),
        ('sum("Quiz Done", "zz") > 1', 18, '"Quiz Done" has no property "zz"; its numbers are answers, score'),
        ("sum(orders, 30d) > 1", 1, f"{SUM}sum(orders, 30d)"),
        ('last("Quiz Done", 3d)', 1, 'expected last("Email Clicked") or last(orders), got last("Quiz Done", 3d)'),
        ('last("Quiz Done").x', 19, 'last("Quiz Done") is a date and has nothing inside it'),
        ('count("Quiz Done")', 1, 'count("Quiz Done") is a number and always there, so it decides nothing; '
         "compare it, as in profile.orders.count > 0"),
        ('cout("Quiz Done") > 1', 1, 'there is no function "cout"; did you mean "count"?'),
    ],
)  # fmt: skip
def test_a_wrong_call_names_its_column_and_its_remedy(text: str, column: int, message: str) -> None:
    assert errors(text) == [(column, message)]


def test_all_that_is_wrong_with_a_call_is_said_at_once() -> None:
    assert [column for column, _ in errors('sum("Quizz Done", total, 30) > 1')] == [5, 19, 26]


def parcel(expected: datetime | None, status: ShipmentStatus) -> Shipment:
    return Shipment("s", "a", status, NOW, NOW, expected_at=expected)


@pytest.mark.parametrize(
    ("parcels", "expected"),
    [
        ((), NOW + 9 * DAY),
        ((parcel(NOW + 2 * DAY, ShipmentStatus.IN_TRANSIT),), NOW + 2 * DAY),
        ((parcel(None, ShipmentStatus.SHIPPED),), NOW + 9 * DAY),
        ((parcel(NOW - DAY, ShipmentStatus.IN_TRANSIT),), NOW - DAY),
        ((parcel(NOW - DAY, ShipmentStatus.DELIVERED),), None),
    ],
)
def test_the_next_goods_come_when_the_carrier_says_or_else_the_shop(
    parcels: tuple[Shipment, ...], expected: datetime | None
) -> None:
    facts = Facts(Profile(1, NOW))
    facts.orders["a"] = Order("a", NOW, OrderStatus.PLACED, (), 30.0, NOW, NOW, promised_at=NOW + 9 * DAY)
    facts.shipments = {each.shipment_id: each for each in parcels}
    facts.shipments_of_order = {"a": [each.shipment_id for each in parcels]} if parcels else {}
    assert compile_value("facts.delivery.expected_at", SCHEMA, "any").of(Scope(facts, NOW)) == expected
