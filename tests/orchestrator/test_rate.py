"""How many calls may be made in a time?"""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestrator.sources.rate import Rate, spend

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def made(rate: Rate, moments: list[datetime]) -> list[bool]:
    """Say which of the calls at these moments may be made."""
    full_at, taken = None, []
    for now in moments:
        after = spend(full_at, rate, now)
        taken.append(after is not None)
        full_at = after or full_at
    return taken


@pytest.mark.parametrize("calls", [1, 3, 7, 120])
def test_all_calls_of_the_time_may_come_at_once_and_not_one_more(calls):
    assert made(Rate(calls, MINUTE), [NOW] * (calls + 1)) == [True] * calls + [False]


def test_a_call_is_free_again_after_its_share_of_the_time():
    assert made(Rate(2, MINUTE), [NOW, NOW, NOW + MINUTE / 2]) == [True, True, True]


def test_a_call_is_not_free_before_its_share_of_the_time():
    assert made(Rate(2, MINUTE), [NOW, NOW, NOW + MINUTE / 2 - timedelta(seconds=1)]) == [True, True, False]


def test_a_long_silence_saves_up_no_more_than_the_time_holds():
    later = NOW + timedelta(days=1)
    assert made(Rate(2, MINUTE), [NOW, later, later, later]) == [True, True, True, False]


@given(st.integers(1, 20), st.lists(st.integers(0, 200), max_size=60))
def test_no_time_ever_holds_more_than_its_calls_and_those_saved_up(calls, seconds):
    moments = [NOW + timedelta(seconds=second) for second in sorted(seconds)]
    taken = [now for now, may in zip(moments, made(Rate(calls, MINUTE), moments), strict=True) if may]
    assert all(sum(begin <= now < begin + MINUTE for now in taken) <= 2 * calls for begin in taken)
