"""What do we know about a customer's orders, parcels and returns, and since when?

`apply` is the only code that changes `Facts`. What it leaves behind does not depend on the order in which messages
arrive, nor on how often: the status is the one stated last by the time it happened, the goods those stated last, and
what comes earlier only fills gaps. `version` and `observed_at` tell of the arrival itself and are exempt from that.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal, TypeAlias

from journeys.goods import to_items
from journeys.vocabulary import (
    Event,
    Facts,
    Item,
    Order,
    OrderStatus,
    Return,
    ReturnStatus,
    Shipment,
    ShipmentStatus,
)
from orchestrator.fact_index import put_order, put_return, put_shipment
from orchestrator.statuses import order_status, rank, return_status, shipment_status

_MOST_MONEY = 2**53
CENT = 0.005
ON_THE_WAY = frozenset({ShipmentStatus.SHIPPED, ShipmentStatus.IN_TRANSIT, ShipmentStatus.OUT_FOR_DELIVERY})


@dataclass(frozen=True, slots=True)
class Change:
    """One fact that is not what it was."""

    kind: Literal["order", "shipment", "return"]
    id: str


_Handler: TypeAlias = Callable[[Facts, Event, datetime], tuple[Change, ...]]


def apply(facts: Facts, event: Event, observed_at: datetime) -> tuple[Change, ...]:
    """Take an event into account and say which facts changed; `observed_at` is when we learned of it."""
    handler = _HANDLERS.get(event.name)
    return () if handler is None else handler(facts, event, observed_at)


def _states_order(status: OrderStatus | None, *, goods: bool) -> _Handler:
    """Make the handler of an event that states an order's status, its goods, or both."""

    def handle(facts: Facts, event: Event, observed_at: datetime) -> tuple[Change, ...]:
        return _put_order(facts, event, observed_at, status, goods=goods)

    return handle


def _order_updated(facts: Facts, event: Event, observed_at: datetime) -> tuple[Change, ...]:
    get = event.properties.get
    status = order_status(get("status")) or order_status(get("payment_status"))
    return _put_order(facts, event, observed_at, status, goods=True)


def _order_refunded(facts: Facts, event: Event, observed_at: datetime) -> tuple[Change, ...]:
    """Refund a return, or a whole order, or (named `<order_id>/refund`) some of an order's goods."""
    order_id = _text(event, "order_id")
    return_id = _text(event, "return_id")
    if return_id:
        return _put_return(facts, event, observed_at, ReturnStatus.REFUNDED, return_id)
    if not order_id:
        return ()
    if not to_items(event.properties.get("products")):
        return _put_order(facts, event, observed_at, OrderStatus.REFUNDED, goods=False)
    changes = _put_return(facts, event, observed_at, ReturnStatus.REFUNDED, _refund_id(order_id))
    order = facts.orders.get(order_id)
    if order is None:
        return changes
    return changes + _keep_order(facts, order, _with_refund(facts, order, observed_at))


def _put_order(
    facts: Facts, event: Event, observed_at: datetime, status: OrderStatus | None, *, goods: bool
) -> tuple[Change, ...]:
    order_id = _text(event, "order_id")
    if not order_id:
        return ()
    old = facts.orders.get(order_id)
    if old is None:
        order = _first_heard(event, observed_at, status, goods=goods)
    else:
        order = _with_texts(old, event)
        order = _with_goods(order, event) if goods else order
        order = order if status is None else _with_status(order, status, (event.at, event.source), observed_at)
    return _keep_order(facts, old, _with_refund(facts, order, observed_at))


def _first_heard(event: Event, observed_at: datetime, status: OrderStatus | None, *, goods: bool) -> Order:
    """Note an order that nothing was known of; one nobody stated a status of counts as placed, in version 0."""
    lines = to_items(event.properties.get("products")) if goods else ()
    total = _total(event, lines) if goods else None
    return Order(
        order_id=_text(event, "order_id"),
        placed_at=event.at,
        status=status or OrderStatus.PLACED,
        lines=lines,
        total=total or 0.0,
        changed_at=event.at,
        observed_at=observed_at,
        currency=_text(event, "currency"),
        checkout_id=_text(event, "checkout_id"),
        source=event.source,
        version=0 if status is None else 1,
        lines_at=None if total is None else event.at,
        lowest_total=total or 0.0,
    )


