"""How does the embedded database keep what the store is given? SQLite in WAL mode, one writer, every commit durable."""

import sqlite3
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, cast

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url

from journeys.catalog import Catalog
from journeys.vocabulary import Event
from journeys.vocabulary import Goods as ShopGoods
from orchestrator.coupons import Code
from orchestrator.deployment import Inside, Order
from orchestrator.goods import GoodsChange
from orchestrator.program import Program
from orchestrator.rates import Call
from orchestrator.seat import Seat
from orchestrator.silence import Heard
from orchestrator.sources.base import Accepted
from orchestrator.sources.event_log import decode_event
from orchestrator.store import (
    append,
    codec,
    counting,
    coupons,
    deployments,
    goods,
    hearing,
    loading,
    past,
    running,
    statements,
    writing,
)
from orchestrator.store.append import Appended, Goods
from orchestrator.store.arrivals import Arrival, Outcome, append_each
from orchestrator.store.base import Lost
from orchestrator.store.codes import STATE_CODES, from_ms, from_ms_or_none, to_ms
from orchestrator.store.migrate import is_current, upgrade
from orchestrator.store.past import RegretLine
from orchestrator.store.writing import Batch

_PRAGMAS = (
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",
    "PRAGMA busy_timeout = 30000",
    "PRAGMA cache_size = -32768",
    "PRAGMA temp_store = MEMORY",
)


# Of every value that is neither number nor text sqlite3 asks whether it wants to be adapted, and has an error made and
# thrown away in answer: three thousand instructions a value. Of these it is told that they are what they are; `bytes`
# and the `get` of an empty dict give back what they are given, without running any Python.
ADAPTED: Mapping[type, Callable[[Any], Any]] = {bytes: bytes, type(None): cast(Callable[[Any], Any], {}.get)}


