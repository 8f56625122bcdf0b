"""What does Shopify say about parcels and returns?

The payloads: https://shopify.dev/docs/api/webhooks/latest (`fulfillments/*`, `fulfillment_events/create`, `returns/*`).
A fulfilment is one parcel; its `status` says whether the shop sent it, its `shipment_status` where the carrier has it.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from journeys.vocabulary import ShipmentStatus
from orchestrator.sources._shopify_notice import NAME, Notice, first_moment, missing, to_products
from orchestrator.sources.calls import Call, track
from orchestrator.sources.hooks import Denied
from orchestrator.sources.reading import Payload, moment, objects_in, text
from orchestrator.statuses import shipment_status

_RETURNS = {
    "returns/request": "Return Requested",
    "returns/approve": "Return Requested",
    "returns/reopen": "Return Requested",
    "returns/process": "Return Received",
    "returns/decline": "Return Declined",
    "returns/cancel": "Return Cancelled",
    "returns/close": "Return Closed",
}


def read_parcel(notice: Notice) -> tuple[Call, ...] | Denied:
    """Tell where a parcel is."""
    parcel = notice.payload
    if not text(parcel.get("id")):
        return missing("id")
    order_id = text(parcel.get("order_id"))
    return parcel_calls(notice, parcel, order_id) if order_id else missing("order_id")


def parcel_calls(notice: Notice, parcel: Payload, order_id: str) -> tuple[Call, ...]:
    """Tell where a parcel is; nothing while it has not left the shop.

    The payload says what is so, not what happened: what was not so before is new, so the call is named after it.
    """
    properties = _parcel_properties(parcel, order_id)
    shipment_id, state = properties["shipment_id"], parcel.get("status")
    if not shipment_id:
        return ()
    created_at = first_moment(parcel, "created_at") or notice.sent_at
    updated_at = first_moment(parcel, "updated_at") or created_at
    if state == "cancelled":
        return (_moved(properties, "cancelled", updated_at),)
    if state not in ("success", None):
        return ()
    word = text(parcel.get("shipment_status"))
    if word:
        return (_moved(properties, word, updated_at),) if shipment_status(word) else ()
    # A number that is added later makes it another message: it is told then, but moves the parcel in no way.
    message_id = f"{NAME}-fulfillment/{shipment_id}/shipped/{properties['tracking_number']}"
    return (track("Order Shipped", message_id, created_at, properties),)


def read_parcel_event(notice: Notice) -> tuple[Call, ...] | Denied:
    """Tell what the carrier reported of a parcel, at the moment it happened."""
    event = notice.payload
    order_id, shipment_id = text(event.get("order_id")), text(event.get("fulfillment_id"))
    if not order_id or not shipment_id:
        return missing("fulfillment_id" if order_id else "order_id")
    word = text(event.get("status"))
    if shipment_status(word) is None:
        return ()
    expected_at = moment(event.get("estimated_delivery_at"))
    properties = {
        "shipment_id": shipment_id,
        "order_id": order_id,
        "expected_at": expected_at and expected_at.isoformat(),
    }
    return (_moved(properties, word, notice.when("happened_at", "created_at")),)


def read_return(notice: Notice) -> tuple[Call, ...] | Denied:
    """Tell how far a return has come.

    The payload has no date and names the goods only by the order's lines: the call says when it was sent, and not
    which goods come back.
    """
    payload = notice.payload
    return_id = text(payload.get("id"))
    order = payload.get("order")
    order_id = text(order.get("id")) if isinstance(order, Mapping) else text(payload.get("order_id"))
    if not return_id or not order_id:
        return missing("order_id" if return_id else "id")
    properties = {"return_id": return_id, "order_id": order_id, "status": text(payload.get("status"))}
    return (track(_RETURNS[notice.topic], notice.message_id(return_id), notice.sent_at, properties),)


def _parcel_properties(parcel: Payload, order_id: str) -> dict[str, Any]:
    numbers = parcel.get("tracking_numbers")
    first = numbers[0] if isinstance(numbers, list) and numbers else ""
    return {
        "shipment_id": text(parcel.get("id")),
        "tracking_number": text(parcel.get("tracking_number")) or text(first),
        "order_id": order_id,
        "carrier": text(parcel.get("tracking_company")),
        "products": to_products(objects_in(parcel, "line_items")),
    }


def _moved(properties: Mapping[str, Any], word: str, at: datetime) -> Call:
    """Tell of a parcel's status. That it arrived is told by two topics, and is one message all the same."""
    name = f"{NAME}-fulfillment/{properties['shipment_id']}"
    if shipment_status(word) is ShipmentStatus.DELIVERED:
        return track("Order Delivered", f"{name}/delivered", at, properties)
    return track("Shipment Updated", f"{name}/{word}/{at.isoformat()}", at, {**properties, "status": word})
