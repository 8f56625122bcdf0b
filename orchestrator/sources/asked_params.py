"""What does every source that can be asked have among its parameters?

Where a source is comes from `journeys.yaml`, what opens it only from the environment.
"""

from typing import Annotated, TypeAlias
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field

from orchestrator.sources.hooks import Secrets, SourceParams
from orchestrator.sources.signatures import MissingSecret

_THIS_MACHINE = frozenset({"localhost", "127.0.0.1", "::1"})


def _secure_url(value: str) -> str:
    """Take an address that secrets may be sent to: https, or http on this machine. A slash at the end is dropped."""
    try:
        parts = urlsplit(value.strip())
        host, _ = parts.hostname, parts.port
    except ValueError:
        raise ValueError(_complaint(value)) from None
    is_private = parts.scheme == "https" or (parts.scheme == "http" and host in _THIS_MACHINE)
    if not is_private or not host or parts.username is not None or parts.fragment:
        raise ValueError(_complaint(value))
    return value.strip().rstrip("/")


def _complaint(value: str) -> str:
    without_secret = value.rpartition("@")[2]
    return (
        f'expected an address like https://shop.example, got "{without_secret}"; '
        "http is for localhost only, and a password belongs in the environment"
    )


SecureUrl: TypeAlias = Annotated[str, AfterValidator(_secure_url), Field(examples=["https://shop.example"])]


class AskedParams(SourceParams):
    """What every source that is asked has; without `max_age` it is never asked."""

    timeout: float = Field(5.0, gt=0, le=60, description="Seconds within which all answers to a batch must be there.")
    calls_per_minute: int = Field(120, ge=1, le=6000, description="No more calls a minute than this.")


def read_token(source: str, variable: str, secrets: Secrets) -> str:
    """Read what opens a source. Raises MissingSecret when it is not set, or is nothing a header can carry."""
    token = secrets(variable).strip() if variable else ""
    if token and token.isascii() and token.isprintable():
        return token
    got = "something with characters no header can carry" if token else "nothing"
    raise MissingSecret(
        f'source "{source}": expected its access token in the environment variable {variable or "(none named)"}, '
        f"got {got}; set it to what the vendor shows for its API"
    )
