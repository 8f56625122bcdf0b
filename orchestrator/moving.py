"""Who has to be moved to another version of their journey, and when?

A deployment moves nobody by itself: it wakes whom it concerns, and each is moved at the beginning of their next turn,
before anything else happens to them. So a million people never sit in one transaction. Whoever's message is being
handed over is moved when its fate is known.
"""

from datetime import datetime

from journeys.rebase import rebase
from orchestrator.customer import Customer
from orchestrator.effects import scope_of
from orchestrator.entering import carry_out
from orchestrator.program import Program


def move_on(customer: Customer, program: Program, until: datetime, *, by_delivery: bool) -> bool:
    """Move the customer's enrollments to the versions that run; True when they all are of these already.

    Live this happens at the moment of the deployment, however long the customer slept; a history has no such moment.
    """
    overtaken = [snapshot for snapshot in customer.enrollments.values() if program.is_overtaken(snapshot)]
    if not overtaken:
        return True
    lineage = program.lineage
    if lineage.at is not None and not by_delivery:
        customer.tick(min(lineage.at, until))
    for snapshot in sorted(overtaken, key=lambda snapshot: snapshot.id):
        if customer.enrollments.get(snapshot.id) is not snapshot:
            # Moving one enrollment may end another.
            continue
        entry = None if snapshot.delivery_id is None else customer.outbox.get(snapshot.delivery_id)
        if entry is None or entry.is_waiting:
            old = lineage.former.get((snapshot.journey, snapshot.version))
            new = program.journeys.get(snapshot.journey)
            carry_out(customer, rebase(snapshot, old, new, scope_of(customer, program)), program)
    return False
