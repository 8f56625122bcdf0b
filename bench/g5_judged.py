"""G5: how fast are sends judged, and how many may be under way while memory stays flat?

The example's weekly newsletter goes to customers with the orders of the shop's year: their facts are loaded from the
database, all guards are asked, every answer is written to the ledger, and a sink takes what leaves. Then letters leave
through the worker and its dispatcher to an action that takes 100 ms for each.
"""

import json
import subprocess
import sys
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from tempfile import TemporaryDirectory

import msgspec

from bench.raw import Recording, against_raw
from bench.result import Goal, Result, Sizes
from bench.turns import Bench, Clock, deploy
from bench.workspace import ROOT, example
from bench.year import history_lines, name_of_history
from orchestrator.store.sqlite import SqliteStore

BATCH = 500
ONE_IN = 4


def measure(sizes: Sizes) -> tuple[Result, ...]:
    """Judge a newsletter to many customers, and let letters leave to an action that waits."""
    return (_measure_judging(sizes), *_measure_sending(sizes.letters))


def _measure_judging(sizes: Sizes) -> Result:
    calls = list(_calls_of_some(sizes.history_lines))
    work = _Newsletters([line for _, line in calls], max(at for at, _ in calls), sizes.weeks)
    pair, _ = against_raw(work, sizes.repeats)
    note = (
        f"{work.judged:,} newsletters to one in {ONE_IN} customers of {name_of_history()}, "
        f"with {work.orders:,} orders; raw {work.judged / pair.raw_seconds:,.0f}/s"
    )
    return Result("G5 judged", "judgements/s", work.judged / pair.seconds, Goal("value", 5_000), pair.ratio, note)


def _calls_of_some(most: int) -> Iterator[tuple[datetime, bytes]]:
    """Give the lines about some of the customers, with everything they did, each with its moment."""
    read = msgspec.json.Decoder(_Call).decode
    for line in islice(history_lines(), most):
        call = read(line)
        if zlib.crc32(call.userId.encode()) % ONE_IN == 0:
            yield call.timestamp, line


class _Call(msgspec.Struct):
    """Whom a line is about, and when it happened."""

    timestamp: datetime
    userId: str = ""


@dataclass(slots=True)
class _Newsletters:
    """So many weeks of newsletters; what the customers did before is taken in first and is not measured."""

    lines: list[bytes]
    last_at: datetime
    weeks: int
    judged: int = 0
    orders: int = 0

    def __call__(self, store: SqliteStore, recording: Recording) -> float:
        """Give the seconds of the turns in which the newsletters are judged, sent and settled."""
        with recording.aside():
            bench = self._prepare(store)
        before = _count(store, "judgements")
        bench.turn_seconds = 0.0
        for week in range(self.weeks):
            # Nobody is in memory: that is what a weekly letter finds.
            bench.engine.seats.clear()
            bench.clock.now = _tuesday_noon_after(self.last_at) + timedelta(weeks=week)
            bench.settle()
        self.judged, self.orders = _count(store, "judgements") - before, _count(store, "orders")
        return bench.turn_seconds

    def _prepare(self, store: SqliteStore) -> Bench:
        """Let history happen without any journey, and give every customer the day of their first newsletter."""
        program = example()
        past = Bench(store, program.with_journeys(()), Clock(self.last_at), BATCH)
        coming = iter(self.lines)
        while lines := list(islice(coming, BATCH)):
            past.take_in(lines)
            past.settle()
        program = example(store.catalog())
        deploy(store, program)
        bench = Bench(store, program, Clock(self.last_at), BATCH)
        bench.settle()
        return bench


def _tuesday_noon_after(at: datetime) -> datetime:
    """Give a Tuesday when the newsletter's hour has come everywhere that matters here, and no night."""
    noon = at.replace(hour=12, minute=0, second=0, microsecond=0) + timedelta(days=1)
    return noon + timedelta(days=(1 - noon.weekday()) % 7)


def _count(store: SqliteStore, table: str) -> int:
    with store.reading() as connection:
        rows: int = connection.exec_driver_sql(f"SELECT COUNT(*) FROM {table}").scalar_one()
    return rows


def _measure_sending(letters: int) -> tuple[Result, ...]:
    """Send letters in a process of its own, whose memory is nobody else's."""
    with TemporaryDirectory() as scratch:
        _child("fill", scratch, str(letters))
        measured = json.loads(_child("send", scratch, str(letters)))
    early, late = measured["early_mb"], measured["late_mb"]
    note = f"{letters:,} letters, {measured['at_once']} under way at most; {measured['cpu_seconds']:.1f} CPU s"
    grown = f"from {early:.0f} MB after a quarter of the letters to {late:.0f} MB at the end"
    return (
        Result("G5 sends of 100 ms", "sends/s", letters / measured["seconds"], Goal("value", 1_000), note=note),
        Result("G5 growth", "times", late / early, Goal("value", 1.25, at_least=False), note=grown),
    )


def _child(*arguments: str) -> str:
    command = [sys.executable, "-m", "bench.sending_child", *arguments]
    return subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True).stdout
