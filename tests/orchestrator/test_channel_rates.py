"""Do no more messages leave on a channel than its rate says, over all customers, and are none of them lost?"""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actions.base import RetryLater
from journeys.texts import Limit
from orchestrator.rates import Meter, Rate
from orchestrator.store import views
from tests.conftest import OpenShop
from tests.fakes.calls import identify, moment, track
from tests.fakes.workspace import SHOP, Workspace, check

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
TALK = """
journeys:
  letter: {entry: {event: Letter}, steps: [{id: letter, send: email, text: "Hello."}]}
  sale: {entry: {event: Sale}, priority: 90, steps: [{id: sale, send: email, text: "Buy!"}]}
  digest: {entry: {event: Digest}, priority: 10, steps: [{id: digest, send: email, text: "Read."}]}
  bill:
    entry: {event: Bill}
    priority: 0
    steps: [{id: bill, send: email, text: "Paid.", purpose: transactional}]
  ads: {entry: {event: Ads}, steps: [{id: ads, audience: {add: readers}}]}
"""


def _head(rate: str) -> str:
    return SHOP.replace("{action: email.file}", f"{{action: email.file, rate: {rate}}}")


def _shop(shop: OpenShop, rate: str, events: str, at: str = "09:00") -> Workspace:
    """Let one person per letter of `events` want a message at once: l, s, d and b for the journeys."""
    workspace = shop(TALK, head=_head(rate), now=at)
    names = {"l": "Letter", "s": "Sale", "d": "Digest", "b": "Bill"}
    for number, letter in enumerate(events):
        person = f"p{number:03}"
        workspace.ingest(identify(person, "08:00"), track(names[letter], at, user=person))
    workspace.settle()
    return workspace


def _left_at(workspace: Workspace) -> list[str]:
    return sorted(at[11:] for _, _, at in workspace.sent())


def _wake(workspace: Workspace, *moments: str) -> None:
    for at in moments:
        workspace.settle(at)


def test_what_finds_no_room_waits_with_a_reason_and_no_attempt_used(shop: OpenShop) -> None:
    workspace = _shop(shop, "2 per 1m", "lll")
    assert sorted((row["state"], row["reason"], row["attempts"]) for row in workspace.deliveries()) == [
        ("delayed", "rate_limit.channel", 0),
        ("sent", "", 1),
        ("sent", "", 1),
    ]


def test_the_others_leave_as_room_comes_and_none_is_lost(shop: OpenShop) -> None:
    workspace = _shop(shop, "2 per 1m", "lllll")
    _wake(workspace, "09:00", "09:01", "09:02", "09:03")
    assert _left_at(workspace) == ["09:00", "09:00", "09:01", "09:01", "09:02"]


def test_a_moment_before_the_window_has_passed_there_is_no_room(shop: OpenShop) -> None:
    workspace = _shop(shop, "1 per 1m", "ll")
    workspace.settle(moment("09:01") - timedelta(milliseconds=1))
    assert len(workspace.sent()) == 1


def test_an_hour_of_the_calendar_begins_anew_for_the_shop(shop: OpenShop) -> None:
    workspace = _shop(shop, "1 per hour", "ll", at="09:59")
    _wake(workspace, "10:00", "10:01")
    assert _left_at(workspace) == ["09:59", "10:00"]


def test_with_room_for_all_nobody_stands_in_line(shop: OpenShop) -> None:
    workspace = _shop(shop, "100 per 1m", "llll")
    with workspace.store.reading() as connection:
        lines = list(views.trace(connection, views.find_profiles(connection, "p000")))
    assert "in_line" not in [line["what"] for line in lines]


def test_the_story_tells_of_the_line(shop: OpenShop) -> None:
    workspace = _shop(shop, "1 per 1m", "ll")
    told = [step for person in ("p000", "p001") for step in workspace.story(person)]
    assert ("letter", "in_line") in told


@pytest.mark.parametrize(
    ("events", "order"),
    [
        pytest.param("dls", ["sale", "letter", "digest"], id="by priority"),
        pytest.param("sb", ["bill", "sale"], id="what is owed comes first"),
        pytest.param("dlsb", ["bill", "sale", "letter", "digest"], id="all of it"),
    ],
)
def test_the_line_goes_by_what_is_owed_and_then_by_priority(shop: OpenShop, events: str, order: list[str]) -> None:
    workspace = _shop(shop, "1 per 1m", events)
    _wake(workspace, "09:01", "09:02", "09:03")
    assert [step for _, step, _ in workspace.sent()] == order


