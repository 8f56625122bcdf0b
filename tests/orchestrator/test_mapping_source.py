"""Do the rules of a shop read the payloads of its own system, and are wrong rules told when they are loaded?"""

import json
from base64 import b64encode
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError
from standardwebhooks.webhooks import Webhook as Signer

from journeys.vocabulary import Item, ShipmentStatus
from orchestrator.sources.hooks import Denied, HookRequest, Received
from orchestrator.sources.json_path import parse_path
from orchestrator.sources.mapping import Mapping, MappingParams
from orchestrator.sources.signatures import MissingSecret
from tests.fakes.heard import (
    JSON,
    NOW,
    SECRET,
    base64_signature,
    calls_in,
    environment,
    facts_after,
    hex_signature,
    parcel_after,
    the_call,
    variations,
    why_denied,
)

OLD, NEW = b64encode(b"the old made-up secret").decode(), b64encode(b"the new made-up secret").decode()

ORDER = {
    "when": {"kind": "order", "order.test": False},
    "event": "Order Completed",
    "id": "event.number",
    "at": "order.placed",
    "properties": {
        "order_id": "order.number",
        "email": "order.customer.mail",
        "total": "order.sum",
        "currency": "order.currency",
        "promised_at": "order.promised",
    },
    "products": {
        "each": "order.lines[*]",
        "product_id": "article",
        "name": "labels[0]",
        "price": "price",
        "quantity": "count",
    },
}
PARCEL = {
    "when": {"kind": "parcel"},
    "event": "Shipment Updated",
    "id": "event.number",
    "at": "changed",
    "at_unit": "milliseconds",
    "properties": {"order_id": "order", "tracking_number": "parcel.code", "status": "parcel.state"},
}
WORDS = {"status": {"VERSANDT": "shipped", "ZUGESTELLT": "delivered"}}


def order(**said: Any) -> dict[str, Any]:
    return {
        "kind": "order",
        "event": {"number": 5001},
        "order": {
            "number": "1001",
            "test": False,
            "placed": "2026-03-01T09:00:00+01:00",
            "promised": "2026-03-05",
            "customer": {"mail": "ann@example.com"},
            "sum": "170.00",
            "currency": "EUR",
            "lines": [
                {"article": "grinder", "labels": ["Grinder"], "price": 80.0, "count": 2},
                {"article": None, "labels": [], "price": 10},
            ],
            **said,
        },
    }


def parcel(state: str = "VERSANDT", changed: object = 1772445600000, number: object = 7) -> dict[str, Any]:
    return {
        "kind": "parcel",
        "event": {"number": number},
        "order": 1001,
        "changed": changed,
        "parcel": {"code": "LV123", "state": state},
    }


def params(**said: Any) -> MappingParams:
    written = {
        "tells": ["orders", "shipments"],
        "secret_env": "SECRET",
        "signed_by": "token",
        "rules": [ORDER, PARCEL],
        "words": WORDS,
    }
    return MappingParams.model_validate({**written, **said})


def one_rule(rule: dict[str, Any]) -> MappingParams:
    return params(rules=[rule], words={})


def source(read: MappingParams | None = None, secrets: str = SECRET) -> Mapping:
    return Mapping(read or params(), environment(SECRET=secrets))


def hear(payload: object, read: MappingParams | None = None) -> Received | Denied:
    return source(read).receive(HookRequest(json.dumps(payload).encode(), {}, {"token": SECRET}), NOW)


def standard(body: bytes, *, at: datetime = NOW, secret: str = NEW, secrets: str = NEW) -> Received | Denied:
    headers = {
        "webhook-id": "msg_1",
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": f"v1,bm9uZQ== {Signer(secret).sign('msg_1', at, body.decode())}",
    }
    return source(params(signed_by="standard_webhooks"), secrets).receive(HookRequest(body, headers, {}), NOW)


