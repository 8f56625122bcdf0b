"""What does EasyPost say about a parcel?

Sources: EasyPost's event (https://docs.easypost.com/docs/events), tracker (https://docs.easypost.com/docs/trackers) and
webhook guide (https://docs.easypost.com/guides/webhooks-guide), and the signature check of its Python client,
`easypost.util.validate_webhook` (https://github.com/EasyPost/easypost-python).

EasyPost knows parcels and no orders: whose parcel it is, is found by the tracking number the shop told us before. The
signature covers no time of the call, so no call is refused for its age: a repeat is recognised by the event's id, and
an older message changes nothing.
"""

from datetime import datetime
from typing import ClassVar
from unicodedata import normalize

from pydantic import Field

from journeys.vocabulary import FactKind, ShipmentStatus
from orchestrator.sources.hooks import Denied, HookRequest, Received, Secrets, SourceParams
from orchestrator.sources.message_ids import message_id
from orchestrator.sources.parcels import Parcel, parcel_calls, turned_back
from orchestrator.sources.reading import Payload, decode, malformed, moment, object_in, objects_in, text
from orchestrator.sources.signatures import check_signature, read_secrets
from orchestrator.statuses import shipment_status

_EVENTS = ("tracker.created", "tracker.updated")


class EasyPostParams(SourceParams):
    """Where the webhook's secret is, and whether tests count."""

    secret_env: str = Field("", description="The environment variable with the webhook secret; several by commas.")
    take_tests: bool = Field(False, description="Whether events of EasyPost's test mode are taken for real.")


class EasyPost:
    """Reads the tracker events of EasyPost."""

    name: ClassVar[str] = "easypost"
    tells: ClassVar[frozenset[FactKind]] = frozenset({"shipments", "returns"})
    Params: ClassVar[type[SourceParams]] = EasyPostParams

    def __init__(self, params: EasyPostParams, secrets: Secrets) -> None:
        read = read_secrets(self.name, params.secret_env, secrets)
        self._secrets = tuple(normalize("NFKD", secret) for secret in read)
        self._take_tests = params.take_tests

    def receive(self, request: HookRequest, now: datetime) -> Received | Denied:  # noqa: ARG002  the contract names it
        """Check the signature and read what the event says about its parcel."""
        given = request.headers.get("x-hmac-signature", "").removeprefix("hmac-sha256-hex=")
        signed = check_signature(self.name, request.body, given, self._secrets, "hex")
        payload = signed or decode(request.body, self.name)
        if isinstance(payload, Denied):
            return payload
        if payload.get("description") not in _EVENTS or (payload.get("mode") == "test" and not self._take_tests):
            return Received(())
        parcel = _parcel(payload)
        if isinstance(parcel, Denied):
            return parcel
        return Received(parcel_calls(message_id(self.name, text(payload.get("id")), request.body), parcel))


def _parcel(payload: Payload) -> Parcel | Denied:
    tracker = object_in(payload, "result")
    tracking_number = text(tracker.get("tracking_code"))
    if not tracking_number:
        return malformed(EasyPost.name, "result.tracking_code")
    at = _happened_at(payload, tracker)
    if at is None:
        return malformed(EasyPost.name, "result.updated_at")
    return Parcel(
        tracking_number=tracking_number,
        status=_status(tracker),
        at=at,
        carrier=text(tracker.get("carrier")),
        expected_at=moment(tracker.get("est_delivery_date")),
        goes_back=tracker.get("is_return") is True,
        is_repeat=_was_told(payload, tracker),
    )


def _status(tracker: Payload) -> ShipmentStatus | None:
    status = shipment_status(tracker.get("status"))
    if status is ShipmentStatus.EXCEPTION and tracker.get("status_detail") == "lost":
        return ShipmentStatus.LOST
    details = objects_in(tracker, "tracking_details")
    return turned_back(status, any(detail.get("status") == "return_to_sender" for detail in details))


def _happened_at(payload: Payload, tracker: Payload) -> datetime | None:
    stated = [moment(detail.get("datetime")) for detail in objects_in(tracker, "tracking_details")]
    newest = max((at for at in stated if at is not None), default=None)
    return newest or moment(tracker.get("updated_at")) or moment(payload.get("created_at"))


def _was_told(payload: Payload, tracker: Payload) -> bool:
    """Say whether the update left the status as it was: `previous_attributes` names what changed."""
    previous = object_in(payload, "previous_attributes")
    return "status" in previous and previous["status"] == tracker.get("status")
