"""What if a journey lets people in by another rule than before? The timers it left behind count for nothing.

Nor does a timer of a version that nobody knows any more.
"""

from collections import deque
from datetime import UTC, datetime, timedelta

import pytest

from journeys.catalog import Catalog
from journeys.decision import Snapshot
from journeys.vocabulary import Facts, Profile
from orchestrator.advance import advance, next_due
from orchestrator.customer import Customer, Memory
from orchestrator.program import Lineage, Program, build_program
from tests.conftest import OpenShop
from tests.fakes.calls import identify
from tests.fakes.workspace import Workspace, check

T0 = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
STEPS = "    steps:\n      - {id: letter, send: email, text: News., purpose: transactional}\n"
OPENED_BY_TIME = ("date: profile.birthday, every: year", 'schedule: "10:00"', "when: now - profile.created_at > 3d")


def program_of(entry: str) -> Program:
    return check(_text(entry)).program(Catalog())


def _text(entry: str) -> str:
    return f"journeys:\n  news:\n    entry: {{{entry}}}\n{STEPS}"


def _lived(shop: OpenShop, *entries: str) -> Workspace:
    """Let Ann, who was born on the 20th of March, live ten days under each of these entries."""
    workspace = shop(_text(entries[0]))
    workspace.ingest(identify("ann", "08:00", birthday="1990-03-20"))
    workspace.settle("09:00")
    for day, entry in enumerate(entries):
        if day:
            workspace.run_by(program_of(entry))
        workspace.live_until(T0 + timedelta(days=10 * (day + 1)))
    return workspace


@pytest.mark.parametrize("entry", OPENED_BY_TIME)
def test_a_timer_of_an_entry_that_is_gone_is_not_waited_for(entry: str) -> None:
    person = Profile(1, T0, email="ann@example.com", traits={"birthday": "1990-03-20"})
    customer = Customer(Facts(person), Memory(T0))
    advance(customer, deque(), T0 + timedelta(hours=1), program_of(entry))
    program = program_of("event: Signed Up")
    advance(customer, deque(), T0 + timedelta(days=30), program)
    assert next_due(customer, program) is None


def test_a_schedule_on_another_day_comes_on_that_day_and_no_more_on_the_old_one(shop: OpenShop) -> None:
    workspace = _lived(shop, 'schedule: "Fri 10:00"', 'schedule: "Sat 10:00"')
    days = [at for _, _, at in workspace.sent()]
    assert days == ["2026-03-06 10:00", "2026-03-14 10:00", "2026-03-21 10:00"]


def test_a_schedule_that_comes_back_makes_up_for_nothing(shop: OpenShop) -> None:
    workspace = _lived(shop, 'schedule: "Sat 10:00"', "event: Signed Up", 'schedule: "Sat 10:00"')
    assert [at for _, _, at in workspace.sent()] == ["2026-03-07 10:00", "2026-03-28 10:00"]


def test_a_segment_entry_that_comes_back_makes_up_for_nothing(shop: OpenShop) -> None:
    quiet = "when: now - profile.created_at > 15d"
    assert _lived(shop, quiet, "event: Signed Up", quiet).sent() == []


def test_a_new_date_opens_for_whoever_sleeps(shop: OpenShop) -> None:
    workspace = _lived(shop, "event: Signed Up", "date: profile.birthday, every: year")
    assert [at for _, _, at in workspace.sent()] == ["2026-03-20 10:00"]


def test_a_date_that_is_moved_opens_on_the_new_day_for_whoever_sleeps(shop: OpenShop) -> None:
    born = "date: profile.birthday, every: year"
    assert [at for _, _, at in _lived(shop, born, f"{born}, offset: -3d").sent()] == ["2026-03-17 10:00"]


def test_a_new_segment_entry_opens_for_whoever_sleeps_when_it_turns_true(shop: OpenShop) -> None:
    workspace = _lived(shop, "event: Signed Up", "when: now - profile.created_at > 15d")
    assert [at for _, _, at in workspace.sent()] == ["2026-03-17 08:00"]


def test_who_is_in_the_segment_when_its_entry_is_new_is_only_looked_at(shop: OpenShop) -> None:
    assert _lived(shop, "event: Signed Up", "when: now - profile.created_at > 5d").sent() == []


def test_a_timer_of_a_version_that_nobody_knows_is_not_waited_for() -> None:
    """Others of the same journey finish on a version that is kept."""
    keeper = check(_text("event: Signed Up")).program(Catalog())
    version = keeper.journeys["news"].version
    program = build_program(()).after(Lineage(kept={("news", version): keeper}))
    customer = Customer(Facts(Profile(1, T0)), Memory(T0))
    customer.enrollments[1 << 32] = Snapshot(1 << 32, "news", "older", T0, "letter", {}, due_at=T0 + timedelta(hours=1))
    advance(customer, deque(), T0 + timedelta(days=1), program)
    assert next_due(customer, program) is None


def test_a_condition_that_is_widened_lets_nobody_in_who_was_there_before(shop: OpenShop) -> None:
    workspace = _lived(shop, "when: now - profile.created_at > 90d", "when: now - profile.created_at > 5d")
    assert workspace.sent() == []


def test_a_segment_that_says_something_else_makes_another_version_of_the_journeys_that_use_it() -> None:
    rest = _text("event: Signed Up, if: profile in segment.loyal")
    versions = {
        check(f"conditions: {{bought: profile.orders.count > {count}}}\n"
              f"segments: {{loyal: condition.bought, idle: profile.email}}\n{rest}").journeys["news"].version
        for count in (1, 2)
    }  # fmt: skip
    assert len(versions) == 2


def test_a_segment_that_a_journey_does_not_use_leaves_its_version_alone() -> None:
    rest = _text("event: Signed Up")
    versions = {
        check(f"segments: {{loyal: profile.orders.count > {count}}}\n{rest}").journeys["news"].version
        for count in (1, 2)
    }
    assert len(versions) == 1
