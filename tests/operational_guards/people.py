"""What is known about Ann, the plainly fictional customer of the guards' tests?"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from journeys.vocabulary import (
    Delivery,
    Facts,
    Item,
    Order,
    OrderStatus,
    PastSend,
    Profile,
    Return,
    ReturnStatus,
    Shipment,
    ShipmentStatus,
)
from operational_guards.already_bought import AlreadyBought
from operational_guards.base import Guard
from operational_guards.consent import Consent
from operational_guards.frequency_cap import FrequencyCap
from operational_guards.in_delivery import InDelivery
from operational_guards.order_problem import OrderProblem
from operational_guards.quiet_hours import QuietHours
from operational_guards.returned import Returned
from operational_guards.suppression_list import SuppressionList

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)  # a Monday
DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
MOMENT = timedelta(milliseconds=1)

BUILT_IN: dict[str, type[Guard]] = {
    guard.name: guard
    for guard in (
        AlreadyBought,
        Consent,
        FrequencyCap,
        InDelivery,
        OrderProblem,
        QuietHours,
        Returned,
        SuppressionList,
    )
}

ANN = Profile(
    id=1,
    created_at=NOW - 400 * DAY,
    email="ann@example.com",
    phone="+37120000001",
    timezone="UTC",
    consent={"marketing": True},
)


def guard_of(kind: type[Guard], **parameters: Any) -> Guard:
    """Build a guard from parameters as YAML has them; `from_` stands for `from`."""
    return kind(kind.Params.model_validate({key.rstrip("_"): value for key, value in parameters.items()}))


def about(*products: str, **changes: Any) -> Delivery:
    """Plan a marketing e-mail about these products for now."""
    delivery = Delivery(
        id=7,
        profile_id=1,
        enrollment_id=3,
        journey="cart_recovery",
        step="reminder",
        channel="email",
        planned_at=NOW,
        items=tuple(Item(product) for product in products),
    )
    return replace(delivery, **changes)


def order(
    order_id: str,
    *products: str,
    placed_at: datetime,
    status: OrderStatus = OrderStatus.PLACED,
    changed_at: datetime | None = None,
    checkout_id: str = "",
) -> Order:
    """Place an order of these products."""
    changed = changed_at or placed_at
    lines = tuple(Item(product) for product in products)
    return Order(order_id, placed_at, status, lines, 10.0, changed, changed, checkout_id=checkout_id)


def parcel(
    shipment_id: str,
    order_id: str,
    status: ShipmentStatus,
    *,
    changed_at: datetime = NOW - DAY,
    delivered_at: datetime | None = None,
    products: Sequence[str] = (),
) -> Shipment:
    """Send a parcel of an order; without products it holds all of them."""
    return Shipment(
        shipment_id,
        order_id,
        status,
        changed_at=changed_at,
        observed_at=changed_at,
        delivered_at=delivered_at,
        product_ids=tuple(products),
    )


def give_back(
    return_id: str,
    *products: str,
    order_id: str = "",
    status: ReturnStatus = ReturnStatus.REQUESTED,
    requested_at: datetime = NOW - DAY,
    changed_at: datetime | None = None,
) -> Return:
    """Return these products."""
    changed = changed_at or requested_at
    return Return(
        return_id, order_id, status, tuple(Item(product) for product in products), requested_at, changed, changed
    )


def sent(at: datetime, channel: str = "email", *, delivery_id: int = 0) -> PastSend:
    """Remember a marketing message."""
    return PastSend(at, channel, "weekly", delivery_id)


def known(*facts: Order | Shipment | Return | PastSend, profile: Profile = ANN) -> Facts:
    """Put facts together the way they are kept, with the ways from products and orders."""
    kept = Facts(profile)
    for fact in sorted(facts, key=_age):
        match fact:
            case Order():
                kept.orders[fact.order_id] = fact
                for line in fact.lines:
                    kept.orders_of_product.setdefault(line.product_id, []).append(fact.order_id)
            case Shipment():
                kept.shipments[fact.shipment_id] = fact
                kept.shipments_of_order.setdefault(fact.order_id, []).append(fact.shipment_id)
            case Return():
                kept.returns[fact.return_id] = fact
                for line in fact.lines:
                    kept.returns_of_product.setdefault(line.product_id, []).append(fact.return_id)
            case PastSend():
                kept.sends.append(fact)
    return kept


def _age(fact: Order | Shipment | Return | PastSend) -> datetime:
    match fact:
        case Order():
            return fact.placed_at
        case Return():
            return fact.requested_at
        case Shipment():
            return fact.changed_at
        case PastSend():
            return fact.at
