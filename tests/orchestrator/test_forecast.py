"""What will become of a message that waits for its time, as far as is known now?"""

import json
from typing import Any

from orchestrator.clock import HistoryMoments
from tests.conftest import OpenShop
from tests.fakes.calls import GRINDER, anonymous, identify, moment, track
from tests.fakes.workspace import Workspace

EVENING = """
guards:
  already_bought: {within: 30d, do: drop_items}
  in_delivery: {do: delay, until: delivered, at_most: 21d, then: suppress}
journeys:
  evening:
    entry: {event: Checkout Started}
    steps:
      - {id: letter, send: email, text: "Good evening.", items: entry.products, at: "18:00"}
"""
NOW_OR_NEVER = EVENING.replace(', at: "18:00"', "")
CHECKOUT = track("Checkout Started", "09:00", checkout_id="k1", products=GRINDER)


def order(at: str, order_id: str = "o1") -> bytes:
    return track("Order Completed", at, order_id=order_id, products=GRINDER)


def waiting(shop: OpenShop, *more: bytes, text: str = EVENING, **options: Any) -> Workspace:
    """Let Ann leave a basket in the morning: the letter about it is planned for the evening."""
    workspace = shop(text, **options)
    workspace.ingest(identify("ann", "08:00"), CHECKOUT, *more)
    workspace.settle()
    return workspace


def forecast(workspace: Workspace) -> list[str]:
    return [row["forecast"] for row in workspace.deliveries()]


def ledger(workspace: Workspace) -> list[tuple[int, int, str]]:
    """Give kind, verdict and reason of every judgement, as the numbers they are stored as."""
    return [tuple(row) for row in workspace.rows("SELECT kind, verdict, reason FROM judgements ORDER BY id")]  # type: ignore[misc]


ALLOWED, SUPPRESSED = (1, 0, ""), (1, 3, "already_bought.no_items_left")


def test_a_message_that_waits_for_its_time_has_a_forecast(shop: OpenShop) -> None:
    assert forecast(waiting(shop)) == ["allow"]


def test_what_the_guards_would_say_is_the_forecast(shop: OpenShop) -> None:
    assert forecast(waiting(shop, order("08:30"))) == ["already_bought.no_items_left"]


def test_a_forecast_is_in_the_ledger_with_what_every_guard_said(shop: OpenShop) -> None:
    workspace = waiting(shop, order("08:30"))
    ((kind, answers),) = workspace.rows("SELECT kind, answers FROM judgements")
    said = {answer["guard"]: answer.get("reason", "") for answer in json.loads(answers)}
    assert (kind, said["already_bought"], said["consent"]) == (1, "already_bought.recent_order", "")


def test_a_forecast_does_nothing_about_the_message(shop: OpenShop) -> None:
    workspace = waiting(shop, order("08:30"))
    assert workspace.fates() == [("letter", "planned", "")]


def test_a_fact_that_comes_meanwhile_changes_the_forecast(shop: OpenShop) -> None:
    workspace = waiting(shop)
    workspace.ingest(order("11:00"))
    workspace.settle("11:00")
    assert (forecast(workspace), ledger(workspace)) == (["already_bought.no_items_left"], [ALLOWED, SUPPRESSED])


def test_a_fact_can_make_a_forecast_better(shop: OpenShop) -> None:
    workspace = waiting(shop, order("08:30"))
    workspace.ingest(track("Order Cancelled", "11:00", order_id="o1"))
    workspace.settle("11:00")
    assert (forecast(workspace), ledger(workspace)) == (["allow"], [SUPPRESSED, ALLOWED])


def test_a_fact_that_changes_nothing_is_not_written_down(shop: OpenShop) -> None:
    workspace = waiting(shop, order("08:30"))
    workspace.ingest(order("08:40", "o2"), track("Payment Received", "08:45", order_id="o1", payment_id="y1"))
    workspace.settle("11:00")
    assert ledger(workspace) == [SUPPRESSED]


def test_what_is_no_fact_is_not_foretold_on(shop: OpenShop) -> None:
    workspace = waiting(shop)
    workspace.ingest(track("Product Viewed", "11:00", products=GRINDER))
    workspace.settle("11:00")
    assert ledger(workspace) == [ALLOWED]


def test_a_refusal_of_marketing_changes_the_forecast(shop: OpenShop) -> None:
    workspace = waiting(shop)
    workspace.ingest(track("Unsubscribed", "11:00", channel="email"))
    workspace.settle("11:00")
    assert forecast(workspace) == ["consent.refused"]


def test_a_message_that_need_not_wait_has_no_forecast(shop: OpenShop) -> None:
    workspace = waiting(shop, text=NOW_OR_NEVER)
    assert (forecast(workspace), ledger(workspace)) == ([""], [(0, 0, "")])


def test_the_forecast_stays_to_be_compared_with_what_came_of_it(shop: OpenShop) -> None:
    workspace = waiting(shop)
    workspace.live_until("19:00")
    assert [(row["state"], row["forecast"]) for row in workspace.deliveries()] == [("sent", "allow")]
    assert ledger(workspace) == [ALLOWED, (0, 0, "")]


def test_a_forecast_outlives_a_restart_and_is_not_told_twice(shop: OpenShop) -> None:
    workspace = waiting(shop)
    workspace.restart()
    workspace.ingest(track("Payment Received", "11:00", order_id="o9", payment_id="y1"))
    workspace.settle("11:00")
    assert (forecast(workspace), ledger(workspace)) == (["allow"], [ALLOWED])


def test_a_message_of_two_profiles_that_become_one_is_foretold_by_what_both_know(shop: OpenShop) -> None:
    workspace = shop(EVENING)
    workspace.ingest(
        identify("ann", "08:00"),
        order("08:30"),
        anonymous("Checkout Started", "09:00", "v1", checkout_id="k1", products=GRINDER),
    )
    workspace.settle()
    workspace.ingest(identify("ann", "10:00", visitor="v1"))
    workspace.settle("10:00")
    assert forecast(workspace) == ["already_bought.no_items_left"]


def test_the_shops_endpoint_is_not_blamed_before_it_is_asked(shop: OpenShop) -> None:
    text = EVENING.replace("guards:\n", "guards:\n  http: {url: 'https://shop.example/may-send'}\n")
    assert forecast(waiting(shop, text=text)) == ["allow"]


def test_a_run_through_history_foretells_the_same(shop: OpenShop) -> None:
    moments = HistoryMoments(moment("2026-03-05 09:00"))
    workspace = waiting(shop, order("11:00"), text=EVENING, moments=moments)
    assert (forecast(workspace)[0], ledger(workspace)) == (
        "already_bought.no_items_left",
        [ALLOWED, SUPPRESSED, (0, 3, "already_bought.no_items_left")],
    )
