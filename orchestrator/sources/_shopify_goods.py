"""What does Shopify say about the goods it sells and how much of them there is?

The payloads: https://shopify.dev/docs/api/webhooks/latest (`products/*`, `variants/*`, `inventory_levels/update`).
"""

from orchestrator.sources._shopify_notice import Notice, missing
from orchestrator.sources.calls import Call, goods
from orchestrator.sources.hooks import Denied
from orchestrator.sources.reading import number, object_in, objects_in, text


def read_product(notice: Notice) -> tuple[Call, ...] | Denied:
    """Tell what a product is and what its variants cost; the product has a price when all of them have the same."""
    product = notice.payload
    product_id = text(product.get("id"))
    if not product_id:
        return missing("id")
    variants = [
        {
            "variant": text(variant.get("id")),
            "price": number(variant.get("price")),
            "inventory_id": text(variant.get("inventory_item_id")),
        }
        for variant in objects_in(product, "variants")
        if text(variant.get("id"))
    ]
    prices = {variant["price"] for variant in variants}
    properties = {
        "product_id": product_id,
        "name": text(product.get("title")),
        "category": text(product.get("product_type")),
        "price": prices.pop() if len(prices) == 1 else None,
        "image_url": text(object_in(product, "image").get("src")),
        "variants": variants,
    }
    return (goods("Product Updated", notice.message_id(product_id), notice.when("updated_at"), properties),)


def read_inventory(notice: Notice) -> tuple[Call, ...] | Denied:
    """Tell how many of a thing lie at a place; nothing when the shop does not count them."""
    level = notice.payload
    inventory_id, location = text(level.get("inventory_item_id")), text(level.get("location_id"))
    if not inventory_id:
        return missing("inventory_item_id")
    quantity = number(level.get("available"))
    if quantity is None:
        return ()
    properties = {"inventory_id": inventory_id, "location": location, "quantity": quantity}
    message_id = notice.message_id(f"{inventory_id}/{location}")
    return (goods("Stock Changed", message_id, notice.when("updated_at"), properties),)


def read_variant(notice: Notice) -> tuple[Call, ...] | Denied:
    """Tell that a variant came in stock or went out; the variant's own date is not that of its stock."""
    variant_id, product_id = text(notice.payload.get("id")), text(notice.payload.get("product_id"))
    if not variant_id or not product_id:
        return missing("product_id" if variant_id else "id")
    properties = {"product_id": product_id, "variant": variant_id, "in_stock": notice.topic == "variants/in_stock"}
    return (goods("Stock Changed", notice.message_id(variant_id), notice.sent_at, properties),)
