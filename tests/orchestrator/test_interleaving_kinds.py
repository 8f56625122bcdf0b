"""What if what is waited for comes at the worst moment: for the first of several events, a condition, a segment?"""

from datetime import timedelta

import pytest

from tests.conftest import OpenShop
from tests.fakes.calls import GRINDER, identify, moment, track
from tests.fakes.workspace import Workspace

LETTER = 'send: email, text: "Hello!", purpose: transactional'
HEAD = "attributes: {mood: text}\nsegments: {merry: 'profile.mood == \"merry\"'}\njourneys:\n  story:\n"
FIRST_OF = f"""{HEAD}
    entry: {{event: Order Completed}}
    steps:
      - {{id: pause, wait: 1h}}
      - id: arrival
        wait_for:
          first_of: [{{event: Order Delivered, go: thanks}}, {{event: Ticket Opened, go: sorry}}]
          at_most: 10d
        otherwise: lost
      - {{id: thanks, exit: arrived}}
      - {{id: sorry, exit: complained}}
      - {{id: lost, exit: gave_up}}
"""
CONDITION = f"""{HEAD}
    entry: {{event: Order Completed}}
    steps:
      - {{id: pause, wait: 1h}}
      - {{id: mood, wait_for: {{condition: profile in segment.merry, at_most: 10d}}, then: glad, otherwise: lost}}
      - {{id: glad, exit: glad}}
      - {{id: lost, exit: gave_up}}
"""
SEGMENT = f"""{HEAD}
    entry: {{when: profile in segment.merry}}
    re_entry: always
    steps:
      - {{id: letter, {LETTER}}}
      - {{id: pause, wait: 2h}}
      - {{id: second, {LETTER}}}
"""
ORDER = track("Order Completed", "08:58", order_id="o1", products=GRINDER)
DELIVERED = track("Order Delivered", "09:58", order_id="o1", shipment_id="s1")
MERRY = identify("ann", "09:58", mood="merry")


def _around_the_parking(workspace: Workspace, what: bytes, minute: int, *, restarts: bool) -> None:
    """Let something be told in one of the minutes around 09:58, when the wait is over and the next begins."""
    workspace.ingest(identify("ann", "08:00"), ORDER)
    for now in range(5):
        workspace.clock.now = moment(f"09:{56 + now}") if now < 4 else moment("10:00")
        if now == minute:
            workspace.ingest(what)
        workspace.turn()
        if restarts:
            workspace.restart()
    workspace.live_until("2026-03-20 09:00")


@pytest.mark.parametrize("minute", range(2, 5))
@pytest.mark.parametrize("restarts", [False, True])
def test_the_first_of_several_events_is_not_lost_around_the_parking(
    shop: OpenShop, minute: int, restarts: bool
) -> None:
    workspace = shop(FIRST_OF, now="08:58")
    _around_the_parking(workspace, DELIVERED, minute, restarts=restarts)
    assert workspace.enrollments() == [("story", "thanks", "arrived")]


@pytest.mark.parametrize("minute", range(5))
@pytest.mark.parametrize("restarts", [False, True])
def test_a_condition_that_turns_true_around_the_parking_is_seen(shop: OpenShop, minute: int, restarts: bool) -> None:
    workspace = shop(CONDITION, now="08:58")
    _around_the_parking(workspace, MERRY, minute, restarts=restarts)
    assert workspace.enrollments() == [("story", "glad", "glad")]


def test_of_two_awaited_events_that_wait_together_the_one_that_happened_first_wins(shop: OpenShop) -> None:
    workspace = shop(FIRST_OF, now="08:58")
    workspace.ingest(identify("ann", "08:00"), ORDER)
    workspace.settle("10:30")
    workspace.clock.now = moment("12:00")
    late = track("Order Delivered", "11:30", order_id="o1", shipment_id="s1")
    workspace.ingest(late, track("Ticket Opened", "11:00", ticket_id="t1"))
    workspace.settle()
    assert workspace.enrollments() == [("story", "sorry", "complained")]


