"""Does AfterShip's webhook become the right news about a parcel, or the right denial?"""

import json
from typing import Any

import pytest
from hypothesis import given, settings

from journeys.vocabulary import ReturnStatus, ShipmentStatus
from orchestrator.sources.aftership import AfterShip, AfterShipParams
from orchestrator.sources.hooks import Denied, HookRequest, Received
from orchestrator.sources.signatures import MissingSecret
from tests.fakes.heard import (
    NOW,
    SECRET,
    base64_signature,
    calls_in,
    environment,
    facts_after,
    parcel_after,
    return_after,
    the_call,
    variations,
    why_denied,
)


def checkpoint(tag: str, at: str) -> dict[str, Any]:
    return {"slug": "dpd", "tag": tag, "subtag": f"{tag}_001", "checkpoint_time": at, "message": "made up for a test"}


def update(tag: str = "InTransit", at: str = "2026-03-02T10:00:00+00:00", **said: Any) -> dict[str, Any]:
    """Build the payload of a `tracking_update`; `said` replaces or adds members of the tracking."""
    return {
        "ts": 1772445900,  # 2026-03-02T10:05:00Z
        "event": "tracking_update",
        "event_id": f"event-{tag}-{at}",
        "is_tracking_first_tag": True,
        "msg": {
            "id": "tracking-1",
            "tracking_number": "LV123",
            "slug": "dpd",
            "order_id": "1001",
            "order_number": "#1001",
            "tag": tag,
            "subtag": f"{tag}_001",
            "return_to_sender": False,
            "shipment_direction": "forward",
            "updated_at": "2026-03-02T10:04:00+00:00",
            "emails": ["ann@example.com"],
            "custom_fields": None,
            "checkpoints": [checkpoint("InfoReceived", "2026-03-01T08:00:00+00:00"), checkpoint(tag, at)],
            **said,
        },
    }


def source(secrets: str = SECRET) -> AfterShip:
    return AfterShip(AfterShipParams.model_validate({"secret_env": "AFTERSHIP"}), environment(AFTERSHIP=secrets))


def post(body: bytes, signature: str) -> Received | Denied:
    return source().receive(HookRequest(body, {"aftership-hmac-sha256": signature}, {}), NOW)


def hear(payload: object) -> Received | Denied:
    body = json.dumps(payload).encode()
    return post(body, base64_signature(body))


def test_a_parcel_in_transit_is_told_with_its_order_carrier_and_buyer() -> None:
    assert the_call(hear(update())) == {
        "type": "track",
        "event": "Shipment Updated",
        "messageId": "aftership-event-InTransit-2026-03-02T10:00:00+00:00",
        "timestamp": "2026-03-02T10:00:00+00:00",
        "properties": {
            "tracking_number": "LV123",
            "order_id": "1001",
            "email": "ann@example.com",
            "carrier": "dpd",
            "status": "in_transit",
        },
    }


@pytest.mark.parametrize(
    ("tag", "subtag", "status"),
    [
        ("InTransit", "InTransit_003", ShipmentStatus.IN_TRANSIT),
        ("OutForDelivery", "OutForDelivery_001", ShipmentStatus.OUT_FOR_DELIVERY),
        ("AvailableForPickup", "AvailableForPickup_001", ShipmentStatus.OUT_FOR_DELIVERY),
        ("AttemptFail", "AttemptFail_001", ShipmentStatus.EXCEPTION),
        ("Delivered", "Delivered_001", ShipmentStatus.DELIVERED),
        ("Expired", "Expired_001", ShipmentStatus.EXCEPTION),
        ("Exception", "Exception_004", ShipmentStatus.EXCEPTION),
        ("Exception", "Exception_010", ShipmentStatus.RETURNED_TO_SENDER),
        ("Exception", "Exception_011", ShipmentStatus.RETURNED_TO_SENDER),
        ("Exception", "Exception_013", ShipmentStatus.LOST),
    ],
)
def test_a_tag_says_where_the_parcel_is(tag: str, subtag: str, status: ShipmentStatus) -> None:
    assert parcel_after(hear(update(tag, subtag=subtag))).status is status


@pytest.mark.parametrize("tag", ["Pending", "InfoReceived", "TeleportedAway"])
def test_a_parcel_that_has_not_left_says_nothing(tag: str) -> None:
    assert calls_in(hear(update(tag))) == ()


