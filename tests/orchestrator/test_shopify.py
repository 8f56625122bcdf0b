"""Does Shopify's adapter know its shop, and does it say what the shop said?"""

import hmac
import json
from base64 import b64encode
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from journeys.vocabulary import Facts, OrderStatus, ReturnStatus, Shipment, ShipmentStatus
from orchestrator.sources.calls import Call
from orchestrator.sources.hooks import Denied, HookRequest, Received
from orchestrator.sources.shopify import Shopify, ShopifyParams
from orchestrator.sources.signatures import MissingSecret
from tests.orchestrator.payloads import shopify as payloads
from tests.orchestrator.payloads.calls import are_readable, read, to_events, to_facts

NOW = datetime(2026, 3, 6, 12, 0, tzinfo=UTC)
SENT_AT = "2026-03-06T11:59:00.123456789Z"
SECRET = "old-secret"


def shopify(secrets: str = SECRET, **params: Any) -> Shopify:
    return Shopify(ShopifyParams(**params), {"SHOPIFY_WEBHOOK_SECRET": secrets}.get)  # type: ignore[arg-type]  # the name is always there


def sign(body: bytes, secret: str = SECRET) -> str:
    return b64encode(hmac.new(secret.encode(), body, "sha256").digest()).decode()


def request(topic: str, payload: object, **headers: str) -> HookRequest:
    body = payload if isinstance(payload, bytes) else json.dumps(payload, indent=1).encode()
    given = {
        "x-shopify-topic": topic,
        "x-shopify-hmac-sha256": sign(body),
        "x-shopify-shop-domain": "nordic-roast.myshopify.com",
        "x-shopify-event-id": "event-1",
        "x-shopify-webhook-id": "webhook-1",
        "x-shopify-triggered-at": SENT_AT,
        **{name.replace("_", "-"): value for name, value in headers.items()},
    }
    return HookRequest(body, {name: value for name, value in given.items() if value}, {})


def calls(topic: str, payload: object, **headers: str) -> tuple[Call, ...]:
    received = shopify().receive(request(topic, payload, **headers), NOW)
    assert isinstance(received, Received), received
    return received.calls


def only(topic: str, payload: object, **headers: str) -> Call:
    (call,) = calls(topic, payload, **headers)
    return call


def _parcel(facts: Facts, fulfilment: str) -> Shipment:
    """Find a parcel by the id the shop gave it: by then it may go by its tracking number."""
    (found,) = [parcel for parcel in facts.shipments.values() if fulfilment in (parcel.shipment_id, *parcel.also)]
    return found


def names(told: tuple[Call, ...]) -> list[str]:
    return [call["event"] for call in told]


def denied(heard: HookRequest, adapter: Shopify | None = None) -> Denied:
    answer = (adapter or shopify()).receive(heard, NOW)
    assert isinstance(answer, Denied), answer
    return answer


# Who calls.


def test_a_call_signed_with_our_secret_is_taken() -> None:
    assert isinstance(shopify().receive(request("orders/create", payloads.order()), NOW), Received)


def test_a_call_signed_with_another_secret_is_unsigned() -> None:
    body = json.dumps(payloads.order()).encode()
    assert denied(request("orders/create", body, x_shopify_hmac_sha256=sign(body, "another"))).why == "unsigned"


def test_a_call_without_a_signature_is_unsigned() -> None:
    assert denied(request("orders/create", payloads.order(), x_shopify_hmac_sha256="")).why == "unsigned"


def test_the_signature_is_of_the_very_bytes_that_came() -> None:
    written = json.dumps(payloads.order(), indent=1).encode()
    rewritten = json.dumps(payloads.order()).encode()
    assert denied(request("orders/create", rewritten, x_shopify_hmac_sha256=sign(written))).why == "unsigned"


def test_while_a_secret_is_exchanged_both_hold() -> None:
    heard = request("orders/create", payloads.order())
    assert isinstance(shopify("new-secret, old-secret").receive(heard, NOW), Received)


