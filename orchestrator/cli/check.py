"""What is wrong with the journeys?"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from journeys.costs import Estimate
from journeys.errors import Problem
from journeys.spelling import did_you_mean
from orchestrator.checks import explain
from orchestrator.cli.check_text import as_github, cost_fields, proof_fields, show_costs, show_proofs
from orchestrator.cli.options import HERE, AsJson, Workspace
from orchestrator.cli.output import coloured, counted, print_json
from orchestrator.cli.workspace import split
from orchestrator.project import Project, load_project
from orchestrator.proofs import costs, prove

_COLOURS = {"error": "red", "warning": "yellow"}
SHOWN = 20


class Format(StrEnum):
    """How problems are printed."""

    TEXT = "text"
    JSON = "json"
    GITHUB = "github"


def check(
    path: Annotated[Path | None, typer.Argument(metavar="FILE", help="Another journeys file.")] = None,
    *,
    folder: Workspace = HERE,
    shape: Annotated[
        Format, typer.Option("--format", help="text, json, or github: annotations of a pull request.")
    ] = Format.TEXT,
    strict: Annotated[bool, typer.Option("--strict", help="Let warnings fail as well.")] = False,
    code: Annotated[
        str | None, typer.Option("--explain", metavar="CODE", help="Say what a code means and what to do.")
    ] = None,
    cost: Annotated[bool, typer.Option("--cost", help="Say what one enrollment can cost at the most.")] = False,
    people: Annotated[
        int | None, typer.Option("--people", metavar="N", min=1, help="The cost of so many entries; implies --cost.")
    ] = None,
    proofs: Annotated[
        bool, typer.Option("--proofs", help="List the ways to every marketing message, and bound the messages a week.")
    ] = False,
    journey: Annotated[
        str | None, typer.Option("--journey", metavar="JOURNEY", help="The proofs or cost of this journey only.")
    ] = None,
    most: Annotated[
        int, typer.Option("--most", metavar="N", min=1, help="Show so many ways of each journey; 20 when left out.")
    ] = SHOWN,
    as_json: AsJson = False,
) -> None:
    """Say what is wrong with the journeys and their templates, all at once, each with its line and column.

    FILE is another journeys file than the workspace's journeys.yaml; the folder it lies in is then the workspace.
    Warnings alone are no failure. With --explain nothing is checked.

    \b
    Examples:
      tactful check
      tactful check -C shop
      tactful check shop/journeys.yaml --json
      tactful check --format github --strict
      tactful check --explain journey.loop_without_wait
      tactful check --proofs --journey cart_recovery
      tactful check --cost --people 10000
    """
    if code is not None:
        _explain(code)
        return
    project = load_project(*split(path, folder))
    _known_journey(project, journey)
    problems = [_as_named(problem, path) for problem in project.problems]
    shape = Format.JSON if as_json else shape
    if shape is Format.JSON:
        print_json(
            {"problems": [_fields(problem) for problem in problems]}
            | _more(project, journey, proofs=proofs, cost=cost or people is not None, people=people)
        )
    else:
        for problem in problems:
            typer.echo(_LINES[shape](problem))
        typer.echo(_summary(project, str(path or project.file)))
        if proofs:
            show_proofs(*prove(project, [journey] if journey else ()), most)
        if cost or people is not None:
            show_costs(_costs(project, journey), _currency(project), people)
    if project.errors or (strict and problems):
        raise typer.Exit(1)


def _explain(code: str) -> None:
    try:
        typer.echo(explain(code).rstrip("\n"))
    except KeyError as error:
        raise typer.BadParameter(str(error.args[0]), param_hint="--explain") from None


def _known_journey(project: Project, journey: str | None) -> None:
    """Refuse a journey that is not there as wrong usage."""
    if journey is not None and project.spec is not None and journey not in project.spec.journeys:
        hint = did_you_mean(journey, project.spec.journeys)
        raise typer.BadParameter(f'there is no journey "{journey}"{hint}', param_hint="--journey")


def _more(project: Project, journey: str | None, *, proofs: bool, cost: bool, people: int | None) -> dict[str, object]:
    """Give what else was asked for, under its own keys."""
    found: dict[str, object] = {}
    if proofs:
        found |= proof_fields(*prove(project, [journey] if journey else ()))
    if cost:
        found["cost"] = cost_fields(_costs(project, journey), _currency(project), people)
    return found


def _costs(project: Project, journey: str | None) -> Mapping[str, Estimate]:
    return {name: found for name, found in costs(project).items() if journey in (None, name)}


def _currency(project: Project) -> str:
    return project.spec.shop.currency if project.spec else ""


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


_LINES: Mapping[Format, Callable[[Problem], str]] = {Format.TEXT: _line, Format.GITHUB: as_github}
