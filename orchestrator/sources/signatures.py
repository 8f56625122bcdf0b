"""Is this call from whom it says it is, and is it fresh?

All signatures are HMACs over the raw bytes of the body, compared in constant time. Several secrets may hold at once, so
that one can be exchanged for another without losing calls.
"""

import hmac
from base64 import b64encode
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Literal

from journeys.errors import OrchestratorError
from orchestrator.sources.hooks import Denied, Secrets

# A sender's clock may be this much ahead of ours.
AHEAD = timedelta(minutes=5)


class MissingSecret(OrchestratorError):
    """A source cannot check signatures without its secret."""


def read_secrets(source: str, variable: str, secrets: Secrets) -> tuple[str, ...]:
    """Read a source's signing secrets; several are separated by commas. Raises MissingSecret when there is none."""
    found = tuple(secret.strip() for secret in secrets(variable).split(",") if secret.strip()) if variable else ()
    if not found:
        raise MissingSecret(
            f'source "{source}": expected its signing secret in the environment variable {variable or "(none named)"}, '
            f"got nothing; set it to the secret the vendor shows beside the webhook"
        )
    return found


def check_signature(
    source: str,
    signed: bytes,
    given: str,
    secrets: Sequence[str],
    encoding: Literal["base64", "hex"] = "base64",
) -> Denied | None:
    """Compare the signature that came with HMAC-SHA256 of these bytes under each secret; None when one fits."""
    if not given:
        return Denied("unsigned", f"{source}: expected a signature, got none; turn signing on at the sender")
    fits = [hmac.compare_digest(_signature(signed, secret, encoding), _ascii(given)) for secret in secrets]
    if any(fits):
        return None
    message = f"{source}: expected a signature made with our secret, got another; compare the secret at the sender"
    return Denied("unsigned", message)


def _signature(signed: bytes, secret: str, encoding: Literal["base64", "hex"]) -> bytes:
    digest = hmac.new(secret.encode(), signed, "sha256")
    return b64encode(digest.digest()) if encoding == "base64" else digest.hexdigest().encode()


def _ascii(given: str) -> bytes:
    return given.strip().encode(errors="replace")


def check_age(source: str, called_at: datetime, now: datetime, window: timedelta) -> Denied | None:
    """Refuse a call that says it was made longer ago than the window, or in the future; None when it is fresh."""
    if now - window <= called_at <= now + AHEAD:
        return None
    message = (
        f"{source}: expected a call of the last {window}, got one of {called_at.isoformat()}; let the sender retry"
    )
    return Denied("replayed", message)
