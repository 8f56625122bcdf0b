"""What did the database hold when a judgement was given? Everything `orchestrator.replay` needs, read back."""

from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import msgspec
from msgspec import structs
from sqlalchemy import Connection

from journeys.keys import enrollment_of, profile_of
from journeys.vocabulary import NO_GOODS, Delivery, Doubt, Event, FactKind, Goods, Outside, PastSend
from orchestrator.customer import Doubts, JudgementKind
from orchestrator.goods import apply_goods
from orchestrator.replay import Member
from orchestrator.seat import in_order
from orchestrator.sources.event_log import decode_event
from orchestrator.store import codec, statements
from orchestrator.store.codes import (
    INTENTS,
    KINDS,
    PURPOSES,
    REACHES,
    VERDICT_WORDS,
    from_ms,
    from_ms_or_none,
)


class _Given(msgspec.Struct):
    """What came from elsewhere than the log, as `orchestrator.store.codec` writes it."""

    doubts: dict[FactKind, tuple[Doubt, ...]] = {}
    outside: dict[str, Outside] = {}
    saw_goods: bool = True
    lag_seconds: int | None = None
    cause: str | None = None


_LINE = "id, delivery_id, profile_id, at, kind, verdict, reason, answers, edition, seen, given"
_DELIVERY = (
    "d.id, d.profile_id, d.journey, d.step, d.channel, d.reach, d.purpose, d.intent, d.min_items, d.items, d.planned_at"
)
# Whoever is part of somebody is so directly: of chains of merges only the last profile is noted.
_SURVIVOR = "(SELECT COALESCE(merged_into, id) FROM profiles WHERE id = ?)"
_FAMILY = f"p.id = {_SURVIVOR} OR p.merged_into = {_SURVIVOR}"
_read_given = msgspec.json.Decoder(_Given).decode


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the ledger as it was written."""

    id: int
    delivery_id: int
    profile_id: int
    at: datetime
    kind: JudgementKind
    verdict: str
    reason: str
    answers: bytes
    edition: int
    seen: int
    doubts: Doubts = field(default_factory=dict)
    outside: Mapping[str, Outside] = field(default_factory=dict)
    saw_goods: bool = True
    lag: timedelta | None = None
    cause: str | None = None


def delivery(connection: Connection, delivery_id: int) -> Delivery | None:
    """Give a delivery as it was planned; None when there is none of this key."""
    row = connection.exec_driver_sql(f"SELECT {_DELIVERY} FROM deliveries d WHERE d.id = ?", (delivery_id,)).first()
    return None if row is None else _delivery(row)


def _delivery(row: Any) -> Delivery:
    return Delivery(
        id=row[0],
        profile_id=row[1],
        enrollment_id=enrollment_of(row[0]),
        journey=row[2],
        step=row[3],
        channel=row[4],
        reach=REACHES[row[5]],
        purpose=PURPOSES[row[6]],
        intent=INTENTS[row[7]],
        min_items=row[8],
        items=codec.read_items(row[9]),
        planned_at=from_ms(row[10]),
    )


def lines(connection: Connection, delivery_id: int) -> list[Line]:
    """Give every line of the ledger about one delivery, in the order they were written."""
    owner = connection.exec_driver_sql("SELECT profile_id FROM deliveries WHERE id = ?", (delivery_id,)).scalar()
    owners = connection.exec_driver_sql(f"SELECT id FROM profiles p WHERE {_FAMILY}", (owner, owner)).all()
    rows = connection.exec_driver_sql(
        f"SELECT {_LINE} FROM judgements "
        "WHERE profile_id IN (SELECT value FROM json_each(?)) AND delivery_id = ? ORDER BY id",
        (codec.encode_text([row[0] for row in owners]), delivery_id),
    )
    return [_line(row) for row in rows]


def _line(row: Any) -> Line:
    given = _read_given(row[10]) if row[10] else _Given()
    return Line(
        id=row[0],
        delivery_id=row[1],
        profile_id=row[2],
        at=from_ms(row[3]),
        kind=KINDS[row[4]],
        verdict=VERDICT_WORDS[row[5]],
        reason=row[6],
        answers=row[7],
        edition=row[8],
        seen=row[9],
        doubts=given.doubts,
        outside=given.outside,
        saw_goods=given.saw_goods,
        lag=None if given.lag_seconds is None else timedelta(seconds=given.lag_seconds),
        cause=given.cause,
    )


def rulebook(connection: Connection, edition: int) -> str | None:
    """Give what an edition of the rules says; None when it was never deployed."""
    body: str | None = connection.exec_driver_sql("SELECT body FROM rulebooks WHERE edition = ?", (edition,)).scalar()
    return body


def family(connection: Connection, profile_id: int) -> dict[int, Member]:
    """Give all profiles that turned out to be one person with this one, each with its events as they were taken in."""
    rows = connection.exec_driver_sql(
        f"SELECT id, body, merged_into, merged_at FROM profiles p WHERE {_FAMILY} ORDER BY id",
        (profile_id, profile_id),
    ).all()
    ids = [row[0] for row in rows]
    events: dict[int, list[Event]] = {known: [] for known in ids}
    for owner, body, seq, known_at in connection.exec_driver_sql(
        "SELECT e.profile_id, e.body, e.seq, k.at FROM events e LEFT JOIN known_late k ON k.seq = e.seq "
        "WHERE e.profile_id IN (SELECT value FROM json_each(?))",
        (codec.encode_text(ids),),
    ):
        events[owner].append(structs.replace(decode_event(body, seq), known_at=from_ms_or_none(known_at)))
    return {
        known: Member(
            codec.read_profile(body),
            sorted(events[known], key=in_order),
            merged_into if merged_into in events else None,
            from_ms_or_none(merged_at),
        )
        for known, body, merged_into, merged_at in rows
    }


def sends_before(
    connection: Connection, line: Line, family: Iterable[int], then: Container[int]
) -> tuple[PastSend, ...]:
    """Give what had been sent by the time of a judgement to the profiles that were one person `then`, oldest first.

    The ledger's order is the order of time: an attempt counts when its own judgement was written before, unless it was
    known by then that it did not arrive.
    """
    rows = connection.exec_driver_sql(
        "SELECT a.started_at, d.channel, d.journey, d.id, d.items, d.left_out, a.finished_at, a.outcome, a.number "
        "FROM deliveries d JOIN attempts a ON a.delivery_id = d.id "
        "WHERE d.profile_id IN (SELECT value FROM json_each(?)) AND d.purpose = 0 AND d.reach = 0 "
        "AND a.started_at <= ? AND d.id <> ? ORDER BY a.started_at, d.id, a.number",
        (codec.encode_text(sorted(family)), _ms(line.at), line.delivery_id),
    ).all()
    rows = [row for row in rows if profile_of(row[3]) in then]
    earlier = _judged_before(connection, line, {row[3] for row in rows})
    latest = {row[3]: row for row in rows if row[0] < _ms(line.at) or row[3] in earlier}
    return tuple(_send(row) for row in latest.values() if not _had_failed(row, _ms(line.at)))


def _judged_before(connection: Connection, line: Line, ids: set[int]) -> set[int]:
    """Name the deliveries that were let go at the same instant, before this judgement was written."""
    rows = connection.exec_driver_sql(
        "SELECT delivery_id FROM judgements WHERE delivery_id IN (SELECT value FROM json_each(?)) AND at = ? "
        "AND id < ? AND kind = 0 AND verdict < 2 AND profile_id = ?",
        (codec.encode_text(sorted(ids)), _ms(line.at), line.id, line.profile_id),
    )
    return {row[0] for row in rows}


def _had_failed(row: Any, at_ms: int) -> bool:
    finished_at, outcome = row[6], row[7]
    return finished_at is not None and finished_at <= at_ms and not outcome.startswith(("sent", "unknown"))


def _send(row: Any) -> PastSend:
    return PastSend(from_ms(row[0]), row[1], row[2], row[3], codec.read_goods_sent(row[4], row[5]))


def goods_seen(connection: Connection, line: Line) -> Goods:
    """Give what a judgement saw of the shop's goods: by the events up to its place in the log, if it saw any."""
    if not line.saw_goods:
        return NO_GOODS
    goods = Goods()
    for body, seq, received_at in connection.exec_driver_sql(statements.ABOUT_SHOP, (line.seen,)):
        apply_goods(goods, decode_event(body, seq), from_ms(received_at))
    return goods


