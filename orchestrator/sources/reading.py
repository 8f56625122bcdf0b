"""What does a vendor's payload hold, whatever may be wrong with it?

Every member may be missing or of another type than documented: these readers then give nothing, and never raise. Only
a body that is no JSON object at all is denied.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from math import isfinite
from typing import Any, TypeAlias

import msgspec

from orchestrator.sources.hooks import Denied
from orchestrator.sources.refusal import MAX_DEPTH

Payload: TypeAlias = Mapping[str, Any]

MAX_BODY = 5_000_000
# Ids are at most 64 bits; turning numbers of any length into text would also be slow.
_MOST = 2**64


def decode(body: bytes, source: str) -> Payload | Denied:
    """Read a body that is one JSON object; deny anything else."""
    if len(body) > MAX_BODY:
        return _malformed(source, f"at most {MAX_BODY:,} bytes", f"{len(body):,}", "send fewer things per call")
    try:
        payload = msgspec.json.decode(body)
    except RecursionError:
        return _too_deep(source)
    except ValueError:
        return _malformed(source, "a JSON object", "what is no JSON", "have the sender call in JSON")
    if not isinstance(payload, dict):
        return _malformed(source, "a JSON object", "JSON of another type", "have each event sent by itself")
    return _too_deep(source) if _is_deep(payload) else payload


def malformed(source: str, field: str) -> Denied:
    """Deny a call in which a field that nothing can be said without is missing or unreadable."""
    remedy = "compare the topic and the API version the webhook was made for"
    return _malformed(source, f'a call with "{field}"', "none that can be read", remedy)


def text(value: object) -> str:
    """Read an id or a name, which may have been written as a number; empty when it is neither."""
    if isinstance(value, str):
        return value.replace("\0", "").strip()
    if isinstance(value, bool) or not isinstance(value, int | float):
        return ""
    if isinstance(value, float) and not value.is_integer():
        return str(value)
    return str(int(value)) if abs(value) < _MOST else ""


def number(value: object) -> float | None:
    """Read a number that may have been written as text; None when it is none, or not finite."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        read = float(value)
    except (ValueError, OverflowError):
        return None
    return read if isfinite(read) else None


def moment(value: object) -> datetime | None:
    """Read an ISO date and time as aware UTC; without a zone it is UTC already, a date alone is its midnight."""
    if not isinstance(value, str):
        return None
    try:
        read = datetime.fromisoformat(value.strip())
        return read.replace(tzinfo=UTC) if read.tzinfo is None else read.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def epoch(value: object, per_second: int = 1) -> datetime | None:
    """Read a number of seconds since 1970, or of thousandths with `per_second=1000`; None when it is none."""
    ticks = number(value)
    try:
        return None if ticks is None else datetime.fromtimestamp(ticks / per_second, UTC)
    except (ValueError, OverflowError, OSError):
        return None


def object_in(payload: Payload, key: str) -> Payload:
    """Give the object under a key; an empty one when there is none."""
    value = payload.get(key)
    return value if isinstance(value, Mapping) else {}


def objects_in(payload: Payload, key: str) -> list[Payload]:
    """List the objects under a key, without whatever else is in the list."""
    value = payload.get(key)
    return [each for each in value if isinstance(each, Mapping)] if isinstance(value, list) else []


def _is_deep(payload: Payload) -> bool:
    level: list[object] = [payload]
    for _ in range(MAX_DEPTH):
        level = [child for parent in level for child in _children(parent)]
        if not level:
            return False
    return True


def _children(parent: object) -> list[object]:
    children = list(parent.values()) if isinstance(parent, dict) else parent if isinstance(parent, list) else []
    return [child for child in children if isinstance(child, dict | list)]


def _too_deep(source: str) -> Denied:
    return _malformed(source, f"JSON at most {MAX_DEPTH} levels deep", "deeper", "send flatter payloads")


def _malformed(source: str, expected: str, got: str, remedy: str) -> Denied:
    return Denied("malformed", f"{source}: expected {expected}, got {got}; {remedy}")
