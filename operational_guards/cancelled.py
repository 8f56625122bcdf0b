"""Was the order with these goods cancelled?

Rule: goods of a cancelled order are neither promoted nor followed up, until the customer orders them again: somebody
who has just thought better of a purchase, or whom the shop could not serve, is not asked to buy the same again. The
newest cancellation of a product decides. Source: the rule for mis-timed messages in `docs/guards.md`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from journeys.vocabulary import Delivery, FactKind, Facts, Item, OrderStatus
from operational_guards.base import ALLOW, GuardParams, is_marketing
from operational_guards.evidence import of_order
from operational_guards.sameness import orders_like
from operational_guards.undone import Undoing, UndoneParams, hold_undone, still_undone
from operational_guards.verdict import Verdict

# Reading a member off its enum runs Python code in 3.11, once an order and judgement; a module's name does not.
_CANCELLED = OrderStatus.CANCELLED


class CancelledParams(UndoneParams):
    """For how long goods of a cancelled order hold a message, and how; without `within` for ever."""


@dataclass(frozen=True, slots=True)
class Cancelled:
    """Holds goods whose order was called off."""

    params: CancelledParams

    name: ClassVar[str] = "cancelled"
    Params: ClassVar[type[GuardParams]] = CancelledParams
    always: ClassVar[bool] = False
    needs: ClassVar[frozenset[FactKind]] = frozenset({"orders"})
    speaks_by: ClassVar[tuple[str, ...]] = ("orders.cancelled",)
    reasons: ClassVar[Mapping[str, str]] = {
        "cancelled.order": "The order with these goods was cancelled.",
        "cancelled.at_most_passed": "The goods still counted as cancelled when the longest delay had passed.",
    }

    def applies_to(self, delivery: Delivery) -> bool:
        """Look at marketing messages and audiences, whatever they want."""
        return is_marketing(delivery)

    def judge(self, delivery: Delivery, facts: Facts, now: datetime) -> Verdict:
        """Hold each of the goods whose order was cancelled and which were not ordered again."""
        if not any(order.status is _CANCELLED for order in facts.orders.values()):
            return ALLOW
        undone = still_undone(delivery, facts, self.params.same, self._undoings)
        return hold_undone(undone, delivery, self.params, now, late="cancelled.at_most_passed")

    def _undoings(self, item: Item, facts: Facts) -> list[Undoing]:
        return [
            Undoing(order.changed_at, order.placed_at, "cancelled.order", of_order(order))
            for order, _ in orders_like(item, facts, self.params.same)
            if order.status is _CANCELLED
        ]
