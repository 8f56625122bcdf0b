"""Is a listed address never written to?"""

import pytest
from msgspec.structs import replace

from journeys.vocabulary import Purpose, Reach
from operational_guards.suppression_list import SuppressionList
from operational_guards.verdict import Allow, Evidence, Suppress
from tests.operational_guards.people import ANN, NOW, about, guard_of, known


def answer(suppressed, **changes):
    facts = known(profile=replace(ANN, suppressed=suppressed))
    return guard_of(SuppressionList).judge(about(**changes), facts, NOW)


@pytest.mark.parametrize("cause", ["unsubscribed", "hard_bounce", "spam_complaint"])
def test_marketing_to_a_listed_address_is_suppressed(cause):
    assert answer({"ann@example.com": cause}) == Suppress(
        f"suppression_list.{cause}", (Evidence("suppression", "email", cause),)
    )


def test_an_address_listed_for_another_cause_is_suppressed_too():
    assert answer({"ann@example.com": "asked_by_phone"}).reason == "suppression_list.listed"


@pytest.mark.parametrize("cause", ["hard_bounce", "spam_complaint"])
def test_what_is_owed_does_not_go_to_an_address_that_bounced_or_complained(cause):
    verdict = answer({"ann@example.com": cause}, purpose=Purpose.TRANSACTIONAL)
    assert verdict.reason == f"suppression_list.{cause}"


def test_what_is_owed_goes_after_an_unsubscription():
    assert answer({"ann@example.com": "unsubscribed"}, purpose=Purpose.TRANSACTIONAL) == Allow()


def test_the_address_of_the_channel_counts_and_no_other():
    assert answer({"ann@example.com": "unsubscribed"}, channel="sms") == Allow()


def test_a_listed_phone_number_suppresses_texts():
    assert answer({"+37120000001": "unsubscribed"}, channel="sms").reason == "suppression_list.unsubscribed"


def test_a_person_without_an_address_is_left_to_the_action():
    facts = known(profile=replace(ANN, email="", suppressed={"": "unsubscribed"}))
    assert guard_of(SuppressionList).judge(about(), facts, NOW) == Allow()


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, True),
        ({"reach": Reach.AUDIENCE}, True),
        ({"reach": Reach.CRM}, False),
        ({"purpose": Purpose.TRANSACTIONAL}, True),
    ],
)
def test_it_looks_at_every_message_and_audience(changes, expected):
    assert guard_of(SuppressionList).applies_to(about(**changes)) is expected
