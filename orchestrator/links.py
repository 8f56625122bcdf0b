"""How can a customer come back to us from a message, without logging in and without guessing?

An unsubscribe link names the profile and the channel and is signed; it never expires, because a letter may be opened
years later. Only a POST to it unsubscribes (RFC 8058): link scanners follow every GET.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from itsdangerous import BadSignature, URLSafeSerializer

_SALT = "tactful.unsubscribe"
PATH = "/unsubscribe/"


@dataclass(frozen=True, slots=True)
class Unsubscription:
    """What an unsubscribe link asks for."""

    profile_id: int
    channel: str


class Links:
    """Signs and reads links; the first key signs, all are accepted, so that keys can be changed."""

    def __init__(self, keys: Sequence[str], base_url: str) -> None:
        # itsdangerous signs with the last key and accepts all.
        self._serializer = URLSafeSerializer(list(reversed(keys)), salt=_SALT)
        self._base_url = base_url.rstrip("/")

    def unsubscribe(self, profile_id: int, channel: str) -> str:
        """Make the address that takes this profile off this channel; empty without an address of the shop."""
        if not self._base_url:
            return ""
        token = self._serializer.dumps([profile_id, channel])
        return f"{self._base_url}{PATH}{token}"

    def read_unsubscribe(self, token: str) -> Unsubscription | None:
        """Read the last part of an unsubscribe address; None when it was not made here."""
        try:
            profile_id, channel = self._serializer.loads(token)
        except (BadSignature, TypeError, ValueError):
            return None
        return Unsubscription(int(profile_id), str(channel))
