"""Do plan, apply, rollback and deployments say and do the same?"""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from inline_snapshot import snapshot
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
GUARDS = 'guards: {quiet_hours: {from: "21:00", to: "09:00"}}\n'
FIRST = """journeys:
  series:
    entry: {event: Signed Up}
    steps:
      - {id: pause, wait: 3d}
      - {id: letter, send: email, text: "A letter."}
  other:
    entry: {event: Called}
    steps:
      - {id: nap, wait: 9d}
"""
SECOND = """journeys:
  series:
    entry: {event: Signed Up}
    moved: {letter: note}
    steps:
      - {id: pause, wait: 5d}
      - {id: note, send: email, text: "A note."}
  new:
    entry: {event: Somebody Came}
    steps:
      - {id: hello, send: email, text: "Hello."}
"""


def tactful(*arguments: object) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def write(folder: Path, text: str, guards: str = GUARDS) -> None:
    (folder / "journeys.yaml").write_text(HEAD + guards + text, encoding="utf-8")


def without_names(text: str) -> str:
    """Leave out what differs from run to run: versions and moments."""
    return re.sub(r"\d{4}-\d\d-\d\d \d\d:\d\d", "MOMENT", re.sub(r"\b[0-9a-f]{12}\b", "VERSION", text))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Give a workspace in which ann waits in series, and bob in other."""
    write(tmp_path, FIRST)
    assert tactful("apply", "-C", tmp_path, "--by", "ann").exit_code == 0
    store, now = sqlite_store(tmp_path), wall_now()
    calls = (identify("ann", now), identify("bob", now), track("Signed Up", now), track("Called", now, "bob"))
    store.append([read(line, now) for line in calls], now)
    store.close()
    assert tactful("run", "--until-idle", "-C", tmp_path).exit_code == 0
    return tmp_path


def test_a_plan_names_everything_that_changes_and_for_whom(folder: Path) -> None:
    write(folder, SECOND, GUARDS.replace("21:00", "22:00"))
    done = tactful("plan", "-C", folder)
    assert done.exit_code == 1
    assert without_names(done.stdout) == snapshot("""\
compared with deployment 1 (apply by ann, MOMENT UTC)
~ series: version VERSION -> VERSION, 1 person inside
    pause: 1 person waits on, 3d -> 5d
    + note: a new step (send)
    - letter: gone, whoever is there goes to note
+ new: new, version VERSION
- other: gone, was version VERSION, 1 person inside
~ guard quiet_hours: {from: 21:00, to: 09:00} -> {from: 22:00, to: 09:00}
! other: the journey is gone and 1 person is inside; `--end other` lets them leave, `--keep other` lets them finish
""")


def test_a_plan_explains_itself(folder: Path) -> None:
    write(folder, SECOND)
    done = tactful("plan", "-C", folder, "--end", "other", "--explain")
    assert done.exit_code == 0
    assert without_names(done.stdout) == snapshot("""\
compared with deployment 1 (apply by ann, MOMENT UTC)
~ series: version VERSION -> VERSION, 1 person inside
        because its version is a hash of all it says; those inside move to the step of the same id
    pause: 1 person waits on, 3d -> 5d
        because what was waited counts: the wait is counted from its beginning, and one that is over ends at once
    + note: a new step (send)
        because no step had this id before; nobody is there yet
    - letter: gone, whoever is there goes to note
        because `moved:` says who takes its place
+ new: new, version VERSION
        because the file names it and it did not run; re_entry counts who was in before
- other: gone, was version VERSION, 1 person inside
        because the file does not name it any more; nobody enters it
    nap: 1 person leaves (journey_removed)
        because --end: their journey is gone; what waits for them is taken back, and they leave its audiences
`tactful apply --expect 1` puts this into force
""")


def test_a_plan_of_the_same_says_that_nothing_changes(folder: Path) -> None:
    done = tactful("plan", "-C", folder)
    assert without_names(done.stdout) == snapshot("""\
