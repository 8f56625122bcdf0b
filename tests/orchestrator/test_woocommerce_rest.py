"""What is a WooCommerce shop asked about a customer, and what do its answers mean?"""

import asyncio
import json
from collections.abc import Sequence
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from journeys.vocabulary import Facts, Order, OrderStatus, Profile
from orchestrator.sources.asked import Answer, NoAnswer, Question, Told
from orchestrator.sources.signatures import MissingSecret
from orchestrator.sources.web import Request, Response, Unreachable
from orchestrator.sources.woocommerce_rest import WooCommerceRest, WooCommerceRestParams
from tests.fakes.web import FakeWeb, answered

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
ANN = Question("orders", "ann@customers.example")
ORDER = {
    "id": 727,
    "status": "processing",
    "currency": "EUR",
    "total": "29.35",
    "customer_id": 26,
    "date_created_gmt": "2026-11-20T08:00:00",
    "date_modified_gmt": "2026-11-20T09:00:00",
    "billing": {"email": "Ann@customers.example"},
    "line_items": [{"product_id": 93, "variation_id": 0, "name": "Mug", "price": 29.35, "quantity": 1}],
    "refunds": [],
}


def source(web: FakeWeb, url: str = "https://shop.example") -> WooCommerceRest:
    environment = {"WOOCOMMERCE_KEY": "ck_1", "WOOCOMMERCE_SECRET": "cs_2"}
    return WooCommerceRest(WooCommerceRestParams(url=url), environment.__getitem__, web)


def ask(web: FakeWeb, *questions: Question) -> dict[Question, Answer]:
    return dict(asyncio.run(source(web).ask(questions or (ANN,), NOW)))


def events(answer: Answer) -> Sequence[tuple[str, str]]:
    assert isinstance(answer, Told)
    return [(call["event"], call["properties"]["order_id"]) for call in answer.calls]


def facts(*orders: str, status: OrderStatus = OrderStatus.PLACED, **profile: str) -> Facts:
    known = Facts(Profile(1, NOW, **profile))
    known.orders.update({order: Order(order, NOW, status, (), 0.0, NOW, NOW) for order in orders})
    return known


def test_an_order_is_told_as_a_message_that_it_changed_does():
    answer = ask(FakeWeb.saying(answered([ORDER])))[ANN]
    assert isinstance(answer, Told)
    (call,) = answer.calls
    assert (call["event"], call["timestamp"], call["userId"], call["properties"]) == (
        "Order Updated",
        "2026-11-20T09:00:00+00:00",
        "26",
        {
            "order_id": "727",
            "email": "Ann@customers.example",
            "total": 29.35,
            "currency": "EUR",
            "status": "processing",
            "products": [
                {"product_id": "93", "variant": "", "sku": "", "name": "Mug", "price": 29.35, "quantity": 1.0}
            ],
        },
    )


def test_asking_twice_gives_the_same_messages():
    assert ask(FakeWeb.saying(answered([ORDER]))) == ask(FakeWeb.saying(answered([ORDER])))


def test_an_order_that_changed_gives_another_message():
    once, twice = (ask(FakeWeb.saying(answered([order])))[ANN] for order in (ORDER, {**ORDER, "status": "completed"}))
    assert isinstance(once, Told)
    assert isinstance(twice, Told)
    assert once.calls[0]["messageId"] != twice.calls[0]["messageId"]


def test_orders_of_others_that_the_search_finds_are_left_alone():
    other = {**ORDER, "billing": {"email": "ann@customers.example.org"}}
    assert ask(FakeWeb.saying(answered([other]))) == {ANN: Told(())}


def test_a_customer_is_searched_for_by_their_address():
    web = FakeWeb.saying(answered([]))
    ask(web)
    assert web.asked[0].url == ("https://shop.example/wp-json/wc/v3/orders?search=ann%40customers.example&per_page=20")