def test_an_order_of_the_shops_own_shape_is_told() -> None:
    assert the_call(hear(order())) == {
        "type": "track",
        "event": "Order Completed",
        "messageId": "mapping-5001/Order Completed",
        "timestamp": "2026-03-01T08:00:00+00:00",
        "properties": {
            "order_id": "1001",
            "email": "ann@example.com",
            "total": 170.0,
            "currency": "EUR",
            "promised_at": "2026-03-05T00:00:00+00:00",
            "products": [{"product_id": "grinder", "name": "Grinder", "price": 80.0, "quantity": 2}],
        },
    }


def test_the_order_becomes_a_fact() -> None:
    assert facts_after([hear(order())]).orders["1001"].lines == (Item("grinder", "Grinder", 80.0, 2.0),)


@pytest.mark.parametrize(
    ("word", "status"),
    [
        ("VERSANDT", ShipmentStatus.SHIPPED),
        ("ZUGESTELLT", ShipmentStatus.DELIVERED),
        ("in_transit", ShipmentStatus.IN_TRANSIT),
    ],
)
def test_the_shops_words_are_translated_and_ours_are_understood(word: str, status: ShipmentStatus) -> None:
    assert parcel_after(hear(parcel(word))).status is status


def test_a_late_older_message_changes_nothing() -> None:
    delivered, older = hear(parcel("ZUGESTELLT", 1772445600000, 8)), hear(parcel("VERSANDT", 1772359200000, 7))
    assert parcel_after(delivered, older).status is ShipmentStatus.DELIVERED


@pytest.mark.parametrize(
    ("unit", "changed"),
    [("iso", "2026-03-02T10:00:00Z"), ("seconds", 1772445600), ("milliseconds", "1772445600000")],
)
def test_times_are_read_in_the_unit_the_rule_names(unit: str, changed: object) -> None:
    read = params(rules=[{**PARCEL, "at_unit": unit}])
    assert the_call(hear(parcel(changed=changed), read))["timestamp"] == "2026-03-02T10:00:00+00:00"


@pytest.mark.parametrize(
    "payload", [{}, {"kind": "invoice"}, order(test=True), order(test=0), {"kind": ["order", "parcel"]}]
)
def test_a_payload_no_rule_is_about_says_nothing(payload: object) -> None:
    assert calls_in(hear(payload)) == ()


def test_all_rules_that_hold_speak_and_each_message_has_its_own_id() -> None:
    delivered = {**PARCEL, "when": {"parcel.state": "ZUGESTELLT"}, "event": "Order Delivered"}
    calls = calls_in(hear(parcel("ZUGESTELLT"), params(rules=[PARCEL, delivered])))
    assert [call["messageId"] for call in calls] == ["mapping-7/Shipment Updated", "mapping-7/Order Delivered"]


def test_two_rules_for_one_event_do_not_pass_for_repeats_of_each_other() -> None:
    second = {**PARCEL, "properties": {"order_id": "order", "tracking_number": "parcel.second"}}
    calls = calls_in(hear(parcel(), params(rules=[PARCEL, second])))
    assert [call["messageId"] for call in calls] == ["mapping-7/Shipment Updated", "mapping-7/Shipment Updated/2"]


def test_a_path_to_every_entry_gives_a_list() -> None:
    rule = {**ORDER, "properties": {"order_id": "order.number", "articles": "order.lines[*].article"}}
    assert the_call(hear(order(), one_rule(rule)))["properties"]["articles"] == ["grinder", None]


def test_one_of_several_values_is_enough_for_a_condition() -> None:
    rule = {**ORDER, "when": {"order.lines[*].article": "grinder"}}
    assert len(calls_in(hear(order(), one_rule(rule)))) == 1


def test_a_wrong_value_of_one_property_is_left_out() -> None:
    call = the_call(hear(order(sum="a lot", promised="soon")))
    assert {"total", "promised_at"}.isdisjoint(call["properties"])


def test_goods_are_told_about_the_shop() -> None:
    rule = {
        "event": "Stock Changed",
        "at": "at",
        "properties": {"product_id": "article", "quantity": "left", "location": "place"},
    }
    payload = {"at": "2026-03-02T10:00:00Z", "article": "grinder", "left": "3", "place": "Riga"}
    call = the_call(hear(payload, one_rule(rule)))
    assert (call["about"], call["properties"]) == (
        "shop",
        {"product_id": "grinder", "quantity": 3.0, "location": "Riga"},
    )


