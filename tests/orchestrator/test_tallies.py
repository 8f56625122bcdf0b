"""Is what conditions count the same after a restart, a merge and a redelivery, and right from the first day?"""

from pathlib import Path

from journeys.tallies import Tally
from orchestrator.clock import HistoryMoments
from orchestrator.project import check_project
from orchestrator.store import codec
from tests.conftest import OpenShop
from tests.fakes.calls import anonymous, identify, moment, track
from tests.fakes.workspace import SHOP, Workspace, check

KEEN = """
journeys:
  keen:
    entry: {event: Product Viewed, if: 'count("Product Viewed", 2h) >= 3'}
    re_entry: never
    steps:
      - {id: hello, send: email, text: "You seem to like it.", purpose: transactional}
"""
SPENT = """
journeys:
  spent:
    entry: {event: Page Viewed, if: 'sum("Order Completed", "total", 30d) >= 100 and count("Product Viewed") >= 2'}
    re_entry: never
    steps:
      - {id: thanks, send: email, text: "Thank you.", purpose: transactional}
"""
PLAIN = """
journeys:
  plain:
    entry: {event: Signed Up}
    steps:
      - {id: hello, send: email, text: "Hello.", purpose: transactional}
"""


def _tallies(workspace: Workspace) -> dict[str, Tally]:
    """Give the tallies of the one profile that is left."""
    ((memory,),) = workspace.rows("SELECT memory FROM profiles WHERE merged_into IS NULL AND id > 0")
    return codec.read_memory(memory).tallies


def _view(at: str, visitor: str = "") -> bytes:
    return anonymous("Product Viewed", at, visitor) if visitor else track("Product Viewed", at)


def test_the_event_at_hand_counts_as_well(shop: OpenShop) -> None:
    workspace = shop(KEEN)
    workspace.ingest(identify("ann", "08:00"), _view("09:00"), _view("09:10"))
    workspace.settle("09:15")
    assert workspace.sent() == []
    workspace.ingest(_view("09:20"))
    workspace.settle("09:20")
    assert workspace.sent() == [("ann", "hello", "2026-03-02 09:20")]


def test_what_has_left_the_window_does_not_count(shop: OpenShop) -> None:
    workspace = shop(KEEN, now="10:00")
    workspace.ingest(identify("ann", "08:00"), _view("08:00"), _view("09:00"), _view("10:00"))
    workspace.settle("10:00")
    assert workspace.sent() == []
    assert _tallies(workspace)["Product Viewed"].count == 3


def test_nothing_is_kept_of_what_nobody_counts(shop: OpenShop) -> None:
    workspace = shop(PLAIN)
    workspace.ingest(identify("ann", "08:00"), _view("09:00"))
    workspace.settle()
    assert _tallies(workspace) == {}


def test_a_repeat_counts_once(shop: OpenShop) -> None:
    workspace = shop(KEEN)
    for _ in range(3):
        workspace.ingest(identify("ann", "08:00"), _view("09:00"))
        workspace.settle("09:30")
    assert _tallies(workspace)["Product Viewed"].count == 1


def test_a_restart_changes_no_count(shop: OpenShop) -> None:
    workspace = shop(KEEN)
    workspace.ingest(identify("ann", "08:00"), _view("09:00"), _view("09:10"))
    workspace.settle("09:15")
    workspace.restart()
    workspace.ingest(_view("09:20"))
    workspace.settle("09:20")
    assert workspace.sent() == [("ann", "hello", "2026-03-02 09:20")]


def test_an_event_that_is_told_late_counts_at_its_own_time(shop: OpenShop) -> None:
    workspace = shop(KEEN, now="11:15")
    workspace.ingest(identify("ann", "08:00"), _view("11:00"), _view("11:10"))
    workspace.settle("11:15")
    workspace.ingest(_view("08:30"))
    workspace.settle("11:20")
    tally = _tallies(workspace)["Product Viewed"]
    assert (tally.count, len(tally.recent), workspace.sent()) == (3, 2, [])


