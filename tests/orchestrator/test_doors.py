"""Does a journey let in as many as its entry says, over all customers, and does a restart keep count?"""

from tests.conftest import OpenShop
from tests.fakes.calls import track
from tests.fakes.faulty import with_broken_exit
from tests.fakes.workspace import Workspace


def _shop(open_shop: OpenShop, at_most: str) -> Workspace:
    return open_shop(
        f"""
journeys:
  offer:
    entry: {{event: Signed Up, at_most: {at_most}}}
    steps:
      - {{id: hello, send: email, text: "Hello!", purpose: transactional}}
"""
    )


def _sign_up(workspace: Workspace, at: str, *users: str) -> None:
    workspace.live_until(at)
    workspace.ingest(*(track("Signed Up", at, user, message_id=f"{user} {at}") for user in users))
    workspace.live_until(at)


def test_no_more_come_in_than_the_limit_says(shop: OpenShop) -> None:
    workspace = _shop(shop, "2 per hour")
    _sign_up(workspace, "09:10", "ann", "bob", "eve")
    assert len(workspace.enrollments()) == 2


def test_a_calendar_hour_begins_anew(shop: OpenShop) -> None:
    workspace = _shop(shop, "2 per hour")
    _sign_up(workspace, "09:50", "ann", "bob")
    _sign_up(workspace, "10:00", "eve")
    assert len(workspace.enrollments()) == 3


def test_a_rolling_window_does_not(shop: OpenShop) -> None:
    workspace = _shop(shop, "2 per 1h")
    _sign_up(workspace, "09:50", "ann", "bob")
    _sign_up(workspace, "10:00", "eve")
    _sign_up(workspace, "10:50", "joe")
    assert len(workspace.enrollments()) == 3


def test_a_restart_keeps_count(shop: OpenShop) -> None:
    workspace = _shop(shop, "2 per day")
    _sign_up(workspace, "09:10", "ann", "bob")
    workspace.restart()
    _sign_up(workspace, "12:00", "eve")
    assert len(workspace.enrollments()) == 2


def test_whoever_is_set_aside_takes_nobodys_place(shop: OpenShop) -> None:
    workspace = shop(
        """
journeys:
  offer:
    entry: {event: Signed Up, at_most: 2 per day}
    exit: [{event: Order Completed}]
    steps:
      - {id: hello, send: email, text: "Hello!", purpose: transactional}
"""
    )
    workspace.run_by(with_broken_exit(workspace.program, "offer", "ann"))
    workspace.live_until("09:10")
    workspace.ingest(track("Signed Up", "09:00", "ann"), track("Order Completed", "09:01", "ann", order_id="o1"))
    workspace.ingest(track("Signed Up", "09:02", "bob"), track("Signed Up", "09:03", "eve"))
    workspace.settle("09:10")
    assert [row["profile"] for row in workspace.deliveries()] == ["bob", "eve"]


def test_whoever_is_turned_away_has_it_in_their_story(shop: OpenShop) -> None:
    workspace = _shop(shop, "1 per day")
    _sign_up(workspace, "09:10", "ann")
    _sign_up(workspace, "09:20", "bob")
    assert workspace.story("bob") == [("", "turned_away")]
