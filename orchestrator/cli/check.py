"""What is wrong with the journeys?"""

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from journeys.errors import Problem
from orchestrator.cli.options import HERE, AsJson, Workspace
from orchestrator.cli.output import coloured, counted, print_json
from orchestrator.cli.workspace import split
from orchestrator.project import Project, load_project

_COLOURS = {"error": "red", "warning": "yellow"}


def check(
    path: Annotated[Path | None, typer.Argument(metavar="FILE", help="Another journeys file.")] = None,
    *,
    folder: Workspace = HERE,
    as_json: AsJson = False,
) -> None:
    """Say what is wrong with the journeys and their templates, all at once, each with its line and column.

    FILE is another journeys file than the workspace's journeys.yaml; the folder it lies in is then the workspace.
    Warnings alone are no failure.

    \b
    Examples:
      tactful check
      tactful check -C shop
      tactful check shop/journeys.yaml --json
    """
    project = load_project(*split(path, folder))
    problems = [_as_named(problem, path) for problem in project.problems]
    if as_json:
        print_json({"problems": [_fields(problem) for problem in problems]})
    else:
        for problem in problems:
            typer.echo(_line(problem))
        typer.echo(_summary(project, str(path or project.file)))
    if project.errors:
        raise typer.Exit(1)


def _as_named(problem: Problem, path: Path | None) -> Problem:
    """Write the file's name the way the user did, so that an editor finds it."""
    return problem if path is None else replace(problem, file=str(path.parent / problem.file))


def _fields(problem: Problem) -> dict[str, object]:
    return {
        "file": problem.file,
        "line": problem.line,
        "column": problem.column,
        "code": problem.code,
        "message": problem.message,
        "severity": problem.severity,
    }


def _line(problem: Problem) -> str:
    severity = coloured(problem.severity, _COLOURS[problem.severity])
    return f"{problem.file}:{problem.line}:{problem.column}: {problem.code} {problem.message} [{severity}]"


def _summary(project: Project, name: str) -> str:
    if project.spec is None:
        return f"{name}: cannot be used"
    journeys = counted(len(project.spec.journeys), "journey")
    warnings = len(project.problems) - len(project.errors)
    found = [counted(count, noun) for count, noun in ((len(project.errors), "error"), (warnings, "warning")) if count]
    quarantined = f"; quarantined: {', '.join(project.quarantined)}" if project.quarantined else ""
    return f"{name}: {journeys}, {' and '.join(found) or 'no problems'}{quarantined}"
