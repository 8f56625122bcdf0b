"""Does the shop still keep the price that this message promises?

Rule: goods the message shows for less than the shop asks for them now are not promoted: whoever clicks would find them
dearer. Up to `tolerance` the shop's price may have risen. Goods whose price the message does not show promise nothing,
and a shop whose catalog tells no prices at all breaks no promise; where it does, goods without a price are unknown.
Messages that follow up on a purchase are not held. Source: the rule for goods in `docs/guards.md`.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar, NamedTuple

from journeys.vocabulary import Delivery, FactKind, Facts, Intent, Item
from operational_guards.base import ALLOW, DurationText, GuardParams, is_marketing
from operational_guards.evidence import of_price
from operational_guards.holds import Deadline, Do, Hold, Then, hold_or_doubt
from operational_guards.rule import ShareText
from operational_guards.verdict import Evidence, Unsure, Verdict

_CENTS = 2


class PriceLowerThanPromisedParams(GuardParams):
    """How a price the shop does not keep holds a message; `tolerance` is how much of it may be missing."""

    do: Do = "drop_items"
    tolerance: ShareText = 0.01
    at_most: DurationText = timedelta(days=14)
    then: Then = "suppress"


class _Found(NamedTuple):
    """Something that holds an item: for sure, or only perhaps."""

    hold: Hold
    is_sure: bool


@dataclass(frozen=True, slots=True)
class PriceLowerThanPromised:
    """Holds goods that a message offers for less than the shop asks."""

    params: PriceLowerThanPromisedParams

    name: ClassVar[str] = "price_lower_than_promised"
    Params: ClassVar[type[GuardParams]] = PriceLowerThanPromisedParams
    always: ClassVar[bool] = False
    needs: ClassVar[frozenset[FactKind]] = frozenset({"products"})
    speaks_by: ClassVar[tuple[str, ...]] = ("goods.products",)
    reasons: ClassVar[Mapping[str, str]] = {
        "price_lower_than_promised.dearer_now": "The shop asks more for the goods than the message says.",
        "price_lower_than_promised.price_unknown": "Nobody knows what the shop asks for these goods now.",
        "price_lower_than_promised.at_most_passed": "The shop still asked more when the longest delay had passed.",
    }

    def applies_to(self, delivery: Delivery) -> bool:
        """Look at marketing messages and audiences that promote."""
        return is_marketing(delivery) and delivery.intent == Intent.PROMOTE

    def judge(self, delivery: Delivery, facts: Facts, now: datetime) -> Verdict | Unsure:
        """Hold each of the goods whose price in the message the shop does not keep."""
        if not facts.goods.products:
            return ALLOW
        latest = delivery.planned_at + self.params.at_most
        found = list(self._find(delivery, facts, latest))
        if not found:
            return ALLOW
        sure = [one.hold for one in found if one.is_sure]
        perhaps = [one.hold for one in found if not one.is_sure] if _tells_prices(facts) else []
        deadline = Deadline(latest, self.params.then, "price_lower_than_promised.at_most_passed")
        return hold_or_doubt(sure, perhaps, self.params.do, now, deadline)

    def _find(self, delivery: Delivery, facts: Facts, latest: datetime) -> Iterator[_Found]:
        for place, item in enumerate(delivery.items):
            if item.price <= 0:
                continue
            product = facts.goods.products.get(item.product_id)
            asked = product.price_of(item.variant) if product else None
            if product is None or asked is None:
                seen = (_offer(item), Evidence("price", _name(item), "unknown"))
                yield _Found(Hold("price_lower_than_promised.price_unknown", latest, seen, place=place), False)
            elif self._is_dearer(asked, item.price):
                seen = (_offer(item), of_price(product, item.variant, asked))
                yield _Found(Hold("price_lower_than_promised.dearer_now", latest, seen, place=place), True)

    def _is_dearer(self, asked: float, promised: float) -> bool:
        # Both sides to the cent: prices are money, and binary fractions must not decide.
        return round(asked - promised, _CENTS) > round(asked * self.params.tolerance, _CENTS)


def _tells_prices(facts: Facts) -> bool:
    return any(product.price is not None or product.prices for product in facts.goods.products.values())


def _offer(item: Item) -> Evidence:
    return Evidence("offer", _name(item), f"{item.price:.2f}")


def _name(item: Item) -> str:
    return f"{item.product_id}/{item.variant}" if item.variant else item.product_id
