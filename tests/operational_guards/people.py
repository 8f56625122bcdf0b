"""What is known about Ann, the plainly fictional customer of the guards' tests?"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, TypeAlias

from msgspec.structs import replace

from journeys.vocabulary import (
    NO_GOODS,
    Delivery,
    Facts,
    Goods,
    Item,
    Order,
    OrderStatus,
    PastSend,
    Payment,
    PaymentStatus,
    Product,
    Profile,
    Refund,
    Return,
    ReturnStatus,
    Shipment,
    ShipmentStatus,
    Stock,
    Ticket,
    TicketStatus,
)
from operational_guards.already_bought import AlreadyBought
from operational_guards.base import Guard
from operational_guards.cancelled import Cancelled
from operational_guards.consent import Consent
from operational_guards.frequency_cap import FrequencyCap
from operational_guards.holdout import Holdout
from operational_guards.http import Http
from operational_guards.in_delivery import InDelivery
from operational_guards.judge import judge
from operational_guards.open_ticket import OpenTicket
from operational_guards.order_problem import OrderProblem
from operational_guards.out_of_stock import OutOfStock
from operational_guards.price_lower_than_promised import PriceLowerThanPromised
from operational_guards.quiet_hours import QuietHours
from operational_guards.recent_message import RecentMessage
from operational_guards.refunded import Refunded
from operational_guards.returned import Returned
from operational_guards.review_before_delivery import ReviewBeforeDelivery
from operational_guards.rule import rule_of
from operational_guards.send_window import SendWindow
from operational_guards.stale_facts import StaleFacts
from operational_guards.suppression_list import SuppressionList
from operational_guards.verdict import Evidence

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)  # a Monday
DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
MOMENT = timedelta(milliseconds=1)

BUILT_IN: dict[str, type[Guard]] = {
    guard.name: guard
    for guard in (
        AlreadyBought,
        Cancelled,
        Consent,
        FrequencyCap,
        Holdout,
        Http,
        InDelivery,
        OpenTicket,
        OrderProblem,
        OutOfStock,
        PriceLowerThanPromised,
        QuietHours,
        RecentMessage,
        Refunded,
        Returned,
        ReviewBeforeDelivery,
        SendWindow,
        StaleFacts,
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
    **said: Any,
) -> Order:
    """Place an order of these products; anything else that is said of it goes by the name of its field."""
    changed = changed_at or placed_at
    lines = tuple(Item(product) for product in products)
    return Order(order_id, placed_at, status, lines, 10.0, changed, changed, **said)


def parcel(
    shipment_id: str,
    order_id: str,
    status: ShipmentStatus,
    *,
    changed_at: datetime = NOW - DAY,
    products: Sequence[str] = (),
    **said: Any,
) -> Shipment:
    """Send a parcel of an order; without products it holds all of them."""
    return Shipment(shipment_id, order_id, status, changed_at, changed_at, product_ids=tuple(products), **said)


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


def pay(
    payment_id: str, order_id: str, status: PaymentStatus = PaymentStatus.PAID, *, changed_at: datetime = NOW - DAY
) -> Payment:
    """Pay for an order, or try to."""
    return Payment(payment_id, order_id, status, changed_at, changed_at)


def refund(refund_id: str, order_id: str, *products: str, refunded_at: datetime = NOW - DAY) -> Refund:
    """Pay money back for these products of an order; without any it is a sum."""
    return Refund(refund_id, order_id, tuple(Item(product) for product in products), 5.0, refunded_at, refunded_at)


def ticket(
    ticket_id: str, *products: str, status: TicketStatus = TicketStatus.OPEN, changed_at: datetime = NOW - DAY
) -> Ticket:
    """Ask the shop something, about these products or nothing in particular."""
    return Ticket(ticket_id, "", status, changed_at, changed_at, changed_at, tuple(products))


def product(product_id: str, *, category: str = "", price: float | None = None, **said: Any) -> Product:
    """Put a product into the catalog."""
    return Product(product_id, category=category, price=price, changed_at=NOW - DAY, observed_at=NOW - DAY, **said)


def stock(key: str, quantity: float | None, *, location: str = "", in_stock: bool = True) -> Stock:
    """Say how much of a thing lies at a place; without a quantity only whether there is any."""
    there = in_stock if quantity is None else quantity > 0
    return Stock(key, location, there, quantity, NOW - DAY, NOW - DAY)


def sent(
    at: datetime,
    channel: str = "email",
    *,
    delivery_id: int = 0,
    journey: str = "weekly",
    products: Sequence[str] = (),
) -> PastSend:
    """Remember a marketing message about these products; without any it was about none in particular."""
    return PastSend(at, channel, journey, delivery_id, tuple(products))


def goods(*facts: Product | Stock) -> Goods:
    """Put the shop's goods together the way they are kept."""
    kept = Goods()
    for fact in facts:
        match fact:
            case Product():
                kept.products[fact.product_id] = fact
                for part in fact.parts:
                    kept.bundles_of[part] = (*kept.bundles_of.get(part, ()), fact.product_id)
            case Stock():
                kept.stock.setdefault(fact.key, {})[fact.location] = fact
    return kept


Fact: TypeAlias = Order | Shipment | Return | Payment | Refund | Ticket | PastSend


def known(*facts: Fact | Product | Stock, profile: Profile = ANN) -> Facts:
    """Put facts together the way they are kept, with the ways from products and orders."""
    shared = [fact for fact in facts if isinstance(fact, Product | Stock)]
    kept = Facts(profile, goods=goods(*shared) if shared else NO_GOODS)
    for fact in sorted((fact for fact in facts if not isinstance(fact, Product | Stock)), key=_age):
        _keep(kept, fact)
    return kept


def _keep(kept: Facts, fact: Fact) -> None:
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
        case Payment():
            kept.payments[fact.payment_id] = fact
        case Refund():
            kept.refunds[fact.refund_id] = fact
        case Ticket():
            kept.tickets[fact.ticket_id] = fact
        case PastSend():
            kept.sends.append(fact)


def _age(fact: Fact) -> datetime:
    match fact:
        case Order():
            return fact.placed_at
        case Return():
            return fact.requested_at
        case Refund():
            return fact.refunded_at
        case Shipment() | Payment() | Ticket():
            return fact.changed_at
        case PastSend():
            return fact.at


def seen(kind: str, id: str, state: str, at: datetime) -> Evidence:
    """Cite a fact of the above: by no source in particular, and learned of when it came to be so."""
    return Evidence(kind, id, state, at, observed_at=at)


def judged(guards, delivery, facts, now):
    """Judge by these guards, each acting on everything it looks at."""
    return judge([rule_of(guard) for guard in guards], delivery, facts, now)
