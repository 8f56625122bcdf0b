"""What is a Shopify shop asked about a customer, and what if it does not answer?"""

import asyncio
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from journeys.vocabulary import Facts, Order, OrderStatus, Profile, Shipment, ShipmentStatus
from orchestrator.sources._shopify_query import COSTS, Query, packed
from orchestrator.sources.asked import NoAnswer, Question, Told
from orchestrator.sources.shopify_admin import ShopifyAdminParams
from orchestrator.sources.web import Request, Response, Unreachable
from tests.fakes.web import FakeWeb, answered
from tests.orchestrator.shopify_shop import (
    ANN,
    NOW,
    ORDER,
    PARCEL,
    PARCELS,
    REFUNDS,
    RETURNS,
    WHO,
    ask,
    error,
    having,
    names,
    source,
)


@dataclass(slots=True)
class Field:
    """A field of a query."""

    name: str
    first: int = 0
    selected: list["Field"] = field(default_factory=list)


def test_many_questions_go_into_one_query():
    web = FakeWeb.saying(answered({"data": {"a0": {"nodes": [ORDER]}, "a1": {**WHO, "fulfillments": [PARCEL]}}}))
    answers = asyncio.run(source(web).ask((ANN, PARCELS), NOW))
    assert [names(answers[question]) for question in (ANN, PARCELS)] == [["Order Updated"], ["Shipment Updated"]]
    assert len(web.asked) == 1


def test_what_a_question_is_about_goes_along_as_a_variable():
    web = FakeWeb.saying(having())
    sly = Question("orders", 'ann"or\\@customers.example')
    asyncio.run(source(web).ask((sly, PARCELS, Question("orders", "207")), NOW))
    assert json.loads(web.asked[0].body)["variables"] == {
        "v0": 'email:"ann\\"or\\\\@customers.example"',
        "v1": "gid://shopify/Order/17",
        "v2": "customer_id:207",
    }


def test_the_shop_and_the_version_are_in_the_address_and_the_token_is_not():
    web = FakeWeb.saying(having())
    asyncio.run(source(web).ask((ANN,), NOW))
    request = web.asked[0]
    assert (request.method, request.url, request.headers["x-shopify-access-token"]) == (
        "POST",
        "https://nordic-roast.myshopify.com/admin/api/2026-10/graphql.json",
        "shpat_1",
    )


def parsed(words: Iterator[str]) -> list[Field]:
    """Read a selection up to its end: each field with its `first`, 0 without, and what is selected of it."""
    fields: list[Field] = []
    for word in words:
        if word == "}":
            break
        if word.startswith("("):
            fields[-1].first = int(next(iter(re.findall(r"first: (\d+)", word)), 0))
        elif word == "{":
            fields[-1].selected = parsed(words)
        else:
            fields.append(Field(word))
    return fields


def cost(field: Field) -> int:
    """Count what a field costs at most: an object one, a connection two and its nodes, a list as often as `first`."""
    if not field.selected:
        return 0
    inner = sum(cost(each) for each in field.selected if each.name != "nodes")
    nodes = [each for each in field.selected if each.name == "nodes"]
    return 2 + inner + field.first * cost(nodes[0]) if nodes else max(field.first, 1) * (1 + inner)


@pytest.mark.parametrize("kind", list(COSTS))
def test_a_question_of_each_kind_costs_what_is_counted_for_it(kind):
    written = Query((Question(kind, "17"),)).body()["query"].partition("{")[2]
    words = iter(re.findall(r"\([^)]*\)|[{}]|\w+:?", written))
    assert sum(cost(field) for field in parsed(words)) == COSTS[kind]


def test_no_query_could_cost_more_than_shopify_takes():
    questions = [Question(kind, str(number)) for number in range(12) for kind in COSTS]
    queries = list(packed(questions))
    assert max(sum(COSTS[each.kind] for each in query.questions) for query in queries) <= 1000


def test_packing_leaves_no_question_out():
    questions = [Question(kind, str(number)) for number in range(12) for kind in COSTS]
    assert [question for query in packed(questions) for question in query.questions] == questions


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (Unreachable("timeout"), "shopify_admin.timeout"),
        (Unreachable("rate_limited"), "shopify_admin.rate_limited"),
        (answered({}, 401), "shopify_admin.refused"),
        (answered({}, 403), "shopify_admin.refused"),
        (answered({}, 429), "shopify_admin.throttled"),
        (answered({}, 503), "shopify_admin.status_503"),
        (answered({"errors": [error("THROTTLED")]}), "shopify_admin.throttled"),
        (answered({"errors": [error("ACCESS_DENIED", "a0", "nodes", 0, "email")]}), "shopify_admin.refused"),
        (answered({"errors": [error("MAX_COST_EXCEEDED")]}), "shopify_admin.too_expensive"),
        (answered({"errors": [error("SHOP_INACTIVE")]}), "shopify_admin.failed"),
        (answered({"errors": "[API] Invalid API key"}), "shopify_admin.failed"),
        (answered({}), "shopify_admin.unreadable"),
        (answered({"data": {"a0": {"nodes": None}}}), "shopify_admin.unreadable"),
        (answered([]), "shopify_admin.unreadable"),
        (Response(200, {}, b"<html>"), "shopify_admin.unreadable"),
    ],
)
def test_whatever_is_no_answer_is_named(answer, reason):
    assert ask(answer) == {ANN: NoAnswer(reason)}