class SqliteStore:
    """A store in one SQLite file."""

    def __init__(self, url: str) -> None:
        self.engine = open_database(url)
        self._goods: Goods | None = None

    def migrate(self) -> None:
        """Bring the tables to this version."""
        upgrade(self.engine)

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """Hold the one write lock from the first statement to the commit."""
        with self.engine.connect() as connection:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
            try:
                yield connection
            except BaseException:
                connection.exec_driver_sql("ROLLBACK")
                raise
            connection.exec_driver_sql("COMMIT")

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """See one state of the database from the first statement to the last, without holding anybody up."""
        with self.engine.connect() as connection:
            connection.exec_driver_sql("BEGIN")
            try:
                yield connection
            finally:
                connection.exec_driver_sql("ROLLBACK")

    def is_current(self) -> bool:
        """Say whether the file can be read and its tables are those of this version."""
        return is_current(self.engine)

    def append(self, accepted: Sequence[Accepted], received_at: datetime, heard: Collection[str] = ()) -> Appended:
        """Put events into the inbox in one transaction."""
        try:
            with self.transaction() as connection:
                goods = self._goods or Goods(connection)
                appended = append.append(connection, accepted, received_at, goods)
                hearing.hear(connection, heard, received_at)
        except BaseException:
            self._goods = None
            raise
        self._goods = goods
        return appended

    def append_each(self, arrivals: Sequence[Arrival]) -> list[Outcome]:
        """Put the events of many calls into the inbox in one transaction."""
        known, self._goods = self._goods, None
        with self.transaction() as connection:
            outcomes, goods = append_each(connection, arrivals, known or Goods(connection))
        self._goods = goods
        return outcomes

    @contextmanager
    def turn(self) -> Iterator["SqliteTurn"]:
        """Open the engine's transaction."""
        with self.transaction() as connection:
            yield SqliteTurn(connection)

    def has_news(self, profile_id: int, seen: int) -> bool:
        """Say whether anything about this customer came after this place in the log."""
        with self.engine.connect() as connection:
            return connection.exec_driver_sql(statements.NEWS, (profile_id, profile_id, seen)).first() is not None

    def catalog(self) -> Catalog:
        """Give the goods seen so far."""
        with self.reading() as connection:
            rows = connection.exec_driver_sql("SELECT first_seen_at, body FROM products")
            return Catalog((from_ms(ms), codec.read_item(body)) for ms, body in rows)

    def take_lost(self, now: datetime, lease_until: datetime, worker: int) -> list[Lost]:
        """Take over attempts whose lease ran out, or whose worker was on this machine and is no more."""
        with self.transaction() as connection:
            dead = running.dead_workers(connection, worker)
            rows = connection.exec_driver_sql(
                statements.LOST, (STATE_CODES["attempting"], to_ms(now), codec.encode_text(dead))
            ).all()
            if rows:
                taken = [(to_ms(lease_until), worker, row[0]) for row in rows]
                connection.exec_driver_sql(statements.TAKE, taken)
                # The token changed under everybody who has these customers in memory.
                connection.exec_driver_sql(statements.WAKE, [(row[1],) for row in rows])
        return [Lost(delivery_id, profile_id, channel, token + 1) for delivery_id, profile_id, channel, token in rows]

    def deploy(
        self, journeys: Mapping[str, str], scheduled: Iterable[str], rulebooks: Iterable[tuple[int, str]] = ()
    ) -> None:
        """Note which journeys and rules run, and wake whom a change concerns."""
        with self.transaction() as connection:
            running.deploy(connection, journeys, scheduled)
            if editions := list(rulebooks):
                connection.exec_driver_sql(statements.KEEP_RULEBOOK, editions)

    @contextmanager
    def deploying(self) -> Iterator["SqliteDeploying"]:
        """Open the transaction in which journeys are put into force."""
        with self.transaction() as connection:
            yield SqliteDeploying(connection)

    def keep_rulebooks(self, rulebooks: Iterable[tuple[int, str]]) -> None:
        """Note what the rules say, by edition."""
        if editions := list(rulebooks):
            with self.transaction() as connection:
                connection.exec_driver_sql(statements.KEEP_RULEBOOK, editions)

    def add_codes(self, pool: str, codes: Sequence[str], now: datetime) -> set[str]:
        """Put codes into a pool and wake who waits for one."""
        with self.transaction() as connection:
            known = coupons.add_codes(connection, pool, codes, now)
            SqliteTurn(connection).wake_held_by(["coupon"], now)
            return known

    def listen_to(self, adapters: Mapping[str, str], now: datetime) -> None:
        """Note which sources are configured, by the name of their adapter."""
        with self.transaction() as connection:
            hearing.configure(connection, adapters, now)

    def heard(self) -> dict[str, Heard]:
        """Say for every source since when it is configured and when it was last heard."""
        with self.reading() as connection:
            return hearing.heard(connection)

    def beat(self, worker: int, now: datetime) -> None:
        """Show that this worker is alive."""
        with self.transaction() as connection:
            running.beat(connection, worker, now)

    def prune(self, before: datetime) -> None:
        """Forget workers that have not been heard of since, and give the log's disk space back."""
        with self.transaction() as connection:
            running.forget_workers(connection, before)
        with self.engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")

    def keep_regrets(self, regrets: Iterable[RegretLine], done: Iterable[int]) -> None:
        """Write regrets down; these late facts have been looked into."""
        with self.transaction() as connection:
            past.keep_regrets(connection, regrets, done)

    def secret(self, name: str) -> str:
        """Give a random secret of this workspace, made when it is first asked for."""
        with self.transaction() as connection:
            return running.secret(connection, name)

    def close(self) -> None:
        """Let go of the file."""
        self.engine.dispose()


