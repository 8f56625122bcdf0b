"""Why is this person not in that journey, or where do they stand in it?"""

from typing import Annotated

import typer

from journeys.errors import OrchestratorError
from journeys.localtime import zone_named
from journeys.spelling import did_you_mean
from orchestrator.asking import known_journeys, load_past, load_standing
from orchestrator.cli.in_force import opened_in_force
from orchestrator.cli.options import HERE, AsJson, Database, Workspace
from orchestrator.cli.output import print_json
from orchestrator.clock import wall_now
from orchestrator.explain import Asked
from orchestrator.standing import fields_of, tell_standing


class UnknownJourney(OrchestratorError):
    """There is no journey of this name."""


def why_not(
    name: Annotated[
        str,
        typer.Argument(metavar="PROFILE", help="A user id, an e-mail address, a phone number, or a number like #17."),
    ],
    journey: Annotated[str, typer.Argument(metavar="JOURNEY", help="The journey's name.")],
    *,
    folder: Workspace = HERE,
    database: Database = None,
    as_json: AsJson = False,
) -> None:
    """Say why a person never entered a journey, or else how often they did, and where they stand.

    Whoever waits inside is told what for, and until when. Times are on the shop's clock, in JSON in UTC.

    \b
    Examples:
      tactful why-not ilze@example.com winback
      tactful why-not '#17' cart_recovery --json
    """
    with opened_in_force(folder, database) as (store, running):
        shop = running.spec.shop
        past = load_past(store, name, shop.country)
        _refuse_unknown(journey, known_journeys(running, past))
        program = running.program(store.catalog())
        asked = Asked(program, (journey,), shop.timezone, wall_now(), running.project.quarantined)
        standing = load_standing(store, past, asked, journey)
    if as_json:
        print_json(fields_of(standing))
        return
    for line in tell_standing(standing, program, zone_named(shop.timezone)):
        typer.echo(line)


def _refuse_unknown(journey: str, known: tuple[str, ...]) -> None:
    if journey not in known:
        hint = did_you_mean(journey, known) or f"; the journeys are {', '.join(known)}"
        raise UnknownJourney(f'expected a journey that is in force, got "{journey}"{hint}')
