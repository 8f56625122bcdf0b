"""What does an event say about a refund, and what is known of a refund after several?"""

from datetime import datetime
from typing import Any

from journeys.goods import to_items
from journeys.vocabulary import Event, Order, OrderStatus, Refund, Return, ReturnStatus
from orchestrator.facts.joining import changed, united
from orchestrator.facts.orders import order_in
from orchestrator.facts.reading import text, total
from orchestrator.facts.returns import return_in


def refunded(event: Event, observed_at: datetime) -> tuple[Refund | Return | Order, ...]:
    """Read `Order Refunded`: the money of a return, some of an order's money or goods, or simply the whole order."""
    if text(event, "return_id"):
        return return_in(event, observed_at, ReturnStatus.REFUNDED)
    order_id, refund_id = text(event, "order_id"), text(event, "refund_id")
    lines = to_items(event.properties.get("products"))
    money = total(event, lines)
    if not (lines or refund_id or money):
        return order_in(event, observed_at, OrderStatus.REFUNDED, goods=False)
    refund_id = refund_id or (f"{order_id}/refund" if order_id else "")
    if not refund_id:
        return ()
    return (Refund(refund_id, order_id, united(lines), abs(money or 0.0), event.at, observed_at, event.source),)


def join_refunds(known: Refund, stated: Refund) -> Refund:
    """Unite what is known of a refund with what is stated: all goods named, and the largest sum since it was said."""
    joined: dict[str, Any] = {
        "order_id": max(known.order_id, stated.order_id),
        "lines": united(known.lines, stated.lines),
    }
    if _is_fuller(stated, known):
        joined |= {
            "total": stated.total,
            "refunded_at": stated.refunded_at,
            "source": stated.source,
            "observed_at": stated.observed_at,
            "version": known.version + stated.version,
        }
    return changed(known, joined)


def _is_fuller(stated: Refund, known: Refund) -> bool:
    """Say whether more was paid back, or as much and earlier."""
    if stated.total != known.total:
        return stated.total > known.total
    if stated.refunded_at != known.refunded_at:
        return stated.refunded_at < known.refunded_at
    return stated.source > known.source
