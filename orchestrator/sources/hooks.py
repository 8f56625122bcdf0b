"""What is a source that calls us?

A shop, a carrier or a returns app posts to `/hooks/<source>` whenever something happened. Its adapter first checks the
signature on the raw bytes, then turns the payload into calls (`orchestrator.sources.calls`). It is pure: the same
request at the same moment gives the same answer. It comes in through the entry-point group `tactful.sources`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, ClassVar, Literal, Protocol

from pydantic import BaseModel, ConfigDict, Field

from journeys.vocabulary import FactKind
from operational_guards.base import DurationText
from orchestrator.sources.calls import Call


class SourceParams(BaseModel):
    """The base of a source's parameters, as written under `sources` beside `adapter`: unknown keys are errors."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    silent_after: DurationText = Field(
        timedelta(hours=24), description="Without news for longer than this, what the source tells counts as unknown."
    )
    max_age: DurationText | None = Field(
        None, description="Ask again before a send when what is known of the customer is older; without it never."
    )


class HookParams(SourceParams):
    """What every source that signs its calls has: where its secret is."""

    secret_env: str = Field("", description="The environment variable with the signing secret; several by commas.")
    replay_window: DurationText = Field(
        timedelta(days=1), description="Calls that say they were made longer ago than this are refused."
    )


@dataclass(frozen=True, slots=True)
class HookRequest:
    """One call as it came: the raw body, header names in lower case, the query, and the address it came from."""

    body: bytes
    headers: Mapping[str, str]
    query: Mapping[str, str]
    remote: str = ""


@dataclass(frozen=True, slots=True)
class Received:
    """A call that was understood; `calls` may be empty when it says nothing that matters here.

    `is_signed` is false for what is answered without proof of who sent it, such as a ping: nothing of it is taken in,
    and it is no sign that the source speaks.
    """

    calls: tuple[Call, ...]
    is_signed: bool = True


@dataclass(frozen=True, slots=True)
class Denied:
    """A call that was not taken. `unsigned` and `replayed` are answered with 401, `malformed` with 400.

    `message` has the four parts: where, what, got, what to do; never anything of the secret or of the payload.
    """

    why: Literal["unsigned", "replayed", "malformed"]
    message: str


class Secrets(Protocol):
    """Reads one secret from the environment; empty when it is not set."""

    def __call__(self, name: str) -> str: ...


class Hook(Protocol):
    """A source that is called. `tells` names the kinds of facts whose absence means something only while it speaks."""

    name: ClassVar[str]
    tells: ClassVar[frozenset[FactKind]]
    Params: ClassVar[type[SourceParams]]

    def __init__(self, params: Any, secrets: Secrets) -> None:
        """Raises MissingSecret when the environment does not hold what the source needs to check signatures."""
        ...

    def receive(self, request: HookRequest, now: datetime) -> Received | Denied:
        """Check the call and read it; `now` is aware UTC."""
        ...
