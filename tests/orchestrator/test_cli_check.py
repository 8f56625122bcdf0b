"""Does `tactful check` say everything, at its place, with the right exit code? And `test` and `graph` beside it?"""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from orchestrator.bundled import copy_example
from orchestrator.cli import app


def tactful(*arguments: object) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    copy_example(tmp_path)
    return tmp_path


def change(workspace: Path, old: str, new: str) -> None:
    path = workspace / "journeys.yaml"
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1
    path.write_text(text.replace(old, new), encoding="utf-8")


def place_of(workspace: Path, word: str) -> str:
    before = (workspace / "journeys.yaml").read_text(encoding="utf-8").split(word)[0].split("\n")
    return f"{len(before)}:{len(before[-1]) + 1}"


def test_the_example_has_no_problems(workspace: Path) -> None:
    done = tactful("check", "-C", workspace)
    assert (done.exit_code, done.stdout) == (0, "journeys.yaml: 5 journeys, no problems\n")


def test_all_problems_are_reported_at_once(workspace: Path) -> None:
    change(workspace, "{id: enjoy, wait: 3d}", "{id: enjoy, wait: 3 dayz}")
    change(workspace, "event.value >= 20", "event.valeu >= 20")
    done = tactful("check", "-C", workspace)
    assert (done.exit_code, "3 dayz" in done.stdout, "event.valeu" in done.stdout) == (1, True, True)


def test_a_problem_has_a_line_and_a_column(workspace: Path) -> None:
    change(workspace, "event.value >= 20", "event.valeu >= 20")
    line = tactful("check", "-C", workspace).stdout.splitlines()[0]
    assert line.startswith(f"journeys.yaml:{place_of(workspace, 'valeu')}: condition.invalid ")


def test_problems_as_json_have_every_member(workspace: Path) -> None:
    change(workspace, "event.value >= 20", "event.valeu >= 20")
    (problem,) = json.loads(tactful("check", "-C", workspace, "--json").stdout)["problems"]
    assert list(problem) == ["file", "line", "column", "code", "message", "severity"]


def test_without_problems_the_json_is_an_empty_list(workspace: Path) -> None:
    assert json.loads(tactful("check", "-C", workspace, "--json").stdout) == {"problems": []}


def test_a_warning_is_no_failure(workspace: Path) -> None:
    change(
        workspace, "of: letter, at_most: 10d}, then: looked, otherwise: done", "of: letter, at_most: 10d}, then: done"
    )
    change(
        workspace,
        "      - {id: patience, wait: 20d}\n",
        "      - {id: skip, go: done}\n      - {id: patience, wait: 20d}\n",
    )
    done = tactful("check", "-C", workspace)
    assert (done.exit_code, "journey.unreachable_step" in done.stdout, "[warning]" in done.stdout) == (0, True, True)


def test_another_file_is_named_as_it_was_given(workspace: Path) -> None:
    change(workspace, "event.value >= 20", "event.valeu >= 20")
    file = workspace / "journeys.yaml"
    assert tactful("check", file).stdout.startswith(f"{file}:{place_of(workspace, 'valeu')}: ")


def test_a_file_that_is_not_there_is_a_problem(tmp_path: Path) -> None:
    done = tactful("check", tmp_path / "nothing.yaml")
    assert (done.exit_code, "file.unreadable" in done.stdout) == (1, True)


def test_a_folder_that_is_not_there_is_wrong_usage(tmp_path: Path) -> None:
    assert tactful("check", "-C", tmp_path / "nowhere").exit_code == 2


def test_no_colour_reaches_a_file(workspace: Path) -> None:
    change(workspace, "event.value >= 20", "event.valeu >= 20")
    done = subprocess.run(
        [sys.executable, "-m", "orchestrator.cli", "check", "-C", str(workspace)], capture_output=True, text=True
    )
    assert (done.returncode, "\033" in done.stdout) == (1, False)


def test_a_journey_is_drawn(workspace: Path) -> None:
    assert "quiet --> letter: next" in tactful("graph", "winback", "-C", workspace).stdout


def test_an_unknown_journey_is_wrong_usage_with_a_suggestion(workspace: Path) -> None:
    done = tactful("graph", "winbak", "-C", workspace)
    assert (done.exit_code, 'did you mean "winback"?' in done.stderr) == (2, True)


def test_a_quarantined_journey_is_not_drawn(workspace: Path) -> None:
    change(workspace, "event.value >= 20", "event.valeu >= 20")
    done = tactful("graph", "cart_recovery", "-C", workspace)
    assert (done.exit_code, 'journey "cart_recovery" has an error' in done.stderr) == (1, True)


def test_the_example_keeps_its_scenarios(workspace: Path) -> None:
    done = tactful("test", "-C", workspace, "--json")
    assert (done.exit_code, json.loads(done.stdout)["failed"]) == (0, 0)


def test_a_failed_scenario_is_shown_and_is_a_failure(workspace: Path) -> None:
    change(workspace, "{id: settle, wait: 1h}", "{id: settle, wait: 3h}")
    done = tactful("test", "-C", workspace)
    assert (done.exit_code, "FAIL  a basket that was left is brought back gently" in done.stdout) == (1, True)


def test_a_file_of_scenarios_that_is_not_there_is_one_message(workspace: Path) -> None:
    done = tactful("test", workspace / "none.yaml", "-C", workspace)
    assert (done.exit_code, "expected a file of scenarios, got none" in done.stderr) == (1, True)


def test_nothing_runs_on_a_file_that_cannot_be_used(workspace: Path) -> None:
    (workspace / "journeys.yaml").write_text("version: 1\n", encoding="utf-8")
    done = tactful("test", "-C", workspace)
    assert (done.exit_code, "cannot be used; correct it first" in done.stderr) == (1, True)
