"""What is known about the shop's goods once an event told of them?

`apply_goods` is the only code that changes `Goods`. Of several statements about one product, or about its stock at one
place, the one made last by the time it happened is kept whole; so the order in which they arrive makes no difference,
nor how often. `version` and `observed_at` tell of the arrival itself.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from msgspec.structs import replace

from journeys.scope import to_number
from journeys.vocabulary import Event, Goods, Product, Stock
from orchestrator.facts.reading import identity, text

PRODUCT_UPDATED = "Product Updated"
STOCK_CHANGED = "Stock Changed"
# The events that are about the shop and not about a person.
SHOP_EVENTS = frozenset({PRODUCT_UPDATED, STOCK_CHANGED})


@dataclass(frozen=True, slots=True)
class GoodsChange:
    """One product, or one product's stock at one place, that is not what it was."""

    kind: Literal["product", "stock"]
    id: str
    location: str = ""


def apply_goods(goods: Goods, event: Event, observed_at: datetime) -> tuple[GoodsChange, ...]:
    """Take an event about the goods into account and say what changed; `observed_at` is when we learned of it."""
    if event.name == PRODUCT_UPDATED:
        return _keep_product(goods, _product_in(event, observed_at))
    return _keep_stock(goods, _stock_in(event, observed_at)) if event.name == STOCK_CHANGED else ()


def put_product(goods: Goods, product: Product) -> None:
    """Place a product, new or changed, and keep the ways from parts to their bundles true."""
    known = goods.products.get(product.product_id)
    goods.products[product.product_id] = product
    before = set(known.parts) if known else set()
    after = set(product.parts)
    for part in before - after:
        _set_bundles(goods, part, set(goods.bundles_of[part]) - {product.product_id})
    for part in after - before:
        _set_bundles(goods, part, {*goods.bundles_of.get(part, ()), product.product_id})


def put_stock(goods: Goods, stock: Stock) -> None:
    """Place what one place says of one thing's stock, new or changed."""
    goods.stock.setdefault(stock.key, {})[stock.location] = stock


def _set_bundles(goods: Goods, part: str, bundles: set[str]) -> None:
    if bundles:
        goods.bundles_of[part] = tuple(sorted(bundles))
    else:
        del goods.bundles_of[part]


def _keep_product(goods: Goods, stated: Product | None) -> tuple[GoodsChange, ...]:
    if stated is None:
        return ()
    known = goods.products.get(stated.product_id)
    if known is not None:
        if _product_order(stated) <= _product_order(known):
            return ()
        stated = replace(stated, version=known.version + 1)
    put_product(goods, stated)
    return (GoodsChange("product", stated.product_id),)


def _product_order(product: Product) -> tuple[Any, ...]:
    """Order statements about a product: by time, and those of one instant by what they say."""
    price = (product.price is not None, product.price or 0.0)
    variants = (sorted(product.prices.items()), sorted(product.inventory.items()))
    return product.changed_at, product.source, product.parts, *variants, price, product.name, product.category


def _product_in(event: Event, observed_at: datetime) -> Product | None:
    product_id = text(event, "product_id")
    if not product_id:
        return None
    said = event.properties.get
    variants = [(identity(each.get("variant")), each) for each in _list(said("variants")) if isinstance(each, dict)]
    prices = {name: price for name, each in variants if (price := _number(each.get("price"))) is not None}
    inventory = {name: found for name, each in variants if (found := identity(each.get("inventory_id")))}
    parts = dict.fromkeys(part for each in _list(said("parts")) if (part := identity(each)) and part != product_id)
    return Product(
        product_id,
        text(event, "name"),
        text(event, "category"),
        _number(said("price")),
        prices,
        tuple(parts),
        inventory,
        changed_at=event.at,
        observed_at=observed_at,
        source=event.source,
        version=1,
    )


def _keep_stock(goods: Goods, stated: Stock | None) -> tuple[GoodsChange, ...]:
    if stated is None:
        return ()
    known = goods.stock.get(stated.key, {}).get(stated.location)
    if known is not None:
        if _stock_order(stated) <= _stock_order(known):
            return ()
        stated = replace(stated, version=known.version + 1)
    put_stock(goods, stated)
    return (GoodsChange("stock", stated.key, stated.location),)


def _stock_order(stock: Stock) -> tuple[Any, ...]:
    """Order statements about a stock: by time; of one instant the one with a number, then the one with more."""
    return stock.changed_at, stock.source, stock.quantity is not None, stock.quantity or 0.0, stock.in_stock


def _stock_in(event: Event, observed_at: datetime) -> Stock | None:
    product_id, inventory_id = text(event, "product_id"), text(event, "inventory_id")
    quantity, said = _number(event.properties.get("quantity")), event.properties.get("in_stock")
    in_stock = said if isinstance(said, bool) else quantity is not None and quantity > 0
    if not (product_id or inventory_id) or (quantity is None and not isinstance(said, bool)):
        return None
    key = f"{product_id}/{text(event, 'variant')}" if product_id else f"inventory/{inventory_id}"
    return Stock(key, text(event, "location"), in_stock, quantity, event.at, observed_at, event.source)


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _number(value: object) -> float | None:
    number = to_number(value)
    return None if number is None else float(number)
