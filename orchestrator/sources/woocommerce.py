"""What does a WooCommerce shop say when it calls, and is it really the shop?

Sources: https://woocommerce.github.io/woocommerce-rest-api-docs/#webhooks for topics and headers, #orders, #products
and #customers for the payloads, and the vendor's own `class-wc-webhook.php` for what those leave out: a delivery is
never retried, the delivery id names the second it was sent in, and the ping on creation is a form without a signature.

So a message is named after its topic and its whole body, not after the delivery id, which four orders of one second
share, nor after `date_modified_gmt`, which counts whole seconds: an order can be placed and paid within one.

`completed` says that the shop is done, not that the parcel arrived; `on-hold` that the money has not come, not that
somebody suspects a fraud. The hash of a cart is the same for all who fill it alike and names no checkout.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any, ClassVar, TypeAlias

from pydantic import Field

from journeys.vocabulary import FactKind
from orchestrator.sources.calls import Call, goods, identify, track
from orchestrator.sources.hooks import Denied, HookRequest, Received, Secrets, SourceParams
from orchestrator.sources.message_ids import message_id
from orchestrator.sources.reading import Payload, decode, malformed, moment, number, object_in, objects_in, text
from orchestrator.sources.signatures import check_signature, read_secrets

_PING = re.compile(rb"webhook_id=\d+")
# An order that somebody is still filling in was not placed.
_DRAFTS = frozenset({"checkout-draft", "auto-draft", "draft", "new"})
_ENDINGS = {"failed": "Payment Failed", "cancelled": "Order Cancelled", "trash": "Order Cancelled"}
# WooCommerce writes 0 where there is nothing: no account, no variation, a product that was deleted since.
_NOBODY = "0"


class WooCommerceParams(SourceParams):
    """Where the webhooks' secret is."""

    secret_env: str = Field(
        "WOOCOMMERCE_WEBHOOK_SECRET",
        description="The environment variable with the webhooks' secret; several by commas.",
    )


@dataclass(frozen=True, slots=True)
class _Notice:
    """One message; `name` begins the names of its calls."""

    topic: str
    name: str
    payload: Payload
    thing_id: str
    came_at: datetime

    def when(self, *keys: str) -> datetime:
        """Say when it happened: at the first date of these that the payload holds, else when it came."""
        return next((at for key in keys if (at := moment(self.payload.get(key)))), self.came_at)


_Reader: TypeAlias = Callable[[_Notice], tuple[Call, ...]]


class WooCommerce:
    """Reads the webhooks of one WooCommerce shop."""

    name: ClassVar[str] = "woocommerce"
    tells: ClassVar[frozenset[FactKind]] = frozenset({"orders", "refunds", "products"})
    Params: ClassVar[type[SourceParams]] = WooCommerceParams

    def __init__(self, params: WooCommerceParams, secrets: Secrets) -> None:
        self._secrets = read_secrets(self.name, params.secret_env, secrets)

    def receive(self, request: HookRequest, now: datetime) -> Received | Denied:
        """Check who calls, and read what the message says; topics that mean nothing here are taken so."""
        if _PING.fullmatch(request.body.strip()):
            return Received((), is_signed=False)
        given = request.headers.get("x-wc-webhook-signature", "")
        denied = check_signature(self.name, request.body, given, self._secrets)
        if denied is not None:
            return denied
        topic = request.headers.get("x-wc-webhook-topic", "").strip().lower()
        if not topic:
            return malformed(self.name, "X-WC-Webhook-Topic")
        reader = _READERS.get(topic)
        return Received(()) if reader is None else _read(reader, topic, request.body, now)


def _read(reader: _Reader, topic: str, body: bytes, now: datetime) -> Received | Denied:
    payload = decode(body, WooCommerce.name)
    if isinstance(payload, Denied):
        return payload
    thing_id = _id(payload, "id")
    if not thing_id:
        return malformed(WooCommerce.name, "id")
    name = f"{message_id(WooCommerce.name, '', body)}/{topic}"
    return Received(reader(_Notice(topic, name, payload, thing_id, now)))


def _read_order(notice: _Notice) -> tuple[Call, ...]:
    """Tell of an order as it stands. The payload is made when it is sent: a new order may already have failed."""
    order = notice.payload
    status = text(order.get("status"))
    if status in _DRAFTS:
        return ()
    properties = _order_properties(notice)
    modified_at = notice.when("date_modified_gmt", "date_created_gmt")
    calls = []
    if notice.topic == "order.created":
        calls.append(track("Order Completed", notice.name, notice.when("date_created_gmt"), properties))
    else:
        calls.append(track("Order Updated", notice.name, modified_at, {**properties, "status": status}))
    if status in _ENDINGS:
        calls.append(track(_ENDINGS[status], f"{notice.name}/{status}", modified_at, properties))
    customer_id = _id(order, "customer_id")
    told = [{**call, "userId": customer_id} for call in calls] if customer_id else calls
    return (*told, *_refunds(notice))


def _read_deleted_order(notice: _Notice) -> tuple[Call, ...]:
    """Tell that an order is no more; the payload holds nothing but its id."""
    properties = {"order_id": notice.thing_id, "reason": "deleted"}
    return (track("Order Cancelled", notice.name, notice.came_at, properties),)


