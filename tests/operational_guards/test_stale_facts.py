"""Does marketing wait while nobody knows what customers bought?"""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from journeys.vocabulary import Doubt, Purpose, Reach
from operational_guards.in_delivery import InDelivery
from operational_guards.judge import judge
from operational_guards.registry import build_rules
from operational_guards.stale_facts import StaleFacts
from operational_guards.testing import check_guard
from operational_guards.verdict import Allow, Delay, Evidence, Suppress
from tests.operational_guards.people import BUILT_IN, DAY, HOUR, MOMENT, NOW, about, guard_of, judged, known

MINUTE = timedelta(minutes=1)
SILENT = Doubt("shop", "silent", NOW - 2 * DAY)
NO_ANSWER = Doubt("parcels", "no_answer", NOW - HOUR)
SHOP = Evidence("source", "shop", "unknown", NOW - 2 * DAY, "silent")
PARCELS = Evidence("source", "parcels", "unknown", NOW - HOUR, "no_answer")


def doubting(**doubts):
    facts = known()
    facts.doubts = {kind: given if isinstance(given, tuple) else (given,) for kind, given in doubts.items()}
    return facts


def answer(facts, *, delivery=None, **parameters):
    return guard_of(StaleFacts, **parameters).judge(delivery or about(), facts, NOW)


def test_a_silent_source_holds_marketing():
    assert answer(doubting(orders=SILENT)) == Delay(NOW + 15 * MINUTE, "stale_facts.silent", (SHOP,), on_change=True)


def test_a_source_that_does_not_answer_holds_marketing():
    assert answer(doubting(shipments=NO_ANSWER)) == Delay(
        NOW + 15 * MINUTE, "stale_facts.no_answer", (PARCELS,), on_change=True
    )


def test_facts_without_a_doubt_let_it_go():
    assert answer(known()) == Allow()


def test_a_source_never_heard_is_evidence_without_a_moment():
    verdict = answer(doubting(orders=Doubt("shop", "silent", None)))
    assert verdict.evidence == (Evidence("source", "shop", "unknown", None, "silent"),)


def test_silence_is_the_reason_where_another_source_does_not_answer():
    assert answer(doubting(orders=SILENT, shipments=NO_ANSWER)).reason == "stale_facts.silent"


def test_every_doubted_source_is_evidence_once():
    assert answer(doubting(orders=SILENT, returns=SILENT, shipments=(SILENT, NO_ANSWER))).evidence == (PARCELS, SHOP)


def test_kinds_that_nobody_asked_about_may_be_in_doubt():
    assert answer(doubting(products=SILENT, tickets=NO_ANSWER)) == Allow()


def test_the_kinds_can_be_named():
    assert answer(doubting(tickets=NO_ANSWER), kinds=["tickets"]).reason == "stale_facts.no_answer"


def test_named_kinds_replace_the_usual_ones():
    assert answer(doubting(orders=SILENT), kinds=["tickets"]) == Allow()


def test_an_unknown_kind_is_refused():
    with pytest.raises(ValidationError, match="Input should be 'orders'"):
        guard_of(StaleFacts, kinds=["weather"])


def test_it_is_looked_at_again_after_half_the_time_already_waited():
    assert answer(doubting(orders=SILENT), delivery=about(planned_at=NOW - 8 * HOUR)).until == NOW + 4 * HOUR


def test_the_last_pause_ends_with_the_longest_delay():
    assert answer(doubting(orders=SILENT), delivery=about(planned_at=NOW - 6 * DAY)).until == NOW + DAY


def test_a_moment_before_the_longest_delay_ends_the_message_waits():
    verdict = answer(doubting(orders=SILENT), delivery=about(planned_at=NOW - 7 * DAY + MOMENT))
    assert verdict.until == NOW + MOMENT


def test_after_the_longest_delay_the_message_is_suppressed_by_what_it_waited_for():
    verdict = answer(doubting(orders=SILENT), delivery=about(planned_at=NOW - 7 * DAY))
    assert verdict == Suppress("stale_facts.silent", (SHOP,))


def test_after_the_longest_delay_the_message_may_go_if_so_configured():
    assert answer(doubting(orders=SILENT), delivery=about(planned_at=NOW - 7 * DAY), then="send") == Allow()


def test_doubt_can_suppress_the_message_instead():
    assert answer(doubting(orders=SILENT), do="suppress") == Suppress("stale_facts.silent", (SHOP,))


def test_its_own_yes_is_a_yes_although_the_facts_are_in_doubt():
    guard = guard_of(StaleFacts, then="send")
    judgement = judged([guard], about(planned_at=NOW - 7 * DAY), doubting(orders=SILENT), NOW)
    assert judgement.verdict == Allow()


def test_its_yes_does_not_speak_for_a_guard_that_needs_the_facts():
    guards = [guard_of(StaleFacts, then="send"), guard_of(InDelivery)]
    judgement = judged(guards, about("grinder", planned_at=NOW - 7 * DAY), doubting(orders=SILENT), NOW)
    assert judgement.verdict.reason == "in_delivery.unknown"


def test_it_holds_where_another_guard_was_told_to_let_the_unknown_go():
    configured = {"in_delivery": {"if_unknown": "allow"}, "stale_facts": {}}
    rules = build_rules(configured, known={name: BUILT_IN[name] for name in configured})
    verdict = judge(rules, about("grinder"), doubting(shipments=NO_ANSWER), NOW).verdict
    assert verdict.reason == "stale_facts.no_answer"


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, True),
        ({"reach": Reach.AUDIENCE}, True),
        ({"reach": Reach.CRM}, False),
        ({"purpose": Purpose.TRANSACTIONAL}, False),
    ],
)
def test_it_looks_at_marketing_messages_and_audiences(changes, expected):
    assert guard_of(StaleFacts).applies_to(about(**changes)) is expected


@given(
    kind=st.sampled_from(["orders", "shipments", "tickets"]),
    doubt=st.sampled_from([SILENT, NO_ANSWER]),
    waited=st.integers(-60, 60 * 24 * 60),
    at_most=st.sampled_from(["1h", "7d", "60d"]),
    then=st.sampled_from(["suppress", "send"]),
)
def test_it_keeps_the_contract(kind, doubt, waited, at_most, then):
    guard = guard_of(StaleFacts, at_most=at_most, then=then)
    check_guard(guard, about(planned_at=NOW - waited * MINUTE), doubting(**{kind: doubt}), NOW)
