"""How often did a person go through a journey, where do they stand, and which names are like theirs?"""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection

from orchestrator.standing import Pass, Waiting
from orchestrator.store import codec
from orchestrator.store.codes import DISTINGUISHING, IDENTIFIER_CODES, OPEN, STATES, from_ms, from_ms_or_none

_MOST_NAMES = 500
_AFTER_EVERY_LETTER = "\U0010ffff"


def passes(connection: Connection, ids: Iterable[int], journey: str) -> list[Pass]:
    """Give every time these profiles went through a journey, in order of entry."""
    rows = connection.exec_driver_sql(
        "SELECT n.entered_at, n.step, n.due_at, n.ended_at, n.reason, d.id, d.state, d.reason, d.due_at, d.on_change, "
        "n.version "
        "FROM enrollments n LEFT JOIN deliveries d ON d.id = n.delivery_id "
        "WHERE n.profile_id IN (SELECT value FROM json_each(?)) AND n.journey = ? ORDER BY n.entered_at, n.id",
        (codec.encode_text(sorted(ids)), journey),
    )
    return [_pass(row) for row in rows]


def _pass(row: Any) -> Pass:
    ended_at = from_ms_or_none(row[3])
    is_parked = ended_at is None and row[5] is not None and STATES[row[6]] in OPEN
    return Pass(
        entered_at=from_ms(row[0]),
        step=row[1],
        due_at=from_ms_or_none(row[2]),
        ended_at=ended_at,
        reason=row[4],
        waiting=Waiting(row[5], STATES[row[6]], row[7], from_ms(row[8]), bool(row[9])) if is_parked else None,
        version=row[10],
    )


def names_beginning(connection: Connection, beginning: str) -> list[str]:
    """List user ids, e-mail addresses and phone numbers that begin so, for a suggestion: a few hundred at most."""
    names: list[str] = []
    for kind in DISTINGUISHING:
        rows = connection.exec_driver_sql(
            "SELECT value FROM identities WHERE kind = ? AND value >= ? AND value < ? LIMIT ?",
            (IDENTIFIER_CODES[kind], beginning, f"{beginning}{_AFTER_EVERY_LETTER}", _MOST_NAMES),
        )
        names.extend(row[0] for row in rows)
    return names
