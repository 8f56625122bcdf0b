"""Of which message is this click, and when did that leave?"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from orchestrator.store.codes import from_ms_or_none

_CLICKED = "SELECT profile_id, journey, step, channel, COALESCE(settled_at, attempted_at) FROM deliveries WHERE id = ?"


@dataclass(frozen=True, slots=True)
class Clicked:
    """A message somebody clicked in; `left_at` is empty when it never left."""

    profile_id: int
    journey: str
    step: str
    channel: str
    left_at: datetime | None


def find_clicked(connection: Connection, delivery_id: int) -> Clicked | None:
    """Find a message by its key; None when there never was one."""
    row = connection.exec_driver_sql(_CLICKED, (delivery_id,)).first()
    return None if row is None else Clicked(row[0], row[1], row[2], row[3], from_ms_or_none(row[4]))
