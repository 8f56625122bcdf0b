"""Does the worker loop, drain when told to stop, and find out about what was lost?"""

import asyncio
from collections.abc import Callable

import pytest

from orchestrator.worker import Done, Worker
from tests.conftest import OpenShop
from tests.fakes.calls import track
from tests.fakes.journeys import SERIES, WELCOME
from tests.fakes.workspace import Workspace


def _worker(workspace: Workspace) -> Worker:
    return Worker(workspace.engine, workspace.dispatcher(), workspace.store)


def _sign_ups(count: int) -> list[bytes]:
    return [track("Signed Up", "09:00", f"u{number}") for number in range(count)]


async def _until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not condition():
            await asyncio.sleep(0.001)


def test_with_until_idle_it_ends_when_everything_that_is_due_was_done(shop: OpenShop) -> None:
    workspace = shop(SERIES)
    workspace.ingest(*_sign_ups(20))
    done = asyncio.run(_worker(workspace).run(until_idle=True))
    assert (done.handed_over, len(workspace.provider.taken)) == (20, 20)
    assert workspace.status().deliveries == {"sent": 20}


def test_it_lets_go_of_its_connections_when_it_ends(shop: OpenShop) -> None:
    workspace = shop(WELCOME)
    asyncio.run(_worker(workspace).run(until_idle=True))
    assert workspace.email.is_closed


def test_with_nothing_to_do_it_ends_after_one_look(shop: OpenShop) -> None:
    assert asyncio.run(_worker(shop(WELCOME)).run(until_idle=True)) == Done(turns=1, customers=0, handed_over=0)


def test_it_waits_for_slow_calls_before_it_ends(shop: OpenShop) -> None:
    workspace = shop(WELCOME)
    workspace.ingest(*_sign_ups(3))

    async def live() -> None:
        gate = workspace.email.gate = asyncio.Event()
        running = asyncio.ensure_future(_worker(workspace).run(until_idle=True))
        await _until(lambda: len(workspace.provider.asked) == 3)
        assert not running.done()
        gate.set()
        await running

    asyncio.run(live())
    assert workspace.status().deliveries == {"sent": 3}


def test_a_slow_call_does_not_hold_up_the_others(shop: OpenShop) -> None:
    workspace = shop(WELCOME)
    workspace.ingest(track("Signed Up", "09:00", "ann"))

    async def live() -> dict[str, int]:
        gate = workspace.email.gate = asyncio.Event()
        worker = _worker(workspace)
        running = asyncio.ensure_future(worker.run(until_idle=False))
        await _until(lambda: len(workspace.provider.asked) == 1)
        workspace.email.gate = None
        workspace.ingest(track("Signed Up", "09:00", "bob"))
        worker.woken.set()
        await _until(lambda: workspace.status().deliveries.get("sent", 0) == 1)
        meanwhile = workspace.status().deliveries
        gate.set()
        worker.stopping.set()
        await running
        return meanwhile

    assert asyncio.run(live()) == {"attempting": 1, "sent": 1}


def test_told_to_stop_it_settles_the_calls_under_way_and_claims_nothing_more(shop: OpenShop) -> None:
    workspace = shop(SERIES)
    workspace.ingest(*_sign_ups(3))

    async def live() -> None:
        gate = workspace.email.gate = asyncio.Event()
        worker = _worker(workspace)
        running = asyncio.ensure_future(worker.run(until_idle=False))
        await _until(lambda: len(workspace.provider.asked) == 3)
        worker.stopping.set()
        workspace.ingest(track("Signed Up", "09:00", "late"))
        gate.set()
        await running

    asyncio.run(live())
    assert workspace.status().deliveries == {"sent": 3}
    assert workspace.status().inbox == 1


def test_what_does_not_come_back_while_it_drains_is_found_again_by_its_lease(
    shop: OpenShop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("orchestrator.worker.DRAIN_SECONDS", 0.01)
    workspace = shop(WELCOME)
    workspace.ingest(track("Signed Up", "09:00"))

    async def live() -> None:
        workspace.email.gate = asyncio.Event()
        worker = _worker(workspace)
        running = asyncio.ensure_future(worker.run(until_idle=False))
        await _until(lambda: len(workspace.provider.asked) == 1)
        worker.stopping.set()
        await running

    asyncio.run(live())
    assert workspace.fates() == [("hello", "attempting", "")]
    workspace.restart()
    workspace.turn(workspace.recover("09:06"))
    assert workspace.fates() == [("hello", "sent", "")]
    assert len(workspace.provider.asked) == 1


def test_a_starting_worker_asks_about_attempts_whose_lease_ran_out(shop: OpenShop) -> None:
    workspace = shop(WELCOME)
    workspace.ingest(track("Signed Up", "09:00"))
    workspace.perform(workspace.turn())
    workspace.restart()
    asyncio.run(_worker(workspace).run(until_idle=True))
    assert workspace.fates() == [("hello", "sent", "")]
    assert len(workspace.provider.asked) == 1


def test_what_was_reported_is_told_again_when_it_could_not_be_written(
    shop: OpenShop, monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace = shop(WELCOME)
    workspace.ingest(track("Signed Up", "09:00"))
    reports = workspace.perform(workspace.turn())
    monkeypatch.setattr("orchestrator.store.writing.write", _fail)

    async def live() -> None:
        worker = _worker(workspace)
        worker._inputs.extend(reports)
        with pytest.raises(OSError, match="disk is full"):
            await worker._round()
        monkeypatch.undo()
        await worker._round()

    asyncio.run(live())
    assert workspace.fates() == [("hello", "sent", "")]


def _fail(*_: object) -> None:
    raise OSError("the disk is full")


def test_it_claims_no_more_than_may_be_under_way(shop: OpenShop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("orchestrator.worker.MOST_IN_FLIGHT", 4)
    workspace = shop(WELCOME)
    workspace.engine.batch_size = 2
    workspace.ingest(*_sign_ups(10))

    async def live() -> int:
        gate = workspace.email.gate = asyncio.Event()
        running = asyncio.ensure_future(_worker(workspace).run(until_idle=True))
        await _until(lambda: len(workspace.provider.asked) >= 4)
        await asyncio.sleep(0.05)
        under_way = len(workspace.provider.asked)
        gate.set()
        await running
        return under_way

    assert asyncio.run(live()) == 4
    assert len(workspace.provider.taken) == 10


def test_a_batch_of_more_calls_than_may_be_under_way_is_not_the_end(
    shop: OpenShop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("orchestrator.worker.MOST_IN_FLIGHT", 4)
    workspace = shop(SERIES)
    workspace.ingest(*_sign_ups(30))
    workspace.engine.batch_size = 10
    done = asyncio.run(_worker(workspace).run(until_idle=True))
    assert (done.handed_over, workspace.status().inbox) == (30, 0)
