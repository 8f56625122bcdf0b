"""G1: how fast does a file become durable events in the inbox?"""

import time
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.raw import Recording, new_store, record, replay
from bench.result import Goal, Pair, Result, Sizes, middle
from bench.shop import lines
from orchestrator.importing import import_lines
from orchestrator.intake import Rejects, read_lines
from orchestrator.sources.segment import SegmentSource


def measure(sizes: Sizes) -> tuple[Result, ...]:
    """Import a file in batches of 1,000 and hold it against a raw insert of the same rows in the same batches."""
    with TemporaryDirectory() as scratch:
        file = Path(scratch) / "events.jsonl"
        events = lines(sizes.file_customers)
        file.write_bytes(b"\n".join(events))
        pairs = [_once(file, Path(scratch) / str(repeat)) for repeat in range(sizes.repeats)]
    pair = middle(pairs)
    note = f"{len(events):,} events; raw {len(events) / pair.raw_seconds:,.0f}/s"
    return (Result("G1 file to inbox", "events/s", len(events) / pair.seconds, Goal("ratio", 0.5), pair.ratio, note),)


def _once(file: Path, folder: Path) -> Pair:
    folder.mkdir()
    seconds, recording = _import(file, folder)
    return Pair(seconds, replay(recording, folder))


def _import(file: Path, folder: Path) -> tuple[float, Recording]:
    store = new_store(folder)
    recording = record(store)
    started = time.perf_counter()
    with Rejects(file) as rejects:
        import_lines(read_lines(file), name=file.name, source=SegmentSource("LV"), store=store, rejects=rejects)
    seconds = time.perf_counter() - started
    store.close()
    if rejects.count:
        raise ValueError(f"{rejects.count} of the made-up lines were refused; see {rejects.path}")
    return seconds, recording
