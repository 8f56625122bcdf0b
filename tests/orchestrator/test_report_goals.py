"""How far is the business with its goals?"""

import json
from typing import Any

import pytest
from typer.testing import CliRunner

from journeys.spec import BusinessGoal
from orchestrator.cli import app
from orchestrator.reports.goals import GoalReport, Trade, number_of
from tests.conftest import OpenShop
from tests.fakes.calls import track
from tests.fakes.workspace import SHOP

GOALS = """
goals:
  repeat: {kpi: repeat_rate, target: 50%}
  basket: {kpi: order_value, target: 25 EUR}
  cheap: {kpi: acquisition_cost, target: 12 EUR, at_most: true}
journeys:
  again:
    entry: {event: Order Completed}
    re_entry: never
    goal: {event: Order Completed, within: 30d, serves: repeat}
    steps:
      - {id: rest, wait: 1d}
"""


@pytest.fixture
def told(shop: OpenShop) -> dict[str, Any]:
    """Let Ann order twice and Bob once, and once what he cancels."""
    workspace = shop(GOALS)
    workspace.live_until("12:00")
    workspace.ingest(
        track("Order Completed", "09:00", "ann", order_id="o1", total=20, currency="EUR"),
        track("Order Completed", "10:00", "ann", order_id="o2", total=30, currency="EUR"),
        track("Order Completed", "10:00", "bob", order_id="o3", total=40, currency="EUR"),
        track("Order Completed", "11:00", "bob", order_id="o4", total=90, currency="EUR"),
        track("Order Cancelled", "11:30", "bob", order_id="o4"),
    )
    workspace.live_until("2026-03-03 12:00")
    (workspace.folder / "journeys.yaml").write_text(SHOP + GOALS)
    url = str(workspace.store.engine.url)  # type: ignore[attr-defined]  # every store there is has an engine
    result = CliRunner().invoke(app, ["report", "goals", "-C", str(workspace.folder), "--db", url, "--json"])
    assert result.exit_code == 0, result.output
    return {each["goal"]: each for each in json.loads(result.output)["goals"]}


def test_a_rate_is_compared_with_its_target(told: dict[str, Any]) -> None:
    assert (told["repeat"]["figure"], told["repeat"]["target"], told["repeat"]["reached"]) == (0.5, 0.5, True)


def test_cancelled_orders_are_worth_nothing(told: dict[str, Any]) -> None:
    assert (told["basket"]["figure"], told["basket"]["reached"]) == (30.0, True)


def test_what_nobody_tells_is_said_to_be_unknown(told: dict[str, Any]) -> None:
    assert (told["cheap"]["reached"], told["cheap"]["why_not_known"]) == (
        None,
        "nobody tells yet what customers cost",
    )


def test_the_journeys_that_serve_a_goal_are_listed_with_what_they_did(told: dict[str, Any]) -> None:
    # Ann's second order reaches the goal that her first one began; so does Bob's, which he cancelled afterwards.
    assert told["repeat"]["journeys"] == {"again": {"entered": 2, "reached": 2}}


@pytest.mark.parametrize(
    ("target", "number"), [(0.3, 0.3), ("30%", 0.3), ("12 EUR", 12.0), ("12.50", 12.5), ("a lot", None)]
)
def test_a_target_is_read_as_a_number(target: float | str, number: float | None) -> None:
    assert number_of(target) == number


def test_less_is_better_where_the_goal_says_at_most() -> None:
    goal = BusinessGoal(kpi="order_value", target=20, at_most=True)
    assert [GoalReport("g", goal, figure, 20.0).reached for figure in (19.0, 21.0)] == [True, False]


def test_before_anybody_ordered_there_is_no_figure() -> None:
    assert Trade(profiles=3).figure("repeat_rate") is None
