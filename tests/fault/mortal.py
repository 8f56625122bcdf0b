"""A worker process that dies where a test tells it to, and a provider that writes down every call it gets."""

import json
import os
import random
import signal
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import groupby
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from actions.base import Action, Assignment, Outcome, Sent
from orchestrator.app import App, build, open_store
from orchestrator.bundled import copy_example
from orchestrator.daemon import run
from orchestrator.demo_history import demo_history
from orchestrator.handover import Report
from orchestrator.importing import import_lines
from orchestrator.intake import Rejects
from orchestrator.sources.segment import SegmentSource
from orchestrator.store import views

HOPS = ("before the commit", "after the commit", "before the call", "after the call", "before the settling")
CALLS = "calls.jsonl"
_DIED = 9
_PROCESSES = get_context("fork")


@dataclass(slots=True)
class Fuse:
    """Ends the process, as abruptly as kill -9, when it comes past a hop for the n-th time."""

    hop: str
    left: int

    def past(self, hop: str) -> None:
        """Come past a hop."""
        if hop == self.hop:
            self.left -= 1
            if self.left == 0:
                os._exit(_DIED)


class WatchedAction:
    """An action that writes every call down before it is made, and dies beside it when told to."""

    def __init__(self, action: Action, calls: Path, fuse: Fuse) -> None:
        self._action, self._calls, self._fuse = action, calls, fuse
        self.name, self.Params, self.needs, self.finds = action.name, action.Params, action.needs, action.finds

    def perform(self, assignment: Assignment) -> Outcome:
        """Hand over for real."""
        self._fuse.past("before the call")
        line = json.dumps({"key": assignment.key, "step": assignment.delivery.step, "user": assignment.profile.user_id})
        with self._calls.open("a") as file:
            file.write(line + "\n")
        outcome = self._action.perform(assignment)
        assert isinstance(outcome, Outcome)
        self._fuse.past("after the call")
        return outcome

    def find(self, key: str) -> Sent | None:
        """Ask the real one."""
        return self._action.find(key)


def make_workspace(folder: Path) -> datetime:
    """Make the example shop with its six weeks of history in the inbox; give the end of that history."""
    copy_example(folder)
    store = open_store(folder, None)
    lines = [(number, json.dumps(line).encode()) for number, line in enumerate(demo_history(), 1)]
    with Rejects(folder / "history.jsonl") as rejects:
        import_lines(lines, name="history", source=SegmentSource("LV"), store=store, rejects=rejects)
    with store.reading() as connection:
        end = views.last_event_at(connection)
    store.close()
    assert end is not None
    return end


def run_process(folder: Path, end: datetime, fuse: Fuse, *, kill_after: float | None = None) -> int:
    """Run a worker in a process of its own until it is idle, dies by its fuse, or is killed; give its exit code."""
    process = _PROCESSES.Process(target=_work, args=(folder, end, fuse))
    process.start()
    process.join(kill_after)
    if process.is_alive() and process.pid is not None:
        os.kill(process.pid, signal.SIGKILL)
    process.join()
    assert process.exitcode is not None
    return process.exitcode


def _work(folder: Path, end: datetime, fuse: Fuse) -> None:
    app = build(folder, None, history_until=end)
    _watch(app, folder / CALLS, fuse)
    run(app, until_idle=True)
    app.store.close()


def _watch(app: App, calls: Path, fuse: Fuse) -> None:
    """Put the fuse at every hop of a send's life."""
    dispatcher, engine = app.worker.dispatcher, app.worker.engine
    post = dispatcher._post
    watched: Mapping[str, Any] = {name: WatchedAction(action, calls, fuse) for name, action in post.actions.items()}
    dispatcher._post = replace(post, actions=watched)
    # Small batches, so that there are many commits to die at.
    engine.batch_size = 7
    turn: Callable[[], Any] = app.store.turn

    @contextmanager
    def mortal_turn() -> Iterator[Any]:
        with turn() as opened:
            yield opened
            fuse.past("before the commit")
        fuse.past("after the commit")

    app.store.turn = mortal_turn  # type: ignore[method-assign]  # the one place between a transaction's end and the rest
    app.worker.engine = _Settling(engine, fuse)  # type: ignore[assignment]  # stands before the real one


class _Settling:
    """The engine, with a fuse before reports are settled."""

    def __init__(self, engine: Any, fuse: Fuse) -> None:
        self._engine, self._fuse = engine, fuse

    def run_turn(self, reports: Sequence[Report] = (), *, claims: bool = True) -> Any:
        """Settle and go on."""
        if reports:
            self._fuse.past("before the settling")
        return self._engine.run_turn(reports, claims=claims)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._engine, name)


# What is left of a run.


@dataclass(frozen=True, slots=True)
class Remains:
    """The deliveries, the ledger, the keys in the mail folder and the keys of all calls."""

    deliveries: list[dict[str, Any]]
    ledger: list[dict[str, Any]]
    mails: list[str]
    calls: Counter[str]


def remains_of(folder: Path) -> Remains:
    """Read what a run left behind.

    Attempts are left out, and a judgement that was given twice counts once: what is lost before the call is counted as
    an attempt and judged again, as it should be.
    """
    store = open_store(folder, None)
    with store.reading() as connection:
        deliveries = [{**row, "attempts": 0} for row in views.deliveries(connection)]
        ledger = [row for row, _ in groupby(views.ledger(connection))]
    store.close()
    mails = sorted(path.name for path in (folder / "out" / "mail" / "new").iterdir())
    lines = (folder / CALLS).read_text().splitlines()
    return Remains(deliveries, ledger, mails, Counter(json.loads(line)["key"] for line in lines))


def kill_at_random(folder: Path, end: datetime, seed: int, kills: int) -> int:
    """Kill workers at moments drawn from the seed, then let one finish; give how many were killed in time."""
    chance = random.Random(seed)
    killed = 0
    for _ in range(kills):
        killed += run_process(folder, end, Fuse("", 0), kill_after=chance.uniform(0.05, 0.5)) == -signal.SIGKILL
    assert run_process(folder, end, Fuse("", 0)) == 0
    return killed
