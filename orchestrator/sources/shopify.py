"""What does a Shopify shop say when it calls, and is it really the shop?

Sources: https://shopify.dev/docs/apps/build/webhooks/verify-deliveries and …/ignore-duplicates for signature and
repeats, https://shopify.dev/docs/api/webhooks/latest for headers, topics and payloads.

Some topics say nothing that a fact could be made of, and are taken without a call: `orders/edited` names the changed
lines without their goods (`orders/updated` comes with it), `returns/update` names neither the return's order nor its
status, and `fulfillment_orders/placed_on_hold` and `hold_released` name no order.
"""

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import ClassVar

from pydantic import Field

from journeys.vocabulary import FactKind
from orchestrator.sources._shopify_goods import read_inventory, read_product, read_variant
from orchestrator.sources._shopify_notice import NAME, Notice, Reader
from orchestrator.sources._shopify_orders import read_checkout, read_deleted_order, read_order, read_refund
from orchestrator.sources._shopify_parcels import read_parcel, read_parcel_event, read_return
from orchestrator.sources._shopify_people import read_consent, read_customer
from orchestrator.sources.hooks import Denied, HookParams, HookRequest, Received, Secrets, SourceParams
from orchestrator.sources.message_ids import message_id
from orchestrator.sources.reading import decode, malformed, moment
from orchestrator.sources.signatures import check_age, check_signature, read_secrets

_READERS: Mapping[str, Reader] = MappingProxyType(
    {
        "orders/create": read_order,
        "orders/paid": read_order,
        "orders/updated": read_order,
        "orders/cancelled": read_order,
        "orders/fulfilled": read_order,
        "orders/partially_fulfilled": read_order,
        "orders/delete": read_deleted_order,
        "refunds/create": read_refund,
        "checkouts/create": read_checkout,
        "checkouts/update": read_checkout,
        "fulfillments/create": read_parcel,
        "fulfillments/update": read_parcel,
        "fulfillment_events/create": read_parcel_event,
        "returns/request": read_return,
        "returns/approve": read_return,
        "returns/decline": read_return,
        "returns/process": read_return,
        "returns/cancel": read_return,
        "returns/close": read_return,
        "returns/reopen": read_return,
        "customers/create": read_customer,
        "customers/update": read_customer,
        "customers_email_marketing_consent/update": read_consent,
        "customers_marketing_consent/update": read_consent,
        "products/create": read_product,
        "products/update": read_product,
        "inventory_levels/update": read_inventory,
        "variants/in_stock": read_variant,
        "variants/out_of_stock": read_variant,
    }
)


class ShopifyParams(HookParams):
    """Where the app's secret is, and which shop may call."""

    secret_env: str = Field(
        "SHOPIFY_WEBHOOK_SECRET",
        description="The environment variable with the app's client secret; several by commas.",
    )
    shop: str = Field(
        "",
        description="The only shop whose calls are taken, when the app is installed in several.",
        examples=["nordic-roast.myshopify.com"],
    )


class Shopify:
    """Reads the webhooks of one Shopify shop."""

    name: ClassVar[str] = NAME
    tells: ClassVar[frozenset[FactKind]] = frozenset({"orders", "refunds", "shipments", "returns", "products"})
    Params: ClassVar[type[SourceParams]] = ShopifyParams

    def __init__(self, params: ShopifyParams, secrets: Secrets) -> None:
        self._params = params
        self._secrets = read_secrets(self.name, params.secret_env, secrets)

    def receive(self, request: HookRequest, now: datetime) -> Received | Denied:
        """Check who calls and when, and read what the message says; topics that mean nothing here are taken so."""
        topic = request.headers.get("x-shopify-topic", "").strip().lower()
        denied = self._check(request, now)
        if denied is not None:
            return denied
        if not topic:
            return malformed(self.name, "X-Shopify-Topic")
        reader = _READERS.get(topic)
        return Received(()) if reader is None else _read(reader, topic, request, now)

    def _check(self, request: HookRequest, now: datetime) -> Denied | None:
        given = request.headers.get("x-shopify-hmac-sha256", "")
        return (
            check_signature(self.name, request.body, given, self._secrets)
            or self._check_shop(request.headers.get("x-shopify-shop-domain", ""))
            or self._check_age(request, now)
        )

    def _check_shop(self, given: str) -> Denied | None:
        shop = self._params.shop
        if not shop or given.strip().lower() == shop.strip().lower():
            return None
        message = f'{self.name}: expected a call of the shop "{shop}", got one of another; remove its webhook there'
        return Denied("unsigned", message)

    def _check_age(self, request: HookRequest, now: datetime) -> Denied | None:
        triggered_at = _triggered_at(request)
        return None if triggered_at is None else check_age(self.name, triggered_at, now, self._params.replay_window)


def _read(reader: Reader, topic: str, request: HookRequest, now: datetime) -> Received | Denied:
    payload = decode(request.body, NAME)
    if isinstance(payload, Denied):
        return payload
    vendor_id = request.headers.get("x-shopify-event-id") or request.headers.get("x-shopify-webhook-id", "")
    event = message_id(NAME, vendor_id.strip(), request.body)
    read = reader(Notice(topic, event, payload, _triggered_at(request) or now))
    return read if isinstance(read, Denied) else Received(read)


def _triggered_at(request: HookRequest) -> datetime | None:
    return moment(request.headers.get("x-shopify-triggered-at"))
