"""What does an order that Shopify's GraphQL gives become?

It is put into the shape that the webhooks have (https://shopify.dev/docs/api/webhooks/latest), and read as they are: so
the same state gives the same calls, however it came. The objects and their enums:
https://shopify.dev/docs/api/admin-graphql/latest/objects/Order, …/Fulfillment, …/Return and …/Refund.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any, TypeAlias

from journeys.vocabulary import FactKind
from orchestrator.sources._shopify_notice import Notice, first_moment
from orchestrator.sources._shopify_orders import read_order, read_refund
from orchestrator.sources._shopify_parcels import parcel_calls, read_parcel_event, read_return
from orchestrator.sources.answers import state_id
from orchestrator.sources.calls import Call
from orchestrator.sources.hooks import Denied
from orchestrator.sources.reading import Payload, object_in, objects_in, text

# What the webhooks call a parcel of which the carrier has not said anything yet: nothing at all.
_SILENT = frozenset({"fulfilled", "marked_as_fulfilled", "submitted"})
# The topic that tells of a return in this status, and when it came to it where that is said.
_RETURNS = {
    "requested": ("returns/request", "createdAt"),
    "open": ("returns/approve", "requestApprovedAt"),
    "declined": ("returns/decline", ""),
    "canceled": ("returns/cancel", ""),
    "closed": ("returns/close", "closedAt"),
}


@dataclass(frozen=True, slots=True)
class _Said:
    """One order that was given; `changed_at` is when it last was."""

    source: str
    order: Payload
    order_id: str
    changed_at: datetime

    def notice(self, topic: str, payload: Payload, at: datetime | None = None) -> Notice:
        """Say it as a webhook of this topic would; named after what it says, so that it is said once."""
        return Notice(topic, state_id(self.source, self.order_id, payload), payload, at or self.changed_at)


_Calls: TypeAlias = tuple[Call, ...]
_Teller: TypeAlias = Callable[[_Said], _Calls]


def order_calls(source: str, kind: FactKind, order: Payload) -> _Calls:
    """Tell what an order says of one kind of facts; nothing when it has no id or no date."""
    order_id = short_id(order)
    changed_at = first_moment(order, "updatedAt", "createdAt")
    if not order_id or changed_at is None:
        return ()
    return _TELLERS[kind](_Said(source, order, order_id, changed_at))


def short_id(node: Payload) -> str:
    """Give the id as the webhooks write it: `gid://shopify/Order/17?key=1` is `17`."""
    return text(node.get("id")).rpartition("/")[2].partition("?")[0]


def _tell_order(said: _Said) -> _Calls:
    return _taken(read_order(said.notice("orders/updated", _order_payload(said))))


def _order_payload(said: _Said) -> Payload:
    order = said.order
    lines = object_in(order, "lineItems")
    return {
        "id": said.order_id,
        "email": order.get("email"),
        "phone": order.get("phone"),
        "customer": {"id": short_id(object_in(order, "customer"))},
        "created_at": order.get("createdAt"),
        "updated_at": order.get("updatedAt"),
        "cancelled_at": order.get("cancelledAt"),
        "cancel_reason": _word(order.get("cancelReason")),
        "financial_status": _word(order.get("displayFinancialStatus")),
        "total_price": _amount(order, "totalPriceSet"),
        "currency": order.get("currencyCode"),
        # Some of the goods would be taken for all of them.
        "line_items": [] if _is_cut(lines) else [_line(line, line) for line in objects_in(lines, "nodes")],
    }


def _tell_refunds(said: _Said) -> _Calls:
    payloads = [_refund_payload(said, refund) for refund in objects_in(said.order, "refunds")]
    return _joined(read_refund(said.notice("refunds/create", payload)) for payload in payloads)


def _refund_payload(said: _Said, refund: Payload) -> Payload:
    lines = objects_in(object_in(refund, "refundLineItems"), "nodes")
    money = object_in(object_in(refund, "totalRefundedSet"), "shopMoney")
    paid_back = {"amount": money.get("amount"), "currency": money.get("currencyCode")}
    return {
        "id": short_id(refund),
        "order_id": said.order_id,
        "created_at": refund.get("createdAt"),
        "return": {"id": short_id(object_in(refund, "return"))},
        "refund_line_items": [
            {"quantity": line.get("quantity"), "line_item": _line(line, object_in(line, "lineItem"))} for line in lines
        ],
        "transactions": [{"kind": "refund", "status": "success", **paid_back}],
    }


def _tell_returns(said: _Said) -> _Calls:
    """Tell how far each return has come; like the webhooks, not which goods come back."""
    told: list[tuple[Call, ...] | Denied] = []
    for back in objects_in(object_in(said.order, "returns"), "nodes"):
        status = _word(back.get("status"))
        if status in _RETURNS:
            topic, date = _RETURNS[status]
            at = first_moment(back, date) or (said.changed_at if not date else first_moment(back, "createdAt"))
            payload = {"id": short_id(back), "order_id": said.order_id, "status": status}
            told.append(read_return(said.notice(topic, payload, at)))
    return _joined(told)


def _tell_parcels(said: _Said) -> _Calls:
    """Tell where each parcel is, and what its carrier reported last."""
    told: list[tuple[Call, ...] | Denied] = []
    for parcel in objects_in(said.order, "fulfillments"):
        payload = _parcel_payload(parcel)
        told.append(parcel_calls(said.notice("fulfillments/update", payload), payload, said.order_id))
        for event in objects_in(object_in(parcel, "events"), "nodes"):
            reported = _event_payload(said, parcel, event)
            told.append(read_parcel_event(said.notice("fulfillment_events/create", reported)))
    return _joined(told)


def _parcel_payload(parcel: Payload) -> Payload:
    """Write a parcel as the webhooks do; of one that arrived the newest change is its arrival."""
    lines = object_in(parcel, "fulfillmentLineItems")
    tracking = next(iter(objects_in(parcel, "trackingInfo")), {})
    word = _word(parcel.get("displayStatus"))
    arrived_at = parcel.get("deliveredAt") if word == "delivered" else None
    return {
        "id": short_id(parcel),
        "status": _word(parcel.get("status")),
        "shipment_status": "" if word in _SILENT else word,
        "created_at": parcel.get("createdAt"),
        "updated_at": arrived_at or parcel.get("updatedAt"),
        "tracking_number": tracking.get("number"),
        "tracking_company": tracking.get("company"),
        # Of some goods the others would be taken to be elsewhere; without any, all of the order's are in it.
        "line_items": []
        if _is_cut(lines)
        else [_line(line, object_in(line, "lineItem")) for line in objects_in(lines, "nodes")],
    }


def _event_payload(said: _Said, parcel: Payload, event: Payload) -> Payload:
    return {
        "order_id": said.order_id,
        "fulfillment_id": short_id(parcel),
        "status": _word(event.get("status")),
        "happened_at": event.get("happenedAt"),
        "estimated_delivery_at": event.get("estimatedDeliveryAt") or parcel.get("estimatedDeliveryAt"),
    }


def _line(counted: Payload, line: Payload) -> Mapping[str, Any]:
    return {
        "product_id": short_id(object_in(line, "product")),
        "variant_id": short_id(object_in(line, "variant")),
        "sku": line.get("sku"),
        "title": line.get("title"),
        "price": _amount(line, "originalUnitPriceSet"),
        "quantity": counted.get("quantity"),
    }


def _amount(payload: Payload, key: str) -> Any:
    return object_in(object_in(payload, key), "shopMoney").get("amount")


def _is_cut(connection: Payload) -> bool:
    return object_in(connection, "pageInfo").get("hasNextPage") is True


def _word(value: object) -> str:
    return text(value).lower()


def _joined(told: Iterable[tuple[Call, ...] | Denied]) -> _Calls:
    return tuple(call for each in told for call in _taken(each))


def _taken(told: tuple[Call, ...] | Denied) -> _Calls:
    """Take what could be read; what could not, such as a refund without an id, says nothing."""
    return () if isinstance(told, Denied) else told


_TELLERS: Mapping[FactKind, _Teller] = MappingProxyType(
    {"orders": _tell_order, "refunds": _tell_refunds, "returns": _tell_returns, "shipments": _tell_parcels}
)
