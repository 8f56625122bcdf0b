"""Does the customer wait for an answer from the shop?

Rule: no marketing while a ticket of the customer is open, and for a short while after it was closed. Any ticket holds
everything, unless `same` narrows it down and the ticket names goods: then only messages about such goods are held.
Source: the rule for customers in trouble in `docs/guards.md`.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, ClassVar

from pydantic import BeforeValidator

from journeys.duration import parse_duration
from journeys.vocabulary import Delivery, FactKind, Facts, Item, Ticket, TicketStatus
from operational_guards.base import ALLOW, DurationText, GuardParams, is_marketing
from operational_guards.evidence import of_ticket
from operational_guards.holds import TICK, Deadline, Do, Hold, Then, hold_back
from operational_guards.sameness import Same, products_like
from operational_guards.verdict import Verdict

_OPEN = TicketStatus.OPEN
_UNTIL = re.compile(r"closed(?:\s*\+\s*(.+))?")


def _grace(value: object) -> timedelta:
    if isinstance(value, timedelta):
        return value
    match = _UNTIL.fullmatch(str(value).strip())
    if not match:
        raise ValueError(f'expected "closed" or a while after it, got "{value}"; write "closed + 1d"')
    return parse_duration(match[1]) if match[1] else timedelta(0)


class OpenTicketParams(GuardParams):
    """How a ticket holds marketing: `until` is the while after it was closed.

    An open ticket nobody has touched for `within` no longer counts; without it every open ticket does.
    """

    do: Do = "delay"
    until: Annotated[timedelta, BeforeValidator(_grace, json_schema_input_type=str)] = timedelta(days=1)
    within: DurationText | None = None
    same: Same = "any"
    at_most: DurationText = timedelta(days=14)
    then: Then = "suppress"


@dataclass(frozen=True, slots=True)
class OpenTicket:
    """Holds marketing to a customer who waits for an answer, or has only just had it."""

    params: OpenTicketParams

    name: ClassVar[str] = "open_ticket"
    Params: ClassVar[type[GuardParams]] = OpenTicketParams
    always: ClassVar[bool] = False
    needs: ClassVar[frozenset[FactKind]] = frozenset({"tickets"})
    speaks_by: ClassVar[tuple[str, ...]] = ("tickets",)
    reasons: ClassVar[Mapping[str, str]] = {
        "open_ticket.open": "The customer waits for an answer to a question or complaint.",
        "open_ticket.just_closed": "A ticket was closed, and the while after that is not over.",
        "open_ticket.at_most_passed": "The ticket was still open, or just closed, when the longest delay had passed.",
    }

    def applies_to(self, delivery: Delivery) -> bool:
        """Look at marketing messages and audiences, with goods or without."""
        return is_marketing(delivery)

    def judge(self, delivery: Delivery, facts: Facts, now: datetime) -> Verdict:
        """Hold the delivery, or its goods, while a ticket is open or was only just closed."""
        if not facts.tickets:
            return ALLOW
        latest = delivery.planned_at + self.params.at_most
        holds = [
            hold
            for ticket in facts.tickets.values()
            if self._counts(ticket, now)
            for hold in self._holds(ticket, delivery, facts, latest)
        ]
        if not holds:
            return ALLOW
        params, is_about_all = self.params, any(hold.place < 0 for hold in holds)
        # What is held as a whole has no goods left to send.
        do: Do = "suppress" if is_about_all and params.do == "drop_items" else params.do
        then: Then = "suppress" if is_about_all and params.then == "drop_items" else params.then
        return hold_back(holds, do, now, Deadline(latest, then, "open_ticket.at_most_passed"))

    def _counts(self, ticket: Ticket, now: datetime) -> bool:
        if ticket.status is not _OPEN:
            return now < ticket.changed_at + self.params.until
        return self.params.within is None or now - ticket.changed_at <= self.params.within

    def _holds(self, ticket: Ticket, delivery: Delivery, facts: Facts, latest: datetime) -> Iterator[Hold]:
        for place in self._places(ticket, delivery, facts):
            if ticket.status is _OPEN:
                yield Hold("open_ticket.open", self._end(ticket, latest), (of_ticket(ticket),), place=place)
            else:
                free = ticket.changed_at + self.params.until
                yield Hold("open_ticket.just_closed", free, (of_ticket(ticket),), on_change=False, place=place)

    def _end(self, ticket: Ticket, latest: datetime) -> datetime:
        return latest if self.params.within is None else ticket.changed_at + self.params.within + TICK

    def _places(self, ticket: Ticket, delivery: Delivery, facts: Facts) -> list[int]:
        """Say which of the goods the ticket concerns; -1 stands for the whole message."""
        if self.params.same == "any" or not ticket.product_ids:
            return [-1]
        named = [Item(product_id) for product_id in ticket.product_ids]
        return [
            place for place, item in enumerate(delivery.items) if products_like(item, named, facts, self.params.same)
        ]
