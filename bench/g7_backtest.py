"""G7: how fast does a year of history go by in a backtest?"""

import resource
import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from bench.result import Goal, Result, Sizes
from bench.workspace import example
from bench.year import history_lines, name_of_history
from orchestrator.backtest import Settings, Span, Tally, run
from orchestrator.clock import wall_now
from orchestrator.history import History, HistoryReader
from orchestrator.program import Program
from orchestrator.sources.segment import SegmentSource

PROCESSES = 2


@dataclass(frozen=True, slots=True)
class _Lived:
    """What came of one backtest, and how long living took."""

    tally: Tally
    seconds: float
    cpu_seconds: float


def measure(sizes: Sizes) -> tuple[Result, ...]:
    """Read a year, then live through it: the event-driven journeys, and the weekly newsletter by itself."""
    started = time.perf_counter()
    history = _read(islice(history_lines(), sizes.history_lines))
    reading = time.perf_counter() - started
    program = example(history.catalog)
    by_events = _live(program, history, is_scheduled=False)
    letters = _live(program, history, is_scheduled=True)
    total = reading + by_events.seconds
    note = f"{name_of_history()}: {history.events:,} events, reading {reading:.1f} s, living twice {_of(by_events)}"
    judged = letters.tally.judgements
    of_letters = f"{judged:,} judged letters in {_of(letters)}, those of the unguarded second life not counted"
    return (
        Result("G7 backtest", "events/min", history.events / total * 60, Goal("value", 4_000_000), note=note),
        Result("G7 backtest, whole", "s", total, Goal("value", 6, at_least=False), note=note),
        Result("G7 newsletter", "letters/s", judged / letters.seconds, Goal("value", 30_000), note=of_letters),
    )


def _of(lived: _Lived) -> str:
    return f"{lived.seconds:.1f} s ({lived.cpu_seconds:.1f} CPU s)"


def _read(lines: Iterator[bytes]) -> History:
    reader = HistoryReader(SegmentSource("GB"), wall_now())
    return reader.read(enumerate(lines, start=1), lambda _: None)


def _live(program: Program, history: History, *, is_scheduled: bool) -> _Lived:
    journeys = [journey for journey in program.journeys.values() if (journey in program.scheduled) is is_scheduled]
    chosen = program.with_journeys(journeys, history.catalog)
    assert history.last_at is not None
    total = Tally()
    started, used = time.perf_counter(), _children()
    for _, tally in run(history.families, Settings(chosen, Span(history.last_at)), PROCESSES):
        total.add(tally)
    return _Lived(total, time.perf_counter() - started, _children() - used)


def _children() -> float:
    """Give the processor time of all processes that were started and have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
