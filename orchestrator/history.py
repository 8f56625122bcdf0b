"""Whose events are in this history? A file of events becomes one packet per family of profiles.

Lines are read once; repeats and refusals are counted; identities are resolved in the order of the lines, exactly as
the inbox does it, so that a profile has the same number here and in a database that took in the same lines. What a
worker process needs for a family is packed as bytes.
"""

from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from itertools import chain, islice
from typing import TypeAlias

import msgspec

from journeys.catalog import Catalog
from journeys.goods import to_items
from journeys.vocabulary import Event, Identifier, IdentifierKind, Item, Profile
from orchestrator.garbage import no_search_for_garbage
from orchestrator.identity import Resolver
from orchestrator.profiles import first_profiles
from orchestrator.sources.base import Accepted, Source
from orchestrator.sources.event_log import decode_event, encode_event

BATCH = 1_000


@dataclass(slots=True)
class Family:
    """Profiles that end up as one, mostly just one: their events in the order of the log, as (profile, seq, bytes).

    `merges` holds (seq, absorbed) for every event that merged a profile into its own.
    """

    profiles: list[Profile] = field(default_factory=list)
    events: list[tuple[int, int, bytes]] = field(default_factory=list)
    merges: list[tuple[int, int]] = field(default_factory=list)


@dataclass(slots=True)
class History:
    """A whole history: families by the profile that survives, the goods, and what was counted on the way."""

    families: list[Family]
    catalog: Catalog
    events: int
    duplicates: int
    refused: int
    profiles: int
    last_at: datetime | None


class HistoryReader:
    """Collects lines into a `History`.

    Lines are read batch by batch, in processes of their own where there are several; who an event is about is found
    out in the order of the lines.
    """

    def __init__(self, source: Source, received_at: datetime, processes: int = 1) -> None:
        self._read_batch = partial(read_batch, source, received_at)
        self._processes = processes
        self._resolver = Resolver({}, {}, 1)
        self._seen: set[bytes] = set()
        self._events: dict[int, list[tuple[int, int, bytes]]] = defaultdict(list)
        self._merges: list[tuple[int, int, int]] = []
        self._goods: dict[str, tuple[datetime, Item]] = {}
        self._last_at: datetime | None = None
        self._count = self._duplicates = self._refused = 0

    def read(self, lines: Iterable[tuple[int, bytes]], progress: Callable[[int], None]) -> History:
        """Read all lines; after every thousand `progress` is told the number of the last."""
        coming = iter(lines)
        batches = iter(lambda: list(islice(coming, BATCH)), [])
        for number, batch in self._readings(batches):
            with no_search_for_garbage():
                self._take_batch(batch)
            progress(number)
        return self._finish()

    def _readings(self, batches: Iterator[list[tuple[int, bytes]]]) -> Iterator[tuple[int, "Batch"]]:
        """Read the batches, and give each with the number of its last line, in their order."""
        first = next(batches, None)
        if first is None:
            return
        if self._processes <= 1 or len(first) < BATCH:
            for lines in chain([first], batches):
                yield lines[-1][0], self._read_batch(lines)
            return
        with ProcessPoolExecutor(self._processes, initializer=_remember, initargs=(self._read_batch,)) as pool:
            # So few are under way at a time that memory does not fill with what waits to be resolved.
            under_way: deque[tuple[int, Future[bytes]]] = deque()
            for lines in chain([first], batches):
                under_way.append((lines[-1][0], pool.submit(_read_remembered, lines)))
                if len(under_way) > 4 * self._processes:
                    number, packed = under_way.popleft()
                    yield number, _UNPACK(packed.result())
            for number, packed in under_way:
                yield number, _UNPACK(packed.result())

    def _take_batch(self, batch: "Batch") -> None:
        self._refused += batch.refused
        duplicates = self._duplicates
        taken = [packed for packed in batch.events if self._take(packed)]
        if duplicates == self._duplicates:
            self._merge_goods(batch.goods)
        else:
            # What only a repeat said about the goods does not count.
            self._merge_goods(goods_of(decode_event(packed.body) for packed in taken))

    def _take(self, packed: "Packed") -> bool:
        """Take in one event; False when it is here already."""
        if packed.dedup in self._seen:
            self._duplicates += 1
            return False
        self._seen.add(packed.dedup)
        self._count += 1
        at = _moment(packed.at)
        if self._last_at is None or at > self._last_at:
            self._last_at = at
        if not packed.identifiers:
            # About the shop's goods, which have no time of their own in a history; it keeps its place in the log.
            return True
        resolved = self._resolver.resolve([Identifier(kind, value) for kind, value in packed.identifiers], at)
        self._merges.extend((self._count, absorbed, resolved.profile_id) for absorbed in resolved.absorbed)
        self._events[resolved.profile_id].append((resolved.profile_id, self._count, packed.body))
        return True

    def _merge_goods(self, goods: Iterable["Goods"]) -> None:
        for product_id, at, item in goods:
            known = self._goods.get(product_id)
            if known is None or at < known[0]:
                self._goods[product_id] = (at, item)

    def _finish(self) -> History:
        resolver = self._resolver
        return History(
            families=list(self._families()),
            catalog=Catalog(self._goods.values()),
            events=self._count,
            duplicates=self._duplicates,
            refused=self._refused,
            profiles=len(resolver.new_profiles) - len(resolver.merges),
            last_at=self._last_at,
        )

    def _families(self) -> Iterator[Family]:
        survivor_of = dict(self._resolver.merges)
        families: dict[int, Family] = defaultdict(Family)
        for profile in first_profiles(self._resolver.new_profiles, self._resolver.new_identities):
            family = families[_last(profile.id, survivor_of)]
            family.profiles.append(profile)
            family.events.extend(self._events.pop(profile.id, ()))
        for seq, absorbed, survivor in self._merges:
            families[_last(survivor, survivor_of)].merges.append((seq, absorbed))
        yield from families.values()


