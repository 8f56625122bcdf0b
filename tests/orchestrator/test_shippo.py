"""Does Shippo's tracking webhook become the right news about a parcel, or the right denial?"""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from pydantic import ValidationError

from journeys.vocabulary import ShipmentStatus
from orchestrator.sources.hooks import Denied, HookRequest, Received
from orchestrator.sources.shippo import Shippo, ShippoParams
from orchestrator.sources.signatures import MissingSecret
from tests.fakes.heard import (
    NOW,
    SECRET,
    calls_in,
    environment,
    hex_signature,
    parcel_after,
    the_call,
    variations,
    why_denied,
)

SECONDS = int(NOW.timestamp())


def status(word: str, at: str | None = "2026-03-02T10:00:00Z", code: str = "other") -> dict[str, Any]:
    return {
        "object_id": "status-1",
        "object_created": "2026-03-02T10:06:00Z",
        "object_updated": "2026-03-02T10:05:00Z",
        "status": word,
        "status_details": "made up for a test",
        "status_date": at,
        "substatus": {"code": code, "text": "made up", "action_required": False},
    }


def update(word: str = "TRANSIT", at: str | None = "2026-03-02T10:00:00Z", **said: Any) -> dict[str, Any]:
    """Build a `track_updated` payload; `said` replaces or adds members of the track."""
    return {
        "event": "track_updated",
        "test": False,
        "data": {
            "tracking_number": "9205590",
            "carrier": "usps",
            "eta": "2026-03-05T00:00:00Z",
            "metadata": "1001",
            "tracking_status": status(word, at),
            "tracking_history": [status("PRE_TRANSIT", "2026-03-01T08:00:00Z"), status(word, at)],
            **said,
        },
    }


def source(**params: Any) -> Shippo:
    variables = environment(TOKEN="old-token, new-token", HMAC=SECRET, NOTHING="")
    return Shippo(ShippoParams.model_validate(params or {"token_env": "TOKEN"}), variables)


def hear(payload: object, to: Shippo | None = None) -> Received | Denied:
    request = HookRequest(json.dumps(payload).encode(), {}, {"token": "new-token"})
    return (to or source()).receive(request, NOW)


def post_signed(body: bytes, signed: bytes, seconds: int = SECONDS) -> Received | Denied:
    signature = hex_signature(f"{seconds}.".encode() + signed)
    request = HookRequest(body, {"shippo-auth-signature": f"t={seconds}, v1={signature}"}, {})
    return source(secret_env="HMAC").receive(request, NOW)


def test_a_parcel_in_transit_is_told_with_its_number_carrier_and_estimate() -> None:
    call = the_call(hear(update()))
    assert {key: call[key] for key in ("type", "event", "timestamp", "properties")} == {
        "type": "track",
        "event": "Shipment Updated",
        "timestamp": "2026-03-02T10:00:00+00:00",
        "properties": {
            "tracking_number": "9205590",
            "carrier": "usps",
            "status": "in_transit",
            "expected_at": "2026-03-05T00:00:00+00:00",
        },
    }


@pytest.mark.parametrize(
    ("word", "code", "expected"),
    [
        ("TRANSIT", "package_departed", ShipmentStatus.IN_TRANSIT),
        ("TRANSIT", "out_for_delivery", ShipmentStatus.OUT_FOR_DELIVERY),
        ("TRANSIT", "pickup_available", ShipmentStatus.OUT_FOR_DELIVERY),
        ("TRANSIT", "delivery_attempted", ShipmentStatus.EXCEPTION),
        ("TRANSIT", "package_damaged", ShipmentStatus.EXCEPTION),
        ("DELIVERED", "delivered", ShipmentStatus.DELIVERED),
        ("RETURNED", "return_to_sender", ShipmentStatus.RETURNED_TO_SENDER),
        ("FAILURE", "package_undeliverable", ShipmentStatus.EXCEPTION),
        ("FAILURE", "package_lost", ShipmentStatus.LOST),
    ],
)
def test_a_status_and_what_its_substatus_adds_say_where_the_parcel_is(
    word: str, code: str, expected: ShipmentStatus
) -> None:
    assert parcel_after(hear(update(tracking_status=status(word, code=code)))).status is expected


def test_a_substatus_may_be_absent() -> None:
    assert parcel_after(hear(update(tracking_status={**status("TRANSIT"), "substatus": None}))).status is (
        ShipmentStatus.IN_TRANSIT
    )


@pytest.mark.parametrize("word", ["UNKNOWN", "PRE_TRANSIT", "TELEPORTED", None])
def test_a_parcel_that_has_not_left_is_nowhere(word: str) -> None:
    assert calls_in(hear(update(word, eta=None))) == ()


def test_a_number_no_carrier_has_seen_says_nothing() -> None:
    assert calls_in(hear(update(tracking_status=None))) == ()


@pytest.mark.parametrize("event", ["transaction_created", "batch_purchased", None])
def test_other_events_say_nothing(event: object) -> None:
    assert calls_in(hear({**update(), "event": event})) == ()


def test_a_delivery_is_an_event_of_its_own() -> None:
    assert the_call(hear(update("DELIVERED")))["event"] == "Order Delivered"


def test_a_parcel_delivered_after_it_turned_back_never_arrived() -> None:
    history = [status("RETURNED", "2026-03-01T10:00:00Z"), status("DELIVERED")]
    assert parcel_after(hear(update("DELIVERED", tracking_history=history))).status is (
        ShipmentStatus.RETURNED_TO_SENDER
    )


