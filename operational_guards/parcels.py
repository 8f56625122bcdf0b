"""Where are the goods of this order?

Goods are delivered when every parcel that holds them is; a parcel that names no goods holds all of its order, and a
cancelled one is none. Goods without a parcel have not left the shop. Of a parcel without news for longer than its
carrier usually takes nobody knows where it is, nor of an order that never got a parcel.
"""

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Annotated, Literal, TypeAlias

from msgspec import Struct
from pydantic import BeforeValidator, Field

from journeys.duration import parse_duration
from journeys.vocabulary import Facts, Order, ReturnStatus, Shipment, ShipmentStatus
from operational_guards.base import DurationText, GuardParams
from operational_guards.evidence import of_parcel, of_purchase
from operational_guards.verdict import Evidence

# Reading a member off its enum runs Python code in 3.11, once an order and judgement; a module's name does not.
_DELIVERED = ShipmentStatus.DELIVERED
_CANCELLED = ShipmentStatus.CANCELLED
_KEPT = frozenset({ReturnStatus.DECLINED, ReturnStatus.CANCELLED})
_ANY_CARRIER = "any"
_USUAL_SILENCE = timedelta(days=21)
_UNTIL = re.compile(r"delivered(?:\s*\+\s*(.+))?")

State: TypeAlias = Literal["not_shipped", "on_its_way", "delivered", "no_news"]


def _grace(value: object) -> timedelta:
    if isinstance(value, timedelta):
        return value
    match = _UNTIL.fullmatch(str(value).strip())
    if not match:
        raise ValueError(f'expected "delivered" or a while after it, got "{value}"; write "delivered + 2d"')
    return parse_duration(match[1]) if match[1] else timedelta(0)


def _spans(value: object) -> object:
    """Read one span for all carriers, or one each with `any` for the others."""
    spans = value if isinstance(value, Mapping) else {_ANY_CARRIER: value}
    return {str(carrier).casefold(): _span(span) for carrier, span in spans.items()}


def _span(value: object) -> timedelta:
    return value if isinstance(value, timedelta) else parse_duration(str(value))


AfterDelivery: TypeAlias = Annotated[timedelta, BeforeValidator(_grace, json_schema_input_type=str)]


class ParcelParams(GuardParams):
    """When nobody knows any more where goods are.

    `silent_after` is how long a parcel usually goes without news, for all carriers or for each by its name (`any` for
    the others); `unshipped_after` how long an order may wait for its first parcel.
    """

    silent_after: Annotated[
        dict[str, timedelta], BeforeValidator(_spans, json_schema_input_type=str | dict[str, str])
    ] = Field({_ANY_CARRIER: _USUAL_SILENCE}, examples=["21d"])
    unshipped_after: DurationText = timedelta(days=60)

    def usual_silence(self, carrier: str) -> timedelta:
        """Say how long this carrier's parcels usually go without news."""
        return self.silent_after.get(carrier.casefold(), self.silent_after.get(_ANY_CARRIER, _USUAL_SILENCE))


class Whereabouts(Struct, frozen=True, gc=False):
    """Where some goods of an order are, and what says so; `arrived_at` is None until all have arrived."""

    state: State
    evidence: tuple[Evidence, ...]
    arrived_at: datetime | None = None


class Tracing(Struct, frozen=True, gc=False):
    """Says where goods of a customer are now. What is true of all goods of an order is found out once."""

    facts: Facts
    params: ParcelParams
    now: datetime
    _of_orders: dict[str, Whereabouts] = {}

    def where_is(self, product_id: str, order: Order) -> Whereabouts:
        """Say where this product of the order is."""
        known = self._of_orders.get(order.order_id)
        if known is not None:
            return known
        parcels = parcels_with(product_id, order, self.facts)
        found = self._where(order, parcels)
        if not any([parcel.product_ids for parcel in self.facts.parcels_of(order.order_id)]):
            self._of_orders[order.order_id] = found
        return found

    def _where(self, order: Order, parcels: tuple[Shipment, ...]) -> Whereabouts:
        evidence = (of_purchase(order), *map(of_parcel, parcels))
        if not parcels:
            is_late = self.now - order.placed_at > self.params.unshipped_after
            return Whereabouts("no_news" if is_late else "not_shipped", evidence)
        still_open = [parcel for parcel in parcels if parcel.status is not _DELIVERED]
        if not still_open:
            return Whereabouts("delivered", evidence, max(map(arrival_of, parcels)))
        is_silent = all(_is_silent(parcel, self.params, self.now) for parcel in still_open)
        return Whereabouts("no_news" if is_silent else "on_its_way", evidence)


def is_all_there(order_id: str, facts: Facts, by: datetime) -> bool:
    """Tell whether every parcel of an order had arrived by then; False when one names its goods: there may be more."""
    is_there = False
    for shipment_id in facts.shipments_of_order.get(order_id, ()):
        parcel = facts.shipments[shipment_id]
        status = parcel.status
        if status is _CANCELLED:
            continue
        if status is not _DELIVERED or parcel.product_ids or (parcel.delivered_at or parcel.changed_at) > by:
            return False
        is_there = True
    return is_there


def is_delivered(order: Order, facts: Facts) -> bool:
    """Tell whether all goods of the order that do not come back have arrived."""
    awaited = [line.product_id for line in order.lines if not comes_back(line.product_id, order, facts)]
    if order.lines and not awaited:
        return True
    # Of an order whose goods are not known, all parcels have to be there.
    holds = [parcels_with(product_id, order, facts) for product_id in awaited or [""]]
    return all(parcels and all(parcel.status is _DELIVERED for parcel in parcels) for parcels in holds)


def parcels_with(product_id: str, order: Order, facts: Facts) -> tuple[Shipment, ...]:
    """List the parcels of the order that hold this product; all of them for no product in particular."""
    return tuple(
        [
            parcel
            for parcel in facts.parcels_of(order.order_id)
            if parcel.status is not _CANCELLED
            and (not product_id or not parcel.product_ids or product_id in parcel.product_ids)
        ]
    )


def arrival_of(parcel: Shipment) -> datetime:
    """Say when a delivered parcel arrived, or else when it was said to have."""
    return parcel.delivered_at or parcel.changed_at


def comes_back(product_id: str, order: Order, facts: Facts) -> bool:
    """Tell whether these goods of the order are being returned.

    A return without an order may be of any before it, one without goods is of all goods of its order.
    """
    if not facts.returns:
        return False
    of_goods = facts.returns_with(product_id)
    of_order = [back for back in facts.returns.values() if not back.lines and back.order_id == order.order_id]
    return any(
        back.order_id == order.order_id or (not back.order_id and back.requested_at > order.placed_at)
        for back in [*of_goods, *of_order]
        if back.status not in _KEPT
    )


def _is_silent(parcel: Shipment, params: ParcelParams, now: datetime) -> bool:
    return now - (parcel.news_at or parcel.changed_at) > params.usual_silence(parcel.carrier)
