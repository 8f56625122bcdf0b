"""In which words does a source say what it was told?

A source that is called, or asked, in its vendor's own shapes puts what it learned into calls of the Segment spec, so
that one reader (`orchestrator.sources.segment`) checks, normalises and dedups them all. What Segment's names leave out
is ours; the properties that become facts are these:

    Order Completed, Order Updated, Order Cancelled, Payment Failed
        order_id checkout_id email phone status payment_status total currency promised_at products
    Payment Received, Payment Failed      payment_id order_id total currency
    Order Refunded                        refund_id return_id order_id total currency products
    Order Shipped, Shipment Updated, Order Delivered
        shipment_id tracking_number order_id carrier status expected_at products
    Return Requested, Return Shipped, Return Received, Return Closed, Return Declined, Return Cancelled
        return_id order_id status total products
    Ticket Opened, Ticket Updated, Ticket Closed
        ticket_id order_id status products
    Product Updated, Stock Changed        about the shop, not about a person; see `goods`

`status` is the vendor's own word where `orchestrator.statuses` knows it. `products` are objects with product_id,
variant, sku, name, category, price (of one piece) and quantity. The message id is built on the vendor's own id of the
event, so that a repeat is recognised; the timestamp is when it happened by the vendor's clock, so that a stale repeat
changes nothing.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, TypeAlias

Call: TypeAlias = Mapping[str, Any]


def track(name: str, message_id: str, at: datetime, properties: Mapping[str, Any]) -> Call:
    """Say that something happened; properties that are None, empty text or an empty list are left out."""
    return {
        "type": "track",
        "event": name,
        "messageId": message_id,
        "timestamp": at.isoformat(),
        "properties": _said(properties),
    }


def identify(message_id: str, at: datetime, traits: Mapping[str, Any], user_id: str = "") -> Call:
    """Say something about a person; `user_id` is the shop's own id of them."""
    call = {"type": "identify", "messageId": message_id, "timestamp": at.isoformat(), "traits": _said(traits)}
    return {**call, "userId": user_id} if user_id else call


def goods(name: str, message_id: str, at: datetime, properties: Mapping[str, Any]) -> Call:
    """Say something about the shop's goods, which concerns everybody.

    `Product Updated`: product_id name category price url image_url parts (product ids of a bundle) and variants, a list
    of {variant, price, inventory_id}. `Stock Changed`: product_id and variant, or inventory_id; location; and quantity
    or in_stock.
    """
    return {**track(name, message_id, at, properties), "about": "shop"}


def _said(properties: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in properties.items() if value is not None and value != "" and value != []}
