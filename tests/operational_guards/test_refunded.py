"""Are goods whose money was paid back left alone?"""

import pytest

from journeys.vocabulary import Intent, OrderStatus, Purpose, Reach, ReturnStatus
from operational_guards.refunded import Refunded
from operational_guards.verdict import Allow, Delay, DropItems, Suppress
from tests.operational_guards.people import (
    DAY,
    MOMENT,
    NOW,
    about,
    give_back,
    guard_of,
    known,
    order,
    product,
    refund,
    seen,
)

BOUGHT = order("o9", "grinder", "cup", placed_at=NOW - 20 * DAY)
WHOLE = order("o9", "grinder", placed_at=NOW - 20 * DAY, status=OrderStatus.REFUNDED, changed_at=NOW - 2 * DAY)
PART = refund("f1", "o9", "grinder", refunded_at=NOW - 2 * DAY)


def answer(*facts, now=NOW, **parameters):
    return guard_of(Refunded, **parameters).judge(about("beans", "grinder"), known(*facts), now)


def test_goods_of_an_order_that_was_refunded_are_dropped():
    evidence = (seen("order", "o9", "refunded", NOW - 2 * DAY),)
    assert answer(WHOLE) == DropItems(frozenset({1}), "refunded.whole", evidence)


def test_goods_that_were_refunded_are_dropped():
    evidence = (seen("refund", "f1", "refunded", NOW - 2 * DAY),)
    assert answer(BOUGHT, PART) == DropItems(frozenset({1}), "refunded.part", evidence)


def test_other_goods_of_the_order_are_not_dropped():
    assert answer(BOUGHT, refund("f1", "o9", "cup")) == Allow()


def test_a_sum_concerns_all_goods_of_its_order():
    verdict = answer(BOUGHT, refund("f1", "o9"))
    assert (verdict.places, verdict.reason) == (frozenset({1}), "refunded.sum")


def test_sums_can_be_ignored():
    assert answer(BOUGHT, refund("f1", "o9"), sums="ignore") == Allow()


def test_ignoring_sums_does_not_ignore_goods():
    assert answer(BOUGHT, PART, sums="ignore").reason == "refunded.part"


def test_a_sum_for_an_unheard_of_order_concerns_no_goods():
    assert answer(refund("f1", "o404")) == Allow()


def test_goods_refunded_for_an_unheard_of_order_are_dropped():
    assert answer(refund("f1", "o404", "grinder")).places == frozenset({1})


@pytest.mark.parametrize("status", [OrderStatus.PLACED, OrderStatus.CANCELLED, OrderStatus.PAYMENT_FAILED])
def test_an_order_that_was_not_refunded_is_not_held(status):
    assert answer(order("o9", "grinder", placed_at=NOW - DAY, status=status)) == Allow()


def test_a_return_is_not_a_refund():
    assert answer(give_back("r1", "grinder", status=ReturnStatus.REFUNDED)) == Allow()


def test_an_order_placed_after_the_refunded_one_makes_it_good():
    assert answer(WHOLE, order("o10", "grinder", placed_at=NOW - 20 * DAY + MOMENT)) == Allow()


def test_an_order_placed_with_the_refunded_one_does_not():
    assert answer(WHOLE, order("o10", "grinder", placed_at=NOW - 20 * DAY)).reason == "refunded.whole"


def test_an_order_after_the_refund_of_a_part_makes_it_good():
    assert answer(BOUGHT, PART, order("o10", "grinder", placed_at=NOW - 2 * DAY + MOMENT)) == Allow()


def test_an_order_between_the_purchase_and_the_refund_of_a_part_does_not():
    assert answer(BOUGHT, PART, order("o10", "grinder", placed_at=NOW - 3 * DAY)).reason == "refunded.part"


def test_the_newest_refund_gives_the_reason():
    older = refund("f1", "o9", "grinder", refunded_at=NOW - 3 * DAY)
    assert answer(WHOLE, older).reason == "refunded.whole"


def test_without_within_a_refund_holds_for_ever():
    assert answer(refund("f1", "o9", "grinder", refunded_at=NOW - 2000 * DAY)).reason == "refunded.part"


def test_within_counts_from_the_refund_and_includes_its_last_moment():
    assert answer(refund("f1", "o9", "grinder", refunded_at=NOW - 60 * DAY), within="60d").places == frozenset({1})


def test_after_within_the_goods_may_be_promoted_again():
    assert answer(refund("f1", "o9", "grinder", refunded_at=NOW - 60 * DAY - MOMENT), within="60d") == Allow()


def test_a_delay_lasts_until_within_is_over():
    verdict = answer(PART, do="delay", within="10d")
    assert isinstance(verdict, Delay)
    assert (verdict.until, verdict.on_change) == (NOW + 8 * DAY + MOMENT, True)


def test_after_the_longest_delay_the_message_is_suppressed():
    verdict = answer(PART, do="delay", now=NOW + 30 * DAY)
    assert isinstance(verdict, Suppress)
    assert verdict.reason == "refunded.at_most_passed"


def test_a_part_of_a_bundle_that_was_refunded_is_dropped():
    catalog = product("starter_kit", parts=("grinder",))
    assert answer(refund("f1", "o9", "starter_kit"), catalog).places == frozenset({1})


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
    assert guard_of(Refunded).applies_to(about("grinder", **changes)) is expected
