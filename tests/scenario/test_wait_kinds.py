"""Does every way to wait end when it should? Each has a small journey that ends at another moment without it."""

from dataclasses import dataclass
from datetime import timedelta

import pytest

from journeys.catalog import Catalog
from journeys.moves import placed_steps
from journeys.spec import WAIT_KINDS, wait_kind
from orchestrator.program import Program
from tests.fakes.life import outcome
from tests.fakes.workspace import check

DAY = timedelta(days=1)
# Somebody begins on Monday at nine, clicks a day later, and buys twice in the week after.
HAPPENED = {
    "Begun": (0 * DAY, {"value": 20, "due": "2026-03-10", "gone": "2026-02-01"}),
    "Clicked": (1 * DAY, {}),
    "Order Completed#1": (3 * DAY, {"order_id": "o1", "total": 10, "products": [{"product_id": "beans"}]}),
    "Order Completed#2": (5 * DAY, {"order_id": "o2", "total": 10, "products": [{"product_id": "beans"}]}),
}


@dataclass(frozen=True, slots=True)
class Story:
    """One step that waits in some way, and what comes of it."""

    kind: str
    step: str
    outcome: tuple[str, ...]


STORIES = (
    Story("duration", "wait: 9d", ("+9d exited on",)),
    Story("time", 'wait: {until: "Thu 09:00"}', ("+3d exited on",)),
    Story("time", 'wait: {until: "08:00"}', ("+0d23h exited on",)),
    Story("date", 'wait: {until: "2026-03-04 09:00", if_past: exit}', ("+2d exited on",)),
    Story("date", 'wait: {until: "2026-02-04 09:00", if_past: exit}', ("+0d exited date_past",)),
    Story("date", 'wait: {until: "2026-02-04 09:00", if_past: skip}', ("+0d exited skipped",)),
    Story("date", 'wait: {until: "2026-02-04 09:00", if_past: send}', ("+0d exited on",)),
    Story("value", 'wait: {until: entry.due - 1d, at: "09:00", if_past: exit}', ("+7d exited on",)),
    Story("value", "wait: {until: entry.due, if_past: exit}", ("+7d15h exited on",)),
    Story("value", "wait: {until: entry.gone, if_past: skip}", ("+0d exited skipped",)),
    Story("value", "wait: {until: entry.never, if_past: exit}", ("+0d exited date_past",)),
    Story("event", "wait_for: {event: Clicked, at_most: 9d}, otherwise: late", ("+1d exited on",)),
    Story("event", "wait_for: {event: Clicked, at_most: 12h}, otherwise: late", ("+0d12h exited late",)),
    Story(
        "first_of",
        "wait_for: {first_of: [{event: Order Completed, go: late}, {event: Clicked}], at_most: 9d}",
        ("+1d exited on",),
    ),
    Story(
        "first_of",
        "wait_for: {first_of: [{event: Order Completed, go: late}, {event: Clicked, if: event.machine}], at_most: 9d}",
        ("+3d exited late",),
    ),
    Story("condition", "wait_for: {condition: profile.orders.count >= 2, at_most: 9d}", ("+5d exited on",)),
    Story(
        "condition",
        "wait_for: {condition: profile.orders.count >= 3, at_most: 9d}, otherwise: late",
        ("+9d exited late",),
    ),
    Story(
        "condition",
        "wait_for: {condition: now - enrollment.entered_at >= 2d, at_most: 9d}, otherwise: late",
        ("+2d exited on",),
    ),
    Story("condition", "wait_for: {condition: entry.value == 20, at_most: 9d}, otherwise: late", ("+0d exited on",)),
)


def program_of(story: Story) -> Program:
    head = "events: {Begun: {value: number, due: date, gone: date, never: date}, Clicked: {machine: boolean}}\n"
    steps = (
        f"{{id: pause, {story.step}}}",
        "{id: on, exit: on}",
        "{id: skipped, exit: skipped}",
        "{id: late, exit: late}",
    )
    lines = "".join(f"      - {step}\n" for step in steps)
    text = f"{head}journeys:\n  story:\n    entry: {{event: Begun}}\n    steps:\n{lines}"
    return check(text).program(Catalog())


BY_STORY = pytest.mark.parametrize("story", STORIES, ids=[story.step for story in STORIES])


@BY_STORY
def test_a_wait_ends_when_it_should(story: Story) -> None:
    assert outcome(program_of(story), HAPPENED) == story.outcome


@BY_STORY
def test_a_story_is_about_the_kind_of_wait_it_says(story: Story) -> None:
    steps = placed_steps(program_of(story).journeys["story"].spec)
    assert wait_kind(steps[0].step) == story.kind


def test_every_way_to_wait_has_a_story() -> None:
    assert {story.kind for story in STORIES} == set(WAIT_KINDS)
