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
from journeys.vocabulary import Event, Identifier, Item, Profile
from orchestrator.garbage import no_search_for_garbage
from orchestrator.identity import Resolver
from orchestrator.profiles import first_profiles
from orchestrator.sources.base import Accepted, Source
from orchestrator.sources.event_log import decode_event, encode_event, milliseconds

BATCH = 1_000


@dataclass(slots=True)
class Family:
    """Profiles that end up as one, mostly just one, and their events.

    `owners`, `seqs` and `bodies` are the columns of `events`: numbers and bytes travel to another process, and are kept
    by the million, for much less than a value for each event. `merges` holds (seq, absorbed) for every event that
    merged a profile into its own.
    """

    profiles: list[Profile] = field(default_factory=list)
    owners: list[int] = field(default_factory=list)
    seqs: list[int] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)
    merges: list[tuple[int, int]] = field(default_factory=list)

    @property
    def events(self) -> Iterator[tuple[int, int, bytes]]:
        """Give the events profile by profile, each in the order of the log, as (profile, seq, bytes)."""
        return zip(self.owners, self.seqs, self.bodies, strict=True)


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
        self._bodies: list[bytes] = []
        self._seqs: dict[int, list[int]] = defaultdict(list)
        self._merges: list[tuple[int, int, int]] = []
        self._goods: dict[str, tuple[datetime, Item]] = {}
        self._last_at: int | None = None
        self._duplicates = self._refused = 0

    def read(self, lines: Iterable[tuple[int, bytes]], progress: Callable[[int], None]) -> History:
        """Read all lines; after every batch `progress` is told the number of the last."""
        coming = iter(lines)
        batches = iter(lambda: list(islice(coming, BATCH)), [])
        # What is made here by the million is all kept, so a search for garbage would find none.
        with no_search_for_garbage():
            for number, batch in self._readings(batches):
                self._take_batch(batch)
                progress(number)
            return self._finish()

    def _readings(self, batches: Iterator[list[tuple[int, bytes]]]) -> Iterator[tuple[int, "Batch"]]:
        """Read the batches, and give each with the number of its last line, in their order."""
        first = next(batches, None)
        if first is None:
            return
        if self._processes <= 1 or len(first) < BATCH:
            for numbered in chain([first], batches):
                yield numbered[-1][0], self._read_batch([line for _, line in numbered])
            return
        with ProcessPoolExecutor(self._processes, initializer=_remember, initargs=(self._read_batch,)) as pool:
            # So few are under way at a time that memory does not fill with what waits to be resolved.
            under_way: deque[tuple[int, Future[bytes]]] = deque()
            for numbered in chain([first], batches):
                lines = _PACK([line for _, line in numbered])
                under_way.append((numbered[-1][0], pool.submit(_read_remembered, lines)))
                if len(under_way) > 4 * self._processes:
                    number, packed = under_way.popleft()
                    yield number, _BATCH(packed.result())
            for number, packed in under_way:
                yield number, _BATCH(packed.result())

    def _take_batch(self, batch: "Batch") -> None:
        self._refused += batch.refused
        fresh = set(batch.dedups)
        if len(fresh) < len(batch.dedups) or not self._seen.isdisjoint(fresh):
            batch = self._without_repeats(batch)
        self._seen |= fresh
        self._merge_goods(batch.goods)
        if batch.moments:
            last_at = max(batch.moments)
            self._last_at = last_at if self._last_at is None else max(self._last_at, last_at)
        self._take_events(batch)

    def _without_repeats(self, batch: "Batch") -> "Batch":
        """Give the batch without what was told before. What only a repeat said about the goods does not count."""
        first = {dedup: place for place, dedup in reversed(list(enumerate(batch.dedups))) if dedup not in self._seen}
        places = sorted(first.values())
        self._duplicates += len(batch.dedups) - len(places)
        bodies = [batch.bodies[place] for place in places]
        return Batch(
            dedups=[batch.dedups[place] for place in places],
            moments=[batch.moments[place] for place in places],
            about=[batch.about[place] for place in places],
            bodies=bodies,
            people=batch.people,
            goods=goods_of(map(decode_event, bodies)),
        )

    def _take_events(self, batch: "Batch") -> None:
        """Give each event its place in the log, and to whom it belongs."""
        homes: list[int | None] = [None] * len(batch.people)
        coming = range(len(self._bodies) + 1, len(self._bodies) + 1 + len(batch.bodies))
        self._bodies += batch.bodies
        for seq, about, at in zip(coming, batch.about, batch.moments, strict=True):
            home = homes[about]
            if home is None:
                identifiers = batch.people[about]
                if not identifiers:
                    # About the shop's goods, which have no time of their own in a history; it keeps its place.
                    continue
                home, absorbed = self._resolver.resolve(identifiers, _moment(at))
                if absorbed:
                    self._merges.extend((seq, each, home) for each in absorbed)
                    homes = [None] * len(homes)
                homes[about] = self._resolver.home(identifiers)
            self._seqs[home].append(seq)

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
            events=len(self._bodies),
            duplicates=self._duplicates,
            refused=self._refused,
            profiles=len(resolver.new_profiles) - len(resolver.merges),
            last_at=None if self._last_at is None else _moment(self._last_at),
        )

    def _families(self) -> Iterator[Family]:
        survivor_of = dict(self._resolver.merges)
        families: dict[int, Family] = defaultdict(Family)
        for profile in first_profiles(self._resolver.new_profiles, self._resolver.new_identities):
            family = families[_last(profile.id, survivor_of)]
            family.profiles.append(profile)
            seqs = self._seqs[profile.id]
            family.owners += [profile.id] * len(seqs)
            family.seqs += seqs
            family.bodies += [self._bodies[seq - 1] for seq in seqs]
        for seq, absorbed, survivor in self._merges:
            families[_last(survivor, survivor_of)].merges.append((seq, absorbed))
        yield from families.values()


