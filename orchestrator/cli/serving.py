"""What do the two commands that serve have in common?"""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, replace
from pathlib import Path

import typer

from journeys.spec import JourneysFile
from orchestrator.app import build_calls, build_people, build_reception, note_sources
from orchestrator.cli.output import print_json
from orchestrator.group_commit import GroupCommit
from orchestrator.http.application import web_application
from orchestrator.http.following import Application, Following
from orchestrator.http.metrics import Tally
from orchestrator.http.server import Address, bind, served
from orchestrator.in_force import as_deployed
from orchestrator.project import Project
from orchestrator.settings import read_secret
from orchestrator.sources.configured import build_hooks, terms_of
from orchestrator.store.base import Store


@dataclass(frozen=True, slots=True)
class Workplace:
    """The workspace that is served, as it is in force."""

    folder: Path
    store: Store
    project: Project
    spec: JourneysFile
    deployment: int


@dataclass(frozen=True, slots=True)
class Front:
    """What is served, at an address that is already ours, and which hooks there are."""

    address: Address
    hooks: tuple[str, ...]
    serving: AbstractAsyncContextManager[None]


def open_front(work: Workplace, address: Address, committed: Callable[[], None]) -> Front:
    """Bind the address and put the application together; serving begins on the event loop that enters it.

    `committed` is called after each commit that brought news. Raises AddressTaken, or MissingSecret for a source whose
    calls cannot be checked.
    """
    commits = GroupCommit(work.store, committed)
    application = follow(work, commits)
    bound, real = bind(address)
    hooks = tuple(sorted(build_hooks(work.project.sources, read_secret)))
    return Front(real, hooks, served(application, bound, commits))


def follow(work: Workplace, commits: GroupCommit) -> Following:
    """Put the application together; when other journeys are put into force, anew from those."""
    tally = Tally()
    return Following(
        work.store,
        _application(work, commits, tally),
        work.deployment,
        lambda: _application(_as_deployed(work), commits, tally),
    )


def _as_deployed(work: Workplace) -> Workplace:
    running = as_deployed(work.store, work.folder)
    note_sources(running.project, work.store)
    return replace(work, project=running.project, spec=running.spec)


def _application(work: Workplace, commits: GroupCommit, tally: Tally) -> Application:
    return web_application(
        build_reception(work.project, work.spec, work.folder, commits),
        work.store,
        terms_of(work.project.sources),
        build_people(work.spec, work.store, work.folder, commits),
        build_calls(work.project, work.spec, work.folder, commits),
        tally=tally,
    )


def announce(front: Front, *, as_json: bool) -> None:
    """Print the address, on one line, for people or programs."""
    paths = [f"/hooks/{name}" for name in front.hooks]
    if as_json:
        print_json({"url": front.address.url, "hooks": paths})
    else:
        hooks = ", ".join(paths) or "no hooks: journeys.yaml names no source that is called"
        typer.echo(f"serving {front.address.url} ({hooks})")
