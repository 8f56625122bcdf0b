"""Does every kind of step do something? Each has a small journey whose outcome is another one without the step."""

from dataclasses import dataclass

import pytest

from journeys.catalog import Catalog
from journeys.spec import STEP_KINDS, step_kind
from journeys.yaml_text import read
from orchestrator.program import Program
from tests.fakes.life import outcome
from tests.fakes.workspace import check

TEMPLATES = {"guide.txt": "---\nsubject: Guide\n---\n{{ magnet_url }}\n"}
MESSAGE = 'send: email, text: "Hello!", purpose: transactional'


@dataclass(frozen=True, slots=True)
class Story:
    """A journey of steps in flow style, the one that is looked at, and what comes of it all.

    `beside` is what else the file holds: other journeys, parts.
    """

    kind: str
    step: str
    steps: tuple[str, ...]
    outcome: tuple[str, ...]
    without: tuple[str, ...]
    beside: str = ""


OTHER = """
  other:
    entry: {call: {who: text}}
    steps:
      - {id: begin, wait: 2d}
      - {id: note, crm: {note: "{{ entry.who }}"}}
      - {id: over, exit: over}
"""
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
        "split",
        "toss",
        (
            f"{{id: toss, split: {{a: 50%, b: 50%}}, a: [{{id: letter, {MESSAGE}}}], b: other}}",
            "{id: end, exit: done}",
            "{id: other, exit: other}",
        ),
        ("+0d exited other",),
        ("+0d exited done",),
    ),
    Story(
        "webhook",
        "hook",
        ("{id: hook, webhook: {channel: crm, with: {basket: {from: entry.value}}}}", "{id: end, exit: done}"),
        ("+0d crm hook basket=20", "+0d exited done"),
        ("+0d exited done",),
    ),
    Story(
        "action",
        "act",
        ("{id: act, action: {channel: crm, with: {colour: red}}}", "{id: end, exit: done}"),
        ("+0d crm act colour=red", "+0d exited done"),
        ("+0d exited done",),
    ),
    Story(
        "start",
        "other_too",
        ("{id: other_too, start: other, with: {who: Ann}}", "{id: end, exit: done}"),
        ("+2d crm note", "+0d exited done", "+2d exited over"),
        ("+0d exited done",),
        beside=OTHER,
    ),
    Story(
        "stop",
        "no_more",
        ("{id: begin_other, start: other, with: {who: Ann}}", "{id: pause, wait: 1d}", "{id: no_more, stop: other}"),
        ("+1d exited completed", "+1d exited stopped"),
        ("+2d crm note", "+1d exited completed", "+2d exited over"),
        beside=OTHER,
    ),
    Story(
        "use",
        "care",
        ("{id: care, use: ask, with: {pause: 2d}}", "{id: end, exit: done}"),
        ("+2d email care_letter", "+2d exited done"),
        ("+0d exited done",),
        beside=f"parts:\n  ask:\n    arguments: {{pause: 1d}}\n    steps:\n"
        f"      - {{id: rest, wait: $pause}}\n      - {{id: letter, {MESSAGE}}}\n",
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
    text = f"{head}journeys:\n  story:\n    entry: {{event: Begun}}\n    steps:\n{steps}{story.beside}"
    return check(text, TEMPLATES).program(Catalog())


@BY_KIND
def test_a_step_has_its_effect(story: Story) -> None:
    assert outcome(program_of(story)) == story.outcome


@BY_KIND
def test_without_the_step_something_else_happens(story: Story) -> None:
    assert outcome(program_of(story, skips=story.step)) == story.without
    assert story.without != story.outcome


@BY_KIND
def test_the_step_that_is_left_out_is_of_the_kind_the_story_is_about(story: Story) -> None:
    written = next(step for step in story.steps if step.startswith(f"{{id: {story.step},"))
    assert step_kind(read(f"step: {written}").root.value["step"]) == story.kind  # type: ignore[union-attr]  # it is YAML


def test_every_kind_of_step_has_a_story() -> None:
    assert sorted(story.kind for story in STORIES) == sorted(STEP_KINDS)
