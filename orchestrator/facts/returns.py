"""What does an event say about a return, and what is known of a return after several?"""

from datetime import datetime

from journeys.goods import to_items
from journeys.vocabulary import Event, Return, ReturnStatus
from orchestrator.facts.joining import changed, newest_status, united
from orchestrator.facts.reading import text, total
from orchestrator.statuses import return_status


def return_in(event: Event, observed_at: datetime, status: ReturnStatus) -> tuple[Return, ...]:
    """Read what an event says about a return."""
    return_id = text(event, "return_id")
    if not return_id:
        return ()
    lines = to_items(event.properties.get("products"))
    money = max(total(event, lines) or 0.0, 0.0)
    back = Return(
        return_id,
        text(event, "order_id"),
        status,
        united(lines),
        requested_at=event.at,
        changed_at=event.at,
        observed_at=observed_at,
        source=event.source,
        total=money,
    )
    return (back,)


def return_closed(event: Event, observed_at: datetime) -> tuple[Return, ...]:
    """Read the end of a return: refunded, unless the event says that it was declined or cancelled."""
    return return_in(event, observed_at, return_status(event.properties.get("status")) or ReturnStatus.REFUNDED)


def join_returns(known: Return, stated: Return) -> Return:
    """Unite what is known of a return with what is stated; goods once named as coming back stay named."""
    joined = {
        "order_id": max(known.order_id, stated.order_id),
        "requested_at": min(known.requested_at, stated.requested_at),
        "total": max(known.total, stated.total),
        "lines": united(known.lines, stated.lines),
        **newest_status(known, stated),
    }
    return changed(known, joined)
