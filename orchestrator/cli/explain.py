"""Why did this person get that, or not?"""

from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from journeys.localtime import zone_named
from journeys.spelling import did_you_mean
from orchestrator.asking import DeliveryStory, known_journeys, load_delivery, load_past
from orchestrator.cli.in_force import opened_in_force
from orchestrator.cli.options import HERE, AsJson, Database, Workspace
from orchestrator.cli.output import print_json
from orchestrator.clock import wall_now
from orchestrator.explain import Asked
from orchestrator.explain import explain as explained
from orchestrator.store.views import profile_name
from orchestrator.story import tell, tell_delivery


def explain(
    name: Annotated[
        str | None,
        typer.Argument(metavar="PROFILE", help="A user id, an e-mail address, a phone number, or a number like #17."),
    ] = None,
    *,
    journey: Annotated[
        str | None, typer.Option("--journey", metavar="JOURNEY", help="Tell only what concerns this journey.")
    ] = None,
    delivery: Annotated[
        int | None, typer.Option("--delivery", metavar="KEY", help="Tell of this delivery alone, whoever it is for.")
    ] = None,
    folder: Workspace = HERE,
    database: Database = None,
    as_json: AsJson = False,
) -> None:
    """Say why a person got this message, or did not: their events, every step, every judgement with its facts.

    For each journey in force it says how often they entered, or why they never did. Each guard's answer comes with the
    line of journeys.yaml that set it up, and each fact with who told it and how long before. Times are on the shop's
    clock, in JSON in UTC.

    \b
    Examples:
      tactful explain ilze@example.com
      tactful explain '#17' --journey cart_recovery
      tactful explain --delivery 8589951058
    """
    if (name is None) == (delivery is None):
        raise typer.BadParameter("expected a PROFILE or --delivery KEY, and not both")
    with opened_in_force(folder, database) as (store, running):
        shop = running.spec.shop
        zone = zone_named(shop.timezone)
        if delivery is not None:
            _show(load_delivery(store, delivery), zone, as_json=as_json)
            return
        past = load_past(store, name or "", shop.country)
        wanted = _wanted(journey, known_journeys(running, past))
        program = running.program(store.catalog())
    explanation = explained(past, Asked(program, wanted, shop.timezone, wall_now(), running.project.quarantined))
    if as_json:
        print_json(
            {
                "profile": profile_name(past.profile),
                "timeline": explanation.timeline,
                "journeys": explanation.journeys,
            }
        )
        return
    for line in tell(past, explanation, zone):
        typer.echo(line)


def _show(story: DeliveryStory, zone: ZoneInfo, *, as_json: bool) -> None:
    if as_json:
        print_json({"delivery": story.delivery, "timeline": story.timeline})
        return
    for line in tell_delivery(story.delivery, story.timeline, zone):
        typer.echo(line)


def _wanted(journey: str | None, known: tuple[str, ...]) -> tuple[str, ...]:
    if journey is None:
        return known
    if journey not in known:
        hint = did_you_mean(journey, known) or f"; the journeys are {', '.join(known)}"
        raise typer.BadParameter(f'there is no journey "{journey}"{hint}', param_hint="--journey")
    return (journey,)