@pytest.mark.parametrize("event", ["tracking_pending_time", "something_new", None, 7])
def test_other_events_say_nothing(event: object) -> None:
    assert calls_in(hear({**update(), "event": event})) == ()


def test_the_first_delivery_is_an_event_of_its_own() -> None:
    assert the_call(hear(update("Delivered")))["event"] == "Order Delivered"


def test_a_delivery_told_again_starts_nothing_anew() -> None:
    assert the_call(hear({**update("Delivered"), "is_tracking_first_tag": False}))["event"] == "Shipment Updated"


def test_a_parcel_delivered_after_it_turned_back_never_arrived() -> None:
    parcel = parcel_after(hear(update("Delivered", return_to_sender=True)))
    assert (parcel.status, parcel.delivered_at) == (ShipmentStatus.RETURNED_TO_SENDER, None)


def test_a_late_older_message_changes_nothing() -> None:
    delivered = hear(update("Delivered", "2026-03-02T10:00:00+00:00"))
    older = hear(update("InTransit", "2026-03-01T20:00:00+00:00"))
    assert parcel_after(delivered, older).status is ShipmentStatus.DELIVERED


def test_it_happened_at_the_newest_checkpoint_wherever_that_stands() -> None:
    said = update(checkpoints=[checkpoint("InTransit", "2026-03-02T09:30:00+02:00"), checkpoint("InfoReceived", "?")])
    assert the_call(hear(said))["timestamp"] == "2026-03-02T07:30:00+00:00"


def test_a_local_time_without_a_zone_is_never_after_it_was_told() -> None:
    assert the_call(hear(update(at="2026-03-02T19:00:00")))["timestamp"] == "2026-03-02T10:05:00+00:00"


def test_without_checkpoints_it_happened_when_the_tracking_changed() -> None:
    assert the_call(hear(update(checkpoints=[])))["timestamp"] == "2026-03-02T10:04:00+00:00"


def test_without_any_other_time_it_happened_when_it_was_told() -> None:
    assert the_call(hear(update(checkpoints=None, updated_at=None)))["timestamp"] == "2026-03-02T10:05:00+00:00"


def test_a_revised_estimate_says_when_and_not_where() -> None:
    payload = update(latest_estimated_delivery={"type": "specific", "datetime": "2026-03-05"})
    call = the_call(hear({**payload, "event": "edd_revise"}))
    assert (call["timestamp"], call["properties"].get("status"), call["properties"]["expected_at"]) == (
        "2026-03-02T10:04:00+00:00",
        None,
        "2026-03-05T00:00:00+00:00",
    )


@pytest.mark.parametrize(
    ("said", "expected_at"),
    [
        ({"latest_estimated_delivery": {"datetime": "2026-03-05T18:00:00+02:00"}}, "2026-03-05T16:00:00+00:00"),
        (
            {"latest_estimated_delivery": {"datetime_min": "2026-03-05", "datetime_max": "2026-03-07"}},
            "2026-03-07T00:00:00+00:00",
        ),
        ({"expected_delivery": "2026-03-06"}, "2026-03-06T00:00:00+00:00"),
        ({"order_promised_delivery_date": {"promised_delivery_date": "2026-03-08"}}, "2026-03-08T00:00:00+00:00"),
        ({"order_promised_delivery_date": "2026-03-08"}, "2026-03-08T00:00:00+00:00"),
        (
            {
                "latest_estimated_delivery": {"datetime": "2026-03-05"},
                "order_promised_delivery_date": {"promised_delivery_date": "2026-03-08"},
            },
            "2026-03-05T00:00:00+00:00",
        ),
    ],
)
def test_the_carriers_estimate_goes_before_the_shops_promise(said: dict[str, Any], expected_at: str) -> None:
    assert the_call(hear(update(**said)))["properties"]["expected_at"] == expected_at


@pytest.mark.parametrize(
    ("tag", "status"),
    [("InTransit", ReturnStatus.IN_TRANSIT), ("Delivered", ReturnStatus.RECEIVED)],
)
def test_a_parcel_to_the_shop_is_a_return_and_no_parcel_to_the_customer(tag: str, status: ReturnStatus) -> None:
    facts = facts_after([hear(update(tag, shipment_direction="return", custom_fields={"return_id": "r1"}))])
    assert (facts.shipments, [(back.return_id, back.status) for back in facts.returns.values()]) == (
        {},
        [("r1", status)],
    )


