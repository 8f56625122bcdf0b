"""How is an event written in the log?

As a compact JSON list in the order of `_Row`; the time is in whole milliseconds since 1970. New members are only ever
added at the end, with a default, so that old logs stay readable.
"""

from datetime import UTC, datetime
from typing import Any, Literal

import msgspec

from journeys.goods import Products
from journeys.vocabulary import Event


class _Row(msgspec.Struct, array_like=True, gc=False):
    message_id: str
    kind: Literal["track", "identify", "page", "group", "alias"]
    name: str
    at: int
    properties: dict[str, Any]
    source: str = "segment"


_ENCODER = msgspec.json.Encoder()
_DECODER = msgspec.json.Decoder(_Row)


def encode_event(event: Event, at: int | None = None) -> bytes:
    """Write an event but for its place; one whose time is whole milliseconds comes back from `decode_event` exactly.

    `at` is its time as the log writes it, for whom knows that already.
    """
    if at is None:
        at = milliseconds(event.at)
    properties = event.properties if type(event.properties) is dict else dict(event.properties)
    return _ENCODER.encode(_Row(event.message_id, event.kind, event.name, at, properties, event.source))


def milliseconds(at: datetime) -> int:
    """Write a moment as the log does."""
    return round(at.timestamp() * 1000)


def decode_event(line: bytes, seq: int = 0) -> Event:
    """Read what `encode_event` wrote; `seq` is the place in the log, which the log itself knows.

    Raises msgspec.DecodeError for anything else.
    """
    row = _DECODER.decode(line)
    products = row.properties.get("products")
    if products is not None and type(products) is list:
        row.properties["products"] = Products(products)
    at = datetime.fromtimestamp(row.at / 1000, UTC)
    return Event(row.message_id, row.kind, row.name, at, row.properties, row.source, seq)
