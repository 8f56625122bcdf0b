"""Is something wrong with an order of this customer?

Rule: no marketing of any kind while a payment has failed and was not tried again with success, a parcel is stuck,
lost or on its way back to the shop, or a refund is under way. A problem counts for `within` after its newest change:
what nobody has touched for longer is not being worked on. Source: the rule for troubled orders in `docs/guards.md`.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar, Literal

from journeys.vocabulary import Delivery, Facts, Order, OrderStatus, ReturnStatus, Shipment, ShipmentStatus
from operational_guards.base import ALLOW, DurationText, GuardParams, is_marketing
from operational_guards.holds import TICK, Deadline, Hold, hold_back
from operational_guards.verdict import Evidence, Verdict

_TROUBLED = (ShipmentStatus.EXCEPTION, ShipmentStatus.LOST, ShipmentStatus.RETURNED_TO_SENDER)
_UNDER_WAY = (ReturnStatus.REQUESTED, ReturnStatus.IN_TRANSIT, ReturnStatus.RECEIVED)
_FAILED = OrderStatus.PAYMENT_FAILED


class OrderProblemParams(GuardParams):
    """How a troubled order holds marketing, and for how long it counts."""

    do: Literal["delay", "suppress"] = "delay"
    until: Literal["resolved"] = "resolved"
    within: DurationText = timedelta(days=60)
    at_most: DurationText = timedelta(days=30)
    then: Literal["suppress", "send"] = "suppress"


@dataclass(frozen=True, slots=True)
class OrderProblem:
    """Holds all marketing to a customer whose order is in trouble."""

    params: OrderProblemParams

    name: ClassVar[str] = "order_problem"
    Params: ClassVar[type[GuardParams]] = OrderProblemParams
    always: ClassVar[bool] = False
    reasons: ClassVar[Mapping[str, str]] = {
        "order_problem.payment_failed": "A payment failed and was not tried again with success.",
        "order_problem.exception": "The carrier reports a problem with a parcel.",
        "order_problem.lost": "A parcel is lost.",
        "order_problem.returned_to_sender": "A parcel could not be delivered and goes back to the shop.",
        "order_problem.refund_under_way": "The customer is returning goods and waits for the money.",
        "order_problem.at_most_passed": "The problem was still open when the longest delay had passed.",
    }

    def applies_to(self, delivery: Delivery) -> bool:
        """Look at marketing messages and audiences, with goods or without."""
        return is_marketing(delivery)

    def judge(self, delivery: Delivery, facts: Facts, now: datetime) -> Verdict:
        """Hold the delivery while a problem is open and young enough to count."""
        holds = [
            Hold(f"order_problem.{reason}", evidence.at + self.params.within + TICK, (evidence,))
            for reason, evidence in _problems(facts)
            if evidence.at and now - evidence.at <= self.params.within
        ]
        if not holds:
            return ALLOW
        latest = delivery.planned_at + self.params.at_most
        deadline = Deadline(latest, self.params.then, "order_problem.at_most_passed")
        return hold_back(holds, self.params.do, now, deadline)


def _problems(facts: Facts) -> Iterator[tuple[str, Evidence]]:
    """List what is wrong, with the last part of its reason."""
    for order in facts.orders.values():
        if order.status is _FAILED and not _was_paid_later(order, facts):
            yield "payment_failed", Evidence("order", order.order_id, order.status.value, order.changed_at)
    for parcel in facts.shipments.values():
        if parcel.status in _TROUBLED and not _is_settled(parcel, facts):
            yield (
                parcel.status.value,
                Evidence("shipment", parcel.shipment_id, parcel.status.value, parcel.changed_at),
            )
    for back in facts.returns.values():
        if back.status in _UNDER_WAY:
            yield "refund_under_way", Evidence("return", back.return_id, back.status.value, back.changed_at)


def _was_paid_later(failed: Order, facts: Facts) -> bool:
    """Tell whether the same checkout led to a later order that stands, or stood until it was refunded."""
    return bool(failed.checkout_id) and any(
        order.checkout_id == failed.checkout_id and order.placed_at > failed.placed_at
        for order in facts.orders.values()
        if order.status in (OrderStatus.PLACED, OrderStatus.REFUNDED)
    )


def _is_settled(parcel: Shipment, facts: Facts) -> bool:
    """Tell whether the parcel's order is over; an order we have not heard of is not."""
    order = facts.orders.get(parcel.order_id)
    return order is not None and order.status in (OrderStatus.REFUNDED, OrderStatus.CANCELLED)
