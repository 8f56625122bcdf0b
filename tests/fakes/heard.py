"""What do a source's calls leave behind, once they were read and taken into account?"""

import hmac
import json
from base64 import b64encode
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from hypothesis import strategies

from journeys.vocabulary import Facts, Profile, Return, Shipment
from orchestrator.facts import apply
from orchestrator.sources.base import Accepted
from orchestrator.sources.calls import Call
from orchestrator.sources.hooks import Denied, Received, Secrets
from orchestrator.sources.segment import SegmentSource

NOW = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)
SECRET = "not-a-real-secret"

JSON = strategies.recursive(
    strategies.none() | strategies.booleans() | strategies.integers() | strategies.floats() | strategies.text(),
    lambda inner: strategies.lists(inner, max_size=3) | strategies.dictionaries(strategies.text(), inner, max_size=3),
    max_leaves=8,
)


def variations(payload: dict[str, Any]) -> strategies.SearchStrategy[dict[str, Any]]:
    """Draw payloads of which any members, on two levels, are replaced by arbitrary JSON."""
    deeper = {
        key: (strategies.fixed_dictionaries({inner: strategies.just(kept) | JSON for inner, kept in value.items()}))
        for key, value in payload.items()
        if isinstance(value, dict)
    }
    return strategies.fixed_dictionaries(
        {key: deeper.get(key, strategies.just(value)) | JSON for key, value in payload.items()}
    )


def environment(**variables: str) -> Secrets:
    """Give an environment that holds these variables and no others."""
    return lambda name: variables.get(name, "")


def base64_signature(signed: bytes, secret: str = SECRET) -> str:
    """Sign as most vendors do."""
    return b64encode(hmac.new(secret.encode(), signed, "sha256").digest()).decode()


def hex_signature(signed: bytes, secret: str = SECRET) -> str:
    """Sign as some vendors do."""
    return hmac.new(secret.encode(), signed, "sha256").hexdigest()


def calls_in(answer: Received | Denied) -> tuple[Call, ...]:
    """Give the calls of an answer that must not be a denial."""
    assert isinstance(answer, Received), answer
    return answer.calls


def why_denied(answer: Received | Denied) -> str:
    """Give the reason of an answer that must be a denial."""
    assert isinstance(answer, Denied), answer
    return answer.why


def the_call(answer: Received | Denied) -> Call:
    """Give the only call of an answer."""
    (call,) = calls_in(answer)
    return call


def facts_after(answers: Iterable[Received | Denied]) -> Facts:
    """Take these answers into account, in this order; calls that name no order are about order 1001."""
    facts = Facts(Profile(id=1, created_at=NOW))
    reader = SegmentSource("LV")
    for call in [call for answer in answers for call in calls_in(answer)]:
        identified = {**call, "properties": {"order_id": "1001", **call["properties"]}}
        reading = reader.read(json.dumps(identified).encode(), NOW, "a call")
        assert isinstance(reading, Accepted), reading
        apply(facts, reading.event, NOW)
    return facts


def parcel_after(*answers: Received | Denied) -> Shipment:
    """Give the only parcel that is known after these answers."""
    (parcel,) = facts_after(answers).shipments.values()
    return parcel


def return_after(*answers: Received | Denied) -> Return:
    """Give the only return that is known after these answers."""
    (back,) = facts_after(answers).returns.values()
    return back