def test_without_a_secret_there_is_no_source() -> None:
    with pytest.raises(MissingSecret, match="SHOPIFY_WEBHOOK_SECRET"):
        shopify("")


def test_a_call_older_than_the_window_is_a_replay() -> None:
    heard = request("orders/create", payloads.order(), x_shopify_triggered_at="2026-03-05T11:59:59Z")
    assert denied(heard).why == "replayed"


def test_the_window_can_be_made_smaller() -> None:
    heard = request("orders/create", payloads.order(), x_shopify_triggered_at="2026-03-06T10:00:00Z")
    assert denied(heard, shopify(replay_window="1h")).why == "replayed"


def test_a_call_from_the_future_is_a_replay() -> None:
    heard = request("orders/create", payloads.order(), x_shopify_triggered_at="2026-03-06T12:06:00Z")
    assert denied(heard).why == "replayed"


def test_a_call_that_does_not_say_when_it_was_made_is_taken() -> None:
    assert calls("orders/create", payloads.order(), x_shopify_triggered_at="")


def test_a_call_of_another_shop_is_not_taken() -> None:
    heard = request("orders/create", payloads.order(), x_shopify_shop_domain="other.myshopify.com")
    assert denied(heard, shopify(shop="nordic-roast.myshopify.com")) == Denied(
        "unsigned",
        'shopify: expected a call of the shop "nordic-roast.myshopify.com", got one of another; '
        "remove its webhook there",
    )


def test_a_call_of_the_named_shop_is_taken() -> None:
    adapter = shopify(shop="Nordic-Roast.myshopify.com")
    assert isinstance(adapter.receive(request("orders/create", payloads.order()), NOW), Received)


# What is no message.


def test_a_topic_that_means_nothing_here_is_taken_without_a_call() -> None:
    assert calls("themes/publish", {"id": 1}) == ()


def test_a_call_without_a_topic_is_malformed() -> None:
    assert denied(request("", payloads.order())).why == "malformed"


def test_broken_json_is_malformed_and_nothing_of_it_is_repeated() -> None:
    assert denied(request("orders/create", b'{"email": "vilma@exam')) == Denied(
        "malformed", "shopify: expected a JSON object, got what is no JSON; have the sender call in JSON"
    )


@pytest.mark.parametrize(
    ("topic", "field"),
    [
        ("orders/create", "id"),
        ("orders/delete", "id"),
        ("refunds/create", "id"),
        ("checkouts/create", "token"),
        ("fulfillments/create", "id"),
        ("fulfillment_events/create", "order_id"),
        ("returns/request", "id"),
        ("customers/update", "id"),
        ("customers_email_marketing_consent/update", "customer_id"),
        ("products/update", "id"),
        ("inventory_levels/update", "inventory_item_id"),
        ("variants/in_stock", "id"),
    ],
)
def test_a_message_that_does_not_say_what_it_is_about_is_malformed(topic: str, field: str) -> None:
    assert denied(request(topic, {"note": "nothing"})) == Denied(
        "malformed",
        f'shopify: expected a call with "{field}", got none that can be read; '
        "compare the topic and the API version the webhook was made for",
    )


@pytest.mark.parametrize(
    ("topic", "payload"),
    [
        ("refunds/create", {"id": 1}),
        ("fulfillments/update", {"id": 1}),
        ("returns/close", {"id": 1}),
    ],
)
def test_what_names_no_order_is_malformed(topic: str, payload: dict[str, Any]) -> None:
    assert '"order_id"' in denied(request(topic, payload)).message


def test_a_single_wrong_field_is_left_out() -> None:
    told = only("orders/create", payloads.order(total_price={"amount": 3}, phone=["?"]))
    assert "total" not in told["properties"]


