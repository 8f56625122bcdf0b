"""What loops? Turns of the engine, and the calls they lead to.

One process, one writer: a turn decides and commits, its handovers are performed while the next turn runs, and their
outcomes are settled by a later turn. Told to stop, the worker claims nothing more, waits for the calls that are under
way, settles them and ends; what did not come back in time is found again by its lease.
"""

import asyncio
from dataclasses import dataclass, field
from datetime import timedelta

from orchestrator.clock import wall_now
from orchestrator.dispatcher import Dispatcher
from orchestrator.engine import LEASE, Engine, Report
from orchestrator.store.base import Store

IDLE_SECONDS = 1.0
DRAIN_SECONDS = 30.0
MOST_IN_FLIGHT = 2_000


@dataclass(slots=True)
class Done:
    """What a worker has done since it started."""

    turns: int = 0
    customers: int = 0
    handed_over: int = 0


@dataclass(slots=True)
class Worker:
    """Runs one engine and one dispatcher."""

    engine: Engine
    dispatcher: Dispatcher
    store: Store
    done: Done = field(default_factory=Done)
    woken: asyncio.Event = field(default_factory=asyncio.Event)
    stopping: asyncio.Event = field(default_factory=asyncio.Event)
    _calls: set[asyncio.Task[Report]] = field(default_factory=set)
    _reports: list[Report] = field(default_factory=list)

    async def run(self, *, until_idle: bool) -> Done:
        """Loop until told to stop, or with `until_idle` until nothing is left to do."""
        self.recover()
        while not self.stopping.is_set():
            had_work = await self._round()
            if had_work or self._reports:
                continue
            if self._calls:
                await self._wait_for_a_call()
            elif until_idle:
                break
            else:
                await self._sleep()
        await self._drain()
        await self.dispatcher.close()
        return self.done

    def recover(self) -> None:
        """Find out about attempts whose worker is gone: ask the action, or keep them as unknown."""
        now = wall_now()
        for lost in self.store.take_lost(now, now + LEASE, self.engine.worker):
            self._reports.append(self.dispatcher.find_lost(lost))

    async def _round(self) -> bool:
        """Give one turn and start the calls it leads to."""
        claims = len(self._calls) < MOST_IN_FLIGHT
        self._collect()
        reports, self._reports = self._reports, []
        try:
            handovers, customers = self.engine.run_turn(reports, claims=claims)
        except BaseException:
            # Nothing was committed: what was reported is still true and is told again.
            self._reports = reports + self._reports
            raise
        self.done.turns += 1
        self.done.customers += customers
        self.done.handed_over += len(handovers)
        for handover in handovers:
            self._calls.add(asyncio.ensure_future(self.dispatcher.hand_over(handover)))
        # Actions that do not wait for the network have answered after this, and signals are heard.
        await asyncio.sleep(0)
        return customers > 0 and claims

    def _collect(self) -> None:
        finished = {call for call in self._calls if call.done()}
        self._calls -= finished
        self._reports.extend(call.result() for call in finished)
        self._reports.sort(key=lambda report: report.delivery_id)

    async def _wait_for_a_call(self) -> None:
        await asyncio.wait(self._calls, return_when=asyncio.FIRST_COMPLETED, timeout=IDLE_SECONDS)
        self._collect()

    async def _sleep(self) -> None:
        """Sleep until a tick or a signal wakes the worker."""
        self.woken.clear()
        waits = [asyncio.ensure_future(self.woken.wait()), asyncio.ensure_future(self.stopping.wait())]
        await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        for wait in waits:
            wait.cancel()

    async def _drain(self) -> None:
        """Let the calls under way come to their end and settle them; claim nothing more."""
        if self._calls:
            await asyncio.wait(self._calls, timeout=DRAIN_SECONDS)
        self._collect()
        if self._reports:
            reports, self._reports = self._reports, []
            self.engine.run_turn(reports, claims=False)


assert timedelta(seconds=DRAIN_SECONDS) < LEASE
