"""Do eight workers on one database together keep to the caps that one would keep to?"""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest

from actions.base import Assignment, Outcome, Rejected, RetryLater
from orchestrator.handover import Handover, Input
from tests.conftest import OpenShop
from tests.fakes.calls import identify, moment, track
from tests.fakes.workspace import Workspace

WORKERS = 8
PEOPLE = [f"u{number}" for number in range(12)]
OFFERS = 5
TALK = """
guards:
  frequency_cap: {{{cap}, at_most: 30d}}
journeys:
  offers:
    entry: {{event: Offer Made, key: event.offer}}
    if_active: parallel
    steps:
      - {{id: offer, send: email, text: "An offer."}}
  news:
    entry: {{event: Offer Made, key: event.offer}}
    if_active: parallel
    steps:
      - {{id: news, send: email, text: "News."}}
"""


def _work(worker: Workspace, start: Barrier) -> None:
    """Take turns and perform what they hand over, until nothing is left to do."""
    start.wait()
    inputs: list[Input] = []
    while True:
        outputs, customers = worker.engine.run_turn(inputs)
        handovers = [output for output in outputs if isinstance(output, Handover)]
        if not handovers and not customers:
            return
        inputs = list(worker.perform(handovers)) if handovers else []


def _together(team: list[Workspace]) -> None:
    start = Barrier(len(team))
    with ThreadPoolExecutor(len(team)) as pool:
        list(pool.map(lambda worker: _work(worker, start), team))


def _team(shop: OpenShop, cap: str) -> list[Workspace]:
    first = shop(TALK.format(cap=cap), now="2026-03-02 23:59")
    first.ingest(*(identify(user, "2026-03-02 08:00") for user in PEOPLE))
    team = [first, *(first.another() for _ in range(WORKERS - 1))]
    for worker in team:
        worker.engine.batch_size = 2
    return team


def _offer(first: Workspace, at: str) -> None:
    """Let ten messages be planned for everybody at one instant."""
    first.clock.now = moment(at)
    offers = [(user, number) for number in range(OFFERS) for user in PEOPLE]
    first.ingest(
        *(track("Offer Made", at, user, message_id=f"{at}/{user}/{n}", offer=f"{at}/{n}") for user, n in offers)
    )


def _sent_by(workspace: Workspace) -> list[int]:
    """Count what each person was sent."""
    counted = Counter(profile for profile, _, _ in workspace.sent())
    return [counted[user] for user in PEOPLE]


@pytest.mark.parametrize(
    "cap", ["email: 2 per day", "email: 2 per 24h", "any: 2 per week", "email: 2 per day, any: 9 per 7d"]
)
def test_eight_workers_send_everybody_as_much_as_the_cap_allows_and_no_more(shop: OpenShop, cap: str) -> None:
    team = _team(shop, cap)
    _offer(team[0], "2026-03-03 09:00")
    _together(team)
    assert _sent_by(team[0]) == [2] * len(PEOPLE)
    assert Counter(state for _, state, _ in team[0].fates()) == {"sent": 24, "delayed": 96}


@pytest.mark.parametrize(
    ("cap", "by_then"),
    [
        pytest.param("email: 1 per day", 2, id="calendar days"),
        pytest.param("email: 1 per 24h", 1, id="rolling"),
        pytest.param("email: 1 per day, any: 1 per 24h", 1, id="both"),
    ],
)
def test_eight_workers_keep_to_the_kind_of_day_that_was_agreed_around_midnight(
    shop: OpenShop, cap: str, by_then: int
) -> None:
    team = _team(shop, cap)
    for at in ("2026-03-02 23:59", "2026-03-03 00:01"):
        _offer(team[0], at)
        _together(team)
    assert _sent_by(team[0]) == [by_then] * len(PEOPLE)


def test_what_failed_frees_its_room_for_exactly_one_other(shop: OpenShop) -> None:
    team = _team(shop, "email: 2 per day")
    first = team[0]

    def answer(assignment: Assignment) -> Outcome | None:
        """Refuse each person's first two messages, one for good and one for now."""
        tries = tried[assignment.profile.id]
        tried[assignment.profile.id] += 1
        return (Rejected("email.bad"), RetryLater("email.busy", after=timedelta(days=3)), None)[min(tries, 2)]

    tried: Counter[int] = Counter()
    first.email.answer_for = answer
    _offer(first, "2026-03-03 09:00")
    _together(team)
    assert _sent_by(first) == [2] * len(PEOPLE)
    assert Counter(state for _, state, _ in first.fates()) == {
        "sent": 24,
        "rejected": 12,
        "planned": 12,
        "delayed": 72,
    }


def test_over_a_week_everybody_gets_one_a_day_from_whichever_worker(shop: OpenShop) -> None:
    team = _team(shop, "email: 1 per day")
    first = team[0]
    _offer(first, "2026-03-03 09:00")
    for day in range(3, 10):
        first.clock.now = moment(f"2026-03-{day:02} 09:00")
        _together(team)
    days = Counter((profile, at[:10]) for profile, _, at in first.sent())
    assert set(days.values()) == {1}
    assert len(days) == 7 * len(PEOPLE)


def test_a_worker_that_has_somebody_in_memory_sees_what_another_sent_them(shop: OpenShop) -> None:
    one, two, *_ = _team(shop, "email: 1 per day")
    for worker, at in ((one, "2026-03-03 07:00"), (two, "2026-03-03 07:30")):
        worker.ingest(track("Page Viewed", at, "u1"))
        worker.settle(at)
    one.ingest(track("Offer Made", "2026-03-03 08:00", "u1", message_id="a", offer="a"))
    one.settle("2026-03-03 09:00")
    two.ingest(track("Offer Made", "2026-03-03 09:00", "u1", message_id="b", offer="b"))
    two.settle("2026-03-03 10:00")
    assert [state for _, state, _ in one.fates()] == ["sent", "delayed", "delayed", "delayed"]
