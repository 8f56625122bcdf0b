"""Does the benchmark measure, and tell its numbers in the shape that others read?"""

import json
import subprocess
import sys
from pathlib import Path
from sqlite3 import adapters
from typing import Any

import pytest

from bench.raw import as_it_comes, new_store
from bench.result import Goal, Pair, Result, middle
from orchestrator.store.sqlite import ADAPTED

ROOT = Path(__file__).parents[2]


def bench(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the benchmark as people do."""
    command = [sys.executable, "-m", "bench", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120)


@pytest.fixture(scope="module")
def inbox() -> dict[str, Any]:
    """Measure the inbox on a small file."""
    numbers: dict[str, Any] = json.loads(bench("--quick", "--json", "--only", "g1").stdout)
    return numbers


def test_a_number_comes_with_its_goal_its_gap_and_a_verdict(inbox: dict[str, Any]) -> None:
    (result,) = inbox["results"]
    assert sorted(result) == ["gap", "goal", "name", "note", "passes", "ratio", "unit", "value"]


def test_the_inbox_is_held_against_the_raw_limit(inbox: dict[str, Any]) -> None:
    (result,) = inbox["results"]
    assert (result["unit"], result["goal"]) == ("events/s", ">= 0.50 of raw")
    assert 0 < result["ratio"] < 2
    assert result["gap"] == pytest.approx(result["ratio"] / 0.5, abs=0.01)


def test_the_machine_is_named(inbox: dict[str, Any]) -> None:
    assert sorted(inbox["machine"]) == ["load", "processors", "python", "system"]


def test_an_unknown_goal_is_refused_with_those_there_are() -> None:
    finished = bench("--only", "G4")
    assert finished.returncode == 2
    assert 'expected goals like G2,G8, got "G4"; known are G1, G2, G3, G5, G7, G8, G9, G10' in finished.stderr


def test_raw_writes_do_without_what_the_store_told_sqlite3(tmp_path: Path) -> None:
    new_store(tmp_path).close()
    with as_it_comes():
        during = {kind for kind, _ in adapters}
    assert (during & ADAPTED.keys(), {kind for kind, _ in adapters} & ADAPTED.keys()) == (set(), set(ADAPTED))


@pytest.fixture(scope="module")
def judged() -> dict[str, Any]:
    """Judge and send a few letters, and wake a few that sleep."""
    numbers: dict[str, Any] = json.loads(bench("--quick", "--json", "--only", "g5,g10").stdout)
    return {result["name"]: result for result in numbers["results"]}


def test_judging_is_held_against_the_raw_limit_and_a_number_of_judgements(judged: dict[str, Any]) -> None:
    result = judged["G5 judged"]
    assert (result["unit"], result["goal"]) == ("judgements/s", ">= 5,000")
    assert 0 < result["ratio"] < 1


def test_no_more_letters_are_under_way_than_the_dispatcher_has_room_for(judged: dict[str, Any]) -> None:
    result = judged["G5 sends of 100 ms"]
    assert result["note"].startswith("400 letters, 100 under way at most;")
    assert 0 < result["value"] < 1_000


def test_memory_while_sending_is_compared_with_an_early_moment(judged: dict[str, Any]) -> None:
    assert 0.9 < judged["G5 growth"]["value"] < 1.5


def test_the_time_from_a_fact_to_its_effect_is_told_in_milliseconds(judged: dict[str, Any]) -> None:
    middle, late = judged["G10 fact counts, p50"], judged["G10 fact counts, p99"]
    assert (late["unit"], late["goal"]) == ("ms", "<= 1,000")
    assert 0 < middle["value"] <= late["value"]
    assert late["note"].startswith("30 facts, 1,000 others asleep;")


@pytest.mark.parametrize(
    ("goal", "value", "ratio", "gap"),
    [
        (Goal("ratio", 0.5), 10_000, 0.25, 0.5),
        (Goal("value", 8_000), 10_000, 0.25, 1.25),
        (Goal("value", 200, at_least=False), 100, None, 2.0),
        (Goal("value", 200, at_least=False), 400, None, 0.5),
    ],
)
def test_a_gap_says_how_many_times_the_goal_was_reached(
    goal: Goal, value: float, ratio: float | None, gap: float
) -> None:
    assert Result("G", "events/s", value, goal, ratio).gap == gap


def test_a_goal_that_is_just_reached_passes() -> None:
    assert Result("G", "events/s", 1, Goal("ratio", 0.5), 0.5).passes


def test_of_several_runs_the_one_with_the_middle_ratio_counts() -> None:
    assert middle([Pair(1, 0.9), Pair(1, 0.1), Pair(2, 0.8)]) == Pair(2, 0.8)
