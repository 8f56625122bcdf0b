"""Does EasyPost's tracker event become the right news about a parcel, or the right denial?"""

import json
from typing import Any

import pytest
from hypothesis import given, settings

from journeys.vocabulary import ReturnStatus, ShipmentStatus
from orchestrator.sources.easypost import EasyPost, EasyPostParams
from orchestrator.sources.hooks import Denied, HookRequest, Received
from orchestrator.sources.signatures import MissingSecret
from tests.fakes.heard import (
    NOW,
    SECRET,
    calls_in,
    environment,
    facts_after,
    hex_signature,
    parcel_after,
    return_after,
    the_call,
    variations,
    why_denied,
)


def detail(status: str, at: str) -> dict[str, Any]:
    return {"object": "TrackingDetail", "status": status, "datetime": at, "message": "made up", "source": "USPS"}


def event(status: str = "in_transit", at: str = "2026-03-02T10:00:00Z", **said: Any) -> dict[str, Any]:
    """Build a `tracker.updated` event; `said` replaces or adds members of the tracker."""
    return {
        "id": f"evt_{status}_{at}",
        "object": "Event",
        "mode": "production",
        "description": "tracker.updated",
        "created_at": "2026-03-02T10:06:00Z",
        "previous_attributes": {"status": "pre_transit"},
        "result": {
            "id": "trk_1",
            "object": "Tracker",
            "tracking_code": "9400123",
            "status": status,
            "status_detail": "unknown",
            "created_at": "2026-03-01T08:00:00Z",
            "updated_at": "2026-03-02T10:05:00Z",
            "est_delivery_date": "2026-03-05T00:00:00Z",
            "shipment_id": None,
            "carrier": "USPS",
            "is_return": False,
            "tracking_details": [detail("pre_transit", "2026-03-01T08:00:00Z"), detail(status, at)],
            **said,
        },
    }


def source(secrets: str = SECRET, *, take_tests: bool = False) -> EasyPost:
    return EasyPost(
        EasyPostParams.model_validate({"secret_env": "EASYPOST", "take_tests": take_tests}),
        environment(EASYPOST=secrets),
    )


def post(body: bytes, signature: str, to: EasyPost | None = None) -> Received | Denied:
    headers = {"x-hmac-signature": f"hmac-sha256-hex={signature}"}
    return (to or source()).receive(HookRequest(body, headers, {}), NOW)


def hear(payload: object, to: EasyPost | None = None) -> Received | Denied:
    body = json.dumps(payload).encode()
    return post(body, hex_signature(body), to)


def test_a_parcel_in_transit_is_told_with_its_number_carrier_and_estimate() -> None:
    assert the_call(hear(event())) == {
        "type": "track",
        "event": "Shipment Updated",
        "messageId": "easypost-evt_in_transit_2026-03-02T10:00:00Z",
        "timestamp": "2026-03-02T10:00:00+00:00",
        "properties": {
            "tracking_number": "9400123",
            "carrier": "USPS",
            "status": "in_transit",
            "expected_at": "2026-03-05T00:00:00+00:00",
        },
    }


@pytest.mark.parametrize(
    ("word", "status"),
    [
        ("in_transit", ShipmentStatus.IN_TRANSIT),
        ("out_for_delivery", ShipmentStatus.OUT_FOR_DELIVERY),
        ("available_for_pickup", ShipmentStatus.OUT_FOR_DELIVERY),
        ("delivered", ShipmentStatus.DELIVERED),
        ("return_to_sender", ShipmentStatus.RETURNED_TO_SENDER),
        ("failure", ShipmentStatus.EXCEPTION),
        ("error", ShipmentStatus.EXCEPTION),
        ("cancelled", ShipmentStatus.CANCELLED),
    ],
)
def test_a_status_says_where_the_parcel_is(word: str, status: ShipmentStatus) -> None:
    assert parcel_after(hear(event(word))).status is status


@pytest.mark.parametrize("word", ["unknown", "pre_transit", "teleported", None])
def test_a_parcel_that_has_not_left_is_nowhere(word: str) -> None:
    assert calls_in(hear(event(word, est_delivery_date=None))) == ()


def test_a_failure_by_loss_is_a_lost_parcel() -> None:
    assert parcel_after(hear(event("failure", status_detail="lost"))).status is ShipmentStatus.LOST


@pytest.mark.parametrize("description", ["batch.updated", "insurance.purchased", "tracker.deleted", None])
def test_other_events_say_nothing(description: object) -> None:
    assert calls_in(hear({**event(), "description": description})) == ()


def test_a_tracker_that_is_created_delivered_arrived() -> None:
    payload = {**event("delivered"), "description": "tracker.created", "previous_attributes": {}}
    assert the_call(hear(payload))["event"] == "Order Delivered"


