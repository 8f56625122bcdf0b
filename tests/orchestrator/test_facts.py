"""Do a customer's events leave behind what is true about the orders, parcels and returns?"""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from journeys.vocabulary import (
    Event,
    Facts,
    Item,
    Order,
    OrderStatus,
    Profile,
    Refund,
    Return,
    ReturnStatus,
    Shipment,
    ShipmentStatus,
)
from orchestrator.facts import Change, apply

T0 = datetime(2026, 3, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
SEEN = T0 + 90 * DAY
GRINDER = {"product_id": "grinder", "name": "Grinder", "price": 80.0, "quantity": 1}
BEANS = {"product_id": "beans", "price": 10.0, "quantity": 2}


def said(name: str, at: datetime = T0, /, **properties: Any) -> Event:
    return Event("m", "track", name, at, properties)


def ordered(at: datetime = T0, order_id: str = "o1", **properties: Any) -> Event:
    return said(
        "Order Completed", at, **{"order_id": order_id, "total": 100.0, "products": [GRINDER, BEANS], **properties}
    )


def known(*events: Event) -> Facts:
    facts = Facts(Profile(id=1, created_at=T0))
    for event in events:
        apply(facts, event, SEEN)
    return facts


def test_an_order_is_known_with_its_goods() -> None:
    facts = known(ordered(currency="EUR", checkout_id="k1"))
    assert facts.orders == {
        "o1": Order(
            order_id="o1",
            placed_at=T0,
            status=OrderStatus.PLACED,
            lines=(Item("grinder", "Grinder", 80.0, 1), Item("beans", "", 10.0, 2)),
            total=100.0,
            changed_at=T0,
            observed_at=SEEN,
            currency="EUR",
            checkout_id="k1",
            source="segment",
            version=1,
            lines_at=T0,
            lowest_total=100.0,
        )
    }


def test_a_sum_has_one_form_however_it_was_written() -> None:
    assert repr(known(ordered(total=100)).orders["o1"].total) == "100.0"


def test_a_sum_with_more_digits_than_money_has_is_none() -> None:
    assert known(ordered(total=10**400)).orders["o1"].total == 100.0


def test_a_parcel_is_known_with_its_order_and_carrier() -> None:
    facts = known(said("Order Shipped", order_id="o1", shipment_id="s1", carrier="dpd", products=[BEANS]))
    assert facts.shipments == {
        "s1": Shipment(
            "s1",
            "o1",
            ShipmentStatus.SHIPPED,
            T0,
            SEEN,
            T0,
            None,
            ("beans",),
            carrier="dpd",
            source="segment",
            news_at=T0,
        )
    }


def test_a_return_is_known_with_its_goods() -> None:
    facts = known(said("Return Requested", return_id="r1", order_id=None, total=80.0, products=[GRINDER]))
    assert facts.returns == {
        "r1": Return(
            "r1",
            "",
            ReturnStatus.REQUESTED,
            (Item("grinder", "Grinder", 80.0, 1),),
            T0,
            T0,
            SEEN,
            source="segment",
            total=80.0,
        )
    }


@pytest.mark.parametrize(
    ("event", "changes"),
    [
        (ordered(), (Change("order", "o1"),)),
        (said("Order Shipped", order_id="o1"), (Change("shipment", "o1/1"),)),
        (said("Return Received", return_id="r1"), (Change("return", "r1"),)),
        (said("Order Refunded", return_id="r1", order_id="o1"), (Change("return", "r1"),)),
        (said("Order Refunded", order_id="o1", products=[BEANS]), (Change("refund", "o1/refund"),)),
        (said("Order Refunded", refund_id="f1"), (Change("refund", "f1"),)),
        (said("Order Refunded", order_id="o1", total=5), (Change("refund", "o1/refund"),)),
        (said("Payment Received", order_id="o1"), (Change("payment", "o1/payment"),)),
        (said("Payment Received", payment_id="y1"), (Change("payment", "y1"),)),
        (said("Payment Failed", order_id="o1"), (Change("payment", "o1/payment"), Change("order", "o1"))),
        (said("Ticket Opened", ticket_id="t1"), (Change("ticket", "t1"),)),
        (said("Shipment Updated", shipment_id="s1", status="label_created"), (Change("shipment", "s1"),)),
        (said("Payment Received", total=5), ()),
        (said("Ticket Opened", order_id="o1"), ()),
        (said("Product Viewed", product_id="p1"), ()),
        (said("Order Completed", total=5), ()),
        (said("Order Shipped", carrier="dpd"), ()),
        (said("Return Requested", order_id="o1"), ()),
        (said("Order Refunded", total=5), ()),
    ],
)
def test_an_event_says_what_it_changed(event: Event, changes: tuple[Change, ...]) -> None:
    assert apply(known(), event, SEEN) == changes


@pytest.mark.parametrize(
    "event",
    [
        ordered(),
        said("Order Cancelled", order_id="o1"),
        said("Order Shipped", order_id="o1"),
        said("Return Requested", return_id="r1", products=[BEANS]),
        said("Order Refunded", order_id="o1", products=[GRINDER], total=100),
        said("Order Refunded", order_id="o1", refund_id="f1", total=100),
        said("Order Refunded", order_id="o1"),
        said("Payment Failed", T0 + HOUR, order_id="o1"),
        said("Payment Received", order_id="o1", payment_id="y1"),
        said("Order Shipped", order_id="o1", shipment_id="s1", tracking_number="T1"),
        said("Ticket Updated", ticket_id="t1"),
    ],
)
def test_a_repeat_changes_nothing(event: Event) -> None:
    assert apply(known(ordered(), event), event, SEEN + DAY) == ()


@pytest.mark.parametrize(
    ("event", "status"),
    [
        (said("Order Placed", T0 + HOUR, order_id="o1"), "placed"),
        (said("Payment Failed", T0 + HOUR, order_id="o1"), "payment_failed"),
        (said("Order Cancelled", T0 + HOUR, order_id="o1"), "cancelled"),
        (said("Order Updated", T0 + HOUR, order_id="o1", status="Voided"), "cancelled"),
        (said("Order Updated", T0 + HOUR, order_id="o1", status="on-hold"), "placed"),
        (said("Order Updated", T0 + HOUR, order_id="o1", status="fraud hold"), "held"),
        (said("Order Updated", T0 + HOUR, order_id="o1", status="held", payment_status="paid"), "held"),
        (said("Order Updated", T0 + HOUR, order_id="o1", payment_status="failed"), "payment_failed"),
        (said("Order Updated", T0 + HOUR, order_id="o1", status="under review"), "placed"),
        (said("Order Refunded", T0 + HOUR, order_id="o1"), "refunded"),
        (said("Order Refunded", T0 + HOUR, order_id="o1", total=100.0, products=[GRINDER, BEANS]), "refunded"),
        (said("Order Refunded", T0 + HOUR, order_id="o1", total=10.0, products=[BEANS]), "placed"),
        (said("Order Refunded", T0 + HOUR, order_id="o1", total=100.0), "refunded"),
        (said("Order Refunded", T0 + HOUR, order_id="o1", total=99.0), "placed"),
        (said("Order Refunded", T0 + HOUR, order_id="o1", refund_id="f1"), "placed"),
        (said("Order Refunded", T0 + HOUR, order_id="o1", return_id="r1", total=100.0), "placed"),
        (said("Payment Received", T0 + HOUR, order_id="o1"), "placed"),
    ],
)
def test_an_order_takes_the_status_that_is_stated(event: Event, status: str) -> None:
    assert known(ordered(), event).orders["o1"].status == status


@pytest.mark.parametrize(
    ("word", "status"),
    [
        ("in_transit", "in_transit"),
        ("InTransit", "in_transit"),
        ("OUT_FOR_DELIVERY", "out_for_delivery"),
        ("Delivered", "delivered"),
        ("exception", "exception"),
        ("AttemptFail", "exception"),
        ("lost", "lost"),
        ("return_to_sender", "returned_to_sender"),
        ("canceled", "cancelled"),
    ],
)
def test_a_parcel_takes_the_carriers_word(word: str, status: str) -> None:
    facts = known(said("Shipment Updated", order_id="o1", shipment_id="s1", status=word))
    assert facts.shipments["s1"].status == status


@pytest.mark.parametrize(
    ("name", "status"),
    [
        ("Return Requested", "requested"),
        ("Return Shipped", "in_transit"),
        ("Return Received", "received"),
        ("Order Refunded", "refunded"),
        ("Return Closed", "refunded"),
        ("Return Declined", "declined"),
        ("Return Cancelled", "cancelled"),
    ],
)
def test_a_return_takes_the_status_of_the_event(name: str, status: str) -> None:
    assert known(said(name, return_id="r1")).returns["r1"].status == status


def test_a_closed_return_may_have_been_declined() -> None:
    facts = known(said("Return Closed", return_id="r1", status="declined"))
    assert facts.returns["r1"].status is ReturnStatus.DECLINED


def test_an_older_message_that_arrives_late_rolls_no_status_back() -> None:
    late = said("Shipment Updated", T0 + HOUR, order_id="o1", status="exception")
    facts = known(said("Order Delivered", T0 + 2 * HOUR, order_id="o1"), late)
    assert (facts.shipments["o1/1"].status, facts.shipments["o1/1"].changed_at) == ("delivered", T0 + 2 * HOUR)


def test_a_parcel_delivered_before_we_heard_it_was_shipped_has_both_times() -> None:
    facts = known(said("Order Delivered", T0 + DAY, order_id="o1"), said("Order Shipped", T0, order_id="o1"))
    parcel = facts.shipments["o1/1"]
    assert (parcel.status, parcel.shipped_at, parcel.delivered_at) == ("delivered", T0, T0 + DAY)


def test_a_cancelled_order_gets_its_goods_when_the_older_message_comes() -> None:
    facts = known(said("Order Cancelled", T0 + HOUR, order_id="o1"), ordered(T0))
    order = facts.orders["o1"]
    assert (order.status, order.placed_at, order.changed_at, len(order.lines)) == ("cancelled", T0, T0 + HOUR, 2)


def test_a_cancelled_order_nothing_else_is_known_of_has_no_goods() -> None:
    order = known(said("Order Cancelled", order_id="o1")).orders["o1"]
    assert (order.status, order.lines, order.lines_at) == ("cancelled", (), None)


def test_a_parcel_of_an_unknown_order_is_known() -> None:
    facts = known(said("Order Shipped", order_id="o9", shipment_id="s9"))
    assert [parcel.shipment_id for parcel in facts.parcels_of("o9")] == ["s9"]


def test_a_parcel_learns_its_order_later() -> None:
    facts = known(
        said("Shipment Updated", shipment_id="s1", status="in_transit"),
        said("Order Delivered", T0 + DAY, shipment_id="s1", order_id="o1"),
    )
    assert facts.shipments_of_order == {"o1": ["s1"]}


@pytest.mark.parametrize("order", [1, -1])
def test_of_two_statuses_at_one_instant_the_one_further_along_wins(order: int) -> None:
    events = [ordered(), said("Order Cancelled", order_id="o1")][::order]
    assert known(*events).orders["o1"].status is OrderStatus.CANCELLED


def test_an_update_without_a_status_does_not_revive_a_cancelled_order() -> None:
    facts = known(
        ordered(), said("Order Cancelled", T0 + HOUR, order_id="o1"), said("Order Updated", T0 + DAY, order_id="o1")
    )
    assert facts.orders["o1"].status is OrderStatus.CANCELLED


def test_a_payment_that_succeeds_after_failing_leaves_the_order_placed() -> None:
    facts = known(said("Payment Failed", T0, order_id="o1"), ordered(T0 + HOUR))
    assert (facts.orders["o1"].status, facts.orders["o1"].placed_at) == ("placed", T0)


@pytest.mark.parametrize("order", [1, -1])
def test_an_updated_order_has_the_goods_stated_last(order: int) -> None:
    updated = said("Order Updated", T0 + HOUR, order_id="o1", total=20.0, products=[BEANS])
    facts = known(*[ordered(), updated][::order])
    assert ([line.product_id for line in facts.orders["o1"].lines], facts.orders["o1"].total) == (["beans"], 20.0)
    assert facts.orders_of_product == {"beans": ["o1"]}


@pytest.mark.parametrize("order", [1, -1])
def test_a_refund_that_comes_before_its_order_still_refunds_it(order: int) -> None:
    refund = said("Order Refunded", T0 + HOUR, order_id="o1", total=100.0, products=[GRINDER, BEANS])
    assert known(*[ordered(), refund][::order]).orders["o1"].status is OrderStatus.REFUNDED


def test_goods_refunded_without_a_return_are_a_refund_of_the_order() -> None:
    facts = known(ordered(), said("Order Refunded", T0 + HOUR, order_id="o1", total=20.0, products=[BEANS]))
    assert facts.refunds == {
        "o1/refund": Refund(
            "o1/refund", "o1", (Item("beans", "", 10.0, 2),), 20.0, T0 + HOUR, SEEN, source="segment", version=1
        )
    }
    assert facts.returns == {}


def test_a_total_that_is_not_said_is_the_sum_of_the_goods() -> None:
    facts = known(said("Order Completed", order_id="o1", products=[GRINDER, BEANS]))
    assert facts.orders["o1"].total == 100.0


def test_goods_once_named_as_coming_back_stay_named() -> None:
    facts = known(
        said("Return Requested", return_id="r1", products=[GRINDER, BEANS]),
        said("Return Received", T0 + DAY, return_id="r1", products=[{**BEANS, "quantity": 1}]),
    )
    assert [(line.product_id, line.quantity) for line in facts.returns["r1"].lines] == [("beans", 2), ("grinder", 1)]


def test_orders_of_a_product_are_listed_oldest_first() -> None:
    facts = known(ordered(T0 + DAY, "late"), ordered(T0, "early"), ordered(T0 + HOUR, "b"), ordered(T0 + HOUR, "a"))
    assert facts.orders_of_product["grinder"] == ["early", "a", "b", "late"]


def test_an_order_known_to_be_older_than_thought_moves_to_its_place() -> None:
    cancelled = said("Order Updated", T0 + DAY, order_id="o1", products=[GRINDER])
    facts = known(cancelled, ordered(T0 + HOUR, "o2"), said("Order Cancelled", T0, order_id="o1"))
    assert facts.orders_of_product["grinder"] == ["o1", "o2"]


def test_an_order_that_names_a_product_twice_is_listed_once() -> None:
    assert known(ordered(products=[BEANS, BEANS])).orders_of_product == {"beans": ["o1"]}


def test_returns_of_a_product_are_listed_oldest_first() -> None:
    facts = known(
        said("Return Requested", T0 + DAY, return_id="r2", products=[BEANS]),
        said("Return Requested", T0, return_id="r1", products=[BEANS]),
    )
    assert facts.returns_of_product == {"beans": ["r1", "r2"]}


def test_parcels_of_an_order_are_listed_oldest_first() -> None:
    facts = known(
        said("Order Shipped", T0 + DAY, order_id="o1", shipment_id="s1"),
        said("Order Shipped", T0, order_id="o1", shipment_id="s2"),
    )
    assert facts.shipments_of_order == {"o1": ["s2", "s1"]}


def test_a_version_counts_the_statuses_a_fact_has_had() -> None:
    facts = known(
        ordered(), said("Order Cancelled", T0 + HOUR, order_id="o1"), said("Order Updated", T0, order_id="o1")
    )
    assert facts.orders["o1"].version == 2


def test_ids_written_as_numbers_are_text() -> None:
    facts = known(said("Order Shipped", order_id=7, shipment_id=8))
    assert facts.shipments_of_order == {"7": ["8"]}