HOPS = ("before the turn", "after the commit", "after the call", "after the answer")


@pytest.mark.parametrize("hop", HOPS)
def test_joining_a_segment_opens_its_journey_once_however_it_falls_between_the_steps_of_a_send(
    shop: OpenShop, hop: str
) -> None:
    """Ann joins while another journey's letter is under way."""
    hello = f"  hello:\n    entry: {{event: Signed Up}}\n    steps:\n      - {{id: hello, {LETTER}}}\n"
    workspace = shop(SEGMENT + hello)
    workspace.ingest(identify("ann", "08:00", mood="sad"))
    workspace.settle("09:00")
    workspace.ingest(track("Signed Up", "09:00"))

    def arrive(here: str) -> None:
        if here == hop:
            workspace.ingest(identify("ann", "09:00", mood="merry", visitor="v1"))
            if here in ("after the commit", "after the call"):
                assert workspace.turn() == []

    arrive("before the turn")
    handovers = workspace.turn()
    arrive("after the commit")
    reports = workspace.perform(handovers)
    arrive("after the call")
    reports = workspace.perform(workspace.turn(reports))
    arrive("after the answer")
    if reports:
        workspace.turn(reports)
    workspace.live_until(moment("09:00") + timedelta(hours=10))
    steps = sorted(step for step, state, _ in workspace.fates() if state == "sent")
    assert steps == ["hello", "letter", "second"]


# A segment that somebody leaves and joins again and again.


def _flaps(workspace: Workspace, moods: str, begin: str = "09:00") -> None:
    """Tell a mood every ten minutes: m is merry, s is sad."""
    for place, mood in enumerate(moods):
        at = moment(begin) + timedelta(minutes=10 * place)
        workspace.live_until(at)
        workspace.ingest(identify("ann", at, mood={"m": "merry", "s": "sad"}[mood]))
        workspace.settle()


def test_flapping_during_a_wait_loses_and_doubles_nothing(shop: OpenShop) -> None:
    workspace = shop(SEGMENT, now="08:30")
    _flaps(workspace, "smsmsmsmsm", begin="08:40")
    workspace.live_until("2026-03-02 20:00")
    steps = [step for _, step, _ in workspace.sent()]
    assert steps == ["letter", "second"]


def test_each_joining_after_the_journey_is_over_opens_it_once(shop: OpenShop) -> None:
    workspace = shop(SEGMENT, now="08:30")
    for begin in ("09:00", "12:00", "15:00"):
        _flaps(workspace, "sm", begin=begin)
    workspace.live_until("2026-03-02 20:00")
    assert [step for _, step, _ in workspace.sent()] == ["letter", "second"] * 3


@pytest.mark.parametrize("repeats", [1, 3])
@pytest.mark.parametrize("restarts", [False, True])
def test_flapping_that_is_told_at_once_or_again_is_the_same(shop: OpenShop, repeats: int, restarts: bool) -> None:
    workspace = shop(SEGMENT, now="08:30")
    told = [identify("ann", f"09:{minute:02}", mood=mood) for minute, mood in enumerate(("sad", "merry") * 4)]
    workspace.clock.now = moment("09:30")
    for _ in range(repeats):
        workspace.ingest(*told)
        workspace.settle()
        if restarts:
            workspace.restart()
    workspace.live_until("2026-03-02 20:00")
    assert [step for _, step, _ in workspace.sent()] == ["letter", "second"]


def test_flapping_while_a_condition_is_waited_for_ends_the_wait_at_the_first_time_it_holds(shop: OpenShop) -> None:
    workspace = shop(CONDITION, now="08:58")
    workspace.ingest(identify("ann", "08:00"), ORDER)
    _flaps(workspace, "sssmsm", begin="09:50")
    assert workspace.story("ann")[-2:] == [("mood", "came"), ("glad", "exited")]
    assert workspace.enrollments() == [("story", "glad", "glad")]
