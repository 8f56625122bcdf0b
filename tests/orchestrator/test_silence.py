"""Does silence beyond the usual gap turn what a source tells into something unknown, and does the store keep score?"""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from journeys.vocabulary import Doubt
from orchestrator.importing import import_lines
from orchestrator.intake import Rejects
from orchestrator.silence import Heard, Listening, Terms, doubts, listening
from orchestrator.sources.segment import SegmentSource
from orchestrator.store.arrivals import Arrival
from orchestrator.store.base import Store
from tests.fakes.calls import track
from tests.fakes.stores import OpenStore

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
DAY = timedelta(days=1)
LONG_AGO = NOON - 30 * DAY


def shop(since: datetime = LONG_AGO, heard_at: datetime | None = None) -> Listening:
    return Listening(frozenset({"orders"}), DAY, since, heard_at)


# What silence means.


def test_a_source_that_spoke_within_the_usual_gap_raises_no_doubt() -> None:
    assert doubts({"shop": shop(heard_at=NOON - DAY)}, NOON) == {}


def test_a_source_that_has_not_spoken_for_longer_makes_what_it_tells_doubtful() -> None:
    last = NOON - DAY - timedelta(seconds=1)
    assert doubts({"shop": shop(heard_at=last)}, NOON) == {"orders": (Doubt("shop", "silent", last),)}


def test_a_source_that_never_spoke_is_doubtful_once_its_time_has_passed_since_it_was_configured() -> None:
    since = NOON - DAY - timedelta(seconds=1)
    assert doubts({"shop": shop(since)}, NOON) == {"orders": (Doubt("shop", "silent", None),)}


def test_a_source_that_was_just_configured_gets_its_time() -> None:
    assert doubts({"shop": shop(since=NOON - DAY)}, NOON) == {}


def test_a_source_that_comes_back_gets_its_time_however_long_ago_it_last_spoke() -> None:
    assert doubts({"shop": shop(since=NOON, heard_at=LONG_AGO)}, NOON) == {}


def test_every_kind_that_a_silent_source_tells_is_doubtful() -> None:
    parcels = Listening(frozenset({"shipments", "returns"}), DAY, LONG_AGO)
    assert set(doubts({"parcels": parcels}, NOON)) == {"shipments", "returns"}


def test_one_silent_source_of_a_kind_is_enough_and_only_it_is_named() -> None:
    both = {"shop": shop(heard_at=NOON), "till": shop()}
    assert doubts(both, NOON) == {"orders": (Doubt("till", "silent", None),)}


def test_all_silent_sources_of_a_kind_are_named_in_order() -> None:
    found = doubts({"till": shop(), "shop": shop()}, NOON)
    assert [doubt.source for doubt in found["orders"]] == ["shop", "till"]


def test_a_source_that_the_store_has_never_noted_counts_from_now() -> None:
    terms = {"shop": Terms(frozenset({"orders"}), DAY)}
    assert listening(terms, {}, NOON) == {"shop": shop(since=NOON)}


def test_what_was_agreed_and_what_was_heard_come_together_by_name() -> None:
    terms = {"shop": Terms(frozenset({"orders"}), DAY)}
    heard = {"shop": Heard(LONG_AGO, NOON), "segment": Heard(LONG_AGO, NOON)}
    assert listening(terms, heard, NOON) == {"shop": shop(heard_at=NOON)}


# What the store keeps.


@pytest.fixture
def store(tmp_path: Path, open_store: OpenStore) -> Store:
    return open_store(tmp_path)


def test_a_source_counts_from_when_it_is_configured(store: Store) -> None:
    store.listen_to({"shop": "shopify"}, NOON)
    assert store.heard() == {"shop": Heard(NOON)}


def test_configuring_it_again_changes_nothing(store: Store) -> None:
    store.listen_to({"shop": "shopify"}, LONG_AGO)
    store.listen_to({"shop": "shopify"}, NOON)
    assert store.heard() == {"shop": Heard(LONG_AGO)}


def test_another_adapter_under_the_name_counts_anew(store: Store) -> None:
    store.listen_to({"shop": "shopify"}, LONG_AGO)
    store.listen_to({"shop": "woocommerce"}, NOON)
    assert store.heard() == {"shop": Heard(NOON)}


def test_a_source_that_was_taken_out_and_comes_back_counts_anew(store: Store) -> None:
    store.listen_to({"shop": "shopify"}, LONG_AGO)
    store.listen_to({}, LONG_AGO + DAY)
    store.listen_to({"shop": "shopify"}, NOON)
    assert store.heard() == {"shop": Heard(NOON)}


def test_a_call_is_heard_with_its_events(store: Store) -> None:
    store.listen_to({"shop": "shopify"}, LONG_AGO)
    store.append_each([Arrival("shop", (), NOON)])
    assert store.heard() == {"shop": Heard(LONG_AGO, NOON)}


def test_a_call_that_was_received_earlier_and_written_later_does_not_turn_time_back(store: Store) -> None:
    store.listen_to({"shop": "shopify"}, LONG_AGO)
    store.append_each([Arrival("shop", (), NOON), Arrival("shop", (), NOON - DAY)])
    assert store.heard() == {"shop": Heard(LONG_AGO, NOON)}


def imported(store: Store, folder: Path, line: bytes) -> set[str]:
    with Rejects(folder / "events.jsonl") as rejects:
        import_lines([(1, line)], name="events", source=SegmentSource("LV"), store=store, rejects=rejects)
    return set(store.heard())


def test_a_file_that_was_taken_in_is_heard_as_segment(store: Store, tmp_path: Path) -> None:
    assert imported(store, tmp_path, track("Order Completed", "09:00")) == {"segment"}


def test_a_file_of_which_nothing_was_understood_is_not_heard(store: Store, tmp_path: Path) -> None:
    assert imported(store, tmp_path, b"nonsense") == set()
