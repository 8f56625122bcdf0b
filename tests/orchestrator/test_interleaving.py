"""What if an event comes at the worst moment: while a journey parks, or between a wait's end and the claim?"""

import pytest

from journeys.keys import delivery_key, enrollment_key
from tests.conftest import OpenShop
from tests.fakes.calls import GRINDER, anonymous, identify, moment, track
from tests.fakes.journeys import CARE, CART, WELCOME
from tests.fakes.workspace import Workspace

AWAIT = """
journeys:
  parcel:
    entry: {event: Order Completed}
    steps:
      - {id: pause, wait: 1h}
      - {id: arrival, wait_for: {event: Order Delivered, at_most: 10d}, then: thanks, otherwise: lost}
      - {id: thanks, exit: arrived}
      - {id: lost, exit: gave_up}
"""
REMINDER = delivery_key(enrollment_key(1, 0), 2)
ORDER = track("Order Completed", "10:01", order_id="o1", checkout_id="k1", products=GRINDER)


def _inside(workspace: Workspace, user: str = "ann") -> Workspace:
    checkout = track("Checkout Started", "09:00", user, checkout_id=f"k-{user}", products=GRINDER)
    workspace.ingest(identify(user, "08:00"), checkout)
    workspace.settle("09:00")
    return workspace


# The event comes while the journey parks. The click is about the message of the step before.

HOPS = ("after the commit", "after the call", "with the answer", "after the answer", "later")


@pytest.mark.parametrize("hop", HOPS)
def test_a_click_is_not_lost_however_it_falls_between_the_steps_of_a_send(shop: OpenShop, hop: str) -> None:
    workspace = _inside(shop(CART))
    clock, click = workspace.clock, track("Email Clicked", "10:00", delivery=str(REMINDER), step="reminder")

    def arrive(here: str) -> None:
        if here == hop:
            workspace.ingest(click)
            if hop != "with the answer":
                workspace.turn()

    clock.now = moment("10:00")
    handovers = workspace.turn()
    arrive("after the commit")
    reports = workspace.perform(handovers)
    arrive("after the call")
    arrive("with the answer")
    workspace.turn(reports)
    arrive("after the answer")
    workspace.settle("10:01")
    arrive("later")
    workspace.live_until("2026-03-05 09:00")
    assert workspace.enrollments() == [("cart", "done", "finished")]
    assert workspace.sent() == [("ann", "reminder", "2026-03-02 10:00")]


@pytest.mark.parametrize("minute", range(2, 5))
@pytest.mark.parametrize("restarts", [False, True])
def test_an_awaited_event_that_comes_around_the_parking_is_not_lost(
    shop: OpenShop, minute: int, restarts: bool
) -> None:
    workspace = shop(AWAIT, now="08:58")
    workspace.ingest(track("Order Completed", "08:58", order_id="o1", products=GRINDER))
    for now in range(5):
        workspace.clock.now = moment(f"09:{56 + now}") if now < 4 else moment("10:00")
        if now == minute:
            workspace.ingest(track("Order Delivered", "09:58", order_id="o1", shipment_id="s1"))
        workspace.turn()
        if restarts:
            workspace.restart()
    workspace.live_until("2026-03-20 09:00")
    assert workspace.enrollments() == [("parcel", "thanks", "arrived")]


# The order comes after the wait has ended and before anybody looked.


def test_an_order_between_the_end_of_the_wait_and_the_claim_keeps_the_reminder_back(shop: OpenShop) -> None:
    workspace = shop(CART)
    for number in range(80):
        _inside(workspace, f"u{number}")
    workspace.clock.now = moment("10:02")
    workspace.ingest(
        *(
            track("Order Completed", "10:01", f"u{number}", order_id=f"o{number}", checkout_id=f"k-u{number}")
            for number in range(80)
        )
    )
    workspace.settle()
    assert workspace.sent() == []
    assert {reason for _, _, reason in workspace.enrollments()} == {"bought"}
    assert set(workspace.fates()) == {("reminder", "cancelled", "journey.bought")}


