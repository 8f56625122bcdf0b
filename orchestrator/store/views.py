"""What may people see of the store? Read-only answers as plain mappings, in the shapes the commands print."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import Connection

from journeys.keys import enrollment_of
from journeys.vocabulary import Event, Profile
from orchestrator.customer import DeliveryState
from orchestrator.sources.event_log import decode_event
from orchestrator.store import codec
from orchestrator.store.codes import IDENTIFIER_CODES, KINDS, STATE_CODES, STATES, VERDICT_WORDS, from_ms

Fields = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Status:
    """How the workspace stands: counts by state, what waits, what was set aside, and how late work is."""

    deliveries: dict[str, int]
    enrollments: dict[str, int]
    inbox: int
    set_aside: dict[int, str]
    lateness_seconds: float
    workers: list[Fields]


def status(connection: Connection, now: datetime) -> Status:
    """Count everything. `lateness_seconds` is how long the oldest work that is due has been waiting."""
    states = connection.exec_driver_sql("SELECT state, COUNT(*) FROM deliveries GROUP BY state").all()
    live = connection.exec_driver_sql("SELECT ended_at IS NULL, COUNT(*) FROM enrollments GROUP BY 1").all()
    aside = connection.exec_driver_sql("SELECT id, set_aside FROM profiles WHERE set_aside IS NOT NULL").all()
    return Status(
        deliveries={STATES[state]: count for state, count in states},
        enrollments={"live" if is_live else "ended": count for is_live, count in live},
        inbox=connection.exec_driver_sql("SELECT COUNT(*) FROM inbox").scalar_one(),
        set_aside={profile_id: error for profile_id, error in aside},
        lateness_seconds=_lateness(connection, now),
        workers=_workers(connection),
    )


def _lateness(connection: Connection, now: datetime) -> float:
    due = connection.exec_driver_sql(
        "SELECT MIN(due_at) FROM profiles WHERE due_at > 0 AND set_aside IS NULL"
    ).scalar_one()
    waiting = connection.exec_driver_sql(
        "SELECT MIN(e.received_at) FROM (SELECT seq FROM inbox WHERE aside = 0 ORDER BY seq LIMIT 1) i "
        "JOIN events e ON e.seq = i.seq"
    ).scalar_one()
    oldest = min((ms for ms in (due, waiting) if ms is not None), default=None)
    return 0.0 if oldest is None else max(0.0, (now - from_ms(oldest)).total_seconds())


def _workers(connection: Connection) -> list[Fields]:
    rows = connection.exec_driver_sql("SELECT id, host, pid, started_at, beat_at FROM workers ORDER BY beat_at DESC")
    return [
        {"id": row[0], "host": row[1], "pid": row[2], "started": from_ms(row[3]), "beat": from_ms(row[4])}
        for row in rows
    ]


def deliveries(connection: Connection, state: DeliveryState | None = None) -> Iterator[Fields]:
    """Give every delivery, or those of one state, in order of their keys."""
    where, parameters = ("WHERE d.state = ? ", (STATE_CODES[state],)) if state is not None else ("", ())
    for row in connection.exec_driver_sql(f"{_DELIVERIES} {where}ORDER BY d.id", parameters):
        yield _delivery(row)


def delivery(connection: Connection, key: int) -> Fields | None:
    """Give one delivery, with whose it is and whether a fact may end its wait; None when there is none of this key."""
    row = connection.exec_driver_sql(f"{_DELIVERIES} WHERE d.id = ?", (key,)).first()
    return None if row is None else _delivery(row) | {"profile_id": row[1], "on_change": bool(row[13])}


_DELIVERIES = (
    "SELECT d.id, p.id, p.body, d.journey, d.step, d.state, d.reason, d.due_at, d.settled_at, d.channel, "
    "d.dropped, d.attempts, d.forecast, d.on_change FROM deliveries d JOIN profiles o ON o.id = d.profile_id "
    "JOIN profiles p ON p.id = COALESCE(o.merged_into, o.id)"
)


def _delivery(row: Any) -> Fields:
    return {
        "key": row[0],
        "profile": profile_name(codec.read_profile(row[2])),
        "journey": row[3],
        "step": row[4],
        "state": STATES[row[5]],
        "reason": row[6],
        "due": from_ms(row[7]),
        "settled": None if row[8] is None else from_ms(row[8]),
        "channel": row[9],
        "dropped_items": row[10],
        "attempts": row[11],
        "forecast": row[12],
    }


def profile_name(profile: Profile) -> str:
    """Name a profile the way people know it: the shop's own user id, else the number it has here."""
    return profile.user_id or f"#{profile.id}"


