"""Does a turn do what is due, and only that: settling, retrying, setting aside, waking, reading its own writes?"""

from datetime import timedelta

import pytest

from actions.base import Rejected, RetryLater, Unknown
from orchestrator.engine import Engine
from orchestrator.outcomes import chance_of
from tests.conftest import OpenShop
from tests.fakes.calls import GRINDER, identify, moment, track
from tests.fakes.journeys import CARE, CART, SERIES, WELCOME
from tests.fakes.workspace import Workspace

LAST_WAIT = """
journeys:
  patience:
    entry: {event: Signed Up}
    steps:
      - {id: hello, send: email, text: "Hello!", purpose: transactional}
      - {id: pause, wait: 1d}
"""
EVENING = """
journeys:
  evening:
    entry: {event: Checkout Started}
    if_active: restart
    steps:
      - {id: letter, send: email, text: "Good evening.", at: "18:00", purpose: transactional}
"""
CAPPED = """
guards:
  frequency_cap: {email: 1 per day}
journeys:
  one:
    entry: {event: Signed Up}
    steps:
      - {id: first, send: email, text: "One."}
  two:
    entry: {event: Guide Requested}
    steps:
      - {id: second, send: email, text: "Two."}
"""


# Taking in.


def test_an_event_of_a_clock_that_is_ahead_is_decided_on_at_once(shop: OpenShop) -> None:
    workspace = shop(WELCOME, now="09:00")
    workspace.ingest(track("Signed Up", "15:00"))
    workspace.settle()
    assert workspace.sent() == [("ann", "hello", "2026-03-02 09:00")]
    assert workspace.rows("SELECT COUNT(*) FROM inbox") == [(0,)]


# Settling.


def test_a_delivery_that_was_taken_is_settled_with_the_providers_id(shop: OpenShop) -> None:
    workspace = shop(WELCOME)
    workspace.ingest(track("Signed Up", "09:00"))
    workspace.settle()
    assert workspace.rows("SELECT state, provider_id, lease_until FROM deliveries") == [
        (4, "provider-4294967298", None)
    ]


def test_a_refused_delivery_is_settled_with_its_reason_and_the_journey_goes_on(shop: OpenShop) -> None:
    workspace = shop(SERIES)
    workspace.email.answers.append(Rejected("email.no_such_mailbox"))
    workspace.ingest(track("Signed Up", "09:00"))
    workspace.live_until("2026-03-03 12:00")
    assert workspace.fates() == [("first", "rejected", "email.no_such_mailbox"), ("second", "sent", "")]


def test_a_delivery_that_may_come_again_is_tried_again_with_the_same_key(shop: OpenShop) -> None:
    workspace = shop(WELCOME)
    workspace.email.answers.extend([RetryLater("email.busy"), RetryLater("email.busy")])
    workspace.ingest(track("Signed Up", "09:00"))
    workspace.live_until("09:05")
    assert workspace.provider.asked == ["4294967298", "4294967298", "4294967298"]
    assert workspace.provider.taken == ["4294967298"]


def test_attempts_are_counted_and_kept_with_their_outcome(shop: OpenShop) -> None:
    workspace = shop(WELCOME)
    workspace.email.answers.append(RetryLater("email.busy"))
    workspace.ingest(track("Signed Up", "09:00"))
    workspace.live_until("09:05")
    assert workspace.rows("SELECT number, outcome FROM attempts ORDER BY number") == [
        (1, "retry_later email.busy"),
        (2, "sent"),
    ]


def test_the_first_retry_waits_up_to_half_a_minute(shop: OpenShop) -> None:
    workspace = shop(WELCOME)
    workspace.email.answers.append(RetryLater("email.busy"))
    workspace.ingest(track("Signed Up", "09:00"))
    workspace.settle("09:00")
    due = workspace.next_due()
    assert due is not None
    assert timedelta(seconds=1) <= due - moment("09:00") <= timedelta(seconds=30)


def test_the_providers_own_wish_is_honoured(shop: OpenShop) -> None:
    workspace = shop(WELCOME)
    workspace.email.answers.append(RetryLater("email.busy", timedelta(hours=2)))
    workspace.ingest(track("Signed Up", "09:00"))
    workspace.live_until("10:59")
    assert workspace.fates() == [("hello", "planned", "email.busy")]


