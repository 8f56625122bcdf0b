"""How does a whole stream of lines get into the inbox, in batches?"""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from itertools import islice
from typing import TypeVar

from orchestrator.clock import wall_now
from orchestrator.garbage import no_search_for_garbage
from orchestrator.intake import Rejects
from orchestrator.sources.base import Accepted, Source, Stated
from orchestrator.store.append import Appended
from orchestrator.store.base import Store

BATCH = 1_000
T = TypeVar("T")


def import_lines(
    lines: Iterable[tuple[int, bytes]], *, name: str, source: Source, store: Store, rejects: Rejects
) -> Appended:
    """Append lines in batches of 1,000 and give what was new and what was not; the others are in `rejects`.

    `name` begins the place in the sentence of a refusal. Each batch is one transaction: broken off, an import is
    simply begun again, and what came in already is recognised.
    """

    def read(batch: list[tuple[int, bytes]], received_at: datetime) -> Iterator[Accepted]:
        for number, line in batch:
            reading = source.read(line, received_at, f"{name}:{number}")
            if isinstance(reading, Accepted):
                yield reading
            else:
                rejects.add(number, line, reading)

    return _append(lines, read, source.name, store)


def import_stated(
    statements: Iterable[Stated], *, name: str, reader: Source, store: Store, rejects: Rejects
) -> Appended:
    """Append what a whole file states, like the lines of `import_lines`."""

    def read(batch: list[Stated], received_at: datetime) -> Iterator[Accepted]:
        for each in batch:
            reading = each.refused or reader.read(each.call, received_at, f"{name}:{each.number}")
            if isinstance(reading, Accepted):
                yield reading
            else:
                rejects.add(each.number, each.line, reading)

    return _append(statements, read, reader.name, store)


def _append(
    coming: Iterable[T], read: Callable[[list[T], datetime], Iterator[Accepted]], source: str, store: Store
) -> Appended:
    accepted = duplicate = 0
    waiting = iter(coming)
    while batch := list(islice(waiting, BATCH)):
        received_at = wall_now()
        with no_search_for_garbage():
            events = list(read(batch, received_at))
            appended = store.append(events, received_at, heard=[source] if events else ())
        accepted += appended.accepted
        duplicate += appended.duplicate
    return Appended(accepted, duplicate)
