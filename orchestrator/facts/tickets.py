"""What does an event say about a customer's ticket, and what is known of a ticket after several?"""

from datetime import datetime

from journeys.goods import to_items
from journeys.vocabulary import Event, Ticket, TicketStatus
from orchestrator.facts.joining import changed, newest_status
from orchestrator.facts.reading import text
from orchestrator.statuses import ticket_status


def ticket_in(event: Event, observed_at: datetime, status: TicketStatus | None) -> tuple[Ticket, ...]:
    """Read what an event says about a ticket; one nobody stated a status of counts as open, in version 0."""
    ticket_id = text(event, "ticket_id")
    if not ticket_id:
        return ()
    ticket = Ticket(
        ticket_id,
        text(event, "order_id"),
        status or TicketStatus.OPEN,
        opened_at=event.at,
        changed_at=event.at,
        observed_at=observed_at,
        product_ids=tuple(sorted({item.product_id for item in to_items(event.properties.get("products"))})),
        source=event.source,
        version=0 if status is None else 1,
    )
    return (ticket,)


def ticket_opened(event: Event, observed_at: datetime) -> tuple[Ticket, ...]:
    """Read a new ticket: open, unless it was solved at once, as on the phone."""
    return ticket_in(event, observed_at, ticket_status(event.properties.get("status")) or TicketStatus.OPEN)


def ticket_updated(event: Event, observed_at: datetime) -> tuple[Ticket, ...]:
    """Read a change of a ticket, which mostly says where it stands now."""
    return ticket_in(event, observed_at, ticket_status(event.properties.get("status")))


def join_tickets(known: Ticket, stated: Ticket) -> Ticket:
    """Unite what is known of a ticket with what is stated."""
    joined = {
        "order_id": max(known.order_id, stated.order_id),
        "opened_at": min(known.opened_at, stated.opened_at),
        "product_ids": tuple(sorted({*known.product_ids, *stated.product_ids})),
        **newest_status(known, stated),
    }
    return changed(known, joined)
