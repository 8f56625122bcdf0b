"""Which arm of an experiment wins?"""

from typing import Annotated, Any

import typer

from journeys.duration import format_duration
from journeys.schema import Schema
from journeys.spelling import did_you_mean
from orchestrator.cli.in_force import opened_in_force
from orchestrator.cli.options import HERE, AsJson, Database, Workspace
from orchestrator.cli.output import print_json, print_table
from orchestrator.clock import wall_now
from orchestrator.experimenting import Planned, planned, report
from orchestrator.reports.experiments import ExperimentReport

Fields = dict[str, Any]


def report_experiment(
    name: Annotated[
        str | None, typer.Argument(metavar="[JOURNEY.STEP]", help="Only this one; all of them when left out.")
    ] = None,
    *,
    folder: Workspace = HERE,
    database: Database = None,
    as_json: AsJson = False,
) -> None:
    """Say how the arms of experiments do, and whether one has won by the rule the file states.

    Each person counts once, by the first time they came to the split, when the goal's window after that has passed. The
    intervals hold however often they are looked at. A journey with a holdout and a goal's window is JOURNEY.holdout.

    \b
    Examples:
      tactful report experiment
      tactful report experiment cart_recovery.nudge --json
    """
    now = wall_now()
    with opened_in_force(folder, database) as (store, running):
        chosen = _chosen(planned(iter(running.journeys.values())), name)
        schema = Schema.of(running.spec.events, running.spec.attributes)
        reports = [(each, report(store, each, schema, now)) for each in chosen]
    if as_json:
        print_json({"experiments": [_fields(each, found) for each, found in reports]})
        return
    for each, found in reports:
        _print(each, found)
    if not reports:
        typer.echo("no split has an `experiment`, and no journey with a goal's window has a `holdout`")


def _chosen(known: list[Planned], name: str | None) -> list[Planned]:
    if name is None:
        return known
    found = [each for each in known if each.name == name]
    if found:
        return found
    names = [each.name for each in known]
    hint = did_you_mean(name, names) or (f"; there are {', '.join(names)}" if names else "; there are none")
    raise typer.BadParameter(f'there is no experiment "{name}"{hint}', param_hint="JOURNEY.STEP")


def _print(experiment: Planned, found: ExperimentReport) -> None:
    terms = found.terms
    typer.echo(f"{experiment.name}: {found.verdict()}")
    rows = [_cells(found, name) for name in found.arms]
    heads = ("arm", "meant", "came", "counted", "converted", "rate", f"{100 * terms.confidence:.4g} % sure")
    print_table(heads, rows, right=range(1, len(heads)))
    typer.echo(
        f"converted within {format_duration(terms.within)}; an arm wins with {terms.sample:,} people in every arm and "
        f"an interval above all others; as of {found.now:%Y-%m-%d %H:%M} UTC\n"
    )


def _cells(found: ExperimentReport, name: str) -> tuple[str, ...]:
    arm, limits = found.arms[name], found.intervals()[name]
    marked = f"{name} (control)" if name == found.terms.control else name
    rate = "" if arm.rate is None else f"{100 * arm.rate:.2f} %"
    between = f"{100 * limits.low:.2f} to {100 * limits.high:.2f} %"
    share = f"{100 * found.terms.arms[name]:.4g} %"
    return marked, share, f"{arm.came:,}", f"{arm.counted:,}", f"{arm.converted:,}", rate, between


def _fields(experiment: Planned, found: ExperimentReport) -> Fields:
    terms, limits = found.terms, found.intervals()
    return {
        "experiment": experiment.name,
        "within": format_duration(terms.within),
        "sample": terms.sample,
        "confidence": terms.confidence,
        "control": terms.control,
        "known_until": found.now,
        "winner": found.winner() or None,
        "verdict": found.verdict(),
        "arms": {
            name: {
                "share": terms.arms[name],
                "came": arm.came,
                "counted": arm.counted,
                "converted": arm.converted,
                "rate": arm.rate,
                "low": limits[name].low,
                "high": limits[name].high,
            }
            for name, arm in found.arms.items()
        },
    }
