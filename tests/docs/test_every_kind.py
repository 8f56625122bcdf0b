"""Has each kind of step, entry and wait, and each rule, a scenario, a place in the reference, a line in the schema?"""

import re

from journeys.lint import RULES
from journeys.spec import ENTRY_KINDS, STEP_KINDS
from journeys.wait_specs import WAIT_KINDS
from orchestrator.editor_schema import editor_schema
from orchestrator.language_reference import reference
from tests.scenario import test_entry_kinds, test_step_kinds, test_wait_kinds

REFERENCE = reference()
DEFINITIONS = editor_schema()["definitions"]
BEFORE_STEPS, STEPS = REFERENCE.split("\n## Steps\n")
ENTRIES, WAITS = BEFORE_STEPS.split("\n## Ways to wait\n")
# Where an editor learns of a way to wait: the model it is a key of, or the pattern it fits.
WAIT_LINES = {
    "duration": ("WaitStep", "wait"),
    "time": ("Until", "until"),
    "date": ("Until", "until"),
    "value": ("Until", "until"),
    "event": ("Awaited", "event"),
    "first_of": ("Awaited", "first_of"),
    "condition": ("Awaited", "condition"),
}


def headings(text: str) -> set[str]:
    return set(re.findall(r"^### (?:Wait: )?`(\w+)`$", text, re.MULTILINE))


def test_steps() -> None:
    scenarios = {story.kind for story in test_step_kinds.STORIES}
    documented = headings(STEPS)
    offered = {snippet["label"] for snippet in DEFINITIONS["step"]["defaultSnippets"]}
    chosen = set(re.findall(r"'if': \{'required': \['(\w+)'\]\}", str(DEFINITIONS["step"])))
    assert set(STEP_KINDS) == scenarios == documented == offered == chosen


def test_entries() -> None:
    scenarios = {story.kind for story in test_entry_kinds.STORIES}
    keys = {way["required"][0] for way in DEFINITIONS["EntrySpec"]["anyOf"]}
    assert set(ENTRY_KINDS) == scenarios == headings(ENTRIES) == keys


def test_waits() -> None:
    scenarios = {story.kind for story in test_wait_kinds.STORIES}
    assert set(WAIT_KINDS) == scenarios == headings(WAITS) == set(WAIT_LINES)
    assert all("markdownDescription" in DEFINITIONS[model]["properties"][key] for model, key in WAIT_LINES.values())


def test_rules() -> None:
    rules = {rule.code for rule in RULES}
    with_examples = {rule.code for rule in RULES if rule.bad and rule.good}
    documented = set(re.findall(r"^\| `(journey\.\w+)` \|", REFERENCE, re.MULTILINE))
    listed = {code for code in DEFINITIONS["problem"]["enum"] if code.startswith("journey.")}
    assert rules == with_examples == documented == listed
