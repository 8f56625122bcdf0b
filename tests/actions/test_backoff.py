"""Are failed deliveries tried again at sensible moments?"""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from actions.backoff import LONGEST, MAX_ATTEMPTS, next_attempt


def test_the_first_pause_is_under_thirty_seconds():
    assert next_attempt(1, 0.5) == timedelta(seconds=15)


def test_the_ceiling_doubles():
    assert [next_attempt(attempt, 1.0) for attempt in (1, 2, 3, 4)] == [
        timedelta(seconds=seconds) for seconds in (30, 60, 120, 240)
    ]


def test_a_pause_is_at_most_six_hours():
    assert next_attempt(11, 1.0) == timedelta(hours=6)


def test_the_twelfth_attempt_is_the_last():
    assert next_attempt(12, 0.5) is None


def test_a_providers_wish_is_kept_with_jitter_on_top():
    assert next_attempt(1, 0.5, timedelta(minutes=10)) == timedelta(minutes=10, seconds=15)


def test_a_providers_wish_of_a_year_is_cut_to_a_day():
    assert next_attempt(1, 0.0, timedelta(days=365)) == timedelta(days=1)


def test_a_pause_is_never_nothing():
    assert next_attempt(1, 0.0) == timedelta(seconds=1)


@given(st.integers(1, MAX_ATTEMPTS - 1), st.floats(0, 1))
def test_every_pause_is_between_a_second_and_six_hours(attempt, chance):
    assert timedelta(seconds=1) <= next_attempt(attempt, chance) <= LONGEST
