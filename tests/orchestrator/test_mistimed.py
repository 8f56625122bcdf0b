"""Does the audit call a message mis-timed exactly when it was, by the complete history?"""

from datetime import timedelta

from journeys.vocabulary import Delivery, Event, Intent, Item
from orchestrator.mistimed import GoodsHistory
from tests.orchestrator.test_facts import BEANS, DAY, GRINDER, T0, ordered, said

MONTHS = 60 * DAY
PARCEL = {"order_id": "o1", "shipment_id": "s1"}


def why(*events: Event, at: timedelta = MONTHS, product: str = "grinder", intent: Intent = Intent.PROMOTE) -> str:
    """Say what was wrong with a message about a product, handed over this long after the first event."""
    delivery = Delivery(1, 1, 1, "cart", "reminder", "email", T0, items=(Item(product),), intent=intent)
    return GoodsHistory(events).mistimed(delivery, T0 + at)


def refunded(days: int, refund_id: str, total: float) -> Event:
    return said("Order Refunded", T0 + days * DAY, order_id="o1", refund_id=refund_id, total=total)


def test_goods_that_arrived_long_ago_may_be_promoted() -> None:
    assert why(ordered(), said("Order Delivered", T0 + DAY, **PARCEL)) == ""


def test_goods_bought_within_the_window_are_not_promoted() -> None:
    assert why(ordered(), said("Order Delivered", T0 + DAY, **PARCEL), at=2 * DAY) == "bought"


def test_goods_that_shared_some_orders_only_are_looked_at_each() -> None:
    together, alone = ordered(), ordered(T0 + 50 * DAY, "o2", products=[BEANS])
    arrived = [said("Order Delivered", T0 + DAY, **PARCEL), said("Order Delivered", T0 + 51 * DAY, order_id="o2")]
    items = (Item("grinder"), Item("beans"))
    delivery = Delivery(1, 1, 1, "cart", "reminder", "email", T0, items=items, intent=Intent.PROMOTE)
    assert GoodsHistory([together, alone, *arrived]).mistimed(delivery, T0 + MONTHS) == "bought"


def test_goods_without_a_parcel_are_under_way() -> None:
    assert why(ordered()) == "in_delivery"


def test_a_parcel_a_carrier_delivered_by_its_tracking_number_has_arrived() -> None:
    shipped = said("Order Shipped", T0, **PARCEL, tracking_number="T1")
    assert why(ordered(), shipped, said("Order Delivered", T0 + DAY, tracking_number="T1")) == ""


def test_a_parcel_that_got_its_tracking_number_after_the_delivery_was_told_has_arrived() -> None:
    delivered = said("Order Delivered", T0 + DAY, tracking_number="T1")
    labelled = said("Shipment Updated", T0, shipment_id="s1", tracking_number="T1")
    assert why(ordered(), said("Order Shipped", T0, **PARCEL), delivered, labelled) == ""


def test_one_of_two_parcels_is_not_the_whole_order() -> None:
    shipped = [said("Order Shipped", T0, order_id="o1", tracking_number=number) for number in ("T1", "T2")]
    assert why(ordered(), *shipped, said("Order Delivered", T0 + DAY, tracking_number="T1")) == "in_delivery"


def test_goods_refunded_without_a_return_count_as_given_back() -> None:
    delivered = said("Order Delivered", T0 + DAY, **PARCEL)
    refund = said("Order Refunded", T0 + 2 * DAY, order_id="o1", refund_id="f1", products=[BEANS])
    assert why(ordered(), delivered, refund, product="beans") == "returned"
    assert why(ordered(), delivered, refund, product="grinder") == ""


def test_part_of_the_money_does_not_call_an_order_off() -> None:
    assert why(ordered(), said("Order Delivered", T0 + DAY, **PARCEL), refunded(2, "f1", 60.0)) == ""


def test_refunds_that_add_up_to_the_order_call_it_off_from_the_last_on() -> None:
    history = (
        ordered(),
        said("Order Delivered", T0 + DAY, **PARCEL),
        refunded(2, "f1", 60.0),
        refunded(40, "f2", 40.0),
    )
    assert why(*history, at=39 * DAY) == ""
    assert why(*history, at=40 * DAY) == "called_off"


def test_a_refund_told_of_twice_counts_once() -> None:
    delivered = said("Order Delivered", T0 + DAY, **PARCEL)
    assert why(ordered(), delivered, refunded(2, "f1", 60.0), refunded(3, "f1", 60.0)) == ""


def test_an_order_whose_refund_names_nothing_is_called_off() -> None:
    assert why(ordered(), said("Order Refunded", T0 + DAY, order_id="o1")) == "called_off"


def test_an_order_that_was_never_paid_is_called_off() -> None:
    assert why(ordered(products=[GRINDER]), said("Payment Failed", T0 + DAY, order_id="o1")) == "called_off"


def test_an_order_that_was_paid_after_all_is_under_way() -> None:
    failed = said("Payment Failed", T0 + DAY, order_id="o1")
    paid = said("Payment Received", T0 + 2 * DAY, order_id="o1")
    assert why(ordered(), failed, paid, at=DAY) == "called_off"
    assert why(ordered(), failed, paid) == "in_delivery"


# A return that names no goods, as Shopify tells it.


def test_a_return_without_goods_is_of_all_goods_of_its_order() -> None:
    delivered = said("Order Delivered", T0 + DAY, **PARCEL)
    back = said("Return Requested", T0 + 2 * DAY, return_id="r1", order_id="o1")
    assert why(ordered(), delivered, back) == "returned"


def test_a_return_without_goods_of_another_order_is_of_none() -> None:
    delivered = said("Order Delivered", T0 + DAY, **PARCEL)
    back = said("Return Requested", T0 + 2 * DAY, return_id="r1", order_id="o2")
    assert why(ordered(), delivered, back) == ""


def test_goods_that_come_back_before_they_arrived_are_returned_and_not_under_way() -> None:
    back = said("Return Requested", T0 + 2 * DAY, return_id="r1", order_id="o1")
    assert why(ordered(), back) == "returned"
