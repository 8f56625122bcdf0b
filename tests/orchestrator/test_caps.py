"""Does nobody get more than agreed, counted from what really left, on their own clock and to the minute?"""

from datetime import timedelta

import pytest

from actions.base import Outcome, Rejected, RetryLater, Sent, Unknown
from tests.conftest import OpenShop
from tests.fakes.calls import identify, moment, track
from tests.fakes.provider import RecordingAction
from tests.fakes.workspace import SHOP, Workspace

TALK = """
guards:
  frequency_cap: {{{cap}, at_most: 30d}}
journeys:
  news:
    entry: {{event: News}}
    steps:
      - {{id: news, send: email, text: "News."}}
  offer:
    entry: {{event: Offer}}
    steps:
      - {{id: offer, send: email, text: "An offer."}}
"""


def _shop(shop: OpenShop, cap: str, at: str, zone: str = "UTC") -> Workspace:
    workspace = shop(TALK.format(cap=cap), now=at)
    workspace.ingest(identify("ann", "2026-01-01 08:00", timezone=zone))
    return workspace


def _wanted(workspace: Workspace, event: str, at: str) -> None:
    workspace.live_until(at)
    workspace.ingest(track(event, at))
    workspace.settle()


# Which time counts.

# Riga is two hours ahead of UTC in winter and three in summer: 29 March has 23 hours there, 25 October has 25.
RIGA = "Europe/Riga"
CLOCKS = [
    pytest.param("UTC", "1 per day", "2026-03-02 23:59", "2026-03-03 00:01", "2026-03-03 00:01", id="two days"),
    pytest.param("UTC", "1 per 24h", "2026-03-02 23:59", "2026-03-03 00:01", "2026-03-03 23:59", id="rolling"),
    pytest.param(RIGA, "1 per day", "2026-03-02 21:59", "2026-03-02 22:01", "2026-03-02 22:01", id="their two days"),
    pytest.param(RIGA, "1 per day", "2026-03-02 22:01", "2026-03-03 21:59", "2026-03-03 22:00", id="their one day"),
    pytest.param(RIGA, "1 per 24h", "2026-03-02 22:01", "2026-03-03 21:59", "2026-03-03 22:01", id="not a day of 24h"),
    pytest.param(RIGA, "1 per day", "2026-03-28 22:01", "2026-03-29 20:59", "2026-03-29 21:00", id="23 hours"),
    pytest.param(RIGA, "1 per day", "2026-03-28 21:59", "2026-03-28 22:01", "2026-03-28 22:01", id="before 23 hours"),
    pytest.param(RIGA, "1 per 24h", "2026-03-28 22:01", "2026-03-29 21:59", "2026-03-29 22:01", id="24 of 23 hours"),
    pytest.param(RIGA, "1 per day", "2026-10-24 21:01", "2026-10-25 21:59", "2026-10-25 22:00", id="25 hours"),
    pytest.param(RIGA, "1 per 24h", "2026-10-24 21:01", "2026-10-25 21:59", "2026-10-25 21:59", id="24 of 25 hours"),
    pytest.param(RIGA, "1 per week", "2026-03-22 22:01", "2026-03-29 20:59", "2026-03-29 21:00", id="short week"),
    pytest.param(RIGA, "1 per week", "2026-03-29 20:59", "2026-03-29 21:01", "2026-03-29 21:01", id="two weeks"),
    pytest.param("UTC", "1 per 30d", "2026-03-02 09:00", "2026-03-31 09:00", "2026-04-01 09:00", id="a month"),
]


@pytest.mark.parametrize("restarts", [False, True], ids=["", "after a restart"])
@pytest.mark.parametrize(("zone", "cap", "first", "second", "goes"), CLOCKS)
def test_the_second_message_goes_as_soon_as_there_is_room_and_no_sooner(
    shop: OpenShop, zone: str, cap: str, first: str, second: str, goes: str, *, restarts: bool
) -> None:
    workspace = _shop(shop, f'email: "{cap}"', first, zone)
    _wanted(workspace, "News", first)
    if restarts:
        workspace.restart()
    _wanted(workspace, "Offer", second)
    workspace.live_until("2026-12-01 00:00")
    assert workspace.sent() == [("ann", "news", first), ("ann", "offer", goes)]


def test_a_customer_who_moves_has_the_days_of_where_they_live_now(shop: OpenShop) -> None:
    workspace = _shop(shop, "email: 1 per day", "2026-03-02 21:30", RIGA)
    _wanted(workspace, "News", "2026-03-02 21:30")
    workspace.live_until("2026-03-02 21:40")
    workspace.ingest(identify("ann", "2026-03-02 21:40", timezone="UTC"))
    _wanted(workspace, "Offer", "2026-03-02 22:30")
    workspace.live_until("2026-03-04 00:00")
    assert workspace.sent()[1] == ("ann", "offer", "2026-03-03 00:00")


