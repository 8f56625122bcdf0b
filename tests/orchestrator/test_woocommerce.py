"""Does WooCommerce's adapter know its shop, and does it say what the shop said?"""

import hmac
import json
from base64 import b64encode
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from journeys.vocabulary import OrderStatus
from orchestrator.sources.calls import Call
from orchestrator.sources.hooks import Denied, HookRequest, Received
from orchestrator.sources.signatures import MissingSecret
from orchestrator.sources.woocommerce import WooCommerce, WooCommerceParams
from tests.orchestrator.payloads import woocommerce as payloads
from tests.orchestrator.payloads.calls import are_readable, read, to_events, to_facts

NOW = datetime(2026, 3, 6, 12, 0, tzinfo=UTC)
SECRET = "old-secret"


def woocommerce(secrets: str = SECRET) -> WooCommerce:
    return WooCommerce(WooCommerceParams(), {"WOOCOMMERCE_WEBHOOK_SECRET": secrets}.get)  # type: ignore[arg-type]  # the name is always there


def sign(body: bytes, secret: str = SECRET) -> str:
    return b64encode(hmac.new(secret.encode(), body, "sha256").digest()).decode()


def request(topic: str, payload: object, **headers: str) -> HookRequest:
    body = payload if isinstance(payload, bytes) else json.dumps(payload, indent=1).encode()
    given = {
        "x-wc-webhook-source": "https://shop.example/",
        "x-wc-webhook-topic": topic,
        "x-wc-webhook-signature": sign(body),
        "x-wc-webhook-id": "12",
        "x-wc-webhook-delivery-id": "delivery-1",
        **{name.replace("_", "-"): value for name, value in headers.items()},
    }
    return HookRequest(body, {name: value for name, value in given.items() if value}, {})


def calls(topic: str, payload: object, now: datetime = NOW, **headers: str) -> tuple[Call, ...]:
    received = woocommerce().receive(request(topic, payload, **headers), now)
    assert isinstance(received, Received), received
    return received.calls


def only(topic: str, payload: object) -> Call:
    (call,) = calls(topic, payload)
    return call


def names(told: tuple[Call, ...]) -> list[str]:
    return [call["event"] for call in told]


def denied(heard: HookRequest) -> Denied:
    answer = woocommerce().receive(heard, NOW)
    assert isinstance(answer, Denied), answer
    return answer


# Who calls.


def test_a_call_signed_with_our_secret_is_taken() -> None:
    assert isinstance(woocommerce().receive(request("order.created", payloads.order()), NOW), Received)


def test_a_call_signed_with_another_secret_is_unsigned() -> None:
    body = json.dumps(payloads.order()).encode()
    assert denied(request("order.created", body, x_wc_webhook_signature=sign(body, "another"))).why == "unsigned"


def test_a_call_without_a_signature_is_unsigned() -> None:
    assert denied(request("order.created", payloads.order(), x_wc_webhook_signature="")).why == "unsigned"


def test_the_signature_is_of_the_very_bytes_that_came() -> None:
    written = json.dumps(payloads.order(), indent=1).encode()
    rewritten = json.dumps(payloads.order()).encode()
    assert denied(request("order.created", rewritten, x_wc_webhook_signature=sign(written))).why == "unsigned"


def test_while_a_secret_is_exchanged_both_hold() -> None:
    heard = request("order.created", payloads.order())
    assert isinstance(woocommerce("new-secret, old-secret").receive(heard, NOW), Received)


def test_without_a_secret_there_is_no_source() -> None:
    with pytest.raises(MissingSecret, match="WOOCOMMERCE_WEBHOOK_SECRET"):
        woocommerce("")


def test_the_ping_of_a_new_webhook_is_a_form_without_a_signature_and_says_nothing() -> None:
    form = {"content-type": "application/x-www-form-urlencoded"}
    assert woocommerce().receive(HookRequest(b"webhook_id=12", form, {}), NOW) == Received((), is_signed=False)


def test_a_form_that_says_more_than_the_ping_is_unsigned() -> None:
    assert denied(HookRequest(b"webhook_id=12&status=paid", {}, {})).why == "unsigned"


