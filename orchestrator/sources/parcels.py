"""What does a carrier's news about one parcel become?

A parcel to the customer gives `Shipment Updated`, and `Order Delivered` when it first arrives. A parcel on its way back
to the shop is a return: `Return Shipped`, then `Return Received`. A parcel that turned back never arrived, even where
the carrier calls it delivered: it was delivered to the sender.
"""

from dataclasses import dataclass
from datetime import datetime

from journeys.vocabulary import ShipmentStatus
from orchestrator.sources.calls import Call, track

_ON_ITS_WAY = frozenset({ShipmentStatus.SHIPPED, ShipmentStatus.IN_TRANSIT, ShipmentStatus.OUT_FOR_DELIVERY})


@dataclass(frozen=True, slots=True)
class Parcel:
    """What one message says about a parcel.

    `status` is None when it says nothing of where the parcel is. `is_repeat` says that this status was told before.
    `return_id` is the shop's own id of the return, on a parcel that `goes_back`.
    """

    tracking_number: str
    status: ShipmentStatus | None
    at: datetime
    carrier: str = ""
    order_id: str = ""
    email: str = ""
    expected_at: datetime | None = None
    goes_back: bool = False
    is_repeat: bool = False
    return_id: str = ""


def parcel_calls(message_id: str, parcel: Parcel) -> tuple[Call, ...]:
    """Put the news into a call; none when the message says neither where the parcel is nor when it is expected."""
    if parcel.goes_back:
        return _return_calls(message_id, parcel)
    if parcel.status is None and parcel.expected_at is None:
        return ()
    arrives = parcel.status is ShipmentStatus.DELIVERED and not parcel.is_repeat
    properties = {
        "tracking_number": parcel.tracking_number,
        "order_id": parcel.order_id,
        "email": parcel.email,
        "carrier": parcel.carrier,
        "status": parcel.status and parcel.status.value,
        "expected_at": parcel.expected_at and parcel.expected_at.isoformat(),
    }
    return (track("Order Delivered" if arrives else "Shipment Updated", message_id, parcel.at, properties),)


def turned_back(status: ShipmentStatus | None, once_sent_back: bool) -> ShipmentStatus | None:
    """Correct the status of a parcel that was once sent back: its delivery was one to the sender."""
    was_delivered = status is ShipmentStatus.DELIVERED
    return ShipmentStatus.RETURNED_TO_SENDER if was_delivered and once_sent_back else status


def return_event(status: ShipmentStatus | None) -> str:
    """Name what a parcel to the shop says about its return; empty when it says nothing."""
    if status is ShipmentStatus.DELIVERED:
        return "Return Received"
    return "Return Shipped" if status in _ON_ITS_WAY else ""


def _return_calls(message_id: str, parcel: Parcel) -> tuple[Call, ...]:
    """Tell of a return. A carrier does not know the shop's id of it: without one it goes by the parcel's number."""
    name = return_event(parcel.status)
    properties = {
        "return_id": parcel.return_id or parcel.tracking_number,
        "tracking_number": parcel.tracking_number,
        "order_id": parcel.order_id,
        "email": parcel.email,
    }
    return (track(name, message_id, parcel.at, properties),) if name else ()
