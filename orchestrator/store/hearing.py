"""Which sources are listened to, since when, and when was each last heard?"""

from collections.abc import Iterable, Mapping
from datetime import datetime

from sqlalchemy import Connection

from orchestrator.silence import Heard
from orchestrator.store.codes import from_ms, to_ms

# A source that comes with another adapter, or comes back, begins anew; its name is kept for what was said under it.
_CONFIGURE = (
    "INSERT INTO sources (name, adapter, since) VALUES (?, ?, ?) ON CONFLICT (name) DO UPDATE "
    "SET adapter = excluded.adapter, since = excluded.since WHERE adapter <> excluded.adapter"
)
_HEAR = (
    "INSERT INTO sources (name, adapter, since, heard_at) VALUES (?, '', ?, ?) ON CONFLICT (name) DO UPDATE "
    "SET heard_at = excluded.heard_at WHERE heard_at IS NULL OR heard_at < excluded.heard_at"
)


def configure(connection: Connection, adapters: Mapping[str, str], now: datetime) -> None:
    """Note which sources are configured, each with its adapter; the others are forgotten as configured."""
    rows = connection.exec_driver_sql("SELECT name FROM sources WHERE adapter <> ''").all()
    gone = [(name,) for (name,) in rows if name not in adapters]
    if gone:
        connection.exec_driver_sql("UPDATE sources SET adapter = '' WHERE name = ?", gone)
    if adapters:
        ms = to_ms(now)
        connection.exec_driver_sql(_CONFIGURE, [(name, adapter, ms) for name, adapter in adapters.items()])


def hear(connection: Connection, names: Iterable[str], at: datetime) -> None:
    """Note that these sources said something; hearing of an earlier moment changes nothing."""
    ms = to_ms(at)
    rows = [(name, ms, ms) for name in names]
    if rows:
        connection.exec_driver_sql(_HEAR, rows)


def heard(connection: Connection) -> dict[str, Heard]:
    """Give what was heard of every source, by name."""
    rows = connection.exec_driver_sql("SELECT name, since, heard_at FROM sources")
    return {name: Heard(from_ms(since), None if at is None else from_ms(at)) for name, since, at in rows}
