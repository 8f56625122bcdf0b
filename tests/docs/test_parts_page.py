"""Does the example of parts hold, as the page says?"""

import re
from pathlib import Path

from orchestrator.project import check_project

PAGE = (Path(__file__).parents[2] / "docs" / "language.md").read_text(encoding="utf-8")
SECTION = PAGE[PAGE.index("### Parts") : PAGE.index("## A journey")]


def test_the_example_of_parts_is_a_file_without_a_problem() -> None:
    (example,) = re.findall(r"```yaml\n(.*?)```", SECTION, re.DOTALL)
    project = check_project(example, {}, Path())
    assert project.problems == ()
    steps = [step.id for step in project.journeys["after_delivery"].spec.steps]
    assert steps == ["enjoy", "care_first", "care_watch", "care_second", "care_done"]