# What is no message.


@pytest.mark.parametrize("topic", ["coupon.created", "action.woocommerce_add_to_cart", "customer.deleted"])
def test_a_topic_that_means_nothing_here_is_taken_without_a_call(topic: str) -> None:
    assert calls(topic, {"id": 1}) == ()


def test_a_call_without_a_topic_is_malformed() -> None:
    assert denied(request("", payloads.order())).why == "malformed"


def test_broken_json_is_malformed_and_nothing_of_it_is_repeated() -> None:
    assert denied(request("order.created", b'{"email": "vilma@exam')) == Denied(
        "malformed", "woocommerce: expected a JSON object, got what is no JSON; have the sender call in JSON"
    )


@pytest.mark.parametrize("topic", ["order.updated", "order.deleted", "product.updated", "customer.created"])
def test_a_message_that_does_not_say_what_it_is_about_is_malformed(topic: str) -> None:
    assert '"id"' in denied(request(topic, {"status": "processing"})).message


def test_a_single_wrong_field_is_left_out() -> None:
    told = only("order.updated", payloads.order(total=["?"], billing="nobody"))
    assert {"total", "email"}.isdisjoint(told["properties"])


TOPICS = [
    *(f"order.{event}" for event in ("created", "updated", "restored", "deleted")),
    *(f"product.{event}" for event in ("created", "updated", "restored", "deleted")),
    *("customer.created", "customer.updated"),
]
FIELDS = sorted({*payloads.order(), *payloads.customer(), *payloads.product()})
MEMBERS = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
LISTS = st.lists(st.dictionaries(st.sampled_from(FIELDS), MEMBERS, max_size=4), max_size=2)


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(TOPICS), MEMBERS | st.dictionaries(st.sampled_from(FIELDS), MEMBERS | LISTS, max_size=12))
def test_no_json_makes_it_fail(topic: str, payload: Any) -> None:
    answer = woocommerce().receive(request(topic, payload), NOW)
    assert isinstance(answer, Denied) or are_readable(answer.calls, NOW)


# How calls are named.


def test_a_repeat_is_named_alike_whatever_its_delivery_id() -> None:
    first = calls("order.updated", payloads.order(), x_wc_webhook_delivery_id="delivery-1")
    again = calls("order.updated", payloads.order(), x_wc_webhook_delivery_id="delivery-2")
    assert [call["messageId"] for call in again] == [call["messageId"] for call in first]


def test_two_states_of_one_second_are_two_messages() -> None:
    pending, paid = only("order.updated", payloads.order(status="pending")), only("order.updated", payloads.order())
    assert pending["messageId"] != paid["messageId"]


def test_the_same_order_in_two_topics_is_two_messages() -> None:
    created, updated = only("order.created", payloads.order()), only("order.updated", payloads.order())
    assert created["messageId"] != updated["messageId"]


# Orders.


def test_a_new_order_is_told_with_who_what_and_how_much() -> None:
    told = only("order.created", payloads.order())
    assert (told["event"], told["timestamp"], told["userId"]) == ("Order Completed", "2026-03-01T08:00:00+00:00", "26")
    assert told["properties"] == {
        "order_id": "727",
        "email": "vilma@example.com",
        "phone": "+37120000001",
        "total": 100.0,
        "currency": "EUR",
        "products": [
            {
                "product_id": "93",
                "variant": "95",
                "sku": "BEAN-DARK",
                "name": "Dark roast - 250 g",
                "price": 12.5,
                "quantity": 2.0,
            },
            {
                "product_id": "22",
                "variant": "",
                "sku": "GRIND-1",
                "name": "Hand grinder",
                "price": 75.0,
                "quantity": 1.0,
            },
        ],
    }


def test_a_guest_has_no_account() -> None:
    assert "userId" not in only("order.created", payloads.order(customer_id=0))


