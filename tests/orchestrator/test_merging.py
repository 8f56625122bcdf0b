"""What happens to everything that waits when two profiles turn out to be one person?"""

from datetime import timedelta
from typing import Any

import pytest

from orchestrator.clock import HistoryMoments
from tests.conftest import OpenShop
from tests.fakes.calls import GRINDER, anonymous, identify, moment, track
from tests.fakes.faulty import with_broken_exit
from tests.fakes.journeys import CART, SERIES, WELCOME
from tests.fakes.workspace import Workspace

CHECKOUT = anonymous("Checkout Started", "09:00", "v1", checkout_id="k1", products=GRINDER)
ORDER = track("Order Completed", "09:20", order_id="o1", checkout_id="k1", products=GRINDER)
OWED = """
journeys:
  owed:
    entry: {event: Signed Up}
    steps:
      - {id: settle, wait: 1h}
      - {id: hello, send: email, text: "Hello!", purpose: transactional}
      - {id: pause, wait: 1d}
      - {id: more, send: email, text: "More.", purpose: transactional}
"""
FOLLOWED = """
journeys:
  first:
    entry: {event: Signed Up}
    steps: [{id: rest, wait: 5d}]
  next:
    entry: {journey: first}
    steps: [{id: on, exit: followed}]
"""


def _arrive(workspace: Workspace, *arrivals: tuple[str, bytes]) -> None:
    """Let events arrive one by one, time passing in between."""
    for at, line in arrivals:
        workspace.live_until(at)
        workspace.ingest(line)


@pytest.fixture(params=["known first", "visitor first"])
def order(request: pytest.FixtureRequest) -> str:
    """Say whose profile has the lower id: the one that stays, or the one that is absorbed."""
    return str(request.param)


def _strangers(workspace: Workspace, order: str, at: str = "08:00") -> None:
    """Let a known user and a visitor come, as two profiles."""
    lines = [identify("ann", at), anonymous("Page Viewed", at, "v1")]
    workspace.ingest(*(lines if order == "known first" else reversed(lines)))
    workspace.settle()


def test_the_visitors_events_become_the_persons(shop: OpenShop, order: str) -> None:
    workspace = shop(WELCOME)
    _strangers(workspace, order)
    workspace.ingest(identify("ann", "08:30", visitor="v1"))
    workspace.settle()
    assert sorted(event.name for event in workspace.events_of("ann")) == ["Identified", "Identified", "Page Viewed"]


def test_the_visitors_enrollment_goes_on_as_the_persons(shop: OpenShop, order: str) -> None:
    workspace = shop(CART)
    _strangers(workspace, order)
    _arrive(workspace, ("09:00", CHECKOUT), ("09:10", identify("ann", "09:10", visitor="v1")))
    workspace.live_until("12:00")
    assert workspace.sent() == [("ann", "reminder", "2026-03-02 10:00")]
    assert workspace.enrollments() == [("cart", "watch", "")]


def test_what_follows_on_a_journey_does_not_begin_because_two_inside_it_are_one(shop: OpenShop, order: str) -> None:
    workspace = shop(FOLLOWED)
    _strangers(workspace, order)
    workspace.ingest(track("Signed Up", "08:10"), anonymous("Signed Up", "08:20", "v1"))
    _arrive(workspace, ("09:00", identify("ann", "09:00", visitor="v1")))
    workspace.live_until("12:00")
    assert sorted(workspace.enrollments()) == [("first", "rest", ""), ("first", "rest", "merged")]


def test_what_the_person_does_ends_the_visitors_enrollment(shop: OpenShop, order: str) -> None:
    workspace = shop(CART)
    _strangers(workspace, order)
    _arrive(workspace, ("09:00", CHECKOUT), ("09:10", identify("ann", "09:10", visitor="v1")), ("09:20", ORDER))
    workspace.live_until("12:00")
    assert workspace.enrollments() == [("cart", "settle", "bought")]
    assert workspace.fates() == []


def test_a_merge_that_is_found_in_the_turn_in_which_both_have_something_to_do(shop: OpenShop, order: str) -> None:
    workspace = shop(CART)
    _strangers(workspace, order)
    _arrive(workspace, ("09:00", CHECKOUT))
    workspace.settle()
    workspace.ingest(identify("ann", "09:10", visitor="v1"))
    workspace.settle("10:30")
    assert workspace.sent() == [("ann", "reminder", "2026-03-02 10:30")]
    assert workspace.enrollments() == [("cart", "watch", "")]


