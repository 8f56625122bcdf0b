"""Is every judgement given again, byte for byte, on what was known then and by the rules of then?"""

import json
from collections import Counter
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from actions.base import RetryLater
from orchestrator.app import open_store
from orchestrator.bundled import copy_example
from orchestrator.cli import app
from orchestrator.clock import HistoryMoments
from orchestrator.demo_history import demo_history
from orchestrator.replaying import NothingToReplay, Replayed, replay
from orchestrator.silence import Terms
from orchestrator.store.base import Store
from tests.conftest import OpenShop
from tests.fakes.calls import GRINDER, anonymous, call, identify, moment, track
from tests.fakes.workspace import SHOP, Workspace, check

LAGGING = SHOP.replace("ads: {action: audience.file}", "ads: {action: audience.file, lag: 24h}")
GUARDS = """
guards:
  already_bought: {within: 30d, do: drop_items}
  in_delivery: {do: delay, until: delivered, at_most: 21d, then: suppress}
  returned: {do: drop_items}
  refunded: {do: drop_items}
  open_ticket: {do: delay, until: closed, at_most: 14d, then: suppress}
  out_of_stock: {do: delay, at_most: 14d}
  frequency_cap: {email: 2 per day}
  recent_message: {within: 1d, do: drop_items}
%s
"""
CART = """
journeys:
  cart:
    entry: {event: Checkout Started, key: event.checkout_id}
    if_active: parallel
    exit: [{event: Lost Interest, reason: lost}]
    steps:
      - {id: reminder, send: email, text: "Your basket is waiting.", items: entry.products%s}
      - {id: ads, audience: {add: shelf, items: entry.products, for: 14d}}
      - {id: stay, wait: 30d}
"""
BEANS = {"product_id": "beans", "name": "Beans", "price": 12}
BASKET = [*GRINDER, BEANS]


def shop_event(name: str, at: str, message_id: str, **properties: Any) -> bytes:
    return call("track", at, message_id, event=name, about="shop", properties=properties)


def lived(shop: OpenShop, *told: tuple[str, bytes], step: str = "", guards: str = "", **options: Any) -> Workspace:
    """Let Ann live: each line is told at its moment, whenever it happened."""
    workspace = shop((GUARDS % guards) + (CART % step), **options)
    for at, line in told:
        tell(workspace, at, line)
    return workspace


def tell(workspace: Workspace, at: str, line: bytes) -> None:
    workspace.live_until(at)
    workspace.ingest(line)
    workspace.settle()


def replayed(store: Store) -> list[Replayed]:
    """Give all judgements of all deliveries again."""
    with store.reading() as connection:
        keys = [key for (key,) in connection.exec_driver_sql("SELECT DISTINCT delivery_id FROM judgements ORDER BY 1")]
    return [each for key in keys for each in replay(store, key)[1]]


def different(store: Store) -> list[tuple[str, str, bytes]]:
    """Give what is not the same again."""
    return [(each.line.kind, each.line.reason, each.line.answers) for each in replayed(store) if not each.is_same]


def same_again(workspace: Workspace, *reasons: str) -> None:
    """Expect every judgement to be the same again, and these reasons among them."""
    found = replayed(workspace.store)
    assert different(workspace.store) == []
    assert set(reasons) <= {each.line.reason for each in found}


ANN = ("08:00", identify("ann", "08:00"))


def checkout(at: str, number: int = 1, *products: dict[str, Any]) -> tuple[str, bytes]:
    goods = list(products) or BASKET
    return at, track("Checkout Started", at, checkout_id=f"k{number}", products=goods)


def order(at: str, number: int = 1, *products: dict[str, Any]) -> bytes:
    return track("Order Completed", at, order_id=f"o{number}", products=list(products) or GRINDER)


# A whole history.


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace in which the demo's history was lived through, with a platform that takes its time."""
    folder = tmp_path_factory.mktemp("replayed")
    copy_example(folder)
    file = folder / "journeys.yaml"
    text = file.read_text(encoding="utf-8")
    assert text.count("  ads: {action: audience.file,") == 1
    file.write_text(text.replace("ads: {action: audience.file,", "ads: {action: audience.file, lag: 24h,"), "utf-8")
    lines = "".join(json.dumps(line) + "\n" for line in demo_history())
    (folder / "events.jsonl").write_text(lines, encoding="utf-8")
    for arguments in (["ingest", str(folder / "events.jsonl")], ["run", "--virtual-clock"]):
        assert CliRunner().invoke(app, [*arguments, "-C", str(folder)]).exit_code == 0
    return folder


