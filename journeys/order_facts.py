"""What is known about a customer's orders: payments, refunds, parcels, returns and tickets?

Each fact holds the newest state by the time it happened (`changed_at`), when we learned of it (`observed_at`), which
source said so, and how many states it has had (`version`). Part of `journeys.vocabulary`.
"""

from datetime import datetime
from enum import StrEnum

from msgspec import Struct

from journeys.goods_facts import Item


class OrderStatus(StrEnum):
    """Where an order stands with the shop. `fulfilled` means it left the shop, which is not `delivered`.

    `held` is an order the shop keeps back, such as for a suspected fraud.
    """

    PLACED = "placed"
    HELD = "held"
    PAYMENT_FAILED = "payment_failed"
    CANCELLED = "cancelled"
    REFUNDED = "refunded"


class ShipmentStatus(StrEnum):
    """Where a parcel is."""

    SHIPPED = "shipped"
    IN_TRANSIT = "in_transit"
    OUT_FOR_DELIVERY = "out_for_delivery"
    DELIVERED = "delivered"
    EXCEPTION = "exception"
    LOST = "lost"
    RETURNED_TO_SENDER = "returned_to_sender"
    CANCELLED = "cancelled"


class ReturnStatus(StrEnum):
    """How far a return has come. `declined` and `cancelled` mean the customer keeps the goods."""

    REQUESTED = "requested"
    IN_TRANSIT = "in_transit"
    RECEIVED = "received"
    REFUNDED = "refunded"
    DECLINED = "declined"
    CANCELLED = "cancelled"


class PaymentStatus(StrEnum):
    """How far a payment has come."""

    PENDING = "pending"
    PAID = "paid"
    FAILED = "failed"


class TicketStatus(StrEnum):
    """Whether somebody still waits for an answer."""

    OPEN = "open"
    CLOSED = "closed"


class Said(Struct, frozen=True, omit_defaults=True):
    """What was last said of an order's status, where payments or refunds know better."""

    status: OrderStatus
    at: datetime
    source: str


class Order(Struct, frozen=True, omit_defaults=True):
    """One order. `changed_at` is when its newest known status happened, `observed_at` when we learned of it.

    `version` counts the statuses it has had; 0 when none was ever stated. `lines_at` is when its goods were last stated
    and `lowest_total` the smallest total ever stated: with them a late message changes nothing it should not.
    `promised_at` is when it was last promised to arrive, which was said at `promised_said_at`. Where a payment or the
    sum of the refunds moved the status on, `stated` keeps what was said of it.
    """

    order_id: str
    placed_at: datetime
    status: OrderStatus
    lines: tuple[Item, ...]
    total: float
    changed_at: datetime
    observed_at: datetime
    currency: str = ""
    checkout_id: str = ""
    source: str = ""
    version: int = 1
    lines_at: datetime | None = None
    lowest_total: float = 0.0
    promised_at: datetime | None = None
    promised_said_at: datetime | None = None
    stated: Said | None = None

    @property
    def counts_as_bought(self) -> bool:
        """Say whether the customer bought these goods: not when it was cancelled or never paid."""
        return self.status not in _NOT_BOUGHT


_NOT_BOUGHT = frozenset({OrderStatus.CANCELLED, OrderStatus.PAYMENT_FAILED})


class Payment(Struct, frozen=True, omit_defaults=True):
    """One attempt to pay for an order, as it stands; `total` is the money it is about, 0 when not said."""

    payment_id: str
    order_id: str
    status: PaymentStatus
    changed_at: datetime
    observed_at: datetime
    total: float = 0.0
    source: str = ""
    version: int = 1


class Refund(Struct, frozen=True, omit_defaults=True):
    """Money that was paid back for an order at `refunded_at`: for some `lines`, or without any for a sum."""

    refund_id: str
    order_id: str
    lines: tuple[Item, ...]
    total: float
    refunded_at: datetime
    observed_at: datetime
    source: str = ""
    version: int = 1


class Ticket(Struct, frozen=True, omit_defaults=True):
    """A question or complaint of the customer. Empty `product_ids` means it is about no goods in particular.

    One whose status nobody stated (version 0) counts as open.
    """

    ticket_id: str
    order_id: str
    status: TicketStatus
    opened_at: datetime
    changed_at: datetime
    observed_at: datetime
    product_ids: tuple[str, ...] = ()
    source: str = ""
    version: int = 1


class Shipment(Struct, frozen=True, omit_defaults=True):
    """One parcel of an order. Empty `product_ids` means all goods of the order.

    A parcel goes by its `tracking` number once that is known, because that is what carriers call it; `also` are its
    other names, mostly the ids the shop gave it. One whose status nobody stated (version 0) counts as shipped.
    `news_at` is the newest message about it, whether or not it changed the status, and `expected_at` when the carrier,
    or else the shop, last said (at `expected_said_at`) that it would arrive.
    """

    shipment_id: str
    order_id: str
    status: ShipmentStatus
    changed_at: datetime
    observed_at: datetime
    shipped_at: datetime | None = None
    delivered_at: datetime | None = None
    product_ids: tuple[str, ...] = ()
    carrier: str = ""
    source: str = ""
    version: int = 1
    also: tuple[str, ...] = ()
    news_at: datetime | None = None
    expected_at: datetime | None = None
    expected_said_at: datetime | None = None
    tracking: str = ""


class Return(Struct, frozen=True, omit_defaults=True):
    """Goods on their way back, or back. `order_id` is empty when the shop could not say which order they came from.

    `total` is the money it is about, 0 when not said.
    """

    return_id: str
    order_id: str
    status: ReturnStatus
    lines: tuple[Item, ...]
    requested_at: datetime
    changed_at: datetime
    observed_at: datetime
    source: str = ""
    version: int = 1
    total: float = 0.0