def test_of_one_priority_what_was_due_first_goes_first(shop: OpenShop) -> None:
    workspace = _shop(shop, "1 per 10m", "l")
    for number, minute in [(9, "09:01"), (8, "09:02"), (7, "09:03")]:
        workspace.clock.now = moment(minute)
        workspace.ingest(identify(f"q{number}", "08:00"), track("Letter", minute, user=f"q{number}"))
        workspace.settle()
    _wake(workspace, "09:10", "09:20", "09:30")
    assert [person for person, _, _ in workspace.sent()] == ["p000", "q9", "q8", "q7"]


def test_whoever_comes_later_with_a_higher_priority_goes_before_those_in_line(shop: OpenShop) -> None:
    workspace = _shop(shop, "1 per 1m", "lll")
    workspace.clock.now = moment("09:00")
    workspace.ingest(identify("vip", "08:00"), track("Sale", "09:00", user="vip"))
    _wake(workspace, "09:00", "09:01", "09:02", "09:03")
    assert [step for _, step, _ in workspace.sent()] == ["letter", "sale", "letter", "letter"]


def test_other_channels_are_not_held(shop: OpenShop) -> None:
    workspace = _shop(shop, "1 per 1m", "ll")
    workspace.ingest(track("Ads", "09:00", user="p001"))
    workspace.settle()
    assert ("ads", "sent", "") in workspace.fates()


def test_a_rate_of_zero_lets_nothing_through_and_loses_nothing(shop: OpenShop) -> None:
    workspace = _shop(shop, "0 per hour", "lb")
    workspace.settle("2026-03-09 09:00")
    assert {fate[1:] for fate in workspace.fates()} == {("delayed", "rate_limit.channel")}


def test_idle_turns_look_at_nobody_in_line(shop: OpenShop) -> None:
    workspace = _shop(shop, "1 per 1m", "lll")
    assert workspace.engine.run_turn() == ([], 0)


def test_as_many_are_called_as_there_is_room_for(shop: OpenShop) -> None:
    workspace = _shop(shop, "2 per 1m", "l" * 20)
    workspace.clock.now = moment("09:01")
    handovers, customers = workspace.engine.run_turn()
    assert (len(handovers), customers) == (2, 2)


# Restarts.


def test_a_new_process_counts_what_left_before(shop: OpenShop) -> None:
    workspace = _shop(shop, "2 per 1m", "llll")
    workspace.restart()
    _wake(workspace, "09:00")
    assert _left_at(workspace) == ["09:00", "09:00"]
    _wake(workspace, "09:01")
    assert _left_at(workspace) == ["09:00", "09:00", "09:01", "09:01"]


def test_a_new_process_counts_calls_whose_end_it_has_not_heard_of(shop: OpenShop) -> None:
    workspace = shop(TALK, head=_head("1 per 1m"))
    workspace.ingest(identify("ann", "08:00"), track("Letter", "09:00"))
    while not workspace.turn():
        pass
    workspace.restart()
    workspace.ingest(identify("bob", "08:00"), track("Letter", "09:00", user="bob"))
    workspace.settle("09:02")
    assert workspace.sent() == []


def test_every_attempt_counts(shop: OpenShop) -> None:
    workspace = shop(TALK, head=_head("1 per 10m"))
    workspace.email.answers.append(RetryLater("email.busy", after=timedelta(minutes=1)))
    workspace.ingest(identify("ann", "08:00"), track("Letter", "09:00"))
    workspace.settle()
    workspace.restart()
    _wake(workspace, "09:05")
    assert workspace.sent() == []
    _wake(workspace, "09:10")
    assert _left_at(workspace) == ["09:10"]


def test_without_the_rate_whoever_stood_in_line_goes(shop: OpenShop) -> None:
    workspace = _shop(shop, "1 per 1m", "llll")
    workspace.run_by(check(TALK).program(workspace.store.catalog()))
    workspace.settle("09:00")
    assert _left_at(workspace) == ["09:00"] * 4


