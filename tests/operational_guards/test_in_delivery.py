"""Are goods on their way held, and let go in time?"""

from datetime import timedelta

import pytest
from msgspec.structs import replace
from pydantic import ValidationError

from journeys.vocabulary import Intent, OrderStatus, Purpose, Reach, ReturnStatus, ShipmentStatus
from operational_guards.in_delivery import InDelivery
from operational_guards.verdict import Allow, Delay, DropItems, Suppress, Unsure
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
    parcel,
    product,
    seen,
)

GRINDER = order("o9", "grinder", placed_at=NOW - 3 * DAY)
ON_ITS_WAY = parcel("s1", "o9", ShipmentStatus.IN_TRANSIT)
DEADLINE = NOW + 21 * DAY
STILL_ON_ITS_WAY = replace(ON_ITS_WAY, news_at=DEADLINE - DAY)


def arrived(at, products=(), shipment_id="s1"):
    return parcel(shipment_id, "o9", ShipmentStatus.DELIVERED, changed_at=at, delivered_at=at, products=products)


def answer(*facts, now=NOW, delivery=None, **parameters):
    return guard_of(InDelivery, **parameters).judge(delivery or about("grinder"), known(*facts), now)


def test_a_parcel_on_its_way_delays_until_it_arrives_or_the_longest_delay_ends():
    assert answer(GRINDER, ON_ITS_WAY) == Delay(
        DEADLINE,
        "in_delivery.open_shipment",
        (
            seen("order", "o9", "placed", NOW - 3 * DAY),
            seen("shipment", "s1", "in_transit", NOW - DAY),
        ),
        on_change=True,
    )


def test_goods_without_a_parcel_have_not_left_the_shop():
    assert answer(GRINDER) == Delay(
        DEADLINE, "in_delivery.not_shipped", (seen("order", "o9", "placed", NOW - 3 * DAY),), on_change=True
    )


def test_goods_that_just_arrived_delay_until_the_while_after_delivery_is_over():
    verdict = answer(GRINDER, arrived(NOW - DAY))
    assert (verdict.until, verdict.reason, verdict.on_change) == (NOW + DAY, "in_delivery.just_delivered", False)


def test_a_moment_before_the_while_ends_the_message_still_waits():
    verdict = answer(GRINDER, arrived(NOW - 2 * DAY + MOMENT))
    assert (verdict.until, verdict.reason) == (NOW + MOMENT, "in_delivery.just_delivered")


def test_at_the_very_end_of_the_while_the_message_goes():
    assert answer(GRINDER, arrived(NOW - 2 * DAY)) == Allow()


def test_until_delivered_needs_no_while():
    assert answer(GRINDER, arrived(NOW), until="delivered") == Allow()


def test_a_parcel_without_a_time_of_delivery_counts_from_its_last_change():
    delivered = parcel("s1", "o9", ShipmentStatus.DELIVERED, changed_at=NOW - DAY)
    assert answer(GRINDER, delivered).until == NOW + DAY


def test_the_last_of_several_parcels_counts():
    verdict = answer(GRINDER, arrived(NOW - 9 * DAY), arrived(NOW - DAY, shipment_id="s2"))
    assert verdict.until == NOW + DAY


def test_one_of_two_parcels_still_open_holds():
    assert answer(GRINDER, arrived(NOW - 9 * DAY, shipment_id="s0"), ON_ITS_WAY).reason == "in_delivery.open_shipment"


def test_a_parcel_with_other_goods_says_nothing_about_these():
    beans = arrived(NOW - 9 * DAY, products=["beans"])
    assert answer(GRINDER, beans).reason == "in_delivery.not_shipped"


def test_a_parcel_that_names_the_goods_delivers_them():
    assert answer(GRINDER, arrived(NOW - 9 * DAY, products=["beans", "grinder"])) == Allow()


def test_a_cancelled_parcel_is_no_parcel():
    cancelled = parcel("s1", "o9", ShipmentStatus.CANCELLED)
    assert answer(GRINDER, cancelled).reason == "in_delivery.not_shipped"


@pytest.mark.parametrize("status", [ShipmentStatus.LOST, ShipmentStatus.EXCEPTION, ShipmentStatus.RETURNED_TO_SENDER])
def test_a_parcel_in_trouble_is_still_open(status):
    assert answer(GRINDER, parcel("s1", "o9", status)).reason == "in_delivery.open_shipment"


@pytest.mark.parametrize("status", [OrderStatus.CANCELLED, OrderStatus.PAYMENT_FAILED, OrderStatus.REFUNDED])
def test_an_order_that_is_over_is_not_on_its_way(status):
    over = order("o9", "grinder", placed_at=NOW - 3 * DAY, status=status)
    assert answer(over, ON_ITS_WAY) == Allow()


def test_goods_of_the_order_that_are_coming_back_are_not_awaited():
    assert answer(GRINDER, ON_ITS_WAY, give_back("r1", "grinder", order_id="o9")) == Allow()


