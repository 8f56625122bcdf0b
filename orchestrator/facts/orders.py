"""What does an event say about an order, and what is known of an order after several?

The status of an order is the one stated last, unless payments or refunds know better: a payment received after one that
failed makes it placed again, and refunds that add up to all of its money make it refunded. What was stated is kept
beside that, because a message that comes late may move either.
"""

from datetime import datetime
from typing import Any

from msgspec.structs import replace

from journeys.goods import to_items
from journeys.scope import to_date
from journeys.vocabulary import Event, Facts, Order, OrderStatus, Payment, PaymentStatus, Refund, Said
from orchestrator.facts.joining import changed, newest_status, said_last
from orchestrator.facts.reading import text, total
from orchestrator.statuses import rank

CENT = 0.005


def order_in(event: Event, observed_at: datetime, status: OrderStatus | None, *, goods: bool) -> tuple[Order, ...]:
    """Read what an event says about an order; one nobody stated a status of counts as placed, in version 0."""
    order_id = text(event, "order_id")
    if not order_id:
        return ()
    lines = to_items(event.properties.get("products")) if goods else ()
    money = total(event, lines) if goods else None
    promised_at = to_date(event.properties.get("promised_at") or event.properties.get("expected_at"))
    order = Order(
        order_id=order_id,
        placed_at=event.at,
        status=status or OrderStatus.PLACED,
        lines=lines,
        total=money or 0.0,
        changed_at=event.at,
        observed_at=observed_at,
        currency=text(event, "currency"),
        checkout_id=text(event, "checkout_id"),
        source=event.source,
        version=0 if status is None else 1,
        lines_at=None if money is None else event.at,
        lowest_total=money or 0.0,
        promised_at=promised_at,
        promised_said_at=event.at if promised_at else None,
    )
    return (order,)


def join_orders(known: Order, stated: Order) -> Order:
    """Unite what is known of an order with what is stated; of two names for one thing the larger text stays."""
    joined: dict[str, Any] = {
        "placed_at": min(known.placed_at, stated.placed_at),
        "currency": max(known.currency, stated.currency),
        "checkout_id": max(known.checkout_id, stated.checkout_id),
        **newest_status(known, stated),
    }
    if stated.lines_at is not None:
        joined |= _goods(known, stated, stated.lines_at)
    if stated.promised_said_at is not None:
        joined["promised_said_at"], joined["promised_at"] = said_last(
            (known.promised_said_at, known.promised_at), (stated.promised_said_at, stated.promised_at)
        )
    return changed(known, joined)


def _goods(known: Order, stated: Order, stated_at: datetime) -> dict[str, Any]:
    """Say which goods were stated last; a statement that names goods beats one that gives only a total."""
    if known.lines_at is None:
        lowest, is_newer = stated.lowest_total, True
    else:
        lowest = min(known.lowest_total, stated.lowest_total)
        mine = (bool(stated.lines), stated_at, stated.total)
        theirs = (bool(known.lines), known.lines_at, known.total)
        is_newer = mine > theirs or (mine == theirs and repr(stated.lines) > repr(known.lines))
    if not is_newer:
        return {"lowest_total": lowest}
    return {"lowest_total": lowest, "lines": stated.lines, "total": stated.total, "lines_at": stated_at}


def as_stated(order: Order) -> Order:
    """Give the order with the status that was stated, whatever payments and refunds say."""
    said = order.stated
    if said is None:
        return order
    version = order.version - 1
    return replace(order, status=said.status, changed_at=said.at, source=said.source, version=version, stated=None)


def settled(facts: Facts, order: Order) -> Order:
    """Give the order with the status that follows from what was stated and from its payments and refunds."""
    if not facts.payments and not facts.refunds:
        return order
    moved = order
    if order.status is OrderStatus.PAYMENT_FAILED:
        paid = _last_payment(facts, order.order_id)
        if paid is not None and paid.changed_at >= order.changed_at:
            moved = _moved(order, OrderStatus.PLACED, paid.changed_at, paid)
    refund = _completing_refund(facts, order)
    if refund is None:
        return moved
    mine = (refund.refunded_at, rank(OrderStatus.REFUNDED), refund.source)
    if moved.version and mine <= (moved.changed_at, rank(moved.status), moved.source):
        return moved
    return _moved(order, OrderStatus.REFUNDED, refund.refunded_at, refund)


def _moved(order: Order, status: OrderStatus, at: datetime, by: Payment | Refund) -> Order:
    return replace(
        order,
        status=status,
        changed_at=at,
        source=by.source,
        observed_at=max(order.observed_at, by.observed_at),
        version=order.version + 1,
        stated=Said(order.status, order.changed_at, order.source),
    )


def _last_payment(facts: Facts, order_id: str) -> Payment | None:
    paid = [
        payment
        for payment in facts.payments.values()
        if payment.order_id == order_id and payment.status is PaymentStatus.PAID
    ]
    return max(paid, key=lambda payment: (payment.changed_at, payment.source), default=None)


def _completing_refund(facts: Facts, order: Order) -> Refund | None:
    """Find the refund with which all of the smallest sum ever stated for the order was paid back."""
    if order.lowest_total <= 0:
        return None
    left = order.lowest_total - CENT
    refunds = [refund for refund in facts.refunds.values() if refund.order_id == order.order_id]
    for refund in sorted(refunds, key=lambda refund: (refund.refunded_at, refund.refund_id)):
        left -= refund.total
        if left <= 0:
            return refund
    return None