@dataclass(frozen=True, slots=True)
class LateFact:
    """An event that changed facts after something had been sent: its place in the log, whose it is, when learned."""

    seq: int
    profile_id: int
    learned_at: datetime


@dataclass(frozen=True, slots=True)
class RegretLine:
    """A message that would not have been sent, and the fact that came too late for it."""

    delivery_id: int
    guard: str
    reason: str
    sent_at: datetime
    event: Event
    learned_at: datetime


def late_facts(connection: Connection, most: int) -> list[LateFact]:
    """Give the late facts nobody has looked into yet, at most so many."""
    rows = connection.exec_driver_sql(
        "SELECT seq, profile_id, learned_at FROM late_facts ORDER BY seq LIMIT ?", (most,)
    )
    return [LateFact(seq, profile_id, from_ms(learned_at)) for seq, profile_id, learned_at in rows]


def sent_between(
    connection: Connection, ids: list[int], since: datetime, until: datetime
) -> Iterator[tuple[Delivery, Line]]:
    """Give the marketing that was sent to these profiles in a span of time, each with the judgement that let it go."""
    rows = connection.exec_driver_sql(
        f"SELECT {_DELIVERY} FROM deliveries d WHERE d.profile_id IN (SELECT value FROM json_each(?)) "
        "AND d.purpose = 0 AND d.state = 4 AND d.attempted_at >= ? AND d.attempted_at <= ? ORDER BY d.id",
        (codec.encode_text(ids), _ms(since), _ms(until)),
    ).all()
    for row in rows:
        let_go = [line for line in lines(connection, row[0]) if line.kind == "claim"]
        if let_go:
            yield _delivery(row), let_go[-1]


def keep_regrets(connection: Connection, regrets: Iterable[RegretLine], done: Iterable[int]) -> None:
    """Write regrets down, the first of a delivery and guard for good; these late facts have been looked into."""
    rows = [
        (
            regret.delivery_id,
            regret.guard,
            regret.reason,
            _ms(regret.sent_at),
            regret.event.seq,
            regret.event.source,
            _ms(regret.event.at),
            _ms(regret.learned_at),
        )
        for regret in regrets
    ]
    if rows:
        connection.exec_driver_sql(statements.REGRET, rows)
    if looked_into := [(seq,) for seq in done]:
        connection.exec_driver_sql("DELETE FROM late_facts WHERE seq = ?", looked_into)


def _ms(at: datetime) -> int:
    return round(at.timestamp() * 1000)
