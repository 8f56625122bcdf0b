"""Does what follows up on a message stay away when that message was never sent?"""

import pytest

from actions.base import Rejected
from tests.conftest import OpenShop
from tests.fakes.calls import GRINDER, identify, track
from tests.fakes.workspace import Workspace

CART = """
guards:
  already_bought: {{within: 30d, do: drop_items}}
journeys:
  cart:
    entry: {{event: Checkout Started}}
    steps:
      - {{id: reminder, send: email, text: "Your basket is waiting.", items: entry.products{way}}}
      - {{id: watch, wait_for: {{event: Email Clicked, of: reminder, at_most: 1d}}, then: done, otherwise: nudge}}
      - {{id: nudge, send: email, text: "May we help you with your basket?"}}
      - {{id: done, exit: finished}}
      - {{id: sorry, send: email, text: "How do you like what you bought?", intent: follow_up}}
      - {{id: other, exit: cared_for}}
"""
BOUGHT = ("reminder", "suppressed", "already_bought.no_items_left")


def _left_a_basket(shop: OpenShop, way: str, *, bought: bool = True) -> Workspace:
    workspace = shop(CART.format(way=way))
    workspace.ingest(identify("ann", "07:00"))
    if bought:
        workspace.ingest(track("Order Completed", "08:00", order_id="o1", products=GRINDER))
    workspace.ingest(track("Checkout Started", "09:00", products=GRINDER))
    return workspace


def test_after_a_suppressed_reminder_with_exit_there_is_no_nudge(shop: OpenShop) -> None:
    workspace = _left_a_basket(shop, ", if_suppressed: exit")
    workspace.live_until("2026-04-02 09:00")
    assert workspace.fates() == [BOUGHT]
    assert workspace.enrollments() == [("cart", "reminder", "completed")]


def test_after_a_suppressed_reminder_with_a_step_the_journey_goes_there_at_once(shop: OpenShop) -> None:
    workspace = _left_a_basket(shop, ", if_suppressed: sorry")
    workspace.settle("09:00")
    assert workspace.fates() == [BOUGHT, ("sorry", "sent", "")]
    assert workspace.enrollments() == [("cart", "other", "cared_for")]


@pytest.mark.parametrize("way", ["", ", if_suppressed: continue"], ids=["left out", "written out"])
def test_by_default_the_journey_goes_on_as_if_it_had_been_sent(shop: OpenShop, way: str) -> None:
    workspace = _left_a_basket(shop, way)
    workspace.live_until("2026-04-02 09:00")
    assert workspace.fates() == [BOUGHT, ("nudge", "sent", "")]
    assert workspace.sent() == [("ann", "nudge", "2026-03-03 09:00")]


@pytest.mark.parametrize("way", ["", ", if_suppressed: exit", ", if_suppressed: sorry"])
def test_a_reminder_that_went_is_followed_up_whatever_would_have_happened_otherwise(shop: OpenShop, way: str) -> None:
    workspace = _left_a_basket(shop, way, bought=False)
    workspace.live_until("2026-04-02 09:00")
    assert [step for _, step, _ in workspace.sent()] == ["reminder", "nudge"]


def test_a_reminder_the_provider_refused_is_no_suppressed_one(shop: OpenShop) -> None:
    workspace = _left_a_basket(shop, ", if_suppressed: exit", bought=False)
    workspace.email.answers.append(Rejected("email.busy_no_more"))
    workspace.live_until("2026-04-02 09:00")
    assert [(step, state) for step, state, _ in workspace.fates()] == [("reminder", "rejected"), ("nudge", "sent")]
