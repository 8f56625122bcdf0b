"""Has the customer just bought the goods this message promotes?

Rule: goods bought within `within` are not promoted. An order counts unless it was cancelled or its payment failed;
refunded and returned goods were bought all the same. The window includes its last moment. Messages that follow up on
a purchase are not held. Source: the rule for mis-timed messages in `docs/guards.md`.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar

from journeys.vocabulary import Delivery, FactKind, Facts, Intent, Item
from operational_guards.base import ALLOW, DurationText, GuardParams, is_marketing
from operational_guards.evidence import of_purchase
from operational_guards.holds import TICK, Do, Hold, hold_back
from operational_guards.sameness import Same, orders_like
from operational_guards.verdict import Evidence, Verdict


class AlreadyBoughtParams(GuardParams):
    """For how long a purchase holds back promotions of the same goods, and how."""

    within: DurationText = timedelta(days=30)
    same: Same = "product"
    do: Do = "drop_items"


@dataclass(frozen=True, slots=True)
class AlreadyBought:
    """Holds goods that were bought not long ago."""

    params: AlreadyBoughtParams

    name: ClassVar[str] = "already_bought"
    Params: ClassVar[type[GuardParams]] = AlreadyBoughtParams
    always: ClassVar[bool] = False
    needs: ClassVar[frozenset[FactKind]] = frozenset({"orders"})
    speaks_by: ClassVar[tuple[str, ...]] = ("orders",)
    reasons: ClassVar[Mapping[str, str]] = {
        "already_bought.recent_order": "The customer bought these goods not long ago.",
    }

    def applies_to(self, delivery: Delivery) -> bool:
        """Look at marketing that promotes."""
        return is_marketing(delivery) and delivery.intent == Intent.PROMOTE

    def judge(self, delivery: Delivery, facts: Facts, now: datetime) -> Verdict:
        """Hold each of the goods for as long as its newest purchase is recent."""
        if not facts.orders or not delivery.items:
            return ALLOW
        holds = list(self._holds(delivery.items, facts, now))
        return hold_back(holds, self.params.do, now) if holds else ALLOW

    def _holds(self, items: tuple[Item, ...], facts: Facts, now: datetime) -> Iterator[Hold]:
        span, same = self.params.within + TICK, self.params.same
        cited: dict[str, tuple[Evidence]] = {}
        for place, item in enumerate(items):
            for order, _ in orders_like(item, facts, same):
                free = order.placed_at + span
                if now < free and order.counts_as_bought:
                    evidence = cited.get(order.order_id) or cited.setdefault(order.order_id, (of_purchase(order),))
                    yield Hold("already_bought.recent_order", free, evidence, place=place)
