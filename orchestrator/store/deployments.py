"""Which deployments were there, and who is inside which version?"""

from collections.abc import Iterator
from typing import Any

import msgspec
from sqlalchemy import Connection

from orchestrator.deployment import Bundle, Deployment, Inside, Order, hash_of
from orchestrator.store import codec, statements
from orchestrator.store.codes import from_ms, to_ms

_COLUMNS = 'id, at, "by", kind, hash, journeys, kept, ended, note, parent'
_BY_HAND = "SELECT 1 FROM deployments WHERE kind <> 'run' LIMIT 1"
_ADD = (
    'INSERT INTO deployments (at, "by", kind, hash, bundle, journeys, kept, ended, note, parent) '
    "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)
_INSIDE = (
    "SELECT journey, version, step, COUNT(*) FROM enrollments WHERE ended_at IS NULL "
    "GROUP BY journey, version, step ORDER BY journey, version, step"
)


def newest_id(connection: Connection) -> int:
    """Give the id of the deployment in force; 0 when there is none."""
    newest: int = connection.exec_driver_sql("SELECT COALESCE(MAX(id), 0) FROM deployments").scalar_one()
    return newest


def newest(connection: Connection) -> Deployment | None:
    """Give the deployment in force."""
    row = connection.exec_driver_sql(f"SELECT {_COLUMNS} FROM deployments ORDER BY id DESC LIMIT 1").first()
    return None if row is None else _deployment(row)


def of_id(connection: Connection, known: int) -> Deployment | None:
    """Give one deployment; None when there is none of this id."""
    row = connection.exec_driver_sql(f"SELECT {_COLUMNS} FROM deployments WHERE id = ?", (known,)).first()
    return None if row is None else _deployment(row)


def newest_first(connection: Connection) -> Iterator[Deployment]:
    """Give every deployment."""
    rows = connection.exec_driver_sql(f"SELECT {_COLUMNS} FROM deployments ORDER BY id DESC")
    return map(_deployment, rows)


def bundle_of(connection: Connection, known: int) -> Bundle:
    """Give the texts of a deployment."""
    body: str = connection.exec_driver_sql("SELECT bundle FROM deployments WHERE id = ?", (known,)).scalar_one()
    bundle: dict[str, str] = msgspec.json.decode(body)
    return bundle


def is_by_hand(connection: Connection) -> bool:
    """Say whether a person ever decided what runs."""
    return connection.exec_driver_sql(_BY_HAND).first() is not None


def inside(connection: Connection) -> tuple[Inside, ...]:
    """Count the people at each step of each version."""
    return tuple(Inside(*row) for row in connection.exec_driver_sql(_INSIDE))


def add(connection: Connection, order: Order) -> int:
    """Put journeys into force and wake whom it concerns, in statements that do not depend on how many they are.

    Customers who were set aside are tried again: what made their decision fail may be mended.
    """
    texts = codec.encode_text(dict(order.bundle))
    told = [codec.encode_text(said) for said in (dict(order.journeys), dict(order.kept), order.ended)]
    row = (to_ms(order.at), order.by, order.kind, hash_of(order.bundle), texts, *told, order.note, order.parent)
    connection.exec_driver_sql(_ADD, row)
    if order.wakes:
        connection.exec_driver_sql(statements.WAKE_INSIDE, (codec.encode_text(order.wakes),))
    if order.wakes_all:
        connection.exec_driver_sql(statements.WAKE_ALL)
    connection.exec_driver_sql(statements.TRY_AGAIN)
    connection.exec_driver_sql(statements.TRY_EVENTS_AGAIN)
    return newest_id(connection)


def _deployment(row: Any) -> Deployment:
    kept = {name: tuple(versions) for name, versions in msgspec.json.decode(row[6]).items()}
    ended = tuple(msgspec.json.decode(row[7]))
    journeys = msgspec.json.decode(row[5])
    return Deployment(row[0], from_ms(row[1]), row[2], row[3], row[4], journeys, kept, ended, row[8], row[9])
