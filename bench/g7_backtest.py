"""G7: how fast does a year of history go by in a backtest, and how fast a click stream?"""

import gzip
import resource
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from shutil import copytree
from tempfile import TemporaryDirectory

import msgspec
from ruamel.yaml import YAML

from bench.clicks import click_stream
from bench.result import Goal, Result, Sizes
from bench.workspace import ROOT, example
from bench.year import history_lines, name_of_history
from orchestrator.backtest import Settings, run
from orchestrator.clock import wall_now
from orchestrator.contents import TEMPLATES
from orchestrator.history import History, HistoryReader
from orchestrator.lives import Span
from orchestrator.program import Program
from orchestrator.project import FILE
from orchestrator.reports.tally import Tally
from orchestrator.sources.segment import SegmentSource

PROCESSES = 2


@dataclass(frozen=True, slots=True)
class _Lived:
    """What came of one backtest, and how long living took."""

    tally: Tally
    seconds: float
    cpu_seconds: float


def measure(sizes: Sizes) -> tuple[Result, ...]:
    """Read a year, then live through it: the event-driven journeys, and the weekly newsletter by itself; then all of it
    as the command does, from its start to its end, and a click stream likewise."""
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
        _whole_command("G7 backtest, command", islice(history_lines(), sizes.history_lines)),
        _whole_command("G7 backtest, click stream", click_stream(sizes.clicks)),
        Result("G7 newsletter", "letters/s", judged / letters.seconds, Goal("value", 30_000), note=of_letters),
    )


def _whole_command(name: str, lines: Iterable[bytes]) -> Result:
    """Run the command itself with the event-driven journeys: starting, reading, living twice and counting."""
    with TemporaryDirectory() as made:
        folder = Path(made)
        copytree(ROOT / TEMPLATES, folder / TEMPLATES)
        said = YAML(typ="safe").load(ROOT / FILE)
        said["journeys"] = {
            name: journey for name, journey in said["journeys"].items() if "schedule" not in journey["entry"]
        }
        (folder / FILE).write_bytes(msgspec.json.encode(said))  # JSON is YAML as well.
        with gzip.open(folder / "history.gz", "wb", compresslevel=1) as file:
            file.writelines(line.rstrip() + b"\n" for line in lines)
        command = [sys.executable, "-m", "orchestrator.cli", "backtest", "-C", made, "--json"]
        started = time.perf_counter()
        ran = subprocess.run(
            [*command, "--history", str(folder / "history.gz"), "--processes", str(PROCESSES)],
            check=True,
            cwd=ROOT,
            stdout=subprocess.PIPE,
        )
        seconds = time.perf_counter() - started
    events: int = msgspec.json.decode(ran.stdout)["events"]
    note = f"{events:,} events, the whole command from its start to its end: {seconds:.1f} s"
    return Result(name, "events/min", events / seconds * 60, Goal("value", 4_000_000), note=note)


def _of(lived: _Lived) -> str:
    return f"{lived.seconds:.1f} s ({lived.cpu_seconds:.1f} CPU s)"


def _read(lines: Iterator[bytes]) -> History:
    reader = HistoryReader(SegmentSource("GB"), wall_now(), PROCESSES)
    return reader.read(enumerate(lines, start=1), lambda _: None)


def _live(program: Program, history: History, *, is_scheduled: bool) -> _Lived:
    journeys = [journey for journey in program.journeys.values() if (journey in program.scheduled) is is_scheduled]
    chosen = program.with_journeys(journeys, history.catalog)
    assert history.last_at is not None
    total = Tally()
    started, used = time.perf_counter(), _children()
    for _, result in run(history.families, Settings(chosen, Span(history.last_at)), PROCESSES):
        total.add(result.tally)
    return _Lived(total, time.perf_counter() - started, _children() - used)


def _children() -> float:
    """Give the processor time of all processes that were started and have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