TOPICS = [
    *(f"orders/{event}" for event in ("create", "paid", "updated", "cancelled", "fulfilled", "delete", "edited")),
    *(f"returns/{event}" for event in ("request", "approve", "decline", "process", "cancel", "close", "reopen")),
    *("orders/partially_fulfilled", "refunds/create", "checkouts/create", "checkouts/update"),
    *("fulfillments/create", "fulfillments/update", "fulfillment_events/create"),
    *("fulfillment_orders/placed_on_hold", "fulfillment_orders/hold_released"),
    *("customers/create", "customers/update"),
    *("customers_email_marketing_consent/update", "customers_marketing_consent/update"),
    *("products/create", "products/update", "inventory_levels/update", "variants/in_stock", "variants/out_of_stock"),
]
MEMBERS = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
FIELDS = sorted({*payloads.order(), *payloads.parcel(), *payloads.refund(), *payloads.checkout(), *payloads.product()})
LISTS = st.lists(st.dictionaries(st.sampled_from(FIELDS), MEMBERS, max_size=4), max_size=2)


@settings(max_examples=150, deadline=None)
@given(
    st.sampled_from(TOPICS),
    MEMBERS | st.dictionaries(st.sampled_from(FIELDS), MEMBERS | LISTS, max_size=12),
)
def test_no_json_makes_it_fail(topic: str, payload: Any) -> None:
    answer = shopify().receive(request(topic, payload), NOW)
    assert isinstance(answer, Denied) or are_readable(answer.calls, NOW)


# How calls are named.


@pytest.mark.parametrize("headers", [{}, {"x_shopify_event_id": ""}])
def test_a_retry_is_named_as_the_first_attempt(headers: dict[str, str]) -> None:
    first = calls("orders/updated", payloads.order(), **headers)
    again = calls("orders/updated", payloads.order(), **headers)
    assert [call["messageId"] for call in again] == [call["messageId"] for call in first]


def test_the_deliveries_of_two_subscriptions_are_one_message() -> None:
    first = only("orders/updated", payloads.order(), x_shopify_webhook_id="webhook-1")
    other = only("orders/updated", payloads.order(), x_shopify_webhook_id="webhook-2")
    assert other["messageId"] == first["messageId"] == "shopify-event-1/orders/updated/5001"


def test_two_orders_changed_by_one_action_are_two_messages() -> None:
    first, other = only("orders/updated", payloads.order()), only("orders/updated", payloads.order(id=5002))
    assert first["messageId"] != other["messageId"]


def test_without_any_id_the_body_names_the_message() -> None:
    bare = {"x_shopify_event_id": "", "x_shopify_webhook_id": ""}
    first, other = (
        only("orders/updated", payloads.order(), **bare),
        only("orders/updated", payloads.order(id=2), **bare),
    )
    assert first["messageId"].partition("/")[0] != other["messageId"].partition("/")[0]


def test_a_parcel_in_every_update_of_its_order_is_one_message() -> None:
    first = calls("orders/updated", payloads.order(fulfillments=[payloads.parcel()]))
    later = calls("orders/updated", payloads.order(fulfillments=[payloads.parcel()]), x_shopify_event_id="event-2")
    own = calls("fulfillments/create", payloads.parcel(), x_shopify_event_id="event-3")
    assert len({accepted.dedup for accepted in read((first[-1], later[-1], own[-1]), NOW)}) == 1


# Orders.


def test_a_new_order_is_told_with_who_what_and_how_much() -> None:
    assert only("orders/create", payloads.order()) == {
        "type": "track",
        "event": "Order Completed",
        "messageId": "shopify-event-1/orders/create/5001",
        "timestamp": "2026-03-01T08:00:00+00:00",
        "userId": "301",
        "properties": {
            "order_id": "5001",
            "checkout_id": "checkout-1",
            "email": "vilma@example.com",
            "phone": "+37120000001",
            "total": 100.0,
            "currency": "EUR",
            "products": [
                {
                    "product_id": "8100",
                    "variant": "8101",
                    "sku": "BEAN-DARK",
                    "name": "Dark roast",
                    "price": 12.5,
                    "quantity": 2.0,
                },
                {
                    "product_id": "8200",
                    "variant": "8201",
                    "sku": "GRIND-1",
                    "name": "Hand grinder",
                    "price": 75.0,
                    "quantity": 1.0,
                },
            ],
        },
    }


