"""Does every kind of step do something? Each has a small journey whose outcome is another one without the step."""

from collections import deque
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from journeys.catalog import Catalog
from journeys.decision import Fate
from journeys.spec import STEP_KINDS, step_kind
from journeys.vocabulary import Event, Facts, Profile
from orchestrator.advance import advance
from orchestrator.customer import Customer, Memory
from orchestrator.program import Program
from orchestrator.sending import judge_next, settle
from tests.fakes.workspace import check

T0 = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
END = T0 + timedelta(days=30)
TEMPLATES = {"guide.txt": "---\nsubject: Guide\n---\n{{ magnet_url }}\n"}
MESSAGE = 'send: email, text: "Hello!", purpose: transactional'


@dataclass(frozen=True, slots=True)
class Story:
    """A journey of steps in flow style, the one that is looked at, and what comes of it all."""

    kind: str
    step: str
    steps: tuple[str, ...]
    outcome: tuple[str, ...]
    without: tuple[str, ...]


STORIES = (
    Story(
        "wait",
        "pause",
        ("{id: pause, wait: 3d}", f"{{id: letter, {MESSAGE}}}"),
        ("+3d email letter", "+3d exited completed"),
        ("+0d email letter", "+0d exited completed"),
    ),
    Story(
        "wait_for",
        "watch",
        (
            "{id: watch, wait_for: {event: Clicked, at_most: 9d}, then: letter, otherwise: gone}",
            f"{{id: letter, {MESSAGE}}}",
            "{id: gone, exit: given_up}",
        ),
        ("+1d email letter", "+1d exited given_up"),
        ("+0d email letter", "+0d exited given_up"),
    ),
    Story(
        "branch",
        "sort",
        ("{id: sort, branch: [{if: entry.value > 10, go: rich}]}", "{id: poor, exit: poor}", "{id: rich, exit: rich}"),
        ("+0d exited rich",),
        ("+0d exited poor",),
    ),
    Story(
        "send",
        "letter",
        (f"{{id: letter, {MESSAGE}}}", "{id: end, exit: done}"),
        ("+0d email letter", "+0d exited done"),
        ("+0d exited done",),
    ),
    Story(
        "audience",
        "ads",
        ("{id: ads, audience: {add: readers, for: 2d}}", "{id: inside, wait: 9d}"),
        ("+0d ads ads add readers", "+2d ads ads remove readers", "+9d exited completed"),
        ("+9d exited completed",),
    ),
    Story(
        "lead_magnet",
        "guide",
        ("{id: guide, lead_magnet: {file: guide.pdf, template: guide.txt}}", "{id: end, exit: done}"),
        ("+0d email guide", "+0d exited done"),
        ("+0d exited done",),
    ),
    Story(
        "crm",
        "call",
        ('{id: call, crm: {task: "Call"}}', "{id: end, exit: done}"),
        ("+0d crm call", "+0d exited done"),
        ("+0d exited done",),
    ),
    Story(
        "set",
        "mark",
        (
            "{id: mark, set: {city: Riga}}",
            '{id: sort, branch: [{if: profile.city == "Riga", go: marked}]}',
            "{id: plain, exit: plain}",
            "{id: marked, exit: marked}",
        ),
        ("+0d exited marked", "city Riga"),
        ("+0d exited plain",),
    ),
    Story(
        "go",
        "jump",
        ("{id: jump, go: end}", f"{{id: letter, {MESSAGE}}}", "{id: end, exit: done}"),
        ("+0d exited done",),
        ("+0d email letter", "+0d exited done"),
    ),
    Story(
        "exit",
        "leave",
        ("{id: leave, exit: enough}", f"{{id: letter, {MESSAGE}}}"),
        ("+0d exited enough",),
        ("+0d email letter", "+0d exited completed"),
    ),
)
BY_KIND = pytest.mark.parametrize("story", STORIES, ids=[story.kind for story in STORIES])


def program_of(story: Story, *, skips: str = "") -> Program:
    """Compile a story's journey, with or without the step it is about."""
    kept = [step for step in story.steps if not step.startswith(f"{{id: {skips},")]
    steps = "".join(f"      - {step}\n" for step in kept)
    head = "attributes: {city: text}\nevents: {Begun: {value: number}, Clicked: {}}\n"
    text = f"{head}journeys:\n  story:\n    entry: {{event: Begun}}\n    steps:\n{steps}"
    return check(text, TEMPLATES).program(Catalog())


def outcome(program: Program) -> tuple[str, ...]:
    """Let somebody live through a journey in which they click after a day; say what came of it, by the day."""
    customer = Customer(Facts(Profile(1, T0, email="ann@example.com", consent={"marketing": True})), Memory(T0))
    happened = {"Begun": T0, "Clicked": T0 + timedelta(days=1)}
    events = deque(Event(name, "track", name, at, {"value": 20}) for name, at in happened.items())
    seen: list[str] = []
    while True:
        advance(customer, events, END, program, by_delivery=True)
        due = customer.next_delivery()
        if due is None or due.due_at > END:
            break
        entry = judge_next(customer, max(due.due_at, customer.memory.clock), program)
        if entry is not None:
            words = (entry.delivery.channel, entry.delivery.step, *change_of(entry.parameters))
            seen.append(f"+{(customer.memory.clock - T0).days}d {' '.join(words)}")
            settle(customer, entry, Fate.SENT, "", customer.memory.clock, program)
    changes = customer.take_changes()
    ends = [snapshot for snapshot in changes.moved.values() if snapshot.ended_at is not None]
    seen += [f"+{(snapshot.ended_at - T0).days}d exited {snapshot.reason}" for snapshot in ends if snapshot.ended_at]
    return (*seen, *(f"{name} {value}" for name, value in customer.facts.profile.traits.items()))


def change_of(parameters: Any) -> tuple[str, ...]:
    return (parameters["operation"], parameters["audience"]) if "audience" in parameters else ()


@BY_KIND
def test_a_step_has_its_effect(story: Story) -> None:
    assert outcome(program_of(story)) == story.outcome


@BY_KIND
def test_without_the_step_something_else_happens(story: Story) -> None:
    assert outcome(program_of(story, skips=story.step)) == story.without
    assert story.without != story.outcome


@BY_KIND
def test_the_step_that_is_left_out_is_of_the_kind_the_story_is_about(story: Story) -> None:
    steps = program_of(story).journeys["story"].spec.steps
    assert [step_kind(step) for step in steps if step.id == story.step] == [story.kind]


def test_every_kind_of_step_has_a_story() -> None:
    assert sorted(story.kind for story in STORIES) == sorted(STEP_KINDS)
