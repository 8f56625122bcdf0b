"""What if two workers run on the same database, or one dies with a message in its hands?"""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest

from actions.base import Sent
from orchestrator.handover import Handover, Report
from tests.conftest import OpenShop
from tests.fakes.calls import identify, moment, track
from tests.fakes.journeys import LETTER, SERIES, WELCOME
from tests.fakes.workspace import Workspace

# Sharing the work.


def _turns_until_idle(workspace: Workspace, start: Barrier) -> list[Handover]:
    start.wait()
    claimed: list[Handover] = []
    while True:
        handovers, customers = workspace.engine.run_turn()
        claimed.extend(handovers)
        if not customers:
            return claimed


@pytest.mark.parametrize("workers", [2, 4])
def test_workers_that_claim_at_once_never_claim_the_same_delivery(shop: OpenShop, workers: int) -> None:
    first = shop(WELCOME)
    first.ingest(*(track("Signed Up", "08:00", f"u{number}") for number in range(120)))
    team = [first, *(first.another() for _ in range(workers - 1))]
    start = Barrier(workers)
    for worker in team:
        worker.engine.batch_size = 3
    with ThreadPoolExecutor(workers) as pool:
        claimed = [key for found in pool.map(lambda each: _turns_until_idle(each, start), team) for key in found]
    assert sorted(handover.delivery.profile_id for handover in claimed) == list(range(1, 121))


