"""What does the shop's own endpoint say about this delivery?

The asking side of the guard `http`, whose docstring says what is answered. One POST of JSON right before the send,
signed after Standard Webhooks (standardwebhooks.com): `webhook-id` is the delivery's key and the moment, because each
time it is asked is a question of its own. What the guard's `send` does not name is not told:

    {"delivery": "8589934594", "at": "2026-03-02T09:00:00+00:00",
     "items": [{"product_id", "variant", "name", "category", "price", "quantity"}],
     "journey": "cart_recovery", "step": "reminder", "channel": "email",
     "profile": {"user_id", "email", "phone"}}

An answer is a JSON object of at most 64 KiB with a status from 200 to 299. Anything else is no answer.
"""

import logging
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import msgspec
from standardwebhooks.webhooks import EmptyWebhookSecretError
from standardwebhooks.webhooks import Webhook as Signer

from journeys.vocabulary import Delivery, Item, Outside, Profile, Properties
from operational_guards.errors import GuardError
from operational_guards.http import Http, HttpParams, Part
from orchestrator.sources.hooks import Secrets
from orchestrator.sources.web import Request, Response, Unreachable, Web

MOST_READ = 65_536
_LOG = logging.getLogger("tactful.outside")


class Endpoint:
    """Asks one endpoint; built once per process for each way the guard is set up."""

    def __init__(self, params: HttpParams, secrets: Secrets, web: Web) -> None:
        """Raises GuardError when the environment does not hold the secret, or not a usable one."""
        self._params = params
        self._signer = _signer(secrets(params.secret_env), params.secret_env)
        self._web = web

    async def ask(self, delivery: Delivery, profile: Profile, now: datetime) -> Outside:
        """Ask whether this delivery may go now. Never raises: no answer is an answer too."""
        try:
            return Outside(now, _read(await self._web.call(self._request(delivery, profile, now), now)))
        except Exception as error:
            # Only the error's class is kept: its message may hold personal facts.
            _LOG.warning("event=outside.failed guard=%s error=%s", Http.name, type(error).__name__)
            return Outside(now, None)

    def _request(self, delivery: Delivery, profile: Profile, now: datetime) -> Request:
        at = now.astimezone(UTC)
        body = msgspec.json.encode(_question(self._params.send, delivery, profile, at))
        key = f"{delivery.id}-{int(at.timestamp() * 1000)}"
        headers = {
            "content-type": "application/json",
            "webhook-id": key,
            "webhook-timestamp": str(int(at.timestamp())),
            "webhook-signature": self._signer.sign(key, at, body.decode()),
        }
        return Request("POST", self._params.url, headers, body, self._params.timeout.total_seconds())


def _signer(secret: str, variable: str) -> Signer:
    where = f'guard "{Http.name}": expected its signing secret in the environment variable {variable}'
    remedy = "make one: openssl rand -base64 32"
    if not secret:
        raise GuardError(f"{where}, got nothing; {remedy}")
    try:
        return Signer(secret)
    except (ValueError, EmptyWebhookSecretError):
        raise GuardError(f"{where}, got something that is not base64; {remedy}") from None


def _question(parts: tuple[Part, ...], delivery: Delivery, profile: Profile, at: datetime) -> Mapping[str, Any]:
    told: dict[Part, Any] = {
        "items": [_good(item) for item in delivery.items],
        "journey": delivery.journey,
        "step": delivery.step,
        "channel": delivery.channel,
        "profile": {"user_id": profile.user_id, "email": profile.email, "phone": profile.phone},
    }
    # As text, since in many languages a number of JSON holds no more than 53 bits.
    return {"delivery": str(delivery.id), "at": at.isoformat(), **{part: told[part] for part in parts}}


def _good(item: Item) -> Mapping[str, Any]:
    return {
        "product_id": item.product_id,
        "variant": item.variant,
        "name": item.name,
        "category": item.category,
        "price": item.price,
        "quantity": item.quantity,
    }


def _read(response: Response | Unreachable) -> Properties | None:
    """Read the answer; None when there is none."""
    if isinstance(response, Unreachable) or not 200 <= response.status < 300 or len(response.body) > MOST_READ:
        return None
    try:
        answer = msgspec.json.decode(response.body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    return answer if isinstance(answer, dict) else None
