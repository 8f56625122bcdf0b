"""How fast would the database alone be? The very same writes, replayed by sqlite3 as it comes, without our code."""

import gc
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from sqlite3 import Connection, adapters
from tempfile import TemporaryDirectory
from typing import Any, TypeAlias

from sqlalchemy import event

from bench.result import Pair, middle
from orchestrator.store.sqlite import ADAPTED, SqliteStore

_WRITES = ("INSERT", "UPDATE", "DELETE")


@dataclass(frozen=True, slots=True)
class Write:
    """One statement and its rows, as they went to the database."""

    sql: str
    rows: Sequence[Any]
    is_many: bool


@dataclass(slots=True)
class Transaction:
    """The writes between BEGIN and COMMIT; `counts` says whether its time belongs to what is measured."""

    counts: bool
    writes: list[Write] = field(default_factory=list)


@dataclass(slots=True)
class Recording:
    """Every write of a store, transaction by transaction."""

    transactions: list[Transaction] = field(default_factory=list)
    counts: bool = True

    def note(self, sql: str, rows: Sequence[Any], is_many: bool) -> None:
        """Take down one statement; reads are not part of the raw limit."""
        if sql.startswith("BEGIN"):
            self.transactions.append(Transaction(self.counts))
        elif sql.startswith(_WRITES):
            self.transactions[-1].writes.append(Write(sql, rows, is_many))

    @property
    def rows(self) -> int:
        """How many rows were written in the transactions that count."""
        written = [write for transaction in self.transactions if transaction.counts for write in transaction.writes]
        return sum(len(write.rows) if write.is_many else 1 for write in written)

    @contextmanager
    def aside(self) -> Iterator[None]:
        """Take down what is needed for the state of the database, but not measured."""
        self.counts = False
        try:
            yield
        finally:
            self.counts = True


Work: TypeAlias = Callable[[SqliteStore, Recording], float]


def against_raw(work: Work, repeats: int) -> tuple[Pair, Recording]:
    """Do this work a few times on fresh databases, each time against its own writes replayed raw at once after.

    `work` does the same every time and gives the seconds that count. It is recorded in a run of its own, because a
    recording that grows would slow down what is measured.
    """
    with TemporaryDirectory() as scratch:
        recording = _recorded(work, Path(scratch) / "recorded")
        # The recording stays, and must not be searched for garbage again and again on our time.
        gc.collect()
        gc.freeze()
        pairs = [_pair(work, recording, Path(scratch) / str(repeat)) for repeat in range(repeats)]
        gc.unfreeze()
    return middle(pairs), recording


def _pair(work: Work, recording: Recording, folder: Path) -> Pair:
    store = new_store(folder)
    seconds = work(store, Recording())
    store.close()
    return Pair(seconds, replay(recording, folder))


def _recorded(work: Work, folder: Path) -> Recording:
    store = new_store(folder)
    recording = record(store)
    work(store, recording)
    store.close()
    return recording


def new_store(folder: Path, name: str = "tactful.db") -> SqliteStore:
    """Make an empty database with the tables of this version."""
    store = SqliteStore(f"sqlite:///{folder / name}")
    store.migrate()
    return store


def record(store: SqliteStore) -> Recording:
    """Take down what this store writes from now on."""
    recording = Recording()

    def before(_connection: Any, _cursor: Any, sql: str, rows: Any, _context: Any, is_many: bool) -> None:
        recording.note(sql, rows, is_many)

    event.listen(store.engine, "before_cursor_execute", before)
    return recording


def replay(recording: Recording, folder: Path) -> float:
    """Write a recording again on a fresh database and give the seconds of the transactions that count.

    The connection is the store's own kind: same tables, same pragmas, and nothing but sqlite3 in between. What the
    store tells sqlite3 about values, which saves raw writes a tenth of their time, is part of our code.
    """
    store = new_store(folder, "raw.db")
    pooled = store.engine.raw_connection()
    connection = pooled.driver_connection
    assert isinstance(connection, Connection)
    seconds = 0.0
    with as_it_comes():
        for transaction in recording.transactions:
            started = time.perf_counter()
            _write(connection, transaction)
            if transaction.counts:
                seconds += time.perf_counter() - started
    pooled.close()
    store.close()
    return seconds


@contextmanager
def as_it_comes() -> Iterator[None]:
    """Take out what sqlite3 was told about values, which is told to the whole process."""
    told = dict(adapters)
    for kind, protocol in told:
        if kind in ADAPTED:
            del adapters[kind, protocol]
    try:
        yield
    finally:
        adapters.update(told)


def _write(connection: Connection, transaction: Transaction) -> None:
    connection.execute("BEGIN IMMEDIATE")
    for write in transaction.writes:
        if write.is_many:
            connection.executemany(write.sql, write.rows)
        else:
            connection.execute(write.sql, write.rows)
    connection.execute("COMMIT")
