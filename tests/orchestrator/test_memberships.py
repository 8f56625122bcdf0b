"""Does somebody leave an audience when a guard would no longer put them there?"""

import csv
import json
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from actions.audience_file import FileAudience, FileAudienceParams
from actions.testing import surroundings
from orchestrator.asking import load_past
from orchestrator.clock import HistoryMoments
from orchestrator.explain import Asked, explain
from orchestrator.story import tell
from tests.conftest import OpenShop
from tests.fakes.calls import GRINDER, call, identify, moment, track
from tests.fakes.workspace import SHOP, Workspace

HEAD = SHOP.replace("ads: {action: audience.file}", "ads: {action: audience.file, lag: 24h}")
GUARDS = """
guards:
  already_bought: {within: 30d, do: drop_items}
  in_delivery: {do: delay, until: delivered, at_most: 21d, then: suppress}
  returned: {do: drop_items}
  refunded: {do: drop_items}
"""
SHELF = """
journeys:
  shelf:
    entry: {event: Checkout Started}
    exit:
      - {event: Lost Interest, reason: lost}
    steps:
      - {id: ads, audience: {add: shelf, items: entry.products%s}}
      - {id: stay, wait: 30d}
"""
BEANS = {"product_id": "beans", "name": "Beans", "price": 12}
BASKET = [*GRINDER, BEANS]
SAME = call("alias", "09:30", "a1", userId="ann", previousId="bob")


def on_the_shelf(shop: OpenShop, *, step: str = "", guards: str = GUARDS, **options: Any) -> Workspace:
    """Let Ann leave the grinder and the beans in a basket: she is in the audience about them now."""
    workspace = shop(guards + SHELF % step, **options)
    workspace.ingest(identify("ann", "08:00"), track("Checkout Started", "09:00", checkout_id="k1", products=BASKET))
    workspace.settle()
    return workspace


def later(workspace: Workspace, *lines: bytes, at: str = "10:00") -> Workspace:
    workspace.live_until(at)
    workspace.ingest(*lines)
    workspace.settle()
    return workspace


def order(at: str, *products: dict[str, Any], order_id: str = "o1") -> bytes:
    return track("Order Completed", at, order_id=order_id, products=list(products))


def members(workspace: Workspace, profile: int = 1) -> dict[str, list[str]]:
    """Give the goods of every audience somebody is in."""
    ((memory,),) = workspace.rows(f"SELECT memory FROM profiles WHERE id = {profile}")
    found = json.loads(memory).get("memberships", {})
    return {name: [item["product_id"] for item in each["items"]] for name, each in found.items()}


def changes(workspace: Workspace) -> list[tuple[str, str, str]]:
    """Give operation, audience and why of everything the platform was told."""
    given = [assignment.parameters for assignment in workspace.actions["ads"].assignments]
    return [(each["operation"], each["audience"], each.get("because", "")) for each in given]


def judged(workspace: Workspace) -> list[tuple[int, str]]:
    return [
        (verdict, reason)
        for verdict, reason in workspace.rows("SELECT verdict, reason FROM judgements WHERE kind = 2 ORDER BY id")
    ]


def test_whoever_is_put_into_an_audience_is_remembered_with_the_goods(shop: OpenShop) -> None:
    assert members(on_the_shelf(shop)) == {"shelf": ["grinder", "beans"]}


def test_goods_that_were_bought_leave_the_audience_and_the_person_stays(shop: OpenShop) -> None:
    bought = "guards:\n  already_bought: {within: 30d, do: drop_items}\n"
    workspace = later(on_the_shelf(shop, guards=bought), order("10:00", *GRINDER))
    assert (members(workspace), changes(workspace)) == ({"shelf": ["beans"]}, [("add", "shelf", "")])


def test_the_last_good_takes_the_person_out_with_the_reason(shop: OpenShop) -> None:
    bought = "guards:\n  already_bought: {within: 30d, do: drop_items}\n"
    workspace = later(on_the_shelf(shop, guards=bought), order("10:00", *GRINDER))
    later(workspace, order("11:00", BEANS, order_id="o2"), at="11:00")
    assert members(workspace) == {}
    assert changes(workspace) == [("add", "shelf", ""), ("remove", "shelf", "already_bought.no_items_left")]


def test_goods_on_their_way_take_the_person_out(shop: OpenShop) -> None:
    workspace = later(on_the_shelf(shop), order("10:00", *GRINDER))
    assert changes(workspace)[1:] == [("remove", "shelf", "in_delivery.not_shipped")]


@pytest.mark.parametrize(
    ("fact", "reason"),
    [
        (track("Return Requested", "10:00", return_id="r1", products=BASKET), "returned.no_items_left"),
        (track("Unsubscribed", "10:00", channel="ads"), "consent.refused"),
        (identify("ann", "10:00", consent=False), "consent.refused"),
    ],
    ids=["goods come back", "leaves the channel", "refuses all marketing"],
)
def test_what_becomes_known_later_takes_the_person_out(shop: OpenShop, fact: bytes, reason: str) -> None:
    workspace = later(on_the_shelf(shop), fact)
    assert (members(workspace), changes(workspace)[1:]) == ({}, [("remove", "shelf", reason)])


