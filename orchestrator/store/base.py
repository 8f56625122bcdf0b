"""What does the rest of the orchestrator ask of a store?

A store keeps everything in one database and gives out transactions. The engine and the intake open them, nobody else;
no network is touched while one is open. A second database overrides only what differs.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from sqlalchemy import Connection

from journeys.catalog import Catalog
from journeys.vocabulary import Event, Goods
from orchestrator.coupons import Code
from orchestrator.deployment import Inside, Order
from orchestrator.goods import GoodsChange
from orchestrator.program import Program
from orchestrator.rates import Call
from orchestrator.seat import Seat
from orchestrator.silence import Heard
from orchestrator.sources.base import Accepted
from orchestrator.store.append import Appended
from orchestrator.store.arrivals import Arrival, Outcome
from orchestrator.store.past import RegretLine
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

    def load(self, ids: Iterable[int], seats: dict[int, Seat], now: datetime, program: Program) -> dict[int, Seat]:
        """Give these customers as they are, with the events that wait for them and all that the program counts."""
        ...

    def write(self, batch: Batch) -> None:
        """Write what changed."""
        ...

    def last_seq(self) -> int:
        """Give the newest place in the log."""
        ...

    def entered_since(self, journeys: Iterable[str], since: datetime) -> list[tuple[str, datetime]]:
        """List the entries into these journeys since a moment."""
        ...

    def heard(self) -> Mapping[str, Heard]:
        """Say for every source since when it is configured and when it was last heard."""
        ...

    def goods(self) -> Goods:
        """Give what is known of the shop's goods."""
        ...

    def shop_events(self) -> Sequence[tuple[Event, datetime]]:
        """Give the events about the shop that nobody has taken in yet, as they lie in the log, and when each came."""
        ...

    def save_goods(self, changes: Iterable[GoodsChange], goods: Goods, done: Sequence[Event]) -> None:
        """Write what changed about the goods; these events are taken in."""
        ...

    def free_codes(self, pool: str, after: int, most: int) -> Sequence[Code]:
        """Give codes of a pool that nobody has, in the order they were imported."""
        ...

    def channels_in_line(self) -> list[str]:
        """Name the channels for whose rate somebody stands in line."""
        ...

    def calls_since(self, since: datetime) -> list[Call]:
        """Give the calls made under a rate since then, and when each came to its end."""
        ...

    def first_in_line(self, channel: str, most: int) -> list[tuple[int, int]]:
        """Give customer and delivery of those who are first in the line of a channel."""
        ...

    def wake_held_by(self, guards: Iterable[str], now: datetime) -> None:
        """Let deliveries that these guards hold until a fact changes be due now."""
        ...

    def deployment(self) -> int:
        """Give the id of the deployment in force; 0 when there is none."""
        ...


class Deploying(Protocol):
    """One transaction in which journeys are put into force: nobody moves meanwhile."""

    def deployment(self) -> int:
        """Give the id of the deployment in force; 0 when there is none."""
        ...

    def inside(self) -> tuple[Inside, ...]:
        """Count the people at each step of each version."""
        ...

    def add(self, order: Order) -> int:
        """Put journeys into force, wake whom it concerns, and give the new id."""
        ...


class Store(Protocol):
    """One database."""

    def migrate(self) -> None:
        """Bring the tables to this version; safe to call at every start."""
        ...

    def is_current(self) -> bool:
        """Say whether the database can be reached and its tables are those of this version."""
        ...

    def append(self, accepted: Sequence[Accepted], received_at: datetime, heard: Collection[str] = ()) -> Appended:
        """Put events into the inbox in one transaction; duplicates change nothing. `heard` names who told them."""
        ...

    def append_each(self, arrivals: Sequence[Arrival]) -> list[Outcome]:
        """Put the events of many calls into the inbox in one transaction, in which none can hurt another."""
        ...

    def turn(self) -> AbstractContextManager[Turn]:
        """Open the engine's transaction: it commits at the end, or changes nothing."""
        ...

    def has_news(self, profile_id: int, seen: int) -> bool:
        """Say whether anything about this customer, or whoever they turned out to be, came after this place in the log.

        It sees every event whose append has returned.
        """
        ...

    def catalog(self) -> Catalog:
        """Give the goods seen so far."""
        ...

    def take_lost(self, now: datetime, lease_until: datetime, worker: int) -> list[Lost]:
        """Take over attempts whose lease ran out or whose worker died, each under a new token."""
        ...

    def deploy(
        self, journeys: Mapping[str, str], scheduled: Iterable[str], rulebooks: Iterable[tuple[int, str]] = ()
    ) -> None:
        """Note which journeys run, by version, and what the rules say, by edition.

        Whom a change concerns gets a turn, and so do those set aside.
        """
        ...

    def deploying(self) -> AbstractContextManager[Deploying]:
        """Open the transaction in which journeys are put into force: it commits at the end, or changes nothing."""
        ...

    def keep_rulebooks(self, rulebooks: Iterable[tuple[int, str]]) -> None:
        """Note what the rules say, by edition."""
        ...

    def add_codes(self, pool: str, codes: Sequence[str], now: datetime) -> set[str]:
        """Put codes into a pool and wake who waits for one; give those that were in it already."""
        ...

    def listen_to(self, adapters: Mapping[str, str], now: datetime) -> None:
        """Note which sources are configured, by the name of their adapter; a new one counts from now."""
        ...

    def heard(self) -> dict[str, Heard]:
        """Say for every source since when it is configured and when it was last heard."""
        ...

    def beat(self, worker: int, now: datetime) -> None:
        """Show that this worker is alive."""
        ...

    def prune(self, before: datetime) -> None:
        """Forget workers that have not been heard of since, and give the log's disk space back."""
        ...

    def keep_regrets(self, regrets: Iterable[RegretLine], done: Iterable[int]) -> None:
        """Write regrets down; these late facts have been looked into."""
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
