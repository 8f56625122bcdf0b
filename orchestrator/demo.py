"""How does it all look at work? A shop that does not exist lives through six weeks in a throw-away workspace."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import msgspec

from orchestrator import daemon
from orchestrator.app import build, open_store
from orchestrator.asking import load_past
from orchestrator.bundled import copy_example
from orchestrator.clock import wall_now
from orchestrator.demo_history import HEROINE, demo_history
from orchestrator.explain import Asked, Explanation, Past, explain
from orchestrator.importing import import_lines
from orchestrator.in_force import runnable_project
from orchestrator.intake import Rejects, read_lines
from orchestrator.sources.segment import SegmentSource
from orchestrator.store import views

EVENTS = "events.jsonl"


@dataclass(frozen=True, slots=True)
class Demo:
    """What came of it: events taken in, counts by (journey, step, what, why), and the heroine's story."""

    folder: Path
    events: int
    handed_over: int
    counts: tuple[tuple[tuple[str, str, str, str], int], ...]
    past: Past
    explanation: Explanation
    zone: str


def run_demo(folder: Path) -> Demo:
    """Let the example's journeys live through the made-up history; everything they make stays in this folder."""
    copy_example(folder)
    lines = b"".join(msgspec.json.encode(line) + b"\n" for line in demo_history())
    (folder / EVENTS).write_bytes(lines)
    events = _take_in(folder)
    store = open_store(folder, None)
    with store.reading() as connection:
        last = views.last_event_at(connection)
    store.close()
    app = build(folder, None, history_until=last)
    try:
        done = daemon.run(app, until_idle=True)
        past = load_past(app.store, HEROINE, app.spec.shop.country)
        with app.store.reading() as connection:
            counts = _counts(views.deliveries(connection), views.ledger(connection))
    finally:
        app.store.close()
    asked = Asked(app.program, tuple(app.spec.journeys), app.spec.shop.timezone, last or wall_now())
    return Demo(folder, events, done.handed_over, counts, past, explain(past, asked), app.spec.shop.timezone)


def _take_in(folder: Path) -> int:
    source = folder / EVENTS
    _, spec = runnable_project(folder)
    store = open_store(folder, None)
    try:
        with Rejects(source) as rejects:
            appended = import_lines(
                read_lines(source), name=EVENTS, source=SegmentSource(spec.shop.country), store=store, rejects=rejects
            )
    finally:
        store.close()
    return appended.accepted


def _counts(
    deliveries: Iterable[views.Fields], ledger: Iterable[views.Fields]
) -> tuple[tuple[tuple[str, str, str, str], int], ...]:
    """Count what became of deliveries, and how many of them were delayed on the way, by why."""
    places = {}
    counts: Counter[tuple[str, str, str, str]] = Counter()
    for line in deliveries:
        places[line["key"]] = (line["journey"], line["step"])
        if line["state"] in ("sent", "suppressed", "rejected", "cancelled"):
            counts[(*places[line["key"]], line["state"], line["reason"])] += 1
    delays = {(line["key"], line["reason"]) for line in ledger if line["verdict"] == "delay"}
    for key, reason in delays:
        counts[(*places[key], "delayed", reason)] += 1
    return tuple(sorted(counts.items()))
