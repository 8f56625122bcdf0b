"""How does the workspace stand?"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import typer

from journeys.duration import format_duration
from orchestrator.cli.database import opened
from orchestrator.cli.options import HERE, AsJson, Database, Workspace
from orchestrator.cli.output import clock, coloured, counted, listed, print_json
from orchestrator.clock import wall_now
from orchestrator.deployment import Deployment
from orchestrator.in_force import NotRunnable, deployed, warnings_of
from orchestrator.project import Project, load_project
from orchestrator.silence import Heard, listening
from orchestrator.sources.configured import ConfiguredSource, terms_of
from orchestrator.store import deployments, hearing, views
from orchestrator.store.base import Store
from orchestrator.store.views import Status

_MOST_SHOWN = 20
_SILENT_AFTER = timedelta(seconds=30)


def status(*, folder: Workspace = HERE, database: Database = None, as_json: AsJson = False) -> None:
    """Say how the workspace stands: deliveries and enrollments by state, what waits, what is wrong.

    Lateness is how long the oldest work that is due has been waiting; with a running worker it stays near zero.
    An alert names a source that has been silent for too long.

    \b
    Examples:
      tactful status
      tactful status -C shop --json
    """
    now = wall_now()
    with opened(folder, database) as store:
        with store.reading() as connection:
            found = views.status(connection, now)
            heard = hearing.heard(connection)
            running = deployments.newest(connection)
        warnings = warnings_of(store, folder)
        project = _project(store, folder)
    sources = [_source(source, heard.get(name), now) for name, source in project.sources.items()]
    if as_json:
        print_json({**_fields(found, project, sources), **_deployment_fields(running, warnings)})
        return
    for line in _lines(found, project, now):
        typer.echo(line)
    for line in _deployment_lines(running, warnings):
        typer.echo(line)
    for line in _source_lines(sources, now):
        typer.echo(line)


def _project(store: Store, folder: Path) -> Project:
    """Give what runs; the files, where nothing was put into force yet or what was cannot be used any more."""
    try:
        running = deployed(store, folder)
    except NotRunnable:
        running = None
    return load_project(folder) if running is None else running.project


@dataclass(frozen=True, slots=True)
class SourceStatus:
    """How one source stands: when it was last heard, and since when it is silent for too long."""

    name: str
    adapter: str
    heard_at: datetime | None
    silent_since: datetime | None
    alert: str


def _source(source: ConfiguredSource, heard: Heard | None, now: datetime) -> SourceStatus:
    """Look at one source; one that is only asked is never silent."""
    terms = terms_of({source.name: source})
    known = {} if heard is None else {source.name: heard}
    listened = listening(terms, known, now).get(source.name)
    since = None if listened is None else listened.silent_since(now)
    heard_at = None if heard is None else heard.heard_at
    alert = "" if since is None else _alert(source, since)
    return SourceStatus(source.name, source.adapter.name, heard_at, since, alert)


def _alert(source: ConfiguredSource, since: datetime) -> str:
    return (
        f'source "{source.name}": expected news every {format_duration(source.params.silent_after)}, got none since '
        f"{clock(since)} UTC; what it tells ({', '.join(sorted(source.tells))}) counts as unknown: look whether its "
        "webhook is still switched on at the sender, or give it a longer silent_after"
    )


def _fields(found: Status, project: Project, sources: list[SourceStatus]) -> dict[str, Any]:
    return {
        "deliveries": found.deliveries,
        "enrollments": found.enrollments,
        "inbox": found.inbox,
        "set_aside": len(found.set_aside),
        "lateness_seconds": found.lateness_seconds,
        "quarantined": dict(project.quarantined),
        "workers": found.workers,
        "sources": [
            {
                "name": source.name,
                "adapter": source.adapter,
                "heard_at": source.heard_at,
                "silent": source.silent_since is not None,
                "silent_since": source.silent_since,
            }
            for source in sources
        ],
        "alerts": [source.alert for source in sources if source.alert],
    }


def _lines(found: Status, project: Project, now: datetime) -> Iterator[str]:
    lateness = timedelta(seconds=round(found.lateness_seconds))
    yield f"deliveries   {listed(found.deliveries)}"
    yield f"enrollments  {listed(found.enrollments)}"
    yield f"inbox        {counted(found.inbox, 'event')} not decided on yet"
    yield f"lateness     {f'the oldest work due waits for {format_duration(lateness)}' if lateness else 'none'}"
    yield from _workers(found, now)
    if found.set_aside:
        yield f"set aside    {coloured(counted(len(found.set_aside), 'customer'), 'red')}, each after an error:"
        yield from (f"  #{profile_id}: {why}" for profile_id, why in list(found.set_aside.items())[:_MOST_SHOWN])
        if len(found.set_aside) > _MOST_SHOWN:
            yield f"  and {len(found.set_aside) - _MOST_SHOWN:,} more; --json counts them all"
    if project.quarantined:
        yield f"quarantined  {coloured(counted(len(project.quarantined), 'journey'), 'red')}:"
        yield from (f"  {name}: {why}" for name, why in project.quarantined.items())
    if not project.is_runnable:
        yield f"journeys     {coloured('cannot run', 'red')}: `tactful check` says why"


def _deployment_fields(running: Deployment | None, warnings: tuple[str, ...]) -> dict[str, Any]:
    if running is None:
        return {"deployment": None, "warnings": warnings}
    named = {"id": running.id, "at": running.at, "by": running.by, "kind": running.kind, "journeys": running.journeys}
    return {"deployment": named, "warnings": warnings}


def _deployment_lines(running: Deployment | None, warnings: tuple[str, ...]) -> Iterator[str]:
    if running is None:
        yield "deployment   none is in force; `tactful run` or `tactful apply` does that"
    else:
        yield f"deployment   {running.id}, {running.kind} by {running.by}, {clock(running.at)} UTC"
    for warning in warnings:
        first, *rest = warning.splitlines()
        yield f"files        {coloured(first, 'red')}"
        yield from rest


def _source_lines(sources: list[SourceStatus], now: datetime) -> Iterator[str]:
    for source in sources:
        ago = "never" if source.heard_at is None else f"{_age(source.heard_at, now)} ago"
        silent = "" if source.silent_since is None else f", {coloured('silent', 'red')}"
        yield f"source       {source.name} ({source.adapter}): last heard {ago}{silent}"
    yield from (f"alert        {source.alert}" for source in sources if source.alert)


def _age(at: datetime, now: datetime) -> str:
    return format_duration(timedelta(seconds=max(0, int((now - at).total_seconds()))))


def _workers(found: Status, now: datetime) -> Iterator[str]:
    if not found.workers:
        yield "workers      none has run in the last day"
    for worker in found.workers:
        silent = "" if now - worker["beat"] < _SILENT_AFTER else ", not running any more"
        # A worker beats every few seconds, so anything finer is noise.
        ago = _age(worker["beat"], now)
        yield f"worker       {worker['host']} {worker['pid']}: last heard of {ago} ago{silent}"
