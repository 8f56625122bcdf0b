"""Is the busiest week of a journey counted right, by its structure alone?"""

import pytest

from journeys.bounds import Course, most_a_week, occurrences_a_week
from journeys.costs import estimate, message_channel
from journeys.examples import whole_file
from journeys.parse import parse
from journeys.paths import ways_to
from journeys.spec import Cron

LETTER = '{id: letter, send: email, text: "Hello!"}'
SECOND = '{id: second, send: email, text: "Again"}'


def course(*steps: str, entry: str = "event: Checkout Started", more: str = "re_entry: never") -> Course:
    text = f"entry: {{{entry}}}\n{more}\nsteps:\n" + "".join(f"  - {step}\n" for step in steps)
    parsed = parse(whole_file(text))
    assert parsed.spec is not None, parsed.problems
    return Course(parsed.spec.journeys["example"])


def bound(*steps: str, entry: str = "event: Checkout Started", more: str = "re_entry: never") -> str:
    found = course(*steps, entry=entry, more=more)
    return most_a_week(found, [step for step, spec in found.steps.items() if message_channel(spec)]).words


@pytest.mark.parametrize(
    ("steps", "more", "words"),
    [
        pytest.param((LETTER,), "re_entry: never", "1: one run a person", id="one letter, once"),
        pytest.param((LETTER, "{id: pause, wait: 6d}", SECOND), "re_entry: never", "2: one run a person", id="within"),
        pytest.param((LETTER, "{id: pause, wait: 7d}", SECOND), "re_entry: never", "1: one run a person", id="apart"),
        pytest.param((LETTER,), "re_entry: after 7d", "2: again after 7d", id="one that was held back meets the next"),
        pytest.param((LETTER,), "re_entry: after 2d", "5: again after 2d", id="four runs and one from before"),
        pytest.param(
            (LETTER,), "re_entry: always", "unbounded: Checkout Started lets in again at once", id="every event"
        ),
        pytest.param(
            ("{id: pause, wait: 2d}", LETTER), "re_entry: always", "4: the waits between messages", id="a wait before"
        ),
        pytest.param(
            ("{id: pause, wait: 2d}", LETTER),
            "re_entry: always\nif_active: restart",
            "4: the waits between messages",
            id="a restart begins the wait anew",
        ),
    ],
)
def test_the_busiest_week(steps: tuple[str, ...], more: str, words: str) -> None:
    assert bound(*steps, more=more) == words


@pytest.mark.parametrize(
    ("pause", "words"),
    [
        ("wait: 7d", "1: one run a person"),
        ("wait: 1d", "7: one run a person"),
        ("wait: {until: '10:00'}", "8: one run a person"),
        ("wait: {until: 'Tue 10:00'}", "2: one run a person"),
        ("wait_for: {event: Email Clicked, at_most: 1d}", "unbounded: a loop may be gone round at once"),
    ],
)
def test_the_busiest_week_of_a_loop(pause: str, words: str) -> None:
    assert bound(LETTER, f"{{id: pause, {pause}}}", "{id: back, go: letter}") == words


def test_two_times_of_the_day_on_one_loop_are_one_round_a_day() -> None:
    steps = (
        "{id: one, wait: {until: '10:00'}}",
        LETTER,
        "{id: two, wait: {until: '18:00'}}",
        SECOND,
        "{id: b, go: one}",
    )
    assert bound(*steps) == "15: one run a person"


@pytest.mark.parametrize(
    ("schedule", "words"),
    [
        ("Tue 10:00", "2: comes round at Tue 10:00"),
        ("10:00", "8: comes round at 10:00"),
        ("0 10 1 * *", "2: comes round at 0 10 1 * *"),
        ("0 10 * * 1-5", "6: comes round at 0 10 * * 1-5"),
    ],
)
def test_a_schedule_lets_in_as_often_as_it_comes_beside_the_one_from_before(schedule: str, words: str) -> None:
    assert bound(LETTER, entry=f'schedule: "{schedule}"', more="priority: 50") == words


