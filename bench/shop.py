"""What do the customers of a made-up shop do? The same events every time, in the shape of the Segment spec."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from journeys.catalog import Catalog
from journeys.vocabulary import Item

BEGIN = datetime(2026, 3, 4, 6, tzinfo=UTC)  # a Wednesday
END = BEGIN + timedelta(days=13)
GOODS = 200

_encode = msgspec.json.Encoder().encode
_HOUR = 3600


def lines(customers: int, first: int = 0) -> list[bytes]:
    """Write what so many customers do in 13 days, one Tuesday among them: about nine events each, in order of time."""
    calls = [call for number in range(first, first + customers) for call in _story(number)]
    calls.sort(key=lambda call: (call[0], call[1]["messageId"]))
    return [_encode(_call(at, fields)) for at, fields in calls]


def moments(customers: int, first: int = 0) -> Iterator[tuple[datetime, bytes]]:
    """Give the same lines, each with its moment."""
    calls = [call for number in range(first, first + customers) for call in _story(number)]
    calls.sort(key=lambda call: (call[0], call[1]["messageId"]))
    return ((BEGIN + timedelta(seconds=at), _encode(_call(at, fields))) for at, fields in calls)


def catalog() -> Catalog:
    """Give the shop's goods, all there before the first event."""
    before = BEGIN - timedelta(days=1)
    return Catalog((before, Item(_product(number), name=f"Coffee {number}", price=9.5)) for number in range(GOODS))


def _call(at: int, fields: dict[str, Any]) -> dict[str, Any]:
    when = BEGIN + timedelta(seconds=at)
    return {**fields, "timestamp": when.isoformat(), "context": {"library": {"name": "bench", "version": "1"}}}


def _story(number: int) -> Iterator[tuple[int, dict[str, Any]]]:
    """Tell of one customer: a visit, a basket; most buy it, get it, some send it back; and a second basket."""
    at = number * 7_919 % (6 * 24 * _HOUR)
    yield at, _identify(number)
    yield _track(number, at + 60, "Product Viewed", product_id=_product(number))
    yield _track(number, at + 300, "Checkout Started", checkout_id=f"c{number}-1", **_basket(number))
    if number % 10 < 7:
        yield from _order(number, at + 900)
    again = at + 96 * _HOUR + number % 1_000
    yield _track(number, again, "Product Viewed", product_id=_product(number + 1))
    yield _track(number, again + 240, "Checkout Started", checkout_id=f"c{number}-2", **_basket(number + number % 3))


def _order(number: int, at: int) -> Iterator[tuple[int, dict[str, Any]]]:
    order = {"order_id": f"o{number}", "checkout_id": f"c{number}-1"}
    parcel = {"order_id": f"o{number}", "shipment_id": f"p{number}", "carrier": "Demo Post"}
    delivered = at + (30 + number % 100) * _HOUR
    yield _track(number, at, "Order Completed", **order, **_basket(number))
    yield _track(number, at + 20 * _HOUR, "Order Shipped", **parcel)
    yield _track(number, at + 25 * _HOUR, "Shipment Updated", **parcel, status="in_transit")
    yield _track(number, delivered, "Order Delivered", **parcel)
    if number % 10 == 0:
        goods = {"return_id": f"r{number}", "order_id": f"o{number}", "products": _basket(number)["products"][:1]}
        yield _track(number, delivered + 30 * _HOUR, "Return Requested", **goods)


def _identify(number: int) -> dict[str, Any]:
    traits = {
        "email": f"customer{number}@example.com",
        "first_name": f"Customer {number}",
        "timezone": "Europe/Riga",
        "marketing_consent": number % 12 != 0,
    }
    return {"type": "identify", "messageId": f"b{number}-i", "userId": f"u{number}", "traits": traits}


def _track(number: int, at: int, event: str, **properties: Any) -> tuple[int, dict[str, Any]]:
    fields = {"type": "track", "messageId": f"b{number}-{at}-{event}", "userId": f"u{number}", "event": event}
    return at, {**fields, "properties": properties}


def _basket(number: int) -> dict[str, Any]:
    products = [
        {"product_id": _product(number + place), "name": f"Coffee {place}", "price": 9.5 + place, "quantity": 1}
        for place in range(3)
    ]
    return {"value": 31.5, "total": 31.5, "currency": "EUR", "products": products}


def _product(number: int) -> str:
    return f"sku-{number * 31 % GOODS}"
