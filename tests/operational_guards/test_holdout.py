"""Is the right share of customers kept out, and always the same ones?"""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from pydantic import ValidationError

from journeys.vocabulary import Facts, Purpose, Reach
from operational_guards.holdout import Holdout
from operational_guards.testing import check_guard
from operational_guards.verdict import Allow, Evidence, Suppress
from tests.operational_guards.people import ANN, DAY, NOW, about, guard_of, known

PEOPLE = 10_000
FOUR_DEVIATIONS = 4 * (PEOPLE * 0.05 * 0.95) ** 0.5


def answer(profile_id=1, *, delivery=None, now=NOW, **parameters):
    return guard_of(Holdout, **parameters).judge(delivery or about(), Facts(replace(ANN, id=profile_id)), now)


def kept_out(first=1, journey="cart_recovery", **parameters):
    guard, delivery = guard_of(Holdout, **parameters), about(journey=journey)
    people = range(first, first + PEOPLE)
    return {number for number in people if guard.judge(delivery, Facts(replace(ANN, id=number)), NOW) != Allow()}


def test_a_customer_who_was_drawn_is_kept_out():
    assert answer(share="100%") == Suppress("holdout.kept_out", (Evidence("holdout", "shop", "kept_out"),))


def test_a_customer_who_was_not_drawn_is_let_go():
    assert answer(share="0%") == Allow()


def test_of_a_journey_the_journey_is_the_evidence():
    verdict = answer(share="100%", of="journey")
    assert verdict.evidence == (Evidence("holdout", "cart_recovery", "kept_out"),)


# Four deviations are passed once in sixteen thousand draws, so the draws are the same in every run.
@settings(derandomize=True, max_examples=20, deadline=None)
@given(first=st.integers(1, 2**31 - PEOPLE), salt=st.text(max_size=8), of=st.sampled_from(["shop", "journey"]))
def test_five_percent_of_any_ten_thousand_customers_are_kept_out(first, salt, of):
    assert abs(len(kept_out(first, share="5%", salt=salt, of=of)) - PEOPLE * 0.05) < FOUR_DEVIATIONS


@given(profile_id=st.integers(1, 2**31), share=st.sampled_from(["5%", "50%"]), of=st.sampled_from(["shop", "journey"]))
def test_a_customer_is_kept_out_today_as_tomorrow_and_from_one_message_as_from_another(profile_id, share, of):
    later = about("grinder", id=99, step="nudge", channel="sms", planned_at=NOW + 90 * DAY)
    first = answer(profile_id, share=share, of=of)
    assert answer(profile_id, share=share, of=of, delivery=later, now=NOW + 90 * DAY) == first


def test_the_draw_never_changes_between_releases():
    """A customer who moves from one group to the other between two releases spoils the comparison."""
    assert sorted(kept_out(share="0.1%"))[:5] == [417, 1075, 1559, 4397, 5419]


def test_of_the_shop_the_same_customers_are_kept_out_of_every_journey():
    assert kept_out(journey="winback", share="5%") == kept_out(share="5%")


def test_of_a_journey_others_are_kept_out_of_another():
    first, second = kept_out(share="5%", of="journey"), kept_out(journey="winback", share="5%", of="journey")
    assert 5 <= len(first & second) <= 50


def test_another_salt_keeps_others_out():
    assert 5 <= len(kept_out(share="5%") & kept_out(share="5%", salt="spring")) <= 50


def test_a_larger_share_keeps_those_of_the_smaller_one():
    assert kept_out(share="5%") < kept_out(share="10%")


def test_five_percent_of_the_shop_are_kept_out_by_default():
    assert kept_out() == kept_out(share="5%", of="shop", salt="")


def test_what_was_drawn_for_a_guards_own_holdout_is_another_draw():
    """Or the customers kept out would be just those whom chance lets through another guard."""
    guard = guard_of(Holdout, share="50%")
    assert {guard.judge(about(id=number), known(), NOW) for number in range(20)} == {answer(share="50%")}


@pytest.mark.parametrize("share", ["5", "101%", "-1%", "few"])
def test_a_wrong_share_says_what_to_write(share):
    with pytest.raises(ValidationError, match=f'got "{share}"; write one like 2%'):
        guard_of(Holdout, share=share)


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
    assert guard_of(Holdout).applies_to(about(**changes)) is expected


@given(profile_id=st.integers(1, 2**31), of=st.sampled_from(["shop", "journey"]))
def test_it_keeps_the_contract(profile_id, of):
    check_guard(guard_of(Holdout, share="50%", of=of), about("grinder"), Facts(replace(ANN, id=profile_id)), NOW)
