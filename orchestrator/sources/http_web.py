"""How does a source reach the network over HTTP? Through the client that the actions of the process use as well."""

from datetime import datetime
from typing import Literal, Protocol

from actions.base import HttpRequest
from actions.http import Fetch, Fetched
from orchestrator.sources.web import Request, Response, Unreachable


class Fetcher(Protocol):
    """Sends a request and reads the whole answer: `actions.http.Http`."""

    async def fetch(self, request: HttpRequest, *, method: Literal["GET", "POST"] = "POST") -> Fetch: ...


class HttpWeb:
    """Makes the calls of sources with one client for all of them."""

    def __init__(self, http: Fetcher) -> None:
        self._http = http

    async def call(self, request: Request, now: datetime) -> Response | Unreachable:  # noqa: ARG002  for the breaker
        """Make the call."""
        wanted = HttpRequest(request.url, request.body, request.headers, request.seconds)
        fetched = await self._http.fetch(wanted, method=request.method)
        if isinstance(fetched, Fetched):
            return Response(fetched.status, fetched.headers, fetched.body)
        return Unreachable(fetched.why)
