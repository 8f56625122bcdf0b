"""What does WooCommerce send? The documented fields that matter, with a fictional shop and fictional people.

Shapes: https://woocommerce.github.io/woocommerce-rest-api-docs/ (orders, customers, products).
"""

from typing import Any

Payload = dict[str, Any]

BILLING: Payload = {
    "first_name": "Vilma",
    "last_name": "Testa",
    "city": "Riga",
    "country": "LV",
    "email": "vilma@example.com",
    "phone": "+37120000001",
}


def order(**changes: Any) -> Payload:
    """Make an order that was placed and paid: two goods for 100 euros."""
    return {
        "id": 727,
        "parent_id": 0,
        "number": "727",
        "order_key": "wc_order_vilma",
        "status": "processing",
        "currency": "EUR",
        "date_created": "2026-03-01T10:00:00",
        "date_created_gmt": "2026-03-01T08:00:00",
        "date_modified": "2026-03-01T10:00:05",
        "date_modified_gmt": "2026-03-01T08:00:05",
        "total": "100.00",
        "customer_id": 26,
        "billing": BILLING,
        "cart_hash": "2f1a",
        "line_items": [
            {
                "id": 315,
                "name": "Dark roast - 250 g",
                "product_id": 93,
                "variation_id": 95,
                "quantity": 2,
                "total": "25.00",
                "sku": "BEAN-DARK",
                "price": 12.5,
            },
            {
                "id": 316,
                "name": "Hand grinder",
                "product_id": 22,
                "variation_id": 0,
                "quantity": 1,
                "total": "75.00",
                "sku": "GRIND-1",
                "price": 75,
            },
        ],
        "refunds": [],
        **changes,
    }


def customer(**changes: Any) -> Payload:
    """Make a customer with an account."""
    return {
        "id": 26,
        "date_created_gmt": "2026-01-05T06:00:00",
        "date_modified_gmt": "2026-03-01T08:00:00",
        "email": "vilma@example.com",
        "first_name": "Vilma",
        "last_name": "Testa",
        "role": "customer",
        "billing": BILLING,
        **changes,
    }


def product(**changes: Any) -> Payload:
    """Make a simple product whose stock is counted."""
    return {
        "id": 22,
        "name": "Hand grinder",
        "permalink": "https://shop.example/product/hand-grinder/",
        "date_created_gmt": "2026-01-01T08:00:00",
        "date_modified_gmt": "2026-03-02T08:00:00",
        "type": "simple",
        "status": "publish",
        "sku": "GRIND-1",
        "price": "75.00",
        "manage_stock": True,
        "stock_quantity": 4,
        "stock_status": "instock",
        "parent_id": 0,
        "categories": [{"id": 9, "name": "Grinders", "slug": "grinders"}],
        "images": [{"id": 792, "src": "https://shop.example/grinder.png"}],
        "variations": [],
        "grouped_products": [],
        **changes,
    }
