"""Which journeys run: the files as they stand, what ran last, or what somebody applied?"""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from orchestrator import daemon
from orchestrator.app import App, build
from orchestrator.bundle import read_bundle
from orchestrator.clock import wall_now
from orchestrator.deployment import Deployment
from orchestrator.in_force import Archive, InForce, in_force, put_into_force, warnings_of
from orchestrator.plan import make_plan, order
from orchestrator.project import load_project
from orchestrator.store import deployments
from orchestrator.store.base import Store
from tests.fakes.calls import identify, read, track
from tests.fakes.stores import sqlite_store

HEAD = """
version: 1
shop: {name: Nordic Roast, timezone: UTC, url: "https://shop.example"}
channels: {email: {action: email.file}}
journeys:
  series:
    entry: {event: Signed Up}
"""
FIRST = HEAD + "    steps:\n      - {id: pause, wait: 300d}\n      - {id: done, exit: finished}\n"
SLOWER = FIRST.replace("300d", "400d")
WITHOUT = HEAD + "    steps:\n      - {id: done, exit: finished}\n"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = sqlite_store(tmp_path)
    yield opened
    opened.close()


def write(folder: Path, text: str) -> None:
    (folder / "journeys.yaml").write_text(text, encoding="utf-8")


def run(folder: Path, text: str = "") -> App:
    """Run the workspace until nothing is left to do."""
    if text:
        write(folder, text)
    app = build(folder, None)
    daemon.run(app, until_idle=True)
    app.store.close()
    return app


def with_somebody_inside(folder: Path) -> None:
    """Let a person walk into the first version."""
    run(folder, FIRST)
    now = wall_now()
    opened = sqlite_store(folder)
    opened.append([read(line, now) for line in (identify("ann", "08:50"), track("Signed Up", now))], now)
    opened.close()
    run(folder)


def apply(store: Store, folder: Path, text: str) -> int:
    write(folder, text)
    plan = make_plan(Archive(store, folder).standing(), load_project(folder), read_bundle(folder))
    return put_into_force(store, plan, at=wall_now(), by="ann", kind="apply")


def wait_of(app: App) -> str:
    return f"{app.program.journeys['series'].steps['pause'].spec.wait.days}d"  # type: ignore[attr-defined]  # a wait


def test_the_files_go_into_force_by_themselves(tmp_path: Path) -> None:
    run(tmp_path, FIRST)
    app = run(tmp_path, SLOWER)
    assert (wait_of(app), app.warnings) == ("400d", ())


def test_running_the_same_again_is_no_new_deployment(tmp_path: Path, store: Store) -> None:
    run(tmp_path, FIRST)
    run(tmp_path)
    newest = Archive(store, tmp_path).newest()
    assert newest is not None
    assert (newest.id, newest.kind) == (1, "run")


def test_files_that_would_lose_somebody_do_not_go_into_force_and_it_is_said_loudly(
    tmp_path: Path, store: Store
) -> None:
    with_somebody_inside(tmp_path)
    app = run(tmp_path, WITHOUT)
    assert list(app.program.journeys["series"].steps) == ["pause", "done"]
    assert 'step "pause" is gone and 1 person is there' in app.warnings[0]
    assert warnings_of(store, tmp_path) == app.warnings


def test_files_that_say_what_becomes_of_people_go_into_force(tmp_path: Path) -> None:
    with_somebody_inside(tmp_path)
    app = run(tmp_path, WITHOUT + "    moved: {pause: done}\n")
    assert (list(app.program.journeys["series"].steps), app.warnings) == (["done"], ())


def test_once_somebody_applied_the_files_are_only_compared(tmp_path: Path, store: Store) -> None:
    run(tmp_path, FIRST)
    apply(store, tmp_path, FIRST)
    app = run(tmp_path, SLOWER)
    assert wait_of(app) == "300d"
    assert app.warnings == (
        f"the files of {tmp_path} differ from what runs: deployment 2, apply by ann; "
        "`tactful plan` shows what they would change",
    )


def test_what_was_applied_runs_while_the_file_is_wrong(tmp_path: Path, store: Store) -> None:
    apply(store, tmp_path, FIRST)
    app = run(tmp_path, "version: 7\n")
    assert wait_of(app) == "300d"


def test_a_running_worker_notices_what_is_applied_beside_it(tmp_path: Path, store: Store) -> None:
    write(tmp_path, FIRST)
    app = build(tmp_path, None)
    apply(store, tmp_path, SLOWER)
    asyncio.run(app.worker.run(until_idle=True))
    app.store.close()
    version = app.worker.engine.program.journeys["series"].version
    assert (app.worker.engine.deployment, version) == (2, load_project(tmp_path).journeys["series"].version)


def test_words_come_from_what_is_in_force_and_not_from_the_folder(tmp_path: Path, store: Store) -> None:
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates" / "hello.txt").write_text("---\nsubject: Hello\n---\nFirst words.\n", encoding="utf-8")
    apply(store, tmp_path, HEAD + "    steps:\n      - {id: hello, send: email, template: hello.txt}\n")
    (tmp_path / "templates" / "hello.txt").write_text("---\nsubject: Hello\n---\nOther words.\n", encoding="utf-8")
    loaded = in_force(store, tmp_path).project.templates.load("hello.txt")
    assert "First words." in loaded.words


def test_included_files_are_part_of_what_is_in_force(tmp_path: Path, store: Store) -> None:
    (tmp_path / "more").mkdir()
    (tmp_path / "more" / "b.yaml").write_text(
        "journeys:\n  other:\n    entry: {event: Called}\n    steps:\n      - {id: done, exit: finished}\n",
        encoding="utf-8",
    )
    apply(store, tmp_path, "include: [more/*.yaml]\n" + FIRST.lstrip())
    (tmp_path / "more" / "b.yaml").unlink()
    assert sorted(in_force(store, tmp_path).project.journeys) == ["other", "series"]


@pytest.mark.parametrize("moment", ["orchestrator.in_force.Archive.standing", "orchestrator.in_force.order"])
def test_of_two_processes_that_start_at_once_one_takes_the_files_up_and_the_other_follows(
    tmp_path: Path, store: Store, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    write(tmp_path, FIRST)
    real = Archive.standing if moment.endswith("standing") else order
    first: list[InForce] = []

    def beside(*given: Any, **said: Any) -> Any:
        """Let the other process do all it does before this one goes on."""
        monkeypatch.undo()
        first.append(in_force(store, tmp_path))
        return real(*given, **said)

    monkeypatch.setattr(moment, beside)
    second = in_force(store, tmp_path)
    assert [each.id for each in deployments_of(store)] == [1]
    assert second.deployment == first[0].deployment


def test_what_somebody_applies_while_a_process_starts_is_what_runs(
    tmp_path: Path, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(tmp_path, FIRST)
    real = Archive.standing

    def beside(archive: Archive) -> Any:
        monkeypatch.undo()
        apply(store, tmp_path, SLOWER)
        write(tmp_path, FIRST.replace("300d", "500d"))
        return real(archive)

    monkeypatch.setattr("orchestrator.in_force.Archive.standing", beside)
    running = in_force(store, tmp_path)
    assert running.deployment is not None
    assert (running.deployment.id, running.deployment.kind) == (2, "apply")


def deployments_of(store: Store) -> list[Deployment]:
    with store.reading() as connection:
        return list(deployments.newest_first(connection))
