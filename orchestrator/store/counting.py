"""How is what a new file counts right from the first day?

A customer whose tallies were kept for something else has them taken from the log anew, once: by one query for all such
customers of a batch. What still waits in the inbox is left out; it is counted when it is decided on.
"""

from collections.abc import Mapping

from sqlalchemy import Connection

from orchestrator.program import Program
from orchestrator.seat import Seat
from orchestrator.sources.event_log import decode_event
from orchestrator.store import codec, statements
from orchestrator.tallying import tally


def count_anew(connection: Connection, seats: Mapping[int, Seat], program: Program) -> None:
    """Fill the tallies of those of these customers who have them of another edition."""
    stale = [seat for seat in seats.values() if seat.customer.memory.tallied != program.edition]
    if not stale:
        return
    owners = {}
    for seat in stale:
        memory = seat.customer.memory
        memory.tallies.clear()
        memory.tallied = program.edition
        owners.update(dict.fromkeys((seat.customer.id, *memory.absorbed), memory))
    if not program.tallied:
        return
    batch = codec.encode_text(sorted(owners))
    for profile_id, seq, body in connection.exec_driver_sql(statements.TAKEN_IN, (batch,)):
        event = decode_event(body, seq)
        kept = program.tallied.get(event.name)
        if kept is not None:
            tally(owners[profile_id], event, kept)
