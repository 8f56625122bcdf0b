"""Is nobody asked about goods that are not there yet?"""

import pytest
from msgspec.structs import replace

from journeys.vocabulary import Intent, OrderStatus, Purpose, Reach, ReturnStatus, ShipmentStatus
from operational_guards.review_before_delivery import ReviewBeforeDelivery
from operational_guards.verdict import Allow, Delay, DropItems, Evidence, Suppress, Unsure
from tests.operational_guards.people import (
    DAY,
    MOMENT,
    NOW,
    about,
    give_back,
    guard_of,
    known,
    order,
    parcel,
    product,
    seen,
)

GRINDER = order("o9", "grinder", placed_at=NOW - 5 * DAY)
ON_ITS_WAY = parcel("s1", "o9", ShipmentStatus.IN_TRANSIT)
ARRIVED = parcel("s1", "o9", ShipmentStatus.DELIVERED)
NEVER = "review_before_delivery.never_ordered"
NOT_DELIVERED = "review_before_delivery.not_delivered"


def answer(*facts, now=NOW, products=("grinder",), **parameters):
    delivery = about(*products, intent=Intent.FOLLOW_UP)
    return guard_of(ReviewBeforeDelivery, **parameters).judge(delivery, known(*facts), now)


def test_goods_that_are_delivered_may_be_asked_about():
    assert answer(GRINDER, ARRIVED) == Allow()


def test_goods_on_their_way_delay_until_they_arrive_or_the_longest_delay_ends():
    assert answer(GRINDER, ON_ITS_WAY) == Delay(
        NOW + 30 * DAY,
        NOT_DELIVERED,
        (seen("order", "o9", "placed", NOW - 5 * DAY), seen("shipment", "s1", "in_transit", NOW - DAY)),
        on_change=True,
    )


def test_goods_that_have_not_left_the_shop_delay():
    assert answer(GRINDER).reason == NOT_DELIVERED


def test_a_message_about_no_goods_goes():
    assert answer(GRINDER, products=()) == Allow()


def test_goods_that_were_never_ordered_are_left_out():
    assert answer() == DropItems(frozenset({0}), NEVER, (Evidence("purchase", "grinder", "unknown"),))


@pytest.mark.parametrize("status", [OrderStatus.CANCELLED, OrderStatus.PAYMENT_FAILED])
def test_an_order_that_came_to_nothing_is_no_order(status):
    assert answer(order("o9", "grinder", placed_at=NOW - DAY, status=status), ARRIVED).reason == NEVER


def test_never_ordered_goods_can_suppress_the_message_instead():
    assert answer(do="suppress") == Suppress(NEVER, (Evidence("purchase", "grinder", "unknown"),))


def test_a_message_waits_for_its_goods_before_the_others_are_left_out():
    verdict = answer(GRINDER, ON_ITS_WAY, products=("cup", "grinder"))
    assert (type(verdict), verdict.reason) == (Delay, NOT_DELIVERED)


def test_goods_that_are_there_go_without_those_that_were_never_ordered():
    verdict = answer(GRINDER, ARRIVED, products=("cup", "grinder"))
    assert (verdict.places, verdict.reason) == (frozenset({0}), NEVER)


def test_after_the_longest_delay_both_may_be_dropped():
    on_its_way = replace(ON_ITS_WAY, news_at=NOW + 29 * DAY)
    beans = order("o1", "beans", placed_at=NOW - 9 * DAY)
    there = parcel("s0", "o1", ShipmentStatus.DELIVERED)
    verdict = answer(
        *(GRINDER, on_its_way, beans, there),
        products=("cup", "grinder", "beans"),
        then="drop_items",
        now=NOW + 30 * DAY,
    )
    assert (verdict.places, verdict.reason) == (frozenset({0, 1}), "review_before_delivery.at_most_passed")


