"""Which goods does a list of products name?

Shops write the same thing in several ways: `product_id`, `sku` or `id`; a price as a number or as text. Whatever does
not name a product is left out rather than guessed.
"""

from math import isfinite

from journeys.vocabulary import Item

_RARE = frozenset({"variant", "category", "url", "image_url"})


def to_items(raw: object) -> tuple[Item, ...]:
    """Read a `products` property; entries without an id are skipped, anything but a list gives no items."""
    if not isinstance(raw, list | tuple):
        return ()
    return tuple([item for entry in raw if (item := _to_item(entry)) is not None])


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
