"""What does AfterShip say about a parcel?

Sources: AfterShip's webhook specifications (https://www.aftership.com/docs/tracking/webhook/webhook-specifications),
webhook signature (…/webhook/webhook-signature), tracking object (…/model/tracking), delivery statuses
(…/enum/delivery-statuses) and sub-statuses (…/enum/delivery-sub-statuses).

`return_to_sender` is true once a parcel had the sub-status Exception_010 (returning to sender) or Exception_011
(returned to sender). A parcel goes back to the shop when `shipment_direction` says so; `return_shipment` on a parcel to
the customer only names the parcel that is linked to it, and says nothing of this one.

The signature covers no time of the call, and retries go on for days, so no call is refused for its age: a repeat is
recognised by its `event_id`, and an older message changes nothing.
"""

from datetime import datetime
from typing import ClassVar

from pydantic import Field

from journeys.vocabulary import FactKind, ShipmentStatus
from orchestrator.sources.hooks import Denied, HookRequest, Received, Secrets, SourceParams
from orchestrator.sources.message_ids import message_id
from orchestrator.sources.parcels import Parcel, parcel_calls, turned_back
from orchestrator.sources.reading import Payload, decode, epoch, malformed, moment, object_in, objects_in, text
from orchestrator.sources.signatures import check_signature, read_secrets
from orchestrator.statuses import shipment_status

_SUBTAGS = {
    "Exception_010": ShipmentStatus.RETURNED_TO_SENDER,
    "Exception_011": ShipmentStatus.RETURNED_TO_SENDER,
    "Exception_013": ShipmentStatus.LOST,
}


class AfterShipParams(SourceParams):
    """Where the webhook's secret is."""

    secret_env: str = Field("", description="The environment variable with the webhook secret; several by commas.")


class AfterShip:
    """Reads the webhooks of AfterShip Tracking."""

    name: ClassVar[str] = "aftership"
    tells: ClassVar[frozenset[FactKind]] = frozenset({"shipments", "returns"})
    Params: ClassVar[type[SourceParams]] = AfterShipParams

    def __init__(self, params: AfterShipParams, secrets: Secrets) -> None:
        self._secrets = read_secrets(self.name, params.secret_env, secrets)

    def receive(self, request: HookRequest, now: datetime) -> Received | Denied:  # noqa: ARG002  the contract names it
        """Check the signature and read what the message says about its parcel."""
        given = request.headers.get("aftership-hmac-sha256", "")
        payload = check_signature(self.name, request.body, given, self._secrets) or decode(request.body, self.name)
        if isinstance(payload, Denied):
            return payload
        event = payload.get("event")
        if event not in ("tracking_update", "edd_revise"):
            return Received(())
        parcel = _parcel(payload, revises=event == "edd_revise")
        if isinstance(parcel, Denied):
            return parcel
        return Received(parcel_calls(message_id(self.name, text(payload.get("event_id")), request.body), parcel))


def _parcel(payload: Payload, *, revises: bool) -> Parcel | Denied:
    """Read the parcel; one whose estimate was revised is where it was, so nothing is said of that."""
    said = object_in(payload, "msg")
    tracking_number = text(said.get("tracking_number"))
    if not tracking_number:
        return malformed(AfterShip.name, "msg.tracking_number")
    at = _told_at(payload, said) if revises else _happened_at(payload, said)
    if at is None:
        return malformed(AfterShip.name, "ts")
    return Parcel(
        tracking_number=tracking_number,
        status=None if revises else _status(said),
        at=at,
        carrier=text(said.get("slug")),
        order_id=text(said.get("order_id")),
        email=_email(said),
        expected_at=_expected_at(said),
        goes_back=said.get("shipment_direction") == "return",
        is_repeat=payload.get("is_tracking_first_tag") is False,
        return_id=text(object_in(said, "custom_fields").get("return_id")),
    )


def _status(said: Payload) -> ShipmentStatus | None:
    tag = shipment_status(said.get("tag"))
    if tag is ShipmentStatus.EXCEPTION:
        return _SUBTAGS.get(text(said.get("subtag")), tag)
    return turned_back(tag, once_sent_back=said.get("return_to_sender") is True)


def _happened_at(payload: Payload, said: Payload) -> datetime | None:
    """Say when the newest checkpoint was.

    Some carriers give the local time without a zone. It is taken as UTC and may lie ahead; what was told cannot have
    happened after it was told.
    """
    stated = [moment(checkpoint.get("checkpoint_time")) for checkpoint in objects_in(said, "checkpoints")]
    known = [at for at in stated if at is not None]
    told_at = epoch(payload.get("ts"))
    if not known:
        return _told_at(payload, said)
    return max(known) if told_at is None else min(max(known), told_at)


def _told_at(payload: Payload, said: Payload) -> datetime | None:
    return moment(said.get("updated_at")) or epoch(payload.get("ts"))


def _expected_at(said: Payload) -> datetime | None:
    """Say when the carrier, else the shop, expects it; older API versions write each as one text."""
    estimate = object_in(said, "latest_estimated_delivery")
    promise = object_in(said, "order_promised_delivery_date")
    return (
        moment(estimate.get("datetime"))
        or moment(estimate.get("datetime_max"))
        or moment(said.get("expected_delivery"))
        or moment(promise.get("promised_delivery_date"))
        or moment(promise.get("promised_delivery_date_max"))
        or moment(said.get("order_promised_delivery_date"))
    )


def _email(said: Payload) -> str:
    """Give the buyer's address. Others may be told of the parcel as well, such as whom it is a present for."""
    buyers = [text(customer.get("email")) for customer in objects_in(said, "customers") if _buys(customer)]
    emails = said.get("emails")
    told = [text(email) for email in emails] if isinstance(emails, list) else []
    return next(filter(None, buyers), told[0] if len(told) == 1 else "")


def _buys(customer: Payload) -> bool:
    return customer.get("role") == "buyer"
