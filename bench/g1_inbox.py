"""G1: how fast does a file become durable events in the inbox?"""

import time
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.raw import Recording, against_raw
from bench.result import Goal, Result, Sizes
from bench.shop import lines
from orchestrator.importing import import_lines
from orchestrator.intake import Rejects, read_lines
from orchestrator.sources.segment import SegmentSource
from orchestrator.store.sqlite import SqliteStore


def measure(sizes: Sizes) -> tuple[Result, ...]:
    """Import a file in batches of 1,000 and hold it against a raw insert of the same rows in the same batches."""
    with TemporaryDirectory() as scratch:
        file = Path(scratch) / "events.jsonl"
        events = lines(sizes.file_customers)
        file.write_bytes(b"\n".join(events))
        pair, _ = against_raw(_Import(file), sizes.repeats)
    note = f"{len(events):,} events; raw {len(events) / pair.raw_seconds:,.0f}/s"
    return (Result("G1 file to inbox", "events/s", len(events) / pair.seconds, Goal("ratio", 0.5), pair.ratio, note),)


@dataclass(frozen=True, slots=True)
class _Import:
    """Imports one file."""

    file: Path

    def __call__(self, store: SqliteStore, _: Recording) -> float:
        name, source = self.file.name, SegmentSource("LV")
        started = time.perf_counter()
        with Rejects(self.file) as rejects:
            import_lines(read_lines(self.file), name=name, source=source, store=store, rejects=rejects)
        seconds = time.perf_counter() - started
        if rejects.count:
            raise ValueError(f"{rejects.count} of the made-up lines were refused; see {rejects.path}")
        return seconds