@pytest.mark.parametrize(
    ("payload", "path"),
    [
        ({**order(), "event": {}}, "event.number"),
        (order(placed="yesterday"), "order.placed"),
        (order(number=None), "order.number"),
        (parcel(changed=10**30), "changed"),
    ],
)
def test_a_payload_without_its_id_time_or_order_is_malformed(payload: object, path: str) -> None:
    answer = hear(payload)
    assert isinstance(answer, Denied)
    assert (answer.why, f"expected a value at {path}," in answer.message) == ("malformed", True)


def test_a_denial_says_nothing_of_the_payload() -> None:
    answer = hear(order(placed="yesterday"))
    assert isinstance(answer, Denied)
    assert not any(said in answer.message for said in ("1001", "ann@example.com", "yesterday", SECRET))


def test_without_an_id_a_message_is_named_after_its_body() -> None:
    read = one_rule({key: value for key, value in PARCEL.items() if key != "id"})
    names = [the_call(hear(parcel(state), read))["messageId"] for state in ("shipped", "shipped", "delivered")]
    assert (names[0] == names[1], names[0] == names[2]) == (True, False)


def test_without_an_id_a_signed_message_is_named_after_its_webhook_id() -> None:
    read = params(
        signed_by="standard_webhooks",
        words={},
        rules=[{key: value for key, value in PARCEL.items() if key != "id"}],
    )
    body = json.dumps(parcel()).encode()
    headers = {
        "webhook-id": "msg_1",
        "webhook-timestamp": str(int(NOW.timestamp())),
        "webhook-signature": Signer(NEW).sign("msg_1", NOW, body.decode()),
    }
    call = the_call(source(read, NEW).receive(HookRequest(body, headers, {}), NOW))
    assert call["messageId"] == "mapping-msg_1/Shipment Updated"


def test_a_call_signed_after_standard_webhooks_is_taken() -> None:
    assert len(calls_in(standard(json.dumps(order()).encode()))) == 1


@pytest.mark.parametrize("secret", [OLD, NEW])
def test_while_a_secret_is_exchanged_both_hold(secret: str) -> None:
    answer = standard(json.dumps(order()).encode(), secret=secret, secrets=f"whsec_{NEW}, {OLD}")
    assert len(calls_in(answer)) == 1


def test_a_call_signed_with_another_secret_is_denied() -> None:
    assert why_denied(standard(json.dumps(order()).encode(), secret=OLD)) == "unsigned"


@pytest.mark.parametrize("ago", [timedelta(days=2), timedelta(hours=-1)])
def test_a_signed_call_that_is_not_of_now_is_denied(ago: timedelta) -> None:
    assert why_denied(standard(json.dumps(order()).encode(), at=NOW - ago)) == "replayed"


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"webhook-signature": "v1,é", "webhook-timestamp": "1773144000", "webhook-id": "1"},
        {"webhook-signature": "v1,abc", "webhook-timestamp": "soon", "webhook-id": "1"},
    ],
)
def test_a_call_without_a_whole_signature_is_denied(headers: dict[str, str]) -> None:
    to = source(params(signed_by="standard_webhooks"), NEW)
    assert why_denied(to.receive(HookRequest(b"\xff", headers, {}), NOW)) == "unsigned"


@pytest.mark.parametrize(
    ("encoding", "prefix", "signature"),
    [
        ("hex", "sha256=", f"sha256={hex_signature(b'{}')}"),
        ("hex", "", hex_signature(b"{}")),
        ("base64", "", base64_signature(b"{}")),
    ],
)
def test_a_call_signed_in_a_header_of_the_shops_own_is_taken(encoding: str, prefix: str, signature: str) -> None:
    read = params(signed_by="header", header="X-Shop-Signature", encoding=encoding, prefix=prefix)
    assert calls_in(source(read).receive(HookRequest(b"{}", {"x-shop-signature": signature}, {}), NOW)) == ()