def ledger(connection: Connection) -> Iterator[Fields]:
    """Give every judgement, delivery by delivery in order of time."""
    rows = connection.exec_driver_sql(
        "SELECT delivery_id, at, verdict, reason, answers, kind FROM judgements ORDER BY delivery_id, at, id"
    )
    for delivery_id, at, verdict, reason, answers, kind in rows:
        yield {
            "key": delivery_id,
            "at": from_ms(at),
            "kind": KINDS[kind],
            "verdict": VERDICT_WORDS[verdict],
            "reason": reason,
            "answers": msgspec.json.decode(answers),
        }


def find_profiles(connection: Connection, name: str) -> list[int]:
    """Find the profile of a user id, an address or `#17`, with all that were merged into it, itself first."""
    found = _by_name(connection, name)
    if found is None:
        return []
    while True:
        row = connection.exec_driver_sql("SELECT merged_into FROM profiles WHERE id = ?", (found,)).first()
        if row is None:
            return []
        if row[0] is None:
            break
        found = row[0]
    merged = connection.exec_driver_sql(
        "WITH RECURSIVE family(id) AS (SELECT ? UNION SELECT p.id FROM profiles p JOIN family f "
        "ON p.merged_into = f.id) SELECT id FROM family",
        (found,),
    )
    return [found, *sorted(row[0] for row in merged if row[0] != found)]


def _by_name(connection: Connection, name: str) -> int | None:
    if name.startswith("#") and name[1:].isdigit():
        return int(name[1:])
    for kind in ("user_id", "email", "phone", "anonymous_id"):
        owner: int | None = connection.exec_driver_sql(
            "SELECT profile_id FROM identities WHERE kind = ? AND value = ?", (IDENTIFIER_CODES[kind], name)
        ).scalar()
        if owner is not None:
            return owner
    return None


def profile(connection: Connection, profile_id: int) -> Profile:
    """Give a profile as it is now."""
    body = connection.exec_driver_sql("SELECT body FROM profiles WHERE id = ?", (profile_id,)).scalar_one()
    return codec.read_profile(body)


def events(connection: Connection, ids: list[int]) -> list[Event]:
    """Give the events of these profiles in order of time."""
    rows = connection.exec_driver_sql(
        "SELECT body, seq FROM events WHERE profile_id IN (SELECT value FROM json_each(?)) ORDER BY at, seq",
        (codec.encode_text(ids),),
    )
    return [decode_event(body, seq) for body, seq in rows]


def last_event_at(connection: Connection) -> datetime | None:
    """Say when the newest event happened; None for an empty log."""
    ms = connection.exec_driver_sql("SELECT MAX(at) FROM events").scalar_one()
    return None if ms is None else from_ms(ms)


def undecided(connection: Connection, ids: list[int]) -> set[int]:
    """Name the events of these profiles that journeys have not seen yet, by their places in the log."""
    rows = connection.exec_driver_sql(
        "SELECT seq FROM inbox WHERE profile_id IN (SELECT value FROM json_each(?))", (codec.encode_text(ids),)
    )
    return {row[0] for row in rows}


def set_aside(connection: Connection, ids: list[int]) -> str:
    """Say why these profiles were set aside; empty when they were not."""
    found: str | None = connection.exec_driver_sql(
        "SELECT MAX(set_aside) FROM profiles WHERE id IN (SELECT value FROM json_each(?))", (codec.encode_text(ids),)
    ).scalar_one()
    return found or ""


