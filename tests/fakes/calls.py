"""How does a shop tell us something? Calls of the Segment spec as lines of JSON, with as little noise as possible."""

import json
from datetime import UTC, datetime
from typing import Any

from orchestrator.sources.base import Accepted
from orchestrator.sources.segment import SegmentSource

_SOURCE = SegmentSource("LV")
GRINDER = [{"product_id": "grinder", "name": "Grinder", "price": 80}]


def moment(text: str) -> datetime:
    """Read `09:30` (of the second of March 2026) or `2026-03-05 09:30`, in UTC."""
    full = text if " " in text else f"2026-03-02 {text}"
    return datetime.fromisoformat(full).replace(tzinfo=UTC)


def track(event: str, at: str | datetime, user: str = "ann", *, message_id: str = "", **properties: Any) -> bytes:
    """Say that a known user did something. The message id names event, moment and user unless it is given."""
    return call("track", at, message_id or f"{event}/{at}/{user}", userId=user, event=event, properties=properties)


def anonymous(event: str, at: str | datetime, visitor: str, **properties: Any) -> bytes:
    """Say that somebody unknown did something."""
    message_id = f"{event}/{at}/{visitor}"
    return call("track", at, message_id, anonymousId=visitor, event=event, properties=properties)


def identify(user: str, at: str | datetime, *, visitor: str = "", consent: bool = True, **traits: Any) -> bytes:
    """Say who somebody is; unless told otherwise they agreed to marketing. With a `visitor`, that is them too."""
    said = {"email": f"{user}@example.com", "marketing_consent": consent, **traits}
    who = {"userId": user} | ({"anonymousId": visitor} if visitor else {})
    return call("identify", at, f"identify/{at}/{user}/{visitor}", traits=said, **who)


def call(kind: str, at: str | datetime, message_id: str, **members: Any) -> bytes:
    """Write one call."""
    when = moment(at) if isinstance(at, str) else at
    return json.dumps({"type": kind, "messageId": message_id, "timestamp": when.isoformat(), **members}).encode()


def read(line: bytes, received_at: datetime) -> Accepted:
    """Read a line that is in order."""
    reading = _SOURCE.read(line, received_at, "test")
    assert isinstance(reading, Accepted), reading
    return reading
