"""Are the goods of this message still on their way to the customer?

Rule: goods the customer has ordered are neither promoted nor followed up before they are delivered, and for a short
while after. `operational_guards.parcels` says where goods are; where nobody knows, it is unknown, not in delivery for
ever. Goods that are coming back are the business of `returned`. Source: the rule for mis-timed messages in
`docs/guards.md`; of 979 orders in a public sample of parcels, 29 % were still on their way 14 days after the purchase.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar

from journeys.vocabulary import Delivery, FactKind, Facts, Item, OrderStatus
from operational_guards.base import ALLOW, DurationText, GuardParams, is_marketing
from operational_guards.holds import Deadline, Do, Hold, Then, hold_or_doubt
from operational_guards.parcels import AfterDelivery, ParcelParams, State, Tracing, comes_back, is_all_there
from operational_guards.sameness import Same, orders_like
from operational_guards.verdict import Unsure, Verdict

# Reading a member off its enum runs Python code in 3.11, once an order and judgement; a module's name does not.
_STANDS = frozenset({OrderStatus.PLACED, OrderStatus.HELD})
_REASONS: Mapping[State, str] = {
    "not_shipped": "in_delivery.not_shipped",
    "on_its_way": "in_delivery.open_shipment",
    "delivered": "in_delivery.just_delivered",
    "no_news": "in_delivery.no_news",
}


class InDeliveryParams(ParcelParams):
    """How goods on their way hold a message: `until` is the while after delivery."""

    do: Do = "delay"
    until: AfterDelivery = timedelta(days=2)
    at_most: DurationText = timedelta(days=21)
    then: Then = "suppress"
    same: Same = "product"


@dataclass(frozen=True, slots=True)
class InDelivery:
    """Holds goods that are ordered and not yet, or only just, in the customer's hands."""

    params: InDeliveryParams

    name: ClassVar[str] = "in_delivery"
    Params: ClassVar[type[GuardParams]] = InDeliveryParams
    always: ClassVar[bool] = False
    needs: ClassVar[frozenset[FactKind]] = frozenset({"orders", "shipments"})
    speaks_by: ClassVar[tuple[str, ...]] = ("orders",)
    reasons: ClassVar[Mapping[str, str]] = {
        "in_delivery.not_shipped": "The goods are ordered and have not left the shop.",
        "in_delivery.open_shipment": "A parcel with the goods is on its way.",
        "in_delivery.just_delivered": "The goods arrived, and the while after delivery is not over.",
        "in_delivery.no_news": "Nobody knows where the goods are: no news for longer than usual.",
        "in_delivery.at_most_passed": "The goods were not there, or only just, when the longest delay had passed.",
    }

    def applies_to(self, delivery: Delivery) -> bool:
        """Look at marketing messages and audiences, whatever they want."""
        return is_marketing(delivery)

    def judge(self, delivery: Delivery, facts: Facts, now: datetime) -> Verdict | Unsure:
        """Hold the delivery, or its goods, while one of the goods is not delivered or only just."""
        under_way = self._under_way(facts, now - self.params.until) if facts.orders and delivery.items else None
        if not under_way:
            return ALLOW
        latest = delivery.planned_at + self.params.at_most
        tracing = Tracing(facts, self.params, now)
        found = [
            hold
            for place, item in enumerate(delivery.items)
            for hold in self._find(place, item, tracing, (under_way, latest))
            # Only a fact ends the wait for a parcel; the while after its delivery ends by itself.
            if hold.on_change or now < hold.until
        ]
        if not found:
            return ALLOW
        sure = [hold for hold in found if hold.reason != _REASONS["no_news"]]
        perhaps = [hold for hold in found if hold.reason == _REASONS["no_news"]]
        deadline = Deadline(latest, self.params.then, "in_delivery.at_most_passed")
        return hold_or_doubt(sure, perhaps, self.params.do, now, deadline)

    def _under_way(self, facts: Facts, by: datetime) -> set[str]:
        """List the orders that were not all there by then: mostly none, whatever was bought over the years."""
        return {
            order_id
            for order_id, order in facts.orders.items()
            if order.status in _STANDS and not is_all_there(order_id, facts, by)
        }

    def _find(self, place: int, item: Item, tracing: Tracing, of: tuple[set[str], datetime]) -> Iterator[Hold]:
        under_way, latest = of
        for order, products in orders_like(item, tracing.facts, self.params.same):
            if order.order_id not in under_way:
                continue
            for product_id in products:
                if not comes_back(product_id, order, tracing.facts):
                    goods = tracing.where_is(product_id, order)
                    arrived = goods.arrived_at
                    until = latest if arrived is None else arrived + self.params.until
                    yield Hold(_REASONS[goods.state], until, goods.evidence, on_change=arrived is None, place=place)