def test_an_order_without_a_checkout_goes_by_its_cart() -> None:
    assert only("orders/create", payloads.order(checkout_token=None))["properties"]["checkout_id"] == "cart-1"


def test_the_customer_of_an_order_is_found_where_the_order_names_no_address() -> None:
    told = only("orders/create", payloads.order(email="", contact_email=None, phone=None))
    assert told["properties"]["email"] == "vilma@example.com"


def test_goods_that_are_no_product_go_by_their_sku() -> None:
    engraving = {"title": "Engraving", "product_id": None, "variant_id": None, "sku": "ENGRAVE", "quantity": 1}
    told = only("orders/create", payloads.order(line_items=[engraving, {"title": "Tip", "quantity": 1}]))
    assert [product["sku"] for product in told["properties"]["products"]] == ["ENGRAVE"]


@pytest.mark.parametrize("financial_status", ["voided", "expired"])
def test_a_new_order_whose_payment_failed_says_so(financial_status: str) -> None:
    told = calls("orders/create", payloads.order(financial_status=financial_status))
    assert names(told) == ["Order Completed", "Payment Failed"]
    assert to_facts(told, NOW).orders["5001"].status is OrderStatus.PAYMENT_FAILED


@pytest.mark.parametrize("topic", ["orders/updated", "orders/paid", "orders/fulfilled", "orders/partially_fulfilled"])
def test_an_update_happened_when_the_order_was_changed(topic: str) -> None:
    told = only(topic, payloads.order())
    assert (told["event"], told["timestamp"]) == ("Order Updated", "2026-03-01T08:00:05+00:00")


@pytest.mark.parametrize(
    ("financial_status", "said"),
    [
        ("pending", None),
        ("authorized", None),
        ("partially_paid", None),
        ("paid", None),
        ("partially_refunded", None),
        ("refunded", "refunded"),
        ("voided", "payment_failed"),
        ("expired", "payment_failed"),
    ],
)
def test_an_update_repeats_the_financial_status_only_where_it_ends_something(
    financial_status: str, said: str | None
) -> None:
    told = only("orders/updated", payloads.order(financial_status=financial_status))
    assert told["properties"].get("status") == said


def test_that_an_order_is_paid_is_said_once() -> None:
    assert only("orders/paid", payloads.order())["properties"]["status"] == "paid"


def test_a_fulfilled_order_is_not_delivered() -> None:
    shipped = payloads.order(fulfillment_status="fulfilled", fulfillments=[payloads.parcel()])
    facts = to_facts(calls("orders/fulfilled", shipped), NOW)
    assert _parcel(facts, "9001").status is ShipmentStatus.SHIPPED


def test_a_cancelled_order_was_cancelled_when_the_shop_says() -> None:
    ended = payloads.order(cancelled_at="2026-03-02T09:00:00+02:00", cancel_reason="fraud", financial_status="paid")
    told = calls("orders/cancelled", ended)
    assert names(told) == ["Order Updated", "Order Cancelled"]
    assert (told[1]["timestamp"], told[1]["properties"]["reason"]) == ("2026-03-02T07:00:00+00:00", "fraud")


def test_a_cancelled_order_stays_cancelled_when_it_is_changed_later() -> None:
    ended = payloads.order(cancelled_at="2026-03-02T09:00:00+02:00", updated_at="2026-03-04T09:00:00+02:00")
    facts = to_facts((*calls("orders/create", payloads.order()), *calls("orders/paid", ended)), NOW)
    assert facts.orders["5001"].status is OrderStatus.CANCELLED


def test_a_deleted_order_is_cancelled_when_the_message_was_sent() -> None:
    told = only("orders/delete", {"id": 5001})
    assert (told["event"], told["timestamp"]) == ("Order Cancelled", "2026-03-06T11:59:00.123456+00:00")