compared with deployment 1 (apply by ann, MOMENT UTC)
= series: unchanged, 1 person inside
= other: unchanged, 1 person inside
nothing changes
""")


def test_a_plan_is_told_to_programs(folder: Path) -> None:
    write(folder, SECOND)
    said: dict[str, Any] = json.loads(tactful("plan", "-C", folder, "--keep", "other", "--json").stdout)
    moves = [stage for stage in said["stages"] if stage["stage"] == "moves"]
    assert [(each["step"], each["people"], each["landing"], each["before"], each["after"]) for each in moves] == [
        ("pause", 1, "recounts", "3d", "5d")
    ]
    assert (said["compared_with"], said["refusals"]) == (1, [])


def test_a_step_with_people_that_is_gone_is_refused_with_both_remedies(folder: Path) -> None:
    write(folder, FIRST.replace("id: nap", "id: rest"))
    done = tactful("apply", "-C", folder)
    assert done.exit_code == 1
    assert without_names(done.stdout) == snapshot("""\
compared with deployment 1 (apply by ann, MOMENT UTC)
= series: unchanged, 1 person inside
~ other: version VERSION -> VERSION, 1 person inside
    + rest: a new step (wait)
    - nap: gone
! other: step "nap" is gone and 1 person is there; write `moved: {nap: STEP}` into the journey to send them \
to another step, or `moved: {nap: exit}` to let them leave
""")


def test_a_wrong_file_is_refused_before_anything_else(folder: Path) -> None:
    write(folder, FIRST.replace("wait: 3d", "wait: 3 dayz"))
    done = tactful("plan", "-C", folder)
    assert (done.exit_code, "has problems; correct them first" in done.stderr) == (1, True)


def test_applying_needs_the_deployment_that_was_looked_at(folder: Path) -> None:
    write(folder, SECOND)
    done = tactful("apply", "-C", folder, "--end", "other", "--expect", 7)
    assert (done.exit_code, "expected deployment 7 to be in force, got 1" in done.stderr) == (1, True)


@pytest.mark.parametrize(
    ("option", "journey", "why"),
    [
        ("--end", "series", "is still in the file"),
        ("--end", "nobody", "has nobody inside"),
        ("--keep", "nobody", "has nobody inside"),
    ],
)
def test_an_option_that_can_mean_nothing_is_refused(folder: Path, option: str, journey: str, why: str) -> None:
    done = tactful("plan", "-C", folder, option, journey)
    assert (done.exit_code, why in done.stdout) == (1, True)


def test_whoever_applied_it_is_listed_the_newest_first(folder: Path) -> None:
    write(folder, SECOND)
    tactful("apply", "-C", folder, "--end", "other", "--by", "bob", "--note", "autumn")
    lines = tactful("deployments", "-C", folder, "--json").stdout.splitlines()
    told = [json.loads(line) for line in lines]
    assert [(each["id"], each["by"], each["kind"], each["note"]) for each in told] == [
        (2, "bob", "apply", "autumn"),
        (1, "ann", "apply", ""),
    ]


def test_a_rollback_brings_the_one_before_back_and_says_that_the_files_differ(folder: Path) -> None:
    write(folder, SECOND)
    tactful("apply", "-C", folder, "--keep", "other")
    done = tactful("rollback", "-C", folder, "--keep", "new")
    assert done.exit_code == 1
    done = tactful("rollback", "-C", folder)
    assert (done.exit_code, done.stdout.splitlines()[-1]) == (0, "deployment 3 is in force")
    assert "differ from what runs: deployment 3, rollback by" in done.stderr


def test_a_rollback_writes_the_files_back_when_told_to(folder: Path) -> None:
    write(folder, SECOND)
    tactful("apply", "-C", folder, "--end", "other")
    done = tactful("rollback", 1, "-C", folder, "--write")
    assert (done.exit_code, done.stderr) == (0, "")
    assert (folder / "journeys.yaml").read_text(encoding="utf-8") == HEAD + GUARDS + FIRST


def test_a_deployment_that_never_was_cannot_come_back(folder: Path) -> None:
    done = tactful("rollback", 9, "-C", folder)
    assert (done.exit_code, "expected deployment 9, got none" in done.stderr) == (1, True)


def test_status_names_the_deployment_in_force_and_that_the_files_differ(folder: Path) -> None:
    write(folder, SECOND)
    said = json.loads(tactful("status", "-C", folder, "--json").stdout)
    assert (said["deployment"]["id"], said["deployment"]["by"], said["deployment"]["kind"]) == (1, "ann", "apply")
    assert "differ from what runs: deployment 1, apply by ann" in said["warnings"][0]
