"""Which words do all layers share?

Values only: what happened (`Event`), who it is (`Profile`), what is known about the goods (`Facts`) and what is
about to be said to whom (`Delivery`). All instants are aware UTC datetimes; the person's own zone is applied only
where a rule is about their clock. The names follow `docs/words.md`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Literal, TypeAlias

from journeys.values import quickly_made

Properties: TypeAlias = Mapping[str, Any]

IdentifierKind: TypeAlias = Literal["user_id", "order_id", "checkout_id", "email", "phone", "anonymous_id"]


@quickly_made
@dataclass(frozen=True, slots=True, order=True)
class Identifier:
    """One way to recognise a person, already normalised: `("email", "ann@shop.example")`."""

    kind: IdentifierKind
    value: str


@quickly_made
@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened, in the shape of the Segment spec.

    `name` is the track event's name; the other kinds are named `Identified`, `Page Viewed`, `Group Joined` and
    `Aliased`. `properties` holds a track or page call's properties, an identify call's traits. `seq` is the place in
    the log and decides between events of the same instant.
    """

    message_id: str
    kind: Literal["track", "identify", "page", "group", "alias"]
    name: str
    at: datetime
    properties: Properties = field(default_factory=dict)
    source: str = "segment"
    seq: int = 0


@quickly_made
@dataclass(frozen=True, slots=True)
class Item:
    """One of the goods an order holds or a message promotes. `price` is for one piece, in the shop's currency."""

    product_id: str
    name: str = ""
    price: float = 0.0
    quantity: float = 1.0
    variant: str = ""
    category: str = ""
    url: str = ""
    image_url: str = ""


class Purpose(StrEnum):
    """Why a message is sent: to sell and to care (`marketing`), or because the customer is owed it."""

    MARKETING = "marketing"
    TRANSACTIONAL = "transactional"


class Intent(StrEnum):
    """What a marketing message wants: `promote` goods to buy, or `follow_up` on goods the customer owns."""

    PROMOTE = "promote"
    FOLLOW_UP = "follow_up"


class Reach(StrEnum):
    """What kind of thing a delivery hands over; quiet hours and caps are about messages only."""

    MESSAGE = "message"
    AUDIENCE = "audience"
    CRM = "crm"


class OrderStatus(StrEnum):
    """Where an order stands with the shop. `fulfilled` means it left the shop, which is not `delivered`."""

    PLACED = "placed"
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


@quickly_made
@dataclass(frozen=True, slots=True)
class Order:
    """One order. `changed_at` is when its newest known status happened, `observed_at` when we learned of it.

    `version` counts the statuses it has had; 0 when none was ever stated. `lines_at` is when its goods were last stated
    and `lowest_total` the smallest total ever stated: with them a late message changes nothing it should not.
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


@dataclass(frozen=True, slots=True)
class Shipment:
    """One parcel of an order. Empty `product_ids` means all goods of the order."""

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


@dataclass(frozen=True, slots=True)
class Return:
    """Goods on their way back, or back. `order_id` is empty when the shop could not say which order they came from.

    A refund without a return is one too, named `<order_id>/refund`. `total` is the money it is about, 0 when not said.
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


@dataclass(frozen=True, slots=True)
class Profile:
    """A person: one profile from all channels.

    `consent` maps a channel, or `marketing` for all of them, to yes or no; a channel that is not in it is unknown.
    `suppressed` maps an address to the reason why it must not be written to: `unsubscribed`, `hard_bounce`,
    `spam_complaint`. `traits` holds everything else that was said about the person, under the names of
    `journeys.conditions` (`first_name`, `country`, ...). `changed_at` says when each of these was last stated, so that
    an older statement that arrives late changes nothing.
    """

    id: int
    created_at: datetime
    email: str = ""
    phone: str = ""
    user_id: str = ""
    timezone: str = ""
    traits: Properties = field(default_factory=dict)
    consent: Mapping[str, bool] = field(default_factory=dict)
    suppressed: Mapping[str, str] = field(default_factory=dict)
    changed_at: Mapping[str, datetime] = field(default_factory=dict)

    def consents_to(self, channel: str) -> bool | None:
        """Say whether the person agreed to marketing on this channel; None when they were never asked."""
        return self.consent.get(channel, self.consent.get("marketing"))

    def address(self, channel_kind: str) -> str:
        """Give the address that this kind of channel writes to: a phone number for sms, else the e-mail."""
        return self.phone if channel_kind in ("sms", "whatsapp", "messenger") else self.email


@quickly_made
@dataclass(frozen=True, slots=True)
class PastSend:
    """A marketing message that was handed over, or may have been: what frequency caps count."""

    at: datetime
    channel: str
    journey: str
    delivery_id: int = 0


@dataclass(slots=True)
class Facts:
    """All that is known about one customer at one moment: what guards and conditions may consult.

    The three mappings are keyed by the fact's own id and hold the newest state by the time it happened. `by_product`
    leads from a product to the orders that hold it, in order of placing. Only `orchestrator.facts` changes these.
    """

    profile: Profile
    orders: dict[str, Order] = field(default_factory=dict)
    shipments: dict[str, Shipment] = field(default_factory=dict)
    returns: dict[str, Return] = field(default_factory=dict)
    sends: list[PastSend] = field(default_factory=list)
    orders_of_product: dict[str, list[str]] = field(default_factory=dict)
    returns_of_product: dict[str, list[str]] = field(default_factory=dict)
    shipments_of_order: dict[str, list[str]] = field(default_factory=dict)

    def orders_with(self, product_id: str) -> list[Order]:
        """List the orders that hold this product, oldest first."""
        return [self.orders[order_id] for order_id in self.orders_of_product.get(product_id, ())]

    def returns_with(self, product_id: str) -> list[Return]:
        """List the returns that hold this product, oldest first."""
        return [self.returns[return_id] for return_id in self.returns_of_product.get(product_id, ())]

    def parcels_of(self, order_id: str) -> list[Shipment]:
        """List the parcels of an order, oldest first."""
        return [self.shipments[shipment_id] for shipment_id in self.shipments_of_order.get(order_id, ())]


@quickly_made
@dataclass(frozen=True, slots=True)
class Delivery:
    """One message, audience change or CRM entry that is to be handed over: what guards judge.

    `id` is the delivery key: it names (enrollment, step, occurrence), is unique for ever and is the idempotency key
    of every call made for it. `planned_at` is when it was first due; a guard's `at_most` counts from there.
    """

    id: int
    profile_id: int
    enrollment_id: int
    journey: str
    step: str
    channel: str
    planned_at: datetime
    reach: Reach = Reach.MESSAGE
    purpose: Purpose = Purpose.MARKETING
    intent: Intent = Intent.PROMOTE
    items: tuple[Item, ...] = ()
    min_items: int = 1

    def without(self, dropped: frozenset[int]) -> "Delivery":
        """Give the same delivery without the items at these places."""
        kept = tuple(item for place, item in enumerate(self.items) if place not in dropped)
        return replace(self, items=kept)


Duration: TypeAlias = timedelta
