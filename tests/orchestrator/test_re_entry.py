"""Who may enter a journey again, and what happens to those who are inside?"""

import pytest

from tests.conftest import OpenShop
from tests.fakes.calls import track
from tests.fakes.workspace import Workspace

# Entries come at 09:00, at 09:30 while the person is inside, at 12:00 the same day and at 12:00 two days later.
ENTRIES = ("09:00", "09:30", "12:00", "2026-03-04 12:00")

FIRST, RESTARTED = "2026-03-02 10:00", "2026-03-02 10:30"
AGAIN, LATER = "2026-03-02 13:00", "2026-03-04 13:00"


def _shop(open_shop: OpenShop, re_entry: str, if_active: str) -> Workspace:
    return open_shop(
        f"""
journeys:
  cart:
    entry: {{event: Checkout Started, key: event.checkout_id}}
    re_entry: {re_entry}
    if_active: {if_active}
    steps:
      - {{id: settle, wait: 1h}}
      - {{id: reminder, send: email, text: "Your basket is waiting.", purpose: transactional}}
"""
    )


@pytest.mark.parametrize(
    ("re_entry", "if_active", "sent"),
    [
        ("never", "ignore", [FIRST]),
        ("never", "restart", [FIRST]),
        ("never", "parallel", [FIRST]),
        ("always", "ignore", [FIRST, AGAIN, LATER]),
        ("always", "restart", [RESTARTED, AGAIN, LATER]),
        ("always", "parallel", [FIRST, AGAIN, LATER]),
        ("after 1d", "ignore", [FIRST, LATER]),
        ("after 1d", "restart", [FIRST, LATER]),
        ("after 1d", "parallel", [FIRST, LATER]),
        ("after 20m", "restart", [RESTARTED, AGAIN, LATER]),
    ],
)
def test_entering_again_with_the_same_key(shop: OpenShop, re_entry: str, if_active: str, sent: list[str]) -> None:
    workspace = _shop(shop, re_entry, if_active)
    for at in ENTRIES:
        workspace.live_until(at)
        workspace.ingest(track("Checkout Started", at, checkout_id="k1"))
    workspace.live_until("2026-03-06 09:00")
    assert [at for _, _, at in workspace.sent()] == sent
    assert workspace.provider.doubled == []


@pytest.mark.parametrize(
    ("re_entry", "if_active", "sent"),
    [
        ("never", "ignore", [FIRST]),
        ("never", "restart", [FIRST]),
        ("never", "parallel", [FIRST, RESTARTED, AGAIN, LATER]),
        ("always", "ignore", [FIRST, AGAIN, LATER]),
        ("always", "restart", [RESTARTED, AGAIN, LATER]),
        ("always", "parallel", [FIRST, RESTARTED, AGAIN, LATER]),
        ("after 1d", "ignore", [FIRST, LATER]),
        ("after 1d", "parallel", [FIRST, RESTARTED, AGAIN, LATER]),
    ],
)
def test_entering_again_with_another_key(shop: OpenShop, re_entry: str, if_active: str, sent: list[str]) -> None:
    workspace = _shop(shop, re_entry, if_active)
    for number, at in enumerate(ENTRIES):
        workspace.live_until(at)
        workspace.ingest(track("Checkout Started", at, checkout_id=f"k{number}"))
    workspace.live_until("2026-03-06 09:00")
    assert [at for _, _, at in workspace.sent()] == sent


def test_a_restart_leaves_one_timer_and_both_changes_come_in_one_turn(shop: OpenShop) -> None:
    workspace = _shop(shop, "always", "restart")
    workspace.ingest(track("Checkout Started", "09:00", checkout_id="k1"))
    workspace.settle("09:30")
    workspace.ingest(track("Checkout Started", "09:30", checkout_id="k1"))
    workspace.turn()
    assert workspace.rows("SELECT reason, due_at IS NULL FROM enrollments ORDER BY id") == [("restarted", 1), ("", 0)]


def test_whoever_re_enters_while_their_message_is_in_flight_is_not_written_to_twice(shop: OpenShop) -> None:
    workspace = _shop(shop, "always", "restart")
    workspace.ingest(track("Checkout Started", "09:00", checkout_id="k1"))
    workspace.settle("09:00")
    workspace.settle("09:59")
    workspace.clock.now = workspace.clock.now.replace(hour=10, minute=0)
    handovers = workspace.turn()
    workspace.ingest(track("Checkout Started", "10:00", checkout_id="k1"))
    workspace.turn()
    workspace.turn(workspace.perform(handovers))
    workspace.live_until("2026-03-03 09:00")
    assert [at for _, _, at in workspace.sent()] == ["2026-03-02 10:00", "2026-03-02 11:00"]
    assert workspace.provider.doubled == []


def test_a_key_without_a_value_lets_nobody_in(shop: OpenShop) -> None:
    workspace = _shop(shop, "always", "parallel")
    workspace.ingest(track("Checkout Started", "09:00"))
    workspace.settle()
    assert workspace.enrollments() == []
