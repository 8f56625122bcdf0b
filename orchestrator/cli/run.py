"""How do the journeys run?"""

import logging
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from orchestrator import daemon
from orchestrator.app import App, build
from orchestrator.cli.database import opened
from orchestrator.cli.options import HERE, LOCALHOST, PORT, AsJson, Database, Host, Port, Workspace
from orchestrator.cli.output import counted, print_json
from orchestrator.cli.serving import Front, Workplace, announce, open_front
from orchestrator.clock import stopwatch, wall_now
from orchestrator.engine import DECISIONS
from orchestrator.http.server import Address
from orchestrator.store import views
from orchestrator.worker import Done


def run(
    *,
    until_idle: Annotated[bool, typer.Option("--until-idle", help="Stop when nothing is left to do now.")] = False,
    virtual_clock: Annotated[
        bool, typer.Option("--virtual-clock", help="Live through the log at its own times, then stop.")
    ] = False,
    serve: Annotated[bool, typer.Option("--serve", help="Take the calls of shops and carriers as well.")] = False,
    log: Annotated[
        bool, typer.Option("--log", help="Write a line to standard error for every decision and change of state.")
    ] = False,
    host: Host = LOCALHOST,
    port: Port = PORT,
    folder: Workspace = HERE,
    database: Database = None,
    as_json: AsJson = False,
) -> None:
    """Run the journeys: decide on what came in, and send what is due and may leave.

    Without options it runs until it is stopped. Ctrl-C or SIGTERM lets calls under way come to their end; a second one
    ends it at once. With --virtual-clock each customer's time is that of their own events, up to the newest event of
    the log: a year of history is lived through in seconds, with real sends.

    The files go into force by themselves, unless somebody inside would be lost, until somebody uses `tactful apply`:
    from then on what was applied runs.

    \b
    Examples:
      tactful run
      tactful run --serve             one process for everything
      tactful run --log               tell every decision as it is made
      tactful run --until-idle        from cron
      tactful run --virtual-clock     a history, such as the one you ingested
    """
    if serve and (until_idle or virtual_clock):
        raise typer.BadParameter("expected to run until stopped, got an end; leave out --until-idle or --virtual-clock")
    if log:
        _tell_decisions()
    history_until = _end_of_history(folder, database) if virtual_clock else None
    app = build(folder, database, history_until=history_until)
    started = stopwatch()
    try:
        front = _front(app, folder, Address(host, port)) if serve else None
        _announce(app, folder, history_until)
        if front is not None:
            announce(front, as_json=as_json)
        beside = None if front is None else front.serving
        done = daemon.run(app, until_idle=until_idle or virtual_clock, beside=beside)
    finally:
        app.store.close()
    _sum_up(app, done, stopwatch() - started, as_json=as_json)


def _tell_decisions() -> None:
    """Let the engine's lines reach standard error."""
    decisions = logging.getLogger(DECISIONS)
    decisions.setLevel(logging.INFO)
    decisions.addHandler(logging.StreamHandler())
    decisions.propagate = False


def _front(app: App, folder: Path, address: Address) -> Front:
    """Serve beside the worker, which is woken by whatever comes in."""
    return open_front(
        Workplace(folder, app.store, app.project, app.spec, app.worker.engine.deployment), address, app.worker.woken.set
    )


def _end_of_history(folder: Path, database: str | None) -> datetime:
    with opened(folder, database) as store, store.reading() as connection:
        return views.last_event_at(connection) or wall_now()


def _announce(app: App, folder: Path, history_until: datetime | None) -> None:
    for warning in app.warnings:
        typer.echo(warning, err=True)
    for name, why in app.project.quarantined.items():
        typer.echo(f"{name} is quarantined and does not run: {why}", err=True)
    until = "" if history_until is None else f", through history up to {history_until:%Y-%m-%d %H:%M} UTC"
    where = "this folder" if str(folder) == "." else folder
    typer.echo(f"running {counted(len(app.program.journeys), 'journey')} of {where}{until}", err=True)


def _sum_up(app: App, done: Done, seconds: float, *, as_json: bool) -> None:
    aside = len(app.worker.engine.errors)
    if as_json:
        print_json(
            {
                "turns": done.turns,
                "customers": done.customers,
                "handed_over": done.handed_over,
                "set_aside": aside,
                "seconds": round(seconds, 3),
            }
        )
        return
    turns, handed_over = counted(done.turns, "turn"), counted(done.handed_over, "delivery", "deliveries")
    typer.echo(f"{turns}, {handed_over} handed over, {seconds:.1f} s")
    if aside:
        typer.echo(f"{counted(aside, 'customer')} set aside after an error; `tactful status` says why", err=True)