def trace(connection: Connection, ids: list[int]) -> Iterator[Fields]:
    """Give the lines of these profiles' story, as they were written."""
    rows = connection.exec_driver_sql(
        "SELECT body FROM trace WHERE profile_id IN (SELECT value FROM json_each(?)) ORDER BY id",
        (codec.encode_text(ids),),
    )
    for (body,) in rows:
        for at, enrollment_id, journey, step, what, why in msgspec.json.decode(body):
            yield {
                "at": from_ms(at),
                "kind": "step",
                "journey": journey,
                "enrollment": enrollment_id,
                "step": step,
                "what": what,
                "why": why,
            }


def judgements(connection: Connection, ids: list[int]) -> list[Fields]:
    """Give every judgement of these profiles' deliveries, with the facts it was given on and the lines of its rules."""
    rows = connection.exec_driver_sql(
        "SELECT j.delivery_id, j.at, j.verdict, j.reason, j.answers, d.journey, d.step, j.kind, j.edition "
        "FROM judgements j "
        "JOIN deliveries d ON d.id = j.delivery_id "
        "WHERE j.profile_id IN (SELECT value FROM json_each(?)) ORDER BY j.at, j.id",
        (codec.encode_text(ids),),
    ).all()
    places = _places(connection, {row[8] for row in rows})
    return [_judgement(row, places.get(row[8], {})) for row in rows]


def _judgement(row: Any, places: Mapping[str, str]) -> Fields:
    answers = msgspec.json.decode(row[4])
    for answer in answers:
        if "verdict" in answer and places.get(answer["guard"]):
            answer["rule"] = places[answer["guard"]]
    return {
        "at": from_ms(row[1]),
        "kind": "judgement",
        "occasion": KINDS[row[7]],
        "journey": row[5],
        "step": row[6],
        "enrollment": enrollment_of(row[0]),
        "delivery": row[0],
        "verdict": VERDICT_WORDS[row[2]],
        "reason": row[3],
        "answers": answers,
    }


def _places(connection: Connection, editions: Iterable[int]) -> dict[int, dict[str, str]]:
    """Say for each edition of the rules which line of the file set up each guard."""
    rows = connection.exec_driver_sql(
        "SELECT edition, body FROM rulebooks WHERE edition IN (SELECT value FROM json_each(?))",
        (codec.encode_text(sorted(editions)),),
    )
    return {edition: {rule["guard"]: rule["place"] for rule in msgspec.json.decode(body)} for edition, body in rows}


def outcomes(connection: Connection, ids: list[int]) -> Iterator[Fields]:
    """Give what became of these profiles' deliveries once they were settled."""
    rows = connection.exec_driver_sql(
        "SELECT d.settled_at, d.journey, d.step, d.id, d.state, d.reason, d.channel, d.dropped, a.outcome "
        "FROM deliveries d LEFT JOIN attempts a ON a.delivery_id = d.id AND a.number = d.attempts WHERE "
        "d.settled_at IS NOT NULL AND d.profile_id IN (SELECT value FROM json_each(?)) ORDER BY d.settled_at, d.id",
        (codec.encode_text(ids),),
    )
    for row in rows:
        yield {
            "at": from_ms(row[0]),
            "kind": "delivery",
            "journey": row[1],
            "step": row[2],
            "delivery": row[3],
            "state": STATES[row[4]],
            "reason": row[5],
            "channel": row[6],
            "dropped_items": row[7],
            # The last attempt's outcome reads `rejected REASON: DETAIL`.
            "detail": (row[8] or "").partition(": ")[2],
        }


def entered(connection: Connection, ids: list[int]) -> dict[str, int]:
    """Count how often these profiles entered each journey."""
    rows = connection.exec_driver_sql(
        "SELECT journey, COUNT(*) FROM enrollments WHERE profile_id IN (SELECT value FROM json_each(?)) GROUP BY 1",
        (codec.encode_text(ids),),
    )
    return {journey: count for journey, count in rows}
