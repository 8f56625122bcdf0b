"""What does an event say about a parcel, and what is known of a parcel after several?

Shops call a parcel by an id of their own, carriers by its tracking number; a message with both says that they are one.
Of several tracking numbers the largest text names the parcel, whichever came first.
"""

from datetime import datetime
from typing import Any

from journeys.goods import to_items
from journeys.scope import to_date
from journeys.vocabulary import Event, Shipment, ShipmentStatus
from orchestrator.facts.joining import changed, newest_status, said_last
from orchestrator.facts.reading import text
from orchestrator.statuses import shipment_status

ON_THE_WAY = frozenset({ShipmentStatus.SHIPPED, ShipmentStatus.IN_TRANSIT, ShipmentStatus.OUT_FOR_DELIVERY})


def shipment_in(event: Event, observed_at: datetime, status: ShipmentStatus | None) -> tuple[Shipment, ...]:
    """Read what an event says about a parcel; one nobody stated a status of counts as shipped, in version 0."""
    order_id, own_id, tracking = text(event, "order_id"), text(event, "shipment_id"), text(event, "tracking_number")
    name = tracking or own_id or (f"{order_id}/1" if order_id else "")
    if not name:
        return ()
    expected_at = to_date(event.properties.get("expected_at"))
    goods = to_items(event.properties.get("products"))
    parcel = Shipment(
        name,
        order_id,
        status or ShipmentStatus.SHIPPED,
        changed_at=event.at,
        observed_at=observed_at,
        shipped_at=event.at if status in ON_THE_WAY else None,
        delivered_at=event.at if status is ShipmentStatus.DELIVERED else None,
        product_ids=tuple(sorted({item.product_id for item in goods})) if goods else (),
        carrier=text(event, "carrier"),
        source=event.source,
        version=0 if status is None else 1,
        also=(own_id,) if own_id and own_id != name else (),
        news_at=event.at,
        expected_at=expected_at,
        expected_said_at=event.at if expected_at else None,
        tracking=tracking,
    )
    return (parcel,)


def shipment_updated(event: Event, observed_at: datetime) -> tuple[Shipment, ...]:
    """Read a carrier's message, which is news of the parcel even in words nobody knows."""
    return shipment_in(event, observed_at, shipment_status(event.properties.get("status")))


def join_shipments(known: Shipment, stated: Shipment) -> Shipment:
    """Unite two statements about one parcel: the first time on its way, the last it was delivered, all goods named."""
    tracking = max(known.tracking, stated.tracking)
    name = tracking or known.shipment_id
    names = {known.shipment_id, stated.shipment_id, *known.also, *stated.also}
    joined: dict[str, Any] = {
        "shipment_id": name,
        "also": tuple(sorted(names - {name})),
        "tracking": tracking,
        "order_id": max(known.order_id, stated.order_id),
        "carrier": max(known.carrier, stated.carrier),
        "shipped_at": _earlier(known.shipped_at, stated.shipped_at),
        "delivered_at": _later(known.delivered_at, stated.delivered_at),
        "news_at": _later(known.news_at, stated.news_at),
        **newest_status(known, stated),
    }
    if stated.product_ids:
        joined["product_ids"] = tuple(sorted({*known.product_ids, *stated.product_ids}))
    if stated.expected_said_at is not None:
        joined["expected_said_at"], joined["expected_at"] = said_last(
            (known.expected_said_at, known.expected_at), (stated.expected_said_at, stated.expected_at)
        )
    return changed(known, joined)


def _earlier(one: datetime | None, other: datetime | None) -> datetime | None:
    return one if other is None or (one is not None and one <= other) else other


def _later(one: datetime | None, other: datetime | None) -> datetime | None:
    return one if other is None or (one is not None and one >= other) else other
