"""What becomes of a message that is looked at after an outage?"""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from journeys.lateness import Goes, Reschedule, Skip, judge_lateness
from journeys.spec import Late
from journeys.texts import LocalTime

RIGA = ZoneInfo("Europe/Riga")
DUE = datetime(2026, 3, 2, 7, 0, tzinfo=UTC)  # nine o'clock on a Monday in Riga
HOUR = timedelta(hours=1)


def after(late: timedelta, do: str, **said):
    return judge_lateness(DUE, DUE + late, Late.model_validate({"after": "1h", "do": do}), RIGA, **said)


@pytest.mark.parametrize("do", ["send", "skip", "reschedule"])
def test_exactly_as_late_as_is_allowed_is_in_time(do):
    assert after(HOUR, do) == Goes()


@pytest.mark.parametrize(
    ("do", "expected"),
    [
        ("send", Goes()),
        ("skip", Skip()),
        ("reschedule", Reschedule(datetime(2026, 3, 3, 7, 0, tzinfo=UTC))),
    ],
)
def test_a_moment_later_the_rule_holds(do, expected):
    assert after(HOUR + timedelta(milliseconds=1), do) == expected


def test_left_out_what_to_do_is_to_skip():
    assert Late.model_validate({"after": "1h"}).do == "skip"


def test_after_more_than_a_day_it_waits_for_the_next_such_time():
    assert after(26 * HOUR, "reschedule") == Reschedule(datetime(2026, 3, 4, 7, 0, tzinfo=UTC))


def test_it_is_rescheduled_to_the_time_its_step_asks_for():
    assert after(2 * HOUR, "reschedule", at=LocalTime(hour=10, minute=30)) == Reschedule(
        datetime(2026, 3, 3, 8, 30, tzinfo=UTC)
    )


def test_a_time_of_one_weekday_comes_again_on_that_day():
    assert after(6 * HOUR, "reschedule", at=LocalTime(hour=9, minute=0, weekday=0)) == Reschedule(
        datetime(2026, 3, 9, 7, 0, tzinfo=UTC)
    )


def test_the_same_time_is_meant_on_the_customers_clock_also_when_it_changes():
    due = datetime(2026, 3, 28, 7, 0, tzinfo=UTC)
    late = judge_lateness(due, due + 3 * HOUR, Late.model_validate({"after": "1h", "do": "reschedule"}), RIGA)
    assert late == Reschedule(datetime(2026, 3, 29, 6, 0, tzinfo=UTC))