def test_a_call_with_a_wrong_header_is_denied() -> None:
    read = params(signed_by="header", header="X-Shop-Signature")
    request = HookRequest(b"{ }", {"x-shop-signature": hex_signature(b"{}")}, {})
    assert why_denied(source(read).receive(request, NOW)) == "unsigned"


@pytest.mark.parametrize(
    ("query", "expected"),
    [({}, "expected ?token= in the address, got none"), ({"token": "wrong"}, "expected our token in the address")],
)
def test_a_call_without_our_token_is_denied(query: dict[str, str], expected: str) -> None:
    answer = source().receive(HookRequest(b"{}", {}, query), NOW)
    assert isinstance(answer, Denied)
    assert (answer.why, expected in answer.message) == ("unsigned", True)


def test_without_a_secret_it_does_not_start() -> None:
    with pytest.raises(MissingSecret, match="SECRET"):
        source(secrets="")


@pytest.mark.parametrize("secret", ["a", "!!!!", "whsec_"])
def test_a_secret_that_is_no_base64_does_not_start(secret: str) -> None:
    with pytest.raises(MissingSecret, match="expected base64 in SECRET"):
        source(params(signed_by="standard_webhooks"), secret)


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        (
            {"at": "order..placed"},
            r'path "order..placed", character 6: expected a name, \[0\] or \[\*\], got "..placed"',
        ),
        ({"event": "Order Complete"}, "Input should be 'Order Completed'"),
        ({"properties": {"oder_id": "order.number"}}, 'property "oder_id".*write "order_id"'),
        ({"properties": {"status": "order.state"}}, 'rule for "Order Completed": expected the property order_id'),
        ({"at_unit": "minutes"}, "Input should be 'iso', 'seconds' or 'milliseconds'"),
        ({"when": {"order.": True}}, 'path "order.", character 6'),
        ({"products": {"each": "order.lines[*]"}}, "product_id"),
        ({"wenn": {}}, "Extra inputs are not permitted"),
    ],
)
def test_a_wrong_rule_is_told_when_it_is_loaded(wrong: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ValidationError, match=sentence):
        one_rule({**ORDER, **wrong})


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"rules": []}, "expected at least one rule"),
        ({"tells": []}, "tells"),
        ({"tells": ["parcels"]}, "tells"),
        ({"signed_by": "header"}, "expected a header with signed_by: header and only then, got none"),
        ({"header": "X-Shop-Signature"}, 'got "X-Shop-Signature"'),
        ({"words": {"colour": {"ROT": "red"}}}, 'expected properties that a rule reads, got "colour"'),
        ({"words": {"status": {"VERSANDT": "shiped"}}}, 'expected a status after "VERSANDT", got "shiped"'),
    ],
)
def test_wrong_parameters_are_told_when_they_are_loaded(wrong: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ValidationError, match=sentence):
        params(**wrong)


@pytest.mark.parametrize(
    ("path", "values"),
    [
        ("a", [{"b": [1, {"c": 2}]}]),
        ("a.b", [[1, {"c": 2}]]),
        ("a.b[0]", [1]),
        ("a.b[*]", [1, {"c": 2}]),
        ("a.b[*].c", [2]),
        ("a.b[7]", []),
        ("a.c", []),
        ("a[0]", []),
    ],
)
def test_a_path_leads_to_what_lies_there(path: str, values: list[object]) -> None:
    assert parse_path(path).every({"a": {"b": [1, {"c": 2}]}}) == values


@pytest.mark.parametrize("path", ["", ".", "a.", "a..b", "a[", "a[x]", "a[-1]", "a[0", "$.a", "a b", "a['b']", "a[*"])
def test_what_is_no_path_is_told_with_its_place(path: str) -> None:
    with pytest.raises(ValueError, match=r'path ".*", character \d+: expected a name'):
        parse_path(path)


@settings(max_examples=150, deadline=None)
@given(variations(order()) | variations(parcel()) | st.dictionaries(st.text(), JSON, max_size=4))
def test_whatever_the_members_are_there_is_an_answer(payload: dict[str, Any]) -> None:
    answer = hear(payload)
    assert isinstance(answer, Received) or answer.why == "malformed"
