"""Is something wrong with an order of this customer?

Rule: no marketing of any kind while a payment has failed and was not tried again with success, the shop holds an order
back, a parcel is stuck, lost or on its way back to the shop, an order or a parcel is later than promised, or a refund
is under way. A problem counts for `within` after its newest change: what nobody has touched for longer is not being
worked on. Source: the rule for troubled orders in `docs/guards.md`.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar, Literal, NamedTuple

from journeys.vocabulary import (
    Delivery,
    FactKind,
    Facts,
    Order,
    OrderStatus,
    Payment,
    PaymentStatus,
    Return,
    ReturnStatus,
    Shipment,
    ShipmentStatus,
)
from operational_guards.base import ALLOW, DurationText, GuardParams, is_marketing
from operational_guards.evidence import of_order, of_parcel, of_payment, of_return
from operational_guards.holds import TICK, Deadline, Hold, hold_back
from operational_guards.parcels import is_delivered
from operational_guards.verdict import Evidence, Verdict

# Reading a member off its enum runs Python code in 3.11, once an order and judgement; a module's name does not.
_ORDER_FAILED = OrderStatus.PAYMENT_FAILED
_HELD = OrderStatus.HELD
_PAYMENT_FAILED = PaymentStatus.FAILED
_STANDS = frozenset({OrderStatus.PLACED, OrderStatus.HELD})
_PAID = frozenset({OrderStatus.PLACED, OrderStatus.REFUNDED})
_OVER = frozenset({OrderStatus.REFUNDED, OrderStatus.CANCELLED})
_AMISS = frozenset({_ORDER_FAILED, _HELD})
_TROUBLED = frozenset({ShipmentStatus.EXCEPTION, ShipmentStatus.LOST, ShipmentStatus.RETURNED_TO_SENDER})
_TRAVELLING = frozenset({ShipmentStatus.SHIPPED, ShipmentStatus.IN_TRANSIT, ShipmentStatus.OUT_FOR_DELIVERY})
_OPEN = _TROUBLED | _TRAVELLING
_COMING_BACK = frozenset({ReturnStatus.REQUESTED, ReturnStatus.IN_TRANSIT, ReturnStatus.RECEIVED})


class OrderProblemParams(GuardParams):
    """How a troubled order holds marketing, and for how long it counts; `grace` is how late a promised day may be."""

    do: Literal["delay", "suppress"] = "delay"
    until: Literal["resolved"] = "resolved"
    within: DurationText = timedelta(days=60)
    grace: DurationText = timedelta(days=1)
    at_most: DurationText = timedelta(days=30)
    then: Literal["suppress", "send"] = "suppress"


class _Problem(NamedTuple):
    """One thing that is wrong, since `at`; `what` is the last part of its reason."""

    what: str
    at: datetime
    evidence: Evidence


@dataclass(frozen=True, slots=True)
class OrderProblem:
    """Holds all marketing to a customer whose order is in trouble."""

    params: OrderProblemParams

    name: ClassVar[str] = "order_problem"
    Params: ClassVar[type[GuardParams]] = OrderProblemParams
    always: ClassVar[bool] = False
    needs: ClassVar[frozenset[FactKind]] = frozenset({"orders", "payments", "shipments", "returns"})
    speaks_by: ClassVar[tuple[str, ...]] = ("orders", "payments", "shipments", "returns")
    reasons: ClassVar[Mapping[str, str]] = {
        "order_problem.payment_failed": "A payment failed and was not tried again with success.",
        "order_problem.held": "The shop holds an order back, such as for a suspected fraud.",
        "order_problem.exception": "The carrier reports a problem with a parcel.",
        "order_problem.lost": "A parcel is lost.",
        "order_problem.returned_to_sender": "A parcel could not be delivered and goes back to the shop.",
        "order_problem.delayed": "An order or a parcel is later than promised and has not arrived.",
        "order_problem.refund_under_way": "The customer is returning goods and waits for the money.",
        "order_problem.at_most_passed": "The problem was still open when the longest delay had passed.",
    }

    def applies_to(self, delivery: Delivery) -> bool:
        """Look at marketing messages and audiences, with goods or without."""
        return is_marketing(delivery)

    def judge(self, delivery: Delivery, facts: Facts, now: datetime) -> Verdict:
        """Hold the delivery while a problem is open and young enough to count."""
        holds = [
            Hold(f"order_problem.{problem.what}", problem.at + self.params.within + TICK, (problem.evidence,))
            for problem in _problems(facts, now - self.params.grace)
            if now - problem.at <= self.params.within
        ]
        if not holds:
            return ALLOW
        latest = delivery.planned_at + self.params.at_most
        deadline = Deadline(latest, self.params.then, "order_problem.at_most_passed")
        return hold_back(holds, self.params.do, now, deadline)


def _problems(facts: Facts, overdue: datetime) -> Iterator[_Problem]:
    """List what is wrong; what was promised for before `overdue` is late."""
    for order in facts.orders.values():
        if order.promised_at or order.status in _AMISS:
            yield from _problems_of_order(order, facts, overdue)
    for payment in facts.payments.values():
        if payment.status is _PAYMENT_FAILED and not _is_paid_after_all(payment, facts):
            yield _Problem("payment_failed", payment.changed_at, of_payment(payment))
    for parcel in facts.shipments.values():
        if parcel.status in _OPEN:
            yield from _problems_of_parcel(parcel, facts, overdue)
    for back in facts.returns.values():
        if back.status in _COMING_BACK and not _is_paid_back(back, facts):
            yield _Problem("refund_under_way", back.changed_at, of_return(back))


def _problems_of_order(order: Order, facts: Facts, overdue: datetime) -> Iterator[_Problem]:
    if order.status is _ORDER_FAILED and not _was_tried_again(order, facts):
        yield _Problem("payment_failed", order.changed_at, of_order(order))
    if order.status is _HELD:
        yield _Problem("held", order.changed_at, of_order(order))
    promised_at = order.promised_at
    if promised_at and promised_at < overdue and order.status in _STANDS and not is_delivered(order, facts):
        yield _Problem("delayed", promised_at, of_order(order))


def _problems_of_parcel(parcel: Shipment, facts: Facts, overdue: datetime) -> Iterator[_Problem]:
    order = facts.orders.get(parcel.order_id)
    if order is not None and order.status in _OVER:
        return
    if parcel.status in _TROUBLED:
        yield _Problem(parcel.status.value, parcel.changed_at, of_parcel(parcel))
    if parcel.expected_at and parcel.expected_at < overdue and parcel.status in _TRAVELLING:
        yield _Problem("delayed", parcel.expected_at, of_parcel(parcel))


def _was_tried_again(failed: Order, facts: Facts) -> bool:
    """Tell whether the order was paid later, or its checkout led to a later order that stands or was refunded."""
    return _has_paid(failed.order_id, failed.changed_at, facts) or _has_successor(failed, failed.placed_at, facts)


def _is_paid_after_all(failed: Payment, facts: Facts) -> bool:
    """Tell whether another payment came later, or the order was placed after it, replaced by another, or is over."""
    order = facts.orders.get(failed.order_id)
    if _has_paid(failed.order_id, failed.changed_at, facts):
        return True
    return order is not None and (
        order.status in _OVER
        or (order.status in _STANDS and order.placed_at > failed.changed_at)
        or _has_successor(order, failed.changed_at, facts)
    )


def _has_paid(order_id: str, since: datetime, facts: Facts) -> bool:
    return bool(order_id) and any(
        payment.order_id == order_id and payment.status == PaymentStatus.PAID and payment.changed_at >= since
        for payment in facts.payments.values()
    )


def _has_successor(failed: Order, since: datetime, facts: Facts) -> bool:
    """Tell whether the same checkout led to a later order that stands, or stood until it was refunded."""
    return bool(failed.checkout_id) and any(
        order.checkout_id == failed.checkout_id and order.placed_at > since
        for order in facts.orders.values()
        if order.status in _PAID
    )


def _is_paid_back(back: Return, facts: Facts) -> bool:
    """Tell whether money was paid back for the return's order since it was asked for: for its goods, or a sum.

    Where the return or the refund names no goods, any money of the order counts.
    """
    returned = {line.product_id for line in back.lines}
    return bool(back.order_id) and any(
        refund.order_id == back.order_id
        and refund.refunded_at >= back.requested_at
        and (not returned or not refund.lines or any(line.product_id in returned for line in refund.lines))
        for refund in facts.refunds.values()
    )
