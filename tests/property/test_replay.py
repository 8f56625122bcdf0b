"""Does the same history always leave the same database behind, byte for byte?"""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orchestrator.replaying import replay
from orchestrator.store.base import Store
from orchestrator.store.sqlite import SqliteStore
from tests.fakes.calls import GRINDER, anonymous, identify, moment, track
from tests.fakes.stores import sqlite_store
from tests.fakes.workspace import Workspace, open_workspace

JOURNEYS = """
guards:
  already_bought: {within: 30d, do: drop_items}
  in_delivery: {do: delay, until: delivered, at_most: 21d, then: suppress}
  frequency_cap: {email: 1 per day}
journeys:
  cart:
    entry: {event: Checkout Started, key: event.checkout_id}
    if_active: parallel
    re_entry: never
    exit:
      - {event: Order Completed, if: event.checkout_id == entry.checkout_id, reason: bought}
    steps:
      - {id: settle, wait: 1h}
      - {id: reminder, send: email, text: "Your basket is waiting.", items: entry.products}
      - {id: watch, wait_for: {event: Email Clicked, of: reminder, at_most: 1d}, then: done, otherwise: ads}
      - {id: ads, audience: {add: cart_abandoners, items: entry.products, for: 3d}}
      - {id: note, crm: {note: "Left a basket."}}
      - {id: mark, set: {stage: warm}}
      - {id: done, exit: finished}
  care:
    entry: {event: Order Completed, key: event.order_id}
    if_active: restart
    steps:
      - {id: pause, wait: 1d}
      - {id: review, send: email, text: "How is it?", items: entry.products, intent: follow_up}
  news:
    entry: {schedule: "Tue 10:00", if: profile.consent.email}
    steps:
      - {id: letter, send: email, text: "News."}
"""
TABLES = (
    "profiles",
    "identities",
    "events",
    "inbox",
    "orders",
    "payments",
    "refunds",
    "shipments",
    "returns",
    "tickets",
    "products",
    "enrollments",
    "deliveries",
    "attempts",
    "judgements",
    "trace",
)
PEOPLE = ("ann", "bob")
BEGIN = moment("2026-03-02 09:00")


@dataclass(frozen=True, slots=True)
class Happening:
    """Something that somebody does some hours after the last thing that happened; it is told some hours `late`."""

    hours: int
    kind: str
    who: str
    number: int
    late: int = 0

    def line(self, at: Any) -> bytes:
        """Write it as the call that tells of it."""
        order, checkout = f"o{self.number}", f"k{self.number}"
        match self.kind:
            case "visits":
                return anonymous("Checkout Started", at, f"v-{self.who}", checkout_id=checkout, products=GRINDER)
            case "logs in":
                return identify(self.who, at, visitor=f"v-{self.who}")
            case "checks out":
                return track("Checkout Started", at, self.who, checkout_id=checkout, products=GRINDER)
            case "orders":
                return track("Order Completed", at, self.who, order_id=order, checkout_id=checkout, products=GRINDER)
            case "pays":
                return track("Payment Received", at, self.who, order_id=order, payment_id=f"y{self.number}")
            case "is sent a parcel":
                names = {"shipment_id": f"s{self.number}", "tracking_number": f"T{self.number}"}
                return track("Order Shipped", at, self.who, order_id=order, **names)
            case "is refunded":
                return track("Order Refunded", at, self.who, order_id=order, refund_id=f"f{self.number}", total=80)
            case "complains":
                return track("Ticket Opened", at, self.who, ticket_id=f"t{self.number}")
            case "receives":
                return track("Order Delivered", at, self.who, order_id=order, shipment_id=f"s{self.number}")
            case _:
                return track("Unsubscribed", at, self.who, channel="email")


