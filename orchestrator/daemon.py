"""How does a worker run as a process, and how is it stopped?

Ticks wake it and do the housekeeping. The first SIGTERM or SIGINT lets the calls under way come to their end; the
second ends the process at once, as an unhandled signal does.
"""

import asyncio
import signal
from collections.abc import Callable, Iterator
from contextlib import AbstractAsyncContextManager, contextmanager, nullcontext
from dataclasses import replace
from datetime import timedelta
from functools import partial

from orchestrator.app import App
from orchestrator.clock import wall_now
from orchestrator.garbage import rare_searches
from orchestrator.regrets import find_regrets
from orchestrator.schedule import Schedule, Tick
from orchestrator.worker import Done

FORGET_AFTER = timedelta(days=1)
_SIGNALS = (signal.SIGINT, signal.SIGTERM)


def run(app: App, *, until_idle: bool, beside: AbstractAsyncContextManager[None] | None = None) -> Done:
    """Run a workspace's worker until it is told to stop, or with `until_idle` until nothing is left to do.

    `beside` is entered on the worker's event loop before it starts and left after it has drained, such as a server.
    """
    with rare_searches():
        return asyncio.run(_run(app, until_idle=until_idle, beside=nullcontext() if beside is None else beside))


async def _run(app: App, *, until_idle: bool, beside: AbstractAsyncContextManager[None]) -> Done:
    # Before the first lease: should this process die, the next one then sees whose leases nobody holds any more.
    beat(app)
    schedule = Schedule([heartbeat(app)] if until_idle else ticks(app))
    with stopped_by_signals(app.worker.stopping.set):
        schedule.start()
        try:
            async with beside:
                done = await app.worker.run(until_idle=until_idle)
            if until_idle:
                while regret(app):
                    pass
            return done
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
        Tick("regrets", 60, partial(_look_back, app)),
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


def regret(app: App) -> int:
    """Look into facts that came too late for a message, some at a time; give how many."""
    return find_regrets(app.store)


def _look_back(app: App) -> None:
    regret(app)


def prune(app: App) -> None:
    """Forget processes that ended a day ago, and give disk space back."""
    app.store.prune(wall_now() - FORGET_AFTER)


@contextmanager
def stopped_by_signals(stop: Callable[[], None]) -> Iterator[None]:
    """Stop gently at the first signal while the block runs; the second ends the process."""
    loop = asyncio.get_running_loop()
    for number in _SIGNALS:
        loop.add_signal_handler(number, _drain, stop, loop)
    try:
        yield
    finally:
        _remove_handlers(loop)


def _drain(stop: Callable[[], None], loop: asyncio.AbstractEventLoop) -> None:
    stop()
    _remove_handlers(loop)
    for number in _SIGNALS:
        signal.signal(number, signal.SIG_DFL)


def _remove_handlers(loop: asyncio.AbstractEventLoop) -> None:
    for number in _SIGNALS:
        loop.remove_signal_handler(number)
