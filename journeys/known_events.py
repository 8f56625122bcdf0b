"""Which events does everybody know, and with which properties?

The names and properties of Segment's e-commerce spec (v2), and our own for what that spec leaves out: parcels,
returns, payments, tickets, messages, forms. What is about the shop's goods, such as `Product Updated`, never happens to
a person and is not among them. A shop adds its own events and properties under `events:`.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from journeys.scope import TRAITS, Kind

Declared = Mapping[str, Mapping[str, Kind]]


def _text(*names: str) -> dict[str, Kind]:
    return dict.fromkeys(names, "text")


def _number(*names: str) -> dict[str, Kind]:
    return dict.fromkeys(names, "number")


_GOODS: dict[str, Kind] = {"products": "items"}
_MONEY: dict[str, Kind] = {
    **_text("affiliation", "coupon", "currency"),
    **_number("value", "total", "subtotal", "revenue", "shipping", "tax", "discount"),
}
_PRODUCT: dict[str, Kind] = {
    **_text("product_id", "sku", "name", "variant", "category", "brand", "coupon", "currency", "url", "image_url"),
    **_number("price", "quantity", "position", "value"),
}
_LIST: dict[str, Kind] = {**_text("list_id", "category"), **_GOODS}
_PROMOTION: dict[str, Kind] = {**_text("promotion_id", "creative", "name"), "position": "any"}
_CHECKOUT: dict[str, Kind] = {
    **_text("checkout_id", "order_id", "cart_id", "email", "phone", "url"),
    **_MONEY,
    **_GOODS,
}
_CHECKOUT_STEP: dict[str, Kind] = {
    **_text("checkout_id", "order_id", "shipping_method", "payment_method"),
    **_number("step"),
}
_ORDER: dict[str, Kind] = {
    **_text("order_id", "checkout_id", "cart_id", "email", "phone", "status", "payment_status"),
    **dict.fromkeys(("promised_at", "expected_at"), "date"),
    **_MONEY,
    **_GOODS,
}
_PAYMENT: dict[str, Kind] = {**_ORDER, **_text("payment_id", "reason")}
_COUPON: dict[str, Kind] = {
    **_text("order_id", "cart_id", "checkout_id", "coupon_id", "coupon_name", "reason"),
    **_number("discount"),
}
_WISHLIST: dict[str, Kind] = {**_text("wishlist_id", "wishlist_name"), **_PRODUCT}
_SHARED: dict[str, Kind] = _text("share_via", "share_message", "recipient")
_REVIEW: dict[str, Kind] = {**_text("product_id", "review_id", "review_body"), **_number("rating")}
_PARCEL: dict[str, Kind] = {
    **_text("order_id", "shipment_id", "status", "carrier", "tracking_number", "tracking_url"),
    **dict.fromkeys(("shipped_at", "delivered_at", "expected_at"), "date"),
    **_GOODS,
}
_RETURN: dict[str, Kind] = {
    **_text("return_id", "order_id", "status", "reason", "currency", "shipment_id", "tracking_number"),
    **_number("total"),
    **_GOODS,
}
_TICKET: dict[str, Kind] = {**_text("ticket_id", "order_id", "status", "subject", "email", "phone"), **_GOODS}
# `delivery` is our own number when the event is ours, and the provider's text when it is theirs.
_MESSAGE: dict[str, Kind] = {
    "delivery": "any",
    **_text("journey", "step", "channel", "email", "template", "subject", "url", "reason", "type"),
    "machine": "boolean",
}
_FORM: dict[str, Kind] = _text("form", "email", "phone", "first_name", "last_name", "url", "message")
_PAGE: dict[str, Kind] = _text("name", "category", "url", "path", "title", "referrer", "search", "keywords")
_PERSON: dict[str, Kind] = {
    **_text("email", "phone", "user_id", "timezone", "firstName", "lastName"),
    **TRAITS,
    **dict.fromkeys(("created_at", "createdAt"), "date"),
    "marketing_consent": "boolean",
}

KNOWN_EVENTS: Declared = MappingProxyType(
    {
        "Products Searched": _text("query"),
        "Product List Viewed": _LIST,
        "Product List Filtered": {**_LIST, "filters": "any", "sorts": "any"},
        "Promotion Viewed": _PROMOTION,
        "Promotion Clicked": _PROMOTION,
        "Product Clicked": _PRODUCT,
        "Product Viewed": _PRODUCT,
        "Product Added": {**_PRODUCT, **_text("cart_id")},
        "Product Removed": {**_PRODUCT, **_text("cart_id")},
        "Cart Viewed": {**_text("cart_id", "currency"), **_number("value"), **_GOODS},
        "Checkout Started": _CHECKOUT,
        "Checkout Step Viewed": _CHECKOUT_STEP,
        "Checkout Step Completed": _CHECKOUT_STEP,
        "Payment Info Entered": _CHECKOUT_STEP,
        "Order Placed": _ORDER,
        "Order Updated": _ORDER,
        "Order Completed": _ORDER,
        "Order Refunded": {**_ORDER, **_text("return_id", "refund_id", "reason")},
        "Order Cancelled": {**_ORDER, **_text("reason")},
        "Payment Failed": _PAYMENT,
        "Payment Received": _PAYMENT,
        "Coupon Entered": _COUPON,
        "Coupon Applied": _COUPON,
        "Coupon Denied": _COUPON,
        "Coupon Removed": _COUPON,
        "Product Added to Wishlist": _WISHLIST,
        "Product Removed from Wishlist": _WISHLIST,
        "Wishlist Product Added to Cart": {**_WISHLIST, **_text("cart_id")},
        "Product Shared": {**_SHARED, **_PRODUCT},
        "Cart Shared": {**_SHARED, **_text("cart_id"), **_GOODS},
        "Product Reviewed": _REVIEW,
        "Order Shipped": _PARCEL,
        "Shipment Updated": _PARCEL,
        "Order Delivered": _PARCEL,
        "Return Requested": _RETURN,
        "Return Received": _RETURN,
        "Return Shipped": _RETURN,
        "Return Closed": _RETURN,
        "Return Declined": _RETURN,
        "Return Cancelled": _RETURN,
        "Ticket Opened": _TICKET,
        "Ticket Updated": _TICKET,
        "Ticket Closed": _TICKET,
        "Email Clicked": _MESSAGE,
        "Email Opened": _MESSAGE,
        "Email Bounced": _MESSAGE,
        "Email Unsubscribed": _MESSAGE,
        "Email Marked as Spam": _MESSAGE,
        "Spam Complaint": _MESSAGE,
        "Lead Magnet Downloaded": {**_MESSAGE, **_text("file")},
        "Preferences Updated": {**_text("channel", "email", "phone"), "consent": "any"},
        "Form Submitted": _FORM,
        "Page Viewed": _PAGE,
        "Identified": _PERSON,
        "Group Joined": _text("group_id", "name"),
        "Aliased": _text("previous_id"),
    }
)

# Scanners of mail open letters and follow their links before anybody has read them.
_OFTEN_BY_MACHINES = frozenset({"Email Opened", "Email Clicked", "Lead Magnet Downloaded"})


def is_by_machine(name: str, properties: Mapping[str, Any]) -> bool:
    """Say whether no person did this: such events say `machine: true`."""
    return name in _OFTEN_BY_MACHINES and properties.get("machine") is True
