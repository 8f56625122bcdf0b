"""Are goods of a cancelled order left alone?"""

import pytest

from journeys.vocabulary import Intent, OrderStatus, Purpose, Reach
from operational_guards.cancelled import Cancelled
from operational_guards.verdict import Allow, Delay, DropItems, Suppress
from tests.operational_guards.people import DAY, MOMENT, NOW, about, guard_of, known, order, product, seen


def cancelled(*products, order_id="o9", placed_at=NOW - 20 * DAY, changed_at=NOW - 2 * DAY):
    return order(order_id, *products, placed_at=placed_at, changed_at=changed_at, status=OrderStatus.CANCELLED)


CANCELLED = cancelled("grinder")


def answer(*facts, now=NOW, **parameters):
    return guard_of(Cancelled, **parameters).judge(about("beans", "grinder"), known(*facts), now)


def test_goods_of_a_cancelled_order_are_dropped():
    evidence = (seen("order", "o9", "cancelled", NOW - 2 * DAY),)
    assert answer(CANCELLED) == DropItems(frozenset({1}), "cancelled.order", evidence)


@pytest.mark.parametrize("status", [status for status in OrderStatus if status != OrderStatus.CANCELLED])
def test_any_other_order_is_not_held(status):
    assert answer(order("o9", "grinder", placed_at=NOW - DAY, status=status)) == Allow()


def test_other_goods_are_not_held():
    assert answer(cancelled("cup")) == Allow()


def test_an_order_after_the_cancelled_one_makes_it_good():
    assert answer(CANCELLED, order("o10", "grinder", placed_at=NOW - 20 * DAY + MOMENT)) == Allow()


def test_an_order_placed_with_the_cancelled_one_does_not():
    assert answer(CANCELLED, order("o10", "grinder", placed_at=NOW - 20 * DAY)).reason == "cancelled.order"


def test_an_order_that_was_itself_cancelled_makes_nothing_good():
    again = cancelled("grinder", order_id="o10", placed_at=NOW - DAY, changed_at=NOW - DAY)
    assert [evidence.id for evidence in answer(CANCELLED, again).evidence] == ["o10"]


def test_without_within_a_cancellation_holds_for_ever():
    ancient = cancelled("grinder", placed_at=NOW - 2000 * DAY, changed_at=NOW - 2000 * DAY)
    assert answer(ancient).reason == "cancelled.order"


def test_within_counts_from_the_cancellation_and_includes_its_last_moment():
    old = cancelled("grinder", placed_at=NOW - 90 * DAY, changed_at=NOW - 60 * DAY)
    assert answer(old, within="60d").places == frozenset({1})


def test_after_within_the_goods_may_be_promoted_again():
    old = cancelled("grinder", placed_at=NOW - 90 * DAY, changed_at=NOW - 60 * DAY - MOMENT)
    assert answer(old, within="60d") == Allow()


def test_a_delay_wakes_when_a_fact_changes():
    verdict = answer(CANCELLED, do="delay")
    assert isinstance(verdict, Delay)
    assert (verdict.until, verdict.on_change) == (NOW + 30 * DAY, True)


def test_after_the_longest_delay_the_message_is_suppressed():
    verdict = answer(CANCELLED, do="delay", now=NOW + 30 * DAY)
    assert isinstance(verdict, Suppress)
    assert verdict.reason == "cancelled.at_most_passed"


def test_goods_of_the_same_category_can_be_held_too():
    catalog = [product("mill", category="grinders"), product("grinder", category="grinders")]
    assert answer(cancelled("mill"), *catalog, same="category").places == frozenset({1})


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, True),
        ({"intent": Intent.FOLLOW_UP}, True),
        ({"reach": Reach.AUDIENCE}, True),
        ({"reach": Reach.CRM}, False),
        ({"purpose": Purpose.TRANSACTIONAL}, False),
    ],
)
def test_it_looks_at_marketing_messages_and_audiences(changes, expected):
    assert guard_of(Cancelled).applies_to(about("grinder", **changes)) is expected
