"""What does Shopify send? The documented fields that matter, with a fictional shop and fictional people.

Shapes: https://shopify.dev/docs/api/webhooks/latest.
"""

from typing import Any

Payload = dict[str, Any]

ORDER_ID = 5001
BEANS: Payload = {
    "id": 71,
    "variant_id": 8101,
    "title": "Dark roast",
    "quantity": 2,
    "current_quantity": 2,
    "sku": "BEAN-DARK",
    "product_id": 8100,
    "name": "Dark roast - 250 g",
    "price": "12.50",
}
GRINDER: Payload = {
    "id": 72,
    "variant_id": 8201,
    "title": "Hand grinder",
    "quantity": 1,
    "current_quantity": 1,
    "sku": "GRIND-1",
    "product_id": 8200,
    "name": "Hand grinder",
    "price": "75.00",
}
CUSTOMER: Payload = {
    "id": 301,
    "created_at": "2026-01-05T08:00:00+02:00",
    "updated_at": "2026-03-01T10:00:00+02:00",
    "first_name": "Vilma",
    "last_name": "Testa",
    "state": "disabled",
    "verified_email": True,
    "email": "vilma@example.com",
    "phone": None,
    "currency": "EUR",
    "default_address": {"city": "Riga", "country_code": "LV", "phone": "+37120000099"},
}


def order(**changes: Any) -> Payload:
    """Make an order that was just placed and paid: two goods for 100 euros."""
    return {
        "id": ORDER_ID,
        "cancel_reason": None,
        "cancelled_at": None,
        "cart_token": "cart-1",
        "checkout_token": "checkout-1",
        "contact_email": "vilma@example.com",
        "created_at": "2026-03-01T10:00:00+02:00",
        "currency": "EUR",
        "current_total_price": "100.00",
        "email": "vilma@example.com",
        "financial_status": "paid",
        "fulfillment_status": None,
        "name": "#1001",
        "phone": "+37120000001",
        "total_price": "100.00",
        "updated_at": "2026-03-01T10:00:05+02:00",
        "customer": CUSTOMER,
        "fulfillments": [],
        "line_items": [BEANS, GRINDER],
        "refunds": [],
        **changes,
    }


def parcel(**changes: Any) -> Payload:
    """Make a parcel with the beans that left the shop an hour after the order."""
    return {
        "id": 9001,
        "order_id": ORDER_ID,
        "status": "success",
        "created_at": "2026-03-01T11:00:00+02:00",
        "updated_at": "2026-03-01T11:00:00+02:00",
        "tracking_company": "Omniva",
        "shipment_status": None,
        "email": "vilma@example.com",
        "line_items": [BEANS],
        "tracking_number": "CE001",
        "tracking_numbers": ["CE001"],
        "tracking_url": "https://parcels.example/CE001",
        **changes,
    }


def parcel_event(**changes: Any) -> Payload:
    """Make a carrier's report that the parcel was delivered."""
    return {
        "id": 4001,
        "fulfillment_id": 9001,
        "status": "delivered",
        "message": "Delivered",
        "happened_at": "2026-03-03T15:00:00+02:00",
        "created_at": "2026-03-03T15:10:00+02:00",
        "updated_at": "2026-03-03T15:10:00+02:00",
        "estimated_delivery_at": None,
        "order_id": ORDER_ID,
        **changes,
    }


def refund(**changes: Any) -> Payload:
    """Make a refund of one of the two bags of beans."""
    return {
        "id": 6001,
        "order_id": ORDER_ID,
        "created_at": "2026-03-05T09:00:00+02:00",
        "processed_at": "2026-03-05T09:00:00+02:00",
        "note": None,
        "return": None,
        "refund_line_items": [{"id": 611, "quantity": 1, "line_item_id": 71, "subtotal": 12.5, "line_item": BEANS}],
        "transactions": [transaction("12.50")],
        **changes,
    }


def transaction(amount: str, kind: str = "refund", status: str = "success") -> Payload:
    """Make one movement of money."""
    return {"id": 777, "order_id": ORDER_ID, "kind": kind, "status": status, "amount": amount, "currency": "EUR"}


def return_(status: str = "requested", **changes: Any) -> Payload:
    """Make a return as `returns/request` has it; the goods are named by the order's lines alone."""
    return {
        "id": 2001,
        "status": status,
        "order": {"id": ORDER_ID, "admin_graphql_api_id": f"gid://shopify/Order/{ORDER_ID}"},
        "total_return_line_items": 1,
        "return_line_items": [
            {"id": 21, "fulfillment_line_item": {"id": 22, "line_item": {"id": 71}}, "quantity": 1},
        ],
        **changes,
    }


def checkout(**changes: Any) -> Payload:
    """Make a checkout with the grinder in it."""
    return {
        "token": "checkout-1",
        "cart_token": "cart-1",
        "email": "vilma@example.com",
        "created_at": "2026-03-01T09:50:00+02:00",
        "updated_at": "2026-03-01T09:55:00+02:00",
        "currency": "EUR",
        "completed_at": None,
        "phone": None,
        "line_items": [GRINDER],
        "abandoned_checkout_url": "https://shop.example/checkouts/checkout-1/recover",
        "total_price": "75.00",
        "customer": CUSTOMER,
        **changes,
    }


def product(**changes: Any) -> Payload:
    """Make a product with two variants of different prices."""
    return {
        "id": 8100,
        "title": "Dark roast",
        "product_type": "Coffee",
        "handle": "dark-roast",
        "status": "active",
        "updated_at": "2026-03-02T10:00:00+02:00",
        "image": {"src": "https://shop.example/dark.png"},
        "variants": [
            {"id": 8101, "product_id": 8100, "price": "12.50", "inventory_item_id": 501},
            {"id": 8102, "product_id": 8100, "price": "40.00", "inventory_item_id": 502},
        ],
        **changes,
    }