class SqliteTurn:
    """The engine's transaction on SQLite."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def claim(self, until: datetime, most: int, *, in_order: bool) -> list[int]:
        """Name customers with something to do."""
        return loading.claim(self._connection, until, most, in_order=in_order)

    def load(self, ids: Iterable[int], seats: dict[int, Seat], now: datetime, program: Program) -> dict[int, Seat]:
        """Give these customers as they are."""
        found = loading.load(self._connection, ids, seats, now)
        counting.count_anew(self._connection, found, program)
        return found

    def write(self, batch: Batch) -> None:
        """Write what changed."""
        writing.write(self._connection, batch)

    def last_seq(self) -> int:
        """Give the newest place in the log."""
        newest: int = self._connection.exec_driver_sql(statements.LAST_SEQ).scalar_one()
        return newest

    def entered_since(self, journeys: Iterable[str], since: datetime) -> list[tuple[str, datetime]]:
        """List the entries into these journeys since a moment."""
        rows = self._connection.exec_driver_sql(
            statements.ENTERED_SINCE, (to_ms(since), codec.encode_text(sorted(journeys)))
        )
        return [(journey, from_ms(ms)) for journey, ms in rows.all()]

    def heard(self) -> dict[str, Heard]:
        """Say for every source since when it is configured and when it was last heard."""
        return hearing.heard(self._connection)

    def goods(self) -> ShopGoods:
        """Give what is known of the shop's goods."""
        return goods.load_goods(self._connection)

    def shop_events(self) -> list[tuple[Event, datetime]]:
        """Give the events about the shop that nobody has taken in yet, each with the moment of its receipt."""
        rows = self._connection.exec_driver_sql(statements.SHOP_EVENTS).all()
        return [(decode_event(body, seq), from_ms(received_at)) for body, seq, received_at in rows]

    def save_goods(self, changes: Iterable[GoodsChange], known: ShopGoods, done: Sequence[Event]) -> None:
        """Write what changed about the goods; these events are taken in."""
        goods.save_goods(self._connection, changes, known)
        self._connection.exec_driver_sql(statements.DONE, [(event.seq,) for event in done])

    def free_codes(self, pool: str, after: int, most: int) -> list[Code]:
        """Give codes of a pool that nobody has."""
        return coupons.free_codes(self._connection, pool, after, most)

    def channels_in_line(self) -> list[str]:
        """Name the channels for whose rate somebody stands in line."""
        return [row[0] for row in self._connection.exec_driver_sql(statements.CHANNELS_IN_LINE)]

    def calls_since(self, since: datetime) -> list[Call]:
        """Give the calls made under a rate since then."""
        rows = self._connection.exec_driver_sql(statements.CALLS_SINCE, (to_ms(since),))
        return [Call(channel, delivery_id, from_ms_or_none(ms)) for channel, delivery_id, ms in rows]

    def first_in_line(self, channel: str, most: int) -> list[tuple[int, int]]:
        """Give customer and delivery of those who are first in the line of a channel."""
        rows = self._connection.exec_driver_sql(statements.FIRST_IN_LINE, (channel, most))
        return [(profile_id, delivery_id) for profile_id, delivery_id in rows]

    def wake_held_by(self, guards: Iterable[str], now: datetime) -> None:
        """Let deliveries that these guards hold until a fact changes be due now."""
        for guard in guards:
            prefix = f"{guard}."
            held = self._connection.exec_driver_sql(statements.HELD_BY, (len(prefix), prefix)).all()
            if held:
                ms = to_ms(now)
                self._connection.exec_driver_sql(statements.MAKE_DUE, [(ms, row[0]) for row in held])
                customers = sorted({row[1] for row in held})
                self._connection.exec_driver_sql(statements.MAKE_CUSTOMER_DUE, [(ms, row) for row in customers])

    def deployment(self) -> int:
        """Give the id of the deployment in force."""
        return deployments.newest_id(self._connection)


class SqliteDeploying:
    """The transaction in which journeys are put into force on SQLite."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def deployment(self) -> int:
        """Give the id of the deployment in force."""
        return deployments.newest_id(self._connection)

    def inside(self) -> tuple[Inside, ...]:
        """Count the people at each step of each version."""
        return deployments.inside(self._connection)

    def add(self, order: Order) -> int:
        """Put journeys into force, wake whom it concerns, and give the new id."""
        return deployments.add(self._connection, order)


def open_database(url: str) -> Engine:
    """Open a SQLite file, made if it is not there. Transactions are begun by hand, so that writers queue up at once."""
    for kind, itself in ADAPTED.items():
        sqlite3.register_adapter(kind, itself)
    database = make_url(url).database
    if database and database != ":memory:":
        Path(database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(url, isolation_level="AUTOCOMMIT", connect_args={"check_same_thread": False})
    event.listen(engine, "connect", _prepare)
    return engine


def _prepare(connection: Any, _record: object) -> None:
    for pragma in _PRAGMAS:
        connection.execute(pragma)
