"""What do all of Shopify's messages have in common: who, which goods, when, and how a call made of them is named?"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeAlias

from orchestrator.sources.calls import Call
from orchestrator.sources.hooks import Denied
from orchestrator.sources.reading import Payload, malformed, moment, number, object_in, text

NAME = "shopify"


@dataclass(frozen=True, slots=True)
class Notice:
    """One message. `sent_at` is when Shopify says it was triggered, or when it came where it does not say.

    `event` names the merchant's action it tells of. One action gives messages of several topics about several things,
    so that only action, topic and thing together name a call.
    """

    topic: str
    event: str
    payload: Payload
    sent_at: datetime

    def message_id(self, thing: str) -> str:
        """Name the call about one thing; the same for each repeat of the message."""
        return f"{self.event}/{self.topic}/{thing}"

    def when(self, *keys: str) -> datetime:
        """Say when it happened: at the first date of these that the payload holds, else when it was sent."""
        return first_moment(self.payload, *keys) or self.sent_at


Reader: TypeAlias = Callable[[Notice], tuple[Call, ...] | Denied]


def missing(field: str) -> Denied:
    """Deny a message without the field that nothing can be said without."""
    return malformed(NAME, field)


def first_moment(payload: Payload, *keys: str) -> datetime | None:
    """Give the first of these dates that can be read."""
    return next((at for key in keys if (at := moment(payload.get(key)))), None)


def about(call: Call, customer: Payload) -> Call:
    """Say which of the shop's customers a call is about, if the payload names one."""
    customer_id = text(customer.get("id"))
    return {**call, "userId": customer_id} if customer_id else call


def contacts(payload: Payload) -> dict[str, str]:
    """Read the e-mail and phone number of an order or a checkout, else those of its customer.

    Numbers of addresses are left alone: they often belong to somebody else.
    """
    customer = object_in(payload, "customer")
    email = text(payload.get("email")) or text(payload.get("contact_email")) or text(customer.get("email"))
    return {"email": email, "phone": text(payload.get("phone")) or text(customer.get("phone"))}


def to_products(lines: Iterable[Payload]) -> list[Mapping[str, Any]]:
    """Read line items; one that belongs to no product of the shop goes by its sku, and without one is left out."""
    read = [_to_product(line) for line in lines]
    return [product for product in read if product["product_id"] or product["sku"]]


def _to_product(line: Payload) -> Mapping[str, Any]:
    quantity = number(line.get("quantity"))
    return {
        "product_id": text(line.get("product_id")),
        "variant": text(line.get("variant_id")),
        "sku": text(line.get("sku")),
        "name": text(line.get("title")),
        "price": number(line.get("price")) or 0.0,
        "quantity": 1.0 if quantity is None else quantity,
    }
