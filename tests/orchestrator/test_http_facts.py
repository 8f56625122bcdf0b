"""What is the shop's own endpoint asked, and what do its answers mean?"""

import asyncio
import json
from datetime import UTC, datetime

import pytest
import time_machine
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError
from standardwebhooks.webhooks import Webhook

from journeys.vocabulary import Facts, Item, Order, OrderStatus, Profile, Shipment, ShipmentStatus
from orchestrator.sources.asked import Answer, NoAnswer, Question, Told
from orchestrator.sources.http_facts import HttpFacts, HttpFactsParams
from orchestrator.sources.signatures import MissingSecret
from orchestrator.sources.web import Response, Unreachable
from tests.fakes.web import FakeWeb, answered

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
SECRET = "whsec_c2hhcmVkIHNlY3JldCBvZiB0aGUgc2hvcA=="
ENVIRONMENT = {"TOKEN": "t0ken", "SECRET": SECRET}
ANN = Question("orders", "ann@customers.example")
PARCEL = Question("shipments", "TRACK1")
CALL = {"type": "track", "event": "Order Updated", "messageId": "m1", "properties": {"order_id": "17"}}


def source(web: FakeWeb, **params: object) -> HttpFacts:
    given = {"url": "https://oms.shop.example/facts", "tells": ["orders"], "token_env": "TOKEN", **params}
    return HttpFacts(HttpFactsParams.model_validate(given), lambda name: ENVIRONMENT.get(name, ""), web)


def ask(answer: Response | Unreachable, *questions: Question) -> dict[Question, Answer]:
    return dict(asyncio.run(source(FakeWeb.saying(answer)).ask(questions or (ANN,), NOW)))


def facts(**profile: str) -> Facts:
    known = Facts(Profile(1, NOW, **profile))
    known.orders["17"] = Order("17", NOW, OrderStatus.PLACED, (), 0.0, NOW, NOW)
    known.shipments["TRACK1"] = Shipment("TRACK1", "17", ShipmentStatus.IN_TRANSIT, NOW, NOW)
    known.shipments_of_order["17"] = ["TRACK1"]
    return known


def test_the_calls_of_an_answer_are_told():
    answers = {"answers": [{"kind": "orders", "about": ANN.about, "calls": [CALL]}]}
    assert ask(answered(answers)) == {ANN: Told((CALL,))}


def test_an_answer_without_calls_says_that_there_is_nothing():
    assert ask(answered({"answers": [{"about": ANN.about, "calls": []}]})) == {ANN: Told(())}


def test_a_question_that_is_left_out_has_no_answer():
    assert ask(answered({"answers": []})) == {ANN: NoAnswer("http_facts.no_answer")}


def test_an_answer_of_another_kind_is_left_alone():
    answers = {"answers": [{"kind": "tickets", "about": ANN.about, "calls": [CALL]}]}
    assert ask(answered(answers)) == {ANN: NoAnswer("http_facts.no_answer")}


def test_one_unreadable_answer_spoils_no_other():
    answers = {"answers": [{"about": ANN.about, "calls": "none"}, {"about": "TRACK1", "calls": [CALL]}]}
    assert ask(answered(answers), ANN, PARCEL) == {ANN: NoAnswer("http_facts.unreadable"), PARCEL: Told((CALL,))}


def test_all_questions_go_into_one_post():
    web = FakeWeb.saying(answered({"answers": []}))
    asyncio.run(source(web).ask((ANN, PARCEL), NOW))
    assert [(request.method, request.url, json.loads(request.body)) for request in web.asked] == [
        (
            "POST",
            "https://oms.shop.example/facts",
            {
                "questions": [
                    {"kind": "orders", "about": "ann@customers.example"},
                    {"kind": "shipments", "about": "TRACK1"},
                ]
            },
        )
    ]


def test_the_token_goes_along():
    web = FakeWeb.saying(answered({"answers": []}))
    asyncio.run(source(web).ask((ANN,), NOW))
    assert web.asked[0].headers["authorization"] == "Bearer t0ken"


def test_the_endpoint_can_check_the_signature():
    web = FakeWeb.saying(answered({"answers": []}))
    asyncio.run(source(web, token_env="", secret_env="SECRET").ask((ANN,), NOW))
    request = web.asked[0]
    with time_machine.travel(NOW):
        assert Webhook(SECRET).verify(request.body, dict(request.headers)) == json.loads(request.body)


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (Unreachable("timeout"), "http_facts.timeout"),
        (Unreachable("circuit_open"), "http_facts.circuit_open"),
        (answered({}, 401), "http_facts.refused"),
        (answered({}, 403), "http_facts.refused"),
        (answered({}, 429), "http_facts.throttled"),
        (answered({}, 500), "http_facts.status_500"),
        (answered({}, 302), "http_facts.status_302"),
        (answered({}), "http_facts.unreadable"),
        (answered([]), "http_facts.unreadable"),
        (answered({"answers": {}}), "http_facts.unreadable"),
        (answered({"answers": [1]}), "http_facts.unreadable"),
        (Response(200, {}, b"<html>"), "http_facts.unreadable"),
        (Response(200, {}, b"[" * 100_000), "http_facts.unreadable"),
    ],
)
def test_whatever_is_no_answer_is_named(answer, reason):
    assert ask(answer) == {ANN: NoAnswer(reason)}


@given(
    st.binary() | st.recursive(st.none() | st.text() | st.integers(), st.lists).map(lambda it: json.dumps(it).encode())
)
def test_no_body_makes_it_raise(body):
    assert isinstance(ask(Response(200, {}, body))[ANN], NoAnswer)


@pytest.mark.parametrize(
    ("profile", "about"),
    [
        ({"user_id": "u1", "email": "ann@customers.example"}, "u1"),
        ({"email": "ann@customers.example", "phone": "+4915112345678"}, "ann@customers.example"),
        ({"phone": "+4915112345678"}, "+4915112345678"),
    ],
)
def test_a_person_is_named_the_strongest_way_known(profile, about):
    assert source(FakeWeb()).questions(facts(**profile), ()) == (Question("orders", about),)


def test_nothing_is_asked_about_a_person_nobody_knows():
    assert source(FakeWeb()).questions(facts(), ()) == ()


def test_each_kind_is_a_question():
    asked = source(FakeWeb(), tells=["tickets", "orders"]).questions(facts(user_id="u1"), ())
    assert asked == (Question("orders", "u1"), Question("tickets", "u1"))


@pytest.mark.parametrize(("about", "named"), [("order", "17"), ("parcel", "TRACK1")])
def test_questions_may_name_what_is_still_open(about, named):
    asked = source(FakeWeb(), tells=["shipments"], about=about).questions(facts(), ())
    assert asked == (Question("shipments", named),)


def test_questions_for_products_name_the_goods_of_the_message():
    items = (Item("mug"), Item("tea"), Item("mug"))
    asked = source(FakeWeb(), tells=["products"]).questions(facts(user_id="u1"), items)
    assert asked == (Question("products", "mug"), Question("products", "tea"))


def test_an_endpoint_that_could_not_know_who_asks_is_refused():
    with pytest.raises(ValidationError, match="expected token_env, secret_env or both, got neither"):
        source(FakeWeb(), token_env="")


def test_a_secret_that_is_no_base64_is_refused_without_repeating_it():
    with pytest.raises(MissingSecret) as refused:
        HttpFacts(
            HttpFactsParams(url="https://oms.shop.example", tells=frozenset({"orders"}), secret_env="SECRET"),
            lambda _: "hush5",
            FakeWeb(),
        )
    assert "hush5" not in str(refused.value)
