"""What does Loop say about a return?

Sources: the webhook reference, https://docs.loopreturns.com/webhook-reference/topics/return-webhook, …/label-webhook,
…/gift-card-webhook and …/restock-webhook.

Loop's `id` of a return and of a label's return are one; `order_id` is Loop's own and `provider_order_id` the shop's.
Amounts are texts. Its messages have no ids and no time of their own, so a message happened at the newest of all times
it names: whatever it says was so by then. A gift card names no time at all and happened when we were told. A restock
names neither a time nor anything that the return's own messages leave out, so it says nothing here.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, ClassVar

from pydantic import Field

from journeys.vocabulary import FactKind
from orchestrator.sources.calls import Call, track
from orchestrator.sources.hooks import Denied, HookRequest, Received, Secrets, SourceParams
from orchestrator.sources.message_ids import message_id
from orchestrator.sources.parcels import return_event
from orchestrator.sources.reading import Payload, decode, malformed, moment, number, object_in, objects_in, text
from orchestrator.sources.signatures import check_signature, read_secrets
from orchestrator.statuses import shipment_status

_RETURNS = ("return.created", "return.updated", "return.closed")
_LABELS = ("label.created", "label.updated")

# A return that expired was never sent: the customer keeps the goods.
_STATES = {
    "open": "Return Requested",
    "review": "Return Requested",
    "needs review": "Return Requested",
    "closed": "Return Closed",
    "cancelled": "Return Cancelled",
    "expired": "Return Cancelled",
}


class LoopParams(SourceParams):
    """Where the webhook's secret is."""

    secret_env: str = Field("", description="The environment variable with the webhook secret; several by commas.")


class Loop:
    """Reads the webhooks of Loop Returns."""

    name: ClassVar[str] = "loop"
    tells: ClassVar[frozenset[FactKind]] = frozenset({"returns", "refunds"})
    Params: ClassVar[type[SourceParams]] = LoopParams

    def __init__(self, params: LoopParams, secrets: Secrets) -> None:
        self._secrets = read_secrets(self.name, params.secret_env, secrets)

    def receive(self, request: HookRequest, now: datetime) -> Received | Denied:
        """Check the signature and read what the message says about its return."""
        given = request.headers.get("x-loop-signature", "")
        payload = check_signature(self.name, request.body, given, self._secrets) or decode(request.body, self.name)
        if isinstance(payload, Denied):
            return payload
        calls = _read(payload, message_id(self.name, "", request.body), now)
        return calls if isinstance(calls, Denied) else Received(calls)


def _read(payload: Payload, message: str, now: datetime) -> tuple[Call, ...] | Denied:
    trigger = payload.get("trigger")
    if trigger in _RETURNS:
        return _return_calls(payload, message)
    if trigger in _LABELS:
        return _label_calls(payload, message)
    return _gift_card_calls(payload, message, now) if trigger == "giftcard.requested" else ()


def _return_calls(payload: Payload, message: str) -> tuple[Call, ...] | Denied:
    """Tell how far the return has come, and which money was paid back for it."""
    return_id = text(payload.get("id"))
    if not return_id:
        return malformed(Loop.name, "id")
    at = max(_times(payload), default=None)
    if at is None:
        return malformed(Loop.name, "created_at")
    name = _event(payload)
    if not name:
        return ()
    shared = {"return_id": return_id, "order_id": _order_id(payload), "email": _email(payload)}
    total = number(payload.get("return_total"))
    told = {**shared, "total": number(payload.get("total")) if total is None else total, "products": _products(payload)}
    return (track(name, message, at, told), *_refunds(payload, message, at, shared))


def _event(payload: Payload) -> str:
    """Name what the return's state says; while it is open, its parcels say more than that it was asked for."""
    name = _STATES.get(text(payload.get("state")).lower(), "")
    if name != "Return Requested":
        return name
    moves = [_label_event(label.get("status")) for label in objects_in(payload, "labels")]
    moves = moves or [_label_event(payload.get("label_status"))]
    if all(move == "Return Received" for move in moves):
        return "Return Received"
    return "Return Shipped" if any(moves) else name


def _refunds(payload: Payload, message: str, at: datetime, shared: Payload) -> Iterator[Call]:
    for refund in objects_in(payload, "refunds"):
        refund_id, total = text(refund.get("provider_refund_id")), number(refund.get("amount"))
        if refund_id and total is not None and total > 0:
            said = {**shared, "refund_id": refund_id, "total": total, "currency": text(refund.get("currency"))}
            yield track("Order Refunded", f"{message}/{refund_id}", at, said)


def _label_calls(payload: Payload, message: str) -> tuple[Call, ...] | Denied:
    """Tell that the parcel with the goods moves, or arrived."""
    return_id = text(payload.get("id"))
    if not return_id:
        return malformed(Loop.name, "id")
    name = _label_event(payload.get("label_status"))
    if not name:
        return ()
    at = moment(payload.get("label_updated_at"))
    if at is None:
        return malformed(Loop.name, "label_updated_at")
    tracking_number = text(payload.get("tracking_number"))
    properties = {
        "return_id": return_id,
        "order_id": _order_id(payload),
        "tracking_number": "" if tracking_number == "N/A" else tracking_number,
    }
    return (track(name, message, at, properties),)


def _label_event(status: object) -> str:
    """Name what a label's status says; labels that were never stuck on a parcel say nothing."""
    return return_event(shipment_status(status))


def _gift_card_calls(payload: Payload, message: str, now: datetime) -> tuple[Call, ...] | Denied:
    """Tell of money paid back as a gift card; one that Loop gave no id goes by the message."""
    return_id = text(payload.get("return_id"))
    if not return_id:
        return malformed(Loop.name, "return_id")
    properties = {
        "refund_id": f"gift-card-{text(payload.get('id')) or message}",
        "return_id": return_id,
        "order_id": text(payload.get("external_order_id")),
        "email": text(payload.get("email")),
        "total": number(payload.get("total_credit_issued")),
        "currency": text(payload.get("currency")),
    }
    return (track("Order Refunded", message, now, properties),)


def _products(payload: Payload) -> list[dict[str, Any]]:
    """List the goods; each of Loop's lines is one piece, so lines of the same goods are counted together."""
    pieces: dict[tuple[str, str], dict[str, Any]] = {}
    for line in objects_in(payload, "line_items"):
        key = (text(line.get("product_id")), text(line.get("variant_id")))
        if not key[0]:
            continue
        product = pieces.setdefault(key, _product(line))
        product["quantity"] += 1
    return list(pieces.values())


def _product(line: Payload) -> dict[str, Any]:
    return {
        "product_id": text(line.get("product_id")),
        "variant": text(line.get("variant_id")),
        "sku": text(line.get("sku")),
        "name": text(line.get("title")),
        "price": number(line.get("price")),
        "quantity": 0,
    }


def _times(payload: Payload) -> Iterator[datetime]:
    """List every time the message names."""
    stated = [payload.get(key) for key in ("created_at", "edited_at", "label_updated_at")]
    stated += [label.get("updated_at") for label in objects_in(payload, "labels")]
    return (at for value in stated if (at := moment(value)) is not None)


def _order_id(payload: Payload) -> str:
    return text(payload.get("provider_order_id"))


def _email(payload: Payload) -> str:
    return text(object_in(payload, "customer_detail").get("email")) or text(payload.get("customer"))