def test_an_update_that_leaves_the_delivery_as_it_was_starts_nothing_anew() -> None:
    payload = {**event("delivered"), "previous_attributes": {"status": "delivered"}}
    assert the_call(hear(payload))["event"] == "Shipment Updated"


def test_a_parcel_delivered_after_it_turned_back_never_arrived() -> None:
    details = [detail("return_to_sender", "2026-03-01T10:00:00Z"), detail("delivered", "2026-03-02T10:00:00Z")]
    assert parcel_after(hear(event("delivered", tracking_details=details))).status is ShipmentStatus.RETURNED_TO_SENDER


def test_a_late_older_message_changes_nothing() -> None:
    delivered = hear(event("delivered", "2026-03-02T10:00:00Z"))
    older = hear(event("in_transit", "2026-03-01T20:00:00Z"))
    assert parcel_after(delivered, older).status is ShipmentStatus.DELIVERED


@pytest.mark.parametrize(
    ("said", "at"),
    [
        ({}, "2026-03-02T10:00:00+00:00"),
        ({"tracking_details": []}, "2026-03-02T10:05:00+00:00"),
        ({"tracking_details": [], "updated_at": None}, "2026-03-02T10:06:00+00:00"),
    ],
)
def test_it_happened_at_the_newest_time_that_is_said(said: dict[str, Any], at: str) -> None:
    assert the_call(hear(event(**said)))["timestamp"] == at


def test_a_parcel_to_the_shop_is_no_parcel_to_the_customer() -> None:
    assert facts_after([hear(event("delivered", is_return=True))]).shipments == {}


@pytest.mark.parametrize(
    ("word", "status"), [("in_transit", ReturnStatus.IN_TRANSIT), ("delivered", ReturnStatus.RECEIVED)]
)
def test_a_parcel_to_the_shop_says_how_far_the_return_has_come(word: str, status: ReturnStatus) -> None:
    back = return_after(hear(event(word, is_return=True)))
    assert (back.return_id, back.status) == ("9400123", status)


def test_tests_say_nothing() -> None:
    assert calls_in(hear({**event(), "mode": "test"})) == ()


def test_tests_are_taken_where_the_shop_tries_things_out() -> None:
    assert len(calls_in(hear({**event(), "mode": "test"}, source(take_tests=True)))) == 1


def test_a_retry_has_the_same_message_id() -> None:
    again = {**event(), "completed_urls": ["https://shop.example/hooks/parcels"]}
    assert the_call(hear(again))["messageId"] == the_call(hear(event()))["messageId"]


def test_a_body_changed_after_signing_is_denied() -> None:
    body = json.dumps(event()).encode()
    assert why_denied(post(body.replace(b"in_transit", b"delivered"), hex_signature(body))) == "unsigned"


def test_the_raw_bytes_are_signed_and_not_their_meaning() -> None:
    body = json.dumps(event(weight=17.60), indent=3).encode() + b"\n"
    assert len(calls_in(post(body, hex_signature(body)))) == 1


def test_a_call_without_a_signature_is_denied() -> None:
    assert why_denied(source().receive(HookRequest(json.dumps(event()).encode(), {}, {}), NOW)) == "unsigned"


@pytest.mark.parametrize("secret", ["old-secret", "new-secret"])
def test_while_a_secret_is_exchanged_both_hold(secret: str) -> None:
    body = json.dumps(event()).encode()
    assert len(calls_in(post(body, hex_signature(body, secret), source("new-secret,old-secret")))) == 1


def test_the_secret_is_normalised_as_easypost_does() -> None:
    body = json.dumps(event()).encode()
    composed, decomposed = "se\u0301cret".replace("e\u0301", "\u00e9"), "se\u0301cret"
    assert len(calls_in(post(body, hex_signature(body, decomposed), source(composed)))) == 1


def test_without_a_secret_it_does_not_start() -> None:
    with pytest.raises(MissingSecret, match="EASYPOST"):
        source("")


@pytest.mark.parametrize("result", [None, [], {"status": "delivered"}, {"tracking_code": True}])
def test_a_tracker_without_a_number_is_malformed(result: object) -> None:
    assert why_denied(hear({**event(), "result": result})) == "malformed"


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b"\xff"])
def test_what_is_no_json_object_is_malformed(body: bytes) -> None:
    assert why_denied(post(body, hex_signature(body))) == "malformed"


@settings(max_examples=150, deadline=None)
@given(variations(event()))
def test_whatever_the_members_are_there_is_an_answer(payload: dict[str, Any]) -> None:
    answer = hear(payload)
    assert isinstance(answer, Received) or answer.why == "malformed"
