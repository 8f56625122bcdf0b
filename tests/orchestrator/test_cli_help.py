"""Is `tactful --help` instant, and does it tell the truth?"""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from orchestrator.cli import app
from orchestrator.cli.group import COMMANDS, GROUPS, load_command

ROOT = Path(__file__).parents[2]
DOCS = (ROOT / "docs" / "commands.md").read_text(encoding="utf-8")
HEAVY = ("sqlmodel", "sqlalchemy", "fastapi", "rich", "httpx", "pydantic", "apscheduler", "jinja2")


def modules_after(*arguments: str) -> set[str]:
    """Run the command line in a process of its own and say what it imported."""
    script = (
        "import sys\nfrom orchestrator.cli import app\n"
        f"try:\n    app({list(arguments)!r}, prog_name='tactful')\nexcept SystemExit:\n    pass\n"
        "print('\\n'.join(sys.modules), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=ROOT)
    return {name.partition(".")[0] for name in done.stderr.split()}


def test_help_imports_nothing_heavy() -> None:
    assert modules_after("--help").isdisjoint(HEAVY)


def test_check_needs_no_database_no_network_and_no_scheduler() -> None:
    assert modules_after("check").isdisjoint({"sqlmodel", "sqlalchemy", "httpx", "apscheduler", "rich"})


def test_the_help_of_a_group_imports_none_of_its_commands() -> None:
    # Typer itself imports pydantic as soon as there is an argument to read.
    assert modules_after("guards", "--help").isdisjoint({*HEAVY} - {"pydantic"})


def listed_by(*arguments: str) -> list[str]:
    lines = CliRunner().invoke(app, [*arguments, "--help"]).stdout.splitlines()
    return [line.split()[0] for line in lines[lines.index("Commands:") + 1 :] if line]


def test_help_lists_every_command() -> None:
    assert listed_by() == list(dict.fromkeys(name.split()[0] for name in COMMANDS))


@pytest.mark.parametrize("group", GROUPS)
def test_the_help_of_a_group_lists_every_command_of_it(group: str) -> None:
    assert [f"{group} {word}" for word in listed_by(group)] == [
        name for name in COMMANDS if name.startswith(f"{group} ")
    ]


def test_there_is_a_module_for_every_command_and_no_other() -> None:
    shared = {
        "__init__",
        "__main__",
        "group",
        "options",
        "output",
        "planning",
        "workspace",
        "database",
        "in_force",
        "check_text",
        "serving",
        "moments",
        "importing",
        "backtest_text",
    }
    modules = {path.stem for path in (ROOT / "orchestrator" / "cli").glob("*.py")} - shared
    assert modules == {name.replace("-", "_").replace(" ", "_") for name in COMMANDS}


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_says_in_its_help_what_the_table_says_it_does(name: str) -> None:
    assert load_command(name).short_help == COMMANDS[name]


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_gives_an_example(name: str) -> None:
    done = CliRunner().invoke(app, [*name.split(), "--help"])
    assert re.search(rf"Examples?:\n.*tactful {name}", done.stdout)


def test_an_almost_right_command_is_suggested_and_wrong_usage() -> None:
    done = CliRunner().invoke(app, ["chek"])
    assert (done.exit_code, "Did you mean 'check'" in done.stderr) == (2, True)


def test_an_almost_right_command_of_a_group_is_suggested_and_wrong_usage() -> None:
    done = CliRunner().invoke(app, ["guards", "reprot"])
    assert (done.exit_code, "Did you mean 'report'" in done.stderr) == (2, True)


def test_the_version_is_shown() -> None:
    assert re.fullmatch(r"tactful \d+\.\d+\.\d+\n", CliRunner().invoke(app, ["--version"]).stdout)


def documented(name: str) -> set[str]:
    section = re.search(rf"^## tactful {name}\n(.*?)(?=^## |\Z)", DOCS, re.DOTALL | re.MULTILINE)
    assert section is not None
    return set(re.findall(r"^\| `(-[-\w]+)", section.group(1), re.MULTILINE))


@pytest.mark.parametrize("name", COMMANDS)
def test_the_page_of_commands_lists_exactly_the_options_there_are(name: str) -> None:
    real = {option for param in load_command(name).params for option in param.opts if option.startswith("-")}
    assert documented(name) == real


def test_the_page_of_commands_lists_exactly_the_commands_there_are() -> None:
    assert re.findall(r"^## tactful ([\w -]+)$", DOCS, re.MULTILINE) == list(COMMANDS)