def test_an_edit_names_lines_only_and_says_nothing() -> None:
    edit = {"order_edit": {"id": 3, "order_id": 5001, "line_items": {"additions": [{"id": 71, "delta": 1}]}}}
    assert calls("orders/edited", edit) == ()


def test_a_stale_update_changes_nothing() -> None:
    ended = calls("orders/cancelled", payloads.order(cancelled_at="2026-03-02T09:00:00+02:00"))
    facts = to_facts((*ended, *calls("orders/paid", payloads.order())), NOW)
    assert facts.orders["5001"].status is OrderStatus.CANCELLED


# Refunds.


def test_a_refund_of_some_goods_names_them_and_the_money() -> None:
    told = only("refunds/create", payloads.refund())
    assert (told["event"], told["timestamp"]) == ("Order Refunded", "2026-03-05T07:00:00+00:00")
    assert told["properties"] == {
        "refund_id": "6001",
        "order_id": "5001",
        "total": 12.5,
        "currency": "EUR",
        "products": [
            {
                "product_id": "8100",
                "variant": "8101",
                "sku": "BEAN-DARK",
                "name": "Dark roast",
                "price": 12.5,
                "quantity": 1.0,
            }
        ],
    }


def test_a_refund_in_part_does_not_make_the_order_refunded() -> None:
    placed = calls("orders/create", payloads.order())
    changed = payloads.order(
        financial_status="partially_refunded", refunds=[payloads.refund()], updated_at="2026-03-05T09:00:00+02:00"
    )
    facts = to_facts((*placed, *calls("orders/updated", changed)), NOW)
    assert facts.orders["5001"].status is OrderStatus.PLACED


def test_a_refund_of_everything_makes_the_order_refunded() -> None:
    changed = payloads.order(financial_status="refunded", updated_at="2026-03-05T09:00:00+02:00")
    facts = to_facts((*calls("orders/create", payloads.order()), *calls("orders/updated", changed)), NOW)
    assert facts.orders["5001"].status is OrderStatus.REFUNDED


def test_a_refund_told_by_two_topics_is_one_message() -> None:
    own = calls("refunds/create", payloads.refund())
    with_order = calls("orders/updated", payloads.order(refunds=[payloads.refund()]), x_shopify_event_id="event-2")
    assert len({accepted.dedup for accepted in read((own[0], with_order[-1]), NOW)}) == 1


def test_money_that_was_not_paid_back_does_not_count() -> None:
    moves = [payloads.transaction("5.00"), payloads.transaction("9.00", status="failure")]
    told = only("refunds/create", payloads.refund(transactions=[*moves, payloads.transaction("8.00", kind="void")]))
    assert told["properties"]["total"] == 5.0


def test_a_refund_of_nothing_says_nothing() -> None:
    assert calls("refunds/create", payloads.refund(refund_line_items=[], transactions=[])) == ()


def test_a_refund_for_a_return_names_it() -> None:
    assert only("refunds/create", payloads.refund(**{"return": {"id": 2001}}))["properties"]["return_id"] == "2001"


# Parcels.


def test_a_parcel_left_when_it_was_made() -> None:
    told = only("fulfillments/create", payloads.parcel())
    assert (told["event"], told["timestamp"]) == ("Order Shipped", "2026-03-01T09:00:00+00:00")
    assert {name: told["properties"][name] for name in ("shipment_id", "tracking_number", "order_id", "carrier")} == {
        "shipment_id": "9001",
        "tracking_number": "CE001",
        "order_id": "5001",
        "carrier": "Omniva",
    }


def test_a_parcel_holds_its_own_goods_only() -> None:
    facts = to_facts(calls("fulfillments/create", payloads.parcel()), NOW)
    assert _parcel(facts, "9001").product_ids == ("8100",)


@pytest.mark.parametrize("word", ["label_purchased", "label_printed", "confirmed"])
def test_a_parcel_with_a_label_only_has_not_left(word: str) -> None:
    assert calls("fulfillments/update", payloads.parcel(shipment_status=word)) == ()


