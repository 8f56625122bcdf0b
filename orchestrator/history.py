"""Whose events are in this history? A file of events becomes one packet per family of profiles.

Lines are read once; repeats and refusals are counted; identities are resolved in the order of the lines, exactly as
the inbox does it, so that a profile has the same number here and in a database that took in the same lines. What a
worker process needs for a family is packed as bytes.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice

from journeys.catalog import Catalog
from journeys.goods import to_items
from journeys.vocabulary import Item, Profile
from orchestrator.garbage import no_search_for_garbage
from orchestrator.identity import Resolver
from orchestrator.profiles import first_profiles
from orchestrator.sources.base import Accepted, Source
from orchestrator.sources.event_log import encode_event

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
    """Collects lines into a `History`."""

    def __init__(self, source: Source, received_at: datetime) -> None:
        self._source = source
        self._received_at = received_at
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
        while batch := list(islice(coming, BATCH)):
            with no_search_for_garbage():
                for number, line in batch:
                    self._read_line(number, line)
            progress(batch[-1][0])
        return self._finish()

    def _read_line(self, number: int, line: bytes) -> None:
        reading = self._source.read(line, self._received_at, f"line {number}")
        if isinstance(reading, Accepted):
            self._take(reading)
        else:
            self._refused += 1

    def _take(self, accepted: Accepted) -> None:
        if accepted.dedup in self._seen:
            self._duplicates += 1
            return
        self._seen.add(accepted.dedup)
        self._count += 1
        event = accepted.event
        if self._last_at is None or event.at > self._last_at:
            self._last_at = event.at
        self._note_goods(event.properties.get("products"), event.at)
        if not accepted.identifiers:
            # About the shop's goods, which have no time of their own in a history; it keeps its place in the log.
            return
        resolved = self._resolver.resolve(accepted.identifiers, event.at)
        self._merges.extend((self._count, absorbed, resolved.profile_id) for absorbed in resolved.absorbed)
        self._events[resolved.profile_id].append((resolved.profile_id, self._count, encode_event(event)))

    def _note_goods(self, raw: object, at: datetime) -> None:
        for entry in raw if isinstance(raw, list) else ():
            known = self._goods.get(entry.get("product_id", "")) if isinstance(entry, dict) else None
            if known is None or at < known[0]:
                for item in to_items([entry]):
                    if item.product_id not in self._goods or at < self._goods[item.product_id][0]:
                        self._goods[item.product_id] = (at, item)

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