def test_goods_that_were_paid_back_leave_the_audience(shop: OpenShop) -> None:
    refunded = "guards:\n  refunded: {do: drop_items}\n"
    refund = track("Order Refunded", "10:00", order_id="o1", refund_id="f1", total=80, products=GRINDER)
    workspace = later(on_the_shelf(shop, guards=refunded), order("09:30", *GRINDER), refund)
    assert members(workspace) == {"shelf": ["beans"]}


def test_a_fact_about_other_goods_changes_nothing_and_is_not_written_down(shop: OpenShop) -> None:
    workspace = later(on_the_shelf(shop), order("10:00", {"product_id": "cup", "price": 9}))
    assert (members(workspace), judged(workspace)) == ({"shelf": ["grinder", "beans"]}, [])


def test_what_took_somebody_out_is_in_the_ledger(shop: OpenShop) -> None:
    assert judged(later(on_the_shelf(shop), order("10:00", *GRINDER))) == [(2, "in_delivery.not_shipped")]


def test_whoever_left_is_not_taken_out_again(shop: OpenShop) -> None:
    workspace = later(on_the_shelf(shop), order("10:00", *GRINDER))
    later(workspace, order("11:00", *GRINDER, order_id="o2"), at="11:00")
    assert len(changes(workspace)) == 2


def test_nobody_leaves_because_something_is_not_known(shop: OpenShop) -> None:
    guards = GUARDS.replace("guards:\n", "guards:\n  http: {url: 'https://shop.example/may-send', if_unknown: delay}\n")
    workspace = shop(guards + SHELF % "")
    workspace.endpoint = lambda _: {"verdict": "allow"}
    workspace.ingest(identify("ann", "08:00"), track("Checkout Started", "09:00", checkout_id="k1", products=BASKET))
    workspace.settle()
    later(workspace, track("Ticket Opened", "10:00", ticket_id="t1"))
    assert members(workspace) == {"shelf": ["grinder", "beans"]}


def test_goods_whose_stock_nobody_knows_keep_their_place(shop: OpenShop) -> None:
    workspace = on_the_shelf(shop, guards="guards:\n  out_of_stock: {do: drop_items}\n")
    cups = call(
        "track", "09:30", "c1", event="Stock Changed", about="shop", properties={"product_id": "cup", "quantity": 1}
    )
    later(workspace, cups, track("Ticket Opened", "09:40", ticket_id="t1"))
    assert members(workspace) == {"shelf": ["grinder", "beans"]}


def test_goods_that_are_sold_out_leave_the_audience_with_the_persons_next_fact(shop: OpenShop) -> None:
    workspace = on_the_shelf(shop, guards="guards:\n  out_of_stock: {do: drop_items}\n")
    gone = {"product_id": "grinder", "quantity": 0}
    later(workspace, call("track", "09:30", "c1", event="Stock Changed", about="shop", properties=gone))
    later(workspace, track("Ticket Opened", "09:40", ticket_id="t1"))
    assert members(workspace) == {"shelf": ["beans"]}


def test_an_exit_takes_the_person_out_without_a_guards_reason(shop: OpenShop) -> None:
    workspace = later(on_the_shelf(shop), track("Lost Interest", "10:00"))
    assert changes(workspace)[1:] == [("remove", "shelf", "")]


def test_the_end_of_its_time_takes_the_person_out_without_a_guards_reason(shop: OpenShop) -> None:
    workspace = on_the_shelf(shop, step=", for: 3d")
    workspace.live_until("2026-03-06 09:00")
    assert changes(workspace) == [("add", "shelf", ""), ("remove", "shelf", "")]


def test_whoever_a_guard_took_out_has_no_time_to_end(shop: OpenShop) -> None:
    workspace = later(on_the_shelf(shop, step=", for: 3d"), order("10:00", *GRINDER))
    workspace.live_until("2026-03-06 09:00")
    assert len(changes(workspace)) == 2


def test_a_membership_outlives_a_restart(shop: OpenShop) -> None:
    workspace = on_the_shelf(shop)
    workspace.restart()
    later(workspace, order("10:00", *GRINDER))
    assert changes(workspace)[1:] == [("remove", "shelf", "in_delivery.not_shipped")]


def test_a_guard_that_only_records_takes_nobody_out(shop: OpenShop) -> None:
    shadow = "guards:\n  already_bought: {within: 30d, do: suppress, mode: shadow}\n"
    workspace = later(on_the_shelf(shop, guards=shadow), order("10:00", *BASKET))
    assert (members(workspace), len(changes(workspace))) == ({"shelf": ["grinder", "beans"]}, 1)


def test_a_step_that_is_exempt_keeps_the_person_in(shop: OpenShop) -> None:
    exempt = "}, except: {already_bought: they buy it monthly, in_delivery: they buy it monthly"
    workspace = later(on_the_shelf(shop, step=exempt), order("10:00", *BASKET))
    assert members(workspace) == {"shelf": ["grinder", "beans"]}


