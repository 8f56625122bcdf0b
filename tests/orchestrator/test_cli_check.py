"""Does `tactful check` say everything, at its place, with the right exit code? And `test` and `graph` beside it?"""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from journeys.errors import Problem
from orchestrator.bundled import copy_example
from orchestrator.cli import app
from orchestrator.cli.check_text import as_github


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


def test_graph_gives_the_state_machine(workspace: Path) -> None:
    moves = json.loads(tactful("graph", "winback", "-C", workspace, "--json").stdout)["transitions"]
    assert {"source": "quiet", "trigger": "next", "dest": "letter"} in moves


def test_graph_prints_the_state_machine_as_a_table(workspace: Path) -> None:
    table = tactful("graph", "winback", "-C", workspace, "--machine").stdout.splitlines()
    assert table[1].split() == ["quiet", "next", "letter"]


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


# How it is printed, and what else can be asked.


def test_for_a_pull_request_each_problem_is_an_annotation_of_its_line(workspace: Path) -> None:
    change(workspace, "event.value >= 20", "event.valeu >= 20")
    place = place_of(workspace, "valeu").replace(":", ",col=")
    annotation = tactful("check", "-C", workspace, "--format", "github").stdout.splitlines()[0]
    assert annotation.startswith(f"::error file=journeys.yaml,line={place},title=condition.invalid::entry: in ")


def test_an_annotation_escapes_what_its_reader_would_take_for_its_own() -> None:
    problem = Problem("a,b:c%.yaml", 1, 2, "x.y", "50%\nof all: a, b", "warning")
    assert as_github(problem) == "::warning file=a%2Cb%3Ac%25.yaml,line=1,col=2,title=x.y::50%25%0Aof all: a, b"


def test_json_is_a_format_too(workspace: Path) -> None:
    assert tactful("check", "-C", workspace, "--format", "json").stdout == '{"problems":[]}\n'


def test_strict_lets_a_warning_fail(workspace: Path) -> None:
    change(workspace, "    stage: awareness\n", "    stage: awareness\n    group: guides\n")
    assert [tactful("check", "-C", workspace, *more).exit_code for more in ([], ["--strict"])] == [0, 1]


def test_strict_lets_nothing_fail_where_nothing_is_wrong(workspace: Path) -> None:
    assert tactful("check", "-C", workspace, "--strict").exit_code == 0


def test_a_code_is_explained_without_a_workspace(tmp_path: Path) -> None:
    done = tactful("check", "-C", tmp_path, "--explain", "journey.date_may_be_past")
    assert (done.exit_code, done.stdout.splitlines()[0]) == (0, "## journey.date_may_be_past")


def test_an_unknown_code_is_wrong_usage_with_a_suggestion() -> None:
    done = tactful("check", "--explain", "journey.date_may_be_pst")
    assert (done.exit_code, 'did you mean "journey.date_may_be_past"?' in done.stderr) == (2, True)


def test_the_proofs_of_a_journey_say_its_ways_its_guards_and_its_bound(workspace: Path) -> None:
    done = tactful("check", "-C", workspace, "--proofs", "--journey", "cart_recovery")
    lines = [line.rstrip() for line in done.stdout.splitlines()]
    assert lines[3:6] == [
        "message   after  waits   conditions        held by",
        "reminder  1h     1h      -                 [1]",
        "nudge     1d1h   1h, 1d  no Email Clicked  [1]",
    ]
    assert "frequency_cap(email 1 per day, any 4 per 7d)" in lines[6]
    assert lines[7] == "  messages a week, for one customer: 4: frequency_cap any: 4 per 7d"
    assert lines[9] == (
        "all journeys: messages a week, for one customer: 6: frequency_cap any: 4 per 7d; first_guide: again after 30d"
    )


def test_an_exemption_stands_in_the_proofs(workspace: Path) -> None:
    change(
        workspace,
        "        template: winback.mjml\n",
        '        template: winback.mjml\n        except: {returned: "not sold"}\n',
    )
    done = tactful("check", "-C", workspace, "--proofs", "--journey", "winback")
    assert "; exempt from returned: not sold" in done.stdout


def test_more_ways_than_are_asked_for_are_counted(workspace: Path) -> None:
    done = tactful("check", "-C", workspace, "--proofs", "--journey", "cart_recovery", "--most", 1)
    assert "  ... and 1 way more" in done.stdout


def test_without_a_cap_the_reason_says_what_has_no_bound(workspace: Path) -> None:
    change(workspace, "  frequency_cap: {email: 1 per day, any: 4 per 7d}\n", "")
    (cart,) = json.loads(tactful("check", "-C", workspace, "--proofs", "--journey", "cart_recovery", "--json").stdout)[
        "proofs"
    ]
    assert cart["bound"] == {"messages_a_week": None, "why": "cart_recovery: parallel by event.checkout_id"}


def test_an_unknown_journey_has_no_proofs(workspace: Path) -> None:
    done = tactful("check", "-C", workspace, "--proofs", "--journey", "winbak")
    assert (done.exit_code, 'did you mean "winback"?' in done.stderr) == (2, True)


def test_the_cost_is_that_of_the_dearest_way(workspace: Path) -> None:
    change(workspace, "  email: {action: email.file,", "  email: {action: email.file, cost: 0.002,")
    done = tactful("check", "-C", workspace, "--people", 1000, "--journey", "cart_recovery")
    assert done.stdout.splitlines()[2:] == [
        "journey        at the most                   cost  for 1,000 entries",
        "cart_recovery  2 by email an enrollment  0.00 EUR           4.00 EUR",
    ]


def test_the_cost_as_json(workspace: Path) -> None:
    change(workspace, "  email: {action: email.file,", "  email: {action: email.file, cost: 0.002,")
    found = json.loads(tactful("check", "-C", workspace, "--cost", "--people", 10, "--json").stdout)["cost"]
    assert found["journeys"]["winback"] == {
        "per": "enrollment",
        "channels": {"email": 1},
        "cost": 0.002,
        "cost_of_all": 0.02,
        "unpriced": [],
    }
