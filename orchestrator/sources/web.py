"""How does a source reach the network? Through one small seam, so that tests and a breaker can stand in between."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, Protocol


@dataclass(frozen=True, slots=True)
class Request:
    """One call: everything of it is already written out. `seconds` is for the whole call."""

    method: Literal["GET", "POST"]
    url: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    seconds: float = 5.0


@dataclass(frozen=True, slots=True)
class Response:
    """What came back; header names in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Unreachable:
    """Nothing came back: `reason` is one of unreachable, timeout, too_large, bad_url, circuit_open, rate_limited."""

    reason: str


class Web(Protocol):
    """Makes calls for one source. Never raises for what the network does."""

    async def call(self, request: Request, now: datetime) -> Response | Unreachable:
        """Make the call; `now` is what the circuit breaker and a Retry-After count from."""
        ...
