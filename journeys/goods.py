"""Which goods does a list of products name?

Shops write the same thing in several ways: `product_id`, `sku` or `id`; a price as a number or as text. Whatever does
not name a product is left out rather than guessed. One event's list is asked for again and again: when its order is
noted, and for every letter about it; so a `Products` list reads its goods once.
"""

from collections.abc import Iterable
from math import isfinite
from typing import Any

from journeys.vocabulary import Item

_RARE = frozenset({"variant", "category", "url", "image_url"})


class Products(list[Any]):
    """The `products` of an event as they were sent, and once they were read the goods they name. It never changes."""

    __slots__ = ("goods",)

    def __init__(self, entries: Iterable[Any]) -> None:
        super().__init__(entries)
        self.goods: tuple[Item, ...] | None = None


def to_items(raw: object) -> tuple[Item, ...]:
    """Read a `products` property; entries without an id are skipped, anything but a list gives no items."""
    if type(raw) is Products:
        if raw.goods is None:
            raw.goods = _read(raw)
        return raw.goods
    return _read(raw) if isinstance(raw, list | tuple) else ()


def _read(entries: Iterable[object]) -> tuple[Item, ...]:
    return tuple([item for entry in entries if (item := _to_item(entry)) is not None])


def _to_item(entry: object) -> Item | None:
    if isinstance(entry, Item):
        return entry
    if not isinstance(entry, dict):
        return None
    get = entry.get
    product_id = _text(get("product_id")) or _text(get("sku")) or _text(get("id"))
    if not product_id:
        return None
    name, price, quantity = _text(get("name")), _number(get("price"), 0.0), _number(get("quantity"), 1.0)
    if _RARE.isdisjoint(entry):
        return Item(product_id, name, price, quantity)
    return Item(product_id, name, price, quantity, **{key: _text(get(key)) for key in _RARE})


def _text(value: object) -> str:
    if type(value) is str:
        return value
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else ""


def _number(value: object, default: float) -> float:
    """Read a number that may be written as text; a missing, unreadable or infinite one is the default.

    Always as a float, which is how it comes back from a database: memory and disk must say the same.
    """
    if type(value) is float:
        return value if isfinite(value) else default
    if type(value) is not int and not isinstance(value, str):
        return default
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return default
    return number if isfinite(number) else default
