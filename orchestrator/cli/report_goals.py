"""How far is the business with its goals?"""

from typing import Any

import typer

from orchestrator.cli.in_force import opened_in_force
from orchestrator.cli.options import HERE, AsJson, Database, Workspace
from orchestrator.cli.output import print_json, print_table
from orchestrator.reports.goals import GoalReport, standing_of
from orchestrator.store import goal_views

Fields = dict[str, Any]


def report_goals(
    *,
    folder: Workspace = HERE,
    database: Database = None,
    as_json: AsJson = False,
) -> None:
    """Say how each goal of the file stands, and what the journeys that serve it did.

    \b
    Examples:
      tactful report goals
      tactful report goals --json
    """
    with opened_in_force(folder, database) as (store, running):
        spec = running.spec
        with store.reading() as connection:
            trade, passes = goal_views.trade(connection, spec.shop.currency), goal_views.passes(connection)
    found = standing_of(spec.goals, spec.journeys, trade, passes)
    if as_json:
        print_json({"goals": [_fields(each) for each in found]})
        return
    if not found:
        typer.echo("journeys.yaml names no goals; write some under `goals`")
        return
    print_table(
        ("goal", "figure", "is", "wanted", ""), [_cells(each, spec.shop.currency) for each in found], right=range(2, 4)
    )
    served = [(each.name, name, passed) for each in found for name, passed in each.journeys.items()]
    if served:
        typer.echo()
        print_table(
            ("goal", "served by", "entered", "reached its goal"),
            [(goal, name, f"{passed.entered:,}", f"{passed.reached:,}") for goal, name, passed in served],
            right=range(2, 4),
        )


def _cells(found: GoalReport, currency: str) -> tuple[str, ...]:
    sense = "at most " if found.goal.at_most else "at least "
    wanted = str(found.goal.target) if found.target is None else f"{sense}{_shown(found, found.target, currency)}"
    figure = "-" if found.figure is None else _shown(found, found.figure, currency)
    verdict = {True: "reached", False: "not reached", None: found.why_not_known}[found.reached]
    return found.name, found.goal.kpi.replace("_", " "), figure, wanted, verdict


def _shown(found: GoalReport, number: float, currency: str) -> str:
    if found.is_money or found.goal.kpi in ("acquisition_cost", "margin"):
        return f"{number:,.2f} {currency}"
    return f"{100 * number:.1f} %"


def _fields(found: GoalReport) -> Fields:
    return {
        "goal": found.name,
        "kpi": found.goal.kpi,
        "figure": found.figure,
        "target": found.target,
        "at_most": found.goal.at_most,
        "reached": found.reached,
        "why_not_known": found.why_not_known or None,
        "journeys": {
            name: {"entered": passed.entered, "reached": passed.reached} for name, passed in found.journeys.items()
        },
    }
