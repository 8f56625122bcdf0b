"""Did these goods come back, or are they coming back?

Rule: goods the customer sends back, or whose order was refunded or cancelled, are neither promoted nor followed up,
until the customer orders them again after that. The newest such fact of a product decides. A return that was declined
or cancelled does not count: the customer keeps the goods. Source: the rule for mis-timed messages in
`docs/guards.md`.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar

from journeys.vocabulary import Delivery, Facts, OrderStatus, ReturnStatus
from operational_guards.base import ALLOW, DurationText, GuardParams, is_marketing
from operational_guards.holds import TICK, Deadline, Do, Hold, Then, hold_back
from operational_guards.verdict import Evidence, Verdict

# Reading a member off its enum runs Python code in 3.11, once an order and judgement; a module's name does not.
_PLACED = OrderStatus.PLACED
_RETURN_REASONS = {
    ReturnStatus.REQUESTED: "returned.requested",
    ReturnStatus.IN_TRANSIT: "returned.on_its_way",
    ReturnStatus.RECEIVED: "returned.received",
    ReturnStatus.REFUNDED: "returned.refunded",
}
_ORDER_REASONS = {
    OrderStatus.REFUNDED: "returned.refunded",
    OrderStatus.CANCELLED: "returned.order_cancelled",
}


class ReturnedParams(GuardParams):
    """For how long goods that came back hold a message, and how; without `within` for ever."""

    within: DurationText | None = None
    do: Do = "drop_items"
    at_most: DurationText = timedelta(days=30)
    then: Then = "suppress"


@dataclass(frozen=True, slots=True)
class _GivenBack:
    """The newest thing that undid a purchase: since when, and why."""

    changed_at: datetime
    reason: str
    evidence: Evidence


@dataclass(frozen=True, slots=True)
class Returned:
    """Holds goods that the customer gave back or did not keep."""

    params: ReturnedParams

    name: ClassVar[str] = "returned"
    Params: ClassVar[type[GuardParams]] = ReturnedParams
    always: ClassVar[bool] = False
    reasons: ClassVar[Mapping[str, str]] = {
        "returned.requested": "The customer asked to return these goods.",
        "returned.on_its_way": "The goods are on their way back.",
        "returned.received": "The goods are back at the shop.",
        "returned.refunded": "The goods were refunded.",
        "returned.order_cancelled": "The order with these goods was cancelled.",
        "returned.at_most_passed": "The goods still counted as returned when the longest delay had passed.",
    }

    def applies_to(self, delivery: Delivery) -> bool:
        """Look at marketing messages and audiences, whatever they want."""
        return is_marketing(delivery)

    def judge(self, delivery: Delivery, facts: Facts, now: datetime) -> Verdict:
        """Hold each of the goods that was given back and not ordered again."""
        undone = _undone(facts)
        if not undone:
            return ALLOW
        latest = delivery.planned_at + self.params.at_most
        holds = [
            Hold(newest.reason, self._end(newest, latest), (newest.evidence,), place=place)
            for place, item in enumerate(delivery.items)
            if item.product_id in undone
            for newest in _newest(item.product_id, facts)
            if self.params.within is None or now - newest.changed_at <= self.params.within
        ]
        if not holds:
            return ALLOW
        return hold_back(holds, self.params.do, now, Deadline(latest, self.params.then, "returned.at_most_passed"))

    def _end(self, newest: _GivenBack, latest: datetime) -> datetime:
        return latest if self.params.within is None else newest.changed_at + self.params.within + TICK


def _undone(facts: Facts) -> set[str]:
    """List the products with any return, or in any order that was called off: mostly none."""
    products = set(facts.returns_of_product)
    for order in facts.orders.values():
        if order.status is not _PLACED:
            products.update(line.product_id for line in order.lines)
    return products


def _newest(product_id: str, facts: Facts) -> list[_GivenBack]:
    """List the newest thing that undid a purchase of this product; empty when nothing did."""
    return sorted(_given_back(product_id, facts), key=lambda fact: (fact.changed_at, fact.reason, fact.evidence.id))[
        -1:
    ]


def _given_back(product_id: str, facts: Facts) -> Iterator[_GivenBack]:
    orders = facts.orders_with(product_id)
    kept = [order.placed_at for order in orders if order.status == OrderStatus.PLACED]
    for back in facts.returns_with(product_id):
        reason = _RETURN_REASONS.get(back.status, "")
        if reason and not any(placed_at > back.requested_at for placed_at in kept):
            evidence = Evidence("return", back.return_id, back.status.value, back.changed_at)
            yield _GivenBack(back.changed_at, reason, evidence)
    for order in orders:
        reason = _ORDER_REASONS.get(order.status, "")
        if reason and not any(placed_at > order.placed_at for placed_at in kept):
            evidence = Evidence("order", order.order_id, order.status.value, order.changed_at)
            yield _GivenBack(order.changed_at, reason, evidence)
