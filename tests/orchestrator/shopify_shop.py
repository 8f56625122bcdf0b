"""What does a shop at Shopify say when it is asked? For the tests of asking it."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from orchestrator.sources.asked import Answer, Question, Told
from orchestrator.sources.shopify_admin import ShopifyAdmin, ShopifyAdminParams
from orchestrator.sources.web import Response, Unreachable
from tests.fakes.web import FakeWeb, answered

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
ANN = Question("orders", "ann@customers.example")
REFUNDS = Question("refunds", "ann@customers.example")
RETURNS = Question("returns", "ann@customers.example")
PARCELS = Question("shipments", "17")

WHO = {
    "id": "gid://shopify/Order/17",
    "email": "Ann@customers.example",
    "createdAt": "2026-11-18T08:00:00Z",
    "updatedAt": "2026-11-20T09:00:00Z",
    "customer": {"id": "gid://shopify/Customer/207"},
}
GOODS = {
    "sku": "MUG",
    "title": "Mug",
    "product": {"id": "gid://shopify/Product/93"},
    "variant": {"id": "gid://shopify/ProductVariant/931"},
}
ORDER = {
    **WHO,
    "phone": None,
    "cancelledAt": None,
    "cancelReason": None,
    "displayFinancialStatus": "PAID",
    "currencyCode": "EUR",
    "totalPriceSet": {"shopMoney": {"amount": "29.35"}},
    "lineItems": {
        "pageInfo": {"hasNextPage": False},
        "nodes": [{**GOODS, "quantity": 1, "originalUnitPriceSet": {"shopMoney": {"amount": "29.35"}}}],
    },
}
PARCEL = {
    "id": "gid://shopify/Fulfillment/501",
    "status": "SUCCESS",
    "displayStatus": "IN_TRANSIT",
    "createdAt": "2026-11-19T08:00:00Z",
    "updatedAt": "2026-11-20T08:30:00Z",
    "deliveredAt": None,
    "estimatedDeliveryAt": "2026-11-21T10:00:00Z",
    "trackingInfo": [{"company": "UPS", "number": "1Z999AA10123456784"}],
    "events": {"nodes": []},
    "fulfillmentLineItems": {"pageInfo": {"hasNextPage": False}, "nodes": [{"quantity": 1, "lineItem": GOODS}]},
}


def source(web: FakeWeb) -> ShopifyAdmin:
    params = ShopifyAdminParams(shop="nordic-roast.myshopify.com")
    return ShopifyAdmin(params, {"SHOPIFY_ADMIN_TOKEN": "shpat_1"}.__getitem__, web)


def ask(answer: Response | Unreachable, *questions: Question) -> dict[Question, Answer]:
    return dict(asyncio.run(source(FakeWeb.saying(answer)).ask(questions or (ANN,), NOW)))


def having(*orders: Mapping[str, Any]) -> Response:
    return answered({"data": {"a0": {"nodes": list(orders)}}})


def with_parcels(*parcels: Mapping[str, Any]) -> Response:
    return answered({"data": {"a0": {**WHO, "fulfillments": list(parcels)}}})


def calls(answer: Answer) -> Sequence[Mapping[str, Any]]:
    assert isinstance(answer, Told)
    return answer.calls


def names(answer: Answer) -> list[str]:
    return [call["event"] for call in calls(answer)]


def error(code: str, *path: str | int) -> Mapping[str, Any]:
    return {"message": "no", "extensions": {"code": code}, **({"path": list(path)} if path else {})}