@pytest.mark.parametrize("data", [{}, {"a0": 1}, None])
def test_an_order_that_cannot_be_read_is_not_one_that_is_gone(data):
    assert ask(answered({"data": data}), PARCELS) == {PARCELS: NoAnswer("shopify_admin.unreadable")}


def test_an_error_about_one_question_spoils_no_other():
    both = {"data": {"a0": {"nodes": [ORDER]}, "a1": None}, "errors": [error("ACCESS_DENIED", "a1", "fulfillments")]}
    answers = ask(answered(both), ANN, PARCELS)
    assert (names(answers[ANN]), answers[PARCELS]) == (["Order Updated"], NoAnswer("shopify_admin.refused"))


def test_once_shopify_has_enough_no_further_query_is_sent():
    web = FakeWeb.saying(answered({"errors": [error("THROTTLED")]}))
    questions = [Question("orders", str(number)) for number in range(1, 10)]
    answers = asyncio.run(source(web).ask(questions, NOW))
    assert (len(web.asked), set(answers.values())) == (1, {NoAnswer("shopify_admin.throttled")})


def test_queries_that_were_answered_before_that_stay_answered():
    def answer_for(request: Request) -> Response:
        is_first = "customer_id:1" in json.loads(request.body)["variables"].values()
        empty = {f"a{place}": {"nodes": []} for place in range(3)}
        return answered({"data": empty} if is_first else {"errors": [error("THROTTLED")]})

    questions = [Question("orders", str(number)) for number in range(1, 5)]
    answers = asyncio.run(source(FakeWeb(answer_for=answer_for)).ask(questions, NOW))
    assert list(answers.values()) == [Told(()), Told(()), Told(()), NoAnswer("shopify_admin.throttled")]


def test_a_question_it_does_not_know_has_no_answer():
    question = Question("tickets", "ann@customers.example")
    assert ask(having(), question) == {question: NoAnswer("shopify_admin.no_answer")}


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from([*ORDER, *PARCEL, "nodes"]), inner),
    max_leaves=12,
)


@given(st.dictionaries(st.sampled_from([*ORDER, *PARCEL, "fulfillments", "refunds", "returns"]), json_values))
def test_no_order_makes_it_raise(order):
    who = {**order, "email": ANN.about, "id": "gid://shopify/Order/17"}
    questions = (ANN, REFUNDS, RETURNS, PARCELS)
    found = {"nodes": [who]}
    answers = ask(answered({"data": {"a0": found, "a1": found, "a2": found, "a3": who}}), *questions)
    assert all(isinstance(answers[question], Told | NoAnswer) for question in questions)


@given(st.binary() | json_values.map(lambda value: json.dumps({"data": value, "errors": None}).encode()))
def test_no_body_makes_it_raise(body):
    assert isinstance(ask(Response(200, {}, body))[ANN], NoAnswer)


def facts(*orders: str, **profile: str) -> Facts:
    known = Facts(Profile(1, NOW, **profile))
    known.orders.update({order: Order(order, NOW, OrderStatus.PLACED, (), 0.0, NOW, NOW) for order in orders})
    return known


def asked(known: Facts) -> list[tuple[str, str]]:
    return [(question.kind, question.about) for question in source(FakeWeb()).questions(known, ())]


def test_a_person_is_asked_about_by_their_address_and_their_open_orders_by_number():
    assert asked(facts("17", "A-18", email="ann@customers.example", user_id="207")) == [
        ("orders", "ann@customers.example"),
        ("refunds", "ann@customers.example"),
        ("returns", "ann@customers.example"),
        ("shipments", "17"),
    ]


def test_a_person_without_an_address_is_asked_about_by_their_number():
    assert asked(facts(user_id="207"))[0] == ("orders", "207")


def test_nothing_is_asked_about_a_person_the_shop_could_not_find():
    assert asked(facts(user_id="crm-5")) == []


@pytest.mark.parametrize(("status", "count"), [(ShipmentStatus.IN_TRANSIT, 1), (ShipmentStatus.DELIVERED, 0)])
def test_parcels_are_asked_about_while_one_is_on_its_way(status, count):
    known = facts("17")
    known.shipments["501"] = Shipment("501", "17", status, NOW, NOW)
    known.shipments_of_order["17"] = ["501"]
    assert len(asked(known)) == count


@pytest.mark.parametrize("shop", ["nordic-roast.example", "evil.example/.myshopify.com", ""])
def test_what_is_no_shop_of_shopify_is_refused(shop):
    with pytest.raises(ValidationError):
        ShopifyAdminParams(shop=shop)
