"""How does an event get into the inbox, once and for the right person?

Everything happens in one transaction of the caller: duplicates are dropped, identities resolved, new profiles and
goods noted, the event logged and put into the inbox. The acknowledgement follows the commit.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from journeys.goods import to_items
from journeys.vocabulary import Identifier, IdentifierKind, Item, Profile
from orchestrator.customer import Memory
from orchestrator.identity import Known, Resolved, Resolver, needed
from orchestrator.profiles import adopt, first_profiles
from orchestrator.sources.base import Accepted
from orchestrator.sources.event_log import encode_event
from orchestrator.store import codec, statements
from orchestrator.store.codes import DISTINGUISHING, IDENTIFIER_CODES, IDENTIFIER_KINDS, from_ms, to_ms

# An event without any person's identifiers is about the shop's goods.
_THE_SHOP = Resolved(statements.SHOP)


@dataclass(frozen=True, slots=True)
class Appended:
    """How many events were new, and how many had been seen before."""

    accepted: int
    duplicate: int


class Goods:
    """Every product id that was seen and when first, in memory: most lines of an order name a known one."""

    def __init__(self, connection: Connection) -> None:
        rows = connection.exec_driver_sql("SELECT id, first_seen_at FROM products")
        self._first_seen: dict[str, int] = {product_id: first_seen_at for product_id, first_seen_at in rows}
        self.found: dict[str, tuple[int, Item]] = {}

    def note(self, raw: object, at: datetime) -> None:
        """Remember the products of an event that were not seen before, or not this early."""
        if not isinstance(raw, list):
            return
        ms = to_ms(at)
        first_seen = self._first_seen
        fresh = [entry for entry in raw if isinstance(entry, dict) and ms < first_seen.get(_product_id(entry), 1 << 62)]
        for item in to_items(fresh):
            self.found[item.product_id] = (ms, item)
            first_seen[item.product_id] = ms

    def rows(self) -> list[codec.Row]:
        """Give what has to be written, once."""
        rows = [(product_id, ms, codec.encode_item(item)) for product_id, (ms, item) in self.found.items()]
        self.found = {}
        return rows


def _product_id(entry: dict[str, object]) -> str:
    return str(entry.get("product_id") or entry.get("sku") or entry.get("id") or "")


def append(connection: Connection, accepted: Sequence[Accepted], received_at: datetime, goods: Goods) -> Appended:
    """Write a batch of events; one that was seen before changes nothing."""
    fresh = _without_duplicates(connection, accepted)
    if fresh:
        resolver, next_seq = _resolver_for(connection, fresh), _next_seq(connection)
        events, inbox, merges = [], [], []
        received_ms = to_ms(received_at)
        for seq, entry in enumerate(fresh, next_seq):
            event = entry.event
            resolved = resolver.resolve(entry.identifiers, event.at) if entry.identifiers else _THE_SHOP
            absorbs = ",".join(map(str, resolved.absorbed)) or None
            events.append((seq, resolved.profile_id, entry.dedup, to_ms(event.at), received_ms, encode_event(event)))
            inbox.append((seq, resolved.profile_id, absorbs))
            merges.extend([(resolved.profile_id, to_ms(event.at), absorbed) for absorbed in resolved.absorbed])
            goods.note(event.properties.get("products"), event.at)
        _write(connection, resolver, [(statements.LOG, events), (statements.RECEIVE, inbox), *_merged(merges)], goods)
    return Appended(len(fresh), len(accepted) - len(fresh))


def _without_duplicates(connection: Connection, accepted: Sequence[Accepted]) -> list[Accepted]:
    by_key = {entry.dedup: entry for entry in reversed(accepted)}
    keys = list(by_key)
    for start in range(0, len(keys), statements.MOST_PARAMETERS):
        chunk = tuple(keys[start : start + statements.MOST_PARAMETERS])
        for (key,) in connection.exec_driver_sql(statements.seen(len(chunk)), chunk):
            by_key.pop(bytes(key), None)
    return [entry for entry in accepted if by_key.get(entry.dedup) is entry]


def _next_seq(connection: Connection) -> int:
    highest: int = connection.exec_driver_sql("SELECT COALESCE(MAX(seq), 0) FROM events").scalar_one()
    return highest + 1


def _resolver_for(connection: Connection, accepted: Sequence[Accepted]) -> Resolver:
    """Load what the resolver needs to know about everybody these events may be about."""
    by_kind: dict[IdentifierKind, set[str]] = {}
    for identifier in needed(entry.identifiers for entry in accepted):
        by_kind.setdefault(identifier.kind, set()).add(identifier.value)
    owners = {
        Identifier(kind, value): profile_id
        for kind, values in by_kind.items()
        for value, profile_id in connection.exec_driver_sql(
            statements.OWNERS, (IDENTIFIER_CODES[kind], codec.encode_text(sorted(values)))
        ).all()
    }
    highest: int = connection.exec_driver_sql("SELECT COALESCE(MAX(id), 0) FROM profiles").scalar_one()
    return Resolver(owners, _known(connection, set(owners.values())), highest + 1)


def _known(connection: Connection, ids: Iterable[int]) -> dict[int, Known]:
    batch = (codec.encode_text(sorted(ids)),)
    known = {
        profile_id: Known(profile_id, from_ms(created_at), {})
        for profile_id, created_at in connection.exec_driver_sql(statements.CREATED, batch).all()
    }
    for profile_id, kind, value in connection.exec_driver_sql(statements.DISTINGUISHED_BY, batch).all():
        known[profile_id].identifiers.setdefault(IDENTIFIER_KINDS[kind], set()).add(value)
    return known


def _merged(merges: list[codec.Row]) -> list[tuple[str, list[codec.Row]]]:
    """Note whom each absorbed profile is part of from when on; those it had absorbed before come along."""
    along = [(survivor, absorbed) for survivor, _, absorbed in merges]
    return [(statements.MERGE, merges), (statements.MERGE_ALONG, along)]


def _write(
    connection: Connection, resolver: Resolver, happened: list[tuple[str, list[codec.Row]]], goods: Goods
) -> None:
    identities = [
        (IDENTIFIER_CODES[identifier.kind], identifier.value, profile_id)
        for identifier, profile_id in resolver.new_identities
    ]
    first = first_profiles(resolver.new_profiles, resolver.new_identities)
    rows = [
        (statements.NEW_PROFILE, [_profile_row(profile) for profile in first]),
        (statements.SAVE_BODY, _known_better(connection, resolver)),
        (statements.NEW_IDENTITY, identities),
        (statements.POINT_TO_SURVIVOR, [(survivor, absorbed) for absorbed, survivor in resolver.merges]),
        *happened,
        (statements.NEW_PRODUCT, goods.rows()),
    ]
    for statement, values in rows:
        if values:
            connection.exec_driver_sql(statement, values)
    # Events for whoever is set aside must not be claimed again and again: that would keep the others waiting.
    connection.exec_driver_sql(statements.KEEP_ASIDE)


def _profile_row(profile: Profile) -> codec.Row:
    memory = codec.encode_text(Memory(profile.created_at))
    return profile.id, to_ms(profile.created_at), codec.encode_text(profile), memory


def _known_better(connection: Connection, resolver: Resolver) -> list[codec.Row]:
    """Give profiles that were there before the user id, e-mail or phone that this batch gave them."""
    new = {known.id for known in resolver.new_profiles}
    gained: dict[int, list[Identifier]] = {}
    for identifier, profile_id in resolver.new_identities:
        if profile_id not in new and identifier.kind in DISTINGUISHING:
            gained.setdefault(profile_id, []).append(identifier)
    if not gained:
        return []
    batch = (codec.encode_text(sorted(gained)),)
    return [
        (codec.encode_text(adopt(codec.read_profile(body), gained[profile_id])), profile_id)
        for profile_id, body in connection.exec_driver_sql(statements.BODIES, batch)
    ]