@pytest.mark.parametrize("status", ["pending", "open", "error", "failure"])
def test_a_parcel_the_shop_has_not_sent_has_not_left(status: str) -> None:
    assert calls("fulfillments/create", payloads.parcel(status=status)) == ()


@pytest.mark.parametrize(
    ("word", "status"),
    [
        ("in_transit", ShipmentStatus.IN_TRANSIT),
        ("out_for_delivery", ShipmentStatus.OUT_FOR_DELIVERY),
        ("attempted_delivery", ShipmentStatus.EXCEPTION),
        ("ready_for_pickup", ShipmentStatus.OUT_FOR_DELIVERY),
        ("failure", ShipmentStatus.EXCEPTION),
        ("delivered", ShipmentStatus.DELIVERED),
    ],
)
def test_a_parcel_is_where_the_carrier_has_it(word: str, status: ShipmentStatus) -> None:
    moved = payloads.parcel(shipment_status=word, updated_at="2026-03-02T09:00:00+02:00")
    facts = to_facts(calls("fulfillments/update", moved), NOW)
    assert _parcel(facts, "9001").status is status


def test_a_parcel_of_a_cancelled_fulfilment_is_cancelled() -> None:
    told = only("fulfillments/update", payloads.parcel(status="cancelled"))
    assert (told["event"], told["properties"]["status"]) == ("Shipment Updated", "cancelled")


def test_a_tracking_number_that_comes_later_is_told_and_moves_nothing() -> None:
    bare = calls("fulfillments/create", payloads.parcel(tracking_number=None, tracking_numbers=[]))
    arrived = calls("fulfillment_events/create", payloads.parcel_event())
    numbered = calls("fulfillments/update", payloads.parcel(updated_at="2026-03-04T09:00:00+02:00"))
    assert bare[0]["messageId"] != numbered[0]["messageId"]
    facts = to_facts((*bare, *arrived, *numbered), NOW)
    assert _parcel(facts, "9001").status is ShipmentStatus.DELIVERED


def test_a_delivery_happened_when_the_carrier_says() -> None:
    told = only("fulfillment_events/create", payloads.parcel_event())
    assert (told["event"], told["timestamp"]) == ("Order Delivered", "2026-03-03T13:00:00+00:00")
    assert told["properties"] == {"shipment_id": "9001", "order_id": "5001"}


def test_a_delivery_told_by_two_topics_is_one_message() -> None:
    reported = only("fulfillment_events/create", payloads.parcel_event())
    noted = only(
        "fulfillments/update", payloads.parcel(shipment_status="delivered", updated_at="2026-03-03T15:10:00+02:00")
    )
    assert reported["messageId"] == noted["messageId"]


def test_a_carriers_report_says_when_the_parcel_is_expected() -> None:
    on_its_way = payloads.parcel_event(status="in_transit", estimated_delivery_at="2026-03-04T12:00:00+02:00")
    told = only("fulfillment_events/create", on_its_way)
    assert told["properties"]["expected_at"] == "2026-03-04T10:00:00+00:00"


def test_a_report_that_the_label_was_printed_says_nothing() -> None:
    assert calls("fulfillment_events/create", payloads.parcel_event(status="label_printed")) == ()


def test_a_stale_report_does_not_take_a_parcel_back() -> None:
    arrived = calls("fulfillment_events/create", payloads.parcel_event())
    late = payloads.parcel_event(status="out_for_delivery", happened_at="2026-03-03T08:00:00+02:00")
    facts = to_facts((*arrived, *calls("fulfillment_events/create", late)), NOW)
    assert _parcel(facts, "9001").status is ShipmentStatus.DELIVERED


@pytest.mark.parametrize("topic", ["fulfillment_orders/placed_on_hold", "fulfillment_orders/hold_released"])
def test_a_hold_names_no_order_and_says_nothing(topic: str) -> None:
    hold = {"id": "gid://shopify/FulfillmentHold/1", "reason": "high_risk_of_fraud"}
    held = {"fulfillment_order": {"id": "gid://shopify/FulfillmentOrder/1", "fulfillment_holds": [hold]}}
    assert calls(topic, held) == ()


