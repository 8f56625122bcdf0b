"""Does the database keep what an enrollment was given, where it waits, and the goals that still count?"""

from tests.conftest import OpenShop
from tests.fakes.calls import track

STARTED = """
journeys:
  first:
    entry: {event: Signed Up}
    steps:
      - {id: on, start: second, with: {name: Ann}}
  second:
    entry: {call: {name: text}}
    steps:
      - {id: pause, wait: 1d}
      - {id: hello, send: email, text: "Hello {{ entry.name }}!", purpose: transactional, at: "18:00"}
"""
WINDOW = """
journeys:
  offer:
    entry: {event: Signed Up}
    goal: {event: Order Completed, within: 3d}
    steps:
      - {id: done, exit: done}
"""
PATIENT = """
journeys:
  patient:
    entry: {event: Signed Up}
    steps:
      - {id: wait, wait_for: {condition: profile.orders.count >= 2, at_most: 9d}, then: thanks, otherwise: sorry}
      - {id: sorry, exit: sorry}
      - {id: thanks, exit: thanks}
"""


def test_a_started_journey_remembers_what_it_was_given(shop: OpenShop) -> None:
    workspace = shop(STARTED)
    workspace.ingest(track("Signed Up", "09:00", email="ann@shop.example"))
    workspace.live_until("10:00")
    workspace.restart()
    workspace.live_until("2026-03-03 10:00")
    workspace.restart()
    workspace.live_until("2026-03-03 19:00")
    assert [each.content.text.strip() for each in workspace.email.assignments if each.content] == ["Hello Ann!"]


def test_a_goal_is_reached_after_a_restart_by_whoever_has_left(shop: OpenShop) -> None:
    workspace = shop(WINDOW)
    workspace.ingest(track("Signed Up", "09:00"))
    workspace.live_until("10:00")
    workspace.restart()
    workspace.live_until("2026-03-04 09:00")
    workspace.ingest(track("Order Completed", "2026-03-04 09:00", order_id="o1"))
    workspace.live_until("2026-03-04 10:00")
    assert workspace.rows("SELECT goal_at IS NOT NULL, converts_until FROM enrollments") == [(1, None)]


def test_a_condition_is_waited_for_over_a_restart(shop: OpenShop) -> None:
    workspace = shop(PATIENT)
    workspace.ingest(track("Signed Up", "09:00"))
    workspace.live_until("10:00")
    for day, order in (("2026-03-03 09:00", "o1"), ("2026-03-05 09:00", "o2")):
        workspace.restart()
        workspace.live_until(day)
        workspace.ingest(track("Order Completed", day, order_id=order, total=10))
        workspace.live_until(day)
    assert workspace.rows("SELECT reason FROM enrollments") == [("thanks",)]


def test_the_deadline_of_a_wait_for_a_condition_is_kept_over_a_restart(shop: OpenShop) -> None:
    workspace = shop(PATIENT)
    workspace.ingest(track("Signed Up", "09:00"))
    workspace.live_until("10:00")
    workspace.restart()
    workspace.live_until("2026-03-08 09:00")
    workspace.ingest(track("Order Completed", "2026-03-08 09:00", order_id="o1", total=10))
    workspace.live_until("2026-03-08 10:00")
    workspace.restart()
    workspace.live_until("2026-03-11 09:00")
    assert workspace.rows("SELECT reason, ended_at - entered_at FROM enrollments") == [("sorry", 9 * 86_400_000)]
