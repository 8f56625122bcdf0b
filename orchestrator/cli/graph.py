"""How does a journey look?"""

from typing import Annotated, Any

import typer

from journeys.compile import Journey
from journeys.draw import draw
from journeys.errors import OrchestratorError
from journeys.spelling import did_you_mean
from orchestrator.cli.options import HERE, AsJson, Workspace
from orchestrator.cli.output import print_json, print_table
from orchestrator.cli.workspace import usable_project


class Quarantined(OrchestratorError):
    """The journey has an error and does not run."""


def graph(
    name: Annotated[str, typer.Argument(metavar="JOURNEY", help="The journey's name in the file.")],
    *,
    machine: Annotated[
        bool, typer.Option("--machine", help="Print the state machine as a table: from where, by what, to where.")
    ] = False,
    folder: Workspace = HERE,
    as_json: AsJson = False,
) -> None:
    """Draw a journey as Mermaid text, ready for a README, a pull request or a Mermaid viewer.

    \b
    Examples:
      tactful graph cart_recovery
      tactful graph cart_recovery > cart_recovery.mmd
      tactful graph cart_recovery --machine
    """
    project, spec = usable_project(folder)
    if name not in spec.journeys:
        hint = did_you_mean(name, spec.journeys) or f"; the journeys are {', '.join(spec.journeys)}"
        raise typer.BadParameter(f'there is no journey "{name}"{hint}', param_hint="JOURNEY")
    if name not in project.journeys:
        raise Quarantined(f'journey "{name}" has an error; correct it first: {project.quarantined[name]}')
    journey = project.journeys[name]
    if as_json:
        print_json({"journey": name, "version": journey.version, "mermaid": draw(journey), **_machine(journey)})
    elif machine:
        print_table(
            ("state", "trigger", "leads to"), [tuple(move.values()) for move in _machine(journey)["transitions"]]
        )
    else:
        typer.echo(draw(journey))


def _machine(journey: Journey) -> dict[str, Any]:
    """Give what the journey's machine of `transitions` holds: the table that the engine walks."""
    return {
        "initial": journey.first,
        "states": list(journey.moves),
        "transitions": [
            {"source": source, "trigger": trigger, "dest": target}
            for source, ways in journey.moves.items()
            for trigger, target in ways.items()
        ],
    }
