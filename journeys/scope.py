"""What can a condition see, and how is it read?

A `Scope` is all that a condition or a computed value may look at. Every name of the language is one row here: its
kind, and the function that reads it. What is read is JSON from outside, so a value of the wrong kind counts as
missing (None) and never raises; numbers written as text are not numbers.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from operator import attrgetter
from types import MappingProxyType
from typing import Any, Literal, TypeAlias

from msgspec import Struct, field

from journeys.catalog import Catalog
from journeys.goods import to_items
from journeys.tallies import Counted, Tallies
from journeys.vocabulary import Facts, Item, Order, OrderStatus, Properties, ReturnStatus, ShipmentStatus, TicketStatus

Kind: TypeAlias = Literal[
    "text", "number", "boolean", "date", "duration", "items", "any", "list of text", "list of number", "list of any"
]


class EnrollmentView(Struct, frozen=True):
    """What a condition may know of the enrollment it is asked for."""

    entered_at: datetime
    journey: str
    step: str


class Scope(Struct):
    """All that a condition may look at, at the moment `now` (aware UTC).

    `event` is the event at hand, when there is one; `entry` holds the properties of the event that began the
    enrollment. `tallies` is what was counted of the customer's events.
    """

    facts: Facts
    now: datetime
    event: Properties | None = None
    entry: Properties = field(default_factory=dict)
    enrollment: EnrollmentView | None = None
    catalog: Catalog = field(default_factory=Catalog)
    tallies: Tallies = field(default_factory=dict)


Reader: TypeAlias = Callable[[Scope], object]
Change: TypeAlias = Callable[[Scope], datetime | None]


@dataclass(frozen=True, slots=True)
class Known:
    """A name that can be read; `is_always` when there is a value for everybody, so that asking for one is idle.

    `change` says when the value is next another one although nothing is learned; `counted` what must be tallied for it.
    """

    kind: Kind
    read: Reader
    is_always: bool = False
    change: Change | None = None
    counted: Counted | None = None


# Values as they come from outside, read as one kind: None is missing.

# A number beyond this is a mistake, and its products would have no end of digits.
LARGEST = 1e300
_NUMBERS = frozenset({int, float})


# The zone of a date that was told without one, such as a birthday: wherever the customer is. Waits take it as such.
ON_THE_SPOT = timezone(timedelta(0), "on the spot")


def to_text(value: object) -> str | None:
    """Read text; empty text is missing."""
    return value if isinstance(value, str) and value else None


def to_number(value: Any) -> float | None:
    """Read a finite number; true and false are not numbers."""
    return value if type(value) in _NUMBERS and -LARGEST < value < LARGEST else None


def to_boolean(value: object) -> bool | None:
    """Read true or false."""
    return value if isinstance(value, bool) else None


def to_date(value: object) -> datetime | None:
    """Read a date in ISO 8601 as aware UTC; one without a zone is `ON_THE_SPOT`: it is compared as if it were UTC."""
    try:
        date = datetime.fromisoformat(value) if isinstance(value, str) else value
        if not isinstance(date, datetime):
            return None
        if date.tzinfo is None:
            return date.replace(tzinfo=ON_THE_SPOT)
        return date if date.tzinfo is ON_THE_SPOT else date.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def to_goods(value: object) -> Sequence[object] | None:
    """Read a list of goods, each still as it was sent."""
    return value if isinstance(value, list | tuple) else None


def to_any(value: object) -> object | None:
    """Read a value of no declared kind; empty text and numbers without end are missing."""
    if type(value) in _NUMBERS:
        return to_number(value)
    return None if value == "" else value


def _to_list(convert: Callable[[object], object]) -> Callable[[object], object]:
    def to_list(value: object) -> list[object] | None:
        if not isinstance(value, list | tuple):
            return None
        return [found for entry in value if (found := convert(entry)) is not None]

    return to_list


CONVERT: Mapping[Kind, Callable[[object], object]] = MappingProxyType(
    {
        "text": to_text,
        "number": to_number,
        "boolean": to_boolean,
        "date": to_date,
        "items": to_goods,
        "any": to_any,
        "list of text": _to_list(to_text),
        "list of number": _to_list(to_number),
        "list of any": _to_list(to_any),
    }
)


# Properties of events, attributes of the profile, parts of goods.


def event_reader(path: tuple[str, ...]) -> Reader:
    """Read a property of the event at hand, or something inside it."""
    name, inside = path[0], path[1:]

    def read(scope: Scope) -> object:
        event = scope.event
        return None if event is None else event.get(name)

    return _inside(read, inside)


def entry_reader(path: tuple[str, ...]) -> Reader:
    """Read a property of the event that began the enrollment, or something inside it."""
    name, inside = path[0], path[1:]

    def read(scope: Scope) -> object:
        return scope.entry.get(name)

    return _inside(read, inside)


def entry_as_goods(scope: Scope) -> object:
    """Read the event that began the enrollment as the one product it is about; an `id` may be anything's."""
    entry = scope.entry
    return [entry] if entry.get("product_id") or entry.get("sku") else []


