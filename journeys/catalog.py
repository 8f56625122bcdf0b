"""Which goods did the shop have at a moment?

A shop's goods, each with the moment it was first seen; without a configured catalog they are learned from the
events that name them. A value: asked for a past moment it answers as it would have then.
"""

from bisect import bisect_right
from collections.abc import Iterable
from datetime import datetime

from journeys.vocabulary import Item


class Catalog:
    """The goods of the shop in order of first being seen."""

    def __init__(self, goods: Iterable[tuple[datetime, Item]] = ()) -> None:
        ordered = sorted(goods, key=lambda entry: (entry[0], entry[1].product_id))
        self._seen = [at for at, _ in ordered]
        self._items = [item for _, item in ordered]

    def newest(self, now: datetime, count: int) -> tuple[Item, ...]:
        """Give the goods that were seen last before `now`, newest first, `count` at most."""
        end = bisect_right(self._seen, now)
        return tuple(reversed(self._items[max(0, end - count) : end]))