def test_a_return_nobody_named_goes_by_its_tracking_number() -> None:
    assert return_after(hear(update(shipment_direction="return"))).return_id == "LV123"


def test_a_problem_with_a_returning_parcel_says_nothing() -> None:
    assert calls_in(hear(update("Exception", shipment_direction="return"))) == ()


def test_a_parcel_with_a_linked_return_is_still_one_to_the_customer() -> None:
    linked = hear(update("Delivered", return_shipment={"id": "tracking-2", "tracking_number": "LV456"}))
    assert parcel_after(linked).status is ShipmentStatus.DELIVERED


def test_the_buyer_is_who_ordered_and_not_who_gets_the_present() -> None:
    customers = [
        {"role": "receiver", "email": "bob@example.com"},
        {"role": "buyer", "email": "ann@example.com"},
    ]
    call = the_call(hear(update(customers=customers, emails=["bob@example.com", "ann@example.com"])))
    assert call["properties"]["email"] == "ann@example.com"


def test_of_several_who_are_told_nobody_is_taken_for_the_buyer() -> None:
    call = the_call(hear(update(emails=["ann@example.com", "bob@example.com"])))
    assert "email" not in call["properties"]


def test_a_retry_has_the_same_message_id() -> None:
    again = {**update(), "ts": 1772449999}
    assert the_call(hear(again))["messageId"] == the_call(hear(update()))["messageId"]


def test_an_event_without_an_id_is_named_after_its_body() -> None:
    one, same, other = ({**update(tag), "event_id": None} for tag in ("InTransit", "InTransit", "Delivered"))
    names = [the_call(hear(payload))["messageId"] for payload in (one, same, other)]
    assert (names[0] == names[1], names[0] == names[2]) == (True, False)


def test_a_body_changed_after_signing_is_denied() -> None:
    body = json.dumps(update()).encode()
    answer = post(body.replace(b"InTransit", b"Delivered"), base64_signature(body))
    assert why_denied(answer) == "unsigned"


def test_the_raw_bytes_are_signed_and_not_their_meaning() -> None:
    body = json.dumps(update(), indent=3).encode() + b"\n"
    assert len(calls_in(post(body, base64_signature(body)))) == 1


def test_a_call_without_a_signature_is_denied() -> None:
    answer = source().receive(HookRequest(json.dumps(update()).encode(), {}, {}), NOW)
    assert why_denied(answer) == "unsigned"


@pytest.mark.parametrize("secret", ["old-secret", "new-secret"])
def test_while_a_secret_is_exchanged_both_hold(secret: str) -> None:
    body = json.dumps(update()).encode()
    request = HookRequest(body, {"aftership-hmac-sha256": base64_signature(body, secret)}, {})
    assert len(calls_in(source("new-secret, old-secret").receive(request, NOW))) == 1


def test_without_a_secret_it_does_not_start() -> None:
    with pytest.raises(MissingSecret, match="AFTERSHIP"):
        source("")


def test_a_payload_without_a_tracking_number_is_malformed() -> None:
    answer = hear(update(tracking_number=None))
    assert isinstance(answer, Denied)
    assert (answer.why, '"msg.tracking_number"' in answer.message) == ("malformed", True)


def test_a_denial_says_nothing_of_the_payload() -> None:
    answer = hear(update(tracking_number=None))
    assert isinstance(answer, Denied)
    assert not any(said in answer.message for said in ("1001", "ann@example.com", "dpd", SECRET))


def test_a_payload_without_any_time_is_malformed() -> None:
    answer = hear({**update(checkpoints=[], updated_at=None), "ts": "soon"})
    assert why_denied(answer) == "malformed"


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b"\xff", b'"InTransit"'])
def test_what_is_no_json_object_is_malformed(body: bytes) -> None:
    answer = post(body, base64_signature(body))
    assert why_denied(answer) == "malformed"


@settings(max_examples=150, deadline=None)
@given(variations(update()))
def test_whatever_the_members_are_there_is_an_answer(payload: dict[str, Any]) -> None:
    answer = hear(payload)
    assert isinstance(answer, Received) or answer.why == "malformed"