# Returns.


@pytest.mark.parametrize(
    ("topic", "word", "name", "status"),
    [
        ("returns/request", "requested", "Return Requested", ReturnStatus.REQUESTED),
        ("returns/approve", "open", "Return Requested", ReturnStatus.REQUESTED),
        ("returns/reopen", "open", "Return Requested", ReturnStatus.REQUESTED),
        ("returns/process", "open", "Return Received", ReturnStatus.RECEIVED),
        ("returns/decline", "declined", "Return Declined", ReturnStatus.DECLINED),
        ("returns/cancel", "canceled", "Return Cancelled", ReturnStatus.CANCELLED),
        ("returns/close", "closed", "Return Closed", ReturnStatus.REFUNDED),
    ],
)
def test_a_return_is_as_far_as_its_topic_says(topic: str, word: str, name: str, status: ReturnStatus) -> None:
    told = only(topic, payloads.return_(word))
    assert told["event"] == name
    assert to_facts((told,), NOW).returns["2001"].status is status


def test_a_return_names_its_order_in_either_shape() -> None:
    short = {"id": 2001, "order_id": 5001, "status": "closed"}
    assert only("returns/close", short)["properties"] == {"return_id": "2001", "order_id": "5001", "status": "closed"}


def test_a_return_has_no_date_and_happened_when_it_was_sent() -> None:
    (event,) = to_events(calls("returns/request", payloads.return_()), NOW)
    assert event.at == datetime(2026, 3, 6, 11, 59, 0, 123_000, tzinfo=UTC)


def test_a_changed_return_names_no_order_and_says_nothing() -> None:
    assert calls("returns/update", {"admin_graphql_api_id": "gid://shopify/Return/2001"}) == ()


# Checkouts and people.


def test_a_checkout_is_told_with_what_it_holds() -> None:
    told = only("checkouts/create", payloads.checkout())
    assert (told["event"], told["timestamp"]) == ("Checkout Started", "2026-03-01T07:50:00+00:00")
    properties = told["properties"]
    assert (properties["checkout_id"], properties["total"], properties["url"]) == (
        "checkout-1",
        75.0,
        "https://shop.example/checkouts/checkout-1/recover",
    )


def test_a_checkout_and_its_order_share_an_id() -> None:
    begun, placed = only("checkouts/create", payloads.checkout()), only("orders/create", payloads.order())
    assert begun["properties"]["checkout_id"] == placed["properties"]["checkout_id"]


def test_a_checkout_that_goes_on_is_no_new_one() -> None:
    told = only("checkouts/update", payloads.checkout())
    assert (told["event"], told["timestamp"]) == ("Checkout Step Completed", "2026-03-01T07:55:00+00:00")


def test_of_a_complete_checkout_its_order_tells() -> None:
    assert calls("checkouts/update", payloads.checkout(completed_at="2026-03-01T10:00:00+02:00")) == ()


@pytest.mark.parametrize("topic", ["customers/create", "customers/update"])
def test_a_customer_is_told_as_they_are(topic: str) -> None:
    assert only(topic, payloads.CUSTOMER) == {
        "type": "identify",
        "messageId": f"shopify-event-1/{topic}/301",
        "timestamp": "2026-03-01T08:00:00+00:00",
        "userId": "301",
        "traits": {
            "email": "vilma@example.com",
            "first_name": "Vilma",
            "last_name": "Testa",
            "country": "LV",
            "city": "Riga",
        },
    }


def consent(state: str, **changes: Any) -> dict[str, Any]:
    stated = {"state": state, "opt_in_level": "single_opt_in", "consent_updated_at": "2026-03-04T10:00:00+02:00"}
    return {"customer_id": 301, "email_address": "vilma@example.com", "email_marketing_consent": {**stated, **changes}}


