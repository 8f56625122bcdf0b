"""Which status does a shop's or carrier's word mean?

Sources: Segment's e-commerce spec for the event names; Shopify's order and fulfilment enums, WooCommerce's order
statuses, the tags of AfterShip, EasyPost and Shippo, and the states of Zendesk's and Gorgias' tickets for the words. A
word that is not listed means nothing.
"""

import re
from enum import StrEnum

from journeys.vocabulary import OrderStatus, PaymentStatus, ReturnStatus, ShipmentStatus, TicketStatus

_HUMP = re.compile(r"(?<=[a-z])(?=[A-Z])")

_ORDER = {
    OrderStatus.PLACED: "placed pending open processing on_hold authorized paid completed fulfilled",
    OrderStatus.HELD: "held fraud_hold on_hold_fraud",
    OrderStatus.PAYMENT_FAILED: "payment_failed failed declined expired",
    OrderStatus.CANCELLED: "cancelled canceled voided trash",
    OrderStatus.REFUNDED: "refunded",
}
_SHIPMENT = {
    ShipmentStatus.SHIPPED: "shipped carrier_picked_up",
    ShipmentStatus.IN_TRANSIT: "in_transit transit",
    ShipmentStatus.OUT_FOR_DELIVERY: "out_for_delivery available_for_pickup ready_for_pickup",
    ShipmentStatus.DELIVERED: "delivered picked_up",
    ShipmentStatus.EXCEPTION: "exception attempt_fail attempted_delivery not_delivered failure error delayed expired",
    ShipmentStatus.LOST: "lost",
    ShipmentStatus.RETURNED_TO_SENDER: "returned_to_sender return_to_sender returned",
    ShipmentStatus.CANCELLED: "cancelled canceled",
}
_RETURN = {
    ReturnStatus.REQUESTED: "requested open approved",
    ReturnStatus.IN_TRANSIT: "in_transit shipped",
    ReturnStatus.RECEIVED: "received",
    ReturnStatus.REFUNDED: "refunded closed completed",
    ReturnStatus.DECLINED: "declined rejected",
    ReturnStatus.CANCELLED: "cancelled canceled",
}
_TICKET = {
    TicketStatus.OPEN: "open pending new hold on_hold",
    TicketStatus.CLOSED: "closed solved resolved",
}

# Of two statuses stated for the same instant, the one further along wins.
_PROGRESS: tuple[tuple[StrEnum, ...], ...] = (
    (
        OrderStatus.PLACED,
        OrderStatus.HELD,
        OrderStatus.PAYMENT_FAILED,
        OrderStatus.CANCELLED,
        OrderStatus.REFUNDED,
    ),
    (PaymentStatus.PENDING, PaymentStatus.FAILED, PaymentStatus.PAID),
    (TicketStatus.OPEN, TicketStatus.CLOSED),
    (
        ShipmentStatus.SHIPPED,
        ShipmentStatus.IN_TRANSIT,
        ShipmentStatus.OUT_FOR_DELIVERY,
        ShipmentStatus.EXCEPTION,
        ShipmentStatus.DELIVERED,
        ShipmentStatus.RETURNED_TO_SENDER,
        ShipmentStatus.LOST,
        ShipmentStatus.CANCELLED,
    ),
    (
        ReturnStatus.REQUESTED,
        ReturnStatus.IN_TRANSIT,
        ReturnStatus.RECEIVED,
        ReturnStatus.CANCELLED,
        ReturnStatus.DECLINED,
        ReturnStatus.REFUNDED,
    ),
)
_RANKS = {(type(status), status): place for family in _PROGRESS for place, status in enumerate(family)}
_ORDER_WORDS = {word: status for status, words in _ORDER.items() for word in words.split()}
_SHIPMENT_WORDS = {word: status for status, words in _SHIPMENT.items() for word in words.split()}
_RETURN_WORDS = {word: status for status, words in _RETURN.items() for word in words.split()}
_TICKET_WORDS = {word: status for status, words in _TICKET.items() for word in words.split()}


def rank(status: StrEnum) -> int:
    """Say how far along a status is among those of its kind."""
    return _RANKS[(type(status), status)]


def order_status(word: object) -> OrderStatus | None:
    """Read an order's or a payment's status; None when the word says neither."""
    return _ORDER_WORDS.get(_plain(word))


def shipment_status(word: object) -> ShipmentStatus | None:
    """Read a parcel's status; None when the word is unknown or the parcel has not left yet."""
    return _SHIPMENT_WORDS.get(_plain(word))


def return_status(word: object) -> ReturnStatus | None:
    """Read a return's status; None when the word is unknown."""
    return _RETURN_WORDS.get(_plain(word))


def ticket_status(word: object) -> TicketStatus | None:
    """Read a ticket's status; None when the word is unknown."""
    return _TICKET_WORDS.get(_plain(word))


def _plain(word: object) -> str:
    if not isinstance(word, str):
        return ""
    return _HUMP.sub("_", word.strip()).lower().replace(" ", "_").replace("-", "_")
