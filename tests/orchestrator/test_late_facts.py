"""Which messages are regretted, once a fact has come that was too late for them?"""

from typing import Any

import pytest

from operational_guards import registry
from orchestrator.regrets import find_regrets
from orchestrator.store import guard_views
from tests.conftest import OpenShop
from tests.fakes.calls import GRINDER, identify, moment, track
from tests.fakes.workspace import Workspace

CART = """
guards:
  already_bought: {within: 30d, do: drop_items}
  order_problem: {do: delay, until: resolved}
%s
journeys:
  cart:
    entry: {event: Checkout Started}
    steps:
      - {id: reminder, send: email, text: "Your basket is waiting.", items: entry.products}
      - {id: done, exit: finished}
"""
BOUGHT = track("Order Completed", "09:30", order_id="o1", products=GRINDER)
REGRET = ("already_bought", "already_bought.recent_order", "segment", 3.5)


def sent_at_ten(shop: OpenShop, more: str = "") -> Workspace:
    """Let the reminder about Ann's basket go at ten, before anybody knows what she did at half past nine."""
    workspace = shop(CART % more)
    workspace.ingest(identify("ann", "08:00"), track("Checkout Started", "09:00", checkout_id="k1", products=GRINDER))
    workspace.settle("10:00")
    assert [state for _, state, _ in workspace.fates()] == ["sent"]
    return workspace


def heard_at_one(workspace: Workspace, *lines: bytes) -> Workspace:
    workspace.clock.now = moment("13:00")
    workspace.ingest(*lines)
    workspace.settle()
    return workspace


def regrets(workspace: Workspace) -> list[tuple[str, str, str, float]]:
    """Give guard, reason, source and delay in hours of every regret."""
    with workspace.store.reading() as connection:
        found = list(guard_views.regrets(connection))
    return [(each["guard"], each["reason"], each["source"], each["delay_seconds"] / 3600) for each in found]


def looked(workspace: Workspace) -> list[tuple[str, str, str, float]]:
    find_regrets(workspace.store)
    return regrets(workspace)


def test_an_order_that_comes_too_late_is_regretted_with_its_delay(shop: OpenShop) -> None:
    assert looked(heard_at_one(sent_at_ten(shop), BOUGHT)) == [REGRET]


def test_a_regret_names_the_message_and_its_moment(shop: OpenShop) -> None:
    workspace = heard_at_one(sent_at_ten(shop), BOUGHT)
    find_regrets(workspace.store)
    with workspace.store.reading() as connection:
        (found,) = guard_views.regrets(connection)
    assert [found[key] for key in ("profile", "step", "sent", "happened", "learned")] == [
        "ann",
        "reminder",
        moment("10:00"),
        moment("09:30"),
        moment("13:00"),
    ]


def test_nothing_is_regretted_before_somebody_looked(shop: OpenShop) -> None:
    assert regrets(heard_at_one(sent_at_ten(shop), BOUGHT)) == []


@pytest.mark.parametrize(
    "fact",
    [
        track("Order Completed", "09:30", order_id="o1", products=[{"product_id": "cup", "price": 9}]),
        track("Order Completed", "11:00", order_id="o1", products=GRINDER),
        track("Product Viewed", "09:30", product_id="grinder"),
        track("Unsubscribed", "11:00", channel="email"),
    ],
    ids=["other goods", "after the message", "no fact", "a refusal after the message"],
)
def test_a_fact_that_would_have_changed_nothing_is_not_regretted(shop: OpenShop, fact: bytes) -> None:
    assert looked(heard_at_one(sent_at_ten(shop), fact)) == []


def test_a_refusal_that_comes_too_late_is_regretted(shop: OpenShop) -> None:
    workspace = heard_at_one(sent_at_ten(shop), track("Unsubscribed", "09:30", channel="email"))
    assert looked(workspace) == [
        ("consent", "consent.refused", "segment", 3.5),
        ("suppression_list", "suppression_list.unsubscribed", "segment", 3.5),
    ]