def _with_texts(order: Order, event: Event) -> Order:
    """Take the date and the names: the earliest date; of two names for one thing the larger text, whoever came first.

    An order nobody stated a status of (version 0) counts as placed since the first that was heard of it.
    """
    placed_at = min(order.placed_at, event.at)
    changed_at = order.changed_at if order.version else placed_at
    source = order.source if order.version else max(order.source, event.source)
    currency = max(order.currency, _text(event, "currency"))
    checkout_id = max(order.checkout_id, _text(event, "checkout_id"))
    said = (placed_at, changed_at, source, currency, checkout_id)
    if said == (order.placed_at, order.changed_at, order.source, order.currency, order.checkout_id):
        return order
    return replace(
        order,
        placed_at=placed_at,
        changed_at=changed_at,
        source=source,
        currency=currency,
        checkout_id=checkout_id,
    )


def _with_goods(order: Order, event: Event) -> Order:
    """Take the goods stated last; a statement that names goods beats one that gives only a total."""
    lines = to_items(event.properties.get("products"))
    total = _total(event, lines)
    if total is None:
        return order
    lowest = total if order.lines_at is None else min(order.lowest_total, total)
    if _is_newer(lines, total, event.at, order):
        return replace(order, lines=lines, total=total, lines_at=event.at, lowest_total=lowest)
    return order if lowest == order.lowest_total else replace(order, lowest_total=lowest)


def _is_newer(lines: tuple[Item, ...], total: float, at: datetime, order: Order) -> bool:
    if order.lines_at is None:
        return True
    mine, known = (bool(lines), at, total), (bool(order.lines), order.lines_at, order.total)
    return mine > known or (mine == known and repr(lines) > repr(order.lines))


def _with_status(order: Order, status: OrderStatus, said: tuple[datetime, str], observed_at: datetime) -> Order:
    """Take a status stated at a time by a source, if none was stated later."""
    at, source = said
    known = (order.changed_at, rank(order.status), order.source)
    if order.version and (at, rank(status), source) <= known:
        return order
    version = order.version + 1
    return replace(order, status=status, changed_at=at, source=source, observed_at=observed_at, version=version)


def _with_refund(facts: Facts, order: Order, observed_at: datetime) -> Order:
    """Call the order refunded when money was paid back without a return, and it was all of the money."""
    refund = facts.returns.get(_refund_id(order.order_id)) if facts.returns else None
    if refund is None or order.lines_at is None or not 0 < order.lowest_total <= refund.total + CENT:
        return order
    return _with_status(order, OrderStatus.REFUNDED, (refund.changed_at, refund.source), observed_at)


def _keep_order(facts: Facts, old: Order | None, order: Order) -> tuple[Change, ...]:
    if order is old:
        return ()
    put_order(facts, order)
    return (Change("order", order.order_id),)


def _states_shipment(status: ShipmentStatus) -> _Handler:
    def handle(facts: Facts, event: Event, observed_at: datetime) -> tuple[Change, ...]:
        return _put_shipment(facts, event, observed_at, status)

    return handle


def _shipment_updated(facts: Facts, event: Event, observed_at: datetime) -> tuple[Change, ...]:
    status = shipment_status(event.properties.get("status"))
    return () if status is None else _put_shipment(facts, event, observed_at, status)


def _put_shipment(facts: Facts, event: Event, observed_at: datetime, status: ShipmentStatus) -> tuple[Change, ...]:
    order_id = _text(event, "order_id")
    shipment_id = _text(event, "shipment_id") or (f"{order_id}/1" if order_id else "")
    if not shipment_id:
        return ()
    old = facts.shipments.get(shipment_id)
    parcel = old or Shipment(shipment_id, order_id, status, event.at, observed_at, source=event.source)
    changes = _contents(parcel, event, status)
    if old is not None:
        changes |= _progress(old, event, status, observed_at)
    if old is not None and not changes:
        return ()
    parcel = replace(parcel, **changes) if changes else parcel
    put_shipment(facts, parcel)
    return (Change("shipment", shipment_id),)


def _contents(parcel: Shipment, event: Event, status: ShipmentStatus) -> dict[str, Any]:
    """Say what else is new: the first time it was on its way, the last it was delivered, all goods ever named."""
    said: dict[str, Any] = {
        "order_id": max(parcel.order_id, _text(event, "order_id")),
        "carrier": max(parcel.carrier, _text(event, "carrier")),
    }
    if status in ON_THE_WAY:
        said["shipped_at"] = min(parcel.shipped_at or event.at, event.at)
    if status is ShipmentStatus.DELIVERED:
        said["delivered_at"] = max(parcel.delivered_at or event.at, event.at)
    if goods := {item.product_id for item in to_items(event.properties.get("products"))}:
        said["product_ids"] = tuple(sorted(goods.union(parcel.product_ids)))
    return _differences(parcel, said)


def _states_return(status: ReturnStatus) -> _Handler:
    def handle(facts: Facts, event: Event, observed_at: datetime) -> tuple[Change, ...]:
        return _put_return(facts, event, observed_at, status, _text(event, "return_id"))

    return handle


