"""What do the payloads of a shop's own system mean, by the rules in its YAML?

A rule says which payloads it is about (`when`), what such a payload says happened (`event`, one of the names in
`orchestrator.sources.calls`), and where in it the event's id, its time and its properties lie.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from journeys.spelling import listing, nearest
from orchestrator.sources.calls import Call, goods, track
from orchestrator.sources.hooks import Denied
from orchestrator.sources.json_path import JsonPath, PathText
from orchestrator.sources.message_ids import message_id
from orchestrator.sources.reading import Payload, epoch, moment, number, text

EventName: TypeAlias = Literal[
    "Order Completed",
    "Order Updated",
    "Order Cancelled",
    "Order Refunded",
    "Payment Received",
    "Payment Failed",
    "Order Shipped",
    "Shipment Updated",
    "Order Delivered",
    "Return Requested",
    "Return Shipped",
    "Return Received",
    "Return Closed",
    "Return Declined",
    "Return Cancelled",
    "Ticket Opened",
    "Ticket Updated",
    "Ticket Closed",
    "Product Updated",
    "Stock Changed",
]
Scalar: TypeAlias = bool | int | float | str | None
Unit: TypeAlias = Literal["iso", "seconds", "milliseconds"]
Words: TypeAlias = Mapping[str, Mapping[str, str]]

SOURCE = "mapping"

_GOODS = ("Product Updated", "Stock Changed")
_NUMBERS = frozenset({"total", "price", "quantity"})
_MOMENTS = frozenset({"promised_at", "expected_at"})
_TEXTS = (
    "order_id checkout_id email phone status payment_status currency payment_id refund_id return_id shipment_id "
    "tracking_number carrier ticket_id product_id variant name category url image_url inventory_id location in_stock "
    "parts"
)
_KNOWN = _NUMBERS | _MOMENTS | frozenset(_TEXTS.split())
# Without one of these an event is about nothing; its name says which, or else the name's first word.
_ABOUT = {
    "Order": ("order_id",),
    "Order Refunded": ("order_id", "return_id"),
    "Order Shipped": ("order_id", "tracking_number", "shipment_id"),
    "Order Delivered": ("order_id", "tracking_number", "shipment_id"),
    "Payment": ("order_id", "payment_id"),
    "Shipment": ("order_id", "tracking_number", "shipment_id"),
    "Return": ("return_id",),
    "Ticket": ("ticket_id",),
    "Product": ("product_id",),
    "Stock": ("product_id", "inventory_id"),
}
_SURELY_MEANT = 0.85


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class ProductPaths(_Strict):
    """Where the goods lie: `each` leads to every line, the others lead on from there."""

    each: PathText = Field(description="The path to each line, such as order.lines[*].")
    product_id: PathText
    variant: PathText | None = None
    sku: PathText | None = None
    name: PathText | None = None
    category: PathText | None = None
    price: PathText | None = Field(None, description="The price of one piece.")
    quantity: PathText | None = None


class Rule(_Strict):
    """What one kind of payload says."""

    when: dict[PathText, Scalar] = Field(
        default_factory=dict, description="What must lie at which path for the rule to hold; all of it."
    )
    event: EventName
    id: PathText | None = Field(None, description="The event's own id; without it the webhook-id or the body names it.")
    at: PathText = Field(description="When it happened.")
    at_unit: Unit = Field("iso", description="How times are written: ISO 8601, or a number since 1970.")
    properties: dict[str, PathText] = Field(default_factory=dict)
    products: ProductPaths | None = None

    @field_validator("properties")
    @classmethod
    def _spelled(cls, properties: dict[str, JsonPath]) -> dict[str, JsonPath]:
        for name in properties:
            meant = nearest(name, _KNOWN, _SURELY_MEANT)
            if name not in _KNOWN and meant:
                raise ValueError(f'property "{name}": expected a known name, got one very like it; write "{meant}"')
        return properties

    @model_validator(mode="after")
    def _is_about_something(self) -> "Rule":
        needed = about(self.event)
        if not any(name in self.properties for name in needed):
            raise ValueError(
                f'rule for "{self.event}": expected the property {listing(needed)}, got '
                f"{', '.join(self.properties) or 'none'}; name its path under properties"
            )
        return self


def about(event: EventName) -> tuple[str, ...]:
    """List the properties of which an event needs one."""
    return _ABOUT.get(event) or _ABOUT[event.partition(" ")[0]]


def holds(rule: Rule, payload: Payload) -> bool:
    """Say whether the rule is about this payload."""
    return all(any(_is(found, value) for found in path.every(payload)) for path, value in rule.when.items())


def tell(rule: Rule, payload: Payload, words: Words, *, own_id: str, body: bytes) -> Call | Denied:
    """Put what the rule finds in the payload into a call; `own_id` is the sender's id of the call, if it has one."""
    vendor_id = text(rule.id.first(payload)) if rule.id else own_id
    if rule.id and not vendor_id:
        return _unread(rule, rule.id.text)
    at = _moment(rule.at.first(payload), rule.at_unit)
    if at is None:
        return _unread(rule, rule.at.text)
    properties = {name: _property(name, path, payload, rule, words) for name, path in rule.properties.items()}
    needed = about(rule.event)
    if not any(text(properties.get(name)) for name in needed):
        return _unread(rule, listing([rule.properties[name].text for name in needed if name in rule.properties]))
    if rule.products:
        properties["products"] = _products(rule.products, payload)
    # One payload may say several things: each has its own name.
    name = f"{message_id(SOURCE, vendor_id, body)}/{rule.event}"
    return (goods if rule.event in _GOODS else track)(rule.event, name, at, properties)


def _unread(rule: Rule, path: str) -> Denied:
    return Denied(
        "malformed",
        f'{SOURCE}: rule for "{rule.event}": expected a value at {path}, got none that can be read; '
        "correct the path in the rule, or have the system write it",
    )


def _is(found: object, value: object) -> bool:
    """Compare without taking 1 for true."""
    return found == value and isinstance(found, bool) == isinstance(value, bool)


def _property(name: str, path: JsonPath, payload: Payload, rule: Rule, words: Words) -> Any:
    """Read one property the way it is read everywhere else; what cannot be read so is left out."""
    if path.is_plural:
        return path.every(payload)
    value = path.first(payload)
    value = words.get(name, {}).get(text(value), value)
    if name in _NUMBERS:
        return number(value)
    if name in _MOMENTS:
        at = _moment(value, rule.at_unit)
        return at and at.isoformat()
    return value


def _products(paths: ProductPaths, payload: Payload) -> list[dict[str, Any]]:
    """List the lines that name a product."""
    named = {name: path for name, path in paths if name != "each" and path is not None}
    lines = [{name: path.first(line) for name, path in named.items()} for line in paths.each.every(payload)]
    return [_said(line) for line in lines if text(line["product_id"])]


def _said(line: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in line.items() if value is not None}


def _moment(value: object, unit: Unit) -> datetime | None:
    if unit == "iso":
        return moment(value)
    return epoch(value, per_second=1000 if unit == "milliseconds" else 1)
