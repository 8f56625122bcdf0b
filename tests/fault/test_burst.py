"""Does a burst of events that move people in and out of segments keep a message that is due waiting?

A turn takes a bounded number of customers, those whose time has come among them, so a message that comes due during the
burst leaves with one of the very next turns, however much there is to read.
"""

from collections.abc import Iterator

import pytest

from tests.fakes.calls import identify, track
from tests.fakes.stores import sqlite_store
from tests.fakes.workspace import Workspace, short_lived_workspace

CUSTOMERS = 10_000
DUE = 20
FEW, EACH = 20, 1_200
# One turn is under way when a message comes due, and the next takes it.
MOST_TURNS = 2
JOURNEYS = """
segments:
  lively: count("Product Viewed", 7d) >= 1
  fading: profile in segment.lively and now - last("Product Viewed") > 3d
journeys:
  joined:
    entry: {when: profile in segment.lively}
    steps: [{id: rest, wait: 9d}]
  faded:
    entry: {when: profile in segment.fading}
    steps: [{id: rest, wait: 9d}]
  letter:
    entry: {event: Signed Up}
    steps:
      - {id: pause, wait: 1h}
      - {id: hello, send: email, text: "Hello!", purpose: transactional}
"""


@pytest.fixture
def burst() -> Iterator[Workspace]:
    """Some wait for a letter at ten; right before, everybody does something that is asked about in two segments."""
    with short_lived_workspace(JOURNEYS, sqlite_store) as workspace:
        waiting = [f"w{number}" for number in range(DUE)]
        for user in waiting:
            workspace.ingest(identify(user, "08:00"), track("Signed Up", "09:00", user))
        workspace.settle("09:00")
        workspace.settle("09:59")
        crowd = (track("Product Viewed", "09:59", f"u{number}", product_id="beans") for number in range(CUSTOMERS))
        workspace.ingest(*crowd)
        workspace.turn()
        yield workspace


def test_a_message_that_comes_due_during_a_burst_leaves_with_the_next_turns(burst: Workspace) -> None:
    burst.clock.now = burst.clock.now.replace(hour=10, minute=0)
    left = [handover for _ in range(MOST_TURNS) for handover in burst.turn()]
    assert len(left) == DUE


def test_the_burst_is_far_from_read_by_then(burst: Workspace) -> None:
    burst.clock.now = burst.clock.now.replace(hour=10, minute=0)
    for _ in range(MOST_TURNS):
        burst.turn()
    assert burst.rows("SELECT COUNT(*) FROM inbox")[0][0] > CUSTOMERS / 2


def test_a_few_with_very_much_to_read_keep_nobody_waiting() -> None:
    """More events than a turn reads, of people who were there before those whose message comes due."""
    with short_lived_workspace(JOURNEYS, sqlite_store) as workspace:
        busy = [f"b{number}" for number in range(FEW)]
        workspace.ingest(*(identify(user, "08:00") for user in busy))
        workspace.ingest(identify("ann", "08:00"), track("Signed Up", "09:00"))
        workspace.settle("09:00")
        workspace.settle("09:59")
        views = (track("Product Viewed", "09:59", user, message_id=f"{user}/{n}") for user in busy for n in range(EACH))
        workspace.ingest(*views)
        workspace.clock.now = workspace.clock.now.replace(hour=10, minute=0)
        assert [handover.delivery.step for handover in workspace.turn()] == ["hello"]