def _last(profile_id: int, survivor_of: dict[int, int]) -> int:
    while profile_id in survivor_of:
        profile_id = survivor_of[profile_id]
    return profile_id


# Reading lines, which several processes share.


class Packed(msgspec.Struct, array_like=True, gc=False):
    """An event that was understood; `at` is in milliseconds since 1970."""

    dedup: bytes
    at: int
    identifiers: tuple[tuple[IdentifierKind, str], ...]
    body: bytes


Goods: TypeAlias = tuple[str, datetime, Item]


class Batch(msgspec.Struct, array_like=True, gc=False):
    """What a batch of lines said: its events, the first word on each of the goods in them, and what was refused."""

    events: list[Packed]
    goods: list[Goods]
    refused: int


_PACK = msgspec.msgpack.Encoder().encode
_UNPACK = msgspec.msgpack.Decoder(Batch).decode


def read_batch(source: Source, received_at: datetime, lines: Iterable[tuple[int, bytes]]) -> Batch:
    """Read some lines."""
    accepted, refused = [], 0
    with no_search_for_garbage():
        for number, line in lines:
            reading = source.read(line, received_at, f"line {number}")
            if isinstance(reading, Accepted):
                accepted.append(reading)
            else:
                refused += 1
        packed = [_packed(reading) for reading in accepted]
        return Batch(packed, goods_of(reading.event for reading in accepted), refused)


def goods_of(events: Iterable[Event]) -> list[Goods]:
    """List the goods of these events as the earliest of them said."""
    found: dict[str, tuple[datetime, Item]] = {}
    for event in events:
        _note_goods(found, event.properties.get("products"), event.at)
    return [(product_id, at, item) for product_id, (at, item) in found.items()]


def _note_goods(goods: dict[str, tuple[datetime, Item]], raw: object, at: datetime) -> None:
    for entry in raw if isinstance(raw, list) else ():
        known = goods.get(entry.get("product_id", "")) if isinstance(entry, dict) else None
        if known is None or at < known[0]:
            for item in to_items([entry]):
                if item.product_id not in goods or at < goods[item.product_id][0]:
                    goods[item.product_id] = (at, item)


def _packed(reading: Accepted) -> Packed:
    event = reading.event
    identifiers = tuple([(each.kind, each.value) for each in reading.identifiers])
    return Packed(reading.dedup, round(event.at.timestamp() * 1000), identifiers, encode_event(event))


def _moment(milliseconds: int) -> datetime:
    return datetime.fromtimestamp(milliseconds / 1000, UTC)


_read: Callable[[list[tuple[int, bytes]]], Batch] | None = None


def _remember(read: Callable[[list[tuple[int, bytes]]], Batch]) -> None:
    """Keep what reads in each process."""
    global _read
    _read = read


def _read_remembered(lines: list[tuple[int, bytes]]) -> bytes:
    assert _read is not None
    return _PACK(_read(lines))
