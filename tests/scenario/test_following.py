"""Do journeys that start, stop and follow one another each begin and end once?"""

from datetime import timedelta

from journeys.catalog import Catalog
from orchestrator.program import Program
from tests.fakes.life import outcome
from tests.fakes.workspace import check

HOUR = timedelta(hours=1)
EVENTS = "events: {Begun: {n: text}, Clicked: {n: text}}\n"
FOLLOWED = """
journeys:
  first:
    entry: {event: Begun, key: event.n}
    if_active: parallel
    steps: [{id: rest, wait: 20d}]
  next:
    entry: {journey: first}
    steps: [{id: no_more, stop: first}, {id: on, exit: followed}]
  last:
    entry: {event: Clicked}
    steps: [{id: no_more, stop: first}, {id: on, exit: clicked}]
"""
BEGUN_ANEW = """
journeys:
  first:
    entry: {call: {}}
    if_active: restart
    steps: [{id: rest, wait: 2d}, {id: on, exit: rested}]
  next:
    entry: {journey: first, if: event.reason == "restarted"}
    steps: [{id: again, start: first}]
  begin:
    entry: {event: Begun}
    steps: [{id: start, start: first}]
"""


def program_of(text: str) -> Program:
    return check(f"{EVENTS}{text}").program(Catalog())


def exits(told: tuple[str, ...], reason: str) -> int:
    return sum(line.endswith(f" exited {reason}") for line in told)


def test_each_that_is_stopped_leaves_once_although_what_follows_stops_the_others_too() -> None:
    begun = {f"Begun#{n}": (n * HOUR, {"n": f"{n}"}) for n in range(3)}
    told = outcome(program_of(FOLLOWED), {**begun, "Clicked": (5 * HOUR, {})})
    assert (exits(told, "stopped"), exits(told, "followed")) == (3, 3)


def test_who_is_restarted_by_what_follows_on_the_restart_is_inside_once() -> None:
    told = outcome(program_of(BEGUN_ANEW), {"Begun#1": (0 * HOUR, {}), "Begun#2": (5 * HOUR, {})})
    assert (exits(told, "restarted"), exits(told, "rested")) == (1, 1)
