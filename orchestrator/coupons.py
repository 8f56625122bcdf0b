"""Which code does a message carry?

A code is claimed in the transaction that lets its message leave, so that two workers can never give one code twice. It
stays with the delivery however often that is tried, and goes back when it is sure that the delivery did not leave.
"""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple, Protocol

from journeys.spec import SendStep
from orchestrator.customer import Customer, Outgoing
from orchestrator.program import Program

POOL_EMPTY = "coupon.pool_empty"
# What stands for a code where nothing is sent: in backtests, demos and previews.
EXAMPLE = "EXAMPLE"
# An import wakes who waits; this is for a pool that was filled in another way.
_LOOK_AGAIN = timedelta(days=1)


class Code(NamedTuple):
    """One code of a pool, by its place in the table."""

    id: int
    text: str


class Pools(Protocol):
    """Reads the codes nobody has: see `orchestrator.store.base.Turn`."""

    def free_codes(self, pool: str, after: int, most: int) -> Sequence[Code]: ...


@dataclass(slots=True)
class Codes:
    """The codes that one turn may give away. A pool is read when it is first asked for, once for all who need one."""

    pools: Pools
    most: int
    _free: dict[str, deque[Code]] = field(default_factory=dict)
    _read_to: dict[str, int] = field(default_factory=dict)

    def has(self, pool: str) -> bool:
        """Say whether there is a code left."""
        free = self._free.setdefault(pool, deque())
        if not free:
            free.extend(self.pools.free_codes(pool, self._read_to.get(pool, 0), self.most))
            if free:
                self._read_to[pool] = free[-1].id
        return bool(free)

    def claim(self, customer: Customer, entry: Outgoing, pool: str) -> None:
        """Give a delivery a code for good; `has` said that there is one."""
        code = self._free[pool].popleft()
        entry.coupon = code.text
        customer.changes.claimed.append((code.id, entry.delivery.id, customer.memory.clock))


def takes_codes(program: Program) -> bool:
    """Say whether any step takes a code, of the journeys that run or of those that somebody finishes."""
    kept = (journey for keeper in program.lineage.kept.values() for journey in keeper.journeys.values())
    journeys = (*program.journeys.values(), *program.lineage.former.values(), *kept)
    specs = (step.spec for journey in journeys for step in journey.steps.values())
    return any(isinstance(spec, SendStep) and spec.coupon for spec in specs)


def pool_for(customer: Customer, entry: Outgoing, program: Program) -> str:
    """Name the pool that a delivery needs a code from; empty when it needs none, or has one."""
    delivery = entry.delivery
    journey = program.journey_at(delivery.journey, customer.version_behind(delivery))
    step = journey.steps.get(delivery.step) if journey is not None else None
    if entry.coupon or step is None or not isinstance(step.spec, SendStep):
        return ""
    return step.spec.coupon or ""


def wait_for_codes(customer: Customer, entry: Outgoing, now: datetime) -> None:
    """Let a delivery sleep until codes are imported."""
    entry.state, entry.reason, entry.on_change = "delayed", POOL_EMPTY, True
    entry.due_at = now + _LOOK_AGAIN + timedelta(microseconds=-now.microsecond % 1000)
    customer.changes.touched[entry.delivery.id] = entry


def give_back(customer: Customer, entry: Outgoing) -> None:
    """Let somebody else have the code of a delivery that surely did not leave."""
    if entry.coupon:
        entry.coupon = ""
        customer.changes.returned.append(entry.delivery.id)
