"""Why did this person get that, or not?"""

from typing import Annotated

import typer

from journeys.localtime import zone_named
from journeys.spec import JourneysFile
from journeys.spelling import did_you_mean
from orchestrator.asking import load_past
from orchestrator.cli.database import opened
from orchestrator.cli.options import HERE, AsJson, Database, Workspace
from orchestrator.cli.output import print_json
from orchestrator.cli.workspace import usable_project
from orchestrator.clock import wall_now
from orchestrator.explain import Asked
from orchestrator.explain import explain as explained
from orchestrator.store.views import profile_name
from orchestrator.story import tell


def explain(
    name: Annotated[
        str,
        typer.Argument(metavar="PROFILE", help="A user id, an e-mail address, a phone number, or a number like #17."),
    ],
    *,
    journey: Annotated[
        str | None, typer.Option("--journey", metavar="JOURNEY", help="Tell only what concerns this journey.")
    ] = None,
    folder: Workspace = HERE,
    database: Database = None,
    as_json: AsJson = False,
) -> None:
    """Say why a person got this message, or did not: their events, every step, every judgement with its facts.

    For each journey it says how often they entered, or why they never did. Times are on the shop's clock, in JSON in
    UTC.

    \b
    Examples:
      tactful explain ilze@example.com
      tactful explain '#17' --journey cart_recovery
    """
    project, spec = usable_project(folder)
    wanted = _wanted(journey, spec)
    with opened(folder, database) as store:
        past = load_past(store, name, spec.shop.country)
        program = project.program(store.catalog())
    explanation = explained(past, Asked(program, wanted, spec.shop.timezone, wall_now(), project.quarantined))
    if as_json:
        print_json(
            {
                "profile": profile_name(past.profile),
                "timeline": explanation.timeline,
                "journeys": explanation.journeys,
            }
        )
        return
    for line in tell(past, explanation, zone_named(spec.shop.timezone)):
        typer.echo(line)


def _wanted(journey: str | None, spec: JourneysFile) -> tuple[str, ...]:
    if journey is None:
        return tuple(spec.journeys)
    if journey not in spec.journeys:
        hint = did_you_mean(journey, spec.journeys) or f"; the journeys are {', '.join(spec.journeys)}"
        raise typer.BadParameter(f'there is no journey "{journey}"{hint}', param_hint="--journey")
    return (journey,)