def test_whoever_leaves_the_journey_leaves_the_line(shop: OpenShop) -> None:
    text = TALK.replace("letter: {entry: {event: Letter},", "letter: {entry: {event: Letter}, exit: [{event: Bought}],")
    workspace = shop(text, head=_head("1 per 1m"))
    for person in ("p000", "p001"):
        workspace.ingest(identify(person, "08:00"), track("Letter", "09:00", user=person))
    workspace.settle()
    (waiting,) = [row["profile"] for row in workspace.deliveries() if row["state"] == "delayed"]
    workspace.ingest(track("Bought", "09:00", user=waiting))
    _wake(workspace, "09:00", "09:05")
    assert sorted(fate[1] for fate in workspace.fates()) == ["cancelled", "sent"]


def test_standing_in_line_is_not_being_late(shop: OpenShop) -> None:
    text = TALK.replace("letter: {", "letter: {late: {after: 1m, do: skip}, ")
    workspace = shop(text, head=_head("1 per hour"))
    for person in ("p000", "p001"):
        workspace.ingest(identify(person, "08:00"), track("Letter", "09:00", user=person))
    workspace.settle()
    workspace.settle("10:00")
    assert _left_at(workspace) == ["09:00", "10:00"]


def test_many_leave_over_time_and_no_window_sees_more_than_the_rate(shop: OpenShop) -> None:
    workspace = _shop(shop, "7 per 1m", "lsdb" * 12)
    for second in range(0, 600, 5):
        workspace.settle(moment("09:00") + timedelta(seconds=second))
    left = sorted(handover.at for handover in workspace.handovers)
    assert len(left) == 48
    assert all(sum(0 <= (other - at).total_seconds() < 60 for other in left) <= 7 for at in left)


# The meter.


def _meter(most: int, **said: object) -> Meter:
    return Meter(Rate(Limit.model_validate({"most": most, **said}), ZoneInfo("Europe/Riga")))


def test_a_call_under_way_takes_room_however_long_it_takes() -> None:
    meter = _meter(1, window=timedelta(minutes=1))
    meter.under_way.add(7)
    assert meter.room(NOW + timedelta(hours=1)) == 0


def test_the_window_counts_from_the_end_of_a_call() -> None:
    meter = _meter(1, window=timedelta(minutes=1))
    meter.under_way.add(7)
    meter.end(7, NOW)
    moment_before = NOW + timedelta(seconds=59, milliseconds=999)
    assert (meter.room(moment_before), meter.room(NOW + timedelta(minutes=1))) == (0, 1)


@pytest.mark.parametrize(
    ("calendar", "before", "begins"),
    [
        ("hour", "2026-03-02 12:59", "2026-03-02 13:00"),
        ("day", "2026-03-02 21:59", "2026-03-02 22:00"),
        ("week", "2026-03-08 21:59", "2026-03-08 22:00"),
    ],
)
def test_a_calendar_window_is_the_shops(calendar: str, before: str, begins: str) -> None:
    meter = _meter(1, calendar=calendar)
    meter.under_way.add(7)
    meter.end(7, moment(before))
    assert (meter.room(moment(before)), meter.room(moment(begins))) == (0, 1)


@given(st.integers(1, 5), st.lists(st.tuples(*[st.integers(0, 20)] * 3), max_size=40))
def test_no_window_sees_more_than_the_rate_wherever_it_begins(most: int, steps: list[tuple[int, int, int]]) -> None:
    """Each step is a pause, how long the call takes, and how far into the call the message leaves."""
    meter, now = _meter(most, window=timedelta(seconds=30)), NOW
    left: list[datetime] = []
    under_way: list[tuple[datetime, int]] = []
    for delivery_id, (pause, takes, leaves) in enumerate(steps):
        now += timedelta(seconds=pause)
        for call in sorted(under_way):
            if call[0] <= now:
                meter.end(call[1], call[0])
                under_way.remove(call)
        if meter.room(now):
            meter.under_way.add(delivery_id)
            under_way.append((now + timedelta(seconds=takes), delivery_id))
            left.append(now + timedelta(seconds=min(takes, leaves)))
    assert all(sum(timedelta(0) <= other - at < timedelta(seconds=30) for other in left) <= most for at in left)
