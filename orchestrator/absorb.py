"""How do two profiles become one customer?"""

from datetime import datetime

from msgspec.structs import replace

from journeys.compile import Journey
from journeys.decide import leave
from journeys.decision import Snapshot
from journeys.tallies import Tally, join
from orchestrator.advance import wake_sleepers
from orchestrator.customer import Customer, Memory
from orchestrator.effects import scope_of
from orchestrator.entering import MERGED, carry_out
from orchestrator.facts import join_facts
from orchestrator.profiles import merge
from orchestrator.program import Program


def absorb(customer: Customer, other: Customer, now: datetime, program: Program) -> None:
    """Take over another profile's facts, enrollments and outbox; where both are in a journey, the survivor's stays."""
    customer.tick(now)
    for snapshot in list(other.enrollments.values()):
        journey = program.journey_of(snapshot)
        # What follows on the end of one may end another.
        if journey is not None and snapshot.id in other.enrollments and _is_twice(customer, snapshot, journey):
            carry_out(other, leave(journey, snapshot, scope_of(other, program), MERGED), program)
    for entry in other.outbox.values():
        entry.delivery = replace(entry.delivery, profile_id=customer.id)
    customer.enrollments.update(other.enrollments)
    customer.is_retimed = True
    customer.converting.update(other.converting)
    customer.outbox.update(other.outbox)
    customer.changes.moved.update(other.enrollments | other.converting)
    customer.changes.touched.update(other.outbox)
    customer.changes.facts.update(dict.fromkeys(join_facts(customer.facts, other.facts)))
    customer.facts.profile = merge(customer.facts.profile, other.facts.profile)
    _join_memory(customer.memory, other.memory)
    # What came along may be of another version, and they may live by another clock from now on.
    customer.ruled_by = None
    customer.memory.absorbed += [other.id, *other.memory.absorbed]
    customer.facts.sends.extend(other.facts.sends)
    wake_sleepers(customer, now)
    # Two halves of what is known can hold what neither of them held.
    customer.is_in_review = bool(customer.memory.memberships)
    customer.is_unforeseen = bool(customer.outbox)


def _is_twice(customer: Customer, theirs: Snapshot, journey: Journey) -> bool:
    """Say whether the survivor is in this journey already: in the same key where keys run in parallel."""
    inside = [snapshot.key for snapshot in customer.enrollments.values() if snapshot.journey == theirs.journey]
    return theirs.key in inside if journey.terms.if_active == "parallel" else bool(inside)


def _join_memory(mine: Memory, theirs: Memory) -> None:
    for journey, at in theirs.entered.items():
        mine.entered[journey] = max(at, mine.entered.get(journey, at))
    for audience, membership in theirs.memberships.items():
        mine.memberships.setdefault(audience, membership)
    for journey, occurrence in theirs.occurred.items():
        mine.occurred[journey] = max(occurrence, mine.occurred.get(journey, ""))
    for journey, watch in theirs.watched.items():
        # Whoever had joined a segment in either half does not join it now.
        if watch.was_true or journey not in mine.watched:
            mine.watched[journey] = watch
    for name, tally in theirs.tallies.items():
        mine.tallies[name] = join(mine.tallies.get(name, Tally()), tally)
    mine.clock = max(mine.clock, theirs.clock)
