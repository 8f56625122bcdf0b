"""How does the embedded database keep what the store is given? SQLite in WAL mode, one writer, every commit durable."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url

from journeys.catalog import Catalog
from orchestrator.seat import Seat
from orchestrator.sources.base import Accepted
from orchestrator.store import append, codec, loading, running, statements, writing
from orchestrator.store.append import Appended, Goods
from orchestrator.store.base import Lost
from orchestrator.store.codes import STATE_CODES, from_ms, to_ms
from orchestrator.store.migrate import upgrade
from orchestrator.store.writing import Batch

_PRAGMAS = (
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",
    "PRAGMA busy_timeout = 30000",
    "PRAGMA cache_size = -32768",
    "PRAGMA temp_store = MEMORY",
)


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

    def append(self, accepted: Sequence[Accepted], received_at: datetime) -> Appended:
        """Put events into the inbox in one transaction."""
        try:
            with self.transaction() as connection:
                goods = self._goods or Goods(connection)
                appended = append.append(connection, accepted, received_at, goods)
        except BaseException:
            self._goods = None
            raise
        self._goods = goods
        return appended

    @contextmanager
    def turn(self) -> Iterator["SqliteTurn"]:
        """Open the engine's transaction."""
        with self.transaction() as connection:
            yield SqliteTurn(connection)

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

    def deploy(self, journeys: Mapping[str, str], scheduled: Iterable[str]) -> None:
        """Note which journeys run, and wake whom a change concerns."""
        with self.transaction() as connection:
            running.deploy(connection, journeys, scheduled)

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

    def load(self, ids: Iterable[int], seats: dict[int, Seat], now: datetime) -> dict[int, Seat]:
        """Give these customers as they are."""
        return loading.load(self._connection, ids, seats, now)

    def write(self, batch: Batch) -> None:
        """Write what changed."""
        writing.write(self._connection, batch)


def open_database(url: str) -> Engine:
    """Open a SQLite file, made if it is not there. Transactions are begun by hand, so that writers queue up at once."""
    database = make_url(url).database
    if database and database != ":memory:":
        Path(database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(url, isolation_level="AUTOCOMMIT", connect_args={"check_same_thread": False})
    event.listen(engine, "connect", _prepare)
    return engine


def _prepare(connection: Any, _record: object) -> None:
    for pragma in _PRAGMAS:
        connection.execute(pragma)
