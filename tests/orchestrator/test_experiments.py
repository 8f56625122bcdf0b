"""Which arm wins, when may that be said, and how often is it said wrongly?"""

import json
from datetime import UTC, datetime, timedelta
from math import log
from random import Random

import pytest
from typer.testing import CliRunner

from journeys.choosing import arm_of
from journeys.spec import SplitStep
from orchestrator.cli import app
from orchestrator.reports.experiments import ExperimentReport, Exposure, Terms, interval
from tests.conftest import OpenShop
from tests.fakes.calls import track
from tests.fakes.workspace import SHOP

NOW = datetime(2026, 3, 31, tzinfo=UTC)
LONG_AGO = NOW - timedelta(days=30)
TERMS = Terms("cart", "nudge", {"a": 0.5, "b": 0.5}, timedelta(days=7), 100, 0.95, "a")
TESTED = """
journeys:
  offer:
    entry: {event: Signed Up}
    steps:
      - id: nudge
        split: {a: 50%, b: 50%}
        experiment: {goal: {event: Order Completed, if: event.total > 10, within: 2d}, sample: 1}
        a: [{id: letter, send: email, text: "Hello!", purpose: transactional}]
      - {id: rest, wait: 9d}
"""


def report_of(**arms: tuple[int, int]) -> ExperimentReport:
    """Make a report of arms with (people, conversions), all long ago."""
    found = ExperimentReport(TERMS, NOW)
    for name, (people, conversions) in arms.items():
        at = [LONG_AGO if place < conversions else None for place in range(people)]
        found.add(Exposure(place, LONG_AGO, name, converted) for place, converted in enumerate(at))
    return found


def test_an_arm_whose_interval_lies_above_all_others_wins() -> None:
    assert report_of(a=(1_000, 100), b=(1_000, 200)).verdict() == "b wins"


def test_intervals_that_overlap_have_no_winner() -> None:
    assert report_of(a=(1_000, 100), b=(1_000, 120)).verdict() == "no winner yet: the intervals overlap"


def test_nobody_wins_before_every_arm_has_its_sample() -> None:
    assert report_of(a=(99, 0), b=(1_000, 900)).verdict() == "too few to tell: a below 100 people"


def test_a_person_counts_when_the_window_has_passed() -> None:
    found = ExperimentReport(TERMS, NOW)
    found.add([Exposure(1, NOW - timedelta(days=3), "a", NOW), Exposure(2, LONG_AGO, "a", LONG_AGO)])
    assert (found.arms["a"].came, found.arms["a"].counted, found.arms["a"].converted) == (2, 1, 1)


def test_a_conversion_after_the_window_is_none() -> None:
    found = ExperimentReport(TERMS, NOW)
    found.add([Exposure(1, LONG_AGO, "a", LONG_AGO + timedelta(days=8))])
    assert found.arms["a"].converted == 0


def test_of_nobody_nothing_is_known() -> None:
    limits = interval(0, 0, log(20))
    assert (limits.low, limits.high) == (0.0, 1.0)


def test_the_interval_of_a_hundred_in_a_thousand() -> None:
    # Where ln B(100.5, 900.5) - ln B(0.5, 0.5) - 100 ln p - 900 ln (1 - p) = ln 20, found by trying 99,999 values of p.
    limits = interval(100, 1_000, log(20))
    assert (round(limits.low, 4), round(limits.high, 4)) == (0.0689, 0.1382)


def test_looking_after_every_person_errs_no_more_often_than_stated() -> None:
    """A hundred thousand looks at the truth: the interval loses it in fewer than 5 % of 200 lives of 500 people."""
    chance, lost = Random(7), 0
    for _ in range(200):
        converted = 0
        for people in range(1, 501):
            converted += chance.random() < 0.1
            limits = interval(converted, people, log(20)) if people % 5 == 0 else None
            if limits is not None and not limits.low <= 0.1 <= limits.high:
                lost += 1
                break
    assert lost <= 10


def _users() -> dict[str, list[str]]:
    """Sort twelve users by the arm they go: profiles are numbered in the order they come."""
    split = SplitStep.model_validate({"id": "nudge", "split": {"a": "50%", "b": "50%"}})
    arms: dict[str, list[str]] = {"a": [], "b": []}
    for number in range(1, 13):
        arms[arm_of(split, "offer", number)].append(f"user{number}")
    return arms


@pytest.fixture
def told(shop: OpenShop) -> dict[str, object]:
    """Let twelve people come to a split; all of arm b order, one of arm a too little and one too late."""
    workspace = shop(TESTED)
    workspace.ingest(*(track("Signed Up", "09:00", f"user{number}") for number in range(1, 13)))
    workspace.live_until("10:00")
    arms = _users()
    workspace.live_until("2026-03-03 09:00")
    orders = [track("Order Completed", "2026-03-03 09:00", user, order_id=user, total=50) for user in arms["b"]]
    few = track("Order Completed", "2026-03-03 09:00", arms["a"][0], order_id="few", total=5)
    workspace.ingest(*orders, few)
    workspace.live_until("2026-03-08 09:00")
    workspace.ingest(track("Order Completed", "2026-03-08 09:00", arms["a"][1], order_id="late", total=50))
    workspace.live_until("2026-03-08 10:00")
    (workspace.folder / "journeys.yaml").write_text(SHOP + TESTED)
    url = str(workspace.store.engine.url)  # type: ignore[attr-defined]  # every store there is has an engine
    result = CliRunner().invoke(app, ["report", "experiment", "-C", str(workspace.folder), "--db", url, "--json"])
    assert result.exit_code == 0, result.output
    found: dict[str, object] = json.loads(result.output)["experiments"][0]
    return found


def test_a_report_counts_who_came_and_who_converted(told: dict[str, object]) -> None:
    arms = _users()
    counts = {name: (arm["came"], arm["counted"], arm["converted"]) for name, arm in told["arms"].items()}  # type: ignore[attr-defined]  # JSON
    assert counts == {"a": (len(arms["a"]), len(arms["a"]), 0), "b": (len(arms["b"]), len(arms["b"]), len(arms["b"]))}


def test_a_report_names_its_experiment_and_control(told: dict[str, object]) -> None:
    assert (told["experiment"], told["control"], told["within"]) == ("offer.nudge", "a", "2d")
