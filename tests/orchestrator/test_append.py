"""Does an event get into the inbox once, for the right person, in order?"""

from datetime import timedelta

import pytest

from journeys.vocabulary import Item
from tests.conftest import OpenShop
from tests.fakes.calls import GRINDER, anonymous, call, identify, moment, track
from tests.fakes.journeys import WELCOME


def test_a_repeat_within_one_batch_is_one_event(shop: OpenShop) -> None:
    workspace = shop(WELCOME)
    line = track("Signed Up", "08:00")
    assert workspace.ingest(line, line, line) == (1, 2)


def test_a_repeat_in_a_later_batch_is_no_event(shop: OpenShop) -> None:
    workspace = shop(WELCOME)
    line = track("Signed Up", "08:00")
    workspace.ingest(line)
    assert workspace.ingest(track("Signed Up", "08:30"), line) == (1, 1)


def test_of_two_that_share_an_id_the_first_counts(shop: OpenShop) -> None:
    workspace = shop(WELCOME)
    first, second = (track("Signed Up", "08:00", message_id="m1", plan=plan) for plan in ("free", "paid"))
    workspace.ingest(first, second)
    assert [event.properties["plan"] for event in workspace.events_of("ann")] == ["free"]


@pytest.mark.parametrize("stamped", [True, False])
def test_a_repeat_after_sixty_days_and_a_restart_is_still_a_repeat(shop: OpenShop, stamped: bool) -> None:
    workspace = shop(WELCOME)
    line = track("Signed Up", "08:00") if stamped else _without_timestamp()
    workspace.ingest(line)
    workspace.settle()
    workspace.clock.now += timedelta(days=60)
    workspace.restart()
    assert workspace.ingest(line) == (0, 1)
    workspace.settle()
    assert workspace.provider.taken == ["4294967298"]


def _without_timestamp() -> bytes:
    line = call("track", "08:00", "m1", userId="ann", event="Signed Up")
    return line.replace(b'"timestamp": "2026-03-02T08:00:00+00:00", ', b"")


def test_repeats_of_many_batches_are_found_past_the_limit_of_one_query(shop: OpenShop) -> None:
    workspace = shop(WELCOME)
    lines = [track("Page Viewed", "08:00", message_id=f"m{number}") for number in range(1_500)]
    workspace.ingest(*lines)
    assert workspace.ingest(*lines) == (0, 1_500)


def test_events_act_in_order_of_time_whatever_the_order_of_the_batch(shop: OpenShop) -> None:
    workspace = shop(WELCOME)
    workspace.ingest(track("Third", "08:30"), track("First", "08:10"), track("Second", "08:20"))
    assert [event.name for event in workspace.events_of("ann")] == ["First", "Second", "Third"]


def test_events_of_the_same_instant_keep_the_order_they_came_in(shop: OpenShop) -> None:
    workspace = shop(WELCOME)
    workspace.ingest(track("One", "08:00"), track("Two", "08:00"))
    workspace.ingest(track("Three", "08:00"))
    assert [event.name for event in workspace.events_of("ann")] == ["One", "Two", "Three"]


def test_events_know_their_place_in_the_log(shop: OpenShop) -> None:
    workspace = shop(WELCOME)
    workspace.ingest(track("One", "08:00"), track("Two", "08:01"))
    workspace.restart()
    workspace.ingest(track("Three", "08:02"))
    assert [event.seq for event in workspace.events_of("ann")] == [1, 2, 3]


def test_an_event_of_a_known_visitor_belongs_to_the_person(shop: OpenShop) -> None:
    workspace = shop(WELCOME)
    workspace.ingest(identify("ann", "08:00", visitor="v1"))
    workspace.ingest(anonymous("Page Viewed", "08:10", "v1"))
    assert [event.name for event in workspace.events_of("ann")] == ["Identified", "Page Viewed"]


def test_the_catalog_is_learned_from_the_goods_of_events(shop: OpenShop) -> None:
    workspace = shop(WELCOME)
    workspace.ingest(track("Product Listed", "08:00", products=[*GRINDER, {"product_id": "beans", "name": "Beans"}]))
    newest = workspace.store.catalog().newest(moment("09:00"), 5)
    assert newest == (Item("grinder", "Grinder", 80.0), Item("beans", "Beans"))


def test_goods_are_new_since_they_were_first_seen_even_if_that_is_told_late(shop: OpenShop) -> None:
    workspace = shop(WELCOME)
    workspace.ingest(track("Product Listed", "08:00", products=[{"product_id": "beans"}]))
    workspace.ingest(track("Product Listed", "08:30", products=GRINDER))
    workspace.restart()
    workspace.ingest(track("Product Listed", "07:00", products=GRINDER))
    newest = workspace.store.catalog().newest(moment("09:00"), 5)
    assert [item.product_id for item in newest] == ["beans", "grinder"]


def test_nothing_of_a_batch_stays_when_it_cannot_be_written(shop: OpenShop, monkeypatch: pytest.MonkeyPatch) -> None:
    workspace = shop(WELCOME)
    monkeypatch.setattr("orchestrator.store.append._write", _fail)
    with pytest.raises(OSError, match="disk is full"):
        workspace.ingest(track("Signed Up", "08:00", products=GRINDER))
    monkeypatch.undo()
    assert workspace.ingest(track("Signed Up", "08:00", products=GRINDER)) == (1, 0)
    assert len(workspace.store.catalog().newest(moment("09:00"), 5)) == 1


def _fail(*_: object) -> None:
    raise OSError("the disk is full")
