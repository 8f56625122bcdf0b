"""Which codes are in the pools, and who has them?"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from orchestrator.coupons import Code
from orchestrator.store import codec
from orchestrator.store.codes import to_ms

CLAIM = "UPDATE coupons SET delivery_id = ?, claimed_at = ? WHERE id = ?"
RETURN = "UPDATE coupons SET delivery_id = NULL, claimed_at = NULL WHERE delivery_id = ?"
_FREE = "SELECT id, code FROM coupons WHERE pool = ? AND delivery_id IS NULL AND id > ? ORDER BY id LIMIT ?"
_KNOWN = "SELECT code FROM coupons WHERE pool = ? AND code IN (SELECT value FROM json_each(?))"
_ADD = "INSERT INTO coupons (pool, code, imported_at) VALUES (?, ?, ?)"
_POOLS = "SELECT pool, COUNT(*) - COUNT(delivery_id), COUNT(delivery_id) FROM coupons GROUP BY pool ORDER BY pool"
_WAITING = (
    "SELECT journey, step, COUNT(*) FROM deliveries WHERE state = 1 AND reason = ? GROUP BY journey, step "
    "ORDER BY journey, step"
)


@dataclass(frozen=True, slots=True)
class Pool:
    """How a pool stands."""

    name: str
    left: int
    used: int


def free_codes(connection: Connection, pool: str, after: int, most: int) -> list[Code]:
    """Give codes of a pool that nobody has, in the order they were imported."""
    return [Code(*row) for row in connection.exec_driver_sql(_FREE, (pool, after, most)).all()]


def add_codes(connection: Connection, pool: str, codes: Sequence[str], now: datetime) -> set[str]:
    """Put codes into a pool; give those that are in it already, which change nothing. Each is named once."""
    known = {row[0] for row in connection.exec_driver_sql(_KNOWN, (pool, codec.encode_text(list(codes)))).all()}
    rows = [(pool, code, to_ms(now)) for code in codes if code not in known]
    if rows:
        connection.exec_driver_sql(_ADD, rows)
    return known


def pools(connection: Connection) -> list[Pool]:
    """List the pools that ever held a code."""
    return [Pool(*row) for row in connection.exec_driver_sql(_POOLS).all()]


def waiting(connection: Connection, reason: str) -> list[tuple[str, str, int]]:
    """Count the deliveries that wait for a code, by journey and step."""
    return [(journey, step, count) for journey, step, count in connection.exec_driver_sql(_WAITING, (reason,)).all()]
