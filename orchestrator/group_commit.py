"""How do calls that wait at the same time share one commit?

A commit waits for the disk, so calls that come while one is under way are written together by the next. One thread
writes, so that nobody waits for the database but those whose calls it is about; each is answered after its own commit.
Everything else happens on the event loop.
"""

import asyncio
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TypeAlias

from orchestrator.store.append import Appended
from orchestrator.store.arrivals import Arrival, NotAppended, Outcome
from orchestrator.store.base import Store

MOST_TOGETHER = 500
MOST_WAITING_BYTES = 64_000_000


@dataclass(frozen=True, slots=True)
class Overloaded:
    """Too much waits already: this call was not taken."""


Committed: TypeAlias = Appended | NotAppended | Overloaded


@dataclass(frozen=True, slots=True)
class _Waiting:
    arrival: Arrival
    answer: asyncio.Future[Outcome]
    size: int


@dataclass(slots=True)
class GroupCommit:
    """Writes what comes in. `committed` is called on the event loop after each commit that brought something new."""

    store: Store
    committed: Callable[[], None]
    _waiting: deque[_Waiting] = field(default_factory=deque)
    _size: int = 0
    _thread: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(1, "tactful-commits"))
    _writing: asyncio.Task[None] | None = None

    async def append(self, arrival: Arrival) -> Committed:
        """Write a call and say, once it is on disk, what became of it. Giving up waiting does not take it back."""
        size = sum(len(entry.raw) for entry in arrival.accepted)
        if self._size + size > MOST_WAITING_BYTES:
            return Overloaded()
        waiting = _Waiting(arrival, asyncio.get_running_loop().create_future(), size)
        self._waiting.append(waiting)
        self._size += size
        if self._writing is None:
            self._writing = asyncio.create_task(self._write_all())
        return await waiting.answer

    async def close(self) -> None:
        """Write what still waits, then let go of the thread."""
        if self._writing is not None:
            await self._writing
        self._thread.shutdown()

    async def _write_all(self) -> None:
        """Write group after group until nobody waits."""
        try:
            while self._waiting:
                group = [self._waiting.popleft() for _ in range(min(len(self._waiting), MOST_TOGETHER))]
                outcomes = await self._write([waiting.arrival for waiting in group])
                self._size -= sum(waiting.size for waiting in group)
                for waiting, outcome in zip(group, outcomes, strict=True):
                    if not waiting.answer.done():
                        waiting.answer.set_result(outcome)
                if any(isinstance(outcome, Appended) and outcome.accepted for outcome in outcomes):
                    self.committed()
        finally:
            self._writing = None

    async def _write(self, arrivals: list[Arrival]) -> list[Outcome]:
        loop = asyncio.get_running_loop()
        try:
            return await loop.run_in_executor(self._thread, self.store.append_each, arrivals)
        except Exception as error:  # whatever the database raises: nothing of any of these was kept
            return [NotAppended(error) for _ in arrivals]
