"""What if every event comes several times, in any order, and the process is restarted in between?"""

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.fakes.calls import GRINDER, anonymous, identify, moment, track
from tests.fakes.journeys import CART, LOOP
from tests.fakes.provider import Provider
from tests.fakes.stores import OpenStore
from tests.fakes.workspace import Workspace, open_workspace, short_lived_workspace

END = moment("2026-03-06 09:00")
BEANS = [{"product_id": "beans", "price": 12}]
# When each arrives, and what it says. The fifth is told late.
STORY: tuple[tuple[str, bytes], ...] = (
    ("08:00", identify("ann", "08:00", visitor="v1")),
    ("08:05", identify("bob", "08:05")),
    ("09:00", track("Checkout Started", "09:00", checkout_id="a1", products=GRINDER)),
    ("09:10", track("Checkout Started", "09:10", "bob", checkout_id="b1", products=BEANS)),
    ("09:50", track("Order Completed", "09:40", "bob", order_id="o1", checkout_id="b1", products=BEANS)),
    ("11:00", anonymous("Checkout Started", "11:00", "v1", checkout_id="a2", products=BEANS)),
    ("11:30", track("Order Completed", "11:30", order_id="o2", checkout_id="a2", products=BEANS)),
    ("11:40", track("Checkout Started", "11:40", "bob", checkout_id="b2", products=GRINDER)),
)
Outcome = list[tuple[str, str, str, str, datetime | None]]

# When copies of each event arrive again, in half hours after the first time; and after which arrivals we restart.
copies = st.lists(st.lists(st.integers(0, 120), max_size=4), min_size=len(STORY), max_size=len(STORY))
restarts = st.sets(st.integers(0, 20), max_size=3)
slow = settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def _outcome(workspace: Workspace) -> Outcome:
    rows = workspace.deliveries()
    return sorted((row["profile"], row["step"], row["state"], row["reason"], row["settled"]) for row in rows)


def _live(
    arrivals: list[tuple[datetime, bytes]], restarts: set[int], open_store: OpenStore
) -> tuple[Outcome, Provider]:
    """Let events arrive, each at its moment; those of one moment wait together."""
    with short_lived_workspace(CART, open_store, now="08:00") as workspace:
        for place, (at, line) in enumerate(arrivals):
            if at > workspace.clock.now:
                workspace.live_until(at)
            workspace.ingest(line)
            if place in restarts:
                workspace.restart()
        workspace.live_until(END)
        return _outcome(workspace), workspace.provider


ONCE: Outcome = [
    ("ann", "nudge", "sent", "", moment("2026-03-03 10:00")),
    ("ann", "reminder", "sent", "", moment("10:00")),
    ("bob", "nudge", "sent", "", moment("2026-03-03 12:40")),
    ("bob", "reminder", "sent", "", moment("12:40")),
]


def test_the_story_told_once(open_store: OpenStore) -> None:
    assert _live([(moment(at), line) for at, line in STORY], set(), open_store)[0] == ONCE


@slow
@given(copies=copies, restarts=restarts)
def test_events_that_come_again_at_any_later_time_change_nothing(
    open_store: OpenStore, copies: list[list[int]], restarts: set[int]
) -> None:
    arrivals = [(moment(at), place, line) for place, (at, line) in enumerate(STORY)]
    for place, delays in enumerate(copies):
        at, _, line = arrivals[place]
        arrivals.extend((min(at + timedelta(minutes=30 * delay), END), place, line) for delay in delays)
    arrivals.sort(key=lambda arrival: arrival[:2])
    outcome, provider = _live([(at, line) for at, _, line in arrivals], restarts, open_store)
    assert (outcome, provider.doubled) == (ONCE, [])


@slow
@given(st.permutations([line for _, line in STORY * 2]), restarts)
def test_events_that_wait_together_act_in_their_own_order(
    open_store: OpenStore, lines: list[bytes], restarts: set[int]
) -> None:
    in_order = _live([(moment("13:00"), line) for _, line in STORY], set(), open_store)[0]
    assert _live([(moment("13:00"), line) for line in lines], restarts, open_store)[0] == in_order


# Keys that are about the business, not about the process.


def test_a_loop_sends_again_each_time_it_comes_round_each_with_a_key_of_its_own(
    tmp_path: Path, open_store: OpenStore
) -> None:
    workspace = open_workspace(tmp_path, LOOP, open_store)
    workspace.ingest(track("Signed Up", "09:00"))
    workspace.live_until("2026-03-25 09:00")
    assert [at for _, _, at in workspace.sent()] == [
        "2026-03-02 09:00",
        "2026-03-09 09:00",
        "2026-03-16 09:00",
        "2026-03-23 09:00",
    ]
    assert len(set(workspace.provider.taken)) == 4


@pytest.mark.parametrize("restarts", [0, 1, 3])
def test_keys_are_the_same_in_every_run_of_the_same_story(tmp_path: Path, open_store: OpenStore, restarts: int) -> None:
    workspace = open_workspace(tmp_path, LOOP, open_store)
    workspace.ingest(track("Signed Up", "09:00"))
    workspace.settle()
    for _ in range(restarts):
        workspace.restart()
    workspace.live_until("2026-03-10 09:00")
    assert workspace.provider.taken == ["4294967298", "4294967304"]


def test_a_second_sign_up_is_a_second_enrollment_with_keys_of_its_own(tmp_path: Path, open_store: OpenStore) -> None:
    workspace = open_workspace(tmp_path, LOOP, open_store)
    workspace.ingest(track("Signed Up", "08:00"))
    workspace.settle()
    workspace.ingest(track("Left", "08:30"), track("Signed Up", "08:40"))
    workspace.settle()
    assert len(set(workspace.provider.taken)) == 2