def test_a_return_without_an_order_may_be_of_any_order_before_it():
    assert answer(GRINDER, ON_ITS_WAY, give_back("r1", "grinder", requested_at=NOW - 2 * DAY)) == Allow()


def test_a_return_without_an_order_is_not_of_an_order_after_it():
    earlier = give_back("r1", "grinder", requested_at=NOW - 4 * DAY)
    assert answer(GRINDER, ON_ITS_WAY, earlier).reason == "in_delivery.open_shipment"


def test_a_return_without_an_order_at_the_moment_of_ordering_is_not_of_that_order():
    together = give_back("r1", "grinder", requested_at=NOW - 3 * DAY)
    assert answer(GRINDER, ON_ITS_WAY, together).reason == "in_delivery.open_shipment"


def test_a_return_of_another_order_changes_nothing():
    other = give_back("r1", "grinder", order_id="o1")
    assert answer(GRINDER, ON_ITS_WAY, other).reason == "in_delivery.open_shipment"


@pytest.mark.parametrize("status", [ReturnStatus.DECLINED, ReturnStatus.CANCELLED])
def test_a_return_that_came_to_nothing_leaves_the_goods_awaited(status):
    nothing = give_back("r1", "grinder", order_id="o9", status=status)
    assert answer(GRINDER, ON_ITS_WAY, nothing).reason == "in_delivery.open_shipment"


def test_a_newer_order_of_the_same_goods_holds_though_the_first_arrived():
    again = order("o10", "grinder", placed_at=NOW - HOUR)
    assert answer(GRINDER, arrived(NOW - 9 * DAY), again).reason == "in_delivery.not_shipped"


def test_other_goods_are_not_held():
    assert answer(GRINDER, ON_ITS_WAY, delivery=about("beans")) == Allow()


def test_one_good_on_its_way_delays_the_whole_message():
    assert answer(GRINDER, ON_ITS_WAY, delivery=about("beans", "grinder")).reason == "in_delivery.open_shipment"


def test_goods_on_their_way_can_be_dropped_instead():
    verdict = answer(GRINDER, ON_ITS_WAY, delivery=about("beans", "grinder"), do="drop_items")
    assert (verdict.places, verdict.reason) == (frozenset({1}), "in_delivery.open_shipment")


def test_goods_that_just_arrived_are_dropped_as_well():
    verdict = answer(GRINDER, arrived(NOW - DAY), do="drop_items")
    assert (verdict.places, verdict.reason) == (frozenset({0}), "in_delivery.just_delivered")


def test_goods_on_their_way_can_suppress_the_message_instead():
    verdict = answer(GRINDER, do="suppress")
    assert verdict == Suppress("in_delivery.not_shipped", (seen("order", "o9", "placed", NOW - 3 * DAY),))


def test_a_moment_before_the_longest_delay_ends_the_message_waits():
    assert answer(GRINDER, STILL_ON_ITS_WAY, now=DEADLINE - MOMENT).until == DEADLINE


def test_when_the_longest_delay_has_passed_the_message_is_suppressed():
    verdict = answer(GRINDER, STILL_ON_ITS_WAY, now=DEADLINE)
    assert isinstance(verdict, Suppress)
    assert verdict.reason == "in_delivery.at_most_passed"


def test_when_the_longest_delay_has_passed_the_message_may_go_if_so_configured():
    assert answer(GRINDER, STILL_ON_ITS_WAY, now=DEADLINE, then="send") == Allow()


def test_when_the_longest_delay_has_passed_the_goods_may_be_dropped():
    verdict = answer(GRINDER, STILL_ON_ITS_WAY, now=DEADLINE, then="drop_items", delivery=about("beans", "grinder"))
    assert isinstance(verdict, DropItems)
    assert (verdict.places, verdict.reason) == (frozenset({1}), "in_delivery.at_most_passed")


def test_the_while_after_delivery_is_cut_off_by_the_longest_delay():
    assert answer(GRINDER, arrived(NOW), until="delivered + 30d").until == DEADLINE


def test_of_two_goods_the_one_that_takes_longer_gives_the_reason():
    beans = order("o1", "beans", placed_at=NOW - 9 * DAY)
    there = parcel("s0", "o1", ShipmentStatus.DELIVERED, changed_at=NOW - DAY, delivered_at=NOW - DAY)
    verdict = answer(beans, there, GRINDER, ON_ITS_WAY, delivery=about("beans", "grinder"))
    assert (verdict.until, verdict.reason) == (DEADLINE, "in_delivery.open_shipment")


def test_the_longest_delay_counts_from_when_the_message_was_planned():
    assert answer(GRINDER, now=NOW + 5 * DAY).until == DEADLINE


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
    assert guard_of(InDelivery).applies_to(about("grinder", **changes)) is expected


def test_until_takes_a_while_after_delivery_with_or_without_spaces():
    assert InDelivery.Params.model_validate({"until": "delivered+1d12h"}).until == timedelta(days=1, hours=12)


