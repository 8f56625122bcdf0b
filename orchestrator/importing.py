"""How does a whole stream of lines get into the inbox, in batches?"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime
from itertools import islice

from orchestrator.clock import wall_now
from orchestrator.intake import Rejects
from orchestrator.sources.base import Accepted, Source
from orchestrator.store.append import Appended
from orchestrator.store.base import Store

BATCH = 1_000


def import_lines(
    lines: Iterable[tuple[int, bytes]], *, name: str, source: Source, store: Store, rejects: Rejects
) -> Appended:
    """Append lines in batches of 1,000 and give what was new and what was not; the others are in `rejects`.

    `name` begins the place in the sentence of a refusal. Each batch is one transaction: broken off, an import is
    simply begun again, and what came in already is recognised.
    """
    accepted = duplicate = 0
    coming = iter(lines)
    while batch := list(islice(coming, BATCH)):
        received_at = wall_now()
        events = list(_read(batch, name, source, received_at, rejects))
        appended = store.append(events, received_at, heard=[source.name] if events else ())
        accepted += appended.accepted
        duplicate += appended.duplicate
    return Appended(accepted, duplicate)


def _read(
    batch: list[tuple[int, bytes]], name: str, source: Source, received_at: datetime, rejects: Rejects
) -> Iterator[Accepted]:
    for number, line in batch:
        reading = source.read(line, received_at, f"{name}:{number}")
        if isinstance(reading, Accepted):
            yield not_ahead(reading, received_at)
        else:
            rejects.add(number, line, reading)


def not_ahead(accepted: Accepted, received_at: datetime) -> Accepted:
    """Date an event of a sender whose clock is ahead at its receipt: nothing has happened before its time."""
    if accepted.event.at <= received_at:
        return accepted
    return replace(accepted, event=replace(accepted.event, at=received_at))
