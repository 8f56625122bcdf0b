"""Which facts does an event state? The events and their properties are those of `orchestrator.sources.calls`."""

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import TypeAlias

from journeys.vocabulary import (
    Event,
    Order,
    OrderStatus,
    Payment,
    PaymentStatus,
    ReturnStatus,
    ShipmentStatus,
    TicketStatus,
)
from orchestrator.fact_index import Fact
from orchestrator.facts.orders import order_in
from orchestrator.facts.payments import payment_in
from orchestrator.facts.refunds import refunded
from orchestrator.facts.returns import return_closed, return_in
from orchestrator.facts.shipments import shipment_in, shipment_updated
from orchestrator.facts.tickets import ticket_in, ticket_opened, ticket_updated
from orchestrator.statuses import order_status

_Reader: TypeAlias = Callable[[Event, datetime], tuple[Fact, ...]]


def facts_in(event: Event, observed_at: datetime) -> tuple[Fact, ...]:
    """List what an event states, whatever is known already; nothing when it is about no such thing."""
    read = _READERS.get(event.name)
    return () if read is None else read(event, observed_at)


def _order_updated(event: Event, observed_at: datetime) -> tuple[Order, ...]:
    get = event.properties.get
    status = order_status(get("status")) or order_status(get("payment_status"))
    return order_in(event, observed_at, status, goods=True)


def _payment_failed(event: Event, observed_at: datetime) -> tuple[Payment | Order, ...]:
    payment = payment_in(event, observed_at, PaymentStatus.FAILED)
    return (*payment, *order_in(event, observed_at, OrderStatus.PAYMENT_FAILED, goods=False))


_READERS: dict[str, _Reader] = {
    "Order Completed": partial(order_in, status=OrderStatus.PLACED, goods=True),
    "Order Placed": partial(order_in, status=OrderStatus.PLACED, goods=True),
    "Order Updated": _order_updated,
    "Order Cancelled": partial(order_in, status=OrderStatus.CANCELLED, goods=False),
    "Order Refunded": refunded,
    "Payment Failed": _payment_failed,
    "Payment Received": partial(payment_in, status=PaymentStatus.PAID),
    "Order Shipped": partial(shipment_in, status=ShipmentStatus.SHIPPED),
    "Shipment Updated": shipment_updated,
    "Order Delivered": partial(shipment_in, status=ShipmentStatus.DELIVERED),
    "Return Requested": partial(return_in, status=ReturnStatus.REQUESTED),
    "Return Shipped": partial(return_in, status=ReturnStatus.IN_TRANSIT),
    "Return Received": partial(return_in, status=ReturnStatus.RECEIVED),
    "Return Closed": return_closed,
    "Return Declined": partial(return_in, status=ReturnStatus.DECLINED),
    "Return Cancelled": partial(return_in, status=ReturnStatus.CANCELLED),
    "Ticket Opened": ticket_opened,
    "Ticket Updated": ticket_updated,
    "Ticket Closed": partial(ticket_in, status=TicketStatus.CLOSED),
}
