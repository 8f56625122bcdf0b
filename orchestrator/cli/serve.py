"""How do the calls of shops and carriers come in while the journeys run elsewhere?"""

import asyncio

import typer

from orchestrator.app import note_sources
from orchestrator.cli.database import opened
from orchestrator.cli.options import HERE, LOCALHOST, PORT, AsJson, Database, Host, Port, Workspace
from orchestrator.cli.serving import Front, Workplace, announce, open_front
from orchestrator.cli.workspace import usable_project
from orchestrator.daemon import stopped_by_signals
from orchestrator.http.server import Address
from orchestrator.in_force import in_force
from orchestrator.settings import database_url, is_made


def serve(
    *,
    host: Host = LOCALHOST,
    port: Port = PORT,
    folder: Workspace = HERE,
    database: Database = None,
    as_json: AsJson = False,
) -> None:
    """Take the calls of shops and carriers (POST /hooks/<source>), and answer health checks and metrics.

    What was answered with 200 is on disk; journeys act on it in a `tactful run` beside this, or use `tactful run
    --serve` for both in one process. Ctrl-C or SIGTERM lets calls under way come to their end; a second one ends it.

    \b
    Examples:
      tactful serve
      tactful serve -C shop --host 0.0.0.0 --port 80
    """
    if not is_made(database_url(folder, database)):
        # A file that cannot be used leaves no database behind.
        usable_project(folder)
    with opened(folder, database) as store:
        running = in_force(store, folder)
        for warning in running.warnings:
            typer.echo(warning, err=True)
        note_sources(running.project, store)
        deployment = 0 if running.deployment is None else running.deployment.id
        work = Workplace(folder, store, running.project, running.spec, deployment)
        front = open_front(work, Address(host, port), _nobody_waits)
        announce(front, as_json=as_json)
        asyncio.run(_serve(front))


async def _serve(front: Front) -> None:
    stopping = asyncio.Event()
    with stopped_by_signals(stopping.set):
        async with front.serving:
            await stopping.wait()


def _nobody_waits() -> None:
    """Wake nobody: the journeys run in another process, which looks twice a second."""
