"""Do payments and refunds leave behind what is true about the money of an order?"""

from itertools import permutations

import pytest

from journeys.vocabulary import Event, Facts, Order, OrderStatus, Payment, PaymentStatus, Said
from tests.orchestrator.test_facts import BEANS, DAY, GRINDER, HOUR, SEEN, T0, known, ordered, said


def failed(hours: int, **properties: object) -> Event:
    return said("Payment Failed", T0 + hours * HOUR, **{"order_id": "o1", **properties})


def received(hours: int, **properties: object) -> Event:
    return said("Payment Received", T0 + hours * HOUR, **{"order_id": "o1", **properties})


def refunded(hours: int, refund_id: str, total: float) -> Event:
    return said("Order Refunded", T0 + hours * HOUR, order_id="o1", refund_id=refund_id, total=total)


def status_of(facts: Facts) -> tuple[str, int]:
    """Give where the order o1 stands, and for how many hours after the first."""
    order = facts.orders["o1"]
    return order.status.value, (order.changed_at - T0) // HOUR


def in_any_order(*events: Event) -> list[Facts]:
    return [known(*arrival) for arrival in permutations(events)]


def test_a_payment_is_known_with_its_order_and_sum() -> None:
    facts = known(received(1, payment_id="y1", total=100.0))
    assert facts.payments == {
        "y1": Payment("y1", "o1", PaymentStatus.PAID, T0 + HOUR, SEEN, 100.0, source="segment", version=1)
    }


def test_a_payment_without_an_id_is_the_payment_of_its_order() -> None:
    facts = known(failed(1), received(2))
    assert [(each.payment_id, each.status) for each in facts.payments.values()] == [("o1/payment", "paid")]


def test_a_payment_alone_makes_no_order() -> None:
    assert known(received(1)).orders == {}


def test_a_payment_received_after_one_that_failed_makes_the_order_placed_again() -> None:
    found = in_any_order(ordered(), failed(1), received(2))
    assert [status_of(facts) for facts in found] == [("placed", 2)] * 6


def test_a_payment_received_before_another_failed_leaves_the_failure() -> None:
    found = in_any_order(ordered(), received(1, payment_id="y1"), failed(2, payment_id="y2"))
    assert [status_of(facts) for facts in found] == [("payment_failed", 2)] * 6


def test_what_was_said_of_an_order_is_kept_beside_what_its_payment_says() -> None:
    assert known(failed(1), received(2)).orders["o1"].stated == Said(OrderStatus.PAYMENT_FAILED, T0 + HOUR, "segment")


@pytest.mark.parametrize("status", ["cancelled", "held"])
def test_a_payment_revives_no_order_that_was_stopped_for_another_reason(status: str) -> None:
    stopped = said("Order Updated", T0 + HOUR, order_id="o1", status=status)
    assert [status_of(facts) for facts in in_any_order(ordered(), stopped, received(2))] == [(status, 1)] * 6


def test_a_payment_of_another_order_changes_nothing() -> None:
    assert status_of(known(failed(1), received(2, order_id="o2"))) == ("payment_failed", 1)


def test_a_payment_that_learns_its_order_later_settles_that_order() -> None:
    found = in_any_order(failed(1), received(3, payment_id="y1", order_id=None), received(2, payment_id="y1"))
    assert [status_of(facts) for facts in found] == [("placed", 3)] * 6


def test_refunds_that_add_up_to_the_whole_order_refund_it_when_the_last_was_paid() -> None:
    found = in_any_order(ordered(), refunded(2, "f1", 60.0), refunded(5, "f2", 39.996))
    assert [status_of(facts) for facts in found] == [("refunded", 5)] * 6


def test_refunds_of_part_of_the_money_leave_the_order_placed() -> None:
    assert status_of(known(ordered(), refunded(2, "f1", 60.0), refunded(5, "f2", 39.99))) == ("placed", 0)


def test_a_refund_told_of_twice_counts_once() -> None:
    assert status_of(known(ordered(), refunded(2, "f1", 60.0), refunded(3, "f1", 60.0))) == ("placed", 0)


def test_a_refund_heard_of_late_moves_the_moment_back_to_the_one_that_completed_the_sum() -> None:
    refunds = (refunded(1, "f1", 50.0), refunded(9, "f2", 50.0), refunded(4, "f3", 50.0))
    assert [status_of(facts) for facts in in_any_order(ordered(), *refunds)] == [("refunded", 4)] * 24


def test_a_status_stated_between_two_moments_of_completion_is_found_again() -> None:
    cancelled = said("Order Cancelled", T0 + 6 * HOUR, order_id="o1")
    refunds = (refunded(1, "f1", 50.0), refunded(9, "f2", 50.0), refunded(4, "f3", 50.0))
    found = in_any_order(ordered(), cancelled, *refunds)
    assert [status_of(facts) for facts in found] == [("cancelled", 6)] * 120


def test_refunds_count_against_the_smallest_total_ever_stated() -> None:
    lowered = said("Order Updated", T0 + HOUR, order_id="o1", total=20.0, products=[BEANS])
    raised = said("Order Updated", T0 + 2 * HOUR, order_id="o1", total=80.0, products=[GRINDER])
    found = in_any_order(ordered(), lowered, raised, refunded(3, "f1", 20.0))
    assert [status_of(facts) for facts in found] == [("refunded", 3)] * 24


def test_refunds_of_an_order_whose_sum_nobody_stated_do_not_complete_it() -> None:
    shipped = said("Order Updated", order_id="o1", status="open")
    assert status_of(known(shipped, refunded(2, "f1", 60.0))) == ("placed", 0)


def test_an_order_placed_again_after_its_refund_stays_placed() -> None:
    again = said("Order Updated", T0 + DAY, order_id="o1", status="open")
    found = in_any_order(ordered(), refunded(1, "f1", 100.0), again)
    assert [status_of(facts) for facts in found] == [("placed", 24)] * 6


def test_a_sum_written_with_a_minus_is_the_same_refund() -> None:
    assert status_of(known(ordered(), refunded(2, "f1", -100.0))) == ("refunded", 2)


def test_an_order_has_the_arrival_that_was_promised_last() -> None:
    promises = [
        said("Order Updated", T0 + HOUR, order_id="o1", promised_at="2026-03-09"),
        said("Order Updated", T0 + 2 * HOUR, order_id="o1", expected_at="2026-03-05T10:00:00+02:00"),
    ]
    found: list[Order] = [facts.orders["o1"] for facts in in_any_order(ordered(), *promises)]
    assert [order.promised_at for order in found] == [T0 + 4 * DAY + 8 * HOUR] * 6


def test_a_promise_that_is_no_date_is_none() -> None:
    assert known(ordered(promised_at="soon")).orders["o1"].promised_at is None


def test_a_refund_that_turns_out_to_be_of_another_order_gives_the_first_one_back() -> None:
    corrected = said("Order Refunded", T0 + 3 * HOUR, order_id="o2", refund_id="f1", total=100.0)
    found = in_any_order(ordered(), refunded(2, "f1", 100.0), corrected)
    assert [status_of(facts) for facts in found] == [("placed", 0)] * 6
