"""What does an order become that Shopify gives when it is asked?"""

import pytest

from orchestrator.sources._shopify_notice import Notice
from orchestrator.sources._shopify_orders import read_order
from orchestrator.sources.asked import Question, Told
from tests.fakes.web import answered
from tests.orchestrator.shopify_shop import (
    ANN,
    GOODS,
    NOW,
    ORDER,
    PARCEL,
    PARCELS,
    REFUNDS,
    RETURNS,
    WHO,
    ask,
    calls,
    having,
    names,
    with_parcels,
)

MUG = {"product_id": "93", "variant": "931", "sku": "MUG", "name": "Mug", "price": 29.35, "quantity": 1.0}


def test_an_order_is_told_as_it_stands():
    (call,) = calls(ask(having(ORDER))[ANN])
    assert (call["event"], call["timestamp"], call["userId"], call["properties"]) == (
        "Order Updated",
        "2026-11-20T09:00:00+00:00",
        "207",
        {
            "order_id": "17",
            "email": "Ann@customers.example",
            "total": 29.35,
            "currency": "EUR",
            "products": [MUG],
        },
    )


def test_the_webhook_of_the_same_order_says_the_same():
    webhook = {
        "id": 17,
        "email": "Ann@customers.example",
        "created_at": "2026-11-18T08:00:00Z",
        "updated_at": "2026-11-20T09:00:00Z",
        "cancelled_at": "2026-11-20T09:00:00Z",
        "cancel_reason": "customer",
        "financial_status": "refunded",
        "total_price": "29.35",
        "currency": "EUR",
        "customer": {"id": 207},
        "line_items": [
            {"product_id": 93, "variant_id": 931, "sku": "MUG", "title": "Mug", "price": "29.35", "quantity": 1}
        ],
    }
    graph = {
        **ORDER,
        "cancelledAt": "2026-11-20T09:00:00Z",
        "cancelReason": "CUSTOMER",
        "displayFinancialStatus": "REFUNDED",
    }
    told = read_order(Notice("orders/updated", "event", webhook, NOW))
    assert isinstance(told, tuple)
    without_id = [{**call, "messageId": ""} for call in told]
    assert [{**call, "messageId": ""} for call in calls(ask(having(graph))[ANN])] == without_id


@pytest.mark.parametrize(
    ("changed", "events", "status"),
    [
        ({"displayFinancialStatus": "PENDING"}, ["Order Updated"], None),
        ({"displayFinancialStatus": "REFUNDED"}, ["Order Updated"], "refunded"),
        ({"displayFinancialStatus": "VOIDED"}, ["Order Updated"], "payment_failed"),
        ({"cancelledAt": "2026-11-20T08:00:00Z"}, ["Order Updated", "Order Cancelled"], "cancelled"),
    ],
)
def test_what_ended_an_order_is_told(changed, events, status):
    told = ask(having({**ORDER, **changed}))[ANN]
    assert (names(told), calls(told)[0]["properties"].get("status")) == (events, status)


def test_goods_that_did_not_fit_into_the_answer_are_not_taken_for_all():
    cut = {**ORDER, "lineItems": {**ORDER["lineItems"], "pageInfo": {"hasNextPage": True}}}
    (call,) = calls(ask(having(cut))[ANN])
    assert "products" not in call["properties"]


def test_asking_twice_gives_the_same_messages():
    assert ask(having(ORDER)) == ask(having(ORDER))


def test_an_order_that_changed_gives_another_message():
    later = {**ORDER, "updatedAt": "2026-11-20T09:00:01Z"}
    once, twice = (calls(ask(having(order))[ANN])[0]["messageId"] for order in (ORDER, later))
    assert once != twice


def test_orders_of_others_are_left_alone():
    assert ask(having({**ORDER, "email": "ben@customers.example"})) == {ANN: Told(())}


def test_orders_of_a_customer_known_by_their_number_are_told():
    question = Question("orders", "207")
    assert names(ask(having(ORDER), question)[question]) == ["Order Updated"]


def test_a_refund_is_told_with_its_goods():
    refund = {
        "id": "gid://shopify/Refund/9",
        "createdAt": "2026-11-20T07:00:00Z",
        "totalRefundedSet": {"shopMoney": {"amount": "12.5", "currencyCode": "EUR"}},
        "return": {"id": "gid://shopify/Return/4"},
        "refundLineItems": {"nodes": [{"quantity": 1, "lineItem": GOODS}]},
    }
    (call,) = calls(ask(having({**WHO, "refunds": [refund]}), REFUNDS)[REFUNDS])
    assert (call["event"], call["messageId"], call["timestamp"], call["properties"]) == (
        "Order Refunded",
        "shopify-refund/9/12.50",
        "2026-11-20T07:00:00+00:00",
        {
            "refund_id": "9",
            "return_id": "4",
            "order_id": "17",
            "total": 12.5,
            "currency": "EUR",
            "products": [{**MUG, "price": 0.0}],
        },
    )


