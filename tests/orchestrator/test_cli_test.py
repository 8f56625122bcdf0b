"""Does `tactful test` run the right files and scenarios, and report them for people, programs and build servers?"""

import json
from pathlib import Path
from xml.etree import ElementTree

import pytest
from typer.testing import CliRunner, Result

from orchestrator.bundled import copy_example
from orchestrator.cli import app

SILENT = "- {name: nobody hears a thing, journey: winback, at: 2026-03-02 09:00, nothing_sent: true}\n"
LOUD = "- {name: somebody hears a thing, journey: winback, at: 2026-03-02 09:00, expect: [{+1h: sent}]}\n"


def tactful(*arguments: object) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    copy_example(tmp_path)
    (tmp_path / "journeys.test.yaml").write_text(SILENT, encoding="utf-8")
    return tmp_path


def add(workspace: Path, name: str, text: str = LOUD) -> Path:
    file = workspace / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
    return file


def names(done: Result) -> list[str]:
    return [scenario["name"] for scenario in json.loads(done.stdout)["scenarios"]]


@pytest.mark.parametrize("name", ["a.test.yaml", "journeys.d/team.test.yaml"])
def test_every_file_of_scenarios_of_a_workspace_is_run(workspace: Path, name: str) -> None:
    add(workspace, name)
    done = tactful("test", "-C", workspace, "--json")
    assert names(done) == ["nobody hears a thing", "somebody hears a thing"]


def test_scenarios_lie_beside_the_files_that_are_included(workspace: Path) -> None:
    journeys = workspace / "journeys.yaml"
    text = journeys.read_text(encoding="utf-8").replace("version: 1\n", "version: 1\ninclude: [teams/*.yaml]\n", 1)
    journeys.write_text(text, encoding="utf-8")
    add(workspace, "teams/mail.yaml", "version: 1\njourneys: {}\n")
    add(workspace, "teams/mail.test.yaml")
    assert "somebody hears a thing" in names(tactful("test", "-C", workspace, "--json"))


def test_only_the_files_that_are_named_are_run(workspace: Path) -> None:
    one, other = add(workspace, "one.test.yaml"), add(workspace, "other.test.yaml", SILENT)
    assert len(names(tactful("test", one, other, "-C", workspace, "--json"))) == 2


def test_only_scenarios_with_a_text_in_their_name_are_run(workspace: Path) -> None:
    add(workspace, "a.test.yaml")
    assert names(tactful("test", "-C", workspace, "--json", "-k", "SOMEBODY")) == ["somebody hears a thing"]


def test_a_text_that_no_name_has_is_wrong_usage(workspace: Path) -> None:
    done = tactful("test", "-C", workspace, "-k", "xyz")
    assert (done.exit_code, 'no scenario has "xyz" in its name' in done.stderr) == (2, True)


def test_a_workspace_without_scenarios_says_so(workspace: Path) -> None:
    (workspace / "journeys.test.yaml").unlink()
    done = tactful("test", "-C", workspace)
    assert (done.exit_code, "expected a file of scenarios, got none" in done.stderr) == (1, True)


def test_several_files_are_told_apart(workspace: Path) -> None:
    add(workspace, "a.test.yaml", LOUD.replace("expect", "expct"))
    lines = tactful("test", "-C", workspace).stdout.splitlines()
    assert lines[:3] == [f"{workspace}/journeys.test.yaml", "pass  nobody hears a thing", f"{workspace}/a.test.yaml"]
    assert lines[-1] == "1 scenario: 1 passed, 0 failed, 2 problems in the files"


def test_coverage_names_what_no_scenario_goes(workspace: Path) -> None:
    add(
        workspace,
        "journeys.test.yaml",
        "- name: a\n  journey: weekly_newsletter\n  at: 2026-03-02 09:00\n  until: +2d\n  catalog: [a, b, c]\n"
        "  expect: [{+25h: sent}]\n",
    )
    lines = tactful("test", "-C", workspace, "--coverage").stdout.splitlines()
    assert lines[3:5] == ["journey            steps  ways", "cart_recovery        0/9  0/15"]
    assert "weekly_newsletter    1/1   1/3" in lines
    assert "coverage 2.2 %" in lines
    assert lines[-2:] == [
        "  weekly_newsletter.letter failed -> exited",
        "  weekly_newsletter.letter suppressed -> exited",
    ]


def test_coverage_is_always_in_the_json(workspace: Path) -> None:
    found = json.loads(tactful("test", "-C", workspace, "--json").stdout)["coverage"]
    assert found["percent"] == 0.0
    assert found["journeys"]["weekly_newsletter"] == {
        "steps": 1,
        "visited": 0,
        "ways": 3,
        "taken": 0,
        "never_visited": ["letter"],
        "never_taken": [
            {"step": "letter", "way": "sent", "to": "exited"},
            {"step": "letter", "way": "failed", "to": "exited"},
            {"step": "letter", "way": "suppressed", "to": "exited"},
        ],
    }


@pytest.mark.parametrize(("percent", "exit_code"), [("0", 0), ("1", 1)])
def test_too_little_coverage_is_a_failure(workspace: Path, percent: str, exit_code: int) -> None:
    done = tactful("test", "-C", workspace, "--fail-under", percent)
    assert (done.exit_code, "coverage is 0.0 %, expected at least 1 %" in done.stderr) == (exit_code, bool(exit_code))


def test_the_results_are_written_for_build_servers(workspace: Path, tmp_path: Path) -> None:
    add(workspace, "a.test.yaml")
    done = tactful("test", "-C", workspace, "--junit", tmp_path / "report.xml")
    root = ElementTree.parse(tmp_path / "report.xml").getroot()
    assert (done.exit_code, root.attrib["tests"], root.attrib["failures"]) == (1, "2", "1")
    assert [failure.attrib["message"] for failure in root.iter("failure")] == [
        f"{workspace}/a.test.yaml:1: expected sent, which did not happen"
    ]


def test_the_documentation_shows_the_coverage_of_the_example(tmp_path: Path) -> None:
    copy_example(tmp_path)
    shown = tactful("test", "-C", tmp_path, "--coverage").stdout
    page = (Path(__file__).parents[2] / "docs" / "testing.md").read_text(encoding="utf-8")
    block = page.split("## Which steps does no story go?")[1].split("```text\n")[1].split("```")[0]
    lines = [line for line in block.splitlines() if line and not line.startswith("coverage")]
    assert [line for line in lines if line not in shown] == []
