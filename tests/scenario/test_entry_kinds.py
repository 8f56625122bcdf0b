"""Does every way in let people in when it should, and only then?"""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from journeys.catalog import Catalog
from journeys.spec import ENTRY_KINDS
from orchestrator.program import Program
from tests.fakes.life import outcome
from tests.fakes.workspace import check

DAY = timedelta(days=1)
BOUGHT: dict[str, Any] = {"total": 300, "products": [{"product_id": "beans"}]}
# Somebody signs up on Monday at nine, and orders on Tuesday and on Saturday.
HAPPENED = {
    "Signed Up": (0 * DAY, {"value": 5}),
    "Order Completed#1": (1 * DAY, {"order_id": "o1", **BOUGHT}),
    "Order Completed#2": (5 * DAY, {"order_id": "o2", "promised_at": "2026-03-12", **BOUGHT}),
}
OTHER = """
  other:
    entry: {event: Signed Up}
    steps:
      - {id: pause, wait: 2d}
      - {id: on, start: story, with: {size: 4}}
      - {id: over, exit: over}
"""


@dataclass(frozen=True, slots=True)
class Story:
    """One entry, and when the journey behind it, of one step, begins."""

    kind: str
    entry: str
    outcome: tuple[str, ...]
    beside: str = ""
    rest: str = ""
    profile: dict[str, Any] = field(default_factory=dict)


FOLLOWED = OTHER.replace("start: story, with: {size: 4}", "go: over")
BORN = {"birthday": "1990-03-05"}
LOYAL = "segments: {loyal: profile.orders.count > 1}\n"
STORIES = (
    Story("event", "event: Signed Up", ("+0d exited done",)),
    Story("event", "event: Signed Up, if: event.value > 5", ()),
    Story("when", "when: profile.orders.total > 500", ("+5d exited done",)),
    Story("when", "when: now - profile.orders.last.at >= 9d", ("+14d exited done",)),
    Story("when", "when: profile.email", ()),
    Story(
        "when",
        "when: profile in segment.loyal",
        ("+5d exited done",),
        beside=LOYAL,
    ),
    Story("schedule", 'schedule: "Tue 10:00"', tuple(f"+{day}d1h exited done" for day in (1, 8, 15, 22, 29))),
    Story("schedule", 'schedule: "30 9 5,20 * *"', ("+3d0.5h exited done", "+18d0.5h exited done")),
    Story(
        "date",
        'date: profile.birthday, every: year, at: "09:00"',
        ("+3d exited done",),
        profile=BORN,
    ),
    Story(
        "date",
        "date: profile.birthday, offset: +7d, every: year",
        ("+10d1h exited done",),
        profile=BORN,
    ),
    Story("date", "date: facts.delivery.expected_at, offset: -1d", ("+9d1h exited done",)),
    Story("date", "date: profile.birthday", (), profile=BORN),
    Story("call", "call: {size: number}", ("+2d exited over", "+2d exited done"), rest=OTHER),
    Story("call", "call: {size: number}, if: event.size > 4", ("+2d exited over",), rest=OTHER),
    Story(
        "journey",
        "journey: other",
        ("+2d exited over", "+2d exited done"),
        rest=FOLLOWED,
    ),
    Story(
        "journey",
        'journey: other, if: event.reason == "else"',
        ("+2d exited over",),
        rest=FOLLOWED,
    ),
)


def program_of(story: Story) -> Program:
    head = f"events: {{Signed Up: {{value: number}}}}\n{story.beside}"
    lines = f"  story:\n    entry: {{{story.entry}}}\n    steps:\n      - {{id: done, exit: done}}\n"
    return check(f"{head}journeys:\n{lines}{story.rest}").program(Catalog())


BY_STORY = pytest.mark.parametrize("story", STORIES, ids=[story.entry for story in STORIES])


@BY_STORY
def test_people_come_in_when_they_should(story: Story) -> None:
    assert outcome(program_of(story), HAPPENED, traits=story.profile) == story.outcome


@BY_STORY
def test_a_story_is_about_the_kind_of_entry_it_says(story: Story) -> None:
    assert program_of(story).journeys["story"].spec.entry.kind == story.kind


def test_every_way_in_has_a_story() -> None:
    assert {story.kind for story in STORIES} == set(ENTRY_KINDS)


def test_the_api_calls_a_journey_by_its_name() -> None:
    story = Story("call", "call: {size: number}", ())
    called = {"Journey Called": (DAY, {"journey": "story", "size": 3})}
    assert outcome(program_of(story), called) == ("+1d exited done",)


def test_a_call_of_another_journey_lets_nobody_in() -> None:
    story = Story("call", "call: {size: number}", ())
    assert outcome(program_of(story), {"Journey Called": (DAY, {"journey": "else"})}) == ()


def test_a_schedule_comes_once_for_a_traveller() -> None:
    """Tuesday's letter went out in Riga; in New York it becomes ten o'clock on Tuesday once more."""
    story = Story("schedule", 'schedule: "Tue 10:00"', ())
    moved = {"Identified": (timedelta(days=1, minutes=30), {"timezone": "America/New_York"})}
    entered = outcome(program_of(story), moved, timezone="Europe/Riga", end=datetime(2026, 3, 9, tzinfo=UTC))
    assert entered == ("+0d23h exited done",)


def test_a_schedule_follows_whoever_moves_before_it_comes() -> None:
    story = Story("schedule", 'schedule: "Tue 10:00"', ())
    moved = {"Identified": (timedelta(hours=2), {"timezone": "America/New_York"})}
    entered = outcome(program_of(story), moved, timezone="Europe/Riga", end=datetime(2026, 3, 9, tzinfo=UTC))
    assert entered == ("+1d6h exited done",)


def test_who_is_born_on_the_29th_of_february_celebrates_on_the_28th() -> None:
    story = Story("date", "date: profile.birthday, offset: +9d, every: year", ())
    entered = outcome(program_of(story), HAPPENED, traits={"birthday": "1992-02-29"})
    assert entered == ("+7d1h exited done",)


def test_an_expected_date_that_moves_opens_on_the_new_one() -> None:
    story = Story("date", 'date: facts.delivery.expected_at, at: "09:00"', ())
    later = {"Order Updated": (8 * DAY, {"order_id": "o2", "promised_at": "2026-03-20", **BOUGHT})}
    assert outcome(program_of(story), HAPPENED | later) == ("+18d exited done",)


def test_who_flaps_in_and_out_of_a_segment_comes_in_each_time() -> None:
    story = Story("when", 'when: profile.city == "Riga"', ())
    moves = {
        f"Identified#{day}": (timedelta(days=day), {"city": city})
        for day, city in enumerate(("Riga", "Riga", "Oslo", "Riga"), start=1)
    }
    assert outcome(program_of(story), moves)[:2] == ("+1d exited done", "+4d exited done")
