"""What does an event say about a payment, and what is known of a payment after several?"""

from datetime import datetime

from journeys.goods import to_items
from journeys.vocabulary import Event, Payment, PaymentStatus
from orchestrator.facts.joining import changed, newest_status
from orchestrator.facts.reading import text, total


def payment_in(event: Event, observed_at: datetime, status: PaymentStatus) -> tuple[Payment, ...]:
    """Read what an event says about a payment; one without an id of its own is the payment of its order."""
    order_id = text(event, "order_id")
    payment_id = text(event, "payment_id") or (f"{order_id}/payment" if order_id else "")
    if not payment_id:
        return ()
    money = total(event, to_items(event.properties.get("products"))) or 0.0
    return (Payment(payment_id, order_id, status, event.at, observed_at, money, event.source),)


def join_payments(known: Payment, stated: Payment) -> Payment:
    """Unite what is known of a payment with what is stated."""
    joined = {
        "order_id": max(known.order_id, stated.order_id),
        "total": max(known.total, stated.total),
        **newest_status(known, stated),
    }
    return changed(known, joined)