def test_goods_that_were_deleted_since_go_by_their_sku() -> None:
    gone = {"name": "Old grinder", "product_id": 0, "variation_id": 0, "quantity": 1, "sku": "GRIND-0"}
    told = only("order.created", payloads.order(line_items=[gone, {**gone, "sku": ""}]))
    assert [product["sku"] for product in told["properties"]["products"]] == ["GRIND-0"]


def test_an_update_happened_when_the_order_was_changed() -> None:
    told = only("order.updated", payloads.order())
    assert (told["event"], told["timestamp"], told["properties"]["status"]) == (
        "Order Updated",
        "2026-03-01T08:00:05+00:00",
        "processing",
    )


@pytest.mark.parametrize("topic", ["order.created", "order.updated"])
@pytest.mark.parametrize("status", ["checkout-draft", "auto-draft"])
def test_an_order_that_is_still_filled_in_was_not_placed(topic: str, status: str) -> None:
    assert calls(topic, payloads.order(status=status)) == ()


@pytest.mark.parametrize(
    ("word", "status"),
    [
        ("pending", OrderStatus.PLACED),
        ("processing", OrderStatus.PLACED),
        ("on-hold", OrderStatus.PLACED),
        ("completed", OrderStatus.PLACED),
        ("failed", OrderStatus.PAYMENT_FAILED),
        ("cancelled", OrderStatus.CANCELLED),
        ("refunded", OrderStatus.REFUNDED),
        ("trash", OrderStatus.CANCELLED),
        ("ready-for-collection", OrderStatus.PLACED),
    ],
)
def test_an_order_stands_where_its_status_says(word: str, status: OrderStatus) -> None:
    changed = payloads.order(status=word, date_modified_gmt="2026-03-02T08:00:00")
    facts = to_facts((*calls("order.created", payloads.order()), *calls("order.updated", changed)), NOW)
    assert facts.orders["727"].status is status


@pytest.mark.parametrize(
    ("status", "name"), [("failed", "Payment Failed"), ("cancelled", "Order Cancelled"), ("trash", "Order Cancelled")]
)
def test_an_order_that_came_to_nothing_says_so_by_name(status: str, name: str) -> None:
    assert names(calls("order.updated", payloads.order(status=status))) == ["Order Updated", name]


def test_a_new_order_may_have_failed_before_it_is_told() -> None:
    told = calls("order.created", payloads.order(status="failed"))
    assert [(call["event"], call["timestamp"]) for call in told] == [
        ("Order Completed", "2026-03-01T08:00:00+00:00"),
        ("Payment Failed", "2026-03-01T08:00:05+00:00"),
    ]


def test_a_completed_order_is_not_delivered() -> None:
    assert to_facts(calls("order.updated", payloads.order(status="completed")), NOW).shipments == {}


def test_a_deleted_order_is_cancelled() -> None:
    told = only("order.deleted", {"id": 727})
    assert (told["event"], told["properties"]) == ("Order Cancelled", {"order_id": "727", "reason": "deleted"})


def test_a_restored_order_stands_again() -> None:
    back = payloads.order(date_modified_gmt="2026-03-06T13:00:00")
    deleted = calls("order.deleted", {"id": 727}, NOW - timedelta(hours=2))
    facts = to_facts((*deleted, *calls("order.restored", back)), NOW)
    assert facts.orders["727"].status is OrderStatus.PLACED


def test_a_stale_update_changes_nothing() -> None:
    ended = payloads.order(status="cancelled", date_modified_gmt="2026-03-02T08:00:00")
    facts = to_facts((*calls("order.updated", ended), *calls("order.updated", payloads.order())), NOW)
    assert facts.orders["727"].status is OrderStatus.CANCELLED


# Refunds.

PART = {"id": 801, "reason": "One bag was torn", "total": "-12.50"}


def test_a_refund_is_told_with_its_money() -> None:
    told = calls("order.updated", payloads.order(refunds=[PART]))
    assert names(told) == ["Order Updated", "Order Refunded"]
    assert told[1]["properties"] == {
        "refund_id": "801",
        "order_id": "727",
        "total": 12.5,
        "currency": "EUR",
        "reason": "One bag was torn",
    }


