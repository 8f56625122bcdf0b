"""Does what the shop says of its goods count for the very next message, and wake those that wait for it?"""

from typing import Any

import pytest

from orchestrator.clock import wall_now
from orchestrator.history import HistoryReader
from orchestrator.sources.segment import SegmentSource
from tests.conftest import OpenShop
from tests.fakes.calls import GRINDER, call, identify, moment, track
from tests.fakes.workspace import Workspace

CART = """
guards:
  out_of_stock: {do: delay, at_most: 14d, then: suppress}
  price_lower_than_promised: {do: delay}
journeys:
  cart:
    entry: {event: Checkout Started}
    steps:
      - {id: reminder, send: email, text: "Your basket is waiting.", items: entry.products}
      - {id: done, exit: finished}
"""
CHECKOUT = track("Checkout Started", "09:00", checkout_id="k1", products=GRINDER)


def stock(at: str, quantity: int) -> bytes:
    return about_shop("Stock Changed", at, product_id="grinder", quantity=quantity)


def price(at: str, asked: float) -> bytes:
    return about_shop("Product Updated", at, product_id="grinder", name="Grinder", price=asked)


def about_shop(name: str, at: str, /, **properties: Any) -> bytes:
    return call("track", at, f"{name}/{at}", event=name, about="shop", properties=properties)


def reminded(shop: OpenShop, *lines: bytes) -> Workspace:
    """Let Ann leave the grinder in a basket once these lines are in the inbox."""
    workspace = shop(CART)
    workspace.ingest(identify("ann", "08:00"), *lines, CHECKOUT)
    workspace.settle()
    return workspace


def later(workspace: Workspace, *lines: bytes, at: str = "10:00") -> Workspace:
    workspace.live_until(at)
    workspace.ingest(*lines)
    workspace.settle()
    return workspace


SOLD_OUT = ("reminder", "delayed", "out_of_stock.sold_out")
TOO_DEAR = ("reminder", "delayed", "price_lower_than_promised.dearer_now")


def test_goods_that_are_sold_out_hold_the_message(shop: OpenShop) -> None:
    assert reminded(shop, stock("08:00", 0)).fates() == [SOLD_OUT]


def test_goods_that_are_back_let_it_go_in_the_very_turn_that_hears_of_it(shop: OpenShop) -> None:
    workspace = reminded(shop, stock("08:00", 0))
    workspace.clock.now = moment("10:00")
    workspace.ingest(stock("10:00", 3))
    assert [handover.delivery.step for handover in workspace.turn()] == ["reminder"]


def test_goods_that_are_sold_out_later_do_not_call_a_message_back(shop: OpenShop) -> None:
    workspace = later(reminded(shop, stock("08:00", 3)), stock("10:00", 0))
    assert workspace.fates() == [("reminder", "sent", "")]


def test_news_of_other_goods_wakes_the_message_and_holds_it_again(shop: OpenShop) -> None:
    workspace = later(
        reminded(shop, stock("08:00", 0)), about_shop("Stock Changed", "10:00", product_id="cup", quantity=1)
    )
    assert (workspace.fates(), workspace.rows("SELECT COUNT(*) FROM judgements")) == ([SOLD_OUT], [(2,)])


def test_a_repeat_wakes_nobody(shop: OpenShop) -> None:
    workspace = reminded(shop, stock("08:00", 0))
    again = call(
        "track",
        "08:00",
        "told again",
        event="Stock Changed",
        about="shop",
        properties={"product_id": "grinder", "quantity": 0},
    )
    later(workspace, again)
    assert workspace.rows("SELECT COUNT(*) FROM judgements") == [(1,)]


def test_goods_that_cost_more_than_the_message_says_hold_it_until_they_do_not(shop: OpenShop) -> None:
    workspace = reminded(shop, stock("08:00", 3), price("08:00", 95))
    assert workspace.fates() == [TOO_DEAR]
    later(workspace, price("10:00", 80))
    assert workspace.fates() == [("reminder", "sent", "")]


