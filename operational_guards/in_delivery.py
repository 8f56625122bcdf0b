"""Are the goods of this message still on their way to the customer?

Rule: goods the customer has ordered are neither promoted nor followed up before they are delivered, and for a short
while after. `operational_guards.parcels` says where goods are; where nobody knows, it is unknown, not in delivery for
ever. Goods that are coming back are the business of `returned`. Source: the rule for mis-timed messages in
`docs/guards.md`; of 979 orders in a public sample of parcels, 29 % were still on their way 14 days after the purchase.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar, NamedTuple

from journeys.vocabulary import Delivery, FactKind, Facts, Item, Order, OrderStatus, ShipmentStatus
from operational_guards.base import ALLOW, DurationText, GuardParams, is_marketing
from operational_guards.evidence import of_parcel, of_purchase
from operational_guards.holds import Deadline, Do, Hold, Then, hold_or_doubt
from operational_guards.parcels import AfterDelivery, ParcelParams, State, Whereabouts, comes_back, where_is
from operational_guards.sameness import Same, orders_like
from operational_guards.verdict import Unsure, Verdict

# Reading a member off its enum runs Python code in 3.11, once an order and judgement; a module's name does not.
_STANDS = frozenset({OrderStatus.PLACED, OrderStatus.HELD})
_DELIVERED = ShipmentStatus.DELIVERED
_CANCELLED = ShipmentStatus.CANCELLED
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


class _Found(NamedTuple):
    """Something that holds an item: for sure, or only perhaps."""

    hold: Hold
    is_sure: bool


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
        under_way = self._under_way(facts, now) if facts.orders else None
        if not under_way:
            return ALLOW
        latest = delivery.planned_at + self.params.at_most
        found = [
            one
            for place, item in enumerate(delivery.items)
            for one in self._find(place, item, facts, (under_way, latest, now))
            # Only a fact ends the wait for a parcel; the while after its delivery ends by itself.
            if one.hold.on_change or now < one.hold.until
        ]
        if not found:
            return ALLOW
        sure = [one.hold for one in found if one.is_sure]
        perhaps = [one.hold for one in found if not one.is_sure]
        deadline = Deadline(latest, self.params.then, "in_delivery.at_most_passed")
        return hold_or_doubt(sure, perhaps, self.params.do, now, deadline)

    def _under_way(self, facts: Facts, now: datetime) -> set[str]:
        """List the orders with anything not delivered or only just: mostly none, whatever was bought over the years."""
        parcels_of, shipments, grace = facts.shipments_of_order, facts.shipments, self.params.until
        found = set()
        for order_id, order in facts.orders.items():
            if order.status not in _STANDS:
                continue
            # A parcel that names its goods says nothing of the order's other goods: those are looked at one by one.
            arrivals = [
                parcel.delivered_at or parcel.changed_at
                if parcel.status is _DELIVERED and not parcel.product_ids
                else None
                for parcel in map(shipments.__getitem__, parcels_of.get(order_id, ()))
                if parcel.status is not _CANCELLED
            ]
            if not arrivals or any(arrived is None or now < arrived + grace for arrived in arrivals):
                found.add(order_id)
        return found

    def _find(self, place: int, item: Item, facts: Facts, of: tuple[set[str], datetime, datetime]) -> Iterator[_Found]:
        under_way, latest, now = of
        for order, products in orders_like(item, facts, self.params.same):
            if order.order_id not in under_way:
                continue
            for product_id in products:
                if not comes_back(product_id, order, facts):
                    goods = where_is(product_id, order, facts, self.params, now)
                    yield _found(place, order, goods, (latest, self.params.until))


def _found(place: int, order: Order, goods: Whereabouts, of: tuple[datetime, timedelta]) -> _Found:
    latest, grace = of
    until = latest if goods.arrived_at is None else goods.arrived_at + grace
    evidence = (of_purchase(order), *map(of_parcel, goods.parcels))
    hold = Hold(_REASONS[goods.state], until, evidence, on_change=goods.arrived_at is None, place=place)
    return _Found(hold, goods.state != "no_news")