def test_goods_that_are_not_there_can_be_dropped_with_those_never_ordered():
    beans = order("o1", "beans", placed_at=NOW - 9 * DAY)
    there = parcel("s0", "o1", ShipmentStatus.DELIVERED)
    verdict = answer(GRINDER, ON_ITS_WAY, beans, there, products=("cup", "grinder", "beans"), do="drop_items")
    assert verdict.places == frozenset({0, 1})


def test_nobody_asks_about_goods_that_nobody_knows_the_place_of():
    silent = replace(ON_ITS_WAY, news_at=NOW - 21 * DAY - MOMENT)
    verdict = answer(GRINDER, silent)
    assert (type(verdict), verdict.reason, verdict.known) == (Unsure, "review_before_delivery.no_news", Allow())


def test_never_ordered_goods_stay_out_though_others_are_unknown():
    silent = replace(ON_ITS_WAY, news_at=NOW - 21 * DAY - MOMENT)
    assert answer(GRINDER, silent, products=("cup", "grinder")).known.places == frozenset({0})


def test_a_while_after_delivery_can_be_asked_for():
    verdict = answer(GRINDER, ARRIVED, until="delivered + 7d")
    assert (verdict.until, verdict.reason, verdict.on_change) == (
        NOW + 6 * DAY,
        "review_before_delivery.just_delivered",
        False,
    )


def test_at_the_very_end_of_the_while_the_message_goes():
    assert answer(GRINDER, ARRIVED, until="delivered + 1d") == Allow()


def test_the_newest_order_decides():
    again = order("o10", "grinder", placed_at=NOW - DAY)
    assert answer(GRINDER, ARRIVED, again).reason == NOT_DELIVERED


def test_a_newest_order_that_was_cancelled_leaves_the_one_before():
    again = order("o10", "grinder", placed_at=NOW - DAY, status=OrderStatus.CANCELLED)
    assert answer(GRINDER, ARRIVED, again) == Allow()


def test_refunded_goods_are_the_business_of_another_guard():
    assert answer(order("o9", "grinder", placed_at=NOW - DAY, status=OrderStatus.REFUNDED)) == Allow()


def test_goods_that_are_coming_back_are_the_business_of_another_guard():
    assert answer(GRINDER, give_back("r1", "grinder", order_id="o9")) == Allow()


def test_a_declined_return_leaves_the_goods_awaited():
    declined = give_back("r1", "grinder", order_id="o9", status=ReturnStatus.DECLINED)
    assert answer(GRINDER, declined).reason == NOT_DELIVERED


def test_a_part_of_a_bundle_was_ordered_with_it():
    bundle = order("o9", "starter_kit", placed_at=NOW - 5 * DAY)
    assert answer(bundle, ARRIVED, product("starter_kit", parts=("grinder",))) == Allow()


def test_after_the_longest_delay_the_message_is_suppressed():
    verdict = answer(GRINDER, replace(ON_ITS_WAY, news_at=NOW + 29 * DAY), now=NOW + 30 * DAY)
    assert isinstance(verdict, Suppress)
    assert verdict.reason == "review_before_delivery.at_most_passed"


def test_after_the_longest_delay_the_message_may_go_if_so_configured():
    assert answer(GRINDER, replace(ON_ITS_WAY, news_at=NOW + 29 * DAY), now=NOW + 30 * DAY, then="send") == Allow()


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"intent": Intent.FOLLOW_UP}, True),
        ({}, False),
        ({"intent": Intent.FOLLOW_UP, "reach": Reach.AUDIENCE}, False),
        ({"intent": Intent.FOLLOW_UP, "reach": Reach.CRM}, False),
        ({"intent": Intent.FOLLOW_UP, "purpose": Purpose.TRANSACTIONAL}, False),
    ],
)
def test_it_looks_at_messages_that_follow_up(changes, expected):
    assert guard_of(ReviewBeforeDelivery).applies_to(about("grinder", **changes)) is expected
