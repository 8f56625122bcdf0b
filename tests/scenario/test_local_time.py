"""Does everything that is said in days and hours follow the clock on the customer's wall?"""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from journeys.catalog import Catalog
from orchestrator.program import Program
from tests.fakes.life import T0, outcome
from tests.fakes.workspace import check

DAY = timedelta(days=1)
EVENTS = "events: {Begun: {due: date}, Told: {due: date}}\nattributes: {renewal: date}\n"


def program_of(step: str, entry: str = "event: Begun") -> Program:
    steps = f"      - {{id: pause, {step}}}\n      - {{id: on, exit: on}}\n      - {{id: over, exit: skipped}}\n"
    return check(f"{EVENTS}journeys:\n  story:\n    entry: {{{entry}}}\n    steps:\n{steps}").program(Catalog())


def left_at(step: str, happened: dict[str, Any] | None = None, **profile: Any) -> tuple[str, ...]:
    """Say when somebody who begins on Monday the 2nd of March 2026 at 09:00 UTC leaves this step, and how."""
    return outcome(program_of(step), {"Begun": (0 * DAY, {"due": "2026-03-10"}), **(happened or {})}, **profile)


# The weekday is that of the customer's own calendar.


def test_friday_at_six_in_los_angeles_is_friday_there_although_it_is_saturday_in_utc() -> None:
    """Saturday the 7th, 02:00 UTC."""
    told = left_at('wait: {until: "Fri 18:00"}', timezone="America/Los_Angeles")
    assert told == ("+4d17h exited on",)


def test_who_comes_on_their_friday_evening_is_not_taken_to_be_in_their_saturday() -> None:
    """17:59 in Los Angeles, when it is Saturday in UTC already."""
    begun = datetime(2026, 3, 7, 1, 59, tzinfo=UTC) - T0
    told = outcome(program_of('wait: {until: "Fri 18:00"}'), {"Begun": (begun, {})}, timezone="America/Los_Angeles")
    assert told == ("+4d17h exited on",)


def test_a_weekly_letter_comes_on_the_customers_tuesday_east_of_the_date_line() -> None:
    """Tuesday 00:30 on Kiritimati is Monday 10:30 UTC."""
    told = outcome(program_of("go: on", 'schedule: "Tue 00:30"'), {}, timezone="Pacific/Kiritimati", end=T0 + DAY)
    assert told == ("+0d1.5h exited on",)


# A date without a time is a day of the customer's calendar.


@pytest.mark.parametrize(
    ("zone", "left"), [("America/Los_Angeles", "+7d22h"), ("Asia/Tokyo", "+7d6h"), ("UTC", "+7d15h")]
)
def test_a_date_without_a_time_begins_at_the_customers_own_midnight(zone: str, left: str) -> None:
    assert left_at("wait: {until: entry.due, if_past: exit}", timezone=zone) == (f"{left} exited on",)


def test_a_birthday_is_celebrated_on_the_day_of_the_customers_calendar() -> None:
    program = program_of("go: on", 'date: profile.birthday, every: year, at: "23:00"')
    told = outcome(program, {}, timezone="America/Los_Angeles", traits={"birthday": "1990-03-05"})
    assert told == ("+3d22h exited on",)


# A zone that was given another name.


@pytest.mark.parametrize("zone", ["Europe/Kiev", "Europe/Kyiv"])
def test_a_renamed_zone_is_the_same_clock_under_both_names(zone: str) -> None:
    assert left_at('wait: {until: "10:00"}', timezone=zone) == ("+0d23h exited on",)


def test_a_zone_that_nobody_knows_is_the_shops() -> None:
    assert left_at('wait: {until: "10:00"}', timezone="Mars/Olympus") == ("+0d1h exited on",)


# A date that is past already.


@pytest.mark.parametrize(("rule", "left"), [("send", "on"), ("skip", "skipped"), ("exit", "date_past")])
def test_a_date_that_is_past_does_what_the_file_says(rule: str, left: str) -> None:
    assert left_at(f'wait: {{until: "2026-02-10", if_past: {rule}}}') == (f"+0d exited {left}",)


@pytest.mark.parametrize(("rule", "left"), [("send", "on"), ("skip", "skipped"), ("exit", "date_past")])
def test_a_date_that_is_unknown_does_what_the_file_says_of_one_that_is_past(rule: str, left: str) -> None:
    assert left_at(f"wait: {{until: profile.renewal, if_past: {rule}}}") == (f"+0d exited {left}",)


# The customer, or the date, moves during the wait.


def test_whoever_moves_during_a_wait_is_waited_for_on_the_new_clock() -> None:
    moved = {"Identified": (DAY, {"timezone": "America/Los_Angeles"})}
    assert left_at('wait: {until: "Fri 18:00"}', moved, timezone="Europe/Riga") == ("+4d17h exited on",)


def test_whoever_moves_to_where_the_time_is_past_already_goes_on_at_once() -> None:
    """09:30 in New York is 15:30 in Riga, half an hour after the time."""
    moved = {"Identified": (timedelta(hours=5, minutes=30), {"timezone": "Europe/Riga"})}
    assert left_at('wait: {until: "15:00"}', moved, timezone="America/New_York") == ("+0d5.5h exited on",)


def test_a_date_that_moves_while_it_is_waited_for_is_waited_for_anew() -> None:
    step = "wait: {until: profile.renewal, if_past: exit}"
    later = {"Identified": (2 * DAY, {"renewal": "2026-03-15"})}
    assert left_at(step, later, traits={"renewal": "2026-03-08"})[0] == "+12d15h exited on"


def test_what_is_counted_from_now_is_counted_from_when_the_person_came() -> None:
    """Whatever else they do meanwhile must not put it off."""
    told: dict[str, Any] = {f"Told#{day}": (day * DAY, {}) for day in range(1, 6)}
    assert left_at("wait: {until: now + 3d, if_past: exit}", told) == ("+3d exited on",)
