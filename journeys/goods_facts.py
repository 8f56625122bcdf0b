"""What is known about the shop's goods: what is sold, what it costs, and how much of it lies where?

The same for all customers, unlike `journeys.order_facts`. Both are part of `journeys.vocabulary`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from msgspec import Struct
from msgspec import field as structs_field


class Item(Struct, frozen=True, omit_defaults=True):
    """One of the goods an order holds or a message promotes. `price` is for one piece, in the shop's currency."""

    product_id: str
    name: str = ""
    price: float = 0.0
    quantity: float = 1.0
    variant: str = ""
    category: str = ""
    url: str = ""
    image_url: str = ""


class Product(Struct, frozen=True, omit_defaults=True):
    """One of the shop's goods. `parts` are the products a bundle consists of; `price` is what it costs now, if known.

    `inventory` maps a variant to the id that the shop's stock-keeping has for it.
    """

    product_id: str
    name: str = ""
    category: str = ""
    price: float | None = None
    prices: Mapping[str, float] = structs_field(default_factory=dict)
    parts: tuple[str, ...] = ()
    inventory: Mapping[str, str] = structs_field(default_factory=dict)
    changed_at: datetime | None = None
    observed_at: datetime | None = None
    source: str = ""
    version: int = 0

    def price_of(self, variant: str) -> float | None:
        """Give the price of a variant, else of the product; None when unknown."""
        return self.prices.get(variant, self.price)


class Stock(Struct, frozen=True, omit_defaults=True):
    """How much of one thing lies at one place; `quantity` is None where only in or out is said.

    `key` is `<product_id>/<variant>`, or `inventory/<id>` where the shop only says its stock-keeping's id.
    """

    key: str
    location: str
    in_stock: bool
    quantity: float | None
    changed_at: datetime
    observed_at: datetime
    source: str = ""
    version: int = 1


@dataclass(slots=True)
class Goods:
    """What is known about the shop's goods: the same for all customers.

    `stock` holds what each place says, by key and place; `bundles_of` leads from a product to the bundles it is part
    of. Only `orchestrator.goods` changes these.
    """

    products: dict[str, Product] = field(default_factory=dict)
    stock: dict[str, dict[str, Stock]] = field(default_factory=dict)
    bundles_of: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def category_of(self, item: Item) -> str:
        """Give the category the event named, else the catalog's; empty when neither is known."""
        product = self.products.get(item.product_id)
        return item.category or (product.category if product else "")

    def related_to(self, product_id: str) -> tuple[str, ...]:
        """List the product, what a bundle consists of, and the bundles it is part of."""
        product = self.products.get(product_id)
        return (product_id, *(product.parts if product else ()), *self.bundles_of.get(product_id, ()))

    def stock_of(self, item: Item) -> tuple[Stock, ...]:
        """List what is known about this item's stock, of its variant when it names one; empty when nothing is."""
        product = self.products.get(item.product_id)
        inventory = product.inventory if product else {}
        variants = [item.variant] if item.variant else list(dict.fromkeys(["", *inventory]))
        keys = [f"{item.product_id}/{variant}" for variant in variants]
        if not item.variant:
            keys += [key for key in self.stock if key.startswith(f"{item.product_id}/") and key not in keys]
        keys += [f"inventory/{inventory[variant]}" for variant in variants if variant in inventory]
        return tuple(stock for key in keys for _, stock in sorted(self.stock.get(key, {}).items()))


NO_GOODS = Goods()
