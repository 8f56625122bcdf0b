"""How does a worker run as a process, and how is it stopped?

Ticks wake it and do the housekeeping. The first SIGTERM or SIGINT lets the calls under way come to their end; the
second ends the process at once, as an unhandled signal does.
"""

import asyncio
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta

from orchestrator.app import App
from orchestrator.clock import wall_now
from orchestrator.schedule import Schedule, Tick
from orchestrator.worker import Done

FORGET_AFTER = timedelta(days=1)
_SIGNALS = (signal.SIGINT, signal.SIGTERM)


def run(app: App, *, until_idle: bool) -> Done:
    """Run a workspace's worker until it is told to stop, or with `until_idle` until nothing is left to do."""
    return asyncio.run(_run(app, until_idle=until_idle))


async def _run(app: App, *, until_idle: bool) -> Done:
    # Before the first lease: should this process die, the next one then sees whose leases nobody holds any more.
    beat(app)
    schedule = Schedule([heartbeat(app)] if until_idle else ticks(app))
    with _stopped_by_signals(app):
        schedule.start()
        try:
            return await app.worker.run(until_idle=until_idle)
        finally:
            schedule.stop()


def heartbeat(app: App) -> Tick:
    """Give the tick that every worker needs, however short it lives."""
    return Tick("heartbeat", 5, lambda: beat(app))


def ticks(app: App) -> list[Tick]:
    """List what a running worker does again and again, by the clock."""
    return [
        heartbeat(app),
        Tick("engine", 0.5, app.worker.woken.set),
        Tick("dispatcher", 30, lambda: recover(app)),
        Tick("entries", 60, lambda: refresh(app)),
        Tick("prune", 3600, lambda: prune(app)),
    ]


def beat(app: App) -> None:
    """Show that this process is alive."""
    app.store.beat(app.worker.engine.worker, wall_now())


def recover(app: App) -> None:
    """Take over attempts whose lease ran out or whose process is gone."""
    app.worker.recover()
    app.worker.woken.set()


def refresh(app: App) -> None:
    """Learn which goods came in since: letters that name the newest ones are made from them."""
    engine = app.worker.engine
    engine.program = replace(engine.program, catalog=app.store.catalog())


def prune(app: App) -> None:
    """Forget processes that ended a day ago, and give disk space back."""
    app.store.prune(wall_now() - FORGET_AFTER)


@contextmanager
def _stopped_by_signals(app: App) -> Iterator[None]:
    loop = asyncio.get_running_loop()
    for number in _SIGNALS:
        loop.add_signal_handler(number, _drain, app, loop)
    try:
        yield
    finally:
        _remove_handlers(loop)


def _drain(app: App, loop: asyncio.AbstractEventLoop) -> None:
    app.worker.stopping.set()
    _remove_handlers(loop)
    for number in _SIGNALS:
        signal.signal(number, signal.SIG_DFL)


def _remove_handlers(loop: asyncio.AbstractEventLoop) -> None:
    for number in _SIGNALS:
        loop.remove_signal_handler(number)
