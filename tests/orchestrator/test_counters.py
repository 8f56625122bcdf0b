"""Is only what was settled counted, and as what it became?"""

from collections import Counter
from datetime import timedelta

from actions.base import Outcome, Rejected, RetryLater, Sent, Unknown
from journeys.catalog import Catalog
from orchestrator.backtest import Settings, run
from orchestrator.history import HistoryReader
from orchestrator.lives import Span
from orchestrator.reports.tally import Tally
from orchestrator.sources.segment import SegmentSource
from tests.conftest import OpenShop
from tests.fakes.calls import GRINDER, identify, moment, track
from tests.fakes.journeys import CARE, WELCOME
from tests.fakes.workspace import check

NEWS = """
journeys:
  news:
    entry: {event: Signed Up}
    steps:
      - {id: letter, send: email, text: "News."}
"""
ANSWERS: dict[str, Outcome] = {
    "refused": Rejected("email.no_such_mailbox"),
    "uncertain": Unknown("email.connection_lost"),
    "busy": RetryLater("email.busy", timedelta(hours=5)),
    "taken": Sent("provider-1"),
}


def test_only_what_was_taken_counts_as_sent(shop: OpenShop) -> None:
    workspace = shop(NEWS)
    workspace.email.answer_for = lambda given: ANSWERS[given.profile.user_id]
    workspace.ingest(*(identify(user, "08:00", consent=user != "unwilling") for user in (*ANSWERS, "unwilling")))
    workspace.ingest(*(track("Signed Up", "08:30", user) for user in (*ANSWERS, "unwilling")))
    workspace.settle()
    assert workspace.status().deliveries == {"sent": 1, "rejected": 1, "unknown": 1, "planned": 1, "suppressed": 1}
    assert len(workspace.provider.taken) == 1


def test_a_delivery_under_way_is_not_counted_as_sent(shop: OpenShop) -> None:
    workspace = shop(WELCOME)
    workspace.ingest(track("Signed Up", "08:30"))
    handovers = workspace.turn()
    assert workspace.status().deliveries == {"attempting": 1}
    workspace.turn(workspace.perform(handovers))
    assert workspace.status().deliveries == {"sent": 1}


def test_a_delivery_that_took_three_attempts_counts_once(shop: OpenShop) -> None:
    workspace = shop(WELCOME)
    workspace.email.answers.extend([RetryLater("email.busy"), RetryLater("email.busy")])
    workspace.ingest(track("Signed Up", "09:00"))
    workspace.live_until("10:00")
    assert (workspace.status().deliveries, len(workspace.provider.asked)) == ({"sent": 1}, 3)


def test_whoever_left_before_the_message_was_due_is_counted_as_left(shop: OpenShop) -> None:
    workspace = shop(
        """
journeys:
  evening:
    entry: {event: Signed Up}
    exit:
      - {event: Left, reason: left}
    steps:
      - {id: letter, send: email, text: "Hello!", at: "18:00", purpose: transactional}
"""
    )
    workspace.ingest(track("Signed Up", "08:30"))
    workspace.settle()
    workspace.ingest(track("Left", "08:40"))
    workspace.live_until("20:00")
    assert workspace.status().deliveries == {"cancelled": 1}


# In a run through history.


def tally(text: str, *lines: bytes, until: str = "2026-03-31 09:00") -> Tally:
    """Run these journeys through a history and count."""
    end = moment(until)
    history = HistoryReader(SegmentSource("LV"), end).read(enumerate(lines, 1), lambda number: None)
    settings = Settings(check(text).program(Catalog()), Span(end))
    whole = Tally()
    for _, part in run(history.families, settings, 1):
        whole.add(part.tally)
    return whole


def test_a_backtest_counts_as_sent_only_what_the_guards_let_go() -> None:
    lines = [
        identify("ann", "08:00"),
        identify("bob", "08:00", consent=False),
        *(track("Signed Up", "08:30", user) for user in ("ann", "bob", "cid")),
    ]
    counted = tally(NEWS, *lines)
    news = counted.journeys["news"]
    assert (news.entered, news.sent, counted.marketing_sent, counted.judgements) == (3, 1, 1, 3)
    assert news.suppressed == Counter({"consent.refused": 1, "consent.unknown": 1})


def test_a_backtest_does_not_count_what_is_still_held_at_its_end() -> None:
    lines = [
        identify("ann", "08:00"),
        track("Order Completed", "08:10", order_id="o1", products=GRINDER),
        track("Guide Requested", "08:20", products=GRINDER),
    ]
    held, later = (
        tally(CARE, *lines, until=until).journeys["care"] for until in ("2026-03-09 09:00", "2026-03-31 09:00")
    )
    assert (held.delayed, held.sent, held.suppressed) == (1, 0, Counter())
    assert (later.delayed, later.sent, later.suppressed) == (1, 0, Counter({"in_delivery.at_most_passed": 1}))
