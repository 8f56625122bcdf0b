"""Did these goods come back, or are they coming back?

Rule: goods the customer sends back are neither promoted nor followed up, until the customer orders them again after
asking for the return. The newest return of a product decides. A return that was declined or cancelled does not count:
the customer keeps the goods. Source: the rule for mis-timed messages in `docs/guards.md`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from journeys.vocabulary import Delivery, FactKind, Facts, Item, ReturnStatus
from operational_guards.base import ALLOW, GuardParams, is_marketing
from operational_guards.evidence import of_return
from operational_guards.sameness import returns_like
from operational_guards.undone import Undoing, UndoneParams, hold_undone, still_undone
from operational_guards.verdict import Verdict

_REASONS = {
    ReturnStatus.REQUESTED: "returned.requested",
    ReturnStatus.IN_TRANSIT: "returned.on_its_way",
    ReturnStatus.RECEIVED: "returned.received",
    ReturnStatus.REFUNDED: "returned.refunded",
}


class ReturnedParams(UndoneParams):
    """For how long goods that came back hold a message, and how; without `within` for ever."""


@dataclass(frozen=True, slots=True)
class Returned:
    """Holds goods that the customer sends back."""

    params: ReturnedParams

    name: ClassVar[str] = "returned"
    Params: ClassVar[type[GuardParams]] = ReturnedParams
    always: ClassVar[bool] = False
    needs: ClassVar[frozenset[FactKind]] = frozenset({"returns"})
    speaks_by: ClassVar[tuple[str, ...]] = ("returns",)
    reasons: ClassVar[Mapping[str, str]] = {
        "returned.requested": "The customer asked to return these goods.",
        "returned.on_its_way": "The goods are on their way back.",
        "returned.received": "The goods are back at the shop.",
        "returned.refunded": "The return of these goods ended with the money paid back.",
        "returned.at_most_passed": "The goods still counted as returned when the longest delay had passed.",
    }

    def applies_to(self, delivery: Delivery) -> bool:
        """Look at marketing messages and audiences, whatever they want."""
        return is_marketing(delivery)

    def judge(self, delivery: Delivery, facts: Facts, now: datetime) -> Verdict:
        """Hold each of the goods that was sent back and not ordered again."""
        if not facts.returns:
            return ALLOW
        same = self.params.same
        undoings = {
            back.return_id: Undoing(back.changed_at, back.requested_at, _REASONS[back.status], of_return(back))
            for back in facts.returns.values()
            if back.status in _REASONS
        }

        def find(item: Item, facts: Facts) -> list[Undoing]:
            ids = [back.return_id for back, _ in returns_like(item, facts, same)]
            return [undoings[return_id] for return_id in ids if return_id in undoings]

        undone = still_undone(delivery, facts, same, find)
        return hold_undone(undone, delivery, self.params, now, late="returned.at_most_passed")
