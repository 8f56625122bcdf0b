"""Do the journeys do what their tests say?"""
# ruff: noqa: PT028 - the command is called test and is none

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from journeys.catalog import Catalog
from journeys.errors import OrchestratorError, Problem
from orchestrator.cli.options import HERE, AsJson, Workspace
from orchestrator.cli.output import coloured, counted, print_json
from orchestrator.cli.workspace import usable_project
from orchestrator.scenarios import Result, Scenario, read_scenarios, run_scenario

FILE = "journeys.test.yaml"

Ran = Sequence[tuple[Scenario, Result]]


class UnreadableScenarios(OrchestratorError):
    """The file of scenarios cannot be read."""


def test(
    path: Annotated[Path | None, typer.Argument(metavar="FILE", help="Another file of scenarios.")] = None,
    *,
    folder: Workspace = HERE,
    as_json: AsJson = False,
) -> None:
    """Run the scenarios of journeys.test.yaml: given these events, are these messages sent, delayed and suppressed?

    Every scenario runs with a virtual clock through the code that runs live; nothing is sent. A difference is shown
    with the timeline around it. FILE is another file of scenarios for the same workspace.

    \b
    Examples:
      tactful test
      tactful test -C shop
      tactful test more.test.yaml --json
    """
    project, spec = usable_project(folder)
    file = path or folder / FILE
    scenarios, problems = read_scenarios(_text(file), str(file))
    program = project.program(Catalog())
    ran = [(scenario, run_scenario(scenario, program, spec.shop.timezone)) for scenario in scenarios]
    if as_json:
        print_json(_fields(ran, problems))
    else:
        _print(ran, problems)
    if problems or not all(result.passed for _, result in ran):
        raise typer.Exit(1)


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise UnreadableScenarios(f"{file}: expected UTF-8 text, got other bytes; save it as UTF-8") from None
    except OSError as error:
        raise UnreadableScenarios(
            f"{file}: expected a file of scenarios, got none ({error.strerror}); "
            "`tactful init DIR` makes a workspace with one to start from"
        ) from None


def _fields(ran: Ran, problems: Sequence[Problem]) -> dict[str, Any]:
    failed = sum(not result.passed for _, result in ran)
    return {
        "passed": len(ran) - failed,
        "failed": failed,
        "scenarios": [
            {
                "name": scenario.name,
                "line": scenario.line,
                "passed": result.passed,
                "differences": result.differences,
                "timeline": result.timeline,
            }
            for scenario, result in ran
        ],
        "problems": [str(problem) for problem in problems],
    }


def _print(ran: Ran, problems: Sequence[Problem]) -> None:
    for scenario, result in ran:
        verdict = coloured("pass", "green") if result.passed else coloured("FAIL", "red")
        typer.echo(f"{verdict}  {scenario.name}")
        for difference in result.differences:
            typer.echo("\n".join(f"      {line}" for line in difference.splitlines()))
    for problem in problems:
        typer.echo(str(problem))
    failed = sum(not result.passed for _, result in ran)
    broken = f", {counted(len(problems), 'problem')} in the file" if problems else ""
    typer.echo(f"{counted(len(ran), 'scenario')}: {len(ran) - failed:,} passed, {failed:,} failed{broken}")