# What came of the first message.


def _both_at_nine(shop: OpenShop, *answers: Outcome, cap: str = "email: 1 per day") -> Workspace:
    """Let two journeys want the same room at the same instant; the provider answers like this."""
    workspace = _shop(shop, cap, "09:00")
    workspace.email.answers.extend(answers)
    workspace.ingest(track("News", "09:00"), track("Offer", "09:00"))
    return workspace


def _offer(workspace: Workspace) -> tuple[str, str, str]:
    return next(fate for fate in workspace.fates() if fate[0] == "offer")


ANSWERS = [
    pytest.param(Sent("p1"), ("offer", "delayed", "frequency_cap.channel"), id="taken"),
    pytest.param(Unknown("email.no_answer"), ("offer", "delayed", "frequency_cap.channel"), id="nobody knows"),
    pytest.param(Rejected("email.no_such_address"), ("offer", "sent", ""), id="refused"),
    pytest.param(RetryLater("email.busy"), ("offer", "sent", ""), id="not now"),
]


@pytest.mark.parametrize(("answer", "fate"), ANSWERS)
def test_room_is_taken_by_what_left_or_may_have_left(
    shop: OpenShop, answer: Outcome, fate: tuple[str, str, str]
) -> None:
    workspace = _both_at_nine(shop, answer)
    workspace.settle()
    assert _offer(workspace) == fate


@pytest.mark.parametrize(("answer", "fate"), ANSWERS)
def test_room_is_taken_by_it_in_the_eyes_of_a_new_process_as_well(
    shop: OpenShop, answer: Outcome, fate: tuple[str, str, str]
) -> None:
    workspace = _shop(shop, "email: 1 per day", "09:00")
    workspace.email.answers.append(answer)
    _wanted(workspace, "News", "09:00")
    workspace.restart()
    _wanted(workspace, "Offer", "09:00")
    assert _offer(workspace) == fate


def test_while_a_message_is_under_way_nobody_takes_its_room(shop: OpenShop) -> None:
    one = _both_at_nine(shop)
    two = one.another()
    (handover,) = one.turn()
    assert two.turn() == []
    assert [fate[1] for fate in one.fates()] == ["attempting", "planned"]
    two.turn(one.perform([handover]))
    assert [fate[1] for fate in one.fates()] == ["sent", "delayed"]


def test_a_message_whose_room_was_taken_while_it_had_to_come_again_waits_for_the_next(shop: OpenShop) -> None:
    workspace = _both_at_nine(shop, RetryLater("email.busy"))
    workspace.live_until("2026-03-04 00:00")
    assert workspace.sent() == [("ann", "offer", "2026-03-02 09:00"), ("ann", "news", "2026-03-03 00:00")]


def test_a_message_that_needs_three_attempts_takes_room_once(shop: OpenShop) -> None:
    workspace = _both_at_nine(shop, RetryLater("a"), Rejected("b"), RetryLater("c"), Sent("p"), cap="email: 2 per day")
    workspace.live_until("12:00")
    workspace.ingest(track("Offer", "12:00"))
    workspace.settle()
    workspace.live_until("13:00")
    assert [(step, state) for step, state, _ in workspace.fates()] == [
        ("news", "sent"),
        ("offer", "rejected"),
        ("offer", "sent"),
    ]


def test_an_attempt_that_is_made_after_midnight_counts_for_the_new_day(shop: OpenShop) -> None:
    workspace = _shop(shop, "email: 1 per day", "23:59")
    workspace.email.answers.append(RetryLater("email.busy", after=timedelta(minutes=5)))
    _wanted(workspace, "News", "23:59")
    workspace.live_until("2026-03-03 08:00")
    _wanted(workspace, "Offer", "2026-03-03 09:00")
    assert [(step, at[:10]) for _, step, at in workspace.sent()] == [("news", "2026-03-03")]
    assert _offer(workspace) == ("offer", "delayed", "frequency_cap.channel")


@pytest.mark.parametrize(
    ("finds", "answer", "news", "offer"),
    [
        pytest.param(True, Sent("p1"), "sent", "delayed", id="had not left and goes"),
        pytest.param(True, Rejected("email.no_such_address"), "rejected", "sent", id="had not left and never will"),
        pytest.param(False, Sent("p1"), "unknown", "delayed", id="never found out"),
    ],
)
def test_a_message_lost_with_its_worker_takes_room_until_it_surely_did_not_leave(
    shop: OpenShop, answer: Outcome, news: str, offer: str, *, finds: bool
) -> None:
    workspace = shop(TALK.format(cap="email: 1 per day"), finds=finds)
    workspace.ingest(identify("ann", "08:00"), track("News", "09:00"))
    workspace.turn()
    workspace.restart()
    workspace.email.answers.append(answer)
    workspace.clock.now = moment("09:06")
    workspace.ingest(track("Offer", "09:06"))
    reports = workspace.recover("09:06")
    while handovers := workspace.turn(reports):
        reports = workspace.perform(handovers)
    assert {step: state for step, state, _ in workspace.fates()} == {"news": news, "offer": offer}


