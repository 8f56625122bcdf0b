"""What happens to messages while nobody knows: the order system is down, or a source has gone silent?

Lessons 37 and 38. What is marketing waits with the reason and goes once the facts are there again, what the customer is
owed goes at once, and whoever set up the shop may say otherwise.
"""

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any, TypeAlias

import pytest
import time_machine
from typer.testing import CliRunner

from orchestrator.cli import app
from orchestrator.sources.calls import track as tell
from orchestrator.store import views
from tests.fakes.asked_shop import Health, sources
from tests.fakes.asking import AskingWorkspace, short_lived_asking
from tests.fakes.calls import GRINDER, identify, moment, track
from tests.fakes.stores import OpenStore
from tests.fakes.workspace import SHOP

OpenAsking: TypeAlias = Callable[..., AskingWorkspace]
DOWN: tuple[Health, ...] = ("refused", "broken", "slow")
SOURCES = sources("orders", "tickets")
GUARDS = "guards:\n  already_bought: {do: suppress}\n"
ENDPOINT = '  http: {url: "https://shop.example/may-send", timeout: 0.05s, purposes: [marketing, transactional]}\n'
JOURNEYS = """
journeys:
  offer:
    entry: {event: Offer Wanted}
    steps:
      - {id: letter, send: email, text: "Grinders.", items: entry.products}
  owed:
    entry: {event: Receipt Wanted}
    steps:
      - {id: receipt, send: email, text: "Bought.", items: entry.products, purpose: transactional}
"""
WAITS = ("letter", "delayed", "already_bought.unknown")
GOES = ("letter", "sent", "")
NO_ANSWER = {"kind": "source", "id": "erp", "state": "unknown", "at": None, "source": "no_answer", "observed_at": None}
SILENT = {"kind": "source", "id": "till", "state": "unknown", "at": None, "source": "silent", "observed_at": None}


@pytest.fixture
def asking(open_store: OpenStore) -> Iterator[OpenAsking]:
    """Give a way to open a workspace with these guards, in which Ann is known since nine."""
    with ExitStack() as stack:

        def open_it(guards: str = GUARDS) -> AskingWorkspace:
            asking = stack.enter_context(short_lived_asking(SOURCES + guards + JOURNEYS, open_store))
            asking.workspace.ingest(identify("ann", "09:00"))
            asking.settle("09:00")
            return asking

        yield open_it


def wants_both(asking: AskingWorkspace, at: str) -> None:
    """Let Ann ask for a letter and for a receipt."""
    asking.workspace.clock.now = moment(at)
    asking.workspace.ingest(track("Offer Wanted", at, products=GRINDER), track("Receipt Wanted", at, products=GRINDER))
    asking.settle(at)


def down(asking: AskingWorkspace, health: Health = "refused") -> AskingWorkspace:
    """Let the order system be down when Ann wants both."""
    asking.shop.health = health
    wants_both(asking, "10:00")
    return asking


def silent(asking: AskingWorkspace) -> AskingWorkspace:
    """Let the till have been silent for longer than its three hours when Ann wants both."""
    wants_both(asking, "12:30")
    return asking


def fate(asking: AskingWorkspace, step: str = "letter") -> tuple[str, str, str]:
    """Give what became of the letter, or of another step."""
    (found,) = [fate for fate in asking.workspace.fates() if fate[0] == step]
    return found


def doubts(asking: AskingWorkspace) -> list[Any]:
    """Give the evidence of the guard that waits, from the first line of the ledger."""
    with asking.workspace.store.reading() as connection:
        line = next(iter(views.ledger(connection)))
    return [answer["evidence"] for answer in line["answers"] if answer["guard"] == "already_bought"]


# The order system is down.


@pytest.mark.parametrize("health", DOWN)
def test_while_the_order_system_is_down_marketing_waits_and_what_is_owed_goes(
    asking: OpenAsking, health: Health
) -> None:
    assert down(asking(), health).workspace.fates() == [WAITS, ("receipt", "sent", "")]


def test_the_ledger_names_the_source_that_did_not_answer(asking: OpenAsking) -> None:
    assert doubts(down(asking())) == [[NO_ANSWER]]


def test_what_waited_goes_when_the_order_system_is_up_again(asking: OpenAsking) -> None:
    shop = down(asking())
    shop.shop.health = "up"
    shop.live_until("10:14")
    assert fate(shop) == WAITS
    shop.live_until("10:15")
    assert fate(shop) == GOES


def test_what_was_bought_during_the_outage_is_not_promoted_after_it(asking: OpenAsking) -> None:
    shop = down(asking())
    order = tell("Order Completed", "erp/o1", moment("10:05"), {"order_id": "o1", "products": GRINDER})
    shop.shop.known["ann"] = [{**order, "userId": "ann"}]
    shop.shop.health = "up"
    shop.live_until("10:15")
    assert fate(shop) == ("letter", "suppressed", "already_bought.recent_order")


def test_an_order_that_is_told_during_the_outage_counts_at_once(asking: OpenAsking) -> None:
    shop = down(asking())
    shop.workspace.clock.now = moment("10:01")
    shop.workspace.ingest(track("Order Completed", "10:01", order_id="o1", products=GRINDER))
    shop.settle()
    assert fate(shop) == ("letter", "suppressed", "already_bought.recent_order")


def test_an_outage_that_does_not_end_is_waited_out_for_a_week(asking: OpenAsking) -> None:
    shop = down(asking())
    shop.live_until("2026-03-09 09:59")
    assert fate(shop) == WAITS
    shop.live_until("2026-03-09 10:00")
    assert fate(shop) == ("letter", "suppressed", "already_bought.unknown")


