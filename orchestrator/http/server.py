"""How is the application served on an event loop that belongs to somebody else?"""

import asyncio
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass

import uvicorn
from starlette.types import ASGIApp

from journeys.errors import OrchestratorError
from orchestrator.group_commit import GroupCommit

MOST_CONNECTIONS = 500
DRAIN_SECONDS = 5


class AddressTaken(OrchestratorError):
    """Nothing can be served at this address."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where to serve; port 0 is any that is free."""

    host: str
    port: int

    @property
    def url(self) -> str:
        """Write it as people type it."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"http://{host}:{self.port}"


class _Server(uvicorn.Server):
    """A server that leaves signals to the process it is part of, which has its own way to end."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Take no signal."""
        yield


def bind(address: Address) -> tuple[socket.socket, Address]:
    """Take the address before anything starts; gives the one it really is. Raises AddressTaken."""
    family = socket.AF_INET6 if ":" in address.host else socket.AF_INET
    try:
        bound = socket.create_server((address.host, address.port), family=family, backlog=1_024)
    except (OSError, OverflowError) as error:
        raise AddressTaken(
            f"--host {address.host} --port {address.port}: expected an address that is free here, got one that is not "
            f"({error}); choose another, or stop what serves there"
        ) from None
    return bound, Address(address.host, bound.getsockname()[1])


@asynccontextmanager
async def served(application: ASGIApp, bound: socket.socket, commits: GroupCommit) -> AsyncIterator[None]:
    """Serve for as long as the block runs; then let calls under way come to their end and write what they brought."""
    config = uvicorn.Config(
        application,
        lifespan="off",
        ws="none",
        access_log=False,
        log_config=None,
        server_header=False,
        limit_concurrency=MOST_CONNECTIONS,
        timeout_graceful_shutdown=DRAIN_SECONDS,
    )
    server = _Server(config)
    serving = asyncio.create_task(server.serve([bound]))
    try:
        while not server.started and not serving.done():
            await asyncio.sleep(0.01)
        if serving.done():
            await serving
        yield
    finally:
        server.should_exit = True
        await serving
        await commits.close()