def _last(profile_id: int, survivor_of: dict[int, int]) -> int:
    while profile_id in survivor_of:
        profile_id = survivor_of[profile_id]
    return profile_id


# Reading lines, which several processes share.


Goods: TypeAlias = tuple[str, datetime, Item]


class Batch(msgspec.Struct, array_like=True, gc=False):
    """What a batch of lines said.

    The events that were understood stand in columns: what tells a repeat, when it was in milliseconds since 1970, whom
    it is about as a place in `people`, and the event itself. `people` holds the same identifiers only once, `goods` the
    first word on each product.
    """

    dedups: list[bytes]
    moments: list[int]
    about: list[int]
    bodies: list[bytes]
    people: list[tuple[Identifier, ...]]
    goods: list[Goods]
    refused: int = 0


_PACK = msgspec.msgpack.Encoder().encode
_LINES = msgspec.msgpack.Decoder(list[bytes]).decode
_BATCH = msgspec.msgpack.Decoder(Batch).decode


def read_batch(source: Source, received_at: datetime, lines: Iterable[bytes]) -> Batch:
    """Read some lines. Those that are refused are only counted, so nobody is told which they were."""
    with no_search_for_garbage():
        readings = [source.read(line, received_at, "history") for line in lines]
        batch = _batch_of([reading for reading in readings if isinstance(reading, Accepted)])
        batch.refused = len(readings) - len(batch.bodies)
        # What would be searched is gone before anybody searches.
        readings.clear()
        return batch


def _batch_of(accepted: list[Accepted]) -> Batch:
    places: dict[tuple[Identifier, ...], int] = {}
    moments = [milliseconds(reading.event.at) for reading in accepted]
    return Batch(
        dedups=[reading.dedup for reading in accepted],
        moments=moments,
        about=[places.setdefault(reading.identifiers, len(places)) for reading in accepted],
        bodies=[encode_event(reading.event, at) for reading, at in zip(accepted, moments, strict=True)],
        people=list(places),
        goods=goods_of(reading.event for reading in accepted),
    )


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


def _moment(milliseconds: int) -> datetime:
    return datetime.fromtimestamp(milliseconds / 1000, UTC)


_read: Callable[[list[bytes]], Batch] | None = None


def _remember(read: Callable[[list[bytes]], Batch]) -> None:
    """Keep what reads in each process."""
    global _read
    _read = read


def _read_remembered(lines: bytes) -> bytes:
    assert _read is not None
    return _PACK(_read(_LINES(lines)))
