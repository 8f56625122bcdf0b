"""Do a customer's tickets leave behind whether somebody still waits for an answer?"""

from itertools import permutations

import pytest

from journeys.vocabulary import Ticket, TicketStatus
from tests.orchestrator.test_facts import BEANS, DAY, HOUR, SEEN, T0, known, said


def test_a_ticket_is_known_with_its_order_and_goods() -> None:
    facts = known(said("Ticket Opened", ticket_id=7, order_id="o1", products=[BEANS]))
    assert facts.tickets == {
        "7": Ticket("7", "o1", TicketStatus.OPEN, T0, T0, SEEN, ("beans",), source="segment", version=1)
    }


@pytest.mark.parametrize(
    ("name", "word", "status"),
    [
        ("Ticket Opened", None, "open"),
        ("Ticket Opened", "solved", "closed"),
        ("Ticket Updated", "pending", "open"),
        ("Ticket Updated", "new", "open"),
        ("Ticket Updated", "on-hold", "open"),
        ("Ticket Updated", "hold", "open"),
        ("Ticket Updated", "Solved", "closed"),
        ("Ticket Updated", "resolved", "closed"),
        ("Ticket Updated", "escalated", "open"),
        ("Ticket Closed", None, "closed"),
        ("Ticket Closed", "archived", "closed"),
    ],
)
def test_a_ticket_takes_the_status_that_is_stated(name: str, word: str | None, status: str) -> None:
    assert known(said(name, ticket_id="t1", status=word)).tickets["t1"].status == status


def test_a_ticket_has_its_newest_status_and_its_first_moment_whatever_comes_first() -> None:
    messages = [
        said("Ticket Opened", T0, ticket_id="t1"),
        said("Ticket Closed", T0 + HOUR, ticket_id="t1"),
        said("Ticket Updated", T0 + DAY, ticket_id="t1", status="escalated", order_id="o1"),
    ]
    found = [known(*arrival).tickets["t1"] for arrival in permutations(messages)]
    assert [(each.status, each.opened_at, each.changed_at, each.order_id) for each in found] == [
        ("closed", T0, T0 + HOUR, "o1")
    ] * 6


def test_a_ticket_that_is_answered_again_is_open_again() -> None:
    facts = known(
        said("Ticket Closed", ticket_id="t1"), said("Ticket Updated", T0 + DAY, ticket_id="t1", status="open")
    )
    assert facts.tickets["t1"].status is TicketStatus.OPEN