def trait_reader(path: tuple[str, ...]) -> Reader:
    """Read a trait of the profile, or something inside it."""
    name, inside = path[0], path[1:]

    def read(scope: Scope) -> object:
        return scope.facts.profile.traits.get(name)

    return _inside(read, inside)


def consent_reader(channel: str) -> Reader:
    """Read whether the person agreed to a channel; None when they were never asked."""

    def read(scope: Scope) -> object:
        return scope.facts.profile.consents_to(channel)

    return read


def _inside(read: Reader, names: tuple[str, ...]) -> Reader:
    """Look inside what was read: `event.address.city`."""
    if not names:
        return read

    def read_inside(scope: Scope) -> object:
        value = read(scope)
        for name in names:
            value = _part(value, name)
        return value

    return read_inside


def _part(value: object, name: str) -> object:
    if isinstance(value, dict):
        return value.get(name)
    if isinstance(value, list | tuple):
        return [entry.get(name) for entry in value if isinstance(entry, dict)]
    return None


GOODS: Mapping[str, Kind] = MappingProxyType(
    {
        **dict.fromkeys(
            ("product_id", "sku", "name", "variant", "category", "brand", "coupon", "url", "image_url"), "list of text"
        ),
        **dict.fromkeys(("price", "quantity", "position", "discount"), "list of number"),
    }
)


def goods_reader(read: Reader, name: str) -> Reader:
    """Read one attribute of every product of a list; product ids are found the way the guards find them."""

    def read_ids(scope: Scope) -> object:
        goods = to_goods(read(scope))
        return None if goods is None else [item.product_id for item in to_items(goods)]

    def read_parts(scope: Scope) -> object:
        goods = to_goods(read(scope))
        return None if goods is None else [_attribute(entry, name) for entry in goods]

    return read_ids if name == "product_id" else read_parts


def _attribute(entry: object, name: str) -> object:
    if isinstance(entry, Item):
        return getattr(entry, name, None) if name in GOODS else None
    return entry.get(name) if isinstance(entry, dict) else None


# Orders, parcels and returns.

_NOT_ORDERED = frozenset({OrderStatus.CANCELLED, OrderStatus.PAYMENT_FAILED})
_OPEN_RETURN = frozenset({ReturnStatus.REQUESTED, ReturnStatus.IN_TRANSIT, ReturnStatus.RECEIVED})
_LOST_PARCEL = frozenset({ShipmentStatus.EXCEPTION, ShipmentStatus.LOST, ShipmentStatus.RETURNED_TO_SENDER})
_BY_TIME = attrgetter("placed_at", "order_id")


def standing_orders(scope: Scope) -> list[Order]:
    """List the orders that stand: neither cancelled nor unpaid."""
    return [order for order in scope.facts.orders.values() if order.status not in _NOT_ORDERED]


def _times(scope: Scope) -> list[datetime]:
    """List when the orders that stand were placed."""
    return [order.placed_at for order in scope.facts.orders.values() if order.status not in _NOT_ORDERED]


def _last(scope: Scope, name: str) -> object:
    return getattr(max(standing_orders(scope), key=_BY_TIME, default=None), name, None)


def _open_orders(scope: Scope) -> list[Order]:
    """List the orders that are placed and not wholly delivered."""
    facts = scope.facts
    placed = [order for order in facts.orders.values() if order.status is OrderStatus.PLACED]
    return [order for order in placed if not _is_delivered(facts, order.order_id)]


def _next_delivery(scope: Scope) -> datetime | None:
    """Say when the next goods of an open order are to come: as the carrier says, else as the shop promised."""
    facts, expected = scope.facts, list[datetime | None]()
    for order in _open_orders(scope):
        parcels = [
            parcel for parcel in facts.parcels_of(order.order_id) if parcel.status is not ShipmentStatus.CANCELLED
        ]
        coming = [parcel for parcel in parcels if parcel.status is not ShipmentStatus.DELIVERED]
        expected += [parcel.expected_at or order.promised_at for parcel in coming] if parcels else [order.promised_at]
    return min((at for at in expected if at is not None), default=None)