def test_every_judgement_of_the_demos_history_is_given_again(demo: Path) -> None:
    store = open_store(demo, None)
    kinds = Counter(each.line.kind for each in replayed(store))
    assert different(store) == []
    store.close()
    assert (kinds["claim"] > 300, kinds["forecast"] > 20) == (True, True)


def test_a_file_that_says_something_else_by_now_changes_no_past_judgement(demo: Path) -> None:
    file = demo / "journeys.yaml"
    before = file.read_text(encoding="utf-8")
    file.write_text(before.replace("within: 30d, do: drop_items", "within: 90d, do: suppress"), encoding="utf-8")
    assert CliRunner().invoke(app, ["run", "--virtual-clock", "-C", str(demo)]).exit_code == 0
    store = open_store(demo, None)
    assert different(store) == []
    store.close()
    file.write_text(before, encoding="utf-8")


# Facts in order, and out of it.


def test_orders_parcels_returns_refunds_and_tickets_are_known_again(shop: OpenShop) -> None:
    workspace = lived(
        shop,
        ANN,
        checkout("08:10"),
        ("09:00", order("09:00")),
        checkout("09:10", 2, *GRINDER),
        ("09:20", track("Ticket Opened", "09:20", ticket_id="t1")),
        checkout("09:30", 3, BEANS),
        ("10:00", track("Ticket Closed", "10:00", ticket_id="t1")),
        ("10:10", track("Order Shipped", "10:10", order_id="o1", shipment_id="s1")),
        ("10:20", track("Order Delivered", "10:20", order_id="o1", shipment_id="s1")),
        ("10:30", track("Return Requested", "10:30", return_id="r1", order_id="o1")),
        checkout("10:40", 4),
        ("11:00", track("Order Refunded", "11:00", order_id="o1", refund_id="f1", total=80)),
        checkout("11:10", 5),
        ("11:20", track("Unsubscribed", "11:20", channel="email")),
        checkout("11:30", 6),
    )
    same_again(workspace, "already_bought.no_items_left", "open_ticket.open", "consent.refused")


def test_what_was_learned_late_was_not_known_before(shop: OpenShop) -> None:
    late = order("08:05")
    workspace = lived(shop, ANN, checkout("08:10"), ("12:00", late), checkout("12:10", 2, *GRINDER))
    same_again(workspace, "", "already_bought.no_items_left")


def test_evidence_says_when_a_late_fact_was_learned_of(shop: OpenShop) -> None:
    told = [
        ("09:00", order("09:00")),
        ("09:30", track("Product Viewed", "09:30", product_id="cup")),
        # A parcel that left before something else that is known already.
        ("10:00", track("Order Shipped", "09:10", order_id="o1", shipment_id="s1")),
        ("11:00", track("Order Shipped", "08:50", order_id="o2", shipment_id="s2", products=[BEANS])),
        ("11:30", order("08:40", 2, BEANS)),
    ]
    workspace = lived(shop, ANN, checkout("08:10"), *told, checkout("12:00", 2))
    rows = workspace.rows("SELECT at FROM known_late ORDER BY seq")
    assert len(rows) == 3
    same_again(workspace, "in_delivery.not_shipped")


def test_retries_and_what_failed_are_counted_as_they_were(shop: OpenShop) -> None:
    workspace = shop((GUARDS % "") + (CART % ""))
    workspace.email.answers.extend([RetryLater("email.busy"), RetryLater("email.busy")])
    for at, line in (ANN, checkout("08:10", 1, BEANS), checkout("08:20", 2), checkout("08:30", 3, *GRINDER)):
        tell(workspace, at, line)
    workspace.live_until("2026-03-05 09:00")
    same_again(workspace, "recent_message.same_goods")


# Merges.


def test_what_two_profiles_knew_is_known_again_before_and_after_they_were_one(shop: OpenShop) -> None:
    workspace = lived(
        shop,
        ANN,
        ("08:05", identify("bob", "08:05")),
        checkout("08:10"),
        ("08:20", track("Order Completed", "08:20", "bob", order_id="o1", products=GRINDER)),
        ("08:30", track("Checkout Started", "08:30", "bob", checkout_id="k2", products=BASKET)),
        ("09:00", call("alias", "09:00", "a1", userId="ann", previousId="bob")),
        checkout("09:10", 3),
        ("09:20", track("Order Delivered", "09:20", "bob", order_id="o1", shipment_id="s1")),
        checkout("09:30", 4),
    )
    same_again(workspace, "in_delivery.not_shipped", "already_bought.recent_order")


def test_a_visitor_who_turned_out_to_be_somebody_is_judged_as_they_were(shop: OpenShop) -> None:
    workspace = lived(
        shop,
        ANN,
        ("08:10", anonymous("Checkout Started", "08:10", "v1", checkout_id="k1", products=BASKET)),
        ("08:20", order("08:20")),
        ("09:00", identify("ann", "09:00", visitor="v1")),
        checkout("09:10", 2),
    )
    same_again(workspace, "consent.unknown")


