"""From when on may a condition be something else although nothing is learned?"""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from journeys.conditions import compile_condition
from journeys.schema import Schema
from journeys.scope import Scope
from journeys.tallies import Kept, Tally, add
from journeys.vocabulary import Facts, Order, OrderStatus, Profile

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
MS = timedelta(milliseconds=1)
DAY = timedelta(days=1)
KINDS: Any = {"x": "date", "y": "date", "n": "number", "t": "text"}
SCHEMA = Schema.of({"Thing Done": KINDS}, {}).at_entry("Thing Done")


def scope(**event: Any) -> Scope:
    tally = Tally()
    for days in (1, 2, 3):
        add(tally, Kept(40 * 86_400_000, ("n",)), NOW - timedelta(days=days), {"n": 10 * days}, clock=NOW)
    placed = NOW - 10 * DAY
    order = Order("o1", placed, OrderStatus.PLACED, (), 50.0, placed, placed)
    facts = Facts(Profile(1, NOW - 100 * DAY), orders={"o1": order})
    return Scope(facts, NOW, event=event, tallies={"Thing Done": tally})


def change(text: str, **event: Any) -> timedelta | None:
    at = compile_condition(text, SCHEMA).next_change(scope(**event))
    return None if at is None else at - NOW


@pytest.mark.parametrize("text", ["unset(event.x)", "not unset(event.x)", "unset(first('Thing Done'))"])
def test_what_nobody_said_is_not_said_by_time(text: str) -> None:
    assert change(text) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("now - event.x > 30d", 29 * DAY + MS),
        ("now - event.x >= 30d", 29 * DAY),
        ("now - event.x < 30d", 29 * DAY),
        ("now - event.x <= 30d", 29 * DAY + MS),
        ("30d < now - event.x", 29 * DAY + MS),
        ("event.x + 2d < now", DAY + MS),
        ("event.x + 2d > now", DAY),
        ("now == event.x + 2d", DAY),
        ("now == event.x + 1d", MS),
        ("now - event.x == 1d", MS),
        ("now > event.x", None),
        ("now - event.x >= 1d", None),
        ("not now - event.x > 30d", 29 * DAY + MS),
        ("(now - event.x) * 2 > 4d", DAY + MS),
        ("now in ['2026-03-03T09:00:00Z', '2026-03-05']", DAY),
        ("now < '2026-03-03T09:00:00Z'", DAY),
        ("now - event.y > 30d", None),
    ],
)
def test_a_comparison_with_now_changes_at_its_millisecond(text: str, expected: timedelta | None) -> None:
    assert change(text, x="2026-03-01T09:00:00Z") == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('count("Thing Done", 30d) >= 3', 27 * DAY),
        ('count("Thing Done", 30d) >= 2', 28 * DAY),
        ('count("Thing Done", 30d) >= 1', 29 * DAY),
        ('count("Thing Done", 30d) > 3', None),
        ('sum("Thing Done", "n", 30d) > 25', 28 * DAY),
        ("count(orders, 90d) > 0", 80 * DAY),
        ("sum(orders.total, 20d) >= 50", 10 * DAY),
        ('count("Thing Done") >= 3', None),
        ("profile.email", None),
    ],
)
def test_what_is_counted_in_a_window_changes_when_enough_has_left_it(text: str, expected: timedelta | None) -> None:
    assert change(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("event.t == 'LV' and now - event.x > 30d", None),
        ("event.n > 5 and now - event.x > 30d", 29 * DAY + MS),
        ("event.n > 1 or now - event.x > 30d", None),
        ("now - event.x > 30d and now - event.x > 10d", 29 * DAY + MS),
        ("now - event.x > 30d or now - event.x > 10d", 9 * DAY + MS),
    ],
)
def test_of_joined_conditions_only_what_can_decide_counts(text: str, expected: timedelta | None) -> None:
    assert change(text, x="2026-03-01T09:00:00Z", n=3 if "n > 1" in text else None, t="EE") == expected


def test_a_date_that_runs_out_of_the_calendar_is_looked_at_then() -> None:
    assert (
        change("now + 2d * 1456000 > now")
        == datetime(9999, 12, 31, 23, 59, 59, 999000, tzinfo=UTC) - NOW - (2 * DAY * 1456000) + MS
    )
