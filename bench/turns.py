"""How is the engine run for a measurement? The real engine and store, a clock in our hand, a sink for every send."""

import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from actions.base import Sent
from orchestrator.engine import Engine
from orchestrator.handover import Handover, Report
from orchestrator.program import Program
from orchestrator.rulebooks import editions
from orchestrator.sources.base import Accepted
from orchestrator.sources.segment import SegmentSource
from orchestrator.store.sqlite import SqliteStore

_SOURCE = SegmentSource("LV")


@dataclass(slots=True)
class Clock:
    """A clock that stands still until it is told to move; it is the same time for everybody."""

    now: datetime
    follows_events: bool = False

    def claim_until(self) -> datetime:
        """Claim what is due now."""
        return self.now

    def leases_from(self) -> datetime:
        """Count leases from now."""
        return self.now


@dataclass(slots=True)
class Bench:
    """An engine on a store, and the seconds its turns and its intake took."""

    store: SqliteStore
    program: Program
    clock: Clock
    batch: int
    engine: Engine = field(init=False)
    turn_seconds: float = 0.0
    append_seconds: float = 0.0
    sent: int = 0
    turns: int = 0

    def __post_init__(self) -> None:
        self.engine = Engine(self.store, self.program, self.clock, worker=1, batch_size=self.batch)

    def take_in(self, lines: Iterable[bytes]) -> None:
        """Read lines and put their events into the inbox, received now."""
        started = time.perf_counter()
        self.store.append([reading_of(line, self.clock.now) for line in lines], self.clock.now)
        self.append_seconds += time.perf_counter() - started

    def settle(self) -> None:
        """Give turns until nothing is left to do at this moment; whatever leaves is taken by the sink at once."""
        reports: list[Report] = []
        while True:
            started = time.perf_counter()
            handovers, customers = self.engine.run_turn(reports)
            self.turn_seconds += time.perf_counter() - started
            self.turns += 1
            if not handovers and not customers:
                break
            reports = [_sink(handover) for handover in handovers]
            self.sent += len(reports)
        if self.engine.errors:
            raise RuntimeError(f"a customer was set aside: {self.engine.errors[0][1]}; the measurement means nothing")


def deploy(store: SqliteStore, program: Program) -> None:
    """Tell the store which journeys run."""
    journeys = {name: journey.version for name, journey in program.journeys.items()}
    store.deploy(
        journeys,
        [journey.name for journey in program.scheduled],
        editions(program.books),
    )


def _sink(handover: Handover) -> Report:
    delivery = handover.delivery
    return Report(delivery.id, delivery.profile_id, handover.token, Sent(f"sink-{delivery.id}"))


def reading_of(line: bytes, received_at: datetime) -> Accepted:
    """Read a line that must be in order."""
    reading = _SOURCE.read(line, received_at, "bench")
    if not isinstance(reading, Accepted):
        raise ValueError(reading.message)
    return reading