def test_the_pauses_grow_so_that_an_outage_of_a_day_is_looked_at_a_dozen_times(asking: OpenAsking) -> None:
    shop = down(asking())
    shop.live_until("2026-03-03 10:00")
    assert len(shop.inquiries) == 12


# What the file says about it.


@pytest.mark.parametrize(
    ("if_unknown", "becomes"),
    [
        ("delay", WAITS),
        ("allow", GOES),
        ("suppress", ("letter", "suppressed", "already_bought.unknown")),
    ],
)
def test_a_guard_says_what_happens_while_it_does_not_know(
    asking: OpenAsking, if_unknown: str, becomes: tuple[str, str, str]
) -> None:
    guards = f"guards:\n  already_bought: {{do: suppress, if_unknown: {if_unknown}}}\n"
    assert fate(down(asking(guards))) == becomes


@pytest.mark.parametrize(
    ("if_unknown", "becomes"),
    [
        ("delay", WAITS),
        ("allow", GOES),
        ("suppress", ("letter", "suppressed", "already_bought.unknown")),
    ],
)
def test_the_file_says_what_happens_to_all_marketing(
    asking: OpenAsking, if_unknown: str, becomes: tuple[str, str, str]
) -> None:
    assert fate(down(asking(f"if_unknown: {{marketing: {if_unknown}}}\n{GUARDS}"))) == becomes


@pytest.mark.parametrize(
    ("if_unknown", "becomes"),
    [
        ("delay", ("receipt", "delayed", "http.unknown")),
        ("allow", ("receipt", "sent", "")),
        ("suppress", ("receipt", "suppressed", "http.unknown")),
    ],
)
def test_the_file_says_what_happens_to_what_is_owed(
    asking: OpenAsking, if_unknown: str, becomes: tuple[str, str, str]
) -> None:
    shop = down(asking(f"if_unknown: {{transactional: {if_unknown}}}\nguards:\n{ENDPOINT}"))
    assert fate(shop, "receipt") == becomes


def test_what_a_guard_says_for_itself_counts_more_than_what_the_file_says(asking: OpenAsking) -> None:
    guards = "if_unknown: {marketing: suppress}\nguards:\n  already_bought: {if_unknown: allow}\n"
    assert fate(down(asking(guards))) == GOES


def test_a_guard_that_lets_the_unknown_go_leaves_another_its_word(asking: OpenAsking) -> None:
    guards = "guards:\n  already_bought: {if_unknown: allow}\n  open_ticket: {}\n"
    assert fate(down(asking(guards))) == ("letter", "delayed", "open_ticket.unknown")


def test_without_a_guard_that_needs_its_facts_nothing_waits_for_a_source(asking: OpenAsking) -> None:
    assert fate(down(asking('guards:\n  quiet_hours: {from: "21:00", to: "08:00"}\n'))) == GOES


# A source has gone silent.


def test_while_a_source_is_silent_marketing_waits_and_what_is_owed_goes(asking: OpenAsking) -> None:
    assert silent(asking()).workspace.fates() == [WAITS, ("receipt", "sent", "")]


def test_a_source_that_was_heard_within_its_time_holds_nothing(asking: OpenAsking) -> None:
    shop = asking()
    shop.hear("09:31", "till")
    assert fate(silent(shop)) == GOES


def test_the_ledger_names_the_source_that_is_silent(asking: OpenAsking) -> None:
    assert doubts(silent(asking())) == [[SILENT]]


def test_the_ledger_says_since_when_it_is_silent(asking: OpenAsking) -> None:
    shop = asking()
    shop.hear("09:10", "till")
    assert doubts(silent(shop)) == [[{**SILENT, "at": "2026-03-02T09:10:00Z"}]]


def test_what_waited_goes_when_the_source_is_heard_again(asking: OpenAsking) -> None:
    shop = silent(asking())
    shop.hear("12:40", "till")
    shop.live_until("12:45")
    assert fate(shop) == GOES


def test_while_the_source_stays_silent_it_waits_on(asking: OpenAsking) -> None:
    shop = silent(asking())
    shop.live_until("18:00")
    assert fate(shop) == WAITS


def status_at(asking: AskingWorkspace, at: str, *arguments: str) -> str:
    """Run `tactful status` in the workspace at this moment."""
    folder = asking.workspace.folder
    (folder / "journeys.yaml").write_text(f"{SHOP}{SOURCES}{GUARDS}{JOURNEYS}", encoding="utf-8")
    with time_machine.travel(moment(at), tick=False):
        done = CliRunner().invoke(app, ["status", "-C", str(folder), *arguments])
    assert done.exit_code == 0, done.output
    return done.stdout


def test_status_raises_an_alert_for_the_silent_source(asking: OpenAsking) -> None:
    assert json.loads(status_at(silent(asking()), "12:30", "--json"))["alerts"] == [
        'source "till": expected news every 3h, got none since 2026-03-02 09:00 UTC; what it tells (orders, tickets) '
        "counts as unknown: look whether its webhook is still switched on at the sender, or give it a longer "
        "silent_after"
    ]


def test_the_alert_is_over_when_the_source_is_heard_again(asking: OpenAsking) -> None:
    shop = silent(asking())
    shop.hear("12:40", "till")
    assert json.loads(status_at(shop, "12:45", "--json"))["alerts"] == []
