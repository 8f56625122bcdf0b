"""Which database does this command read?"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from journeys.errors import OrchestratorError
from orchestrator.app import open_store
from orchestrator.project import FILE
from orchestrator.store.base import Store


class NoWorkspace(OrchestratorError):
    """The folder holds no workspace."""


class UnusableDatabase(OrchestratorError):
    """The database cannot be opened."""


@contextmanager
def opened(folder: Path, database: str | None) -> Iterator[Store]:
    """Open the workspace's database, made when it is not there yet.

    Raises NoWorkspace for a folder without a journeys.yaml, so that a mistyped -C leaves no database behind.
    """
    if not (folder / FILE).exists():
        raise NoWorkspace(
            f"{folder}: expected a workspace, got a folder without {FILE}; name yours with -C, "
            "or make one with `tactful init DIR`"
        )
    try:
        store = open_store(folder, database)
    except OrchestratorError:
        raise
    except Exception as error:  # whatever the database's driver raises: a damaged file, a folder it may not write to
        reason = str(error).splitlines()[0]
        raise UnusableDatabase(
            f"the database of {folder} cannot be opened: {reason}; name another with --db, or restore it from a backup"
        ) from error
    try:
        yield store
    finally:
        store.close()
