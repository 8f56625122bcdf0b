"""Does Loop's webhook become the right news about a return, or the right denial?"""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings

from journeys.vocabulary import Item, ReturnStatus
from orchestrator.sources.hooks import Denied, HookRequest, Received
from orchestrator.sources.loop import Loop, LoopParams
from orchestrator.sources.signatures import MissingSecret
from tests.fakes.heard import (
    NOW,
    SECRET,
    base64_signature,
    calls_in,
    environment,
    facts_after,
    return_after,
    the_call,
    variations,
    why_denied,
)


def line(product_id: object = "77", variant_id: object = "7701") -> dict[str, Any]:
    return {
        "line_item_id": "501",
        "product_id": product_id,
        "variant_id": variant_id,
        "sku": "GRINDER-BLACK",
        "title": "Grinder - Black",
        "price": "80.00",
        "returned_at": "2026-03-02 10:00:00",
        "return_reason": "made up",
    }


def label(status: str = "new", updated_at: str = "2026-03-02T10:00:05.000Z") -> dict[str, Any]:
    return {"status": status, "updated_at": updated_at, "carrier": "USPS", "tracking_number": 9400123}


def change(trigger: str = "return.created", state: str = "open", **said: Any) -> dict[str, Any]:
    """Build the payload of a return's message; `said` replaces or adds members."""
    return {
        "topic": "return",
        "trigger": trigger,
        "shop_id": 1,
        "id": "1673",
        "state": state,
        "created_at": "2026-03-02T10:00:00Z",
        "edited_at": None,
        "total": "75.50",
        "order_id": 2871,
        "provider_order_id": "1001",
        "customer": "ann@example.com",
        "customer_detail": {"email": "ann@example.com", "first_name": "Ann"},
        "currency": "EUR",
        "return_total": "80.00",
        "refunds": [],
        "labels": [label()],
        "line_items": [line()],
        **said,
    }


def label_change(status: str = "in_transit", at: str = "2026-03-03T09:00:00+00:00", **said: Any) -> dict[str, Any]:
    return {
        "topic": "label",
        "trigger": "label.updated",
        "shop_id": "1",
        "id": "1673",
        "order_id": "2871",
        "provider_order_id": 1001,
        "carrier": "USPS",
        "tracking_number": "9400123",
        "label_status": status,
        "label_updated_at": at,
        "shipment_id": "68",
        **said,
    }


def gift_card(**said: Any) -> dict[str, Any]:
    return {
        "topic": "giftcard",
        "trigger": "giftcard.requested",
        "id": 12,
        "total_credit_issued": "23.50",
        "currency": "EUR",
        "return_id": 1673,
        "email": "ann@example.com",
        "external_order_id": 1001,
        **said,
    }


def source(secrets: str = SECRET) -> Loop:
    return Loop(LoopParams.model_validate({"secret_env": "LOOP"}), environment(LOOP=secrets))


def post(body: bytes, signature: str, now: datetime = NOW) -> Received | Denied:
    return source().receive(HookRequest(body, {"x-loop-signature": signature}, {}), now)


def hear(payload: object, now: datetime = NOW) -> Received | Denied:
    body = json.dumps(payload).encode()
    return post(body, base64_signature(body), now)


def test_a_return_that_was_asked_for_is_told_with_its_order_goods_and_money() -> None:
    call = the_call(hear(change()))
    assert {key: call[key] for key in ("type", "event", "timestamp", "properties")} == {
        "type": "track",
        "event": "Return Requested",
        "timestamp": "2026-03-02T10:00:05+00:00",
        "properties": {
            "return_id": "1673",
            "order_id": "1001",
            "email": "ann@example.com",
            "total": 80.0,
            "products": [
                {
                    "product_id": "77",
                    "variant": "7701",
                    "sku": "GRINDER-BLACK",
                    "name": "Grinder - Black",
                    "price": 80.0,
                    "quantity": 1,
                }
            ],
        },
    }


