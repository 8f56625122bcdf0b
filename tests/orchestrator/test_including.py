"""Are included files found, in a folder as in memory, and what keeps them from being read?"""

import json
from pathlib import Path

import pytest

from orchestrator.including import CODES, Files, Folder, Texts
from orchestrator.project import Project, check_project, load_project

MAIN = """\
version: 1
include: [journeys.d/*.yaml]
shop: {name: Nordic Roast}
channels: {email: {action: email.file}}
journeys:
  cart:
    entry: {event: Checkout Started}
    steps: [{id: pause, wait: 3d}]
"""


def journey(name: str, wait: str = "3d") -> str:
    """Write a file of one journey."""
    return f"journeys:\n  {name}:\n    entry: {{event: Checkout Started}}\n    steps: [{{id: pause, wait: {wait}}}]\n"


NAMES = {
    "journeys.yaml": MAIN,
    "journeys.d/b.yaml": journey("second"),
    "journeys.d/a.yaml": journey("first"),
    "journeys.d/a.test.yaml": "- name: a scenario\n",
    "journeys.d/deep/c.yaml": journey("third"),
    "journeys.d/notes.txt": "no journeys",
}


def written(folder: Path, texts: dict[str, str]) -> Path:
    """Write these files."""
    for name, text in texts.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return folder


@pytest.fixture(params=["folder", "texts"])
def files(request: pytest.FixtureRequest, tmp_path: Path) -> Files:
    """Give the same files twice: on disk and in memory."""
    return Texts(NAMES) if request.param == "texts" else Folder(written(tmp_path, NAMES))


def checked(files: Files, *patterns: str) -> Project:
    """Check the main file with these patterns."""
    text = MAIN.replace("[journeys.d/*.yaml]", json.dumps(patterns))
    return check_project(text, {}, Path(), files=files)


@pytest.mark.parametrize(
    ("pattern", "names"),
    [
        ("journeys.d/*.yaml", ["journeys.d/a.yaml", "journeys.d/b.yaml"]),
        ("journeys.d/b.yaml", ["journeys.d/b.yaml"]),
        ("journeys.d/?.yaml", ["journeys.d/a.yaml", "journeys.d/b.yaml"]),
        ("journeys.d/**/*.yaml", ["journeys.d/a.yaml", "journeys.d/b.yaml", "journeys.d/deep/c.yaml"]),
        ("*/*.yaml", ["journeys.d/a.yaml", "journeys.d/b.yaml"]),
    ],
)
def test_a_pattern_names_files_in_sorted_order(files: Files, pattern: str, names: list[str]) -> None:
    project = checked(files, pattern)
    assert (list(project.included), project.errors) == (names, ())


def test_a_file_that_two_patterns_name_is_read_once(files: Files) -> None:
    assert list(checked(files, "journeys.d/b.yaml", "journeys.d/*.yaml").journeys) == ["cart", "second", "first"]


def test_the_main_file_does_not_include_itself(files: Files) -> None:
    assert [problem.code for problem in checked(files, "*.yaml").problems] == ["include.nothing"]


def test_a_pattern_that_matches_nothing_is_a_warning(files: Files) -> None:
    project = checked(files, "teams/*.yaml")
    assert [str(problem) for problem in project.problems] == [
        'journeys.yaml:2:11: include.nothing include "teams/*.yaml" matches no file; correct or remove it'
    ]
    assert (project.errors, list(project.journeys)) == ((), ["cart"])


@pytest.mark.parametrize("pattern", ["../other.yaml", "/etc/passwd", "a/../../b.yaml"])
def test_a_pattern_that_leads_out_of_the_workspace_is_refused(files: Files, pattern: str) -> None:
    assert [problem.code for problem in checked(files, pattern).problems] == ["include.outside"]


def test_a_file_that_is_not_there_keeps_nothing_else_from_running(files: Files) -> None:
    project = checked(files, "teams/a.yaml", "journeys.d/b.yaml")
    assert [(problem.line, problem.code) for problem in project.errors] == [(2, "include.unreadable")]
    assert (project.is_runnable, list(project.journeys)) == (True, ["cart", "second"])


def test_a_file_that_is_no_text_is_named(tmp_path: Path) -> None:
    written(tmp_path, {"journeys.yaml": MAIN, "journeys.d/a.yaml": ""})
    (tmp_path / "journeys.d" / "a.yaml").write_bytes(b"\xff\xfe\x00")
    assert [str(problem) for problem in load_project(tmp_path).errors] == [
        'journeys.yaml:2:11: include.unreadable include "journeys.d/*.yaml" journeys.d/a.yaml is not UTF-8 text; save '
        "it as UTF-8"
    ]


def test_a_link_out_of_the_workspace_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "outside.yaml").write_text(journey("outside"), encoding="utf-8")
    folder = written(tmp_path / "shop", {"journeys.yaml": MAIN, "journeys.d/a.yaml": journey("first")})
    (folder / "journeys.d" / "b.yaml").symlink_to(tmp_path / "outside.yaml")
    project = load_project(folder)
    assert ([problem.code for problem in project.errors], list(project.included)) == (
        ["include.unreadable"],
        ["journeys.d/a.yaml"],
    )


def test_a_wrong_included_file_quarantines_its_journeys_and_no_others() -> None:
    texts = {"journeys.d/a.yaml": journey("first") + "guards: {consent: {}}\n", "journeys.d/b.yaml": journey("second")}
    project = check_project(MAIN, {}, Path(), files=Texts(texts))
    assert (project.is_runnable, list(project.journeys)) == (True, ["cart", "second"])
    assert list(project.quarantined) == ["first"]
    assert project.quarantined["first"].startswith("journeys.d/a.yaml:5:1: include.not_here")


def test_a_wrong_journey_of_an_included_file_is_quarantined_alone() -> None:
    texts = {"journeys.d/a.yaml": journey("first", "3x") + journey("second").removeprefix("journeys:\n")}
    project = check_project(MAIN, {}, Path(), files=Texts(texts))
    assert (list(project.journeys), list(project.quarantined)) == (["cart", "second"], ["first"])


def test_every_code_of_including_is_documented() -> None:
    page = (Path(__file__).parents[2] / "docs" / "language.md").read_text(encoding="utf-8")
    assert [code for code in CODES if f"`{code}`" not in page] == []