def test_somebody_who_joined_a_third_by_way_of_a_second_is_judged_as_they_were(shop: OpenShop) -> None:
    people = [("08:00", identify(user, "08:00")) for user in ("bob", "cid")]
    workspace = lived(
        shop,
        ANN,
        *people,
        ("08:20", track("Order Completed", "08:20", "cid", order_id="o1", products=GRINDER)),
        ("08:30", track("Checkout Started", "08:30", "cid", checkout_id="k1", products=[BEANS])),
        ("09:00", call("alias", "09:00", "a1", userId="bob", previousId="cid")),
        ("09:10", track("Checkout Started", "09:10", "bob", checkout_id="k2", products=BASKET)),
        ("09:30", call("alias", "09:30", "a2", userId="ann", previousId="bob")),
        checkout("09:40", 3),
        checkout("09:50", 4, BEANS),
    )
    same_again(workspace, "in_delivery.not_shipped", "recent_message.no_items_left")


# What comes from elsewhere than the customer's own log.


def test_the_shops_goods_are_as_they_were_seen(shop: OpenShop) -> None:
    gone = shop_event("Stock Changed", "08:05", "s1", product_id="grinder", quantity=0)
    back = shop_event("Stock Changed", "09:30", "s2", product_id="grinder", quantity=4)
    workspace = lived(shop, ANN, ("08:06", gone), checkout("08:10"), ("10:00", back), checkout("10:10", 2))
    same_again(workspace, "out_of_stock.sold_out", "out_of_stock.stock_unknown")


def test_stock_that_was_told_late_was_not_seen_before(shop: OpenShop) -> None:
    gone = shop_event("Stock Changed", "08:05", "s1", product_id="grinder", quantity=0)
    workspace = lived(shop, ANN, checkout("08:10"), ("10:00", gone), checkout("10:10", 2, *GRINDER))
    same_again(workspace, "", "out_of_stock.sold_out")


def test_in_a_run_through_history_nobody_saw_the_goods(shop: OpenShop) -> None:
    workspace = shop((GUARDS % "") + (CART % ""), moments=HistoryMoments(moment("2026-03-05 09:00")), now="07:00")
    gone = shop_event("Stock Changed", "06:50", "s1", product_id="grinder", quantity=0)
    workspace.ingest(gone, ANN[1], checkout("08:10")[1])
    workspace.settle()
    same_again(workspace, "")


def test_what_the_shops_endpoint_answered_is_kept(shop: OpenShop) -> None:
    workspace = shop((GUARDS % "  http: {url: 'https://shop.example/may-send'}\n") + (CART % ""))
    answers = iter([{"verdict": "allow"}, None, {"verdict": "drop_items", "product_ids": ["beans"], "reason": "low"}])
    workspace.endpoint = lambda _: next(answers, {"verdict": "suppress", "reason": "enough"})
    for at, line in (ANN, checkout("08:10"), ("09:00", order("09:00", 1, BEANS)), checkout("09:10", 2, *GRINDER)):
        tell(workspace, at, line)
    workspace.live_until("2026-03-03 09:00")
    same_again(workspace, "http.suppressed")


def test_what_could_not_be_relied_on_is_doubted_again(shop: OpenShop) -> None:
    workspace = shop((GUARDS % "") + (CART % ""))
    workspace.store.listen_to({"shop": "fake"}, moment("2026-03-01 09:00"))
    workspace.engine.shared.terms = {"shop": Terms(frozenset({"orders", "returns"}), timedelta(hours=12))}
    for at, line in (ANN, checkout("08:10")):
        tell(workspace, at, line)
    same_again(workspace, "already_bought.unknown")


def test_memberships_and_the_lag_of_their_platform_are_given_again(shop: OpenShop) -> None:
    workspace = lived(
        shop,
        ANN,
        checkout("08:10"),
        ("09:00", track("Return Requested", "09:00", return_id="r1", products=GRINDER)),
        ("10:00", track("Return Requested", "10:00", return_id="r2", products=[BEANS])),
        head=LAGGING,
    )
    kinds = Counter(each.line.kind for each in replayed(workspace.store))
    assert kinds["membership"] == 2
    same_again(workspace, "returned.requested", "returned.no_items_left")


def test_forecasts_are_given_again(shop: OpenShop) -> None:
    workspace = lived(shop, ANN, checkout("08:10"), ("09:00", order("09:00")), step=', at: "18:00"')
    assert [each.line.kind for each in replayed(workspace.store)][:2] == ["forecast", "forecast"]
    same_again(workspace, "", "in_delivery.not_shipped")


