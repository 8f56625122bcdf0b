"""Does `tactful fmt` write files in their one form, and leave alone what it should?"""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from orchestrator.bundled import copy_example
from orchestrator.cli import app

UNTIDY = "journeys:\n  a:\n    entry: {event: E}\n    steps:\n    - {exit: b, id: a}\n"
TIDY = "journeys:\n  a:\n    entry: {event: E}\n    steps:\n      - {id: a, exit: b}\n"


def fmt(*arguments: object) -> Result:
    return CliRunner().invoke(app, ["fmt", *(str(argument) for argument in arguments)])


@pytest.fixture
def untidy(tmp_path: Path) -> Path:
    path = tmp_path / "more.yaml"
    path.write_text(UNTIDY, encoding="utf-8")
    return path


def test_a_file_is_written_anew(untidy: Path) -> None:
    done = fmt(untidy)
    assert (done.exit_code, done.stdout) == (0, f"{untidy}: written anew\n1 file, 1 written anew\n")
    assert untidy.read_text(encoding="utf-8") == TIDY


def test_check_changes_nothing_and_fails(untidy: Path) -> None:
    done = fmt(untidy, "--check")
    assert (done.exit_code, done.stdout) == (1, f"{untidy}: would be written anew\n1 file, 1 to be written anew\n")
    assert untidy.read_text(encoding="utf-8") == UNTIDY


def test_check_is_content_with_a_tidy_file(untidy: Path) -> None:
    untidy.write_text(TIDY, encoding="utf-8")
    assert fmt(untidy, "--check").exit_code == 0


def test_diff_changes_nothing_and_shows_what_would(untidy: Path) -> None:
    done = fmt(untidy, "--diff")
    assert "-    - {exit: b, id: a}\n+      - {id: a, exit: b}\n" in done.stdout
    assert (done.exit_code, untidy.read_text(encoding="utf-8")) == (0, UNTIDY)


def test_a_file_that_cannot_be_read_is_left_and_named(untidy: Path) -> None:
    untidy.write_text("a: [", encoding="utf-8")
    done = fmt(untidy, "--json")
    (found,) = json.loads(done.stdout)["files"]
    assert (done.exit_code, found["state"], untidy.read_text(encoding="utf-8")) == (1, "refused", "a: [")


def test_without_a_file_it_is_the_workspace_with_what_it_includes(tmp_path: Path, untidy: Path) -> None:
    copy_example(tmp_path)
    main = tmp_path / "journeys.yaml"
    main.write_text(main.read_text(encoding="utf-8") + "include: [more.yaml]\n", encoding="utf-8")
    done = fmt("-C", tmp_path)
    assert done.stdout == f"{untidy}: written anew\n2 files, 1 written anew\n"
