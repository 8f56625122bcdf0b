"""Is a customer who waits for an answer left in peace?"""

import pytest
from pydantic import ValidationError

from journeys.vocabulary import Intent, Purpose, Reach, TicketStatus
from operational_guards.open_ticket import OpenTicket
from operational_guards.verdict import Allow, Delay, DropItems, Suppress
from tests.operational_guards.people import DAY, HOUR, MOMENT, NOW, about, guard_of, known, product, seen, ticket

OPEN = ticket("t1")
ABOUT_THE_GRINDER = ticket("t1", "grinder")


def closed(at, *products):
    return ticket("t1", *products, status=TicketStatus.CLOSED, changed_at=at)


def answer(*facts, now=NOW, delivery=None, **parameters):
    return guard_of(OpenTicket, **parameters).judge(delivery or about("beans", "grinder"), known(*facts), now)


def test_an_open_ticket_delays_until_it_is_closed_or_the_longest_delay_ends():
    evidence = (seen("ticket", "t1", "open", NOW - DAY),)
    assert answer(OPEN) == Delay(NOW + 14 * DAY, "open_ticket.open", evidence, on_change=True)


def test_an_open_ticket_delays_a_message_without_goods():
    assert answer(OPEN, delivery=about()).reason == "open_ticket.open"


def test_a_ticket_about_other_goods_delays_all_the_same():
    assert answer(ticket("t1", "cup")).reason == "open_ticket.open"


def test_a_ticket_that_was_just_closed_delays_until_the_while_is_over():
    verdict = answer(closed(NOW - HOUR))
    assert (verdict.until, verdict.reason, verdict.on_change) == (NOW + 23 * HOUR, "open_ticket.just_closed", False)


def test_at_the_very_end_of_the_while_the_message_goes():
    assert answer(closed(NOW - DAY)) == Allow()


def test_a_moment_before_that_it_waits():
    assert answer(closed(NOW - DAY + MOMENT)).until == NOW + MOMENT


def test_until_closed_needs_no_while():
    assert answer(closed(NOW), until="closed") == Allow()


def test_an_open_ticket_outweighs_one_that_was_just_closed():
    assert answer(closed(NOW), ticket("t2")).reason == "open_ticket.open"


def test_a_ticket_about_goods_can_hold_these_alone():
    other = about("beans")
    assert answer(ABOUT_THE_GRINDER, delivery=other, same="product") == Allow()


def test_a_ticket_about_goods_holds_a_message_about_them():
    assert answer(ABOUT_THE_GRINDER, same="product").reason == "open_ticket.open"


def test_a_ticket_about_no_goods_holds_everything_even_so():
    assert answer(OPEN, delivery=about("beans"), same="product").reason == "open_ticket.open"


def test_goods_of_the_same_category_can_be_held_too():
    catalog = [product("mill", category="grinders"), product("grinder", category="grinders")]
    assert answer(ticket("t1", "mill"), *catalog, same="category").reason == "open_ticket.open"


def test_goods_that_a_ticket_is_about_can_be_dropped():
    verdict = answer(ABOUT_THE_GRINDER, same="product", do="drop_items")
    assert isinstance(verdict, DropItems)
    assert verdict.places == frozenset({1})


def test_a_ticket_that_holds_everything_leaves_no_goods_to_send():
    assert isinstance(answer(OPEN, do="drop_items"), Suppress)


def test_after_the_longest_delay_the_message_is_suppressed():
    verdict = answer(OPEN, now=NOW + 14 * DAY)
    assert isinstance(verdict, Suppress)
    assert verdict.reason == "open_ticket.at_most_passed"


def test_after_the_longest_delay_the_message_may_go_if_so_configured():
    assert answer(OPEN, now=NOW + 14 * DAY, then="send") == Allow()


def test_after_the_longest_delay_the_goods_may_be_dropped():
    verdict = answer(ABOUT_THE_GRINDER, now=NOW + 14 * DAY, same="product", then="drop_items")
    assert (verdict.places, verdict.reason) == (frozenset({1}), "open_ticket.at_most_passed")


def test_after_the_longest_delay_a_ticket_that_holds_everything_leaves_no_goods_to_send():
    assert isinstance(answer(OPEN, now=NOW + 14 * DAY, then="drop_items"), Suppress)


def test_without_within_a_forgotten_ticket_holds_for_ever():
    assert answer(ticket("t1", changed_at=NOW - 2000 * DAY)).reason == "open_ticket.open"


def test_an_open_ticket_counts_up_to_the_last_moment_of_within():
    assert answer(ticket("t1", changed_at=NOW - 60 * DAY), within="60d").until == NOW + MOMENT


def test_a_ticket_that_nobody_has_touched_within_that_no_longer_counts():
    assert answer(ticket("t1", changed_at=NOW - 60 * DAY - MOMENT), within="60d") == Allow()


def test_a_wrong_until_says_what_to_write():
    with pytest.raises(ValidationError, match='got "solved"; write "closed \\+ 1d"'):
        OpenTicket.Params.model_validate({"until": "solved"})


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, True),
        ({"intent": Intent.FOLLOW_UP}, True),
        ({"reach": Reach.AUDIENCE}, True),
        ({"reach": Reach.CRM}, False),
        ({"purpose": Purpose.TRANSACTIONAL}, False),
    ],
)
def test_it_looks_at_marketing_messages_and_audiences(changes, expected):
    assert guard_of(OpenTicket).applies_to(about("grinder", **changes)) is expected


def test_a_ticket_about_goods_does_not_concern_a_message_without_any():
    assert answer(ABOUT_THE_GRINDER, delivery=about(), same="product") == Allow()


def test_the_first_of_the_goods_is_dropped_like_any_other():
    verdict = answer(ABOUT_THE_GRINDER, delivery=about("grinder", "beans"), same="product", do="drop_items")
    assert isinstance(verdict, DropItems)
    assert verdict.places == frozenset({0})


def test_one_ticket_that_holds_everything_outweighs_one_about_some_goods():
    assert isinstance(answer(ABOUT_THE_GRINDER, ticket("t2"), same="product", do="drop_items"), Suppress)