def test_a_message_another_guard_holds_is_not_woken(shop: OpenShop) -> None:
    workspace = shop(CART.replace("guards:\n", "guards:\n  open_ticket: {do: delay, until: closed, at_most: 14d}\n"))
    workspace.ingest(identify("ann", "08:00"), track("Ticket Opened", "08:30", ticket_id="t1"), CHECKOUT)
    workspace.settle()
    later(workspace, stock("10:00", 3))
    assert workspace.rows("SELECT COUNT(*) FROM judgements") == [(1,)]


def test_what_is_known_of_the_goods_outlives_a_restart(shop: OpenShop) -> None:
    workspace = shop(CART)
    workspace.ingest(stock("08:00", 0), price("08:00", 80))
    workspace.settle()
    workspace.restart()
    workspace.ingest(identify("ann", "08:00"), CHECKOUT)
    workspace.settle()
    assert workspace.fates() == [SOLD_OUT]


def test_a_message_that_waits_is_woken_after_a_restart_as_well(shop: OpenShop) -> None:
    workspace = reminded(shop, stock("08:00", 0))
    workspace.restart()
    later(workspace, stock("10:00", 3))
    assert workspace.fates() == [("reminder", "sent", "")]


def test_a_turn_that_is_broken_off_forgets_what_it_heard(shop: OpenShop, monkeypatch: pytest.MonkeyPatch) -> None:
    workspace = shop(CART)
    workspace.ingest(stock("08:00", 3))
    workspace.settle()
    workspace.ingest(stock("08:30", 0))

    def break_off(*_: object, **__: object) -> None:
        raise OSError("the disk is full")

    with monkeypatch.context() as broken:
        broken.setattr("orchestrator.store.loading.claim", break_off)
        with pytest.raises(OSError, match="the disk is full"):
            workspace.turn()
    assert workspace.engine.shared.goods is None
    with workspace.store.turn() as turn:
        assert [said.quantity for said in turn.goods().stock["grinder/"].values()] == [3.0]
        assert [event.properties["quantity"] for event, _ in turn.shop_events()] == [0]


def test_the_turn_after_a_broken_one_hears_it(shop: OpenShop, monkeypatch: pytest.MonkeyPatch) -> None:
    workspace = shop(CART)
    workspace.ingest(identify("ann", "08:00"), stock("08:30", 0), CHECKOUT)

    def break_off(*_: object, **__: object) -> None:
        raise OSError("the disk is full")

    with monkeypatch.context() as broken:
        broken.setattr("orchestrator.store.loading.claim", break_off)
        with pytest.raises(OSError, match="the disk is full"):
            workspace.turn()
    workspace.settle()
    assert workspace.fates() == [SOLD_OUT]


def test_events_about_nobody_keep_no_run_busy(shop: OpenShop) -> None:
    workspace = shop(CART)
    workspace.ingest(*(stock(f"08:{minute:02}", minute) for minute in range(60)))
    assert [workspace.engine.run_turn() for _ in range(2)] == [([], 0), ([], 0)]
    assert workspace.status().inbox == 0


def test_the_shop_is_no_customer(shop: OpenShop) -> None:
    workspace = reminded(shop, stock("08:00", 3))
    assert workspace.rows("SELECT id FROM profiles") == [(1,)]


def test_evidence_says_when_the_shop_said_it_and_when_we_heard(shop: OpenShop) -> None:
    workspace = shop(CART)
    workspace.ingest(identify("ann", "08:00"), stock("06:00", 0), CHECKOUT)
    workspace.settle("09:30")
    assert workspace.rows("SELECT changed_at, observed_at FROM stock") == [
        (round(moment("06:00").timestamp() * 1000), round(moment("09:00").timestamp() * 1000))
    ]


def test_in_a_history_the_shop_has_its_place_in_the_log_and_is_no_customer() -> None:
    lines = [identify("ann", "08:00"), stock("08:30", 0), CHECKOUT]
    history = HistoryReader(SegmentSource("LV"), wall_now()).read(enumerate(lines, 1), lambda _: None)
    (family,) = history.families
    assert (history.profiles, [(owner, seq) for owner, seq, _ in family.events]) == (1, [(1, 1), (1, 3)])
