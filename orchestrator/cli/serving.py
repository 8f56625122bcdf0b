"""What do the two commands that serve have in common?"""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from pathlib import Path

import typer

from journeys.spec import JourneysFile
from orchestrator.app import build_calls, build_people, build_reception
from orchestrator.cli.output import print_json
from orchestrator.http.application import web_application
from orchestrator.http.server import Address, bind, served
from orchestrator.project import Project
from orchestrator.sources.configured import terms_of
from orchestrator.store.base import Store


@dataclass(frozen=True, slots=True)
class Workplace:
    """The workspace that is served."""

    folder: Path
    project: Project
    spec: JourneysFile
    store: Store


@dataclass(frozen=True, slots=True)
class Front:
    """What is served, at an address that is already ours, and which hooks there are."""

    address: Address
    hooks: tuple[str, ...]
    serving: AbstractAsyncContextManager[None]


def open_front(work: Workplace, address: Address, committed: Callable[[], None]) -> Front:
    """Bind the address and put the application together; serving begins on the event loop that enters it.

    Raises AddressTaken, or MissingSecret for a source whose calls cannot be checked.
    """
    reception = build_reception(work.project, work.spec, work.store, work.folder, committed)
    people = build_people(work.spec, work.store, work.folder, reception.commits)
    calls = build_calls(work.project, work.spec, work.folder, reception.commits)
    application = web_application(reception, work.store, terms_of(work.project.sources), people, calls)
    bound, real = bind(address)
    return Front(real, tuple(sorted(reception.desks)), served(application, bound, reception.commits))


def announce(front: Front, *, as_json: bool) -> None:
    """Print the address, on one line, for people or programs."""
    paths = [f"/hooks/{name}" for name in front.hooks]
    if as_json:
        print_json({"url": front.address.url, "hooks": paths})
    else:
        hooks = ", ".join(paths) or "no hooks: journeys.yaml names no source that is called"
        typer.echo(f"serving {front.address.url} ({hooks})")