def test_no_message_leaves_for_the_visitor_while_the_persons_order_waits_to_be_read(shop: OpenShop, order: str) -> None:
    workspace = shop(CART)
    _strangers(workspace, order)
    workspace.ingest(CHECKOUT, identify("ann", "09:10", visitor="v1"), ORDER)
    workspace.settle("12:00")
    assert workspace.enrollments() == [("cart", "settle", "bought")]
    assert workspace.fates() == []


def test_in_a_run_through_history_a_visitor_does_not_live_on_beside_the_person(shop: OpenShop, order: str) -> None:
    workspace = shop(CART, moments=HistoryMoments(moment("2026-03-09 09:00")))
    lines = [identify("ann", "08:00"), anonymous("Page Viewed", "08:00", "v1")]
    workspace.ingest(*(lines if order == "known first" else reversed(lines)))
    workspace.ingest(CHECKOUT, identify("ann", "09:10", visitor="v1"), ORDER)
    workspace.settle()
    assert workspace.enrollments() == [("cart", "settle", "bought")]


@pytest.mark.parametrize("batch_size", [1, 2, 500])
def test_it_does_not_matter_whether_both_come_up_in_the_same_turn(shop: OpenShop, order: str, batch_size: int) -> None:
    workspace = shop(CART, moments=HistoryMoments(moment("2026-03-09 09:00")))
    workspace.engine.batch_size = batch_size
    lines = [identify("ann", "08:00"), anonymous("Page Viewed", "08:00", "v1")]
    workspace.ingest(*(lines if order == "known first" else reversed(lines)))
    workspace.ingest(CHECKOUT, identify("ann", "09:10", visitor="v1"))
    workspace.settle()
    assert workspace.sent() == [("ann", "reminder", "2026-03-02 10:00"), ("ann", "nudge", "2026-03-03 10:00")]


def test_an_absorbed_profile_stays_absorbed(shop: OpenShop, order: str) -> None:
    workspace = shop(CART)
    _strangers(workspace, order)
    _arrive(workspace, ("09:00", CHECKOUT))
    workspace.settle()
    workspace.ingest(identify("ann", "09:10", visitor="v1"))
    workspace.settle("10:30")
    workspace.live_until("2026-03-09 09:00")
    assert workspace.rows("SELECT COUNT(*), COUNT(due_at) FROM profiles WHERE merged_into IS NOT NULL") == [(1, 0)]


def test_the_answer_for_a_message_in_flight_arrives_although_its_profile_was_absorbed(
    shop: OpenShop, order: str
) -> None:
    workspace = shop(WELCOME)
    _strangers(workspace, order)
    workspace.ingest(anonymous("Signed Up", "09:00", "v1"))
    reports = workspace.perform(workspace.turn())
    workspace.ingest(identify("ann", "09:00", visitor="v1"))
    workspace.turn()
    workspace.turn(reports)
    assert workspace.fates() == [("hello", "sent", "")]


def test_a_message_in_flight_keeps_its_journey_waiting_across_the_merge(shop: OpenShop, order: str) -> None:
    workspace = shop(SERIES)
    _strangers(workspace, order)
    workspace.ingest(anonymous("Signed Up", "09:00", "v1"))
    reports = workspace.perform(workspace.turn())
    workspace.ingest(identify("ann", "09:00", visitor="v1"))
    workspace.turn()
    workspace.turn(reports)
    workspace.live_until("2026-03-04 09:00")
    assert workspace.sent() == [("ann", "first", "2026-03-02 09:00"), ("ann", "second", "2026-03-03 09:00")]
    assert workspace.provider.doubled == []


def test_a_retry_of_an_absorbed_visitors_message_keeps_its_key(shop: OpenShop, order: str) -> None:
    workspace = shop(OWED)
    _strangers(workspace, order)
    _arrive(
        workspace, ("08:10", anonymous("Signed Up", "08:10", "v1")), ("08:20", identify("ann", "08:20", visitor="v1"))
    )
    workspace.live_until("2026-03-05 09:00")
    visitor = 2 if order == "known first" else 1
    assert [int(key) >> 32 for key in workspace.provider.taken] == [visitor, visitor]


