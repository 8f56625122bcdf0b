"""What loops? Turns of the engine, and the calls they lead to.

One process, one writer: a turn decides and commits, its handovers are performed while the next turn runs, and their
outcomes are settled by a later turn. Told to stop, the worker claims nothing more, waits for the calls that are under
way, settles them and ends; what did not come back in time is found again by its lease.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from orchestrator.clock import wall_now
from orchestrator.dispatcher import Dispatcher
from orchestrator.engine import Engine
from orchestrator.enquirer import Enquirer
from orchestrator.handover import LEASE, Handover, Input, Output, Superseded
from orchestrator.inquiries import Inquiries, Inquiry
from orchestrator.program import Program
from orchestrator.silence import Terms
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


@dataclass(frozen=True, slots=True)
class Parts:
    """Everything of a worker that depends on the journeys in force, and the deployment they come from."""

    program: Program
    dispatcher: Dispatcher
    enquirer: Enquirer
    inquiries: Inquiries
    terms: Mapping[str, Terms]
    deployment: int


@dataclass(slots=True)
class Worker:
    """Runs one engine and one dispatcher; `renew` gives the parts of the journeys that are in force by now."""

    engine: Engine
    dispatcher: Dispatcher
    store: Store
    enquirer: Enquirer | None = None
    renew: Callable[[], Parts] | None = None
    done: Done = field(default_factory=Done)
    woken: asyncio.Event = field(default_factory=asyncio.Event)
    stopping: asyncio.Event = field(default_factory=asyncio.Event)
    _calls: set[asyncio.Task[list[Input]]] = field(default_factory=set)
    _inputs: list[Input] = field(default_factory=list)
    _retired: list[Dispatcher] = field(default_factory=list)

    async def run(self, *, until_idle: bool) -> Done:
        """Loop until told to stop, or with `until_idle` until nothing is left to do."""
        self.recover()
        while not self.stopping.is_set():
            had_work = await self._round()
            if had_work or self._inputs:
                continue
            if self._calls:
                await self._wait_for_a_call()
            elif until_idle:
                break
            else:
                await self._sleep()
        await self._drain()
        for dispatcher in (*self._retired, self.dispatcher):
            await dispatcher.close()
        return self.done

    def take_up(self, parts: Parts) -> None:
        """Go on by other journeys; calls under way end as they began."""
        if parts.dispatcher is not self.dispatcher:
            self._retired.append(self.dispatcher)
        self.dispatcher, self.enquirer = parts.dispatcher, parts.enquirer
        self.engine.take_up(parts.program, parts.deployment)
        self.engine.inquiries = parts.inquiries
        self.engine.shared.terms = parts.terms

    def recover(self) -> None:
        """Find out about attempts whose worker is gone: ask the action, or keep them as unknown."""
        now = wall_now()
        for lost in self.store.take_lost(now, now + LEASE, self.engine.worker):
            self._inputs.append(self.dispatcher.find_lost(lost))

    async def _round(self) -> bool:
        """Give one turn and start the calls it leads to."""
        # What wakes the worker from here on is for the next round.
        self.woken.clear()
        self._collect()
        claims = len(self._calls) < MOST_IN_FLIGHT
        inputs, self._inputs = self._inputs, []
        try:
            outputs, customers = self._turn(inputs, claims=claims)
        except BaseException:
            # Nothing was committed: what was reported is still true and is told again.
            self._inputs = inputs + self._inputs
            raise
        self.done.turns += 1
        self.done.customers += customers
        self._begin(outputs)
        # Actions that do not wait for the network have answered after this, and signals are heard.
        await asyncio.sleep(0)
        return customers > 0

    def _turn(self, inputs: Sequence[Input], *, claims: bool) -> tuple[list[Output], int]:
        """Give one turn, by the journeys that are in force at its beginning."""
        while True:
            try:
                return self.engine.run_turn(inputs, claims=claims)
            except Superseded:
                if self.renew is None:
                    raise
                self.take_up(self.renew())

    def _begin(self, outputs: Sequence[Output]) -> None:
        """Start the calls that a turn leads to: each handover by itself, all inquiries together."""
        inquiries = [output for output in outputs if isinstance(output, Inquiry)]
        if inquiries and self.enquirer is not None:
            self._calls.add(asyncio.ensure_future(self._enquire(self.enquirer, inquiries)))
        for output in outputs:
            if isinstance(output, Handover):
                self.done.handed_over += 1
                self._calls.add(asyncio.ensure_future(self._hand_over(output)))

    async def _hand_over(self, handover: Handover) -> list[Input]:
        return [await self.dispatcher.hand_over(handover)]

    async def _enquire(self, enquirer: Enquirer, inquiries: Sequence[Inquiry]) -> list[Input]:
        return list(await enquirer.ask(inquiries))

    def _collect(self) -> None:
        finished = {call for call in self._calls if call.done()}
        self._calls -= finished
        for call in finished:
            self._inputs.extend(call.result())
        self._inputs.sort(key=lambda given: given.delivery_id)

    async def _wait_for_a_call(self) -> None:
        await asyncio.wait(self._calls, return_when=asyncio.FIRST_COMPLETED, timeout=IDLE_SECONDS)
        self._collect()

    async def _sleep(self) -> None:
        """Sleep until a tick or a signal wakes the worker."""
        waits = [asyncio.ensure_future(self.woken.wait()), asyncio.ensure_future(self.stopping.wait())]
        await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        for wait in waits:
            wait.cancel()

    async def _drain(self) -> None:
        """Let the calls under way come to their end and settle them; claim nothing more."""
        if self._calls:
            await asyncio.wait(self._calls, timeout=DRAIN_SECONDS)
        self._collect()
        if self._inputs:
            inputs, self._inputs = self._inputs, []
            self._turn(inputs, claims=False)


assert timedelta(seconds=DRAIN_SECONDS) < LEASE
