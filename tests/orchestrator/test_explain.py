"""Is it said truly why somebody never entered, and is the story told in order?"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from journeys.catalog import Catalog
from journeys.vocabulary import Event, Profile
from orchestrator.explain import Asked, Past, explain
from orchestrator.project import check_project
from orchestrator.story import tell

BEGIN = datetime(2026, 3, 2, 7, 0, tzinfo=UTC)  # a Monday, nine in the morning in Riga
NOW = BEGIN + timedelta(days=9)
HEAD = """
version: 1
shop: {name: Nordic Roast, timezone: Europe/Riga}
journeys:
  care:
    entry: ENTRY
    steps:
      - {id: pause, wait: 1d}
"""


def asked(entry: str) -> Asked:
    project = check_project(HEAD.replace("ENTRY", entry), {}, Path("."))
    assert project.problems == ()
    return Asked(project.program(Catalog()), ("care",), "Europe/Riga", NOW)


def event(name: str, properties: Mapping[str, Any] | None = None, *, hours: int = 0, seq: int = 1) -> Event:
    return Event(f"m{seq}", "track", name, BEGIN + timedelta(hours=hours), properties or {}, seq=seq)


def past(*events: Event, **rest: Any) -> Past:
    return Past(Profile(id=1, created_at=BEGIN, user_id="u1"), events, **rest)


def why_not(entry: str, told: Past) -> str:
    return str(explain(told, asked(entry)).journeys["care"]["why_not"])


def test_without_the_event_there_was_no_chance() -> None:
    entry = "{event: Checkout Started}"
    assert why_not(entry, past(event("Product Viewed"))) == "no Checkout Started event came"


def test_a_condition_that_was_false_is_quoted_with_its_values() -> None:
    told = past(event("Checkout Started", {"value": 12}))
    entry = "{event: Checkout Started, if: event.value >= 20}"
    assert why_not(entry, told) == "at 2026-03-02 09:00 event.value is 12, not >= 20"


def test_the_condition_is_asked_with_what_was_known_at_that_moment() -> None:
    told = past(
        event("Checkout Started", seq=1),
        event("Order Completed", {"order_id": "o1", "products": [{"product_id": "filters"}]}, hours=1, seq=2),
    )
    entry = "{event: Checkout Started, if: profile.orders.count >= 1}"
    assert why_not(entry, told) == "at 2026-03-02 09:00 profile.orders.count is 0, not >= 1"


def test_an_event_counts_among_the_facts_it_is_asked_with() -> None:
    told = past(event("Order Completed", {"order_id": "o1", "products": [{"product_id": "filters"}]}))
    entry = "{event: Order Completed, if: profile.orders.count >= 2}"
    assert why_not(entry, told) == "at 2026-03-02 09:00 profile.orders.count is 1, not >= 2"


def test_a_missing_key_is_named() -> None:
    told = past(event("Checkout Started", {"value": 30}))
    entry = "{event: Checkout Started, key: event.checkout_id}"
    assert why_not(entry, told) == "at 2026-03-02 09:00 event.checkout_id, the key of an enrollment, is missing"


def test_an_event_that_waits_is_told_from_one_that_came_too_early() -> None:
    told = past(event("Checkout Started", seq=5), undecided=frozenset({5}))
    assert why_not("{event: Checkout Started}", told).endswith("it waits to be decided on; `tactful run` does that")


def test_an_event_before_the_journey_ran_is_said_to_be_one() -> None:
    told = past(event("Checkout Started"))
    assert why_not("{event: Checkout Started}", told).endswith("but the journey was not running then")


def test_only_the_last_chances_are_quoted_and_the_others_counted() -> None:
    told = past(*(event("Checkout Started", {"value": hour}, hours=hour, seq=hour) for hour in range(1, 6)))
    answer = why_not("{event: Checkout Started, if: event.value >= 20}", told)
    assert (answer.count("at 2026-03-02"), answer.endswith("; and 2 more before")) == (3, True)


def test_a_schedule_is_asked_at_its_last_occurrence() -> None:
    entry = '{schedule: "Tue 10:00", if: profile.consent.email}'
    assert why_not(entry, past()) == "at 2026-03-10 10:00 profile.consent.email is missing"


@pytest.mark.parametrize(
    ("entry", "answer"),
    [
        ('{schedule: "Tue 10:00"}', "its schedule has not come round since this person is known"),
        ("{when: profile.orders.count > 3}", "its condition has not turned true since this person is known"),
        ("{date: profile.birthday, every: year}", "its date is not known, or has not come since this person is known"),
    ],
)
def test_a_chance_that_never_came_is_said_to_be_one(entry: str, answer: str) -> None:
    assert why_not(entry, Past(Profile(id=1, created_at=NOW))) == answer


def test_an_error_that_keeps_somebody_out_is_told() -> None:
    told = past(event("Checkout Started"), set_aside="ValueError: boom")
    assert why_not("{event: Checkout Started}", told).endswith("set aside after an error: ValueError: boom")


def test_a_quarantined_journey_says_so() -> None:
    question = asked("{event: Checkout Started}")
    quarantined = Asked(question.program, ("other",), question.zone, NOW, {"other": "journeys.yaml:9:1: wrong"})
    answer = explain(past(), quarantined).journeys["other"]
    assert answer == {"entered": 0, "why_not": "the journey is quarantined: journeys.yaml:9:1: wrong"}


def test_whoever_entered_is_not_asked_why_not() -> None:
    answer = explain(past(entered={"care": 2}), asked("{event: Checkout Started}")).journeys["care"]
    assert answer == {"entered": 2, "why_not": ""}


ENROLLMENT = 1 << 32
DELIVERY = ENROLLMENT | 1 << 1


def step(what: str, name: str = "reminder") -> dict[str, Any]:
    line = {"at": BEGIN, "kind": "step", "journey": "care", "enrollment": ENROLLMENT, "step": name, "what": what}
    return {**line, "why": ""}


JUDGEMENT = {
    "at": BEGIN,
    "kind": "judgement",
    "journey": "care",
    "step": "reminder",
    "enrollment": ENROLLMENT,
    "delivery": DELIVERY,
    "verdict": "suppress",
    "reason": "returned.no_items_left",
    "answers": [
        {"guard": "consent"},
        {
            "guard": "returned",
            "verdict": "drop_items",
            "reason": "returned.came_back",
            "places": [0],
            "evidence": [{"kind": "return", "id": "r1", "state": "in_transit", "at": "2026-03-01T10:00:00Z"}],
        },
    ],
}
OUTCOME = {
    "at": BEGIN,
    "kind": "delivery",
    "journey": "care",
    "step": "reminder",
    "delivery": DELIVERY,
    "state": "suppressed",
    "reason": "returned.no_items_left",
    "channel": "email",
    "dropped_items": 1,
}


@pytest.fixture
def story() -> Past:
    steps = [step("entered"), step("planned"), step("suppressed"), step("exited")]
    return past(event("Checkout Started"), steps=steps, judgements=[JUDGEMENT], outcomes=[OUTCOME], entered={"care": 1})


def test_within_an_instant_the_story_goes_from_cause_to_effect(story: Past) -> None:
    timeline = explain(story, asked("{event: Checkout Started}")).timeline
    told = [line.get("what") or line["kind"] for line in timeline]
    assert told == ["event", "entered", "planned", "judgement", "delivery", "suppressed", "exited"]


def test_the_story_is_told_by_day_on_the_clock_of_the_shop_with_the_evidence_indented(story: Past) -> None:
    explanation = explain(story, asked("{event: Checkout Started}"))
    assert list(tell(story, explanation, ZoneInfo("Europe/Riga"))) == [
        "u1, #1",
        "known since Mon 2 Mar 2026, 09:00 (Europe/Riga)",
        "consent: never asked",
        "",
        "Mon 2 Mar 2026",
        "  09:00  event      Checkout Started",
        "  09:00  entered    care",
        "  09:00  judged     care.reminder: suppress, returned.no_items_left",
        "                    returned says leave 1 of the goods out: returned.came_back",
        "                       return r1: in transit, Sun 1 Mar 2026, 12:00",
        "  09:00  suppressed care.reminder on email, without 1 of its goods: returned.no_items_left",
        "  09:00  left       care at reminder: ",
        "",
        "Journeys",
        "  care  entered once",
    ]
