"""What does the rest of the orchestrator ask of a store?

A store keeps everything in one database and gives out transactions. The engine and the intake open them, nobody else;
no network is touched while one is open. A second database overrides only what differs.
"""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from sqlalchemy import Connection

from journeys.catalog import Catalog
from orchestrator.seat import Seat
from orchestrator.sources.base import Accepted
from orchestrator.store.append import Appended
from orchestrator.store.writing import Batch


@dataclass(frozen=True, slots=True)
class Lost:
    """An attempt whose lease ran out: nobody knows whether it reached the provider."""

    delivery_id: int
    profile_id: int
    channel: str
    token: int


class Turn(Protocol):
    """One transaction of the engine: claim, load, write."""

    def claim(self, until: datetime, most: int, *, in_order: bool) -> list[int]:
        """Name customers with something to do by `until`."""
        ...

    def load(self, ids: Iterable[int], seats: dict[int, Seat], now: datetime) -> dict[int, Seat]:
        """Give these customers as they are, with the events that wait for them."""
        ...

    def write(self, batch: Batch) -> None:
        """Write what changed."""
        ...


class Store(Protocol):
    """One database."""

    def migrate(self) -> None:
        """Bring the tables to this version; safe to call at every start."""
        ...

    def append(self, accepted: Sequence[Accepted], received_at: datetime) -> Appended:
        """Put events into the inbox in one transaction; duplicates change nothing."""
        ...

    def turn(self) -> AbstractContextManager[Turn]:
        """Open the engine's transaction: it commits at the end, or changes nothing."""
        ...

    def catalog(self) -> Catalog:
        """Give the goods seen so far."""
        ...

    def take_lost(self, now: datetime, lease_until: datetime, worker: int) -> list[Lost]:
        """Take over attempts whose lease ran out or whose worker died, each under a new token."""
        ...

    def deploy(self, journeys: Mapping[str, str], scheduled: Iterable[str]) -> None:
        """Note which journeys run, by version; whom a change concerns gets a turn, and so do those set aside."""
        ...

    def beat(self, worker: int, now: datetime) -> None:
        """Show that this worker is alive."""
        ...

    def prune(self, before: datetime) -> None:
        """Forget workers that have not been heard of since, and give the log's disk space back."""
        ...

    def secret(self, name: str) -> str:
        """Give a random secret of this workspace, made when it is first asked for."""
        ...

    def reading(self) -> AbstractContextManager[Connection]:
        """See one state of the database, for `orchestrator.store.views`."""
        ...

    def close(self) -> None:
        """Let go of the database."""
        ...
