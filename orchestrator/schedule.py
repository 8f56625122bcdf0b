"""What ticks? A scheduler that only wakes the worker and does the housekeeping; it holds no job of any customer."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from apscheduler.schedulers.asyncio import AsyncIOScheduler

# Overdue ticks run once and late rather than never: the scheduler's own defaults would drop them.
_NEVER_DROPPED = {"misfire_grace_time": None, "coalesce": True, "max_instances": 1}


@dataclass(frozen=True, slots=True)
class Tick:
    """Something that is done again and again, every so many seconds."""

    name: str
    seconds: float
    act: Callable[[], None]


class Schedule:
    """Ticks on the worker's own event loop."""

    def __init__(self, ticks: list[Tick]) -> None:
        self._scheduler = AsyncIOScheduler(job_defaults=_NEVER_DROPPED, timezone="UTC")
        for tick in ticks:
            self._scheduler.add_job(_coroutine(tick.act), "interval", seconds=tick.seconds, id=tick.name)

    def start(self) -> None:
        """Begin to tick; call it on the running event loop."""
        self._scheduler.start()

    def stop(self) -> None:
        """Stop ticking."""
        self._scheduler.shutdown(wait=False)


def _coroutine(act: Callable[[], None]) -> Callable[[], Awaitable[None]]:
    """Run a tick on the event loop itself: a plain function would be sent to a thread, beside the engine."""

    async def tick() -> None:
        act()

    return tick
