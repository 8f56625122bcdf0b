"""How does a person get the file they asked for?

By a signed link that expires. The file is served to whoever holds the link; the link cannot be guessed, changed or
used for another file. `sign_link` and `verify_link` are pure; the moment is an argument.

The orchestrator signs the link itself and gives it to the template as `magnet_url`, so a plain e-mail channel carries
lead magnets. The action `lead_magnet` is for messages that were rendered elsewhere: it puts the signed link where the
message says `https://magnet.invalid/` and hands it to an e-mail action.
"""

from collections.abc import Awaitable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar, Literal, TypeAlias

from itsdangerous import BadSignature, URLSafeSerializer
from pydantic import BaseModel, Field

from actions.base import Action, Assignment, Outcome, Params, Rejected, Sent, Surroundings
from actions.email_file import FileEmail
from actions.email_smtp import SmtpEmail
from actions.errors import ActionError, MissingSecret
from journeys.duration import parse_duration

LINK_KEY = "TACTFUL_LINK_KEY"
PATH = "/magnet/"
MARK = "https://magnet.invalid/"
_SALT = "tactful.lead_magnet"
_VIA: dict[str, type[Action]] = {"email.file": FileEmail, "email.smtp": SmtpEmail}


@dataclass(frozen=True, slots=True)
class SignedFile:
    """What a good link is for: the file, and the delivery that brought it."""

    file: str
    delivery_key: str


@dataclass(frozen=True, slots=True)
class BadLink:
    """Why a link is refused: `link.forged` or `link.expired`."""

    reason: Literal["link.forged", "link.expired"]


LinkAnswer: TypeAlias = SignedFile | BadLink


def read_link_keys(text: str) -> tuple[str, ...]:
    """Read the keys of TACTFUL_LINK_KEY: separated by commas, the first signs, all are accepted."""
    return tuple(key.strip() for key in text.split(",") if key.strip())


def sign_link(secret_keys: Sequence[str], shop_url: str, file: str, delivery_key: str, expires_at: datetime) -> str:
    """Make the address under which the file can be fetched until it expires; the first key signs.

    Raises ActionError without a key or for a file that is not within its folder.
    """
    if not is_plain_file(file):
        raise ActionError(f'lead_magnet: a file name such as guide.pdf is expected, got "{file}"; correct the step')
    words = {"f": file, "d": delivery_key, "e": int(expires_at.timestamp())}
    return f"{shop_url.rstrip('/')}{PATH}{_serializer(secret_keys).dumps(words)}"


def verify_link(secret_keys: Sequence[str], token: str, now: datetime) -> LinkAnswer:
    """Tell which file a token (the last part of the address) opens, or why it opens none."""
    try:
        words = _serializer(secret_keys).loads(token)
        answer, expires = SignedFile(str(words["f"]), str(words["d"])), int(words["e"])
    except (BadSignature, KeyError, TypeError, ValueError):
        return BadLink("link.forged")
    return answer if now.timestamp() < expires else BadLink("link.expired")


def is_plain_file(file: str) -> bool:
    """Tell whether this names a file within its folder and nothing else."""
    parts = file.split("/")
    return file.isprintable() and "\\" not in file and all(part not in ("", ".", "..") for part in parts)


def _serializer(secret_keys: Sequence[str]) -> URLSafeSerializer:
    if not secret_keys:
        raise MissingSecret(LeadMagnet.name, LINK_KEY)
    # itsdangerous signs with the last key and accepts all.
    return URLSafeSerializer(list(reversed(secret_keys)), salt=_SALT)


class LeadMagnetParams(Params):
    """Which e-mail action carries the message, and where files are served from."""

    via: Literal["email.file", "email.smtp"] = Field("email.file", description="The e-mail action.")
    with_: dict[str, Any] = Field(default_factory=dict, alias="with", description="That action's own parameters.")
    file_base_url: str = Field("", description="Where files are served; the shop's own address when left out.")
    expires: str = Field("7d", description="How long a link can be used, when the step does not say.")


class LeadMagnet:
    """Signs the link of a lead magnet and hands its message to an e-mail action."""

    name: ClassVar[str] = "lead_magnet"
    Params: ClassVar[type[BaseModel]] = LeadMagnetParams
    needs: ClassVar[str] = "email"
    finds: ClassVar[bool] = True

    def __init__(self, params: LeadMagnetParams, surroundings: Surroundings) -> None:
        email = _VIA[params.via]
        self._keys = read_link_keys(surroundings.secrets(LINK_KEY))
        if not self._keys:
            raise MissingSecret(self.name, LINK_KEY)
        self._base_url = params.file_base_url or surroundings.shop_url
        self._lifetime = parse_duration(params.expires)
        self._email = email(email.Params.model_validate(params.with_), surroundings)

    def perform(self, assignment: Assignment) -> Outcome | Awaitable[Outcome]:
        """Sign the link, put it into the message and hand that over."""
        file = str(assignment.parameters.get("file", ""))
        if not is_plain_file(file):
            return Rejected("lead_magnet.bad_file")
        return self._email.perform(self._with_link(assignment, file))

    def find(self, key: str) -> Sent | None:
        """Ask the e-mail action."""
        return self._email.find(key)

    def _with_link(self, assignment: Assignment, file: str) -> Assignment:
        content = assignment.content
        if content is None:
            return assignment
        url = sign_link(self._keys, self._base_url, file, assignment.key, self._expiry(assignment))
        signed = replace(content, text=content.text.replace(MARK, url), html=content.html.replace(MARK, url))
        return replace(assignment, content=signed)

    def _expiry(self, assignment: Assignment) -> datetime:
        """Count from the moment the delivery was judged, so that a second attempt sends the same link."""
        lifetime = assignment.parameters.get("expires", self._lifetime)
        return assignment.at.astimezone(UTC) + (lifetime if isinstance(lifetime, timedelta) else self._lifetime)