@pytest.mark.parametrize(
    ("state", "status"),
    [
        ("open", ReturnStatus.REQUESTED),
        ("review", ReturnStatus.REQUESTED),
        ("needs review", ReturnStatus.REQUESTED),
        ("closed", ReturnStatus.REFUNDED),
        ("cancelled", ReturnStatus.CANCELLED),
        ("expired", ReturnStatus.CANCELLED),
    ],
)
def test_a_state_says_how_far_the_return_has_come(state: str, status: ReturnStatus) -> None:
    assert return_after(hear(change("return.updated", state))).status is status


def test_an_unknown_state_says_nothing() -> None:
    assert calls_in(hear(change(state="levitating"))) == ()


@pytest.mark.parametrize("trigger", ["restock.requested", "shipment.processed", "return.processing.failed", None])
def test_other_messages_say_nothing(trigger: object) -> None:
    assert calls_in(hear({**change(), "trigger": trigger})) == ()


@pytest.mark.parametrize(
    ("statuses", "status"),
    [
        (["pre_transit"], ReturnStatus.REQUESTED),
        (["in_transit"], ReturnStatus.IN_TRANSIT),
        (["delivered", "in_transit"], ReturnStatus.IN_TRANSIT),
        (["delivered", "delivered"], ReturnStatus.RECEIVED),
    ],
)
def test_an_open_return_is_as_far_as_all_of_its_parcels(statuses: list[str], status: ReturnStatus) -> None:
    assert return_after(hear(change("return.updated", labels=[label(each) for each in statuses]))).status is status


def test_an_edit_does_not_undo_that_the_parcel_left() -> None:
    moved = hear(label_change("in_transit", "2026-03-03T09:00:00Z"))
    labels = [label("in_transit", "2026-03-03T09:00:00Z")]
    edited = hear(change("return.updated", edited_at="2026-03-04T09:00:00Z", labels=labels))
    assert return_after(hear(change()), moved, edited).status is ReturnStatus.IN_TRANSIT


def test_a_late_older_message_changes_nothing() -> None:
    closed = hear(change("return.closed", "closed", edited_at="2026-03-05T09:00:00Z"))
    assert return_after(closed, hear(label_change()), hear(change())).status is ReturnStatus.REFUNDED


def test_a_return_closed_without_a_time_of_its_own_comes_after_its_parcel() -> None:
    arrived = hear(label_change("delivered", "2026-03-04T09:00:00Z"))
    closed = hear(change("return.closed", "closed", labels=[label("delivered", "2026-03-04T09:00:00Z")]))
    assert return_after(arrived, closed).status is ReturnStatus.REFUNDED


def test_lines_of_the_same_goods_are_pieces() -> None:
    facts = return_after(hear(change(line_items=[line(), line(), line("78", "7801")])))
    assert facts.lines == (
        Item("77", "Grinder - Black", 80.0, 2.0, "7701"),
        Item("78", "Grinder - Black", 80.0, 1.0, "7801"),
    )


def test_a_line_without_a_product_is_left_out() -> None:
    assert "products" not in the_call(hear(change(line_items=[line(product_id=None), "?"])))["properties"]


def test_money_that_was_paid_back_is_a_refund_with_the_shops_id() -> None:
    refund = {"gateway": "made up", "amount": 20, "currency": "EUR", "provider_refund_id": 987}
    _, call = calls_in(hear(change("return.closed", "closed", refunds=[refund])))
    assert (call["event"], call["properties"]) == (
        "Order Refunded",
        {
            "return_id": "1673",
            "order_id": "1001",
            "email": "ann@example.com",
            "refund_id": "987",
            "total": 20.0,
            "currency": "EUR",
        },
    )


@pytest.mark.parametrize("refund", [{"amount": 20}, {"provider_refund_id": 987, "amount": "0.00"}, "?", {}])
def test_a_refund_without_an_id_or_money_is_none(refund: object) -> None:
    assert len(calls_in(hear(change("return.closed", "closed", refunds=[refund])))) == 1


