"""Does the database give back what is known of a customer, and of the shop's goods, exactly as it was in memory?"""

from typing import Any

import pytest

from journeys.vocabulary import Facts, Goods
from orchestrator.fact_index import facts_by_kind
from orchestrator.goods import apply_goods
from orchestrator.program import build_program
from orchestrator.store import statements
from orchestrator.store.goods import load_goods, save_goods
from orchestrator.store.sqlite import SqliteStore
from tests.conftest import OpenShop
from tests.fakes.calls import GRINDER, identify, moment, track
from tests.fakes.journeys import WELCOME
from tests.fakes.workspace import Workspace
from tests.orchestrator.test_facts import HOUR, SEEN, T0, said

BEANS = [{"product_id": "beans", "price": 10, "quantity": 2, "variant": "dark"}]
ORDERED = track("Order Completed", "09:00", order_id="o1", total=100, products=GRINDER, promised_at="2026-03-09")
FAILED = track("Payment Failed", "09:05", order_id="o1", payment_id="y1", total=100)
RECEIVED = track("Payment Received", "09:10", order_id="o1", payment_id="y2", total=100)
SHIPPED = track("Order Shipped", "10:00", order_id="o1", shipment_id="s1", expected_at="2026-03-05", products=GRINDER)
LABELLED = track("Shipment Updated", "10:30", shipment_id="s1", tracking_number="T1", carrier="dpd", status="weighed")
REQUESTED = track("Return Requested", "11:00", return_id="r1", order_id="o1", products=BEANS)
REFUNDED = track("Order Refunded", "11:10", refund_id="f1", order_id="o1", total=100, products=BEANS)
ASKED = track("Ticket Opened", "11:20", ticket_id="t1", order_id="o1", products=BEANS)
EVERYTHING = (ORDERED, FAILED, RECEIVED, SHIPPED, LABELLED, REQUESTED, REFUNDED, ASKED)


def stored(workspace: Workspace) -> Facts:
    """Read Ann's facts from the database, as a new process would."""
    with workspace.store.turn() as turn:
        return turn.load([1], {}, moment("12:00"), build_program(()))[1].customer.facts


def live(workspace: Workspace, *lines: bytes) -> None:
    """Let Ann tell who she is, and each of these happen in a turn of its own."""
    for line in (identify("ann", "08:00"), *lines):
        workspace.ingest(line)
        workspace.settle("12:00")


def test_what_is_loaded_is_what_was_in_memory(shop: OpenShop) -> None:
    workspace = shop(WELCOME)
    live(workspace, *EVERYTHING)
    assert stored(workspace) == workspace.engine.seats[1].customer.facts


def test_facts_of_every_kind_are_kept(shop: OpenShop) -> None:
    workspace = shop(WELCOME)
    live(workspace, *EVERYTHING)
    assert {kind: sorted(known) for kind, known in facts_by_kind(stored(workspace)).items()} == {
        "order": ["o1"],
        "payment": ["y1", "y2"],
        "refund": ["f1"],
        "shipment": ["T1"],
        "return": ["r1"],
        "ticket": ["t1"],
    }


def test_it_makes_no_difference_whether_the_facts_were_loaded_in_between(shop: OpenShop) -> None:
    at_once, restarted = shop(WELCOME), shop(WELCOME)
    live(at_once, *EVERYTHING)
    restarted.ingest(identify("ann", "08:00"))
    for line in EVERYTHING:
        restarted.restart()
        restarted.ingest(line)
        restarted.settle("12:00")
    assert facts_by_kind(stored(restarted)) == facts_by_kind(stored(at_once))


@pytest.mark.parametrize("table", statements.FACT_TABLES.values())
def test_every_table_of_facts_has_the_moment_of_change(shop: OpenShop, table: str) -> None:
    workspace = shop(WELCOME)
    live(workspace, *EVERYTHING)
    rows = workspace.rows(f"SELECT DISTINCT typeof(status), typeof(changed_at), typeof(observed_at) FROM {table}")
    assert rows == [("text", "integer", "integer")]


def test_the_row_of_a_parcel_that_goes_by_another_name_now_is_gone(shop: OpenShop) -> None:
    workspace = shop(WELCOME)
    live(workspace, SHIPPED)
    assert workspace.rows("SELECT id FROM shipments") == [("s1",)]
    workspace.ingest(LABELLED)
    workspace.settle("12:00")
    assert workspace.rows("SELECT id FROM shipments") == [("T1",)]


GOODS_EVENTS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("Product Updated", {"product_id": "kit", "name": "Kit", "price": 10, "parts": ["beans", "cup"]}),
    ("Product Updated", {"product_id": "box", "variants": [{"variant": "red", "price": 3, "inventory_id": 7}]}),
    ("Stock Changed", {"product_id": "kit", "location": "Riga", "quantity": 4}),
    ("Stock Changed", {"inventory_id": 7, "in_stock": False}),
    ("Product Updated", {"product_id": "kit", "parts": ["cup"]}),
)


@pytest.fixture
def database(tmp_path: Any) -> SqliteStore:
    """Give a new database."""
    store = SqliteStore(f"sqlite:///{tmp_path / 'tactful.db'}")
    store.migrate()
    return store


def test_goods_are_loaded_as_they_were_in_memory(database: SqliteStore) -> None:
    goods = Goods()
    for hours, (name, properties) in enumerate(GOODS_EVENTS):
        changes = apply_goods(goods, said(name, T0 + hours * HOUR, **properties), SEEN)
        with database.transaction() as connection:
            save_goods(connection, changes, goods)
    with database.reading() as connection:
        assert load_goods(connection) == goods


def test_a_new_database_knows_no_goods(database: SqliteStore) -> None:
    with database.reading() as connection:
        assert load_goods(connection) == Goods()


def test_goods_that_changed_twice_are_written_once(database: SqliteStore) -> None:
    goods = Goods()
    changes = [
        change
        for hours, (name, properties) in enumerate(GOODS_EVENTS)
        for change in apply_goods(goods, said(name, T0 + hours * HOUR, **properties), SEEN)
    ]
    with database.transaction() as connection:
        save_goods(connection, changes, goods)
    with database.reading() as connection:
        assert load_goods(connection) == goods
        assert connection.exec_driver_sql("SELECT product_id, version FROM goods ORDER BY 1").all() == [
            ("box", 1),
            ("kit", 2),
        ]
