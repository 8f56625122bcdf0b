"""What does a command go by that looks at the people of a workspace? What runs, else the files of the folder."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import typer

from orchestrator.cli.database import opened
from orchestrator.cli.workspace import usable_project
from orchestrator.in_force import InForce, deployed
from orchestrator.settings import database_url, is_made
from orchestrator.store.base import Store


@contextmanager
def opened_in_force(folder: Path, database: str | None) -> Iterator[tuple[Store, InForce]]:
    """Open the database and give what is in force; where the files differ from it, that is said beside the answer.

    As long as nothing was ever put into force, the files are what is gone by. Raises UnusableFile when they are wrong.
    """
    if not is_made(database_url(folder, database)):
        # A file that cannot be used leaves no database behind.
        usable_project(folder)
    with opened(folder, database) as store:
        yield store, what_runs(store, folder) or InForce(*usable_project(folder))


def what_runs(store: Store, folder: Path) -> InForce | None:
    """Give what is in force and say where the files differ; None when nothing was ever put into force."""
    running = deployed(store, folder)
    for warning in running.warnings if running is not None else ():
        typer.echo(warning, err=True)
    return running
