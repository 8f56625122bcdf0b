"""Where does a fact stand among a customer's others?

`put` places one fact among the others and keeps the indexes true: by product and by order, oldest first. What they hold
depends on the facts alone, not on the order they came in.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Literal, TypeAlias

from journeys.vocabulary import Facts, Order, Payment, Refund, Return, Shipment, Ticket
from orchestrator.product_index import reindex, remove

Fact: TypeAlias = Order | Payment | Refund | Shipment | Return | Ticket
FactWord: TypeAlias = Literal["order", "payment", "refund", "shipment", "return", "ticket"]


def facts_by_kind(facts: Facts) -> dict[FactWord, Mapping[str, Fact]]:
    """Give all facts by their kind and id."""
    return {
        "order": facts.orders,
        "payment": facts.payments,
        "refund": facts.refunds,
        "shipment": facts.shipments,
        "return": facts.returns,
        "ticket": facts.tickets,
    }


def put(facts: Facts, fact: Fact) -> None:
    """Place a fact, new or changed."""
    match fact:
        case Order():
            put_order(facts, fact)
        case Shipment():
            put_shipment(facts, fact)
        case Return():
            put_return(facts, fact)
        case Payment():
            facts.payments[fact.payment_id] = fact
        case Refund():
            facts.refunds[fact.refund_id] = fact
        case Ticket():
            facts.tickets[fact.ticket_id] = fact


def put_order(facts: Facts, order: Order) -> None:
    """Place an order, new or changed."""
    old = facts.orders.get(order.order_id)
    facts.orders[order.order_id] = order
    if old is None or old.lines is not order.lines or old.placed_at != order.placed_at:
        orders = facts.orders
        lines = (old.lines if old else (), order.lines)
        reindex(facts.orders_of_product, order.order_id, lines, lambda each: (orders[each].placed_at, each))


def put_return(facts: Facts, back: Return) -> None:
    """Place a return, new or changed."""
    old = facts.returns.get(back.return_id)
    facts.returns[back.return_id] = back
    if old is None or old.lines != back.lines or old.requested_at != back.requested_at:
        returns = facts.returns
        lines = (old.lines if old else (), back.lines)
        reindex(facts.returns_of_product, back.return_id, lines, lambda each: (returns[each].requested_at, each))


def put_shipment(facts: Facts, parcel: Shipment) -> None:
    """Place a parcel, new or changed, among those of its order: in order of first being heard of on their way."""
    old = facts.shipments.get(parcel.shipment_id)
    facts.shipments[parcel.shipment_id] = parcel
    if old is not None and old.order_id != parcel.order_id:
        remove(facts.shipments_of_order, old.order_id, parcel.shipment_id)
    parcels = facts.shipments_of_order.setdefault(parcel.order_id, [])
    if parcel.shipment_id not in parcels:
        parcels.append(parcel.shipment_id)
    if len(parcels) > 1:
        parcels.sort(key=lambda shipment_id: _parcel_age(facts.shipments[shipment_id]))


def remove_shipment(facts: Facts, parcel: Shipment) -> None:
    """Take away a parcel that goes by another name from now on."""
    del facts.shipments[parcel.shipment_id]
    remove(facts.shipments_of_order, parcel.order_id, parcel.shipment_id)


def _parcel_age(parcel: Shipment) -> tuple[datetime, str]:
    return parcel.shipped_at or parcel.delivered_at or parcel.changed_at, parcel.shipment_id