@pytest.mark.parametrize(
    ("status", "event", "at"),
    [
        ("REQUESTED", "Return Requested", "2026-11-19T07:00:00+00:00"),
        ("OPEN", "Return Requested", "2026-11-19T08:00:00+00:00"),
        ("CLOSED", "Return Closed", "2026-11-19T09:00:00+00:00"),
        ("DECLINED", "Return Declined", "2026-11-20T09:00:00+00:00"),
        ("CANCELED", "Return Cancelled", "2026-11-20T09:00:00+00:00"),
    ],
)
def test_a_return_is_told_at_the_moment_it_came_so_far(status, event, at):
    back = {
        "id": "gid://shopify/Return/4",
        "status": status,
        "createdAt": "2026-11-19T07:00:00Z",
        "requestApprovedAt": "2026-11-19T08:00:00Z",
        "closedAt": "2026-11-19T09:00:00Z",
    }
    (call,) = calls(ask(having({**WHO, "returns": {"nodes": [back]}}), RETURNS)[RETURNS])
    assert (call["event"], call["timestamp"], call["properties"]["return_id"]) == (event, at, "4")


def test_a_parcel_is_told_as_its_webhook_does():
    (call,) = calls(ask(with_parcels(PARCEL), PARCELS)[PARCELS])
    assert (call["event"], call["messageId"], call["properties"]) == (
        "Shipment Updated",
        "shopify-fulfillment/501/in_transit/2026-11-20T08:30:00+00:00",
        {
            "shipment_id": "501",
            "tracking_number": "1Z999AA10123456784",
            "order_id": "17",
            "carrier": "UPS",
            "products": [{**MUG, "price": 0.0}],
            "status": "in_transit",
        },
    )


@pytest.mark.parametrize(
    ("display", "status", "event"),
    [
        ("FULFILLED", "SUCCESS", "Order Shipped"),
        ("MARKED_AS_FULFILLED", "SUCCESS", "Order Shipped"),
        ("OUT_FOR_DELIVERY", "SUCCESS", "Shipment Updated"),
        ("DELIVERED", "SUCCESS", "Order Delivered"),
        ("CANCELED", "CANCELLED", "Shipment Updated"),
    ],
)
def test_each_display_status_has_its_event(display, status, event):
    parcel = {**PARCEL, "displayStatus": display, "status": status}
    assert names(ask(with_parcels(parcel), PARCELS)[PARCELS]) == [event]


@pytest.mark.parametrize("display", ["LABEL_PRINTED", "LABEL_PURCHASED", "CONFIRMED"])
def test_a_parcel_that_has_not_left_is_not_told(display):
    assert ask(with_parcels({**PARCEL, "displayStatus": display}), PARCELS) == {PARCELS: Told(())}


def test_a_parcel_arrived_when_it_was_delivered_and_not_when_that_was_noted():
    parcel = {**PARCEL, "displayStatus": "DELIVERED", "deliveredAt": "2026-11-20T07:15:00Z"}
    (call,) = calls(ask(with_parcels(parcel), PARCELS)[PARCELS])
    assert call["timestamp"] == "2026-11-20T07:15:00+00:00"


def test_what_the_carrier_reported_is_told_with_the_day_it_expects():
    event = {"status": "OUT_FOR_DELIVERY", "happenedAt": "2026-11-20T06:00:00Z", "estimatedDeliveryAt": None}
    parcel = {**PARCEL, "events": {"nodes": [event]}}
    call = calls(ask(with_parcels(parcel), PARCELS)[PARCELS])[1]
    assert (call["event"], call["timestamp"], call["properties"]) == (
        "Shipment Updated",
        "2026-11-20T06:00:00+00:00",
        {
            "shipment_id": "501",
            "order_id": "17",
            "expected_at": "2026-11-21T10:00:00+00:00",
            "status": "out_for_delivery",
        },
    )


def test_a_parcel_with_more_goods_than_fit_holds_all_of_the_order():
    lines = {**PARCEL["fulfillmentLineItems"], "pageInfo": {"hasNextPage": True}}
    (call,) = calls(ask(with_parcels({**PARCEL, "fulfillmentLineItems": lines}), PARCELS)[PARCELS])
    assert "products" not in call["properties"]


def test_an_order_that_is_gone_has_nothing_to_tell():
    assert ask(answered({"data": {"a0": None}}), PARCELS) == {PARCELS: Told(())}
