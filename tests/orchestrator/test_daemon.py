"""Does a running worker keep house?"""

import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from orchestrator import daemon
from orchestrator.app import App, build
from orchestrator.bundled import copy_example
from orchestrator.clock import wall_now
from orchestrator.importing import import_lines
from orchestrator.intake import Rejects
from orchestrator.sources.segment import SegmentSource
from orchestrator.store import views


@pytest.fixture
def app(tmp_path: Path) -> Iterator[App]:
    copy_example(tmp_path)
    built = build(tmp_path, None)
    yield built
    built.store.close()


def worker_ids(app: App) -> list[int]:
    with app.store.reading() as connection:
        return [worker["id"] for worker in views.status(connection, wall_now()).workers]


def test_everything_that_has_to_be_done_again_and_again_is_done(app: App) -> None:
    assert {tick.name: tick.seconds for tick in daemon.ticks(app)} == {
        "engine": 0.5,
        "heartbeat": 5,
        "dispatcher": 30,
        "entries": 60,
        "regrets": 60,
        "prune": 3600,
    }


def test_every_tick_can_be_done_at_any_time(app: App) -> None:
    for tick in daemon.ticks(app):
        tick.act()
    assert (worker_ids(app), app.worker.woken.is_set()) == ([app.worker.engine.worker], True)


def test_a_run_until_idle_is_known_as_a_worker(app: App) -> None:
    daemon.run(app, until_idle=True)
    assert worker_ids(app) == [app.worker.engine.worker]


def test_goods_that_came_in_while_it_runs_are_learned(app: App, tmp_path: Path) -> None:
    call = {"type": "track", "event": "Product Viewed", "messageId": "m1", "userId": "u1"}
    line = json.dumps({**call, "properties": {"products": [{"product_id": "grinder"}]}}).encode()
    with Rejects(tmp_path / "events.jsonl") as rejects:
        import_lines([(1, line)], name="events", source=SegmentSource("LV"), store=app.store, rejects=rejects)
    daemon.refresh(app)
    newest = app.worker.engine.program.catalog.newest(wall_now(), 1)
    assert [item.product_id for item in newest] == ["grinder"]


def test_a_run_that_was_told_to_stop_does_nothing_more(app: App) -> None:
    app.worker.stopping.set()
    assert daemon.run(app, until_idle=False).turns == 0


def test_what_runs_beside_a_worker_begins_before_it_and_ends_after_it(app: App) -> None:
    story = []

    @asynccontextmanager
    async def beside() -> AsyncIterator[None]:
        story.append(f"began at turn {app.worker.done.turns}")
        yield
        story.append(f"ended at turn {app.worker.done.turns}")

    daemon.run(app, until_idle=True, beside=beside())
    assert story == ["began at turn 0", "ended at turn 1"]