def test_after_twelve_attempts_a_delivery_is_given_up_and_the_journey_goes_on(shop: OpenShop) -> None:
    workspace = shop(SERIES)
    workspace.email.answers.extend([RetryLater("email.busy")] * 12)
    workspace.ingest(track("Signed Up", "09:00"))
    workspace.live_until("2026-03-09 09:00")
    assert workspace.fates() == [("first", "rejected", "attempts_exhausted"), ("second", "sent", "")]
    assert len(workspace.provider.asked) == 13


def test_retries_of_different_deliveries_do_not_come_together() -> None:
    assert len({chance_of(delivery, 1) for delivery in range(0, 2_000, 2)}) == 1_000


def test_an_uncertain_delivery_is_held_and_never_tried_again(shop: OpenShop) -> None:
    workspace = shop(SERIES)
    workspace.email.answers.append(Unknown("email.connection_lost"))
    workspace.ingest(track("Signed Up", "09:00"))
    workspace.live_until("2026-05-02 09:00")
    assert workspace.fates() == [("first", "unknown", "email.connection_lost")]
    assert len(workspace.provider.asked) == 1


def test_what_is_waiting_to_be_tried_again_does_not_use_up_the_cap(shop: OpenShop) -> None:
    workspace = shop(CAPPED)
    workspace.email.answers.append(RetryLater("email.busy", timedelta(hours=5)))
    workspace.ingest(identify("ann", "09:00"), track("Signed Up", "09:00"))
    workspace.settle()
    workspace.ingest(track("Guide Requested", "09:00"))
    workspace.live_until("09:30")
    assert workspace.sent() == [("ann", "second", "2026-03-02 09:00")]


def test_what_may_have_left_uses_up_the_cap(shop: OpenShop) -> None:
    workspace = shop(CAPPED)
    workspace.email.answers.append(Unknown("email.connection_lost"))
    workspace.ingest(identify("ann", "09:00"), track("Signed Up", "09:00"))
    workspace.settle()
    workspace.ingest(track("Guide Requested", "09:00"))
    workspace.live_until("09:30")
    assert workspace.sent() == []


def test_a_report_that_is_told_twice_counts_once(shop: OpenShop) -> None:
    workspace = shop(SERIES)
    workspace.ingest(track("Signed Up", "09:00"))
    (report,) = workspace.perform(workspace.turn())
    workspace.turn([report])
    workspace.turn([report])
    assert workspace.story("ann").count(("first", "sent")) == 1


def test_a_delivery_that_left_before_its_customer_did_is_still_settled(shop: OpenShop) -> None:
    workspace = shop(CART)
    workspace.ingest(identify("ann", "08:00"), track("Checkout Started", "09:00", checkout_id="k1", products=GRINDER))
    workspace.settle()
    workspace.clock.now = moment("10:00")
    handovers = workspace.turn()
    workspace.ingest(track("Order Completed", "10:00", order_id="o1", checkout_id="k1"))
    workspace.turn()
    workspace.turn(workspace.perform(handovers))
    assert workspace.fates() == [("reminder", "sent", "")]
    assert workspace.enrollments() == [("cart", "watch", "bought")]


# Waiting for a fact.


def _waiting_for_a_parcel(workspace: Workspace) -> Workspace:
    workspace.ingest(
        identify("ann", "08:00"),
        track("Order Completed", "08:10", order_id="o1", products=GRINDER),
        track("Guide Requested", "08:20", products=GRINDER),
    )
    workspace.settle()
    return workspace


def test_a_letter_about_goods_on_their_way_waits(shop: OpenShop) -> None:
    workspace = _waiting_for_a_parcel(shop(CARE))
    assert workspace.fates() == [("letter", "delayed", "in_delivery.not_shipped")]


def test_a_waiting_letter_is_judged_again_in_the_very_turn_that_takes_in_the_fact(shop: OpenShop) -> None:
    workspace = _waiting_for_a_parcel(shop(CARE))
    workspace.clock.now = moment("2026-03-04 15:00")
    workspace.ingest(track("Order Delivered", "2026-03-04 14:55", order_id="o1", shipment_id="s1"))
    (handover,) = workspace.turn()
    assert handover.delivery.step == "letter"


def test_a_fact_that_does_not_help_is_judged_on_and_the_letter_sleeps_on(shop: OpenShop) -> None:
    workspace = _waiting_for_a_parcel(shop(CARE))
    workspace.clock.now = moment("2026-03-03 15:00")
    workspace.ingest(track("Order Shipped", "2026-03-03 14:55", order_id="o1", shipment_id="s1"))
    assert workspace.turn() == []
    assert workspace.fates() == [("letter", "delayed", "in_delivery.open_shipment")]


