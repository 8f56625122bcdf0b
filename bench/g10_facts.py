"""G10: how soon does a fact change the fate of a delivery that sleeps?

Very many letters wait for parcels. One after the other some of these parcels arrive and some orders are cancelled, told
the way a webhook tells it: through the group commit, while the worker runs its loop as under `tactful run --serve`.
Measured is the time from the commit of the fact to the commit in which the letter was judged again or cancelled.
"""

import asyncio
import json
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, cast

import msgspec

from bench.memory_child import Sink
from bench.result import Goal, Result, Sizes
from bench.turns import Bench, Clock, deploy, reading_of
from bench.workspace import program_of
from orchestrator.clock import LiveMoments, wall_now
from orchestrator.dispatcher import Dispatcher
from orchestrator.engine import Engine
from orchestrator.group_commit import GroupCommit
from orchestrator.program import Program
from orchestrator.schedule import Schedule, Tick
from orchestrator.store.arrivals import Arrival, Outcome
from orchestrator.store.codes import IDENTIFIER_CODES, STATES
from orchestrator.store.sqlite import SqliteStore, SqliteTurn
from orchestrator.store.statements import OWNERS
from orchestrator.store.writing import Batch
from orchestrator.worker import Worker

BATCH = 500
GOODS = 200
PAUSE_SECONDS = 0.017  # no divisor of the tick's, so that facts come at every moment between two
SETTLE_SECONDS = 2.0
_FATES = ("Order Delivered", "Order Cancelled")
CARE = """
version: 1
shop: {name: Nordic Roast, timezone: UTC, country: LV, currency: EUR, url: "https://shop.example"}
channels:
  email: {action: email.file}
guards:
  in_delivery: {do: delay, until: delivered + 2d, at_most: 21d, then: suppress}
journeys:
  care:
    entry: {event: Order Completed, key: event.order_id}
    exit:
      - {event: Order Cancelled, if: event.order_id == entry.order_id}
    steps:
      - {id: letter, send: email, text: "How do you like it?", intent: follow_up, items: entry.products}
"""


