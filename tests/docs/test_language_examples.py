"""Does every whole file on the page about the language hold, as it says?"""

import re
from pathlib import Path

import pytest

from journeys.canonical import canonical
from orchestrator.project import check_project

PAGE = (Path(__file__).parents[2] / "docs" / "language.md").read_text(encoding="utf-8")
EXAMPLES = [each for each in re.findall(r"^```yaml\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL) if "version: 1" in each]
TEMPLATES = {"review_request.mjml": "---\nsubject: How was it?\n---\nHello! {{ unsubscribe_url }}\n"}


def test_there_are_examples() -> None:
    assert len(EXAMPLES) >= 5


@pytest.mark.parametrize("example", EXAMPLES)
def test_every_example_is_a_file_without_an_error(example: str) -> None:
    templates = TEMPLATES if "review_request.mjml" in example else {}
    project = check_project(example, templates, Path())
    assert [str(problem) for problem in project.problems if problem.severity == "error"] == []


@pytest.mark.parametrize("example", EXAMPLES)
def test_every_example_is_in_canonical_form(example: str) -> None:
    assert canonical(example) == example