def test_a_delay_uses_no_attempt(shop: OpenShop) -> None:
    workspace = _waiting_for_a_parcel(shop(CARE))
    workspace.ingest(track("Order Delivered", "08:50", order_id="o1", shipment_id="s1"))
    workspace.settle()
    assert workspace.rows("SELECT attempts FROM deliveries") == [(1,)]


def test_a_letter_that_waited_too_long_is_suppressed_with_the_reason(shop: OpenShop) -> None:
    workspace = _waiting_for_a_parcel(shop(CARE))
    workspace.live_until("2026-03-30 09:00")
    assert workspace.fates() == [("letter", "suppressed", "in_delivery.at_most_passed")]


def test_every_answer_of_a_guard_is_in_the_ledger(shop: OpenShop) -> None:
    workspace = _waiting_for_a_parcel(shop(CARE))
    workspace.ingest(track("Order Delivered", "08:50", order_id="o1", shipment_id="s1"))
    workspace.settle()
    assert workspace.rows("SELECT verdict, reason FROM judgements ORDER BY id") == [
        (2, "in_delivery.not_shipped"),
        (0, ""),
    ]


# Waiting for a time.


def test_a_journey_whose_last_step_is_a_wait_completes_only_after_it(shop: OpenShop) -> None:
    workspace = shop(LAST_WAIT)
    workspace.ingest(track("Signed Up", "09:00"))
    workspace.live_until("2026-03-03 08:59")
    assert workspace.enrollments() == [("patience", "pause", "")]
    workspace.live_until("2026-03-03 09:00")
    assert workspace.enrollments() == [("patience", "pause", "completed")]


def test_a_restart_takes_back_what_was_planned_in_the_same_turn(shop: OpenShop) -> None:
    workspace = shop(EVENING)
    workspace.ingest(track("Checkout Started", "09:00"))
    workspace.settle()
    workspace.ingest(track("Checkout Started", "09:30"))
    workspace.clock.now = moment("09:30")
    workspace.turn()
    assert workspace.fates() == [("letter", "cancelled", "journey.restarted"), ("letter", "planned", "")]
    assert workspace.enrollments() == [("evening", "letter", "restarted"), ("evening", "letter", "")]


def test_after_a_restart_one_letter_is_sent(shop: OpenShop) -> None:
    workspace = shop(EVENING)
    workspace.ingest(track("Checkout Started", "09:00"))
    workspace.settle("09:30")
    workspace.ingest(track("Checkout Started", "09:30"))
    workspace.live_until("23:00")
    assert workspace.sent() == [("ann", "letter", "2026-03-02 18:00")]


# What is in memory and what is in the database.


def test_an_engine_sees_what_another_did_with_a_customer_it_remembers(shop: OpenShop) -> None:
    one = shop(SERIES)
    one.ingest(track("Signed Up", "09:00"))
    one.settle()
    another = one.another()
    another.live_until("2026-03-03 09:00")
    one.settle("2026-03-05 09:00")
    assert one.provider.doubled == []
    assert one.enrollments() == [("series", "second", "completed")]


def test_a_turn_that_cannot_be_committed_is_as_if_it_had_never_been(
    shop: OpenShop, monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace = shop(SERIES)
    workspace.ingest(track("Signed Up", "09:00"))
    monkeypatch.setattr("orchestrator.store.writing.write", _fail)
    with pytest.raises(OSError, match="disk is full"):
        workspace.turn()
    monkeypatch.undo()
    workspace.live_until("2026-03-03 09:00")
    assert [step for _, step, _ in workspace.sent()] == ["first", "second"]
    assert workspace.provider.doubled == []


def _fail(*_: object) -> None:
    raise OSError("the disk is full")


def test_memory_holds_no_more_customers_than_it_may(shop: OpenShop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("orchestrator.engine.MOST_SEATS", 10)
    workspace = shop(SERIES)
    workspace.engine = Engine(workspace.store, workspace.program, workspace.clock, worker=1, batch_size=5)
    workspace.ingest(*(track("Signed Up", "09:00", f"u{number}") for number in range(40)))
    workspace.live_until("2026-03-03 09:00")
    assert (len(workspace.provider.taken), len(workspace.engine.seats) <= 10) == (80, True)
