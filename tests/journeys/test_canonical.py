"""Is there one form of a journeys file, and does it keep all the author said?"""

from pathlib import Path
from textwrap import dedent, indent

import pytest

from journeys.canonical import Unwritable, canonical

ROOT = Path(__file__).parents[2]
WRITTEN_WELL = [
    ROOT / "journeys.yaml",
    *(path for path in sorted((ROOT / "journeys" / "library").glob("*.yaml")) if ".test." not in path.name),
]


def written(text: str) -> str:
    """Give the canonical form of the steps of a journey."""
    head = "journeys:\n  cart:\n    entry: {event: Gone}\n    steps:\n"
    found = canonical(head + indent(text, " " * 6))
    assert isinstance(found, str)
    return dedent(found.removeprefix(head))


@pytest.mark.parametrize("path", WRITTEN_WELL, ids=lambda path: path.stem)
def test_what_comes_with_tactful_is_in_canonical_form(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert canonical(text) == text


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param("- {wait: 1h, id: a}", "- {id: a, wait: 1h}\n", id="the id first"),
        pytest.param("- id: a\n  wait: 1h", "- {id: a, wait: 1h}\n", id="two things on one line"),
        pytest.param(
            "- id: a\n  wait: 1h   # why", "- id: a\n  wait: 1h   # why\n", id="a comment keeps a step on its lines"
        ),
        pytest.param("- {id: a, crm: {note: 'x'}}", "- {id: a, crm: {note: x}}\n", id="no quotes around a word"),
        pytest.param("- {id: a, crm: {note: 'x y'}}", '- {id: a, crm: {note: "x y"}}\n', id="double quotes"),
        pytest.param(
            "- {id: a, crm: {note: 'say \"x\" y'}}", "- {id: a, crm: {note: 'say \"x\" y'}}\n", id="quotes in quotes"
        ),
        pytest.param("- {id: a, crm: {note: 'yes'}}", '- {id: a, crm: {note: "yes"}}\n', id="a word with a meaning"),
        pytest.param("- {id: a, wait: {until: 10:00}}", '- {id: a, wait: {until: "10:00"}}\n', id="a time in quotes"),
        pytest.param(
            "- {id: a, guards: {http: {}}, at: 10:00, send: email, text: x}",
            '- {id: a, send: email, text: x, at: "10:00", guards: {http: {}}}\n',
            id="the kind behind the id and guards last",
        ),
        pytest.param(
            "- {id: a, crm: {note: " + "x" * 60 + ", task: " + "y" * 60 + "}}",
            f"- id: a\n  crm:\n    task: {'y' * 60}\n    note: {'x' * 60}\n",
            id="too long for one line",
        ),
        pytest.param(
            "- {id: a, split: {z: 1, b: 2}, z: b, b: [{wait: 1h, id: c}]}",
            "- {id: a, split: {z: 1, b: 2}, z: b, b: [{id: c, wait: 1h}]}\n",
            id="the arms in the author's order",
        ),
        pytest.param(
            "- id: a   # one\n  # two\n  text: x\n  send: email   # three\n# four",
            "- id: a   # one\n  send: email   # three\n  # two\n  text: x\n# four\n",
            id="comments go with their keys",
        ),
        pytest.param(
            "- id: a\n  branch: [   # ways\n    {go: b, if: now},   # one\n    # two\n    {else: true, go: c}]",
            "- id: a\n  branch:     # ways\n    - {if: now, go: b}  # one\n    # two\n    - {else: true, go: c}\n",
            id="comments within brackets",
        ),
        pytest.param(
            "- id: a\n  text: |\n      Dear,\n        you\n  send: email",
            "- id: a\n  send: email\n  text: |\n    Dear,\n      you\n",
            id="a text of several lines",
        ),
        pytest.param(
            "- id: a\n  note: |  # why\n      Hello\n",
            "- id: a\n  note: |  # why\n    Hello\n",
            id="a comment above a text of several lines",
        ),
        pytest.param(
            "-   {id: a, wait: 1h}\n\n\n-  {id: b, wait: 1h}",
            "- {id: a, wait: 1h}\n\n- {id: b, wait: 1h}\n",
            id="space",
        ),
        pytest.param(
            "- &one {id: a, wait: 1h}\n- {<<: *one, id: b}",
            "- &one {id: a, wait: 1h}\n- {<<: *one, id: b}\n",
            id="anchors",
        ),
    ],
)
def test_steps_are_written_in_one_way(before: str, after: str) -> None:
    assert written(before) == after


def test_one_blank_line_stands_between_journeys() -> None:
    text = "journeys:\n  a:\n    steps: []\n  # about b\n  b:\n    steps: []\n"
    assert canonical(text) == "journeys:\n  a:\n    steps: []\n\n  # about b\n  b:\n    steps: []\n"


def test_the_sections_of_a_file_stay_where_the_author_put_them() -> None:
    text = "journeys:\n  a: {steps: []}\nversion: 1\n"
    assert canonical(text) == text


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        pytest.param("a: [", "line 1: ", id="not YAML"),
        pytest.param("a: 1\na: 2", "line 2: ", id="a key twice"),
        pytest.param("a: |+\n  text\n\nb: 1\n", "the canonical form would say", id="blank lines that count"),
    ],
)
def test_what_cannot_be_kept_is_not_written(text: str, reason: str) -> None:
    found = canonical(text)
    assert isinstance(found, Unwritable)
    assert found.reason.startswith(reason)