def test_workers_that_take_turns_see_each_others_work(shop: OpenShop) -> None:
    one = shop(SERIES)
    two = one.another()
    one.ingest(*(track("Signed Up", "09:00", f"u{number}") for number in range(20)))
    for minute in range(3 * 24 * 60 // 180):
        worker = (one, two)[minute % 2]
        worker.settle(moment("09:00") + timedelta(hours=3 * minute))
    assert (len(one.provider.taken), one.provider.doubled) == (40, [])


def test_a_worker_may_report_what_another_has_meanwhile_gone_past(shop: OpenShop) -> None:
    one = shop(SERIES)
    two = one.another()
    one.ingest(track("Signed Up", "09:00"))
    reports = one.perform(one.turn())
    one.ingest(track("Page Viewed", "09:00"))
    two.settle()
    one.turn(reports)
    two.settle("2026-03-03 09:00")
    assert [step for _, step, _ in one.sent()] == ["first", "second"]


def test_a_scheduled_entry_happens_once_however_often_and_by_whomever_it_is_looked_at(shop: OpenShop) -> None:
    one = shop(LETTER)
    two = one.another()
    one.ingest(*(identify(user, "08:00") for user in ("ann", "bob", "cid")))
    one.settle()
    for minute in range(20):
        (one, two)[minute % 2].settle(moment("2026-03-03 09:50") + timedelta(minutes=minute))
    assert one.sent() == [(user, "letter", "2026-03-03 10:00") for user in ("ann", "bob", "cid")]


def test_every_week_has_its_own_scheduled_entry(shop: OpenShop) -> None:
    workspace = shop(LETTER)
    workspace.ingest(identify("ann", "08:00"))
    workspace.live_until("2026-03-17 12:00")
    assert [at for _, _, at in workspace.sent()] == ["2026-03-03 10:00", "2026-03-10 10:00", "2026-03-17 10:00"]


def test_of_the_occurrences_missed_in_a_standstill_one_is_made_up_for(shop: OpenShop) -> None:
    workspace = shop(LETTER)
    workspace.ingest(identify("ann", "08:00"))
    workspace.settle()
    workspace.settle("2026-03-20 12:00")
    workspace.live_until("2026-03-24 12:00")
    assert [at for _, _, at in workspace.sent()] == ["2026-03-20 12:00", "2026-03-24 10:00"]


def test_after_an_hour_without_any_worker_nothing_is_lost(shop: OpenShop) -> None:
    workspace = shop(SERIES)
    workspace.ingest(*(track("Signed Up", "09:00", f"u{number}") for number in range(10)))
    workspace.settle()
    workspace.restart()
    workspace.settle("2026-03-03 10:00")
    assert len(workspace.provider.taken) == 20


# Dying between the provider's acceptance and the commit.


def _killed_after_handing_over(workspace: Workspace, *, taken: bool = True) -> tuple[Handover, list[Report]]:
    workspace.ingest(track("Signed Up", "09:00"))
    (handover,) = workspace.turn()
    reports = workspace.perform([handover]) if taken else []
    workspace.restart()
    return handover, reports


def test_what_the_provider_took_before_the_kill_is_found_there_and_not_called_again(shop: OpenShop) -> None:
    workspace = shop(WELCOME)
    _killed_after_handing_over(workspace)
    workspace.turn(workspace.recover("09:06"))
    workspace.live_until("2026-05-02 09:00")
    assert workspace.fates() == [("hello", "sent", "")]
    assert len(workspace.provider.asked) == 1


def test_what_the_provider_did_not_take_before_the_kill_is_sent_once_with_the_same_key(shop: OpenShop) -> None:
    workspace = shop(WELCOME)
    handover, _ = _killed_after_handing_over(workspace, taken=False)
    again = workspace.turn(workspace.recover("09:06"))
    workspace.turn(workspace.perform(again))
    assert workspace.fates() == [("hello", "sent", "")]
    assert workspace.provider.asked == [str(handover.delivery.id)]


def test_what_was_lost_on_our_side_of_the_call_is_made_up_for_at_once(shop: OpenShop) -> None:
    workspace = shop(WELCOME)
    handover, _ = _killed_after_handing_over(workspace, taken=False)
    (again,) = workspace.turn(workspace.recover("09:06"))
    assert (again.delivery, again.token > handover.token) == (handover.delivery, True)


@pytest.mark.parametrize("taken", [True, False])
def test_where_the_provider_cannot_be_asked_a_lost_delivery_is_held_and_never_resent(
    shop: OpenShop, taken: bool
) -> None:
    workspace = shop(SERIES, finds=False)
    _killed_after_handing_over(workspace, taken=taken)
    workspace.turn(workspace.recover("09:06"))
    asked = len(workspace.provider.asked)
    workspace.live_until("2026-05-02 09:00")
    assert workspace.fates() == [("first", "unknown", "attempt.lost")]
    assert len(workspace.provider.asked) == asked


def test_a_delivery_is_never_judged_again_while_nobody_knows_its_fate(shop: OpenShop) -> None:
    workspace = shop(WELCOME)
    _killed_after_handing_over(workspace, taken=False)
    workspace.ingest(track("Page Viewed", "09:00"))
    workspace.settle("09:04")
    assert workspace.fates() == [("hello", "attempting", "")]
    assert workspace.provider.asked == []


# A lease shorter than the provider's answer.


def test_a_late_answer_is_refused_once_another_worker_took_over(shop: OpenShop) -> None:
    slow = shop(SERIES, finds=False)
    handover, _ = _killed_after_handing_over(slow, taken=False)
    fast = slow.another()
    fast.turn(fast.recover("09:06"))
    late = Report(handover.delivery.id, handover.delivery.profile_id, handover.token, Sent("late"))
    slow.turn([late])
    assert slow.fates() == [("first", "unknown", "attempt.lost")]


def test_a_late_refusal_does_not_undo_what_was_found_out(shop: OpenShop) -> None:
    slow = shop(SERIES)
    _, reports = _killed_after_handing_over(slow)
    fast = slow.another()
    fast.settle("09:06")
    fast.turn(fast.recover("09:06"))
    slow.turn(reports)
    slow.live_until("2026-03-04 09:00")
    assert [step for _, step, _ in slow.sent()] == ["first", "second"]
    assert slow.provider.doubled == []


def test_an_answer_within_the_lease_counts(shop: OpenShop) -> None:
    workspace = shop(WELCOME)
    workspace.ingest(track("Signed Up", "09:00"))
    reports = workspace.perform(workspace.turn())
    workspace.clock.now = moment("09:04")
    assert workspace.recover("09:04") == []
    workspace.turn(reports)
    assert workspace.fates() == [("hello", "sent", "")]
