"""What do the commands that put journeys into force have in common?"""

from pathlib import Path
from typing import Annotated, TypeAlias

import typer

from journeys.errors import OrchestratorError
from orchestrator.bundle import read_bundle
from orchestrator.cli.output import coloured
from orchestrator.deployment import Deployment
from orchestrator.in_force import Archive
from orchestrator.plan import Choices, Plan, make_plan
from orchestrator.plan_text import lines
from orchestrator.project import FILE, Project, load_project
from orchestrator.store.base import Store

_MARKS = {"+": "green", "-": "red", "~": "yellow", "!": "red"}

End: TypeAlias = Annotated[
    list[str] | None,
    typer.Option("--end", metavar="JOURNEY", help="Its people leave: for a journey that is gone. Several times."),
]
Keep: TypeAlias = Annotated[
    list[str] | None,
    typer.Option("--keep", metavar="JOURNEY", help="Its people finish on the version they are on. Several times."),
]
By: TypeAlias = Annotated[
    str | None, typer.Option("--by", metavar="NAME", help="Who does this; the name you logged in with.")
]
Note: TypeAlias = Annotated[str, typer.Option("--note", metavar="TEXT", help="Why; `tactful deployments` shows it.")]
Expect: TypeAlias = Annotated[
    int | None, typer.Option("--expect", metavar="ID", min=0, help="Only when this deployment is still in force.")
]
Explain: TypeAlias = Annotated[bool, typer.Option("--explain", help="Say of every line why it is so.")]


class WrongFile(OrchestratorError):
    """The files have problems, so they cannot be put into force."""


def planned_from_folder(store: Store, folder: Path, choices: Choices) -> Plan:
    """Compare the files of a folder with what is in force. Raises WrongFile, with every problem, when one is wrong."""
    project = load_project(folder)
    _refuse_problems(project, f"{folder / FILE} has problems; correct them first")
    return make_plan(Archive(store, folder).standing(), project, read_bundle(folder), choices)


def planned_from(store: Store, folder: Path, deployment: Deployment, choices: Choices) -> Plan:
    """Compare an earlier deployment with what is in force. Raises WrongFile when this tactful cannot use it."""
    archive = Archive(store, folder)
    project = archive.project(deployment)
    _refuse_problems(project, f"deployment {deployment.id} cannot be used by this version of tactful")
    return make_plan(archive.standing(), project, archive.bundle(deployment), choices)


def _refuse_problems(project: Project, what: str) -> None:
    if project.errors:
        problems = "\n".join(f"  {problem}" for problem in project.errors)
        raise WrongFile(f"{what}:\n{problems}")


def choices_of(end: list[str] | None, keep: list[str] | None) -> Choices:
    """Give what was said on the command line about people inside."""
    return Choices(frozenset(end or ()), frozenset(keep or ()))


def show(plan: Plan, *, explains: bool) -> None:
    """Print a plan for people."""
    for line in lines(plan, explains=explains):
        typer.echo(_in_colour(line))


def _in_colour(line: str) -> str:
    colour = _MARKS.get(line.lstrip()[:1])
    return line if colour is None else coloured(line, colour)
