"""Does the shop have these goods?

Rule: goods of which no place has `least` are not promoted. A place that only says in or out is taken at its word. A
shop that tells of no stock at all has nothing wrong with its stock; where it does, goods it says nothing about are
unknown, neither there nor sold out. Messages that follow up on a purchase are not held. Source: the rule for goods in
`docs/guards.md`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar

from pydantic import Field

from journeys.vocabulary import Delivery, FactKind, Facts, Intent, Item, Stock
from operational_guards.base import ALLOW, DurationText, GuardParams, is_marketing
from operational_guards.evidence import of_stock
from operational_guards.holds import Deadline, Do, Hold, Then, hold_or_doubt
from operational_guards.verdict import Evidence, Unsure, Verdict


class OutOfStockParams(GuardParams):
    """How goods that are not there hold a message; `least` is how many of them one place must have."""

    do: Do = "drop_items"
    least: int = Field(1, ge=1)
    at_most: DurationText = timedelta(days=14)
    then: Then = "suppress"


@dataclass(frozen=True, slots=True)
class OutOfStock:
    """Holds goods that the shop does not have."""

    params: OutOfStockParams

    name: ClassVar[str] = "out_of_stock"
    Params: ClassVar[type[GuardParams]] = OutOfStockParams
    always: ClassVar[bool] = False
    needs: ClassVar[frozenset[FactKind]] = frozenset({"products"})
    speaks_by: ClassVar[tuple[str, ...]] = ("goods.stock",)
    reasons: ClassVar[Mapping[str, str]] = {
        "out_of_stock.sold_out": "The shop has none of these goods left, or fewer than it takes.",
        "out_of_stock.stock_unknown": "The shop tells what it has, but nothing is known about these goods.",
        "out_of_stock.at_most_passed": "The goods were still not there when the longest delay had passed.",
    }

    def applies_to(self, delivery: Delivery) -> bool:
        """Look at marketing messages and audiences that promote."""
        return is_marketing(delivery) and delivery.intent == Intent.PROMOTE

    def judge(self, delivery: Delivery, facts: Facts, now: datetime) -> Verdict | Unsure:
        """Hold each of the goods that no place has enough of."""
        if not facts.goods.stock:
            return ALLOW
        latest = delivery.planned_at + self.params.at_most
        found = [(place, item, facts.goods.stock_of(item)) for place, item in enumerate(delivery.items)]
        sold_out = [
            Hold("out_of_stock.sold_out", latest, tuple(map(of_stock, stock)), place=place)
            for place, _, stock in found
            if stock and not any(map(self._has_enough, stock))
        ]
        unknown = [
            Hold("out_of_stock.stock_unknown", latest, (_nothing_known(item),), place=place)
            for place, item, stock in found
            if not stock
        ]
        deadline = Deadline(latest, self.params.then, "out_of_stock.at_most_passed")
        return hold_or_doubt(sold_out, unknown, self.params.do, now, deadline)

    def _has_enough(self, stock: Stock) -> bool:
        return stock.in_stock and (stock.quantity is None or stock.quantity >= self.params.least)


def _nothing_known(item: Item) -> Evidence:
    name = f"{item.product_id}/{item.variant}" if item.variant else item.product_id
    return Evidence("stock", name, "unknown")
