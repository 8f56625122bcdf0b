"""Can a message that is kept in the outbox for a while still be taken back?"""

import pytest

from tests.conftest import OpenShop
from tests.fakes.calls import GRINDER, identify, moment, track
from tests.fakes.workspace import SHOP, Workspace

HEAD = SHOP.replace("email: {action: email.file}", "email: {action: email.file, hold: 2m}")
CART = """
guards:
  already_bought: {within: 30d, do: drop_items}
journeys:
  cart:
    entry: {event: Checkout Started}
    exit:
      - {event: Order Completed, if: event.checkout_id == "k1", reason: bought}
    steps:
      - {id: reminder, send: email, text: "Your basket is waiting.", items: entry.products%s}
      - {id: done, exit: finished}
"""
OWED = """
journeys:
  receipt:
    entry: {event: Order Completed}
    exit:
      - {event: Order Cancelled, reason: cancelled}
    steps:
      - {id: thanks, send: email, text: "Thank you.", purpose: transactional}
"""


def in_the_outbox(shop: OpenShop, more: str = "", at: str = "09:00") -> Workspace:
    """Let Ann leave a basket: the reminder about it is in the outbox now."""
    workspace = shop(CART % more, head=HEAD, now=at)
    workspace.ingest(identify("ann", "08:00"), track("Checkout Started", at, checkout_id="k1", products=GRINDER))
    workspace.settle()
    return workspace


def order(at: str, checkout_id: str) -> bytes:
    return track("Order Completed", at, order_id="o1", checkout_id=checkout_id, products=GRINDER)


def test_a_message_is_kept_for_the_time_its_channel_says(shop: OpenShop) -> None:
    workspace = in_the_outbox(shop)
    assert [(row["state"], row["due"]) for row in workspace.deliveries()] == [("planned", moment("09:02"))]


def test_nothing_leaves_a_moment_before(shop: OpenShop) -> None:
    workspace = in_the_outbox(shop)
    workspace.live_until("2026-03-02 09:01:59")
    assert workspace.sent() == []


def test_then_it_goes(shop: OpenShop) -> None:
    workspace = in_the_outbox(shop)
    workspace.live_until("10:00")
    assert workspace.sent() == [("ann", "reminder", "2026-03-02 09:02")]


def test_an_exit_within_that_time_takes_it_back(shop: OpenShop) -> None:
    workspace = in_the_outbox(shop)
    workspace.live_until("09:01")
    workspace.ingest(order("09:01", "k1"))
    workspace.live_until("10:00")
    assert workspace.fates() == [("reminder", "cancelled", "journey.bought")]
    assert workspace.provider.asked == []


def test_a_fact_within_that_time_is_judged_on(shop: OpenShop) -> None:
    workspace = in_the_outbox(shop)
    workspace.live_until("09:01")
    workspace.ingest(order("09:01", "another"))
    workspace.live_until("10:00")
    assert workspace.fates() == [("reminder", "suppressed", "already_bought.no_items_left")]


def test_a_refusal_within_that_time_counts(shop: OpenShop) -> None:
    workspace = in_the_outbox(shop)
    workspace.live_until("09:01")
    workspace.ingest(track("Unsubscribed", "09:01", channel="email"))
    workspace.live_until("10:00")
    assert [(state, reason) for _, state, reason in workspace.fates()] == [("suppressed", "consent.refused")]


def test_what_happens_in_the_very_last_moment_still_counts(shop: OpenShop) -> None:
    workspace = in_the_outbox(shop)
    workspace.clock.now = moment("09:02")
    workspace.ingest(order("09:02", "k1"))
    workspace.settle()
    assert workspace.fates() == [("reminder", "cancelled", "journey.bought")]


def test_what_happens_afterwards_is_too_late(shop: OpenShop) -> None:
    workspace = in_the_outbox(shop)
    workspace.live_until("09:03")
    workspace.ingest(order("09:03", "k1"))
    workspace.live_until("10:00")
    assert workspace.fates() == [("reminder", "sent", "")]


def test_a_restart_does_not_shorten_the_time(shop: OpenShop) -> None:
    workspace = in_the_outbox(shop)
    workspace.live_until("09:01")
    workspace.restart()
    workspace.live_until("10:00")
    assert workspace.sent() == [("ann", "reminder", "2026-03-02 09:02")]


@pytest.mark.parametrize(
    ("at", "goes"),
    [
        ("09:00", "2026-03-02 18:00"),
        ("17:57", "2026-03-02 18:00"),
        ("17:59", "2026-03-02 18:01"),
        ("18:00", "2026-03-02 18:02"),
        ("18:01", "2026-03-03 18:00"),
    ],
)
def test_a_message_for_a_time_of_day_is_kept_as_well_but_not_twice(shop: OpenShop, at: str, goes: str) -> None:
    workspace = in_the_outbox(shop, ', at: "18:00"', at)
    workspace.live_until("2026-03-04 09:00")
    assert workspace.sent() == [("ann", "reminder", goes)]


def test_what_the_customer_is_owed_is_kept_and_taken_back_as_well(shop: OpenShop) -> None:
    workspace = shop(OWED, head=HEAD)
    workspace.ingest(identify("ann", "08:00"), order("09:00", "k1"))
    workspace.live_until("09:01")
    workspace.ingest(track("Order Cancelled", "09:01", order_id="o1"))
    workspace.live_until("10:00")
    assert workspace.fates() == [("thanks", "cancelled", "journey.cancelled")]


def test_what_the_customer_is_owed_goes_when_the_time_is_over(shop: OpenShop) -> None:
    workspace = shop(OWED, head=HEAD)
    workspace.ingest(identify("ann", "08:00"), order("09:00", "k1"))
    workspace.live_until("10:00")
    assert workspace.sent() == [("ann", "thanks", "2026-03-02 09:02")]


def test_a_channel_without_a_time_sends_at_once(shop: OpenShop) -> None:
    workspace = shop(OWED)
    workspace.ingest(identify("ann", "08:00"), order("09:00", "k1"))
    workspace.settle()
    assert workspace.sent() == [("ann", "thanks", "2026-03-02 09:00")]