def _is_delivered(facts: Facts, order_id: str) -> bool:
    """Say whether every parcel of an order came; a cancelled parcel is none, and without parcels nothing came."""
    has_arrived = False
    for shipment_id in facts.shipments_of_order.get(order_id, ()):
        status = facts.shipments[shipment_id].status
        if status is ShipmentStatus.DELIVERED:
            has_arrived = True
        elif status is not ShipmentStatus.CANCELLED:
            return False
    return has_arrived


def _open_returns(scope: Scope) -> int:
    return sum(back.status in _OPEN_RETURN for back in scope.facts.returns.values())


def _open_tickets(scope: Scope) -> int:
    return sum(ticket.status is TicketStatus.OPEN for ticket in scope.facts.tickets.values())


def _open_problems(scope: Scope) -> int:
    """Count the orders whose payment failed and the parcels that went astray."""
    facts = scope.facts
    unpaid = sum(order.status is OrderStatus.PAYMENT_FAILED for order in facts.orders.values())
    return unpaid + sum(parcel.status in _LOST_PARCEL for parcel in facts.shipments.values())


def _now(scope: Scope) -> datetime:
    return scope.now


# It is known by its reader: whatever is computed with it changes by itself.
NOW: Reader = _now

FIXED: Mapping[str, Known] = MappingProxyType(
    {
        "now": Known("date", NOW, is_always=True),
        "enrollment.entered_at": Known("date", lambda scope: getattr(scope.enrollment, "entered_at", None), True),
        "enrollment.journey": Known("text", lambda scope: getattr(scope.enrollment, "journey", None), True),
        "enrollment.step": Known("text", lambda scope: getattr(scope.enrollment, "step", None), True),
        "profile.email": Known("text", lambda scope: scope.facts.profile.email),
        "profile.phone": Known("text", lambda scope: scope.facts.profile.phone),
        "profile.user_id": Known("text", lambda scope: scope.facts.profile.user_id),
        "profile.timezone": Known("text", lambda scope: scope.facts.profile.timezone),
        "profile.created_at": Known("date", lambda scope: scope.facts.profile.created_at, is_always=True),
        "profile.orders.count": Known("number", lambda scope: len(standing_orders(scope)), is_always=True),
        "profile.orders.total": Known(
            "number", lambda scope: sum(o.total for o in standing_orders(scope)), is_always=True
        ),
        "profile.orders.first.at": Known("date", lambda scope: min(_times(scope), default=None)),
        "profile.orders.last.at": Known("date", lambda scope: max(_times(scope), default=None)),
        "profile.orders.last.total": Known("number", lambda scope: _last(scope, "total")),
        "profile.orders.last.order_id": Known("text", lambda scope: _last(scope, "order_id")),
        "facts.orders.open": Known("number", lambda scope: len(_open_orders(scope)), is_always=True),
        "facts.delivery.expected_at": Known("date", _next_delivery),
        "facts.returns.count": Known("number", lambda scope: len(scope.facts.returns), is_always=True),
        "facts.tickets.open": Known("number", _open_tickets, is_always=True),
        "facts.returns.open": Known("number", _open_returns, is_always=True),
        "facts.problems.open": Known("number", _open_problems, is_always=True),
    }
)

TRAITS: Mapping[str, Kind] = MappingProxyType(
    {
        **dict.fromkeys(("first_name", "last_name", "country", "city", "locale", "gender"), "text"),
        "birthday": "date",
    }
)


@dataclass(frozen=True, slots=True)
class Function:
    """A function of the language: how it is written, and what a call gives; None when its arguments do not fit."""

    example: str
    build: Callable[[tuple[object, ...]], Known | None]


def _catalog(arguments: tuple[object, ...]) -> Known | None:
    match arguments:
        case ("new", int(count)) if not isinstance(count, bool) and 1 <= count <= 50:
            return Known("items", lambda scope: scope.catalog.newest(scope.now, count))
        case _:
            return None


# It asks of a name, not for a value: whether nobody has said it.
UNSET = "unset"
UNSET_EXAMPLE = "unset(profile.vip)"

FUNCTIONS: Mapping[str, Function] = MappingProxyType(
    {"catalog": Function('catalog("new", 6), with a count from 1 to 50', _catalog)}
)