def measure(sizes: Sizes) -> tuple[Result, ...]:
    """Let facts arrive for some of very many sleeping deliveries and time each until it counts in the database."""
    program, people = program_of(CARE), sizes.sleepers + sizes.facts
    with TemporaryDirectory() as scratch:
        store = _Watched(f"sqlite:///{Path(scratch) / 'tactful.db'}")
        store.migrate()
        _fall_asleep(store, program, people)
        chosen = range(0, people, people // sizes.facts)[: sizes.facts]
        waits = sorted(asyncio.run(_tell(store, program, chosen)))
        _check(store, people, len(waits))
        store.close()
    note = f"{len(waits):,} facts, {sizes.sleepers:,} others asleep; the longest {waits[-1] * 1000:.0f} ms"
    return tuple(
        Result(f"G10 fact counts, {name}", "ms", waits[int(len(waits) * share)] * 1000, goal, note=note)
        for name, share, goal in (
            ("p50", 0.5, Goal("value", 1_000, at_least=False)),
            ("p99", 0.99, Goal("value", 1_000, at_least=False)),
        )
    )


class _Watched(SqliteStore):
    """A store that remembers when an event was committed, and when a customer's deliveries were next changed."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self.told_at: dict[str, float] = {}
        self.changed_at: dict[int, float] = {}

    def append_each(self, arrivals: Sequence[Arrival]) -> list[Outcome]:
        """Put the events of many calls into the inbox, and note when that was on disk."""
        outcomes = super().append_each(arrivals)
        at = time.perf_counter()
        for arrival in arrivals:
            self.told_at.update((entry.event.message_id, at) for entry in arrival.accepted)
        return outcomes

    @contextmanager
    def turn(self) -> Iterator[SqliteTurn]:
        """Open the engine's transaction, and note afterwards whose deliveries it changed."""
        with self.transaction() as connection:
            turn = _WatchedTurn(connection)
            yield turn
        self.changed_at.update(dict.fromkeys(turn.changed, time.perf_counter()))


class _WatchedTurn(SqliteTurn):
    """The engine's transaction, and the profiles whose deliveries it changes."""

    changed: Sequence[int] = ()

    def write(self, batch: Batch) -> None:
        """Write what changed; the key of a changed delivery is at the end of its row."""
        self.changed = [row[-2] for row in batch.touched]
        super().write(batch)


def _fall_asleep(store: SqliteStore, program: Program, people: int) -> None:
    """Let so many people order something, so that a letter about it sleeps until its parcel is there."""
    deploy(store, program)
    bench = Bench(store, program, Clock(wall_now()), BATCH)
    coming = iter(range(people))
    while some := list(islice(coming, BATCH)):
        bench.take_in(line for number in some for line in _order(number, bench.clock.now))
        bench.settle()


def _order(number: int, at: datetime) -> Iterator[bytes]:
    """Write a subscription, without which no letter is ever sent, and an order."""
    yield _line(number, "Subscribed", at, channel="email", email=f"customer{number}@example.com")
    goods = [{"product_id": f"sku-{number % GOODS}", "price": 9.5, "quantity": 1}]
    yield _line(number, "Order Completed", at, order_id=f"o{number}", total=9.5, products=goods)


def _line(number: int, event: str, at: datetime, **properties: Any) -> bytes:
    call = {"type": "track", "event": event, "messageId": f"{event}/{number}", "userId": f"u{number}"}
    return msgspec.json.encode({**call, "timestamp": at.isoformat(), "properties": properties})


async def _tell(store: _Watched, program: Program, chosen: Sequence[int]) -> list[float]:
    """Tell one fact after the other while the worker runs; give the seconds until each counted."""
    worker = Worker(Engine(store, program, LiveMoments(), worker=1), cast(Dispatcher, Sink()), store)
    commits = GroupCommit(store, worker.woken.set)
    schedule = Schedule(
        [Tick("engine", 0.5, worker.woken.set), Tick("heartbeat", 5, lambda: store.beat(1, wall_now()))]
    )
    schedule.start()
    running = asyncio.create_task(worker.run(until_idle=False))
    facts = {number: _FATES[place % len(_FATES)] for place, number in enumerate(chosen)}
    owners = _profiles_of(store, chosen)
    await asyncio.sleep(SETTLE_SECONDS)
    store.changed_at.clear()
    for number, event in facts.items():
        now = wall_now()
        line = reading_of(_line(number, event, now, order_id=f"o{number}"), now)
        await commits.append(Arrival("shop", (line,), now))
        await asyncio.sleep(PAUSE_SECONDS)
    await asyncio.sleep(SETTLE_SECONDS)
    worker.stopping.set()
    await running
    schedule.stop()
    await commits.close()
    return [store.changed_at[owners[f"u{n}"]] - store.told_at[f"{event}/{n}"] for n, event in facts.items()]


def _profiles_of(store: SqliteStore, chosen: Sequence[int]) -> dict[str, int]:
    """Say which profile each of these people is."""
    user_ids = json.dumps([f"u{number}" for number in chosen])
    with store.reading() as connection:
        rows = connection.exec_driver_sql(OWNERS, (IDENTIFIER_CODES["user_id"], user_ids))
        return {user_id: profile_id for user_id, profile_id in rows}


def _check(store: SqliteStore, people: int, facts: int) -> None:
    """See that the database says of every letter what it should; a measurement of anything else means nothing."""
    with store.reading() as connection:
        rows = connection.exec_driver_sql("SELECT state, on_change, COUNT(*) FROM deliveries GROUP BY 1, 2")
        found = {(STATES[state], bool(on_change)): count for state, on_change, count in rows}
    cancelled = facts // 2
    asleep = {("delayed", True): people - facts, ("delayed", False): facts - cancelled, ("cancelled", False): cancelled}
    if found != asleep:
        raise RuntimeError(f"expected deliveries {asleep}, got {found}; the measurement means nothing")
