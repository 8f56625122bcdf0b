"""What becomes of messages that came due while nothing ran?"""

from datetime import timedelta

import pytest

from actions.base import RetryLater
from orchestrator.store import views
from tests.conftest import OpenShop
from tests.fakes.calls import identify, moment, track
from tests.fakes.workspace import Workspace

# Due one hour after the event; the shop is in UTC, Ann in Riga.
NEWS = """
journeys:
  news:
    entry: {{event: News}}
    {journey}
    steps:
      - {{id: settle, wait: 1h}}
      - {{id: news, send: email, text: "News." {step}}}
      - {{id: after, wait: 1h}}
"""
SKIP, RESCHEDULE = "{after: 30m, do: skip}", "{after: 30m, do: reschedule}"


def _shop(shop: OpenShop, journey: str = "", step: str = "", guards: str = "") -> Workspace:
    text = NEWS.format(journey=f"late: {journey}" if journey else "", step=f", {step}" if step else "")
    workspace = shop(guards + text, now="09:00")
    workspace.ingest(identify("ann", "08:00", timezone="Europe/Riga"), track("News", "09:00"))
    workspace.settle()
    return workspace


def _fate(workspace: Workspace) -> tuple[str, str]:
    ((_, state, reason),) = workspace.fates()
    return state, reason


# Every worker stands still for more than an hour of the message's time.

OUTAGES = [
    pytest.param("", "", [("ann", "news", "2026-03-02 11:00")], id="goes by default"),
    pytest.param("{after: 30m, do: send}", "", [("ann", "news", "2026-03-02 11:00")], id="goes as it is said"),
    pytest.param(SKIP, "", [], id="is skipped"),
    pytest.param(RESCHEDULE, "", [("ann", "news", "2026-03-03 10:00")], id="waits for tomorrow"),
    pytest.param("{after: 2h, do: skip}", "", [("ann", "news", "2026-03-02 11:00")], id="is not late enough"),
    pytest.param("", f"late: {SKIP}", [], id="by the rule of its step"),
    pytest.param(SKIP, "late: {after: 30m, do: send}", [("ann", "news", "2026-03-02 11:00")], id="whose step says so"),
    pytest.param(RESCHEDULE, 'at: "12:30"', [("ann", "news", "2026-03-03 10:30")], id="waits for its time"),
]


@pytest.mark.parametrize("restarts", [False, True], ids=["", "after a restart"])
@pytest.mark.parametrize(("journey", "step", "sent"), OUTAGES)
def test_what_came_due_while_nothing_ran_follows_its_rule(
    shop: OpenShop, journey: str, step: str, sent: list[tuple[str, str, str]], *, restarts: bool
) -> None:
    workspace = _shop(shop, journey, step)
    if restarts:
        workspace.restart()
    # With `at` it was planned for half past ten in UTC.
    workspace.settle("11:30" if "at:" in step else "11:00")
    workspace.live_until("2026-03-05 00:00")
    assert workspace.sent() == sent


def test_in_time_it_goes_whatever_the_rule(shop: OpenShop) -> None:
    workspace = _shop(shop, SKIP)
    workspace.live_until("10:00")
    assert workspace.sent() == [("ann", "news", "2026-03-02 10:00")]


def test_a_skipped_message_is_settled_with_its_reason(shop: OpenShop) -> None:
    workspace = _shop(shop, SKIP)
    workspace.settle("11:00")
    assert _fate(workspace) == ("suppressed", "late.skipped")


def test_a_rescheduled_message_says_why_it_waits(shop: OpenShop) -> None:
    workspace = _shop(shop, RESCHEDULE)
    workspace.settle("11:00")
    assert _fate(workspace) == ("delayed", "late.rescheduled")


@pytest.mark.parametrize(
    ("step", "stands"),
    [
        pytest.param("if_suppressed: exit", ("news", "news", "completed"), id="it leaves"),
        pytest.param("", ("news", "after", ""), id="it goes on"),
    ],
)
def test_after_a_skipped_message_the_journey_goes_where_if_suppressed_says(
    shop: OpenShop, step: str, stands: tuple[str, str, str]
) -> None:
    workspace = _shop(shop, SKIP, step)
    workspace.settle("11:00")
    assert workspace.enrollments() == [stands]


