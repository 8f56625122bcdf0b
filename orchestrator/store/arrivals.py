"""How do many calls, each with events of its own, become one transaction in which none can hurt another?

Every call has a savepoint. What one cannot write is undone and told to that one's sender; the others stay, and all of
them share one commit. What breaks the transaction itself, such as a full disk, is raised: then nothing of any call was
kept, and all the senders are told to come again.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from sqlalchemy import Connection

from orchestrator.sources.base import Accepted
from orchestrator.store import hearing
from orchestrator.store.append import Appended, Goods, append


@dataclass(frozen=True, slots=True)
class Arrival:
    """What one call brought: the source that spoke, and the events it told, which may be none."""

    source: str
    accepted: tuple[Accepted, ...]
    received_at: datetime


@dataclass(frozen=True, slots=True)
class NotAppended:
    """A call that could not be written; nothing of it was kept."""

    error: Exception


Outcome: TypeAlias = Appended | NotAppended


def append_each(connection: Connection, arrivals: Sequence[Arrival], goods: Goods) -> tuple[list[Outcome], Goods]:
    """Write each call for itself, in order; gives what became of each, and what is known of the goods afterwards."""
    outcomes: list[Outcome] = []
    for arrival in arrivals:
        connection.exec_driver_sql("SAVEPOINT arrival")
        try:
            outcomes.append(_append(connection, arrival, goods))
        except Exception as error:  # whatever these events provoke is theirs alone
            connection.exec_driver_sql("ROLLBACK TO arrival")
            outcomes.append(NotAppended(error))
            # What the failed call taught about goods is not in the tables.
            goods = Goods(connection)
        connection.exec_driver_sql("RELEASE arrival")
    return outcomes, goods


def _append(connection: Connection, arrival: Arrival, goods: Goods) -> Appended:
    appended = append(connection, arrival.accepted, arrival.received_at, goods)
    hearing.hear(connection, [arrival.source], arrival.received_at)
    return appended
