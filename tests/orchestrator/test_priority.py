"""When several journeys want the same room, does the one that matters most get it?"""

from datetime import timedelta

import pytest

from orchestrator.clock import HistoryMoments
from tests.conftest import OpenShop
from tests.fakes.calls import identify, moment, track
from tests.fakes.workspace import Workspace

TALK = """
guards:
  frequency_cap: {{email: 1 per day, at_most: 30d{do}}}
journeys:
  news:
    entry: {{event: News}}
    steps:
      - {{id: news, send: email, text: "News."}}
  cart:
    entry: {{event: Cart}}
    priority: 80
    steps:
      - {{id: cart, send: email, text: "Your basket."}}
  digest:
    entry: {{event: Digest}}
    priority: 20
    steps:
      - {{id: digest, send: email, text: "The week."}}
"""
EVENTS = {"news": "News", "cart": "Cart", "digest": "Digest"}


def _shop(shop: OpenShop, *wanted: str, do: str = "") -> Workspace:
    """Let these journeys want to write at the same instant, in this order."""
    workspace = shop(TALK.format(do=do), now="09:00")
    workspace.ingest(identify("ann", "08:00"), *(track(EVENTS[name], "09:00") for name in wanted))
    return workspace


@pytest.mark.parametrize("wanted", [("news", "cart", "digest"), ("cart", "news", "digest"), ("digest", "news", "cart")])
def test_the_highest_priority_takes_the_room_and_the_others_follow_day_by_day(
    shop: OpenShop, wanted: tuple[str, ...]
) -> None:
    workspace = _shop(shop, *wanted)
    workspace.live_until("2026-03-05 00:00")
    assert workspace.sent() == [
        ("ann", "cart", "2026-03-02 09:00"),
        ("ann", "news", "2026-03-03 00:00"),
        ("ann", "digest", "2026-03-04 00:00"),
    ]


def test_where_a_full_cap_suppresses_only_the_highest_priority_is_sent(shop: OpenShop) -> None:
    workspace = _shop(shop, "digest", "news", "cart", do=", do: suppress")
    workspace.settle()
    assert sorted(workspace.fates()) == [
        ("cart", "sent", ""),
        ("digest", "suppressed", "frequency_cap.channel"),
        ("news", "suppressed", "frequency_cap.channel"),
    ]


def test_live_what_is_due_competes_whenever_it_was_due(shop: OpenShop) -> None:
    workspace = shop(TALK.format(do=""), now="09:00")
    workspace.ingest(identify("ann", "08:00"), track("News", "09:00"), track("Cart", "09:05"))
    workspace.settle("09:10")
    assert workspace.sent() == [("ann", "cart", "2026-03-02 09:10")]


def test_what_is_planned_for_later_does_not_compete(shop: OpenShop) -> None:
    text = TALK.format(do="").replace('text: "Your basket."', 'text: "Your basket.", at: "10:00"')
    workspace = shop(text, now="09:00")
    workspace.ingest(identify("ann", "08:00"), track("News", "09:00"), track("Cart", "09:00"))
    workspace.live_until("12:00")
    assert workspace.sent() == [("ann", "news", "2026-03-02 09:00")]


def test_of_one_priority_what_was_due_first_goes_first(shop: OpenShop) -> None:
    text = TALK.format(do="").replace("priority: 80", "priority: 50")
    workspace = shop(text, now="09:00")
    workspace.ingest(identify("ann", "08:00"), track("News", "09:00"), track("Cart", "09:05"))
    workspace.settle("09:10")
    assert [step for _, step, _ in workspace.sent()] == ["news"]


def _lived_through(shop: OpenShop, *events: bytes) -> list[str]:
    end = moment("2026-03-09 00:00")
    workspace = shop(TALK.format(do=""), now="09:00", moments=HistoryMoments(end))
    workspace.ingest(identify("ann", "08:00"), *events)
    workspace.settle(end + timedelta(days=1))
    return [step for _, step, _ in workspace.sent()]


def test_in_a_history_what_was_due_first_goes_first(shop: OpenShop) -> None:
    assert _lived_through(shop, track("News", "09:00"), track("Cart", "09:05")) == ["news", "cart"]


def test_in_a_history_priority_decides_between_what_is_due_at_once(shop: OpenShop) -> None:
    assert _lived_through(shop, track("Digest", "09:00"), track("News", "09:00"), track("Cart", "09:00")) == [
        "cart",
        "news",
        "digest",
    ]


def test_a_journey_that_waits_in_its_group_leaves_the_room_of_others(shop: OpenShop) -> None:
    text = """
guards:
  frequency_cap: {groups: {promo: 1 per 24h}, at_most: 30d}
journeys:
  one: {entry: {event: Go}, group: promo, steps: [{id: one, send: email, text: "1."}]}
  two: {entry: {event: Go}, group: promo, priority: 70, steps: [{id: two, send: email, text: "2."}]}
  three: {entry: {event: Go}, steps: [{id: three, send: email, text: "3."}]}
"""
    workspace = shop(text, now="09:00")
    workspace.ingest(identify("ann", "08:00"), track("Go", "09:00"))
    workspace.live_until("2026-03-04 00:00")
    assert workspace.sent() == [
        ("ann", "two", "2026-03-02 09:00"),
        ("ann", "three", "2026-03-02 09:00"),
        ("ann", "one", "2026-03-03 09:00"),
    ]
