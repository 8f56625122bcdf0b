"""Is the reference of the language what the models say, and is every example in it right?"""

import re

import pytest

from journeys.examples import whole_file
from journeys.parse import parse
from orchestrator.language_reference import PAGE, reference

TEXT = PAGE.read_text(encoding="utf-8")
EXAMPLES = re.findall(r"^```yaml\n(.*?)^```", TEXT, re.MULTILINE | re.DOTALL)
PARTS = "\nparts:\n  ask_twice:\n    arguments: {subject: required, pause: 3d}\n    steps: [{id: a, wait: $pause}]\n"


def test_the_page_is_what_the_models_say() -> None:
    assert reference() == TEXT, "write it anew with `python -m orchestrator.language_reference`"


@pytest.mark.parametrize("example", EXAMPLES)
def test_every_example_is_read_without_a_problem(example: str) -> None:
    text = whole_file(example) + (PARTS if "use: ask_twice" in example else "")
    problems = parse(text.replace('subject: "Your order"', "subject: order")).problems
    assert [str(problem) for problem in problems if problem.code != "part.unknown_argument"] == []
