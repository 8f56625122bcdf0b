"""Does the store keep its promises: transactions, leases, deploys, secrets?"""

from datetime import timedelta

import pytest

from orchestrator.store.base import Lost
from orchestrator.store.writing import Batch
from tests.conftest import OpenShop
from tests.fakes.calls import identify, moment, track
from tests.fakes.journeys import LETTER, SERIES, WELCOME
from tests.fakes.workspace import Workspace


def test_migrating_again_changes_nothing(shop: OpenShop) -> None:
    workspace = shop(WELCOME)
    workspace.ingest(track("Signed Up", "08:00"))
    workspace.store.migrate()
    assert workspace.status().inbox == 1


def test_a_turn_that_raises_leaves_nothing_behind(shop: OpenShop) -> None:
    workspace = shop(WELCOME)
    workspace.ingest(track("Signed Up", "08:00"))
    with pytest.raises(KeyError):
        _write_and_fail(workspace)
    assert workspace.status().inbox == 1


def _write_and_fail(workspace: Workspace) -> None:
    with workspace.store.turn() as turn:
        turn.write(Batch(done=[(1,)]))
        raise KeyError


def test_customers_with_events_and_customers_with_a_due_time_are_claimed(shop: OpenShop) -> None:
    workspace = shop(SERIES)
    workspace.ingest(track("Signed Up", "08:00", "ann"))
    workspace.settle()
    workspace.ingest(track("Page Viewed", "08:00", "bob"))
    with workspace.store.turn() as turn:
        now, tomorrow = (turn.claim(moment(at), 10, in_order=False) for at in ("09:00", "2026-03-03 09:00"))
    assert (sorted(now), sorted(tomorrow)) == ([2], [1, 2])


def test_a_claim_in_order_gives_the_lowest_ids(shop: OpenShop) -> None:
    workspace = shop(WELCOME)
    workspace.ingest(*(track("Page Viewed", "08:00", user) for user in ("ann", "bob", "cid")))
    workspace.ingest(track("Page Viewed", "08:01", "ann"))
    with workspace.store.turn() as turn:
        assert turn.claim(moment("09:00"), 2, in_order=True) == [1, 2]


def test_a_customer_with_very_many_events_makes_the_batch_smaller(
    shop: OpenShop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("orchestrator.store.loading.MOST_EVENTS", 3)
    workspace = shop(WELCOME)
    workspace.ingest(*(track("Page Viewed", f"08:0{minute}", "ann") for minute in range(5)))
    workspace.ingest(track("Page Viewed", "08:00", "bob"))
    with workspace.store.turn() as turn:
        assert turn.claim(moment("09:00"), 10, in_order=True) == [1]


def test_a_lost_attempt_is_taken_over_under_a_new_token(shop: OpenShop) -> None:
    workspace = shop(WELCOME)
    workspace.ingest(track("Signed Up", "08:00"))
    (handover,) = workspace.turn()
    now = moment("09:06")
    lost = workspace.store.take_lost(now, now + timedelta(minutes=5), 2)
    assert lost == [Lost(handover.delivery.id, 1, "email", handover.token + 1)]


def test_an_attempt_whose_lease_holds_is_not_taken_over(shop: OpenShop) -> None:
    workspace = shop(WELCOME)
    workspace.ingest(track("Signed Up", "08:00"))
    workspace.turn()
    now = moment("09:04")
    assert workspace.store.take_lost(now, now + timedelta(minutes=5), 2) == []


def test_the_attempt_of_a_worker_that_died_on_this_machine_need_not_wait_for_its_lease(
    shop: OpenShop, monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace = shop(WELCOME)
    workspace.store.beat(workspace.engine.worker, moment("09:00"))
    workspace.ingest(track("Signed Up", "08:00"))
    workspace.turn()
    monkeypatch.setattr("orchestrator.store.running._is_alive", lambda pid: False)
    now = moment("09:01")
    assert len(workspace.store.take_lost(now, now + timedelta(minutes=5), 2)) == 1


def test_a_lost_attempt_is_taken_over_by_one_worker(shop: OpenShop) -> None:
    workspace = shop(WELCOME)
    workspace.ingest(track("Signed Up", "08:00"))
    workspace.turn()
    now = moment("09:06")
    taken = [workspace.store.take_lost(now, now + timedelta(minutes=5), worker) for worker in (2, 3)]
    assert [len(lost) for lost in taken] == [1, 0]


def test_a_new_version_gives_those_inside_a_turn(shop: OpenShop) -> None:
    workspace = shop(SERIES)
    workspace.ingest(track("Signed Up", "08:00", "ann"), track("Page Viewed", "08:00", "bob"))
    workspace.settle()
    workspace.store.deploy({"series": "another"}, ())
    with workspace.store.turn() as turn:
        assert turn.claim(moment("09:00"), 10, in_order=True) == [1]


def test_deploying_the_same_again_gives_nobody_a_turn(shop: OpenShop) -> None:
    workspace = shop(SERIES)
    workspace.ingest(track("Signed Up", "08:00"))
    workspace.settle()
    workspace.deploy()
    with workspace.store.turn() as turn:
        assert turn.claim(moment("09:00"), 10, in_order=True) == []


def test_a_new_schedule_gives_everybody_a_turn(shop: OpenShop) -> None:
    workspace = shop(WELCOME)
    workspace.ingest(identify("ann", "08:00"), identify("bob", "08:00"))
    workspace.settle()
    workspace.store.deploy({"weekly": "1"}, ["weekly"])
    with workspace.store.turn() as turn:
        assert turn.claim(moment("09:00"), 10, in_order=True) == [1, 2]


def test_a_secret_stays_the_same_and_differs_from_others(shop: OpenShop) -> None:
    workspace = shop(WELCOME)
    first = workspace.store.secret("links")
    workspace.restart()
    assert (workspace.store.secret("links") == first, workspace.store.secret("other") == first) == (True, False)


def test_a_worker_is_shown_since_its_first_beat_with_its_last(shop: OpenShop) -> None:
    workspace = shop(WELCOME)
    workspace.store.beat(7, moment("09:00"))
    workspace.store.beat(7, moment("09:01"))
    (worker,) = workspace.status().workers
    assert (worker["id"], worker["started"], worker["beat"]) == (7, moment("09:00"), moment("09:01"))


def test_workers_that_were_not_heard_of_are_forgotten(shop: OpenShop) -> None:
    workspace = shop(WELCOME)
    workspace.store.beat(7, moment("08:00"))
    workspace.store.beat(8, moment("09:00"))
    workspace.store.prune(moment("08:30"))
    assert [worker["id"] for worker in workspace.status().workers] == [8]


def test_status_says_how_long_the_oldest_work_has_been_waiting(shop: OpenShop) -> None:
    workspace = shop(SERIES)
    workspace.ingest(track("Signed Up", "08:00"))
    workspace.settle()
    workspace.clock.now = moment("2026-03-03 09:02")
    assert workspace.status().lateness_seconds == 120.0


def test_people_who_only_wait_are_given_no_turn(shop: OpenShop) -> None:
    workspace = shop(LETTER)
    workspace.ingest(*(identify(f"u{number}", "08:00") for number in range(50)))
    workspace.settle()
    assert workspace.engine.run_turn()[1] == 0
