"""What is known beside a customer's own facts: the shop's goods, and which sources cannot be relied on?

The same for all customers. It is brought up to date at the beginning of a turn, in its transaction, before anybody is
claimed: what the shop said of its goods by then counts for every message that leaves after.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from journeys.vocabulary import Event, FactKind, Goods
from orchestrator.customer import Doubts
from orchestrator.goods import GoodsChange, apply_goods
from orchestrator.program import Program
from orchestrator.silence import Heard, Terms, doubts, listening

_PRODUCTS: FactKind = "products"


class SharedRows(Protocol):
    """What of a turn is about everybody: see `orchestrator.store.base.Turn`."""

    def heard(self) -> Mapping[str, Heard]: ...

    def goods(self) -> Goods: ...

    def shop_events(self) -> Sequence[tuple[Event, datetime]]: ...

    def save_goods(self, changes: Iterable[GoodsChange], goods: Goods, done: Sequence[Event]) -> None: ...

    def wake_held_by(self, guards: Iterable[str], now: datetime) -> None: ...


@dataclass(slots=True)
class SharedFacts:
    """`terms` are what was agreed with each source; `goods` None as long as they were not read."""

    terms: Mapping[str, Terms] = field(default_factory=dict)
    goods: Goods | None = None
    doubts: Doubts = field(default_factory=dict)

    def refresh(self, rows: SharedRows, program: Program, now: datetime) -> None:
        """Take in what the shop said since, and wake the deliveries that wait for just that."""
        if self.terms:
            self.doubts = doubts(listening(self.terms, rows.heard(), now), now)
        if self.goods is None:
            self.goods = rows.goods()
        told = rows.shop_events()
        if not told:
            return
        changes = dict.fromkeys(change for event, at in told for change in apply_goods(self.goods, event, at))
        rows.save_goods(changes, self.goods, [event for event, _ in told])
        if changes:
            rows.wake_held_by(_about_goods(program), now)

    def forget(self) -> None:
        """Read the goods anew next time: what is in memory may be ahead of what was committed."""
        self.goods = None


def _about_goods(program: Program) -> list[str]:
    return sorted({rule.name for book in program.books for rule in book.rules if _PRODUCTS in rule.needs})
