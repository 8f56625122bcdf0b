"""How does another system hear of a delivery?

One POST of JSON, signed after Standard Webhooks (standardwebhooks.com): `webhook-id` is the delivery's key and never
changes, so the receiver can tell a repetition; `webhook-timestamp` is the moment the delivery was judged.
"""

import json
from binascii import Error as Base64Error
from datetime import UTC
from typing import Any, ClassVar

from pydantic import BaseModel, Field
from standardwebhooks.webhooks import EmptyWebhookSecretError
from standardwebhooks.webhooks import Webhook as Signer

from actions.base import Assignment, HttpRequest, Outcome, Params, Sent, Surroundings
from actions.errors import ActionError, MissingSecret
from actions.http import Http

SECRET = "TACTFUL_WEBHOOK_SECRET"  # noqa: S105  the name of the variable, not a secret


class WebhookParams(Params):
    """Where the POST goes. The secret itself comes from the environment only."""

    url: str = Field(pattern=r"^https?://", description="The address that is called.")
    secret_env: str = Field(SECRET, description="The environment variable that holds the signing secret, in base64.")
    timeout: float = Field(15, gt=0, le=120, description="Seconds for the whole call.")


class Webhook:
    """Posts deliveries to another system."""

    name: ClassVar[str] = "webhook"
    Params: ClassVar[type[BaseModel]] = WebhookParams
    needs: ClassVar[str] = ""
    finds: ClassVar[bool] = False

    def __init__(self, params: WebhookParams, surroundings: Surroundings) -> None:
        self._params = params
        self._signer = _signer(surroundings.secrets(params.secret_env), params.secret_env)
        self._http = surroundings.http or Http()

    async def perform(self, assignment: Assignment) -> Outcome:
        """Post the delivery."""
        body = json.dumps(_payload(assignment), ensure_ascii=False, default=str)
        at = assignment.at.astimezone(UTC)
        headers = {
            "content-type": "application/json",
            "webhook-id": assignment.key,
            "webhook-timestamp": str(int(at.timestamp())),
            "webhook-signature": self._signer.sign(assignment.key, at, body),
        }
        request = HttpRequest(self._params.url, body.encode(), headers, self._params.timeout, has_key=True)
        return await self._http.post(request, action=self.name, now=at)

    def find(self, key: str) -> Sent | None:  # noqa: ARG002  the contract names it
        """A receiver cannot be asked; it tells repetitions by their id."""
        return None


def _signer(secret: str, variable: str) -> Signer:
    if not secret:
        raise MissingSecret(Webhook.name, variable)
    try:
        return Signer(secret)
    except (Base64Error, ValueError, EmptyWebhookSecretError):
        message = (
            f"webhook: {variable} expects base64, with or without whsec_ before it; make one: openssl rand -base64 32"
        )
        raise ActionError(message) from None


def _payload(assignment: Assignment) -> dict[str, Any]:
    profile, delivery = assignment.profile, assignment.delivery
    return {
        "key": assignment.key,
        "at": assignment.at.isoformat(),
        "journey": delivery.journey,
        "step": delivery.step,
        "channel": delivery.channel,
        "profile": {"user_id": profile.user_id, "email": profile.email, "phone": profile.phone},
        "items": [
            {"product_id": item.product_id, "name": item.name, "price": item.price, "quantity": item.quantity}
            for item in delivery.items
        ],
        "text": assignment.content.text if assignment.content else "",
        "parameters": dict(assignment.parameters),
    }
