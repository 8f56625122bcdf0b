"""What does a vendor look like that calls us? Its payload names nearly the calls we take in; its signature is real."""

import json
from base64 import b64encode
from datetime import datetime
from hmac import digest
from pathlib import Path
from typing import Any, ClassVar

from journeys.vocabulary import FactKind
from orchestrator.sources.hooks import Denied, HookParams, HookRequest, Received, Secrets, SourceParams
from orchestrator.sources.signatures import check_signature, read_secrets

SECRET = "secret-for-tests"
VARIABLE = "FAKE_SHOP_SECRET"
PING = b"ping"


class FakeShop:
    """Reads `{"calls": [...]}`; a payload without calls is malformed, and `{"explode": true}` is its undoing.

    A `ping` needs no signature and says nothing.
    """

    name: ClassVar[str] = "fake_shop"
    tells: ClassVar[frozenset[FactKind]] = frozenset({"orders", "payments"})
    Params: ClassVar[type[SourceParams]] = HookParams

    def __init__(self, params: HookParams, secrets: Secrets) -> None:
        self._secrets = read_secrets(self.name, params.secret_env, secrets)

    def receive(self, request: HookRequest, now: datetime) -> Received | Denied:
        """Check the signature and hand on what is said."""
        if request.body == PING:
            return Received((), is_signed=False)
        denied = check_signature(self.name, request.body, request.headers.get("x-signature", ""), self._secrets)
        if denied is not None:
            return denied
        payload = json.loads(request.body)
        if payload.get("explode"):
            raise KeyError(payload["email"])
        if "calls" not in payload:
            return Denied("malformed", "fake_shop: expected calls, got none; send some")
        return Received(tuple(payload["calls"]))


def payload(*calls: dict[str, Any]) -> bytes:
    """Write a payload with these calls."""
    return json.dumps({"calls": calls}).encode()


def signed(body: bytes, secret: str = SECRET) -> dict[str, str]:
    """Give the headers of a call with this body."""
    return {"x-signature": b64encode(digest(secret.encode(), body, "sha256")).decode()}


def order(message_id: str, **properties: Any) -> dict[str, Any]:
    """Say that an order was placed; who it is about is in the properties."""
    at = "2026-03-02T09:00:00+00:00"
    said = {"order_id": message_id, **properties}
    return {
        "type": "track",
        "event": "Order Completed",
        "messageId": message_id,
        "timestamp": at,
        "properties": {key: value for key, value in said.items() if value is not None},
    }


def install(folder: Path) -> Path:
    """Make a folder that, on the path of Python, is an installed package with this adapter as `fake_shop`."""
    info = folder / "fake_shop-1.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: fake-shop\nVersion: 1.0\n", encoding="utf-8")
    (info / "entry_points.txt").write_text(
        "[tactful.sources]\nfake_shop = tests.fakes.hooks:FakeShop\n", encoding="utf-8"
    )
    return folder