def test_a_rescheduled_message_that_is_late_again_waits_again(shop: OpenShop) -> None:
    workspace = _shop(shop, RESCHEDULE)
    workspace.settle("11:00")
    workspace.settle("2026-03-03 12:00")
    workspace.live_until("2026-03-05 00:00")
    assert workspace.sent() == [("ann", "news", "2026-03-04 10:00")]


def test_the_story_tells_what_became_of_a_late_message_and_when_it_was_due(shop: OpenShop) -> None:
    workspace = _shop(shop, SKIP)
    workspace.settle("11:00")
    with workspace.store.reading() as connection:
        lines = list(views.trace(connection, views.find_profiles(connection, "ann")))
    told = [(line["what"], line["why"]) for line in lines if line["step"] == "news"]
    assert ("late", "late.skipped: was due 2026-03-02T10:00:00+00:00") in told
    assert ("suppressed", "late.skipped") in told


NIGHT = """
guards:
  quiet_hours: {from: "21:00", to: "12:00"}
"""


def test_what_a_guard_delayed_is_due_when_the_guard_said(shop: OpenShop) -> None:
    # In Riga it is noon at ten in UTC: planned for then, it waits for nothing; a day of outage is counted from there.
    workspace = _shop(shop, "{after: 3h, do: skip}", guards=NIGHT.replace("12:00", "13:30"))
    workspace.settle("10:00")
    assert _fate(workspace) == ("delayed", "quiet_hours.night")
    workspace.settle("14:00")
    assert workspace.sent() == [("ann", "news", "2026-03-02 14:00")]


def test_what_a_guard_delayed_and_nobody_looked_at_in_time_is_late(shop: OpenShop) -> None:
    workspace = _shop(shop, SKIP, guards=NIGHT.replace("12:00", "13:30"))
    workspace.settle("10:00")
    workspace.settle("12:01")
    assert _fate(workspace) == ("suppressed", "late.skipped")


def test_a_second_attempt_that_comes_late_follows_the_rule(shop: OpenShop) -> None:
    workspace = _shop(shop, SKIP)
    workspace.email.answers.append(RetryLater("email.busy", after=timedelta(minutes=10)))
    workspace.settle("10:00")
    workspace.settle("12:00")
    assert _fate(workspace) == ("suppressed", "late.skipped")


def test_audiences_are_joined_however_late(shop: OpenShop) -> None:
    text = """
journeys:
  ads:
    entry: {event: News}
    late: {after: 30m, do: skip}
    steps:
      - {id: settle, wait: 1h}
      - {id: join, audience: {add: readers}}
"""
    workspace = shop(text, now="09:00")
    workspace.ingest(identify("ann", "08:00"), track("News", "09:00"))
    workspace.settle()
    workspace.settle("15:00")
    assert workspace.fates() == [("join", "sent", "")]


def test_an_hour_without_any_worker_loses_nobody_and_each_follows_their_rule(shop: OpenShop) -> None:
    text = "\njourneys:\n" + "".join(
        f"""
  {name}:
    entry: {{event: {name}}}
    {late}
    steps:
      - {{id: settle, wait: 1h}}
      - {{id: {name}, send: email, text: "Hello."}}
"""
        for name, late in [("plain", ""), ("skips", f"late: {SKIP}"), ("waits", f"late: {RESCHEDULE}")]
    )
    workspace = shop(text, now="09:00")
    people = [f"p{number:02}" for number in range(60)]
    for number, person in enumerate(people):
        minute = f"09:{number:02}"
        workspace.clock.now = moment(minute)
        journey = ("plain", "skips", "waits")[number % 3]
        workspace.ingest(identify(person, "08:00"), track(journey, minute, user=person))
        workspace.settle()
    # Half of them are due, at 10:00 to 10:29, before everything stands still for an hour, on to 11:30.
    workspace.live_until("10:29")
    workspace.restart()
    workspace.settle("11:30")
    workspace.live_until("2026-03-04 00:00")
    fates = {person: (state, reason) for person, state, reason in _by_person(workspace)}
    assert fates == {
        person: ("suppressed", "late.skipped") if number % 3 == 1 and number >= 30 else ("sent", "")
        for number, person in enumerate(people)
    }
    later = {person for person, _, at in workspace.sent() if at >= "2026-03-03"}
    assert later == {person for number, person in enumerate(people) if number % 3 == 2 and number >= 30}
    assert workspace.status().enrollments == {"ended": 60}


def _by_person(workspace: Workspace) -> list[tuple[str, str, str]]:
    return [(row["profile"], row["state"], row["reason"]) for row in workspace.deliveries()]