def test_a_forecast_is_given_again_without_the_endpoint_that_nobody_had_asked(shop: OpenShop) -> None:
    asks = "  http: {url: 'https://shop.example/may-send'}\n"
    workspace = lived(shop, ANN, checkout("08:10"), step=', at: "18:00"', guards=asks)
    same_again(workspace, "")


# The rules of then.


def test_other_rules_since_then_change_no_past_judgement(shop: OpenShop) -> None:
    workspace = lived(shop, ANN, checkout("08:10"), ("09:00", order("09:00")), checkout("09:10", 2))
    before = [each.line.edition for each in replayed(workspace.store)]
    other = check("guards:\n  already_bought: {within: 1h, do: suppress}\n" + CART % "")
    workspace.run_by(other.program(workspace.store.catalog()))
    tell(workspace, *checkout("09:20", 3))
    same_again(workspace, "in_delivery.not_shipped", "already_bought.recent_order")
    assert len({*before, *(each.line.edition for each in replayed(workspace.store))}) == 2


def test_a_judgement_by_a_step_of_its_own_rules_is_given_again(shop: OpenShop) -> None:
    own = ", guards: {in_delivery: {do: drop_items}}, except: {already_bought: they want two}"
    workspace = lived(shop, ANN, ("08:05", order("08:05")), checkout("08:10"), step=own)
    same_again(workspace, "in_delivery.not_shipped")


# Somebody changed the past.


def spoiled(workspace: Workspace, statement: str) -> list[bool]:
    """Change the database behind tactful's back, and say which judgements are the same again."""
    with workspace.store.transaction() as connection:  # type: ignore[attr-defined]  # what no store offers
        connection.exec_driver_sql(statement)
    return [each.is_same for each in replayed(workspace.store)]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE judgements SET answers = CAST(REPLACE(answers, 'recent_order', 'other') AS BLOB)",
        "UPDATE judgements SET answers = CAST(REPLACE(answers, '\"o1\"', '\"o2\"') AS BLOB)",
        "UPDATE judgements SET reason = ''",
        "UPDATE events SET body = CAST(REPLACE(body, 'grinder', 'cup') AS BLOB) "
        "WHERE CAST(body AS TEXT) LIKE '%Order Completed%'",
        "DELETE FROM events WHERE CAST(body AS TEXT) LIKE '%Order Completed%'",
        "UPDATE judgements SET seen = 1",
    ],
    ids=["an answer", "a fact in an answer", "a reason", "an event", "an event that is gone", "what was seen"],
)
def test_what_was_tampered_with_is_different(shop: OpenShop, statement: str) -> None:
    workspace = lived(shop, ANN, ("08:05", order("08:05")), checkout("08:10", 1, *GRINDER))
    assert [each.is_same for each in replayed(workspace.store)][:1] == [True]
    assert spoiled(workspace, statement)[0] is False


def test_a_delivery_that_does_not_exist_says_so(shop: OpenShop) -> None:
    with pytest.raises(NothingToReplay, match="expected the key of a delivery, got 12"):
        replay(shop(CART % "").store, 12)


def test_a_delivery_that_was_never_judged_says_so(shop: OpenShop) -> None:
    workspace = lived(shop, ANN, checkout("08:10"))
    workspace.rows("SELECT 1")
    with workspace.store.transaction() as connection:  # type: ignore[attr-defined]  # what no store offers
        connection.exec_driver_sql("DELETE FROM judgements")
    key = workspace.deliveries()[0]["key"]
    with pytest.raises(NothingToReplay, match="expected a judgement, got none yet"):
        replay(workspace.store, key)


# The command.


def test_the_command_says_the_same_and_succeeds(demo: Path) -> None:
    key = first_key(demo)
    done = CliRunner().invoke(app, ["replay", str(key), "-C", str(demo), "--json"])
    assert (done.exit_code, json.loads(done.stdout)["same"]) == (0, True)


def test_the_command_fails_where_the_log_was_changed(demo: Path) -> None:
    key = first_key(demo)
    store = open_store(demo, None)
    with store.transaction() as connection:  # type: ignore[attr-defined]  # what no store offers
        connection.exec_driver_sql("UPDATE judgements SET reason = 'quiet_hours.night' WHERE delivery_id = ?", (key,))
    store.close()
    done = CliRunner().invoke(app, ["replay", str(key), "-C", str(demo)])
    assert (done.exit_code, "DIFFERENT" in done.stdout) == (1, True)


def first_key(demo: Path) -> int:
    listed = CliRunner().invoke(app, ["ledger", "-C", str(demo), "--json"]).stdout
    return int(json.loads(listed.splitlines()[0])["key"])
