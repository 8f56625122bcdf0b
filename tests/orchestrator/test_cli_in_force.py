"""Do commands that look at people go by what is in force, and commands about the file by the file?"""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from orchestrator.cli import app
from orchestrator.clock import wall_now
from tests.fakes.calls import identify, read, track
from tests.fakes.stores import sqlite_store

HEAD = """
version: 1
shop: {name: Nordic Roast, timezone: UTC, url: "https://shop.example"}
channels: {email: {action: email.file}}
"""
FIRST = """journeys:
  series:
    entry: {event: Signed Up}
    steps:
      - {id: pause, wait_for: {event: Order Completed, at_most: 300d}}
      - {id: letter, send: email, text: "The first letter.", purpose: transactional}
  trial:
    entry: {event: Called}
    goal: {event: Order Completed, within: 7d}
    holdout: 10%
    steps:
      - {id: nap, wait: 9d}
"""
# Everything that is asked about below is gone from the folder, or says something else.
EDITED = """journeys:
  series:
    entry: {event: Somebody Came}
    moved: {pause: letter}
    steps:
      - {id: letter, send: email, text: "Another letter.", purpose: transactional}
"""
DIFFERS = "differ from what runs: deployment 1, apply by ann; `tactful plan` shows what they would change\n"


def tactful(*arguments: object) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def write(folder: Path, text: str) -> None:
    (folder / "journeys.yaml").write_text(HEAD + text, encoding="utf-8")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Give a workspace in which ann waits in series, bob never entered, and the files were edited since."""
    write(tmp_path, FIRST)
    assert tactful("apply", "-C", tmp_path, "--by", "ann").exit_code == 0
    store, now = sqlite_store(tmp_path), wall_now()
    calls = (identify("ann", now), identify("bob", now), track("Signed Up", now))
    store.append([read(line, now) for line in calls], now)
    store.close()
    assert tactful("run", "--until-idle", "-C", tmp_path).exit_code == 0
    write(tmp_path, EDITED)
    return tmp_path


def test_explain_speaks_of_the_journeys_in_force(folder: Path) -> None:
    done = tactful("explain", "bob", "-C", folder, "--json")
    journeys = json.loads(done.stdout)["journeys"]
    assert {name: said["why_not"] for name, said in journeys.items()} == {
        "series": "no Signed Up event came",
        "trial": "no Called event came",
    }


def test_it_is_said_once_that_the_files_differ(folder: Path) -> None:
    assert tactful("explain", "bob", "-C", folder).stderr == f"the files of {folder} {DIFFERS}"


def test_nothing_is_said_when_the_files_are_what_is_in_force(folder: Path) -> None:
    write(folder, FIRST)
    assert tactful("explain", "bob", "-C", folder).stderr == ""


def test_why_not_says_what_is_waited_for_in_the_version_in_force(folder: Path) -> None:
    done = tactful("why-not", "ann", "series", "-C", folder)
    assert "stands at pause, which waits for Order Completed until" in done.stdout
    assert done.stderr.endswith(DIFFERS)


def test_a_journey_that_the_files_no_longer_have_can_be_asked_about(folder: Path) -> None:
    done = tactful("why-not", "ann", "trial", "-C", folder)
    assert done.stdout == "ann never entered trial\n  no Called event came\n"


def test_a_preview_for_somebody_known_is_the_message_in_force(folder: Path) -> None:
    done = tactful("preview", "series.letter", "--profile", "ann", "-C", folder)
    assert done.stdout.endswith("The first letter.\n")
    assert done.stderr.endswith(DIFFERS)


def test_a_preview_for_somebody_made_up_is_the_message_of_the_files(folder: Path) -> None:
    done = tactful("preview", "series.letter", "-C", folder)
    assert (done.stdout.splitlines()[-1], done.stderr) == ("Another letter.", "")


def test_whoever_finishes_as_they_began_is_shown_the_words_of_then(folder: Path) -> None:
    done = tactful("apply", "--keep", "series", "-C", folder, "--by", "ann")
    assert done.exit_code == 0
    assert tactful("preview", "series.letter", "--profile", "ann", "-C", folder).stdout.endswith("The first letter.\n")
    assert tactful("preview", "series.letter", "--profile", "bob", "-C", folder).stdout.endswith("Another letter.\n")


def test_what_is_waited_for_is_said_of_the_version_somebody_finishes_on(folder: Path) -> None:
    tactful("apply", "--keep", "series", "-C", folder, "--by", "ann")
    done = tactful("why-not", "ann", "series", "-C", folder)
    assert "stands at pause, which waits for Order Completed until" in done.stdout


def test_a_story_goes_on_after_its_journey_is_gone(folder: Path) -> None:
    write(folder, FIRST.replace("  series:", "  other:"))
    tactful("apply", "--end", "series", "-C", folder, "--by", "ann")
    tactful("run", "--until-idle", "-C", folder)
    told = json.loads(tactful("explain", "ann", "--journey", "series", "-C", folder, "--json").stdout)
    assert (told["journeys"]["series"]["entered"], told["timeline"][-1]["why"]) == (1, "journey_removed")


def test_experiments_are_those_in_force(folder: Path) -> None:
    done = tactful("report", "experiment", "-C", folder, "--json")
    assert [each["experiment"] for each in json.loads(done.stdout)["experiments"]] == ["trial.holdout"]
    assert done.stderr.endswith(DIFFERS)


def test_the_guards_report_knows_the_journeys_in_force(folder: Path) -> None:
    done = tactful("guards", "report", "--journey", "trial", "-C", folder)
    assert done.exit_code == 0
    assert done.stderr.endswith(DIFFERS)


def test_a_file_that_is_wrong_keeps_nobody_from_asking_about_what_is_in_force(folder: Path) -> None:
    (folder / "journeys.yaml").write_text("version: 7\n", encoding="utf-8")
    assert tactful("why-not", "ann", "trial", "-C", folder).exit_code == 0


def test_the_status_is_that_of_the_sources_in_force(folder: Path) -> None:
    write(folder, EDITED.replace("journeys:", "sources: {web: {adapter: segment}}\njourneys:"))
    assert json.loads(tactful("status", "-C", folder, "--json").stdout)["sources"] == []


@pytest.mark.parametrize("command", [("graph", "series"), ("check",), ("simulate", "series")])
def test_commands_about_the_file_stay_with_the_file(folder: Path, command: tuple[str, ...]) -> None:
    done = tactful(*command, "-C", folder)
    assert (done.exit_code, "Order Completed" in done.stdout) == (0, False)


def test_without_a_deployment_the_files_are_what_is_gone_by(tmp_path: Path) -> None:
    write(tmp_path, EDITED)
    store, now = sqlite_store(tmp_path), wall_now()
    store.append([read(identify("bob", now), now)], now)
    store.close()
    done = tactful("why-not", "bob", "series", "-C", tmp_path)
    assert (done.stdout, done.stderr) == ("bob never entered series\n  no Somebody Came event came\n", "")