def test_a_refund_in_part_leaves_the_orders_status_alone() -> None:
    told = calls("order.updated", payloads.order(refunds=[PART]))
    assert told[0]["properties"]["status"] == "processing"


def test_each_refund_is_told() -> None:
    rest = {"id": 802, "reason": "", "total": "-87.50"}
    told = calls("order.updated", payloads.order(status="refunded", refunds=[PART, rest]))
    assert [call["properties"].get("refund_id") for call in told] == [None, "801", "802"]


def test_a_refund_in_every_later_update_of_its_order_is_one_message() -> None:
    later = payloads.order(refunds=[PART], status="completed", date_modified_gmt="2026-03-09T08:00:00")
    first = calls("order.updated", payloads.order(refunds=[PART]))
    again = calls("order.updated", later, NOW + timedelta(days=3))
    assert len({accepted.dedup for accepted in read((first[-1], again[-1]), NOW)}) == 1


def test_a_refund_has_no_date_and_counts_from_when_it_is_first_told() -> None:
    told = calls("order.updated", payloads.order(refunds=[PART]))
    assert to_events(told, NOW)[1].at == NOW


# People and goods.


@pytest.mark.parametrize("topic", ["customer.created", "customer.updated"])
def test_a_customer_is_told_as_they_are(topic: str) -> None:
    told = only(topic, payloads.customer())
    assert (told["type"], told["userId"], told["timestamp"]) == ("identify", "26", "2026-03-01T08:00:00+00:00")
    assert told["traits"] == {
        "email": "vilma@example.com",
        "phone": "+37120000001",
        "first_name": "Vilma",
        "last_name": "Testa",
        "country": "LV",
        "city": "Riga",
    }


@pytest.mark.parametrize("topic", ["product.created", "product.updated", "product.restored"])
def test_a_product_is_told_with_its_stock(topic: str) -> None:
    described, stock = calls(topic, payloads.product())
    assert (described["event"], described["about"], described["timestamp"]) == (
        "Product Updated",
        "shop",
        "2026-03-02T08:00:00+00:00",
    )
    assert described["properties"] == {
        "product_id": "22",
        "name": "Hand grinder",
        "category": "Grinders",
        "price": 75.0,
        "url": "https://shop.example/product/hand-grinder/",
        "image_url": "https://shop.example/grinder.png",
    }
    assert (stock["event"], stock["properties"]) == ("Stock Changed", {"product_id": "22", "quantity": 4.0})


@pytest.mark.parametrize(
    ("status", "quantity", "told"),
    [
        ("instock", 4, {"quantity": 4.0}),
        ("instock", None, {"in_stock": True}),
        ("outofstock", 0, {"quantity": 0.0}),
        ("outofstock", None, {"in_stock": False}),
        ("outofstock", 3, {"in_stock": False}),
        ("onbackorder", 0, {"in_stock": True}),
        ("onbackorder", -2, {"in_stock": True}),
    ],
)
def test_stock_is_whether_it_can_be_bought(status: str, quantity: int | None, told: dict[str, Any]) -> None:
    stock = calls("product.updated", payloads.product(stock_status=status, stock_quantity=quantity))[1]
    assert stock["properties"] == {"product_id": "22", **told}


def test_of_a_variation_only_the_stock_is_told() -> None:
    variation = payloads.product(id=95, parent_id=93, type="variation", stock_quantity=1)
    assert only("product.updated", variation)["properties"] == {"product_id": "93", "variant": "95", "quantity": 1.0}


def test_a_grouped_product_names_its_parts() -> None:
    described = calls("product.updated", payloads.product(type="grouped", grouped_products=[22, 93]))[0]
    assert described["properties"]["parts"] == ["22", "93"]


def test_a_deleted_product_cannot_be_bought() -> None:
    told = only("product.deleted", {"id": 22})
    assert (told["event"], told["properties"]) == ("Stock Changed", {"product_id": "22", "in_stock": False})


def test_a_date_without_a_zone_is_utc() -> None:
    (event,) = to_events(calls("order.created", payloads.order()), NOW)
    assert event.at == datetime(2026, 3, 1, 8, 0, tzinfo=UTC)
