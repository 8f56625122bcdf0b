"""Is the shop's endpoint asked so that it can trust the question, and is only a proper answer taken for one?"""

import asyncio
import json
import logging
from dataclasses import dataclass, field
from datetime import timedelta

import pytest
import time_machine
from standardwebhooks.webhooks import Webhook as Verifier

from journeys.vocabulary import Item, Outside
from operational_guards.errors import GuardError
from operational_guards.http import Http, HttpParams
from operational_guards.verdict import DropItems, Evidence
from orchestrator.outside import Endpoint
from orchestrator.sources.web import Request, Response, Unreachable
from tests.operational_guards.people import ANN, MOMENT, NOW, about, known

URL = "https://shop.example/may-send"
SECRET = "whsec_dGVzdCBzZWNyZXQgb2YgdGhlIHNob3A="
GRINDER = about(items=(Item("grinder", "Grinder", 80.0, 1, "black", "brewing"),))


@dataclass
class SaysWeb:
    """A network on which everything is answered in the same way."""

    answer: Response | Unreachable | Exception
    asked: list[Request] = field(default_factory=list)

    async def call(self, request, now):
        self.asked.append(request)
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


def endpoint(web, secret=SECRET, **params):
    known_params = HttpParams.model_validate({"url": URL, **params})
    return Endpoint(known_params, {"TACTFUL_GUARD_SECRET": secret, "OTHER": SECRET}.get, web)


def answered(body, status=200):
    return Response(status, {"content-type": "application/json"}, body)


def ask(answer, delivery=GRINDER, now=NOW, **params):
    return asyncio.run(endpoint(SaysWeb(answer), **params).ask(delivery, ANN, now))


def asked(delivery=GRINDER, now=NOW, **params):
    web = SaysWeb(answered(b'{"verdict": "allow"}'))
    asyncio.run(endpoint(web, **params).ask(delivery, ANN, now))
    (request,) = web.asked
    return request


def test_the_answer_comes_with_the_moment_it_was_asked_for():
    assert ask(answered(b'{"verdict": "allow"}')) == Outside(NOW, {"verdict": "allow"})


def test_the_guard_does_what_was_answered():
    facts = known()
    facts.outside = {"http": ask(answered(b'{"verdict": "drop_items", "product_ids": ["grinder"]}'))}
    assert Http(HttpParams(url=URL)).judge(GRINDER, facts, NOW) == DropItems(
        frozenset({0}), "http.dropped", (Evidence("endpoint", "no reason given", "drop_items", NOW),)
    )


def test_the_signature_is_one_that_receivers_verify():
    request = asked()
    with time_machine.travel(NOW, tick=False):
        assert Verifier(SECRET).verify(request.body, dict(request.headers))["delivery"] == "7"


def test_the_id_is_the_delivery_and_the_moment():
    headers = asked(now=NOW + MOMENT).headers
    assert (headers["webhook-id"], headers["webhook-timestamp"]) == ("7-1772452800001", "1772452800")


def test_the_question_is_posted_to_the_endpoint_and_waits_no_longer_than_agreed():
    request = asked(timeout="4s")
    assert (request.method, request.url, request.seconds) == ("POST", URL, 4.0)


def test_the_question_says_what_is_about_to_be_said_and_nothing_personal():
    assert json.loads(asked().body) == {
        "delivery": "7",
        "at": "2026-03-02T12:00:00+00:00",
        "items": [
            {
                "product_id": "grinder",
                "variant": "black",
                "name": "Grinder",
                "category": "brewing",
                "price": 80.0,
                "quantity": 1,
            }
        ],
        "journey": "cart_recovery",
        "step": "reminder",
        "channel": "email",
    }


def test_the_person_is_told_of_only_on_request():
    assert json.loads(asked(send=["profile"]).body) == {
        "delivery": "7",
        "at": "2026-03-02T12:00:00+00:00",
        "profile": {"user_id": "", "email": "ann@example.com", "phone": "+37120000001"},
    }


@pytest.mark.parametrize(
    "answer",
    [
        Unreachable("timeout"),
        Unreachable("circuit_open"),
        answered(b'{"verdict": "allow"}', 500),
        answered(b'{"verdict": "allow"}', 302),
        answered(b'{"verdict": "allow"}', 404),
        answered(b""),
        answered(b"allow"),
        answered(b'["allow"]'),
        answered(b'"allow"'),
        answered(b"null"),
        answered(b'{"verdict": "allow"'),
        answered(b'{"verdict": "\xff"}'),
        answered(b'{"verdict": NaN}'),
        answered(b"[" * 60_000),
    ],
)
def test_anything_else_is_no_answer(answer):
    assert ask(answer) == Outside(NOW, None)


def test_an_answer_of_64_kib_is_read():
    body = b'{"verdict": "allow"}'
    assert ask(answered(body.ljust(65_536))).body == {"verdict": "allow"}


def test_a_longer_answer_is_none():
    body = b'{"verdict": "allow"}'
    assert ask(answered(body.ljust(65_537))).body is None


def test_any_good_status_will_do():
    assert ask(answered(b'{"verdict": "allow"}', 202)).body == {"verdict": "allow"}


def test_a_network_that_breaks_its_contract_is_no_answer():
    assert ask(ValueError("ann@example.com")) == Outside(NOW, None)


def test_what_broke_is_logged_without_what_it_says_of_the_person(caplog):
    with caplog.at_level(logging.WARNING, "tactful.outside"):
        ask(ValueError("ann@example.com"))
    assert [record.getMessage() for record in caplog.records] == ["event=outside.failed guard=http error=ValueError"]


def test_each_time_it_is_asked_is_a_question_of_its_own():
    first, second = asked(), asked(now=NOW + timedelta(hours=1))
    assert first.headers["webhook-id"] != second.headers["webhook-id"]


def test_the_secret_may_have_another_name():
    request = asked(secret="", secret_env="OTHER")
    with time_machine.travel(NOW, tick=False):
        assert Verifier(SECRET).verify(request.body, dict(request.headers))["step"] == "reminder"


def test_a_missing_secret_is_named():
    message = "expected its signing secret in the environment variable TACTFUL_GUARD_SECRET, got nothing; make one:"
    with pytest.raises(GuardError, match=message):
        endpoint(SaysWeb(Unreachable("timeout")), secret="")


@pytest.mark.parametrize("secret", ["whsec_", "a", "ü"])
def test_a_secret_that_is_no_base64_is_refused_and_not_repeated(secret):
    with pytest.raises(GuardError) as caught:
        endpoint(SaysWeb(Unreachable("timeout")), secret=secret)
    assert str(caught.value) == (
        'guard "http": expected its signing secret in the environment variable TACTFUL_GUARD_SECRET, '
        "got something that is not base64; make one: openssl rand -base64 32"
    )