KINDS = (
    "visits",
    "logs in",
    "checks out",
    "orders",
    "pays",
    "is sent a parcel",
    "receives",
    "is refunded",
    "complains",
    "unsubscribes",
)
histories = st.lists(
    st.builds(
        Happening,
        hours=st.sampled_from([0, 1, 26, 80]),
        kind=st.sampled_from(KINDS),
        who=st.sampled_from(PEOPLE),
        number=st.integers(1, 2),
        late=st.sampled_from([0, 0, 2, 30]),
    ),
    min_size=1,
    max_size=8,
)


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make an empty database once: its tables take longer to make than a history to run."""
    folder = tmp_path_factory.mktemp("empty")
    sqlite_store(folder).close()
    return folder / "tactful.db"


def copied_store(empty: Path, folder: Path) -> Store:
    """Open the database of a folder, a copy of the empty one when there is none yet."""
    path = folder / "tactful.db"
    if not path.exists():
        shutil.copy(empty, path)
    return SqliteStore(f"sqlite:///{path}")


@contextmanager
def workspace(empty: Path) -> Iterator[Workspace]:
    with TemporaryDirectory() as folder:
        opened = open_workspace(Path(folder), JOURNEYS, partial(copied_store, empty))
        yield opened
        opened.store.close()


def live(shop: Workspace, history: list[Happening], *, repeats: int = 1, restarts: bool = False) -> None:
    """Live through a history: each thing is told as it happens, and everything due on the way is done."""
    now = BEGIN
    for place, happening in enumerate(history):
        now += timedelta(hours=happening.hours, seconds=place)
        shop.live_until(now)
        if restarts:
            shop.restart()
        for _ in range(repeats):
            shop.ingest(happening.line(now - timedelta(hours=happening.late)))
        shop.settle()
    if restarts:
        shop.restart()
    shop.live_until(now + timedelta(days=9))


def contents(shop: Workspace, *, without: tuple[str, ...] = ()) -> dict[str, list[dict[str, Any]]]:
    """Give every row of every table that holds what happened."""
    found = {}
    with shop.store.reading() as connection:
        for table in TABLES:
            rows = connection.exec_driver_sql(f"SELECT * FROM {table} ORDER BY 1, 2").mappings()
            found[table] = [{name: value for name, value in row.items() if name not in without} for row in rows]
    return found


@given(history=histories)
@settings(max_examples=10, deadline=None)
def test_the_same_history_leaves_the_same_rows(empty: Path, history: list[Happening]) -> None:
    with workspace(empty) as one, workspace(empty) as other:
        live(one, history)
        live(other, history)
        assert contents(one) == contents(other)


@given(history=histories)
@settings(max_examples=10, deadline=None)
def test_being_told_everything_three_times_leaves_the_same_rows(empty: Path, history: list[Happening]) -> None:
    with workspace(empty) as one, workspace(empty) as other:
        live(one, history)
        live(other, history, repeats=3)
        assert contents(one) == contents(other)
        assert one.provider.taken == other.provider.taken


@given(history=histories)
@settings(max_examples=25, deadline=None)
def test_forgetting_all_that_is_in_memory_leaves_the_same_rows(empty: Path, history: list[Happening]) -> None:
    with workspace(empty) as one, workspace(empty) as other:
        live(one, history)
        live(other, history, restarts=True)
        # The number of the worker that made an attempt differs after a restart, and nothing else.
        assert contents(one, without=("worker",)) == contents(other, without=("worker",))


@given(history=histories)
@settings(max_examples=40, deadline=None)
def test_every_judgement_of_a_history_is_given_again(empty: Path, history: list[Happening]) -> None:
    with workspace(empty) as shop:
        live(shop, history)
        keys = [key for (key,) in shop.rows("SELECT DISTINCT delivery_id FROM judgements")]
        judgements = [each for key in keys for each in replay(shop.store, key)[1]]
        assert [(each.line, each.reason, each.given.seen) for each in judgements if not each.is_same] == []


def test_a_history_that_is_lived_through_makes_rows_of_every_kind(empty: Path) -> None:
    history = [
        Happening(0, "visits", "ann", 1),
        Happening(1, "logs in", "ann", 1),
        Happening(1, "checks out", "ann", 2),
        Happening(26, "orders", "ann", 1),
        Happening(1, "receives", "ann", 1),
        *[Happening(1, kind, "ann", 1) for kind in ("pays", "is refunded", "complains")],
    ]
    with workspace(empty) as shop:
        live(shop, history)
        rows = contents(shop)
        assert [table for table in TABLES if not rows[table]] == ["inbox", "returns"]
