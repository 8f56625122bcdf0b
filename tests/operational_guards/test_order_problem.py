"""Is a customer in trouble left in peace, and not for ever?"""

import pytest

from journeys.vocabulary import OrderStatus, PaymentStatus, Purpose, Reach, ReturnStatus, ShipmentStatus
from operational_guards.order_problem import OrderProblem
from operational_guards.verdict import Allow, Delay, Suppress
from tests.operational_guards.people import (
    DAY,
    HOUR,
    MOMENT,
    NOW,
    about,
    give_back,
    guard_of,
    known,
    order,
    parcel,
    pay,
    refund,
    seen,
)

FAILED = order("o9", "grinder", placed_at=NOW - DAY, status=OrderStatus.PAYMENT_FAILED, checkout_id="k1")


def answer(*facts, now=NOW, **parameters):
    return guard_of(OrderProblem, **parameters).judge(about(), known(*facts), now)


def test_a_failed_payment_delays_a_message_without_goods():
    assert answer(FAILED) == Delay(
        NOW + 30 * DAY,
        "order_problem.payment_failed",
        (seen("order", "o9", "payment_failed", NOW - DAY),),
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


# Payments.

DECLINED = pay("p1", "o9", PaymentStatus.FAILED, changed_at=NOW - HOUR)
UNPAID = order("o9", "grinder", placed_at=NOW - DAY, checkout_id="k1")


def test_a_payment_that_failed_delays_though_the_order_stands():
    assert answer(UNPAID, DECLINED) == Delay(
        NOW + 30 * DAY,
        "order_problem.payment_failed",
        (seen("payment", "p1", "failed", NOW - HOUR),),
        on_change=True,
    )


def test_a_payment_that_failed_delays_though_its_order_was_never_heard_of():
    assert answer(pay("p1", "", PaymentStatus.FAILED)).reason == "order_problem.payment_failed"


@pytest.mark.parametrize("status", [PaymentStatus.PENDING, PaymentStatus.PAID])
def test_a_payment_that_has_not_failed_is_no_problem(status):
    assert answer(UNPAID, pay("p1", "o9", status)) == Allow()


@pytest.mark.parametrize(
    "after",
    [
        pay("p2", "o9", changed_at=NOW - HOUR),
        order("o9", "grinder", placed_at=NOW - HOUR + MOMENT),
        order("o10", "grinder", placed_at=NOW - HOUR + MOMENT, checkout_id="k1"),
        order("o9", "grinder", placed_at=NOW - DAY, status=OrderStatus.CANCELLED),
        order("o9", "grinder", placed_at=NOW - DAY, status=OrderStatus.REFUNDED),
    ],
    ids=["paid at last", "placed after it", "replaced by another", "cancelled", "refunded"],
)
def test_a_failed_payment_is_settled_by_what_came_after(after):
    assert answer(UNPAID, DECLINED, after) == Allow()


@pytest.mark.parametrize(
    "other",
    [
        pay("p2", "o9", changed_at=NOW - HOUR - MOMENT),
        pay("p2", "o8", changed_at=NOW),
        pay("p2", "o9", PaymentStatus.PENDING, changed_at=NOW),
        order("o10", "grinder", placed_at=NOW, checkout_id="k2"),
        order("o10", "grinder", placed_at=NOW - HOUR, checkout_id="k1"),
        order("o9", "grinder", placed_at=NOW - HOUR),
    ],
    ids=[
        "paid before",
        "another order paid",
        "not paid yet",
        "another checkout",
        "another order at that moment",
        "placed at that moment",
    ],
)
def test_a_failed_payment_is_not_settled_by_anything_else(other):
    assert answer(UNPAID, DECLINED, other).reason == "order_problem.payment_failed"


def test_payments_without_an_order_do_not_settle_each_other():
    assert answer(pay("p1", "", PaymentStatus.FAILED), pay("p2", "", changed_at=NOW)).evidence[0].id == "p1"


def test_a_payment_settles_an_order_whose_payment_had_failed():
    assert answer(FAILED, pay("p1", "o9", changed_at=NOW - DAY)) == Allow()


# Orders and parcels.


def test_an_order_that_the_shop_holds_back_delays():
    held = order("o9", "grinder", placed_at=NOW - DAY, status=OrderStatus.HELD)
    assert answer(held).reason == "order_problem.held"


def promised(at, status=OrderStatus.PLACED):
    return order("o9", "grinder", placed_at=NOW - 9 * DAY, promised_at=at, status=status)


def expected(at, status=ShipmentStatus.IN_TRANSIT):
    return parcel("s1", "o9", status, expected_at=at)


LATE = NOW - DAY - MOMENT
ARRIVED = parcel("s1", "o9", ShipmentStatus.DELIVERED)


@pytest.mark.parametrize("late", [promised(LATE), expected(LATE)], ids=["an order", "a parcel"])
def test_what_is_later_than_promised_delays(late):
    assert answer(late).reason == "order_problem.delayed"


@pytest.mark.parametrize("late", [promised(NOW - DAY), expected(NOW - DAY)], ids=["an order", "a parcel"])
def test_up_to_the_last_moment_of_the_grace_nothing_is_late(late):
    assert answer(late) == Allow()


def test_the_grace_can_be_longer():
    assert answer(promised(NOW - 3 * DAY), grace="3d") == Allow()


def test_an_order_that_has_arrived_is_not_late():
    assert answer(promised(LATE), ARRIVED) == Allow()


def test_an_order_of_which_one_parcel_is_still_open_is_late():
    there = parcel("s0", "o9", ShipmentStatus.DELIVERED)
    assert answer(promised(LATE), there, expected(None)).reason == "order_problem.delayed"


def test_an_order_of_which_some_goods_have_no_parcel_is_late():
    two = order("o9", "grinder", "beans", placed_at=NOW - 9 * DAY, promised_at=LATE)
    there = parcel("s1", "o9", ShipmentStatus.DELIVERED, products=["grinder"])
    assert answer(two, there).reason == "order_problem.delayed"


def test_goods_that_are_coming_back_are_not_awaited():
    two = order("o9", "grinder", "beans", placed_at=NOW - 9 * DAY, promised_at=LATE)
    there = parcel("s1", "o9", ShipmentStatus.DELIVERED, products=["grinder"])
    back = give_back("r1", "beans", order_id="o9", status=ReturnStatus.REFUNDED)
    assert answer(two, there, back) == Allow()


def test_an_order_that_comes_back_as_a_whole_is_not_awaited():
    assert answer(promised(LATE), give_back("r1", "grinder", order_id="o9", status=ReturnStatus.REFUNDED)) == Allow()


def test_an_order_of_unknown_goods_has_arrived_with_its_last_parcel():
    unknown = order("o9", placed_at=NOW - 9 * DAY, promised_at=LATE)
    assert (answer(unknown).reason, answer(unknown, ARRIVED)) == ("order_problem.delayed", Allow())


@pytest.mark.parametrize("status", [OrderStatus.CANCELLED, OrderStatus.REFUNDED])
def test_an_order_that_is_over_is_not_late(status):
    assert answer(promised(LATE, status), expected(LATE)) == Allow()


@pytest.mark.parametrize("status", [ShipmentStatus.DELIVERED, ShipmentStatus.CANCELLED])
def test_a_parcel_that_is_not_travelling_is_not_late(status):
    assert answer(expected(LATE, status)) == Allow()


def test_a_delay_counts_from_the_promised_day():
    assert answer(promised(NOW - 50 * DAY)).until == NOW + 10 * DAY + MOMENT


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


RETURNED = give_back("r1", "grinder", order_id="o9", status=ReturnStatus.RECEIVED, requested_at=NOW - 5 * DAY)


@pytest.mark.parametrize(
    "paid_back",
    [refund("f1", "o9", "grinder"), refund("f1", "o9"), refund("f1", "o9", refunded_at=NOW - 5 * DAY)],
    ids=["its goods", "a sum", "as soon as it was asked for"],
)
def test_a_return_whose_money_was_paid_back_is_no_problem(paid_back):
    assert answer(RETURNED, paid_back) == Allow()


@pytest.mark.parametrize(
    "paid_back",
    [
        refund("f1", "o9", "beans"),
        refund("f1", "o8", "grinder"),
        refund("f1", "o9", refunded_at=NOW - 5 * DAY - MOMENT),
    ],
    ids=["other goods", "another order", "before it was asked for"],
)
def test_money_for_something_else_does_not_settle_a_return(paid_back):
    assert answer(RETURNED, paid_back).reason == "order_problem.refund_under_way"


def test_money_for_one_of_the_goods_settles_a_return_whatever_else_was_paid_back():
    two = give_back("r1", "grinder", "beans", order_id="o9", requested_at=NOW - 5 * DAY)
    assert answer(two, refund("f1", "o9", "grinder", "cup"), refund("f2", "o8", "mill")) == Allow()


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
        "order_problem.payment_failed", (seen("order", "o9", "payment_failed", NOW - DAY),)
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


# A return that names no goods, as Shopify tells it.

WHOLE = give_back("r1", order_id="o9", requested_at=NOW - 5 * DAY)


def test_money_for_any_of_its_goods_settles_a_return_that_names_none():
    assert answer(WHOLE, refund("f1", "o9", "grinder")) == Allow()


def test_money_of_another_order_does_not_settle_a_return_that_names_no_goods():
    assert answer(WHOLE, refund("f1", "o8", "grinder")).reason == "order_problem.refund_under_way"


def test_an_order_whose_goods_all_come_back_is_not_late():
    late = order("o9", "grinder", placed_at=NOW - 9 * DAY, promised_at=NOW - 5 * DAY)
    assert answer(late, WHOLE, refund("f1", "o9")) == Allow()
