"""How does a journey look?"""

from typing import Annotated

import typer

from journeys.draw import draw
from journeys.errors import OrchestratorError
from journeys.spelling import did_you_mean
from orchestrator.cli.options import HERE, AsJson, Workspace
from orchestrator.cli.output import print_json
from orchestrator.cli.workspace import usable_project


class Quarantined(OrchestratorError):
    """The journey has an error and does not run."""


def graph(
    name: Annotated[str, typer.Argument(metavar="JOURNEY", help="The journey's name in the file.")],
    *,
    folder: Workspace = HERE,
    as_json: AsJson = False,
) -> None:
    """Draw a journey as Mermaid text, ready for a README, a pull request or a Mermaid viewer.

    \b
    Examples:
      tactful graph cart_recovery
      tactful graph cart_recovery > cart_recovery.mmd
    """
    project, spec = usable_project(folder)
    if name not in spec.journeys:
        hint = did_you_mean(name, spec.journeys) or f"; the journeys are {', '.join(spec.journeys)}"
        raise typer.BadParameter(f'there is no journey "{name}"{hint}', param_hint="JOURNEY")
    if name not in project.journeys:
        raise Quarantined(f'journey "{name}" has an error; correct it first: {project.quarantined[name]}')
    journey = project.journeys[name]
    if as_json:
        print_json({"journey": journey.name, "version": journey.version, "mermaid": draw(journey)})
    else:
        typer.echo(draw(journey))