def test_what_a_machine_did_does_not_count(shop: OpenShop) -> None:
    workspace = shop(KEEN.replace("Product Viewed", "Email Clicked"))
    workspace.ingest(identify("ann", "08:00"), track("Email Clicked", "09:00", machine=True))
    workspace.settle()
    assert _tallies(workspace) == {}


def test_the_tallies_of_two_profiles_that_are_one_add_up(shop: OpenShop) -> None:
    workspace = shop(KEEN)
    workspace.ingest(identify("ann", "08:00"), _view("09:00"), _view("09:05", "v1"), _view("09:06", "v1"))
    workspace.settle("09:10")
    assert workspace.sent() == []
    workspace.ingest(identify("ann", "09:10", visitor="v1"), _view("09:20"))
    workspace.settle("09:20")
    assert workspace.sent() == [("ann", "hello", "2026-03-02 09:20")]
    assert _tallies(workspace)["Product Viewed"].count == 4


def test_what_a_new_file_counts_is_right_from_the_first_day(shop: OpenShop) -> None:
    workspace = shop(PLAIN)
    workspace.ingest(identify("ann", "08:00"), _view("09:00"), _view("09:05", "v1"))
    workspace.ingest(track("Order Completed", "09:10", order_id="o1", total=120))
    workspace.settle("09:15")
    workspace.ingest(identify("ann", "09:20", visitor="v1"))
    workspace.settle("09:20")
    workspace.run_by(check(SPENT).program(workspace.store.catalog()))
    workspace.ingest(track("Page Viewed", "10:00"))
    workspace.settle("10:00")
    assert workspace.sent() == [("ann", "thanks", "2026-03-02 10:00")]
    assert _tallies(workspace)["Product Viewed"].count == 2


def test_what_still_waits_is_not_counted_twice_when_a_new_file_counts_it(shop: OpenShop) -> None:
    workspace = shop(PLAIN)
    workspace.ingest(identify("ann", "08:00"), _view("09:00"))
    workspace.settle("09:15")
    workspace.ingest(_view("09:20"))
    workspace.run_by(check(KEEN).program(workspace.store.catalog()))
    workspace.settle("09:30")
    assert _tallies(workspace)["Product Viewed"].count == 2


def test_a_profile_that_joins_while_a_new_file_begins_to_count_is_counted_once(shop: OpenShop) -> None:
    workspace = shop(PLAIN)
    workspace.ingest(identify("ann", "08:00"), _view("09:00"), _view("09:05", "v1"))
    workspace.settle("09:15")
    workspace.ingest(identify("ann", "09:20", visitor="v1"))
    workspace.run_by(check(KEEN).program(workspace.store.catalog()))
    workspace.settle("09:30")
    assert _tallies(workspace)["Product Viewed"].count == 2


def test_a_run_through_history_counts_the_same(shop: OpenShop) -> None:
    lines = (identify("ann", "08:00"), _view("09:00"), _view("09:10"), _view("09:20"))
    workspace = shop(KEEN, moments=HistoryMoments(moment("2026-03-09 09:00")))
    workspace.ingest(*lines)
    workspace.settle()
    assert workspace.sent() == [("ann", "hello", "2026-03-02 09:20")]


def test_what_is_wrong_with_a_segment_stands_at_its_line_and_an_unused_one_is_a_warning() -> None:
    text = f"{SHOP}segments:\n  vip: profile.ordres.total > 5\n  idle: profile.email\n{PLAIN}"
    problems = check_project(text.replace("Signed Up}", "Signed Up, if: profile in segment.vip}"), {}, Path()).problems
    found = [(problem.line - text.count("\n", 0, text.index("segments:")), problem.code) for problem in problems]
    assert [each for each in found if each[1].startswith("segment")] == [(2, "segment.invalid"), (3, "segment.unused")]
