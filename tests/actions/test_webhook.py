"""Can the receiver of a webhook trust it, read it and tell a repetition?"""

import json
from datetime import UTC, datetime

import pytest
import time_machine
from standardwebhooks.webhooks import Webhook as Verifier

from actions.base import RetryLater, Sent
from actions.errors import ActionError, MissingSecret
from actions.testing import assignment, perform, surroundings
from actions.webhook import Webhook, WebhookParams

SECRET = "whsec_dGVzdCBzZWNyZXQgb2YgdGhlIHNob3A="
NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def action(url: str, secret: str = SECRET, **params: object) -> Webhook:
    known = WebhookParams.model_validate({"url": url, **params})
    return Webhook(known, surroundings("/", {"TACTFUL_WEBHOOK_SECRET": secret, "OTHER": SECRET}))


def received(httpserver, **changes: object):
    httpserver.expect_request("/in", method="POST").respond_with_data("ok")
    perform(action(httpserver.url_for("/in")), assignment(**changes))
    return httpserver.log[-1][0]


def test_the_signature_is_one_that_receivers_verify(httpserver):
    request = received(httpserver)
    with time_machine.travel(NOW, tick=False):
        assert Verifier(SECRET).verify(request.get_data(), dict(request.headers))["key"] == "1-reminder-1"


def test_the_id_is_the_key_and_the_timestamp_the_moment_of_judging(httpserver):
    headers = received(httpserver).headers
    assert (headers["webhook-id"], headers["webhook-timestamp"]) == ("1-reminder-1", "1772442000")


def test_the_body_says_who_what_and_why(httpserver):
    request = received(httpserver, parameters={"campaign": "spring"})
    assert json.loads(request.get_data()) == {
        "key": "1-reminder-1",
        "at": "2026-03-02T09:00:00+00:00",
        "journey": "cart_recovery",
        "step": "reminder",
        "channel": "email",
        "profile": {"user_id": "u1", "email": "ann@example.com", "phone": "+37120000000"},
        "items": [{"product_id": "grinder", "name": "Grinder", "price": 80.0, "quantity": 1}],
        "text": "Your basket is waiting.\n",
        "parameters": {"campaign": "spring"},
    }


def test_a_repetition_is_the_same_request(httpserver):
    first, second = received(httpserver), received(httpserver)
    assert (first.get_data(), first.headers["webhook-signature"]) == (
        second.get_data(),
        second.headers["webhook-signature"],
    )


def test_a_server_error_is_tried_again_since_the_receiver_tells_repetitions(httpserver):
    httpserver.expect_request("/in").respond_with_data("oops", status=500)
    assert perform(action(httpserver.url_for("/in")), assignment()) == RetryLater("webhook.status_500")


def test_a_client_of_the_process_is_used():
    class Recorder:
        async def post(self, request, *, action, now):
            return Sent(f"{action} {request.url} {request.has_key} {now.isoformat()}")

    around = surroundings("/", {"TACTFUL_WEBHOOK_SECRET": SECRET})
    around = type(around)(around.folder, around.secrets, http=Recorder())
    webhook = Webhook(WebhookParams(url="https://hooks.example"), around)
    assert perform(webhook, assignment()) == Sent("webhook https://hooks.example True 2026-03-02T09:00:00+00:00")


def test_the_secret_may_have_another_name():
    assert action("https://hooks.example", secret="", secret_env="OTHER").find("k1") is None


def test_a_missing_secret_is_named():
    with pytest.raises(MissingSecret, match="set TACTFUL_WEBHOOK_SECRET and start again"):
        action("https://hooks.example", secret="")


@pytest.mark.parametrize("secret", ["whsec_", "a", "ü"])
def test_a_secret_that_is_no_base64_is_refused(secret):
    with pytest.raises(ActionError, match="TACTFUL_WEBHOOK_SECRET expects base64"):
        action("https://hooks.example", secret=secret)