def test_a_late_older_message_changes_nothing() -> None:
    delivered, older = (
        hear(update("DELIVERED", "2026-03-02T10:00:00Z")),
        hear(update("TRANSIT", "2026-03-01T20:00:00Z")),
    )
    assert parcel_after(delivered, older).status is ShipmentStatus.DELIVERED


def test_without_a_scan_it_happened_when_the_status_changed() -> None:
    assert the_call(hear(update(at=None)))["timestamp"] == "2026-03-02T10:05:00+00:00"


def test_the_metadata_is_the_order_where_the_shop_says_so() -> None:
    call = the_call(hear(update(), source(token_env="TOKEN", metadata_is_order_id=True)))
    assert call["properties"]["order_id"] == "1001"


def test_tests_say_nothing() -> None:
    assert calls_in(hear({**update(), "test": True})) == ()


def test_tests_are_taken_where_the_shop_tries_things_out() -> None:
    assert len(calls_in(hear({**update(), "test": True}, source(token_env="TOKEN", take_tests=True)))) == 1


def test_a_retry_has_the_same_message_id() -> None:
    assert the_call(hear(update()))["messageId"] == the_call(hear(update()))["messageId"]


def test_other_news_has_another_message_id() -> None:
    assert the_call(hear(update()))["messageId"] != the_call(hear(update(eta="2026-03-06T00:00:00Z")))["messageId"]


@pytest.mark.parametrize("query", [{}, {"token": ""}, {"token": "new-toke"}, {"token": "néw-token"}])
def test_a_call_without_our_token_is_denied(query: dict[str, str]) -> None:
    assert why_denied(source().receive(HookRequest(json.dumps(update()).encode(), {}, query), NOW)) == "unsigned"


@pytest.mark.parametrize("token", ["old-token", "new-token"])
def test_while_a_token_is_exchanged_both_hold(token: str) -> None:
    request = HookRequest(json.dumps(update()).encode(), {}, {"token": token})
    assert len(calls_in(source().receive(request, NOW))) == 1


@pytest.mark.parametrize("remote", ["192.0.2.7", "198.51.100.200", "::ffff:192.0.2.7"])
def test_a_call_from_an_allowed_address_is_taken(remote: str) -> None:
    to = source(allow_from=["192.0.2.7", "198.51.100.0/24"])
    assert len(calls_in(to.receive(HookRequest(json.dumps(update()).encode(), {}, {}, remote), NOW))) == 1


@pytest.mark.parametrize("remote", ["192.0.2.8", "2001:db8::1", "", "localhost"])
def test_a_call_from_elsewhere_is_denied(remote: str) -> None:
    to = source(allow_from=["192.0.2.7", "198.51.100.0/24"])
    assert why_denied(to.receive(HookRequest(json.dumps(update()).encode(), {}, {}, remote), NOW)) == "unsigned"


def test_every_way_that_is_set_up_must_hold() -> None:
    to = source(allow_from=["192.0.2.7"], token_env="TOKEN")
    request = HookRequest(json.dumps(update()).encode(), {}, {"token": "wrong"}, "192.0.2.7")
    assert why_denied(to.receive(request, NOW)) == "unsigned"


def test_a_signed_call_is_taken() -> None:
    body = json.dumps(update()).encode()
    assert len(calls_in(post_signed(body, body))) == 1


def test_a_body_changed_after_signing_is_denied() -> None:
    body = json.dumps(update()).encode()
    assert why_denied(post_signed(body.replace(b"TRANSIT", b"DELIVERED"), body)) == "unsigned"


def test_a_signed_call_of_long_ago_is_denied() -> None:
    body = json.dumps(update()).encode()
    last_week = int(datetime(2026, 3, 3, tzinfo=UTC).timestamp())
    assert why_denied(post_signed(body, body, last_week)) == "replayed"


@pytest.mark.parametrize("header", ["", "v1=abc", "t=,v1=", "nonsense", "t=1,v1=é"])
def test_a_call_without_a_whole_signature_is_denied(header: str) -> None:
    request = HookRequest(json.dumps(update()).encode(), {"shippo-auth-signature": header}, {})
    assert why_denied(source(secret_env="HMAC").receive(request, NOW)) == "unsigned"


def test_without_any_way_to_know_its_calls_it_cannot_be_set_up() -> None:
    with pytest.raises(ValidationError, match="expected at least one of secret_env, token_env and allow_from"):
        ShippoParams.model_validate({})


def test_what_is_no_network_cannot_be_allowed() -> None:
    with pytest.raises(ValidationError, match="allow_from"):
        ShippoParams.model_validate({"allow_from": ["192.0.2.300"]})


@pytest.mark.parametrize("params", [{"token_env": "NOTHING"}, {"secret_env": "NOTHING"}])
def test_without_the_secret_it_does_not_start(params: dict[str, str]) -> None:
    with pytest.raises(MissingSecret, match="NOTHING"):
        source(**params)


@pytest.mark.parametrize("data", [None, [], {"tracking_number": None}, {"tracking_number": "1"}])
def test_a_track_without_a_number_or_a_time_is_malformed(data: object) -> None:
    assert why_denied(hear({**update(), "data": data})) == "malformed"


@settings(max_examples=150, deadline=None)
@given(variations(update()))
def test_whatever_the_members_are_there_is_an_answer(payload: dict[str, Any]) -> None:
    answer = hear(payload)
    assert isinstance(answer, Received) or answer.why == "malformed"
