"""Does coverage count the steps and ways that were really gone, and no other?"""

from pathlib import Path

import pytest

from journeys.catalog import Catalog
from journeys.moves import EXIT
from orchestrator.coverage import Coverage, Footprints, coverage_of, percent
from orchestrator.program import Program
from orchestrator.project import check_project
from orchestrator.scenarios import read_scenarios, run_scenario

JOURNEYS = """
version: 1
shop: {name: Nordic Roast, timezone: Europe/Riga}
channels: {email: {action: email.file, from: a@shop.example, folder: out}}
guards: {consent: {}, suppression_list: {}}
journeys:
  cart:
    entry: {event: Checkout Started}
    exit: [{event: Order Completed}]
    steps:
      - {id: settle, wait: 1h}
      - {id: sort, branch: [{if: entry.value > 100, go: large}, {else: true, go: again}]}
      - {id: again, go: reminder}
      - {id: large, send: email, text: Thanks, if_suppressed: exit}
      - {id: reminder, send: email, text: Hello, if_suppressed: exit}
      - {id: watch, wait_for: {event: Email Clicked, of: reminder, at_most: 1d}, then: done, otherwise: lost}
      - {id: done, exit: clicked}
      - {id: lost, exit: not_bought}
"""


@pytest.fixture(scope="module")
def program() -> Program:
    project = check_project(JOURNEYS, {}, Path())
    assert not project.errors, project.errors
    return project.program(Catalog())


def walked(program: Program, value: int = 80, more: str = "", events: str = "") -> Footprints:
    text = (
        f"- name: a\n  journey: cart\n  at: 2026-03-02 09:00\n  {more}\n  never: []\n"
        f"  events: [{{+0h: Checkout Started, value: {value}}}{events}]\n"
    )
    [scenario], problems = read_scenarios(text)
    assert problems == []
    return run_scenario(scenario, program, "Europe/Riga").footprints


def ways(footprints: Footprints) -> set[str]:
    return {f"{step} {trigger}" for _, step, trigger in footprints.ways}


def test_the_ways_that_were_taken_are_known_exactly(program):
    assert ways(walked(program)) == {
        "settle next", "sort arm_1", "again go", "reminder sent", "watch timed_out", "lost leave",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("story", "expected"),
    [
        ({"value": 200}, "sort arm_0"),
        ({"more": "fate: {reminder: failed}"}, "reminder failed"),
        ({"more": "profile: {consent: {}}"}, "reminder suppressed"),
        ({"events": ", {+2h: Email Clicked, of: reminder}"}, "watch came"),
    ],
)
def test_every_way_is_told_from_the_others(program, story, expected):
    assert expected in ways(walked(program, **story)) - ways(walked(program))


def test_an_early_exit_takes_no_way(program):
    assert ways(walked(program, events=", {+30m: Order Completed}")) == set()


def test_each_way_begins_where_the_one_before_led_to(program):
    moves = program.journeys["cart"].moves
    footprints = walked(program)
    targets = {moves[step][trigger] for _, step, trigger in footprints.ways}
    assert {step for _, step in footprints.steps} == {"settle"} | (targets - {EXIT})


def test_what_is_missing_is_listed(program):
    assert coverage_of(program.journeys["cart"], walked(program)) == Coverage(
        journey="cart",
        steps=8,
        ways=14,
        unvisited=("large", "done"),
        untaken=(
            ("sort", "arm_0", "large"),
            ("large", "sent", "reminder"),
            ("large", "failed", "reminder"),
            ("large", "suppressed", EXIT),
            ("reminder", "failed", "watch"),
            ("reminder", "suppressed", EXIT),
            ("watch", "came", "done"),
            ("done", "leave", EXIT),
        ),
    )


def test_the_share_is_of_steps_and_ways_together(program):
    assert percent([coverage_of(program.journeys["cart"], walked(program))]) == 100 * (6 + 6) / (8 + 14)


def test_two_stories_cover_what_either_does(program):
    both = walked(program)
    both.add(walked(program, 200))
    assert coverage_of(program.journeys["cart"], both).unvisited == ("done",)


def test_a_journey_that_nobody_entered_is_not_covered(program):
    covered = coverage_of(program.journeys["cart"], Footprints())
    assert (covered.visited, covered.taken) == (0, 0)


def test_without_journeys_everything_is_covered():
    assert percent([]) == 100.0


def test_whoever_leaves_because_a_date_is_past_takes_the_way_out():
    text = JOURNEYS.replace("{id: settle, wait: 1h}", "{id: settle, wait: {until: entry.when, if_past: exit}}").replace(
        "channels:", "events: {Checkout Started: {when: date, value: number}}\nchannels:"
    )
    project = check_project(text, {}, Path())
    assert not project.errors, project.errors
    events = ", {+1h: Checkout Started, value: 1, when: 2026-01-01}"
    assert "settle leave" in ways(walked(project.program(Catalog()), events=events))


def test_whoever_is_held_out_visits_no_step():
    project = check_project(JOURNEYS.replace("  cart:\n", "  cart:\n    holdout: 100%\n"), {}, Path())
    assert not project.errors, project.errors
    assert walked(project.program(Catalog())) == Footprints()