def test_a_fact_is_looked_into_once(shop: OpenShop) -> None:
    workspace = heard_at_one(sent_at_ten(shop), BOUGHT)
    assert [find_regrets(workspace.store) for _ in range(2)] == [1, 0]


def test_a_fact_that_is_told_twice_is_regretted_once(shop: OpenShop) -> None:
    workspace = heard_at_one(sent_at_ten(shop), BOUGHT)
    again = track("Order Completed", "09:30", order_id="o1", products=GRINDER, message_id="told again")
    find_regrets(workspace.store)
    assert looked(heard_at_one(workspace, BOUGHT, again)) == [REGRET]


def test_of_two_late_facts_the_first_that_is_looked_into_is_named(shop: OpenShop) -> None:
    earlier = track("Order Completed", "09:00", order_id="o2", products=GRINDER)
    assert looked(heard_at_one(sent_at_ten(shop), BOUGHT, earlier)) == [REGRET]


def test_each_guard_that_would_have_held_it_regrets_it(shop: OpenShop) -> None:
    failed = track("Payment Failed", "09:40", order_id="o9", payment_id="y1")
    found = looked(heard_at_one(sent_at_ten(shop), BOUGHT, failed))
    assert [(guard, reason) for guard, reason, _, _ in found] == [
        ("already_bought", "already_bought.recent_order"),
        ("order_problem", "order_problem.payment_failed"),
    ]


def test_a_guard_whose_word_did_not_count_regrets_nothing(shop: OpenShop) -> None:
    workspace = shop((CART % "").replace("do: drop_items", "do: drop_items, mode: shadow"))
    workspace.ingest(identify("ann", "08:00"), track("Checkout Started", "09:00", checkout_id="k1", products=GRINDER))
    workspace.settle("10:00")
    assert looked(heard_at_one(workspace, BOUGHT)) == []


def test_a_guard_that_was_not_set_up_then_regrets_nothing(shop: OpenShop) -> None:
    workspace = shop(CART[CART.index("journeys:") :])
    workspace.ingest(identify("ann", "08:00"), track("Checkout Started", "09:00", checkout_id="k1", products=GRINDER))
    workspace.settle("10:00")
    assert looked(heard_at_one(workspace, BOUGHT)) == []


def test_what_the_shops_endpoint_said_is_not_regretted(shop: OpenShop) -> None:
    workspace = shop(CART % "  http: {url: 'https://shop.example/may-send'}\n")
    workspace.endpoint = lambda _: {"verdict": "allow"}
    workspace.ingest(identify("ann", "08:00"), track("Checkout Started", "09:00", checkout_id="k1", products=GRINDER))
    workspace.settle("10:00")
    assert looked(heard_at_one(workspace, BOUGHT)) == [REGRET]


def test_a_message_that_was_held_back_is_not_regretted(shop: OpenShop) -> None:
    workspace = shop(CART % "")
    workspace.ingest(identify("ann", "08:00"), BOUGHT)
    workspace.ingest(track("Checkout Started", "09:50", checkout_id="k1", products=GRINDER))
    workspace.settle("10:00")
    other = track("Order Completed", "09:20", order_id="o2", products=GRINDER)
    assert looked(heard_at_one(workspace, other)) == []


def test_a_guard_that_is_no_longer_installed_is_passed_over(shop: OpenShop, monkeypatch: pytest.MonkeyPatch) -> None:
    workspace = heard_at_one(sent_at_ten(shop), BOUGHT)
    installed: dict[str, Any] = registry.load_guards()
    del installed["order_problem"]
    monkeypatch.setattr(registry, "load_guards", lambda: installed)
    assert (find_regrets(workspace.store), regrets(workspace), find_regrets(workspace.store)) == (1, [], 0)


def test_regrets_outlive_a_restart(shop: OpenShop) -> None:
    workspace = heard_at_one(sent_at_ten(shop), BOUGHT)
    workspace.restart()
    assert looked(workspace) == [REGRET]