def _refunds(notice: _Notice) -> tuple[Call, ...]:
    """Tell of the money that was paid back; every later message about the order repeats it.

    When it was paid back is not said. The calls leave the time out, so that the first telling counts and the later ones
    are recognised: a time that moved with each change of the order would make news of them.
    """
    calls = []
    for refund in objects_in(notice.payload, "refunds"):
        refund_id, total = _id(refund, "id"), abs(number(refund.get("total")) or 0.0)
        if refund_id and total:
            properties = {
                "refund_id": refund_id,
                "order_id": notice.thing_id,
                "total": total,
                "currency": text(notice.payload.get("currency")),
                "reason": text(refund.get("reason")),
            }
            name = f"{WooCommerce.name}-order/{notice.thing_id}/refund/{refund_id}"
            calls.append(_undated(track("Order Refunded", name, notice.came_at, properties)))
    return tuple(calls)


def _undated(call: Call) -> Call:
    return {key: value for key, value in call.items() if key != "timestamp"}


def _read_customer(notice: _Notice) -> tuple[Call, ...]:
    """Tell who a customer is."""
    customer, billing = notice.payload, object_in(notice.payload, "billing")
    traits = {
        "email": text(customer.get("email")) or text(billing.get("email")),
        "phone": text(billing.get("phone")),
        "first_name": text(customer.get("first_name")) or text(billing.get("first_name")),
        "last_name": text(customer.get("last_name")) or text(billing.get("last_name")),
        "country": text(billing.get("country")),
        "city": text(billing.get("city")),
    }
    at = notice.when("date_modified_gmt", "date_created_gmt")
    return (identify(notice.name, at, traits, notice.thing_id),)


def _read_product(notice: _Notice) -> tuple[Call, ...]:
    """Tell what a product is and how much of it there is; of a variation only how much there is."""
    product, parent_id = notice.payload, _id(notice.payload, "parent_id")
    at = notice.when("date_modified_gmt", "date_created_gmt")
    if product.get("type") == "variation" and parent_id:
        return _stock(notice, at, {"product_id": parent_id, "variant": notice.thing_id})
    categories, images = objects_in(product, "categories"), objects_in(product, "images")
    parts = product.get("grouped_products")
    properties = {
        "product_id": notice.thing_id,
        "name": text(product.get("name")),
        "category": text(categories[0].get("name")) if categories else "",
        "price": number(product.get("price")),
        "url": text(product.get("permalink")),
        "image_url": text(images[0].get("src")) if images else "",
        "parts": [part for part in map(text, parts) if part] if isinstance(parts, list) else [],
    }
    stock = _stock(notice, at, {"product_id": notice.thing_id})
    return (goods("Product Updated", notice.name, at, properties), *stock)


def _read_deleted_product(notice: _Notice) -> tuple[Call, ...]:
    """Tell that a product cannot be bought any more; the payload holds nothing but its id."""
    properties = {"product_id": notice.thing_id, "in_stock": False}
    return (goods("Stock Changed", notice.name, notice.came_at, properties),)


def _stock(notice: _Notice, at: datetime, about: Mapping[str, str]) -> tuple[Call, ...]:
    """Tell how much there is; only whether, where the number says otherwise: goods on back-order can be bought."""
    status, quantity = notice.payload.get("stock_status"), number(notice.payload.get("stock_quantity"))
    if status not in ("instock", "outofstock", "onbackorder"):
        return ()
    in_stock = status != "outofstock"
    told = {"quantity": quantity} if quantity is not None and (quantity > 0) == in_stock else {"in_stock": in_stock}
    return (goods("Stock Changed", f"{notice.name}/stock", at, {**about, **told}),)


def _order_properties(notice: _Notice) -> dict[str, Any]:
    order, billing = notice.payload, object_in(notice.payload, "billing")
    return {
        "order_id": notice.thing_id,
        "email": text(billing.get("email")),
        "phone": text(billing.get("phone")),
        "total": number(order.get("total")),
        "currency": text(order.get("currency")),
        "products": _products(order),
    }


def _products(order: Payload) -> list[Mapping[str, Any]]:
    """Read line items; one whose product was deleted goes by its sku, and without one is left out."""
    read = [_product(line) for line in objects_in(order, "line_items")]
    return [product for product in read if product["product_id"] or product["sku"]]


def _product(line: Payload) -> Mapping[str, Any]:
    quantity = number(line.get("quantity"))
    return {
        "product_id": _id(line, "product_id"),
        "variant": _id(line, "variation_id"),
        "sku": text(line.get("sku")),
        "name": text(line.get("name")),
        "price": number(line.get("price")) or 0.0,
        "quantity": 1.0 if quantity is None else quantity,
    }


def _id(payload: Payload, key: str) -> str:
    value = text(payload.get(key))
    return "" if value == _NOBODY else value


_READERS: Mapping[str, _Reader] = MappingProxyType(
    {
        "order.created": _read_order,
        "order.updated": _read_order,
        "order.restored": _read_order,
        "order.deleted": _read_deleted_order,
        "customer.created": _read_customer,
        "customer.updated": _read_customer,
        "product.created": _read_product,
        "product.updated": _read_product,
        "product.restored": _read_product,
        "product.deleted": _read_deleted_product,
    }
)