def test_an_order_in_another_checkout_between_the_end_of_the_wait_and_the_claim_is_judged_on(shop: OpenShop) -> None:
    workspace = _inside(shop("guards:\n  already_bought: {within: 30d, do: drop_items}\n" + CART))
    workspace.clock.now = moment("10:02")
    workspace.ingest(track("Order Completed", "10:01", order_id="o1", checkout_id="other", products=GRINDER))
    workspace.settle()
    assert workspace.fates() == [("reminder", "suppressed", "already_bought.no_items_left")]


def test_an_order_that_comes_while_a_turn_waits_for_its_place_is_read_by_that_turn(shop: OpenShop) -> None:
    workspace = _inside(shop(CART))
    other = workspace.another()
    workspace.turn()
    other.clock.now = moment("10:02")
    other.ingest(track("Order Completed", "10:01", order_id="o1", checkout_id="k-ann"))
    assert workspace.turn() == []


def test_an_event_is_seen_by_the_very_next_turn(shop: OpenShop) -> None:
    workspace = shop(WELCOME)
    workspace.turn()
    workspace.ingest(track("Signed Up", "09:00"))
    assert [handover.delivery.step for handover in workspace.turn()] == ["hello"]


def test_an_event_that_another_process_took_in_is_seen_by_the_very_next_turn(shop: OpenShop) -> None:
    workspace = _inside(shop(WELCOME))
    workspace.another().ingest(track("Signed Up", "09:00"))
    assert [handover.delivery.step for handover in workspace.turn()] == ["hello"]


# Events that come out of order.


def test_an_order_that_waits_beside_its_later_told_checkout_ends_the_journey(shop: OpenShop) -> None:
    workspace = shop(CART)
    workspace.ingest(identify("ann", "08:00"), track("Order Completed", "08:40", order_id="o1", checkout_id="k1"))
    workspace.ingest(track("Checkout Started", "08:30", checkout_id="k1", products=GRINDER))
    workspace.live_until("12:00")
    assert workspace.enrollments() == [("cart", "settle", "bought")]


def test_a_checkout_that_is_told_after_its_order_was_read_sells_nothing(shop: OpenShop) -> None:
    workspace = shop("guards:\n  already_bought: {within: 30d, do: drop_items}\n" + CART)
    workspace.ingest(
        identify("ann", "08:00"),
        track("Order Completed", "08:40", order_id="o1", checkout_id="k1", products=GRINDER),
    )
    workspace.settle()
    workspace.ingest(track("Checkout Started", "08:30", checkout_id="k1", products=GRINDER))
    workspace.live_until("2026-03-05 09:00")
    assert workspace.sent() == []


@pytest.mark.parametrize("together", [True, False])
def test_delivered_before_shipped_stays_delivered(shop: OpenShop, together: bool) -> None:
    workspace = shop(CARE)
    delivered = track("Order Delivered", "08:50", order_id="o1", shipment_id="s1")
    shipped = track("Order Shipped", "08:20", order_id="o1", shipment_id="s1")
    workspace.ingest(identify("ann", "08:00"), track("Order Completed", "08:10", order_id="o1", products=GRINDER))
    workspace.ingest(delivered)
    if not together:
        workspace.settle()
    workspace.ingest(shipped)
    workspace.settle()
    workspace.ingest(track("Guide Requested", "08:55", products=GRINDER))
    workspace.settle()
    assert workspace.fates() == [("letter", "sent", "")]
    assert workspace.rows("SELECT status FROM shipments") == [("delivered",)]


def test_an_event_that_comes_before_its_person_is_known_counts_for_them(shop: OpenShop) -> None:
    workspace = shop(CART)
    workspace.ingest(anonymous("Checkout Started", "09:00", "v1", checkout_id="k1", products=GRINDER))
    workspace.live_until("09:30")
    workspace.ingest(identify("ann", "09:30", visitor="v1"))
    workspace.live_until("10:30")
    assert workspace.sent() == [("ann", "reminder", "2026-03-02 10:00")]


def test_a_late_refusal_of_marketing_holds_although_it_was_said_before_the_last_word(shop: OpenShop) -> None:
    workspace = _inside(shop(CART))
    workspace.ingest(identify("ann", "08:30", consent=False))
    workspace.live_until("10:30")
    assert workspace.fates() == [("reminder", "suppressed", "consent.refused")]
