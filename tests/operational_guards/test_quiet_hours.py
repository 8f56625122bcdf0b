"""Does nobody hear from us at night, wherever they are?"""

from datetime import UTC, datetime

import pytest
from msgspec.structs import replace
from pydantic import ValidationError

from journeys.vocabulary import Purpose, Reach
from operational_guards.quiet_hours import QuietHours
from operational_guards.verdict import Allow, Delay, Evidence
from tests.operational_guards.people import ANN, MOMENT, about, guard_of, known


def utc(text):
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def answer(at, zone="UTC", shop="UTC", window=("21:00", "09:00")):
    guard = guard_of(QuietHours, from_=window[0], to=window[1], zone=shop)
    return guard.judge(about(), known(profile=replace(ANN, timezone=zone)), utc(at))


def test_at_night_the_message_waits_for_the_morning_of_the_customer():
    assert answer("2026-03-02 23:30", zone="Europe/Riga") == Delay(
        utc("2026-03-03 07:00"),
        "quiet_hours.night",
        (Evidence("clock", "Europe/Riga", "01:30", utc("2026-03-02 23:30")),),
    )


def test_by_day_the_message_goes():
    assert answer("2026-03-02 12:00") == Allow()


def test_the_evening_waits_for_the_next_day():
    assert answer("2026-03-02 22:00").until == utc("2026-03-03 09:00")


def test_after_midnight_the_same_day_counts():
    assert answer("2026-03-03 00:00").until == utc("2026-03-03 09:00")


def test_the_first_moment_of_the_window_is_quiet():
    assert answer("2026-03-02 21:00").until == utc("2026-03-03 09:00")


def test_the_last_moment_before_the_window_is_not_quiet():
    guard = guard_of(QuietHours, from_="21:00", to="09:00")
    assert guard.judge(about(), known(), utc("2026-03-02 21:00") - MOMENT) == Allow()


def test_the_end_of_the_window_is_not_quiet():
    assert answer("2026-03-02 09:00") == Allow()


def test_a_window_within_one_day_ends_on_that_day():
    assert answer("2026-03-02 12:30", window=("12:00", "14:00")).until == utc("2026-03-02 14:00")


@pytest.mark.parametrize("at", ["2026-03-02 11:59", "2026-03-02 14:00", "2026-03-02 23:00"])
def test_outside_a_window_within_one_day_the_message_goes(at):
    assert answer(at, window=("12:00", "14:00")) == Allow()


@pytest.mark.parametrize("at", ["2026-03-02 09:00", "2026-03-02 00:00", "2026-03-02 23:59"])
def test_a_window_that_begins_where_it_ends_is_never_quiet(at):
    assert answer(at, window=("09:00", "09:00")) == Allow()


def test_a_customer_without_a_zone_lives_where_the_shop_is():
    assert answer("2026-03-02 20:00", zone="", shop="Europe/Riga").until == utc("2026-03-03 07:00")


@pytest.mark.parametrize("zone", ["Mars/Olympus", "Europe", "../etc/passwd", "/", "not\0a zone"])
def test_a_zone_that_is_none_counts_as_the_shops(zone):
    assert answer("2026-03-02 20:00", zone=zone, shop="Europe/Riga").until == utc("2026-03-03 07:00")


@pytest.mark.parametrize("zone", ["Europe/Kiev", "Europe/Kyiv"])
def test_a_renamed_zone_works_under_both_names(zone):
    assert answer("2026-03-02 20:00", zone=zone).until == utc("2026-03-03 07:00")


def test_the_night_the_clock_goes_forward_ends_at_nine_on_the_new_clock():
    assert answer("2026-03-28 23:00", zone="Europe/Riga").until == utc("2026-03-29 06:00")


def test_the_night_the_clock_goes_back_ends_at_nine_on_the_new_clock():
    assert answer("2026-10-24 23:00", zone="Europe/Riga").until == utc("2026-10-25 07:00")


def test_an_end_that_the_clock_skips_comes_an_hour_later():
    assert answer("2026-03-29 00:30", zone="Europe/Riga", window=("21:00", "03:30")).until == utc("2026-03-29 01:30")


def test_an_end_that_comes_twice_counts_from_the_first():
    assert answer("2026-10-25 00:10", zone="Europe/Riga", window=("21:00", "03:30")).until == utc("2026-10-25 00:30")


def test_quiet_again_after_the_clock_went_back_waits_for_the_second_end():
    assert answer("2026-10-25 01:10", zone="Europe/Riga", window=("21:00", "03:30")).until == utc("2026-10-25 01:30")


@pytest.mark.parametrize("text", ["9", "24:00", "21.00", "9:00", ""])
def test_a_wrong_time_of_day_says_what_to_write(text):
    with pytest.raises(ValidationError, match=f'got "{text}"; write one like "21:00"'):
        guard_of(QuietHours, from_=text, to="09:00")


def test_a_wrong_shop_zone_says_what_to_write():
    with pytest.raises(ValidationError, match='got "Riga"; write one like Europe/Riga'):
        guard_of(QuietHours, from_="21:00", to="09:00", zone="Riga")


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, True),
        ({"reach": Reach.AUDIENCE}, False),
        ({"reach": Reach.CRM}, False),
        ({"purpose": Purpose.TRANSACTIONAL}, False),
    ],
)
def test_it_looks_at_marketing_messages_only(changes, expected):
    assert guard_of(QuietHours, from_="21:00", to="09:00").applies_to(about(**changes)) is expected
