"""What does one process need? Fills a database, or runs a worker on it and prints its own peak in MB."""

import asyncio
import resource
import sys
from pathlib import Path
from typing import cast

from actions.base import Sent, Unknown
from bench.raw import new_store
from bench.shop import END, lines
from bench.turns import deploy
from bench.workspace import example
from orchestrator.clock import HistoryMoments, wall_now
from orchestrator.dispatcher import Dispatcher
from orchestrator.engine import Engine
from orchestrator.garbage import rare_searches
from orchestrator.handover import Handover, Report
from orchestrator.sources.base import Accepted
from orchestrator.sources.segment import SegmentSource
from orchestrator.store.base import Lost
from orchestrator.worker import Worker

CUSTOMERS_AT_ONCE = 200
STATUS = Path("/proc/self/status")


class Sink:
    """Takes every delivery at once: what is measured is the worker, not the rendering of its letters."""

    async def hand_over(self, handover: Handover) -> Report:
        """Take one delivery."""
        delivery = handover.delivery
        return Report(delivery.id, delivery.profile_id, handover.token, Sent(f"sink-{delivery.id}"))

    def find_lost(self, lost: Lost) -> Report:
        """Know nothing of a lost one: none is lost here."""
        return Report(lost.delivery_id, lost.profile_id, lost.token, Unknown("bench"))

    async def close(self) -> None:
        """Have nothing to let go of."""


def fill(folder: Path, customers: int) -> None:
    """Put the events of so many customers into the inbox."""
    store, source = new_store(folder), SegmentSource("LV")
    for first in range(0, customers, CUSTOMERS_AT_ONCE):
        read = (source.read(line, wall_now(), "bench") for line in lines(CUSTOMERS_AT_ONCE, first))
        store.append([reading for reading in read if isinstance(reading, Accepted)], wall_now())
    store.close()


def run(folder: Path) -> float:
    """Run a worker until nothing is left to do and give the peak of this process in MB."""
    store = new_store(folder)
    program = example(store.catalog())
    deploy(store, program)
    engine = Engine(store, program, HistoryMoments(END), worker=1)
    worker = Worker(engine, cast(Dispatcher, Sink()), store)
    done = asyncio.run(worker.run(until_idle=True))
    store.close()
    if engine.errors or not done.handed_over:
        raise RuntimeError(f"the worker did not do its work: {engine.errors[:1]}, {done}")
    return peak()


def peak() -> float:
    """Give the most memory that this process ever had, in MB.

    Linux keeps `ru_maxrss` over an exec, so there it would be that of the process that started this one.
    """
    if STATUS.exists():
        lines = dict(line.split(":", 1) for line in STATUS.read_text().splitlines())
        return int(lines["VmHWM"].split()[0]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    if sys.argv[1] == "fill":
        fill(Path(sys.argv[2]), int(sys.argv[3]))
    else:
        with rare_searches():  # as `tactful run` does
            print(f"{run(Path(sys.argv[2])):.1f}")
