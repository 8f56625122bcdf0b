"""Does the first page tell the truth?"""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from actions.template import read_templates
from orchestrator.cli.group import COMMANDS
from orchestrator.project import check_project

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "README.md").read_text(encoding="utf-8")
HEAD = """version: 1
shop: {name: Nordic Roast, url: "https://shop.example"}
channels: {email: {action: email.file}}
"""


def _block(language: str) -> str:
    found = re.search(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)
    assert found is not None
    return found[1]


def test_the_ten_lines_of_yaml_are_a_file_without_a_problem() -> None:
    project = check_project(HEAD + _block("yaml"), read_templates(ROOT / "templates"), ROOT)
    # The folder holds what other journeys send as well.
    assert [problem for problem in project.problems if not problem.code.startswith("template.unused")] == []
    assert list(project.journeys) == ["cart_recovery"]


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> str:
    environment = {**os.environ, "TMPDIR": str(tmp_path_factory.mktemp("demo"))}
    command = [sys.executable, "-m", "orchestrator.cli", "demo"]
    return subprocess.run(command, env=environment, check=True, capture_output=True, text=True).stdout


def test_what_the_page_shows_of_the_demo_is_what_it_prints(demo: str) -> None:
    shown = [line for line in _block("console").splitlines() if line != "..." and not line.startswith("$")]
    assert len(shown) > 10
    assert [line for line in shown if line not in demo.splitlines()] == []


def test_every_command_the_page_names_is_there() -> None:
    named = set(re.findall(r"^\$ tactful (\w+)", PAGE, re.MULTILINE))
    assert named
    assert named <= {name.split()[0] for name in COMMANDS}
