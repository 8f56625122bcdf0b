"""Are goods that came back left alone?"""

import pytest

from journeys.vocabulary import Intent, OrderStatus, Purpose, Reach, ReturnStatus
from operational_guards.returned import Returned
from operational_guards.verdict import Allow, Delay, DropItems, Suppress
from tests.operational_guards.people import (
    DAY,
    HOUR,
    MOMENT,
    NOW,
    about,
    give_back,
    guard_of,
    known,
    order,
    product,
    seen,
)

BOUGHT = order("o9", "grinder", placed_at=NOW - 20 * DAY)


def answer(*facts, now=NOW, **parameters):
    return guard_of(Returned, **parameters).judge(about("beans", "grinder"), known(*facts), now)


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        (ReturnStatus.REQUESTED, "returned.requested"),
        (ReturnStatus.IN_TRANSIT, "returned.on_its_way"),
        (ReturnStatus.RECEIVED, "returned.received"),
        (ReturnStatus.REFUNDED, "returned.refunded"),
    ],
)
def test_goods_are_dropped_at_every_stage_of_a_return(status, reason):
    verdict = answer(BOUGHT, give_back("r1", "grinder", order_id="o9", status=status))
    assert verdict == DropItems(frozenset({1}), reason, (seen("return", "r1", status.value, NOW - DAY),))


@pytest.mark.parametrize("status", [ReturnStatus.DECLINED, ReturnStatus.CANCELLED])
def test_a_return_that_came_to_nothing_does_not_count(status):
    assert answer(BOUGHT, give_back("r1", "grinder", status=status)) == Allow()


@pytest.mark.parametrize("status", [OrderStatus.REFUNDED, OrderStatus.CANCELLED, OrderStatus.PAYMENT_FAILED])
def test_an_order_that_was_undone_is_not_a_return(status):
    assert answer(order("o9", "grinder", placed_at=NOW - DAY, status=status)) == Allow()


def test_an_order_after_the_return_makes_it_good():
    again = order("o10", "grinder", placed_at=NOW - DAY + MOMENT)
    assert answer(BOUGHT, give_back("r1", "grinder"), again) == Allow()


def test_an_order_at_the_very_moment_of_the_return_does_not_make_it_good():
    together = order("o10", "grinder", placed_at=NOW - DAY)
    assert answer(give_back("r1", "grinder"), together).reason == "returned.requested"


def test_an_order_that_the_shop_holds_back_makes_it_good_too():
    again = order("o10", "grinder", placed_at=NOW - MOMENT, status=OrderStatus.HELD)
    assert answer(give_back("r1", "grinder"), again) == Allow()


@pytest.mark.parametrize("status", [OrderStatus.REFUNDED, OrderStatus.CANCELLED, OrderStatus.PAYMENT_FAILED])
def test_an_order_that_was_itself_undone_makes_nothing_good(status):
    undone = order("o10", "grinder", placed_at=NOW - MOMENT, status=status)
    assert answer(give_back("r1", "grinder"), undone).reason == "returned.requested"


def test_a_return_that_was_made_good_says_nothing_about_a_later_one():
    older = give_back("r1", "grinder", requested_at=NOW - 10 * DAY, changed_at=NOW - HOUR, status=ReturnStatus.RECEIVED)
    again = order("o10", "grinder", placed_at=NOW - 5 * DAY)
    assert answer(older, again, give_back("r2", "grinder")).reason == "returned.requested"


def test_the_newest_state_gives_the_reason():
    older = give_back(
        "r1", "grinder", status=ReturnStatus.REFUNDED, changed_at=NOW - 9 * DAY, requested_at=NOW - 10 * DAY
    )
    newer = give_back("r2", "grinder", status=ReturnStatus.IN_TRANSIT, changed_at=NOW - 2 * DAY)
    assert answer(older, newer).reason == "returned.on_its_way"


def test_a_return_of_unbought_goods_counts_too():
    assert answer(give_back("r1", "grinder")).places == frozenset({1})


def test_without_within_a_return_holds_for_ever():
    ancient = give_back("r1", "grinder", requested_at=NOW - 2000 * DAY)
    assert answer(ancient).reason == "returned.requested"


def test_within_counts_from_the_newest_state_and_includes_its_last_moment():
    back = give_back("r1", "grinder", requested_at=NOW - 90 * DAY, changed_at=NOW - 60 * DAY)
    assert answer(back, within="60d").reason == "returned.requested"


def test_after_within_the_goods_may_be_promoted_again():
    back = give_back("r1", "grinder", requested_at=NOW - 90 * DAY, changed_at=NOW - 60 * DAY - MOMENT)
    assert answer(back, within="60d") == Allow()


def test_a_delay_lasts_until_within_is_over():
    verdict = answer(give_back("r1", "grinder"), do="delay", within="10d")
    assert isinstance(verdict, Delay)
    assert (verdict.until, verdict.on_change) == (NOW + 9 * DAY + MOMENT, True)


def test_a_delay_without_within_lasts_for_the_longest_delay():
    assert answer(give_back("r1", "grinder"), do="delay").until == NOW + 30 * DAY


def test_after_the_longest_delay_the_message_is_suppressed():
    verdict = answer(give_back("r1", "grinder"), do="delay", now=NOW + 30 * DAY)
    assert isinstance(verdict, Suppress)
    assert verdict.reason == "returned.at_most_passed"


def test_after_the_longest_delay_the_message_may_go_if_so_configured():
    assert answer(give_back("r1", "grinder"), do="delay", then="send", now=NOW + 30 * DAY) == Allow()


def test_a_return_can_suppress_the_message_instead():
    assert isinstance(answer(give_back("r1", "grinder"), do="suppress"), Suppress)


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
    assert guard_of(Returned).applies_to(about("grinder", **changes)) is expected


def test_a_part_of_a_bundle_that_came_back_is_dropped():
    catalog = product("starter_kit", parts=("grinder",))
    assert answer(give_back("r1", "starter_kit"), catalog).places == frozenset({1})


def test_goods_of_the_same_category_can_be_dropped_too():
    catalog = [product("mill", category="grinders"), product("grinder", category="grinders")]
    assert answer(give_back("r1", "mill"), *catalog, same="category").places == frozenset({1})


def test_an_order_of_the_same_category_makes_it_good_where_the_category_counts():
    catalog = [product("mill", category="grinders"), product("grinder", category="grinders")]
    again = order("o10", "grinder", placed_at=NOW)
    assert answer(give_back("r1", "mill"), again, *catalog, same="category") == Allow()


# A return that names no goods, as Shopify tells it.


def test_a_return_without_goods_is_about_all_goods_of_its_order():
    verdict = answer(order("o9", "grinder", "beans", placed_at=NOW - 20 * DAY), give_back("r1", order_id="o9"))
    assert verdict.places == {0, 1}


def test_a_return_without_goods_says_nothing_of_another_order():
    assert answer(BOUGHT, give_back("r1", order_id="o8")) == Allow()


def test_a_return_without_goods_or_order_says_nothing():
    assert answer(BOUGHT, give_back("r1")) == Allow()


def test_an_order_after_a_return_without_goods_makes_it_good():
    again = order("o10", "grinder", placed_at=NOW)
    assert answer(BOUGHT, give_back("r1", order_id="o9"), again) == Allow()


def test_a_return_without_goods_is_about_the_parts_of_the_bundle_that_was_ordered():
    bundle = order("o9", "kit", placed_at=NOW - 20 * DAY)
    verdict = answer(bundle, give_back("r1", order_id="o9"), product("kit", parts=("grinder",)))
    assert verdict.places == {1}