def _return_closed(facts: Facts, event: Event, observed_at: datetime) -> tuple[Change, ...]:
    """Settle a return: refunded, unless the event says that it was declined or cancelled."""
    status = return_status(event.properties.get("status")) or ReturnStatus.REFUNDED
    return _put_return(facts, event, observed_at, status, _text(event, "return_id"))


def _put_return(
    facts: Facts, event: Event, observed_at: datetime, status: ReturnStatus, return_id: str
) -> tuple[Change, ...]:
    if not return_id:
        return ()
    old = facts.returns.get(return_id)
    back = old or Return(return_id, "", status, (), event.at, event.at, observed_at, source=event.source)
    changes = _returned_goods(back, event)
    if old is not None:
        changes |= _progress(old, event, status, observed_at)
    if old is not None and not changes:
        return ()
    back = replace(back, **changes) if changes else back
    put_return(facts, back)
    return (Change("return", return_id),)


def _returned_goods(back: Return, event: Event) -> dict[str, Any]:
    """Say what else is new: the first request, the largest sum of money; goods once named as coming back stay named."""
    lines = to_items(event.properties.get("products"))
    said = {
        "order_id": max(back.order_id, _text(event, "order_id")),
        "requested_at": min(back.requested_at, event.at),
        "total": max(back.total, _total(event, lines) or 0.0),
        "lines": _join(back.lines, lines) if lines else back.lines,
    }
    return _differences(back, said)


def _join(known: tuple[Item, ...], lines: tuple[Item, ...]) -> tuple[Item, ...]:
    """Unite two lists of goods, each product once and with its larger quantity, in order of the products' ids."""
    if lines == known:
        return known
    united: dict[tuple[str, str], Item] = {}
    for item in known + lines:
        key = (item.product_id, item.variant)
        other = united.get(key)
        united[key] = item if other is None else max(other, item, key=_fullness)
    return tuple(united[key] for key in sorted(united))


def _fullness(item: Item) -> tuple[float, float, str]:
    return item.quantity, item.price, repr(item)


def _progress(
    fact: Shipment | Return, event: Event, status: ShipmentStatus | ReturnStatus, observed_at: datetime
) -> dict[str, Any]:
    """Say how the status moves; not at all when a later one, or one further along at the same instant, is known."""
    if (event.at, rank(status), event.source) <= (fact.changed_at, rank(fact.status), fact.source):
        return {}
    return {
        "status": status,
        "changed_at": event.at,
        "source": event.source,
        "observed_at": observed_at,
        "version": fact.version + 1,
    }


def _differences(fact: Shipment | Return, said: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in said.items() if getattr(fact, name) != value}


def _refund_id(order_id: str) -> str:
    return f"{order_id}/refund"


def _text(event: Event, key: str) -> str:
    """Read an id or a name, which may have been written as a number; empty when absent or null."""
    value: Any = event.properties.get(key)
    if type(value) is str:
        return value.strip()
    return str(value) if type(value) is int else ""


def _total(event: Event, lines: tuple[Item, ...]) -> float | None:
    """Read the sum of money, else add up the goods; None when the event says neither."""
    get = event.properties.get
    for key in ("total", "revenue", "value"):
        value = get(key)
        # As a float, which is how it comes back from a database; a sum with more digits than a float has is none.
        if type(value) is float or (type(value) is int and abs(value) < _MOST_MONEY):
            return float(value)
    return sum(line.price * line.quantity for line in lines) if lines else None


_HANDLERS: dict[str, _Handler] = {
    "Order Completed": _states_order(OrderStatus.PLACED, goods=True),
    "Order Placed": _states_order(OrderStatus.PLACED, goods=True),
    "Order Updated": _order_updated,
    "Order Cancelled": _states_order(OrderStatus.CANCELLED, goods=False),
    "Order Refunded": _order_refunded,
    "Payment Failed": _states_order(OrderStatus.PAYMENT_FAILED, goods=False),
    "Order Shipped": _states_shipment(ShipmentStatus.SHIPPED),
    "Shipment Updated": _shipment_updated,
    "Order Delivered": _states_shipment(ShipmentStatus.DELIVERED),
    "Return Requested": _states_return(ReturnStatus.REQUESTED),
    "Return Shipped": _states_return(ReturnStatus.IN_TRANSIT),
    "Return Received": _states_return(ReturnStatus.RECEIVED),
    "Return Closed": _return_closed,
    "Return Declined": _states_return(ReturnStatus.DECLINED),
    "Return Cancelled": _states_return(ReturnStatus.CANCELLED),
}
