"""How do we reach the world over HTTP?

The only module that knows httpx. One client keeps few connections and follows no redirects, and every answer, or the
lack of one, becomes an outcome:

    cannot connect                          RetryLater   nothing was sent
    no answer, or it broke off              Unknown      the request may have been read
    2xx                                     Sent
    408, 425, 429, 503                      RetryLater   with the provider's Retry-After
    other 5xx, with an idempotency key      RetryLater   the provider tells a repetition by its key
    other 5xx, without                      Unknown      it may have happened before the error
    3xx, other 4xx                          Rejected     asking again would bring the same answer

A reason is the action's name for itself and what happened: `webhook.unreachable`, `webhook.no_answer`,
`webhook.status_404`, `webhook.bad_url`.

Where what is said matters, such as when a shop is asked for facts, `fetch` reads the whole answer instead.
"""

import asyncio
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Literal, TypeAlias

import httpx

from actions.base import HttpRequest, Outcome, Rejected, RetryLater, Sent, Unknown

CONNECTIONS = 8
CONNECT_SECONDS = 5.0
DRAIN_SECONDS = 2.0
_AGAIN = frozenset((408, 425, 429, 503))
_MOST_READ = 65_536
MOST_FETCHED = 2_000_000


@dataclass(frozen=True, slots=True)
class Fetched:
    """A whole answer, whatever its status; header names in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class NotFetched:
    """No whole answer came; `too_large` is one of more than `MOST_FETCHED` bytes."""

    why: Literal["unreachable", "timeout", "too_large", "bad_url"]


Fetch: TypeAlias = Fetched | NotFetched


class Http:
    """The way out for all actions of a process that speak HTTP."""

    def __init__(self, transport: httpx.AsyncBaseTransport | None = None) -> None:
        self._transport = transport
        self._ssl: ssl.SSLContext | None = None
        self._client: httpx.AsyncClient | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    async def post(self, request: HttpRequest, *, action: str, now: datetime) -> Outcome:
        """Send it, and say what became of it; `action` begins the reasons, `now` is what a Retry-After counts from."""
        try:
            async with asyncio.timeout(request.seconds):
                response = await self._send(request)
        except (httpx.InvalidURL, httpx.UnsupportedProtocol):
            return Rejected(f"{action}.bad_url")
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError):
            return RetryLater(f"{action}.unreachable")
        except (httpx.TransportError, TimeoutError):
            return Unknown(f"{action}.no_answer")
        await _drain(response)
        return outcome_of(response.status_code, response.headers, request, action=action, now=now)

    async def fetch(self, request: HttpRequest, *, method: Literal["GET", "POST"] = "POST") -> Fetch:
        """Send it and read the whole answer; never raises for what the network or the other side does."""
        try:
            async with asyncio.timeout(request.seconds):
                return await self._read(request, method)
        except (httpx.InvalidURL, httpx.UnsupportedProtocol, UnicodeError):
            return NotFetched("bad_url")
        except (httpx.TimeoutException, TimeoutError):
            return NotFetched("timeout")
        except httpx.RequestError:
            return NotFetched("unreachable")

    async def close(self) -> None:
        """Close the connections."""
        if self._client and self._loop is asyncio.get_running_loop():
            await self._client.aclose()
        self._client = None

    async def _send(self, request: HttpRequest) -> httpx.Response:
        """Send it and read the answer up to its headers."""
        client = self._current_client()
        built = client.build_request("POST", request.url, content=request.body, headers=dict(request.headers))
        return await client.send(built, stream=True)

    async def _read(self, request: HttpRequest, method: str) -> Fetch:
        """Read the answer to its end, or until it is too large; leaving closes the connection of an unread one.

        Nobody needs a packed answer here, and a small one could unpack to a huge one.
        """
        headers = {"accept-encoding": "identity", **request.headers}
        body = bytearray()
        client = self._current_client()
        async with client.stream(method, request.url, content=request.body or None, headers=headers) as response:
            async for piece in response.aiter_bytes(_MOST_READ):
                body += piece
                if len(body) > MOST_FETCHED:
                    return NotFetched("too_large")
        return Fetched(response.status_code, dict(response.headers), bytes(body))

    def _current_client(self) -> httpx.AsyncClient:
        """Give the client of the running loop; connections cannot move from one loop to another."""
        loop = asyncio.get_running_loop()
        if self._client is None or self._loop is not loop:
            # Making a context reads the certificates and takes a hundred times as long as making a client.
            self._ssl = self._ssl or httpx.create_ssl_context()
            self._client, self._loop = self._new_client(self._ssl), loop
        return self._client

    def _new_client(self, context: ssl.SSLContext) -> httpx.AsyncClient:
        limits = httpx.Limits(max_connections=CONNECTIONS, max_keepalive_connections=CONNECTIONS)
        return httpx.AsyncClient(
            verify=context,
            transport=self._transport,
            limits=limits,
            timeout=httpx.Timeout(None, connect=CONNECT_SECONDS),
            follow_redirects=False,
            headers={"user-agent": "tactful"},
        )


def outcome_of(status: int, headers: Mapping[str, str], request: HttpRequest, *, action: str, now: datetime) -> Outcome:
    """Say what a status means for this request."""
    if 200 <= status < 300:
        return Sent(headers.get("x-message-id", ""))
    reason = f"{action}.status_{status}"
    if status in _AGAIN:
        return RetryLater(reason, retry_after(headers.get("retry-after", ""), now))
    if status >= 500:
        return RetryLater(reason) if request.has_key else Unknown(reason)
    return Rejected(reason)


def retry_after(value: str, now: datetime) -> timedelta | None:
    """Read a Retry-After header: seconds or an HTTP date (RFC 9110, 10.2.3); None when it is neither or is past."""
    if value.strip().isascii() and value.strip().isdigit():
        return timedelta(seconds=min(int(value.strip()[:9]), 10**8))
    try:
        moment = parsedate_to_datetime(value)
    except ValueError:
        return None
    wish = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)) - now
    return wish if wish > timedelta(0) else None


async def _drain(response: httpx.Response) -> None:
    """Read a small answer to its end so that the connection can be used again; the status has said all."""
    read = 0
    try:
        async with asyncio.timeout(DRAIN_SECONDS):
            async for piece in response.aiter_raw():
                read += len(piece)
                if read > _MOST_READ:
                    break
    except (httpx.TransportError, httpx.StreamError, TimeoutError):
        pass  # what it says beside its status is of no use here
    finally:
        await response.aclose()
