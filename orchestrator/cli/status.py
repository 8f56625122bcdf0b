"""How does the workspace stand?"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import typer

from journeys.duration import format_duration
from orchestrator.cli.database import opened
from orchestrator.cli.options import HERE, AsJson, Database, Workspace
from orchestrator.cli.output import coloured, counted, listed, print_json
from orchestrator.clock import wall_now
from orchestrator.project import Project, load_project
from orchestrator.store import views
from orchestrator.store.views import Status

_MOST_SHOWN = 20
_SILENT_AFTER = timedelta(seconds=30)


def status(*, folder: Workspace = HERE, database: Database = None, as_json: AsJson = False) -> None:
    """Say how the workspace stands: deliveries and enrollments by state, what waits, what is wrong.

    Lateness is how long the oldest work that is due has been waiting; with a running worker it stays near zero.

    \b
    Examples:
      tactful status
      tactful status -C shop --json
    """
    now = wall_now()
    with opened(folder, database) as store, store.reading() as connection:
        found = views.status(connection, now)
    project = load_project(folder)
    if as_json:
        print_json(_fields(found, project))
        return
    for line in _lines(found, project, now):
        typer.echo(line)


def _fields(found: Status, project: Project) -> dict[str, Any]:
    return {
        "deliveries": found.deliveries,
        "enrollments": found.enrollments,
        "inbox": found.inbox,
        "set_aside": len(found.set_aside),
        "lateness_seconds": found.lateness_seconds,
        "quarantined": dict(project.quarantined),
        "workers": found.workers,
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


def _workers(found: Status, now: datetime) -> Iterator[str]:
    if not found.workers:
        yield "workers      none has run in the last day"
    for worker in found.workers:
        age = now - worker["beat"]
        silent = "" if age < _SILENT_AFTER else ", not running any more"
        # A worker beats every few seconds, so anything finer is noise.
        ago = format_duration(timedelta(seconds=max(0, int(age.total_seconds()))))
        yield f"worker       {worker['host']} {worker['pid']}: last heard of {ago} ago{silent}"
