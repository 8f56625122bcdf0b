"""How can a customer come back to us from a message, without logging in and without guessing?

An unsubscribe link names the profile and the channel and is signed; it never expires, because a letter may be opened
years later. Only a POST to it unsubscribes (RFC 8058): link scanners follow every GET. A tracked link names the message
and the page of the shop it leads to; it is signed too, and leads to the shop's own host and nowhere else.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from itsdangerous import BadSignature, URLSafeSerializer

_SALT = "tactful.unsubscribe"
_CLICK_SALT = "tactful.click"
PATH = "/unsubscribe/"
CLICK_PATH = "/l/"


@dataclass(frozen=True, slots=True)
class Unsubscription:
    """What an unsubscribe link asks for."""

    profile_id: int
    channel: str


@dataclass(frozen=True, slots=True)
class Click:
    """What a tracked link says: of which message it is, and which page it leads to."""

    delivery_id: int
    url: str


class Links:
    """Signs and reads links; the first key signs, all are accepted, so that keys can be changed."""

    def __init__(self, keys: Sequence[str], base_url: str, *, shop_url: str = "") -> None:
        """Take the keys, our own public address, and the shop's, which is the same when it is not said."""
        # itsdangerous signs with the last key and accepts all.
        self._serializer = URLSafeSerializer(list(reversed(keys)), salt=_SALT)
        self._clicks = URLSafeSerializer(list(reversed(keys)), salt=_CLICK_SALT)
        self.base_url = base_url.rstrip("/")
        self._host = _host(shop_url or base_url)

    def unsubscribe(self, profile_id: int, channel: str) -> str:
        """Make the address that takes this profile off this channel; empty without an address of the shop."""
        if not self.base_url:
            return ""
        token = self._serializer.dumps([profile_id, channel])
        return f"{self.base_url}{PATH}{token}"

    def read_unsubscribe(self, token: str) -> Unsubscription | None:
        """Read the last part of an unsubscribe address; None when it was not made here."""
        try:
            profile_id, channel = self._serializer.loads(token)
        except (BadSignature, TypeError, ValueError):
            return None
        return Unsubscription(int(profile_id), str(channel))

    def track(self, delivery_id: int, url: str) -> str:
        """Make the address that notes a click and leads on; a page of another host than the shop's is left as it is.

        The same message and page give the same address.
        """
        if not self.base_url or not self._is_own(url):
            return url
        return f"{self.base_url}{CLICK_PATH}{self._clicks.dumps([delivery_id, url])}"

    def read_click(self, token: str) -> Click | None:
        """Read the last part of a tracked address; None when it was not made here or leads away from the shop."""
        try:
            delivery_id, url = self._clicks.loads(token)
            click = Click(int(delivery_id), str(url))
        except (BadSignature, TypeError, ValueError):
            return None
        return click if self._is_own(click.url) else None

    def _is_own(self, url: str) -> bool:
        is_plain = url.isprintable() and "\\" not in url and url.startswith(("https://", "http://"))
        return is_plain and self._host != "" and _host(url) == self._host


def _host(url: str) -> str:
    """Give the host of an address, `www.` or not; empty when there is none, or a name and password before it."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        return ""
    return "" if "@" in parts.netloc else host.removeprefix("www.")
