"""What becomes of people whom an earlier tactful, which kept no journeys, left inside journeys?"""

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from orchestrator.cli import app
from orchestrator.clock import wall_now
from orchestrator.store.migrate import upgrade
from orchestrator.store.sqlite import open_database
from tests.fakes.calls import identify, read, track
from tests.fakes.stores import sqlite_store

HEAD = """
version: 1
shop: {name: Nordic Roast, timezone: UTC, url: "https://shop.example"}
channels: {email: {action: email.file}}
journeys:
"""
SERIES = """  series:
    entry: {event: Signed Up}
    steps:
      - {id: pause, wait: 3d}
      - {id: done, exit: finished}
"""
OTHER = """  other:
    entry: {event: Called}
    steps:
      - {id: done, exit: finished}
"""
WITHOUT_PAUSE = SERIES.replace("      - {id: pause, wait: 3d}\n", "")


def tactful(*arguments: object) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give a workspace whose database has the tables of version 2, with ann inside `series`, at `pause`."""
    with_ann_inside(tmp_path)
    now_path, then_path = tmp_path / "tactful.db", tmp_path / "then.db"
    database = open_database(f"sqlite:///{then_path}")
    monkeypatch.setattr("orchestrator.store.migrate.HEAD", "0002")
    upgrade(database)
    monkeypatch.undo()
    database.dispose()
    with closing(sqlite3.connect(then_path)) as then:
        then.execute("ATTACH ? AS now", (str(now_path),))
        for table in ("profiles", "identities", "enrollments", "events"):
            columns = ", ".join(f'"{row[1]}"' for row in then.execute(f"PRAGMA main.table_info({table})"))
            then.execute(f"INSERT INTO {table} ({columns}) SELECT {columns} FROM now.{table}")
        then.commit()
    for path in tmp_path.glob("tactful.db*"):
        path.unlink()
    then_path.rename(now_path)
    return tmp_path


def with_ann_inside(folder: Path) -> None:
    write(folder, SERIES)
    store, now = sqlite_store(folder), wall_now()
    store.append([read(line, now) for line in (identify("ann", now), track("Signed Up", now))], now)
    store.close()
    assert tactful("run", "--until-idle", "-C", folder).exit_code == 0


def write(folder: Path, journeys: str) -> None:
    (folder / "journeys.yaml").write_text(HEAD + journeys, encoding="utf-8")


def standing(folder: Path) -> list[tuple[str, str]]:
    """Say where ann stands in series, and why she left."""
    told = json.loads(tactful("why-not", "ann", "series", "-C", folder, "--json").stdout)
    return [(each["step"], each["reason"]) for each in told["passes"]]


def run(folder: Path) -> Result:
    return tactful("run", "--until-idle", "-C", folder)


def test_files_in_which_everybody_has_a_place_just_run(folder: Path) -> None:
    done = run(folder)
    assert (done.exit_code, standing(folder)) == (0, [("pause", "")])


def test_the_version_from_before_is_moved_to_the_one_that_runs(folder: Path) -> None:
    write(folder, SERIES.replace("wait: 3d", "wait: 1s"))
    run(folder)
    with closing(sqlite3.connect(folder / "tactful.db")) as database:
        versions = database.execute("SELECT DISTINCT version FROM enrollments").fetchall()
        deployed = database.execute("SELECT journeys FROM deployments").fetchall()
    assert deployed == [(json.dumps({"series": versions[0][0]}, separators=(",", ":")),)]


def test_nothing_runs_while_somebody_is_at_a_step_that_is_gone(folder: Path) -> None:
    write(folder, WITHOUT_PAUSE)
    done = run(folder)
    assert (done.exit_code, done.stderr) == (
        1,
        "tactful: nothing runs, because these files would lose people who are inside journeys of an earlier version:\n"
        '  series: step "pause" is gone and 1 person is there; write `moved: {pause: STEP}` into the journey to send '
        "them to another step, or `moved: {pause: exit}` to let them leave\n"
        "  `tactful plan` shows everything; `tactful apply` takes --end. Or run once with the files as they were, "
        "and change them after that\n",
    )
    assert standing(folder) == [("pause", "")]


def test_nothing_runs_while_somebody_is_in_a_journey_that_is_gone(folder: Path) -> None:
    write(folder, OTHER)
    done = run(folder)
    assert done.exit_code == 1
    assert "series: the journey is gone and 1 person is inside; `--end series` lets them leave\n" in done.stderr


def test_the_status_says_why_nothing_runs(folder: Path) -> None:
    write(folder, OTHER)
    lines = tactful("status", "-C", folder).stdout.splitlines()
    assert "deployment   none is in force; `tactful run` or `tactful apply` does that" in lines
    assert "  series: the journey is gone and 1 person is inside; `--end series` lets them leave" in lines


def test_a_word_about_them_in_the_file_lets_it_run(folder: Path) -> None:
    write(folder, WITHOUT_PAUSE + "    moved: {pause: exit}\n")
    assert run(folder).exit_code == 0
    assert standing(folder) == [("pause", "step_removed")]


def test_people_of_a_journey_that_is_gone_can_be_let_go(folder: Path) -> None:
    write(folder, OTHER)
    assert tactful("apply", "--end", "series", "-C", folder).exit_code == 0
    assert run(folder).exit_code == 0
    assert standing(folder) == [("pause", "journey_removed")]


def test_nobody_can_finish_on_a_version_that_was_not_kept(folder: Path) -> None:
    write(folder, OTHER)
    done = tactful("apply", "--keep", "series", "-C", folder)
    assert done.exit_code == 1
    assert "! --keep series: series has people inside a version of which nothing is kept; leave it out" in done.stdout


def test_running_once_with_the_files_as_they_were_makes_every_change_possible(folder: Path) -> None:
    run(folder)
    write(folder, OTHER)
    assert tactful("apply", "--keep", "series", "-C", folder).exit_code == 0
    assert run(folder).exit_code == 0
    assert standing(folder) == [("pause", "")]