def test_a_wrong_until_says_what_to_write():
    with pytest.raises(ValidationError, match='got "shipped"; write "delivered \\+ 2d"'):
        InDelivery.Params.model_validate({"until": "shipped"})


def test_a_parcel_is_awaited_up_to_the_last_moment_of_the_usual_silence():
    quiet = replace(ON_ITS_WAY, news_at=NOW - 21 * DAY)
    assert answer(GRINDER, quiet).reason == "in_delivery.open_shipment"


def test_of_a_parcel_without_news_for_longer_than_usual_nobody_knows_where_it_is():
    silent = replace(ON_ITS_WAY, news_at=NOW - 21 * DAY - MOMENT)
    assert answer(GRINDER, silent) == Unsure(
        "in_delivery.no_news",
        (seen("order", "o9", "placed", NOW - 3 * DAY), seen("shipment", "s1", "in_transit", NOW - DAY)),
        first_pause=DAY,
    )


def test_without_any_message_but_its_status_a_parcel_is_silent_since_that():
    silent = parcel("s1", "o9", ShipmentStatus.SHIPPED, changed_at=NOW - 21 * DAY - MOMENT)
    assert answer(GRINDER, silent).reason == "in_delivery.no_news"


def test_each_carrier_has_its_own_usual_silence():
    quiet = replace(ON_ITS_WAY, carrier="Omniva", news_at=NOW - 4 * DAY)
    verdict = answer(GRINDER, quiet, silent_after={"omniva": "3d", "any": "10d"})
    assert verdict.reason == "in_delivery.no_news"


def test_other_carriers_have_the_usual_silence_of_any():
    quiet = replace(ON_ITS_WAY, carrier="DPD", news_at=NOW - 4 * DAY)
    verdict = answer(GRINDER, quiet, silent_after={"omniva": "3d", "any": "10d"})
    assert verdict.reason == "in_delivery.open_shipment"


def test_one_parcel_with_news_is_enough_to_know():
    silent = replace(ON_ITS_WAY, shipment_id="s0", news_at=NOW - 90 * DAY)
    assert answer(GRINDER, silent, ON_ITS_WAY).reason == "in_delivery.open_shipment"


def test_an_order_may_wait_for_its_parcel_up_to_the_last_moment():
    assert answer(order("o9", "grinder", placed_at=NOW - 60 * DAY)).reason == "in_delivery.not_shipped"


def test_of_an_order_that_never_got_a_parcel_nobody_knows_where_its_goods_are():
    never = answer(order("o9", "grinder", placed_at=NOW - 60 * DAY - MOMENT))
    assert never == Unsure(
        "in_delivery.no_news", (seen("order", "o9", "placed", NOW - 60 * DAY - MOMENT),), first_pause=DAY
    )


def test_what_is_known_to_be_on_its_way_outweighs_what_is_unknown():
    beans = order("o1", "beans", placed_at=NOW - 90 * DAY)
    verdict = answer(beans, GRINDER, ON_ITS_WAY, delivery=about("beans", "grinder"))
    assert (type(verdict), verdict.reason) == (Delay, "in_delivery.open_shipment")


def test_where_goods_are_dropped_the_known_and_the_unknown_are_told_apart():
    beans = order("o1", "beans", placed_at=NOW - 90 * DAY)
    verdict = answer(beans, GRINDER, ON_ITS_WAY, delivery=about("beans", "grinder", "mill"), do="drop_items")
    assert (verdict.reason, verdict.places, verdict.known.places) == (
        "in_delivery.no_news",
        frozenset({0}),
        frozenset({1}),
    )


def test_an_order_that_the_shop_holds_back_is_awaited():
    held = order("o9", "grinder", placed_at=NOW - DAY, status=OrderStatus.HELD)
    assert answer(held).reason == "in_delivery.not_shipped"


def test_a_part_of_a_bundle_on_its_way_is_held():
    bundle = order("o9", "starter_kit", placed_at=NOW - DAY)
    assert answer(bundle, product("starter_kit", parts=("grinder", "beans"))).reason == "in_delivery.not_shipped"


def test_goods_of_the_same_category_can_be_held_too():
    mill = order("o9", "mill", placed_at=NOW - DAY)
    catalog = [product("mill", category="grinders"), product("grinder", category="grinders")]
    assert answer(mill, *catalog, same="category").reason == "in_delivery.not_shipped"


# A return that names no goods, as Shopify tells it.


def test_a_return_without_goods_is_about_all_goods_of_its_order():
    assert answer(GRINDER, ON_ITS_WAY, give_back("r1", order_id="o9")) == Allow()


def test_a_return_without_goods_of_another_order_does_not_count():
    assert answer(GRINDER, ON_ITS_WAY, give_back("r1", order_id="o8")).reason == "in_delivery.open_shipment"


def test_a_return_without_goods_that_came_to_nothing_does_not_count():
    declined = give_back("r1", order_id="o9", status=ReturnStatus.DECLINED)
    assert answer(GRINDER, ON_ITS_WAY, declined).reason == "in_delivery.open_shipment"
