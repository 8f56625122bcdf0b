"""What does Shopify say about checkouts, orders and refunds?

The payloads: https://shopify.dev/docs/api/webhooks/latest (`checkouts/*`, `orders/*`, `refunds/create`). An order's
payload holds its parcels and refunds as well; they are named after their own ids, so that each is one message however
often the order is sent.
"""

from collections.abc import Mapping
from typing import Any

from orchestrator.sources._shopify_notice import (
    NAME,
    Notice,
    about,
    contacts,
    first_moment,
    missing,
    to_products,
)
from orchestrator.sources._shopify_parcels import parcel_calls
from orchestrator.sources.calls import Call, track
from orchestrator.sources.hooks import Denied
from orchestrator.sources.reading import Payload, moment, number, object_in, objects_in, text

_UNPAID = frozenset({"voided", "expired"})
# A refund is certain once the payment provider took it on, even while the money is still on its way.
_PAID_BACK = frozenset({"success", "pending"})


def read_order(notice: Notice) -> tuple[Call, ...] | Denied:
    """Tell of an order as it stands, with its parcels and refunds."""
    order = notice.payload
    order_id = text(order.get("id"))
    if not order_id:
        return missing("id")
    stated = _placed(notice, order_id) if notice.topic == "orders/create" else _updated(notice, order_id)
    refunds = [call for refund in objects_in(order, "refunds") for call in _refund_calls(notice, refund, order_id)]
    parcels = [call for parcel in objects_in(order, "fulfillments") for call in parcel_calls(notice, parcel, order_id)]
    return (*stated, *_cancelled(notice, order_id), *refunds, *parcels)


def read_deleted_order(notice: Notice) -> tuple[Call, ...] | Denied:
    """Tell that an order is no more; the payload holds nothing but its id."""
    order_id = text(notice.payload.get("id"))
    if not order_id:
        return missing("id")
    properties = {"order_id": order_id, "reason": "deleted"}
    return (track("Order Cancelled", notice.message_id(order_id), notice.sent_at, properties),)


def read_refund(notice: Notice) -> tuple[Call, ...] | Denied:
    """Tell of money that was paid back."""
    order_id = text(notice.payload.get("order_id"))
    if not text(notice.payload.get("id")):
        return missing("id")
    return _refund_calls(notice, notice.payload, order_id) if order_id else missing("order_id")


def read_checkout(notice: Notice) -> tuple[Call, ...] | Denied:
    """Tell of a checkout that was begun or goes on; of one that is complete, its order tells."""
    checkout = notice.payload
    checkout_id = text(checkout.get("token")) or text(checkout.get("cart_token"))
    if not checkout_id:
        return missing("token")
    if checkout.get("completed_at"):
        return ()
    properties = {
        "checkout_id": checkout_id,
        **contacts(checkout),
        **_money(checkout),
        "url": text(checkout.get("abandoned_checkout_url")),
        "products": to_products(objects_in(checkout, "line_items")),
    }
    begins = notice.topic == "checkouts/create"
    name, date = ("Checkout Started", "created_at") if begins else ("Checkout Step Completed", "updated_at")
    call = track(name, notice.message_id(checkout_id), notice.when(date), properties)
    return (about(call, object_in(checkout, "customer")),)


def _placed(notice: Notice, order_id: str) -> tuple[Call, ...]:
    order, at = notice.payload, notice.when("created_at")
    calls = [track("Order Completed", notice.message_id(order_id), at, _order_properties(order, order_id))]
    if order.get("financial_status") in _UNPAID:
        properties = {"order_id": order_id, **contacts(order), "reason": order.get("financial_status")}
        calls.append(track("Payment Failed", notice.message_id(f"{order_id}/payment"), at, properties))
    return tuple(about(call, object_in(order, "customer")) for call in calls)


def _updated(notice: Notice, order_id: str) -> tuple[Call, ...]:
    order = notice.payload
    properties = {**_order_properties(order, order_id), "status": _status(notice)}
    call = track("Order Updated", notice.message_id(order_id), notice.when("updated_at", "created_at"), properties)
    return (about(call, object_in(order, "customer")),)


def _status(notice: Notice) -> str:
    """Say what the update means for the order; mostly nothing.

    That an order is paid, or paid back in part, is not repeated with every later update: it would release one that is
    held back in the meantime. That it is fulfilled says it left the shop; where it is now, its parcels say.
    """
    if moment(notice.payload.get("cancelled_at")):
        return "cancelled"
    financial = notice.payload.get("financial_status")
    if financial in _UNPAID:
        return "payment_failed"
    if financial == "refunded":
        return "refunded"
    return "paid" if notice.topic == "orders/paid" else ""


def _cancelled(notice: Notice, order_id: str) -> tuple[Call, ...]:
    order = notice.payload
    at = moment(order.get("cancelled_at"))
    if at is None:
        return ()
    properties = {"order_id": order_id, **contacts(order), "reason": text(order.get("cancel_reason"))}
    call = track("Order Cancelled", f"{NAME}-order/{order_id}/cancelled", at, properties)
    return (about(call, object_in(order, "customer")),)


def _order_properties(order: Payload, order_id: str) -> Mapping[str, Any]:
    """Read who, what and how much. The total is the one at the time of ordering, which refunds do not lower.

    A checkout goes by its token, which `checkouts/*` and Shopify's own pixel call it as well; an order made without a
    checkout may still name the cart.
    """
    return {
        "order_id": order_id,
        "checkout_id": text(order.get("checkout_token")) or text(order.get("cart_token")),
        **contacts(order),
        **_money(order),
        "products": to_products(objects_in(order, "line_items")),
    }


def _money(payload: Payload) -> Mapping[str, Any]:
    return {"total": number(payload.get("total_price")), "currency": text(payload.get("currency"))}


def _refund_calls(notice: Notice, refund: Payload, order_id: str) -> tuple[Call, ...]:
    """Tell of one refund, unless it moved neither goods nor money: without goods it would be about the whole order."""
    refund_id = text(refund.get("id"))
    lines = objects_in(refund, "refund_line_items")
    products = to_products([{**object_in(line, "line_item"), "quantity": line.get("quantity")} for line in lines])
    total = _paid_back(refund)
    if not refund_id or not (products or total):
        return ()
    properties = {
        "refund_id": refund_id,
        "return_id": text(object_in(refund, "return").get("id")),
        "order_id": order_id,
        "total": total,
        "currency": _refund_currency(refund, notice.payload),
        "products": products,
    }
    at = first_moment(refund, "created_at", "processed_at") or notice.sent_at
    # The money may be added after the goods: then it is another message.
    return (track("Order Refunded", f"{NAME}-refund/{refund_id}/{total:.2f}", at, properties),)


def _paid_back(refund: Payload) -> float:
    amounts = [
        number(transaction.get("amount")) or 0.0
        for transaction in objects_in(refund, "transactions")
        if transaction.get("kind") == "refund" and transaction.get("status") in _PAID_BACK
    ]
    return number(round(sum(amounts), 2)) or 0.0


def _refund_currency(refund: Payload, payload: Payload) -> str:
    named = [text(transaction.get("currency")) for transaction in objects_in(refund, "transactions")]
    return next((currency for currency in named if currency), text(payload.get("currency")))
