"""What does Shippo say about a parcel?

Sources: Shippo's webhooks (https://docs.goshippo.com/docs/tracking/webhooks), webhook security
(https://docs.goshippo.com/docs/tracking/webhooksecurity), tracking statuses and sub-statuses
(https://docs.goshippo.com/docs/tracking/tracking/#event-definitions), and the track object of its Python client
(https://github.com/goshippo/shippo-python-sdk).

Shippo offers three ways to know its calls, and signs only for shops that asked its support for it; whichever are set up
must all hold. A signed call has the header `Shippo-Auth-Signature: t=<seconds>,v1=<hex>`, where the hex is HMAC-SHA256
of `<seconds>.<raw body>`. Shippo gives its events no ids, and says that it may send one several times.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import ClassVar

from pydantic import Field, IPvAnyNetwork, model_validator

from journeys.vocabulary import FactKind, ShipmentStatus
from orchestrator.sources.hooks import Denied, HookParams, HookRequest, Received, Secrets, SourceParams
from orchestrator.sources.message_ids import message_id
from orchestrator.sources.parcels import Parcel, parcel_calls, turned_back
from orchestrator.sources.reading import Payload, decode, epoch, malformed, moment, object_in, objects_in, text
from orchestrator.sources.signatures import check_age, check_signature, read_secrets
from orchestrator.sources.tokens import check_token
from orchestrator.statuses import shipment_status

# What a sub-status says beyond its status.
_SUBSTATUSES = {
    "out_for_delivery": ShipmentStatus.OUT_FOR_DELIVERY,
    "pickup_available": ShipmentStatus.OUT_FOR_DELIVERY,
    "package_lost": ShipmentStatus.LOST,
    "address_issue": ShipmentStatus.EXCEPTION,
    "contact_carrier": ShipmentStatus.EXCEPTION,
    "delayed": ShipmentStatus.EXCEPTION,
    "delivery_attempted": ShipmentStatus.EXCEPTION,
    "location_inaccessible": ShipmentStatus.EXCEPTION,
    "notice_left": ShipmentStatus.EXCEPTION,
    "package_damaged": ShipmentStatus.EXCEPTION,
    "package_held": ShipmentStatus.EXCEPTION,
    "reschedule_delivery": ShipmentStatus.EXCEPTION,
}


class ShippoParams(HookParams):
    """How Shippo's calls are known, and what its metadata holds. At least one way to know them is needed."""

    token_env: str = Field(
        "", description="The environment variable with the ?token= of the address; several by commas."
    )
    allow_from: tuple[IPvAnyNetwork, ...] = Field(
        (), description="The addresses or networks Shippo calls from.", examples=[["192.0.2.7", "198.51.100.0/24"]]
    )
    metadata_is_order_id: bool = Field(False, description="Whether the shop writes the order's id into the metadata.")
    take_tests: bool = Field(False, description="Whether events of Shippo's test mode are taken for real.")

    @model_validator(mode="after")
    def _can_tell(self) -> "ShippoParams":
        if not (self.secret_env or self.token_env or self.allow_from):
            raise ValueError(
                "expected at least one of secret_env, token_env and allow_from, got none; "
                "anybody could tell us anything without one"
            )
        return self


class Shippo:
    """Reads the tracking webhooks of Shippo."""

    name: ClassVar[str] = "shippo"
    tells: ClassVar[frozenset[FactKind]] = frozenset({"shipments"})
    Params: ClassVar[type[SourceParams]] = ShippoParams

    def __init__(self, params: ShippoParams, secrets: Secrets) -> None:
        self._params = params
        self._secrets = read_secrets(self.name, params.secret_env, secrets) if params.secret_env else ()
        self._tokens = read_secrets(self.name, params.token_env, secrets) if params.token_env else ()

    def receive(self, request: HookRequest, now: datetime) -> Received | Denied:
        """Check the call in every way that is set up, and read what it says about its parcel."""
        payload = self._check(request, now) or decode(request.body, self.name)
        if isinstance(payload, Denied):
            return payload
        if payload.get("event") != "track_updated" or (payload.get("test") is True and not self._params.take_tests):
            return Received(())
        track = object_in(payload, "data")
        if "tracking_status" in track and track["tracking_status"] is None:
            return Received(())  # No carrier has seen this number yet.
        parcel = self._parcel(track)
        if isinstance(parcel, Denied):
            return parcel
        return Received(parcel_calls(message_id(self.name, "", request.body), parcel))

    def _check(self, request: HookRequest, now: datetime) -> Denied | None:
        return (
            (_check_sender(request, self._params.allow_from) if self._params.allow_from else None)
            or (check_token(self.name, request, self._tokens) if self._tokens else None)
            or (_check_signed(request, self._secrets, now, self._params.replay_window) if self._secrets else None)
        )

    def _parcel(self, track: Payload) -> Parcel | Denied:
        tracking_number = text(track.get("tracking_number"))
        if not tracking_number:
            return malformed(self.name, "data.tracking_number")
        news = object_in(track, "tracking_status")
        at = moment(news.get("status_date")) or moment(news.get("object_updated")) or moment(news.get("object_created"))
        if at is None:
            return malformed(self.name, "data.tracking_status.status_date")
        return Parcel(
            tracking_number=tracking_number,
            status=_status(track, news),
            at=at,
            carrier=text(track.get("carrier")),
            order_id=text(track.get("metadata")) if self._params.metadata_is_order_id else "",
            expected_at=moment(track.get("eta")),
        )


def _status(track: Payload, news: Payload) -> ShipmentStatus | None:
    """Read the status, and what its sub-status adds while the parcel is neither delivered nor sent back."""
    status = shipment_status(news.get("status"))
    if status in (ShipmentStatus.IN_TRANSIT, ShipmentStatus.EXCEPTION):
        return _SUBSTATUSES.get(text(object_in(news, "substatus").get("code")), status)
    history = objects_in(track, "tracking_history")
    return turned_back(status, any(entry.get("status") == "RETURNED" for entry in history))


def _check_sender(request: HookRequest, networks: Sequence[IPvAnyNetwork]) -> Denied | None:
    remote = _address(request.remote)
    if remote is not None and any(remote in network for network in networks):
        return None
    message = (
        "shippo: expected a call from an address in allow_from, got one from elsewhere; "
        "compare the list with the addresses Shippo publishes, and name your proxy's if one stands before us"
    )
    return Denied("unsigned", message)


def _address(remote: str) -> IPv4Address | IPv6Address | None:
    """Read an address; one of IPv4 that a server for both writes as ::ffff:192.0.2.7 is that of IPv4."""
    try:
        address = ip_address(remote)
    except ValueError:
        return None
    return (address.ipv4_mapped or address) if isinstance(address, IPv6Address) else address


def _check_signed(request: HookRequest, secrets: Sequence[str], now: datetime, window: timedelta) -> Denied | None:
    """Check the signature, which covers the second it was made in, and then that second."""
    header = request.headers.get("shippo-auth-signature", "")
    parts = dict(part.strip().partition("=")[::2] for part in header.split(","))
    seconds = parts.get("t", "")
    signed = seconds.encode(errors="replace") + b"." + request.body
    denied = check_signature(Shippo.name, signed, parts.get("v1", ""), secrets, "hex")
    if denied is not None:
        return denied
    called_at = epoch(seconds)
    return malformed(Shippo.name, "t") if called_at is None else check_age(Shippo.name, called_at, now, window)