# How long the platform goes on showing ads.


def test_the_ledger_states_how_long_the_platform_takes(shop: OpenShop) -> None:
    workspace = later(on_the_shelf(shop, head=HEAD), order("10:00", *GRINDER))
    ((answers,),) = workspace.rows("SELECT answers FROM judgements WHERE kind = 2")
    evidence = {answer["guard"]: answer["evidence"][-1] for answer in json.loads(answers) if "evidence" in answer}
    platform = {"kind": "platform", "id": "ads", "state": "acts_within_1d", "at": None}
    assert evidence == {"already_bought": platform, "in_delivery": platform}


def test_a_message_says_nothing_of_the_platform(shop: OpenShop) -> None:
    workspace = later(on_the_shelf(shop, head=HEAD), order("10:00", *GRINDER))
    rows = workspace.rows("SELECT answers FROM judgements WHERE kind <> 2")
    assert [row for (row,) in rows if b"platform" in row] == []


def test_the_persons_story_states_it_too(shop: OpenShop) -> None:
    workspace = later(on_the_shelf(shop, head=HEAD), order("10:00", *GRINDER))
    past = load_past(workspace.store, "ann", "LV")
    told = explain(past, Asked(workspace.program, ("shelf",), "UTC", workspace.clock.now))
    assert "platform ads: acts within 1d" in "\n".join(tell(past, told, ZoneInfo("UTC")))


# Two profiles that turn out to be one person.


def two_audiences(shop: OpenShop) -> Workspace:
    """Let Ann be in one audience, and Bob, who turns out to be her, in another."""
    two = (SHELF % "") + (SHELF % "").replace("journeys:\n", "").replace("shelf", "rack").replace(
        "Checkout Started", "Rack Filled"
    )
    workspace = shop(GUARDS + two)
    workspace.ingest(
        identify("ann", "08:00"),
        track("Checkout Started", "09:00", checkout_id="k1", products=GRINDER),
        identify("bob", "08:00"),
    )
    workspace.settle()
    workspace.ingest(track("Rack Filled", "09:00", "bob", products=[BEANS]))
    workspace.settle()
    return workspace


def test_a_merge_keeps_both_memberships(shop: OpenShop) -> None:
    workspace = two_audiences(shop)
    workspace.ingest(SAME)
    workspace.settle("10:00")
    assert members(workspace) == {"shelf": ["grinder"], "rack": ["beans"]}


def test_after_a_merge_both_memberships_are_judged_by_what_both_know(shop: OpenShop) -> None:
    workspace = two_audiences(shop)
    workspace.ingest(track("Order Completed", "09:10", "bob", order_id="o1", products=GRINDER))
    workspace.settle("09:20")
    workspace.ingest(SAME)
    workspace.settle("10:00")
    assert members(workspace) == {"rack": ["beans"]}
    assert changes(workspace)[2:] == [("remove", "shelf", "already_bought.no_items_left")]


# What the platform gets.


def test_the_file_of_an_audience_has_the_row_that_takes_the_person_out(shop: OpenShop) -> None:
    workspace = shop(GUARDS + SHELF % "")
    workspace.actions["ads"] = FileAudience(FileAudienceParams.model_validate({}), surroundings(workspace.folder))  # type: ignore[assignment]  # a real one
    workspace.ingest(identify("ann", "08:00"), track("Checkout Started", "09:00", checkout_id="k1", products=BASKET))
    workspace.settle()
    later(workspace, order("10:00", *GRINDER))
    with (workspace.folder / "audiences" / "shelf.csv").open(newline="", encoding="utf-8") as file:
        rows = [(row["operation"], row["external_id"]) for row in csv.DictReader(file)]
    assert rows == [("add", "ann"), ("remove", "ann")]


def bought_in_a_history(shop: OpenShop, *later_events: bytes) -> Workspace:
    """Run through a history in which Ann joins the shelf at nine and buys what is on it at ten."""
    workspace = shop(GUARDS + SHELF % "", moments=HistoryMoments(moment("2026-03-09 09:00")))
    basket = track("Checkout Started", "09:00", checkout_id="k1", products=BASKET)
    workspace.ingest(identify("ann", "08:00"), basket, order("10:00", *GRINDER), *later_events)
    workspace.settle()
    return workspace


def test_a_run_through_history_takes_the_person_out_as_well(shop: OpenShop) -> None:
    workspace = bought_in_a_history(shop)
    assert changes(workspace) == [("add", "shelf", ""), ("remove", "shelf", "in_delivery.not_shipped")]


def test_in_a_history_the_person_is_out_before_time_goes_on(shop: OpenShop) -> None:
    workspace = bought_in_a_history(shop, track("Page Viewed", "2026-03-07 10:00"))
    times = [assignment.at for assignment in workspace.actions["ads"].assignments]
    assert times == [moment("09:00"), moment("10:00")]
