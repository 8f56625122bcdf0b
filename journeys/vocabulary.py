"""Which words do all layers share?

Values only: what happened (`Event`), who it is (`Profile`), what is known about the goods (`Facts`) and what is
about to be said to whom (`Delivery`). All instants are aware UTC datetimes; the person's own zone is applied only
where a rule is about their clock. The names follow `docs/words.md`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Literal, NamedTuple, TypeAlias

from msgspec import Struct, structs
from msgspec import field as structs_field

from journeys.goods_facts import NO_GOODS, Goods, Item, Product, Stock
from journeys.order_facts import (
    Order,
    OrderStatus,
    Payment,
    PaymentStatus,
    Refund,
    Return,
    ReturnStatus,
    Said,
    Shipment,
    ShipmentStatus,
    Ticket,
    TicketStatus,
)

__all__ = [
    "NO_GOODS",
    "Delivery",
    "Doubt",
    "Duration",
    "Event",
    "FactKind",
    "Facts",
    "Goods",
    "Identifier",
    "IdentifierKind",
    "Intent",
    "Item",
    "Order",
    "OrderStatus",
    "Outside",
    "PastSend",
    "Payment",
    "PaymentStatus",
    "Product",
    "Profile",
    "Properties",
    "Purpose",
    "Reach",
    "Refund",
    "Return",
    "ReturnStatus",
    "Said",
    "Shipment",
    "ShipmentStatus",
    "Stock",
    "Ticket",
    "TicketStatus",
]

Properties: TypeAlias = Mapping[str, Any]

IdentifierKind: TypeAlias = Literal[
    "user_id", "order_id", "checkout_id", "email", "phone", "anonymous_id", "tracking_number"
]

# The kinds of facts that sources tell of and guards ask for.
FactKind: TypeAlias = Literal["orders", "payments", "refunds", "shipments", "returns", "tickets", "products"]


class Identifier(NamedTuple):
    """One way to recognise a person, already normalised: `("email", "ann@shop.example")`."""

    kind: IdentifierKind
    value: str


class Event(Struct, frozen=True, gc=False):
    """Something that happened, in the shape of the Segment spec.

    `name` is the track event's name; the other kinds are named `Identified`, `Page Viewed`, `Group Joined` and
    `Aliased`. `properties` holds a track or page call's properties, an identify call's traits. `seq` is the place in
    the log and decides between events of the same instant. `known_at` is only said of the past: when it was taken in,
    where that was not as it happened.
    """

    message_id: str
    kind: Literal["track", "identify", "page", "group", "alias"]
    name: str
    at: datetime
    properties: Properties = {}
    source: str = "segment"
    seq: int = 0
    known_at: datetime | None = None


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
    SYSTEM = "system"


class Profile(Struct, frozen=True):
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
    traits: Properties = structs_field(default_factory=dict)
    consent: Mapping[str, bool] = structs_field(default_factory=dict)
    suppressed: Mapping[str, str] = structs_field(default_factory=dict)
    changed_at: Mapping[str, datetime] = structs_field(default_factory=dict)

    def consents_to(self, channel: str) -> bool | None:
        """Say whether the person agreed to marketing on this channel; None when they were never asked."""
        return self.consent.get(channel, self.consent.get("marketing"))

    def address(self, channel_kind: str) -> str:
        """Give the address that this kind of channel writes to: a phone number for sms, else the e-mail."""
        return self.phone if channel_kind in ("sms", "whatsapp", "messenger") else self.email


class PastSend(Struct, frozen=True):
    """A marketing message that was handed over, or may have been: what frequency caps count.

    `product_ids` are the goods it was about.
    """

    at: datetime
    channel: str
    journey: str
    delivery_id: int = 0
    product_ids: tuple[str, ...] = ()


class Doubt(Struct, frozen=True):
    """Why facts of one kind cannot be relied on: their source has been silent, or was asked and did not answer.

    `state` is `silent` or `no_answer`; `since` is when it was last heard, None when it never was.
    """

    source: str
    state: Literal["silent", "no_answer"]
    since: datetime | None


class Outside(Struct, frozen=True):
    """What a guard's own endpoint said about one delivery, or that it did not answer (`body` is None)."""

    at: datetime
    body: Properties | None


@dataclass(slots=True)
class Facts:
    """All that is known about one customer at one moment: what guards and conditions may consult.

    The mappings are keyed by the fact's own id and hold the newest state by the time it happened. `orders_of_product`
    leads from a product to the orders that hold it, in order of placing. Only `orchestrator.facts` changes these.
    `goods` is shared by all customers. `doubts` says which kinds of facts cannot be relied on, and `outside` what
    endpoints of guards answered, by the guard's name.
    """

    profile: Profile
    orders: dict[str, Order] = field(default_factory=dict)
    shipments: dict[str, Shipment] = field(default_factory=dict)
    returns: dict[str, Return] = field(default_factory=dict)
    sends: list[PastSend] = field(default_factory=list)
    orders_of_product: dict[str, list[str]] = field(default_factory=dict)
    returns_of_product: dict[str, list[str]] = field(default_factory=dict)
    shipments_of_order: dict[str, list[str]] = field(default_factory=dict)
    payments: dict[str, Payment] = field(default_factory=dict)
    refunds: dict[str, Refund] = field(default_factory=dict)
    tickets: dict[str, Ticket] = field(default_factory=dict)
    goods: Goods = field(default_factory=lambda: NO_GOODS)
    doubts: Mapping[FactKind, tuple[Doubt, ...]] = field(default_factory=dict)
    outside: Mapping[str, Outside] = field(default_factory=dict)

    def returns_with(self, product_id: str) -> list[Return]:
        """List the returns that hold this product, oldest first."""
        return [self.returns[return_id] for return_id in self.returns_of_product.get(product_id, ())]

    def parcels_of(self, order_id: str) -> list[Shipment]:
        """List the parcels of an order, oldest first."""
        return [self.shipments[shipment_id] for shipment_id in self.shipments_of_order.get(order_id, ())]


class Delivery(Struct, frozen=True):
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
        return structs.replace(self, items=kept)


Duration: TypeAlias = timedelta
