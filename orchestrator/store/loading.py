"""What does the database know about these customers? A handful of queries for a whole batch, never one a customer."""

from collections import defaultdict, deque
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from journeys.decision import Snapshot
from journeys.keys import enrollment_of
from journeys.vocabulary import Delivery, Event, Facts, PastSend, Properties
from orchestrator.customer import Customer, Outgoing
from orchestrator.fact_index import put
from orchestrator.seat import Seat
from orchestrator.sources.event_log import decode_event
from orchestrator.store import codec, statements
from orchestrator.store.codes import INTENTS, PURPOSES, REACHES, STATES, from_ms, from_ms_or_none, to_ms
from orchestrator.store.fact_rows import read_fact

CAP_WINDOW = timedelta(days=31)
MOST_EVENTS = 20_000


def load(connection: Connection, ids: Iterable[int], seats: dict[int, Seat], now: datetime) -> dict[int, Seat]:
    """Give a seat for each of these profiles, reusing those of `seats` that are still true.

    Profiles that are set aside or were absorbed are left out; `seats` is updated.
    """
    rows = connection.exec_driver_sql(statements.STANDING, (_batch(ids),)).all()
    standing = {row[0]: row for row in rows}
    missing = {known for known, row in standing.items() if known not in seats or seats[known].version != row[1]}
    fresh = _load_profiles(connection, standing, missing) if missing else {}
    found = {}
    for profile_id in standing:
        # Whoever was asked for last is forgotten last.
        kept = seats.pop(profile_id, None)
        found[profile_id] = seats[profile_id] = fresh[profile_id] if profile_id in missing or kept is None else kept
    if fresh:
        _load_facts(connection, fresh)
        _load_enrollments(connection, fresh, now)
        _load_outbox(connection, fresh)
        _load_sends(connection, fresh, now)
    _load_events(connection, found)
    return found


def _load_profiles(connection: Connection, standing: Mapping[int, Any], ids: Iterable[int]) -> dict[int, Seat]:
    seats = {}
    for profile_id, body, memory in connection.exec_driver_sql(statements.PROFILES, (_batch(ids),)).all():
        _, version, merged_into, merged_at = standing[profile_id]
        profile = codec.read_profile(body)
        customer = Customer(Facts(profile), codec.read_memory(memory), saved=profile)
        seats[profile_id] = Seat(customer, version, until=from_ms_or_none(merged_at), survivor=merged_into)
    return seats


def _batch(ids: Iterable[int]) -> str:
    return codec.encode_text(sorted(ids))


def _load_facts(connection: Connection, seats: dict[int, Seat]) -> None:
    for profile_id, kind, body in connection.exec_driver_sql(statements.FACTS, (_batch(seats),)).all():
        put(seats[profile_id].customer.facts, read_fact(kind, body))


def _load_enrollments(connection: Connection, seats: dict[int, Seat], now: datetime) -> None:
    batch = _batch(seats)
    for row in connection.exec_driver_sql(statements.ENROLLMENTS, (batch,)).all():
        snapshot = _snapshot(row)
        seats[row[0]].customer.enrollments[snapshot.id] = snapshot
    for row in connection.exec_driver_sql(statements.CONVERTING, (batch, to_ms(_earliest(seats, now)))).all():
        snapshot = _snapshot(row)
        seats[row[0]].customer.converting[snapshot.id] = snapshot


def _snapshot(row: Any) -> Snapshot:
    return Snapshot(
        id=row[1],
        journey=row[2],
        version=row[3],
        entered_at=from_ms(row[4]),
        step=row[5],
        entry=_entry(row[6], row[17]),
        entry_seq=row[7],
        key=row[8],
        due_at=from_ms_or_none(row[9]),
        delivery_id=row[10],
        visits=row[11],
        goal_at=from_ms_or_none(row[12]),
        ended_at=from_ms_or_none(row[13]),
        reason=row[14],
        since=from_ms_or_none(row[15]),
        converts_until=from_ms_or_none(row[16]),
    )


def _entry(event: bytes | None, given: str | None) -> Properties:
    """Give what an enrollment began with: an event's properties, or what it was given without one."""
    if event is not None:
        return decode_event(event).properties
    return codec.read_properties(given) if given else {}


def _load_outbox(connection: Connection, seats: dict[int, Seat]) -> None:
    for row in connection.exec_driver_sql(statements.OUTBOX, (_batch(seats),)).all():
        entry = _outgoing(row)
        seats[row[0]].customer.outbox[entry.delivery.id] = entry


