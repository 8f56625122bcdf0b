"""Is a customer in trouble left in peace, and not for ever?"""

import pytest

from journeys.vocabulary import OrderStatus, Purpose, Reach, ReturnStatus, ShipmentStatus
from operational_guards.order_problem import OrderProblem
from operational_guards.verdict import Allow, Delay, Evidence, Suppress
from tests.operational_guards.people import DAY, MOMENT, NOW, about, give_back, guard_of, known, order, parcel

FAILED = order("o9", "grinder", placed_at=NOW - DAY, status=OrderStatus.PAYMENT_FAILED, checkout_id="k1")


def answer(*facts, now=NOW, **parameters):
    return guard_of(OrderProblem, **parameters).judge(about(), known(*facts), now)


def test_a_failed_payment_delays_a_message_without_goods():
    assert answer(FAILED) == Delay(
        NOW + 30 * DAY,
        "order_problem.payment_failed",
        (Evidence("order", "o9", "payment_failed", NOW - DAY),),
        on_change=True,
    )


@pytest.mark.parametrize("status", [OrderStatus.PLACED, OrderStatus.REFUNDED])
def test_a_later_order_of_the_same_checkout_settles_a_failed_payment(status):
    assert answer(FAILED, order("o10", "grinder", placed_at=NOW, status=status, checkout_id="k1")) == Allow()


@pytest.mark.parametrize(
    "other",
    [
        order("o10", "grinder", placed_at=NOW, checkout_id="k2"),
        order("o10", "grinder", placed_at=NOW - 2 * DAY, checkout_id="k1"),
        order("o10", "grinder", placed_at=NOW, status=OrderStatus.CANCELLED, checkout_id="k1"),
    ],
    ids=["another checkout", "an earlier order", "a cancelled order"],
)
def test_other_orders_do_not_settle_a_failed_payment(other):
    assert answer(FAILED, other).reason == "order_problem.payment_failed"


def test_orders_without_a_checkout_do_not_settle_each_other():
    failed = order("o9", "grinder", placed_at=NOW - DAY, status=OrderStatus.PAYMENT_FAILED)
    assert answer(failed, order("o10", "grinder", placed_at=NOW)).reason == "order_problem.payment_failed"


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        (ShipmentStatus.EXCEPTION, "order_problem.exception"),
        (ShipmentStatus.LOST, "order_problem.lost"),
        (ShipmentStatus.RETURNED_TO_SENDER, "order_problem.returned_to_sender"),
    ],
)
def test_a_parcel_in_trouble_delays(status, reason):
    assert answer(order("o9", "grinder", placed_at=NOW - DAY), parcel("s1", "o9", status)).reason == reason


@pytest.mark.parametrize("status", [OrderStatus.REFUNDED, OrderStatus.CANCELLED])
def test_a_lost_parcel_of_an_order_that_is_over_is_settled(status):
    over = order("o9", "grinder", placed_at=NOW - 9 * DAY, status=status)
    assert answer(over, parcel("s1", "o9", ShipmentStatus.LOST)) == Allow()


def test_a_lost_parcel_of_an_unheard_of_order_is_not_settled():
    assert answer(parcel("s1", "o404", ShipmentStatus.LOST)).reason == "order_problem.lost"


@pytest.mark.parametrize("status", [ReturnStatus.REQUESTED, ReturnStatus.IN_TRANSIT, ReturnStatus.RECEIVED])
def test_a_refund_under_way_delays(status):
    assert answer(give_back("r1", "grinder", status=status)).reason == "order_problem.refund_under_way"


@pytest.mark.parametrize("status", [ReturnStatus.REFUNDED, ReturnStatus.DECLINED, ReturnStatus.CANCELLED])
def test_a_return_that_is_over_is_no_problem(status):
    assert answer(give_back("r1", "grinder", status=status)) == Allow()


def test_a_parcel_that_travels_well_is_no_problem():
    assert answer(parcel("s1", "o9", ShipmentStatus.IN_TRANSIT)) == Allow()


def test_a_problem_counts_up_to_the_last_moment_of_within():
    old = parcel("s1", "o9", ShipmentStatus.LOST, changed_at=NOW - 60 * DAY)
    assert answer(old).until == NOW + MOMENT


def test_a_problem_older_than_within_no_longer_counts():
    assert answer(parcel("s1", "o9", ShipmentStatus.LOST, changed_at=NOW - 60 * DAY - MOMENT)) == Allow()


def test_of_several_problems_the_one_that_counts_longest_sets_the_end():
    old = parcel("s1", "o9", ShipmentStatus.LOST, changed_at=NOW - 59 * DAY)
    newer = give_back("r1", "grinder", requested_at=NOW - 50 * DAY)
    verdict = answer(old, newer)
    assert (verdict.until, verdict.reason) == (NOW + 10 * DAY + MOMENT, "order_problem.refund_under_way")


def test_every_problem_is_evidence():
    verdict = answer(FAILED, parcel("s1", "o1", ShipmentStatus.LOST), give_back("r1", "grinder"))
    assert [evidence.id for evidence in verdict.evidence] == ["o9", "r1", "s1"]


def test_after_the_longest_delay_the_message_is_suppressed():
    verdict = answer(FAILED, now=NOW + 30 * DAY)
    assert isinstance(verdict, Suppress)
    assert verdict.reason == "order_problem.at_most_passed"


def test_after_the_longest_delay_the_message_may_go_if_so_configured():
    assert answer(FAILED, now=NOW + 30 * DAY, then="send") == Allow()


def test_a_problem_can_suppress_the_message_instead():
    assert answer(FAILED, do="suppress") == Suppress(
        "order_problem.payment_failed", (Evidence("order", "o9", "payment_failed", NOW - DAY),)
    )


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
    assert guard_of(OrderProblem).applies_to(about(**changes)) is expected
