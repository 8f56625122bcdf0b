"""Which databases does the durable half have to work on? Every test of it runs on each of these."""

from collections.abc import Callable
from pathlib import Path

from orchestrator.store.base import Store
from orchestrator.store.sqlite import SqliteStore


def sqlite_store(folder: Path) -> Store:
    """Open the SQLite file of a folder; opened twice, two stores share it as two processes would."""
    store = SqliteStore(f"sqlite:///{folder / 'tactful.db'}")
    store.migrate()
    return store


OpenStore = Callable[[Path], Store]

STORES: dict[str, OpenStore] = {"sqlite": sqlite_store}