def _outgoing(row: Any) -> Outgoing:
    delivery = Delivery(
        id=row[1],
        profile_id=row[0],
        enrollment_id=enrollment_of(row[1]),
        journey=row[2],
        step=row[3],
        channel=row[5],
        reach=REACHES[row[6]],
        purpose=PURPOSES[row[7]],
        intent=INTENTS[row[8]],
        min_items=row[9],
        items=codec.read_items(row[10]),
        planned_at=from_ms(row[14]),
    )
    return Outgoing(
        delivery=delivery,
        due_at=from_ms(row[15]),
        parameters=codec.read_properties(row[11]),
        entry=_entry(row[13], row[25]),
        version=row[4],
        entry_seq=row[12],
        state=STATES[row[16]],
        reason=row[17],
        on_change=bool(row[18]),
        attempts=row[19],
        attempted_at=from_ms_or_none(row[20]),
        lease_until=row[21],
        token=row[22],
        left_out=codec.read_places(row[23]),
        forecast=row[24],
        coupon=row[26],
        in_line=row[27],
        is_metered=bool(row[28]),
    )


def _load_sends(connection: Connection, seats: dict[int, Seat], now: datetime) -> None:
    since = to_ms(_earliest(seats, now) - CAP_WINDOW)
    for profile_id, at, channel, journey, delivery_id, items, left_out in connection.exec_driver_sql(
        statements.SENDS, (_batch(seats), since)
    ).all():
        send = PastSend(from_ms(at), channel, journey, delivery_id, codec.read_goods_sent(items, left_out))
        seats[profile_id].customer.facts.sends.append(send)


def _earliest(seats: Mapping[int, Seat], now: datetime) -> datetime:
    """Give the earliest moment at which any of these customers stands: in a history each has a time of their own."""
    return min(min(seat.customer.memory.clock for seat in seats.values()), now)


def _load_events(connection: Connection, seats: dict[int, Seat]) -> None:
    """Add what came into the inbox since a seat last looked, in order of time."""
    seen = min((seat.seen for seat in seats.values()), default=0)
    fresh: dict[int, list[Event]] = defaultdict(list)
    for profile_id, seq, absorbs, body in connection.exec_driver_sql(statements.EVENTS, (_batch(seats), seen)).all():
        seat = seats[profile_id]
        if seq <= seat.seen:
            continue
        fresh[profile_id].append(decode_event(body, seq))
        if absorbs is not None:
            seat.merges[seq] = [int(absorbed) for absorbed in absorbs.split(",")]
    for profile_id, events in fresh.items():
        seat = seats[profile_id]
        seat.seen = max([event.seq for event in events])
        seat.events.extend(events)
        if len(seat.events) > 1:
            seat.events = deque(sorted(seat.events, key=_by_time))


def _by_time(event: Event) -> tuple[datetime, int]:
    return event.at, event.seq


def claim(connection: Connection, until: datetime, most: int, *, in_order: bool) -> list[int]:
    """Name customers with something to do: events in the inbox, or a due time reached.

    The longest waiting come first, or with `in_order` the lowest ids, so that a run through history finishes one batch
    before it begins the next. Customers with very many events make the batch smaller, down to one.
    """
    due = statements.CLAIM_DUE_IN_ORDER if in_order else statements.CLAIM_DUE
    inbox = statements.CLAIM_INBOX_IN_ORDER if in_order else statements.CLAIM_INBOX
    told = [row[0] for row in connection.exec_driver_sql(inbox, (most,)).all()]
    # Whose time has come stands first: what others have to read must not keep them waiting.
    ids = dict.fromkeys([row[0] for row in connection.exec_driver_sql(due, (to_ms(until), most)).all()] + told)
    chosen = sorted(ids)[:most] if in_order else list(ids)
    if connection.exec_driver_sql(statements.IS_FULLER, (MOST_EVENTS,)).first() is None:
        return chosen
    return _within_reason(connection, chosen)


def _within_reason(connection: Connection, chosen: list[int]) -> list[int]:
    """Leave out the last of these customers when all their events together are too many."""
    rows = connection.exec_driver_sql(statements.WAITING, (_batch(chosen),)).all()
    waiting: dict[int, int] = {profile_id: count for profile_id, count in rows}
    room, batch = MOST_EVENTS, list[int]()
    for profile_id in chosen:
        room -= waiting.get(profile_id, 0)
        if room < 0 and batch:
            break
        batch.append(profile_id)
    return batch
