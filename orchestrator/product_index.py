"""Which orders or returns hold a product?

Lists of ids by product, oldest first. What they hold depends on the facts alone, not on the order they came in.
"""

from collections.abc import Callable, Iterable
from datetime import datetime

from journeys.vocabulary import Item


def reindex(
    index: dict[str, list[str]],
    identity: str,
    lines: tuple[tuple[Item, ...], tuple[Item, ...]],
    age: Callable[[str], tuple[datetime, str]],
) -> None:
    """Move a fact from the products it held to those it holds, each list in order of age. Mostly this is an append."""
    before, after = lines
    for product_id in _products(before):
        remove(index, product_id, identity)
    mine = age(identity)
    for product_id in _products(after):
        ids = index.setdefault(product_id, [])
        ids.append(identity)
        if len(ids) > 1 and age(ids[-2]) > mine:
            ids.sort(key=age)


def _products(lines: Iterable[Item]) -> Iterable[str]:
    return dict.fromkeys([item.product_id for item in lines])


def remove(index: dict[str, list[str]], key: str, identity: str) -> None:
    """Take a fact off one list; a list that becomes empty goes."""
    ids = index[key]
    ids.remove(identity)
    if not ids:
        del index[key]
