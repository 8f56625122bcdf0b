"""Was the money for these goods paid back?

Rule: goods whose order, or which themselves, were refunded are neither promoted nor followed up, until the customer
orders them again: after the order that was refunded as a whole, after the refund where it was a part. A sum paid back
for no goods in particular concerns all goods of its order, unless `sums: ignore`. The newest refund of a product
decides. Money for a return is the business of `returned`. Source: the rule for mis-timed messages in `docs/guards.md`.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Literal

from journeys.vocabulary import Delivery, FactKind, Facts, Item, OrderStatus
from operational_guards.base import ALLOW, GuardParams, is_marketing
from operational_guards.evidence import of_order, of_refund
from operational_guards.sameness import orders_like, refunds_like
from operational_guards.undone import Undoing, UndoneParams, hold_undone, still_undone
from operational_guards.verdict import Verdict

# Reading a member off its enum runs Python code in 3.11, once an order and judgement; a module's name does not.
_REFUNDED = OrderStatus.REFUNDED


class RefundedParams(UndoneParams):
    """For how long refunded goods hold a message, and how; `sums` is about money for no goods in particular."""

    sums: Literal["hold", "ignore"] = "hold"


@dataclass(frozen=True, slots=True)
class Refunded:
    """Holds goods that the customer got the money back for."""

    params: RefundedParams

    name: ClassVar[str] = "refunded"
    Params: ClassVar[type[GuardParams]] = RefundedParams
    always: ClassVar[bool] = False
    needs: ClassVar[frozenset[FactKind]] = frozenset({"orders", "refunds"})
    speaks_by: ClassVar[tuple[str, ...]] = ("orders.refunded", "refunds")
    reasons: ClassVar[Mapping[str, str]] = {
        "refunded.whole": "The order with these goods was refunded as a whole.",
        "refunded.part": "The money for these goods was paid back.",
        "refunded.sum": "A sum was paid back for the order with these goods; nobody said for which of them.",
        "refunded.at_most_passed": "The goods still counted as refunded when the longest delay had passed.",
    }

    def applies_to(self, delivery: Delivery) -> bool:
        """Look at marketing messages and audiences, whatever they want."""
        return is_marketing(delivery)

    def judge(self, delivery: Delivery, facts: Facts, now: datetime) -> Verdict:
        """Hold each of the goods that was refunded and not ordered again."""
        if not facts.refunds and not any(order.status is _REFUNDED for order in facts.orders.values()):
            return ALLOW
        undone = still_undone(delivery, facts, self.params.same, self._undoings)
        return hold_undone(undone, delivery, self.params, now, late="refunded.at_most_passed")

    def _undoings(self, item: Item, facts: Facts) -> list[Undoing]:
        same = self.params.same
        wholes = [
            Undoing(order.changed_at, order.placed_at, "refunded.whole", of_order(order))
            for order, _ in orders_like(item, facts, same)
            if order.status is _REFUNDED
        ]
        return [*wholes, *self._parts(item, facts)] if facts.refunds else wholes

    def _parts(self, item: Item, facts: Facts) -> Iterator[Undoing]:
        for refund, _ in refunds_like(item, facts, self.params.same):
            if refund.lines or self.params.sums == "hold":
                reason = "refunded.part" if refund.lines else "refunded.sum"
                yield Undoing(refund.refunded_at, refund.refunded_at, reason, of_refund(refund))
