"""Who runs this workspace, and with which journeys?"""

import os
import socket
from collections.abc import Iterable, Mapping
from datetime import datetime

import msgspec
from sqlalchemy import Connection

from orchestrator.clock import random_secret
from orchestrator.store import codec, statements
from orchestrator.store.codes import to_ms

_DEPLOYED = "journeys"


def deploy(connection: Connection, journeys: Mapping[str, str], scheduled: Iterable[str]) -> None:
    """Note which journeys run, by version.

    When that changed, the customers inside a changed journey get a turn, everybody does when a schedule is new, and
    customers who were set aside are tried again: what made their decision fail may be mended.
    """
    row = connection.exec_driver_sql("SELECT value FROM meta WHERE key = ?", (_DEPLOYED,)).scalar()
    before: dict[str, str] = msgspec.json.decode(row) if row else {}
    changed = sorted(name for name, version in journeys.items() if before.get(name) != version)
    if not changed and before.keys() == journeys.keys():
        return
    connection.exec_driver_sql(statements.REMEMBER, (_DEPLOYED, codec.encode_text(dict(journeys))))
    connection.exec_driver_sql(statements.WAKE_INSIDE, (codec.encode_text(changed),))
    if set(changed) & set(scheduled):
        connection.exec_driver_sql(statements.WAKE_ALL)
    connection.exec_driver_sql(statements.TRY_AGAIN)
    connection.exec_driver_sql(statements.TRY_EVENTS_AGAIN)


def beat(connection: Connection, worker: int, now: datetime) -> None:
    """Show that a worker is alive."""
    ms = to_ms(now)
    connection.exec_driver_sql(statements.BEAT, (worker, socket.gethostname(), os.getpid(), ms, ms))


def forget_workers(connection: Connection, before: datetime) -> None:
    """Forget workers that were last heard of before this moment."""
    connection.exec_driver_sql("DELETE FROM workers WHERE beat_at < ?", (to_ms(before),))


def secret(connection: Connection, name: str) -> str:
    """Give a secret of this workspace, made when it is first asked for."""
    key = f"secret.{name}"
    found: str | None = connection.exec_driver_sql("SELECT value FROM meta WHERE key = ?", (key,)).scalar()
    if found is None:
        found = random_secret()
        connection.exec_driver_sql(statements.REMEMBER, (key, found))
    return found


def dead_workers(connection: Connection, mine: int) -> list[int]:
    """List the workers that ran on this machine and are no more: nobody has to wait for their leases."""
    rows = connection.exec_driver_sql(
        "SELECT id, pid FROM workers WHERE host = ? AND id <> ?", (socket.gethostname(), mine)
    )
    return [worker for worker, pid in rows if not _is_alive(pid)]


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