@pytest.mark.parametrize(
    ("status", "event"),
    [("in_transit", "Return Shipped"), ("out_for_delivery", "Return Shipped"), ("delivered", "Return Received")],
)
def test_a_label_that_moves_says_that_the_goods_do(status: str, event: str) -> None:
    call = the_call(hear(label_change(status)))
    assert (call["event"], call["timestamp"], call["properties"]) == (
        event,
        "2026-03-03T09:00:00+00:00",
        {"return_id": "1673", "order_id": "1001", "tracking_number": "9400123"},
    )


@pytest.mark.parametrize("status", ["N/A", "pre_transit", "failure", "error", None])
def test_a_label_that_does_not_move_says_nothing(status: str) -> None:
    assert calls_in(hear(label_change(status))) == ()


def test_a_label_without_a_number_has_none() -> None:
    assert "tracking_number" not in the_call(hear(label_change(tracking_number="N/A")))["properties"]


def test_a_gift_card_pays_the_return_back() -> None:
    call = the_call(hear(gift_card(), datetime(2026, 3, 6, 9, tzinfo=UTC)))
    assert (call["event"], call["timestamp"], call["properties"]) == (
        "Order Refunded",
        "2026-03-06T09:00:00+00:00",
        {
            "refund_id": "gift-card-12",
            "return_id": "1673",
            "order_id": "1001",
            "email": "ann@example.com",
            "total": 23.5,
            "currency": "EUR",
        },
    )


def test_a_gift_card_without_an_id_is_the_same_one_when_told_again() -> None:
    first = the_call(hear(gift_card(id=None), NOW))
    again = the_call(hear(gift_card(id=None), datetime(2026, 3, 11, tzinfo=UTC)))
    assert first["properties"]["refund_id"] == again["properties"]["refund_id"]


def test_a_return_that_was_paid_back_stays_so_when_its_parcel_is_told_late() -> None:
    facts = facts_after([hear(gift_card()), hear(label_change())])
    assert [back.status for back in facts.returns.values()] == [ReturnStatus.REFUNDED]


def test_a_retry_has_the_same_message_ids() -> None:
    refund = {"amount": 20, "currency": "EUR", "provider_refund_id": 987}
    payload = change("return.closed", "closed", refunds=[refund])
    first, again = ([call["messageId"] for call in calls_in(hear(payload))] for _ in range(2))
    assert (first == again, len(set(first))) == (True, 2)


def test_a_body_changed_after_signing_is_denied() -> None:
    body = json.dumps(change()).encode()
    assert why_denied(post(body.replace(b"open", b"closed"), base64_signature(body))) == "unsigned"


def test_the_raw_bytes_are_signed_with_their_escaped_slashes() -> None:
    body = json.dumps(change(status_page_url="https://shop.example/r")).replace("/", "\\/").encode()
    assert len(calls_in(post(body, base64_signature(body)))) == 1


def test_a_call_without_a_signature_is_denied() -> None:
    assert why_denied(source().receive(HookRequest(json.dumps(change()).encode(), {}, {}), NOW)) == "unsigned"


@pytest.mark.parametrize("secret", ["old-secret", "new-secret"])
def test_while_a_secret_is_exchanged_both_hold(secret: str) -> None:
    body = json.dumps(change()).encode()
    request = HookRequest(body, {"x-loop-signature": base64_signature(body, secret)}, {})
    assert len(calls_in(source("new-secret,old-secret").receive(request, NOW))) == 1


def test_without_a_secret_it_does_not_start() -> None:
    with pytest.raises(MissingSecret, match="LOOP"):
        source("")


@pytest.mark.parametrize(
    "payload",
    [
        change(id=None),
        change(created_at="?", labels=[], line_items=[]),
        label_change(id=""),
        label_change(label_updated_at=None),
        gift_card(return_id=None),
    ],
)
def test_a_message_without_its_return_or_its_time_is_malformed(payload: dict[str, Any]) -> None:
    assert why_denied(hear(payload)) == "malformed"


@settings(max_examples=100, deadline=None)
@given(variations(change()) | variations(label_change()) | variations(gift_card()))
def test_whatever_the_members_are_there_is_an_answer(payload: dict[str, Any]) -> None:
    answer = hear(payload)
    assert isinstance(answer, Received) or answer.why == "malformed"