def test_where_both_are_in_the_journey_the_persons_own_enrollment_stays(shop: OpenShop, order: str) -> None:
    workspace = shop(OWED)
    _strangers(workspace, order)
    _arrive(
        workspace,
        ("08:10", track("Signed Up", "08:10")),
        ("08:15", anonymous("Signed Up", "08:15", "v1")),
        ("08:20", identify("ann", "08:20", visitor="v1")),
    )
    workspace.live_until("12:00")
    assert workspace.sent() == [("ann", "hello", "2026-03-02 09:10")]


def test_a_journey_that_allows_one_keeps_one_although_their_keys_differ(shop: OpenShop, order: str) -> None:
    workspace = shop(CART.replace("if_active: parallel", "if_active: ignore"))
    _strangers(workspace, order)
    theirs = track("Checkout Started", "09:05", checkout_id="k2", products=GRINDER)
    _arrive(workspace, ("09:00", CHECKOUT), ("09:05", theirs), ("09:10", identify("ann", "09:10", visitor="v1")))
    workspace.settle("09:10")
    assert sorted(workspace.enrollments()) == [("cart", "settle", ""), ("cart", "settle", "merged")]


def test_the_visitors_facts_hold_the_persons_messages(shop: OpenShop, order: str) -> None:
    guards = "guards:\n  already_bought: {within: 30d, do: drop_items}\n"
    workspace = shop(guards + CART)
    _strangers(workspace, order)
    bought = anonymous("Order Completed", "08:40", "v1", order_id="o9", products=GRINDER)
    started = track("Checkout Started", "09:00", checkout_id="k1", products=GRINDER)
    merged = identify("ann", "09:10", visitor="v1")
    _arrive(workspace, ("08:40", bought), ("09:00", started), ("09:10", merged))
    workspace.live_until("10:30")
    assert workspace.fates() == [("reminder", "suppressed", "already_bought.no_items_left")]
    assert workspace.rows("SELECT COUNT(*) FROM orders") == [(1,)]


def test_the_visitors_facts_and_enrollments_survive_when_the_persons_decision_fails_in_the_turn_of_the_merge(
    shop: OpenShop, order: str
) -> None:
    workspace = shop(CART)
    mended = workspace.program
    workspace.run_by(with_broken_exit(mended, "cart", "ann"))
    _strangers(workspace, order)
    other = anonymous("Order Completed", "08:40", "v1", order_id="o9", products=GRINDER)
    _arrive(workspace, ("08:40", other), ("09:00", CHECKOUT))
    workspace.settle("09:15")
    workspace.ingest(identify("ann", "09:10", visitor="v1"), track("Order Completed", "09:12", order_id="o2"))
    workspace.settle("09:15")
    assert len(workspace.status().set_aside) == 1
    workspace.run_by(mended)
    workspace.live_until("10:30")
    assert workspace.sent() == [("ann", "reminder", "2026-03-02 10:00")]
    assert workspace.rows("SELECT COUNT(*) FROM orders") == [(2,)]


def test_telling_of_the_merge_again_changes_nothing(shop: OpenShop, order: str) -> None:
    workspace = shop(CART)
    _strangers(workspace, order)
    merged = identify("ann", "09:10", visitor="v1")
    _arrive(workspace, ("09:00", CHECKOUT), ("09:10", merged), ("09:30", merged))
    _arrive(workspace, ("09:40", identify("ann", "09:40", visitor="v1")))
    workspace.live_until("2026-03-04 09:00")
    assert [step for _, step, _ in workspace.sent()] == ["reminder", "nudge"]
    assert workspace.provider.doubled == []


def test_three_profiles_that_become_one_in_a_row(shop: OpenShop) -> None:
    workspace = shop(OWED)
    lines: list[Any] = [anonymous("Signed Up", "08:00", visitor) for visitor in ("v1", "v2")]
    workspace.ingest(*lines, identify("ann", "08:00"))
    workspace.ingest(identify("ann", "08:10", visitor="v1"), identify("ann", "08:20", visitor="v2"))
    workspace.settle("08:30")
    workspace.live_until(moment("08:30") + timedelta(days=3))
    assert workspace.sent() == [("ann", "hello", "2026-03-02 09:00"), ("ann", "more", "2026-03-03 09:00")]
