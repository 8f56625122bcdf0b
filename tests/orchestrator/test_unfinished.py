"""Of which orders and parcels may there still be news?"""

from datetime import UTC, datetime, timedelta

import pytest

from journeys.vocabulary import Facts, Order, OrderStatus, Profile, Shipment, ShipmentStatus
from orchestrator.sources.unfinished import open_orders, open_parcels

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
DAY = timedelta(days=1)


def facts(orders: list[Order], parcels: list[Shipment]) -> Facts:
    known = Facts(Profile(1, NOW))
    known.orders.update({order.order_id: order for order in orders})
    for parcel in parcels:
        known.shipments[parcel.shipment_id] = parcel
        known.shipments_of_order.setdefault(parcel.order_id, []).append(parcel.shipment_id)
    return known


def order(order_id: str = "17", status: OrderStatus = OrderStatus.PLACED, at: datetime = NOW) -> Order:
    return Order(order_id, at, status, (), 0.0, at, at)


def parcel(shipment_id: str, status: ShipmentStatus, at: datetime = NOW) -> Shipment:
    return Shipment(shipment_id, "17", status, at, at)


@pytest.mark.parametrize(
    ("status", "is_open"),
    [
        (OrderStatus.PLACED, True),
        (OrderStatus.HELD, True),
        (OrderStatus.PAYMENT_FAILED, True),
        (OrderStatus.CANCELLED, False),
        (OrderStatus.REFUNDED, False),
    ],
)
def test_an_order_is_open_until_it_is_undone(status, is_open):
    assert bool(open_orders(facts([order(status=status)], []))) is is_open


@pytest.mark.parametrize(("second", "is_open"), [(ShipmentStatus.EXCEPTION, True), (ShipmentStatus.LOST, False)])
def test_an_order_is_open_while_one_of_its_parcels_is(second, is_open):
    parcels = [parcel("p1", ShipmentStatus.DELIVERED), parcel("p2", second)]
    assert bool(open_orders(facts([order()], parcels))) is is_open


def test_the_newest_orders_come_first_and_there_are_ten_at_most():
    orders = [order(str(number), at=NOW + number * DAY) for number in range(12)]
    found = [each.order_id for each in open_orders(facts(orders, []))]
    assert found == ["11", "10", "9", "8", "7", "6", "5", "4", "3", "2"]


def test_the_parcels_with_the_newest_state_come_first():
    parcels = [parcel("p1", ShipmentStatus.SHIPPED), parcel("p2", ShipmentStatus.IN_TRANSIT, NOW + DAY)]
    assert [each.shipment_id for each in open_parcels(facts([order()], parcels))] == ["p2", "p1"]