def test_a_customer_known_by_their_number_is_asked_for_by_it():
    web = FakeWeb.saying(answered([ORDER]))
    question = Question("orders", "customer/26")
    answers = ask(web, question)
    assert (web.asked[0].url, events(answers[question])) == (
        "https://shop.example/wp-json/wc/v3/orders?customer=26&per_page=20",
        [("Order Updated", "727")],
    )


def test_orders_are_asked_for_together():
    web = FakeWeb.saying(answered([ORDER, {**ORDER, "id": 728}]))
    first, second = Question("orders", "order/727"), Question("orders", "order/728")
    answers = ask(web, first, second)
    assert [request.url for request in web.asked] == [
        "https://shop.example/wp-json/wc/v3/orders?include=727%2C728&per_page=100"
    ]
    assert (events(answers[first]), events(answers[second])) == (
        [("Order Updated", "727")],
        [("Order Updated", "728")],
    )


def test_each_customer_gets_their_own_orders():
    def answer_for(request: Request) -> Response:
        return answered([ORDER] if "ann" in request.url else [])

    ben = Question("orders", "ben@customers.example")
    answers = ask(FakeWeb(answer_for=answer_for), ANN, ben)
    assert (events(answers[ANN]), answers[ben]) == ([("Order Updated", "727")], Told(()))


def test_the_key_goes_along():
    web = FakeWeb.saying(answered([]))
    ask(web)
    assert web.asked[0].headers["authorization"] == "Basic Y2tfMTpjc18y"


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (Unreachable("timeout"), "woocommerce_rest.timeout"),
        (answered({}, 401), "woocommerce_rest.refused"),
        (answered({}, 429), "woocommerce_rest.throttled"),
        (answered({}, 404), "woocommerce_rest.status_404"),
        (answered({"code": "error"}), "woocommerce_rest.unreadable"),
        (answered([1]), "woocommerce_rest.unreadable"),
        (Response(200, {}, b"<html>maintenance</html>"), "woocommerce_rest.unreadable"),
    ],
)
def test_whatever_is_no_answer_is_named(answer, reason):
    assert ask(FakeWeb.saying(answer)) == {ANN: NoAnswer(reason)}


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(list(ORDER)), inner),
    max_leaves=12,
)


@given(st.dictionaries(st.sampled_from(list(ORDER)), json_values))
def test_no_order_makes_it_raise(order):
    body = json.dumps([{**order, "billing": {"email": ANN.about}}]).encode()
    assert isinstance(ask(FakeWeb.saying(Response(200, {}, body)))[ANN], Told)


@given(st.binary(min_size=1).filter(lambda body: body.strip() != b"[]"))
def test_no_body_makes_it_raise(body):
    assert isinstance(ask(FakeWeb.saying(Response(200, {}, body)))[ANN], NoAnswer)


@pytest.mark.parametrize(
    ("known", "asked"),
    [
        (facts("17", email="ann@customers.example", user_id="26"), ["ann@customers.example"]),
        (facts("17", user_id="26"), ["customer/26"]),
        (facts("17", "A-18", user_id="ann"), ["order/17"]),
        (facts("17", status=OrderStatus.CANCELLED), []),
        (facts(user_id="0"), []),
    ],
)
def test_a_customer_is_named_the_best_way_known(known, asked):
    assert [question.about for question in source(FakeWeb()).questions(known, ())] == asked


def test_a_shop_over_plain_http_is_refused():
    with pytest.raises(ValidationError, match="http is for localhost only"):
        source(FakeWeb(), "http://shop.example")


def test_a_shop_on_this_machine_may_be_asked_over_http():
    assert source(FakeWeb(), "http://localhost:8080").name == "woocommerce_rest"


def test_a_shop_without_a_secret_is_not_asked():
    with pytest.raises(MissingSecret, match="WOOCOMMERCE_SECRET"):
        WooCommerceRest(
            WooCommerceRestParams(url="https://shop.example"),
            {"WOOCOMMERCE_KEY": "ck_1", "WOOCOMMERCE_SECRET": ""}.__getitem__,
            FakeWeb(),
        )