# What counts for which cap.

KINDS = """
guards:
  frequency_cap: {{{cap}, at_most: 30d}}
journeys:
  email_sold: {{entry: {{event: email sold}}, steps: [{{id: email_sold, send: email, text: "Buy!"}}]}}
  email_owed:
    entry: {{event: email owed}}
    steps: [{{id: email_owed, send: email, text: "Paid.", purpose: transactional}}]
  text_sold: {{entry: {{event: text sold}}, steps: [{{id: text_sold, send: sms, text: "Buy!"}}]}}
  text_owed:
    entry: {{event: text owed}}
    steps: [{{id: text_owed, send: sms, text: "Paid.", purpose: transactional}}]
  audience: {{entry: {{event: audience}}, steps: [{{id: audience, audience: {{add: readers}}}}]}}
  crm: {{entry: {{event: crm}}, steps: [{{id: crm, crm: {{note: "Hello"}}}}]}}
"""
GOES = ("sent", "")
FULL, FULL_OF_ALL = ("delayed", "frequency_cap.channel"), ("delayed", "frequency_cap.any")
NONE, NONE_OF_ALL = ("suppressed", "frequency_cap.channel"), ("suppressed", "frequency_cap.any")
COUNTS: list[tuple[str, list[str], str, tuple[str, str]]] = [
    # What the customer is owed never counts and is never held.
    ("email: 1 per day", ["email owed", "email owed"], "email sold", GOES),
    ("email: 1 per day", ["email sold"], "email owed", GOES),
    ("email: 1 per 24h, any: 1 per 24h", ["email sold"], "email owed", GOES),
    ("any: 1 per day", ["email owed", "text owed"], "text sold", GOES),
    ("email: 0 per day, any: 0 per day", [], "email owed", GOES),
    ("sms: 0 per day", [], "text owed", GOES),
    # Zero is a limit of zero, for its own channel only.
    ("email: 0 per day", [], "email sold", NONE),
    ("email: 0 per 24h", [], "email sold", NONE),
    ("email: 0 per week", [], "email sold", NONE),
    ("email: 0 per day", [], "text sold", GOES),
    ("any: 0 per day", [], "text sold", NONE_OF_ALL),
    # Each channel has its own.
    ("email: 1 per day", ["email sold"], "email sold", FULL),
    ("email: 1 per day", ["text sold"], "email sold", GOES),
    ("email: 1 per day", ["email sold"], "text sold", GOES),
    ("sms: 1 per day", ["email sold"], "text sold", GOES),
    ("sms: 1 per day", ["text sold"], "text sold", FULL),
    ("email: 2 per day, sms: 1 per day", ["email sold", "text sold"], "email sold", GOES),
    # `any` counts all.
    ("any: 2 per day", ["email sold", "text sold"], "email sold", FULL_OF_ALL),
    ("any: 2 per day", ["email sold", "email sold"], "text sold", FULL_OF_ALL),
    ("any: 2 per day", ["email sold", "text owed"], "text sold", GOES),
    ("email: 9 per day, any: 1 per day", ["text sold"], "email sold", FULL_OF_ALL),
    # Only messages count, and only messages are held.
    ("any: 1 per day", ["audience", "crm"], "email sold", GOES),
    ("any: 1 per day", ["email sold"], "audience", GOES),
    ("any: 0 per day", [], "crm", GOES),
]


TEXTS = SHOP.replace("channels:", "channels:\n  sms: {action: webhook, url: https://sms.example.com/send}")


@pytest.mark.parametrize(("cap", "before", "then", "fate"), COUNTS)
def test_what_counts_for_a_cap_and_what_it_holds(
    shop: OpenShop, cap: str, before: list[str], then: str, fate: tuple[str, str]
) -> None:
    workspace = shop(KINDS.format(cap=cap), head=TEXTS)
    workspace.actions["sms"] = RecordingAction(workspace.provider)
    workspace.ingest(identify("ann", "07:00", phone="+37120000001"))
    for minute, event in enumerate((*before, then)):
        workspace.clock.now = moment(f"09:{minute:02}")
        workspace.ingest(track(event, f"09:{minute:02}"))
        workspace.settle()
    *earlier, (_, state, reason) = workspace.fates()
    assert [state for _, state, _ in earlier] == ["sent"] * len(before)
    assert (state, reason) == fate