@pytest.mark.parametrize(("state", "agreed"), [("subscribed", True), ("unsubscribed", False), ("redacted", False)])
def test_an_answer_about_e_mail_is_told(state: str, agreed: bool) -> None:
    told = only("customers_email_marketing_consent/update", consent(state))
    assert (told["event"], told["timestamp"], told["userId"]) == (
        "Preferences Updated",
        "2026-03-04T08:00:00+00:00",
        "301",
    )
    assert told["properties"] == {"email": "vilma@example.com", "channel": "email", "consent": {"email": agreed}}


@pytest.mark.parametrize("state", ["not_subscribed", "pending", "invalid"])
def test_who_said_neither_yes_nor_no_gave_no_answer(state: str) -> None:
    assert calls("customers_email_marketing_consent/update", consent(state)) == ()


def test_an_answer_without_a_date_was_given_when_it_was_sent() -> None:
    told = only("customers_email_marketing_consent/update", consent("subscribed", consent_updated_at=None))
    assert told["timestamp"] == "2026-03-06T11:59:00.123456+00:00"


def test_an_answer_about_text_messages_is_told() -> None:
    stated = {"state": "unsubscribed", "consent_updated_at": "2026-03-04T10:00:00+02:00"}
    told = only(
        "customers_marketing_consent/update", {"id": 301, "phone": "+37120000001", "sms_marketing_consent": stated}
    )
    assert told["properties"] == {"phone": "+37120000001", "channel": "sms", "consent": {"sms": False}}


# Goods.


@pytest.mark.parametrize("topic", ["products/create", "products/update"])
def test_a_product_is_told_with_its_variants(topic: str) -> None:
    told = only(topic, payloads.product())
    assert (told["event"], told["about"], told["timestamp"]) == ("Product Updated", "shop", "2026-03-02T08:00:00+00:00")
    assert told["properties"] == {
        "product_id": "8100",
        "name": "Dark roast",
        "category": "Coffee",
        "image_url": "https://shop.example/dark.png",
        "variants": [
            {"variant": "8101", "price": 12.5, "inventory_id": "501"},
            {"variant": "8102", "price": 40.0, "inventory_id": "502"},
        ],
    }


def test_a_product_whose_variants_cost_the_same_has_that_price() -> None:
    same = [{"id": 1, "price": "12.50"}, {"id": 2, "price": "12.50"}]
    assert only("products/update", payloads.product(variants=same))["properties"]["price"] == 12.5


def test_stock_is_told_by_place() -> None:
    level = {"inventory_item_id": 501, "location_id": 7, "available": 0, "updated_at": "2026-03-02T10:00:00+02:00"}
    told = only("inventory_levels/update", level)
    assert (told["event"], told["about"]) == ("Stock Changed", "shop")
    assert told["properties"] == {"inventory_id": "501", "location": "7", "quantity": 0.0}


def test_stock_that_is_not_counted_says_nothing() -> None:
    assert calls("inventory_levels/update", {"inventory_item_id": 501, "location_id": 7, "available": None}) == ()


@pytest.mark.parametrize(("topic", "in_stock"), [("variants/in_stock", True), ("variants/out_of_stock", False)])
def test_a_variant_comes_in_and_out_of_stock_when_the_message_says(topic: str, in_stock: bool) -> None:
    told = only(topic, {"id": 8101, "product_id": 8100, "updated_at": "2026-01-01T00:00:00Z"})
    assert told["timestamp"] == "2026-03-06T11:59:00.123456+00:00"
    assert told["properties"] == {"product_id": "8100", "variant": "8101", "in_stock": in_stock}


def test_the_same_request_at_the_same_moment_gives_the_same_answer() -> None:
    heard = request("orders/updated", payloads.order(fulfillments=[payloads.parcel()], refunds=[payloads.refund()]))
    assert shopify().receive(heard, NOW) == shopify().receive(heard, NOW)


def test_a_message_that_names_no_moment_happened_when_it_came() -> None:
    (event,) = to_events(calls("orders/delete", {"id": 5001}, x_shopify_triggered_at=""), NOW + timedelta(hours=1))
    assert event.at == NOW