def test_parallel_runs_have_no_bound() -> None:
    entry = "event: Checkout Started, key: event.checkout_id"
    assert bound(LETTER, entry=entry, more="if_active: parallel") == "unbounded: parallel by event.checkout_id"


def test_the_arms_of_a_branch_are_not_added_up() -> None:
    steps = ("{id: sort, branch: [{if: entry.value > 1, go: second}]}", LETTER, "{id: done, exit: done}", SECOND)
    assert bound(*steps) == "1: one run a person"


@pytest.mark.parametrize(
    ("cron", "count"), [("0 10 1 * *", 1), ("0 10 29 2 *", 1), ("*/30 9-10 * * 6,0", 8), ("0 0 * * *", 7)]
)
def test_a_schedule_by_cron_is_counted_over_the_years(cron: str, count: int) -> None:
    assert occurrences_a_week(Cron(cron=cron)) == count


# Ways.


def test_a_way_says_its_waits_its_conditions_and_how_soon_it_arrives() -> None:
    found = ways_to(
        course(
            "{id: pause, wait: 1h}",
            "{id: watch, wait_for: {event: Order Completed, at_most: 2d}, then: done}",
            "{id: sort, branch: [{if: entry.value > 100, go: letter}, {else: true, go: done}]}",
            LETTER,
            "{id: done, exit: done}",
        ),
        frozenset(["letter"]),
    )
    (way,) = found.found
    assert (way.waits, way.conditions, str(way.soonest)) == (
        ("1h", "2d"),
        ("no Order Completed", "entry.value > 100"),
        "2 days, 1:00:00",
    )


def test_ways_that_differ_in_nothing_that_matters_are_one() -> None:
    steps = (
        "{id: mark, crm: {note: x}, on_failure: other}",
        "{id: go_on, go: letter}",
        "{id: other, go: letter}",
        LETTER,
    )
    found = ways_to(course(*steps), frozenset(["letter"])).found
    assert [(way.waits, way.conditions) for way in found] == [((), ()), ((), ("mark failed",))]


def test_of_too_many_ways_some_are_left_out_and_that_is_said() -> None:
    arms = (f"{{id: s{n}, branch: [{{if: entry.value > {n}, go: a{n}}}]}}" for n in range(20))
    steps = [
        part
        for n, arm in enumerate(arms)
        for part in (arm, f"{{id: b{n}, crm: {{note: x}}}}", f"{{id: a{n}, go: s{n + 1}}}")
    ]
    found = ways_to(course(*steps, "{id: s20, go: letter}", LETTER), frozenset(["letter"]))
    assert (bool(found.found), found.complete) == (True, False)


# Costs.


def test_an_enrollment_costs_its_dearest_way() -> None:
    found = estimate(
        course(
            "{id: test, split: {a: 1, b: 1}, a: [{id: one, send: email, text: x}, {id: two, send: email, text: x}], "
            "b: [{id: three, send: ads, text: x}]}",
        ),
        {"email": 0.01, "ads": 0.5},
    )
    assert ({use.channel: use.messages for use in found.uses}, found.cost, found.per) == (
        {"ads": 1, "email": 2},
        0.5,
        "enrollment",
    )


def test_a_loop_that_sends_costs_by_the_week() -> None:
    found = estimate(course(LETTER, "{id: pause, wait: 2d}", "{id: back, go: letter}"), {"email": 0.01})
    assert (found.uses[0].messages, found.per, found.cost) == (4, "week", 0.04)


def test_a_loop_without_a_message_is_no_loop_that_sends() -> None:
    steps = (
        "{id: pause, wait: 1d}",
        "{id: sort, branch: [{if: entry.value > 1, go: letter}]}",
        "{id: back, go: pause}",
    )
    assert estimate(course(*steps, LETTER, SECOND), {}).uses[0].messages == 2
