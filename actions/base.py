"""What is an action?

An action does one thing in the world: hands a message to a provider, changes an audience, writes a CRM entry. It gets
an `Assignment` that says everything and gives back one of four outcomes. It keeps no state of its own between calls,
and never decides whether the message should go: that was judged before.
"""

from collections.abc import Awaitable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, ClassVar, Protocol, TypeAlias

from pydantic import BaseModel, ConfigDict

from journeys.vocabulary import Delivery, Profile


@dataclass(frozen=True, slots=True)
class Sent:
    """The provider took it. `provider_id` finds it again there."""

    provider_id: str = ""


@dataclass(frozen=True, slots=True)
class Rejected:
    """The provider refused it for good; the reason is a dotted code such as `email.no_such_mailbox`.

    `detail` is a sentence about it for `explain`, without anything personal.
    """

    reason: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class RetryLater:
    """It surely did not happen and may be tried again; `after` is the provider's own wish, when it had one."""

    reason: str
    after: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Unknown:
    """It may have happened: the connection broke after the request. Never resent blindly."""

    reason: str


Outcome: TypeAlias = Sent | Rejected | RetryLater | Unknown


@dataclass(frozen=True, slots=True)
class Content:
    """A rendered message. `html` is empty for channels of plain text, `subject` for those without one."""

    text: str
    html: str = ""
    subject: str = ""
    preview: str = ""


@dataclass(frozen=True, slots=True)
class Assignment:
    """What is to be handed over, to whom.

    `key` is the idempotency key: it never changes for a delivery, however often it is tried. `parameters` are the
    step's own (the audience's name, the CRM task), already rendered. `at` is the moment it was judged.
    """

    key: str
    delivery: Delivery
    profile: Profile
    at: datetime
    content: Content | None = None
    parameters: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class HttpRequest:
    """One POST. `seconds` is for the whole of it; `has_key` says whether it carries an idempotency key."""

    url: str
    body: bytes
    headers: Mapping[str, str]
    seconds: float = 15.0
    has_key: bool = False


class Params(BaseModel):
    """The base of an action's parameters, as written under a channel: unknown keys are errors."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What an action may use of the workspace it runs in.

    `folder` is the workspace, `secrets` reads the environment (`secrets("SMTP_PASSWORD")`, empty when unset),
    `shop_name` and `shop_url` come from the file. `http` is the process's one client; an action makes its own when
    none is given.
    """

    folder: str
    secrets: "SecretReader"
    shop_name: str = ""
    shop_url: str = ""
    http: "HttpPoster | None" = None


class SecretReader(Protocol):
    """Reads one secret from the environment."""

    def __call__(self, name: str) -> str: ...


class HttpPoster(Protocol):
    """Sends one POST and turns what came of it into an outcome: `actions.http.Http`."""

    async def post(self, request: "HttpRequest", *, action: str, now: datetime) -> Outcome: ...


class Action(Protocol):
    """What the entry-point group `tactful.actions` holds: a class built once per channel.

    `name` is what YAML calls it, `Params` its parameters' model, `needs` the address it writes to (`email`, `phone`
    or none). `perform` may be `def` or `async def`. An action that can find out whether a key was already handed over
    says so with `finds = True` and answers in `find`; after a crash such a delivery is reconciled instead of held.
    """

    name: ClassVar[str]
    Params: ClassVar[type[BaseModel]]
    needs: ClassVar[str]
    finds: ClassVar[bool]

    def __init__(self, params: Any, surroundings: Surroundings) -> None: ...

    def perform(self, assignment: Assignment) -> Outcome | Awaitable[Outcome]:
        """Do it once, and say what became of it."""
        ...

    def find(self, key: str) -> Sent | None:
        """Tell whether this key was handed over before; None when it surely was not."""
        ...
