"""Are the goods of this message still on their way to the customer?

Rule: goods the customer has ordered are neither promoted nor followed up before they are delivered, and for a short
while after. Goods are delivered when every parcel that holds them is; goods without a parcel have not left the shop.
Goods that are coming back are the business of `returned`. Source: the rule for mis-timed messages in
`docs/guards.md`; of 979 orders in a public sample of parcels, 29 % were still on their way 14 days after the purchase.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, ClassVar

from pydantic import BeforeValidator

from journeys.duration import parse_duration
from journeys.vocabulary import Delivery, Facts, Order, OrderStatus, ReturnStatus, Shipment, ShipmentStatus
from operational_guards.base import ALLOW, DurationText, GuardParams, is_marketing
from operational_guards.holds import Deadline, Do, Hold, Then, hold_back
from operational_guards.verdict import Evidence, Verdict

# Reading a member off its enum runs Python code in 3.11, once an order and judgement; a module's name does not.
_PLACED = OrderStatus.PLACED
_DELIVERED = ShipmentStatus.DELIVERED
_CANCELLED = ShipmentStatus.CANCELLED
_UNTIL = re.compile(r"delivered(?:\s*\+\s*(.+))?")


def _grace(value: object) -> timedelta:
    if isinstance(value, timedelta):
        return value
    match = _UNTIL.fullmatch(str(value).strip())
    if not match:
        raise ValueError(f'expected "delivered" or a while after it, got "{value}"; write "delivered + 2d"')
    return parse_duration(match[1]) if match[1] else timedelta(0)


class InDeliveryParams(GuardParams):
    """How goods on their way hold a message: `until` is the while after delivery."""

    do: Do = "delay"
    until: Annotated[timedelta, BeforeValidator(_grace, json_schema_input_type=str)] = timedelta(days=2)
    at_most: DurationText = timedelta(days=21)
    then: Then = "suppress"


@dataclass(frozen=True, slots=True)
class InDelivery:
    """Holds goods that are ordered and not yet, or only just, in the customer's hands."""

    params: InDeliveryParams

    name: ClassVar[str] = "in_delivery"
    Params: ClassVar[type[GuardParams]] = InDeliveryParams
    always: ClassVar[bool] = False
    reasons: ClassVar[Mapping[str, str]] = {
        "in_delivery.not_shipped": "The goods are ordered and have not left the shop.",
        "in_delivery.open_shipment": "A parcel with the goods is on its way.",
        "in_delivery.just_delivered": "The goods arrived, and the while after delivery is not over.",
        "in_delivery.at_most_passed": "The goods were not there, or only just, when the longest delay had passed.",
    }

    def applies_to(self, delivery: Delivery) -> bool:
        """Look at marketing messages and audiences, whatever they want."""
        return is_marketing(delivery)

    def judge(self, delivery: Delivery, facts: Facts, now: datetime) -> Verdict:
        """Hold the delivery, or its goods, while one of the goods is not delivered or only just."""
        bought = [place for place, item in enumerate(delivery.items) if item.product_id in facts.orders_of_product]
        under_way = self._under_way(facts, now) if bought else None
        if not under_way:
            return ALLOW
        latest = delivery.planned_at + self.params.at_most
        holds = [
            hold
            for place in bought
            for hold in self._holds(place, delivery.items[place].product_id, facts, (under_way, latest))
            # Only a fact ends the wait for a parcel; the while after its delivery ends by itself.
            if hold.on_change or now < hold.until
        ]
        if not holds:
            return ALLOW
        return hold_back(holds, self.params.do, now, Deadline(latest, self.params.then, "in_delivery.at_most_passed"))

    def _under_way(self, facts: Facts, now: datetime) -> set[str]:
        """List the orders with anything not delivered or only just: mostly none, whatever was bought over the years."""
        parcels_of, shipments, grace = facts.shipments_of_order, facts.shipments, self.params.until
        found = set()
        for order_id, order in facts.orders.items():
            if order.status is not _PLACED:
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

    def _holds(self, place: int, product_id: str, facts: Facts, of: tuple[set[str], datetime]) -> Iterator[Hold]:
        under_way, latest = of
        for order_id in facts.orders_of_product[product_id]:
            order = facts.orders[order_id]
            if order_id not in under_way or _comes_back(product_id, order, facts):
                continue
            parcels = _parcels_with(product_id, order, facts)
            evidence = (Evidence("order", order.order_id, "placed", order.placed_at), *map(_evidence, parcels))
            if not parcels:
                yield Hold("in_delivery.not_shipped", latest, evidence, place=place)
            elif any(parcel.status is not _DELIVERED for parcel in parcels):
                yield Hold("in_delivery.open_shipment", latest, evidence, place=place)
            else:
                free = max(parcel.delivered_at or parcel.changed_at for parcel in parcels) + self.params.until
                yield Hold("in_delivery.just_delivered", free, evidence, on_change=False, place=place)


def _comes_back(product_id: str, order: Order, facts: Facts) -> bool:
    """Tell whether these goods of the order are being returned; a return without an order may be of any before it."""
    return any(
        back.order_id == order.order_id or (not back.order_id and back.requested_at > order.placed_at)
        for back in facts.returns_with(product_id)
        if back.status not in (ReturnStatus.DECLINED, ReturnStatus.CANCELLED)
    )


def _parcels_with(product_id: str, order: Order, facts: Facts) -> list[Shipment]:
    return [
        parcel
        for parcel in facts.parcels_of(order.order_id)
        if parcel.status is not _CANCELLED and (not parcel.product_ids or product_id in parcel.product_ids)
    ]


def _evidence(parcel: Shipment) -> Evidence:
    return Evidence("shipment", parcel.shipment_id, parcel.status.value, parcel.changed_at)
