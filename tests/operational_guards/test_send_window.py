"""Does everybody hear from us in the hours we send, and only then, wherever they are?"""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from pydantic import ValidationError

from journeys.vocabulary import Purpose, Reach
from operational_guards.send_window import SendWindow
from operational_guards.verdict import Allow, Delay, Evidence, Suppress
from tests.operational_guards.people import ANN, MOMENT, about, guard_of, known

OFFICE = {"days": ["Mon", "Tue", "Wed", "Thu", "Fri"], "from": "09:00", "to": "18:00"}
NIGHT = {"days": ["Fri"], "from": "20:00", "to": "02:00"}


def utc(text):
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def window(**said):
    return SendWindow(SendWindow.Params.model_validate(said))


def answer(at, said=OFFICE, zone="UTC", **more):
    now = utc(at) if isinstance(at, str) else at
    facts = known(profile=replace(ANN, timezone=zone))
    return window(**said, **more).judge(about(planned_at=now), facts, now)


def test_outside_the_window_the_message_waits_until_it_opens_for_the_customer():
    assert answer("2026-03-02 16:30", zone="Europe/Riga") == Delay(
        utc("2026-03-03 07:00"),
        "send_window.closed",
        (Evidence("clock", "Europe/Riga", "Mon 18:30", utc("2026-03-02 16:30")),),
    )


@pytest.mark.parametrize("at", ["2026-03-02 09:00", "2026-03-02 12:00", "2026-03-06 17:59"])
def test_within_the_window_the_message_goes(at):
    assert answer(at) == Allow()


@pytest.mark.parametrize(
    ("at", "opens"),
    [
        pytest.param("2026-03-02 08:59", "2026-03-02 09:00", id="before it opens"),
        pytest.param("2026-03-02 18:00", "2026-03-03 09:00", id="when it closes"),
        pytest.param("2026-03-06 18:00", "2026-03-09 09:00", id="over the weekend"),
        pytest.param("2026-03-07 12:00", "2026-03-09 09:00", id="on Saturday"),
        pytest.param("2026-03-08 23:59", "2026-03-09 09:00", id="on Sunday night"),
    ],
)
def test_it_waits_for_the_next_opening(at, opens):
    assert answer(at).until == utc(opens)


def test_a_moment_before_it_closes_is_within():
    assert answer(utc("2026-03-02 18:00") - MOMENT) == Allow()


def test_the_weekday_is_that_of_the_customer():
    friday_evening_in_utc = "2026-03-06 23:00"
    assert answer(friday_evening_in_utc, zone="Pacific/Auckland").until == utc("2026-03-08 20:00")


def test_a_customer_without_a_zone_lives_where_the_shop_is():
    said = {**OFFICE, "zone": "Europe/Riga"}
    assert answer("2026-03-02 16:30", said, zone="").until == utc("2026-03-03 07:00")


# Past midnight.


@pytest.mark.parametrize("at", ["2026-03-06 20:00", "2026-03-06 23:59", "2026-03-07 00:00", "2026-03-07 01:59"])
def test_a_window_past_midnight_is_open_on_both_sides_of_it(at):
    assert answer(at, NIGHT) == Allow()


@pytest.mark.parametrize("at", ["2026-03-06 01:00", "2026-03-06 19:59", "2026-03-07 02:00", "2026-03-07 21:00"])
def test_a_window_past_midnight_belongs_to_the_day_it_opens_on(at):
    assert isinstance(answer(at, NIGHT), Delay)


def test_after_the_night_it_waits_a_week():
    assert answer("2026-03-07 02:00", NIGHT).until == utc("2026-03-13 20:00")


def test_a_window_until_midnight_does_not_go_past_it():
    assert answer("2026-03-03 00:00", {"from": "20:00", "to": "00:00"}).until == utc("2026-03-03 20:00")


# Whole days, and nothing at all.


@pytest.mark.parametrize("said", [{}, {"from": "00:00", "to": "24:00"}], ids=["nothing said", "all of it"])
@pytest.mark.parametrize("at", ["2026-03-02 00:00", "2026-03-02 12:00", "2026-03-02 23:59"])
def test_a_window_of_the_whole_day_is_always_open(at, said):
    assert answer(at, said) == Allow()


def test_of_whole_days_only_those_named_are_open():
    assert answer("2026-03-07 12:00", {"days": ["Sun"]}).until == utc("2026-03-08 00:00")


@pytest.mark.parametrize(("opens", "closes"), [("09:00", "09:00"), ("00:00", "00:00"), ("24:00", "24:00")])
def test_a_window_that_is_empty_is_refused(opens, closes):
    with pytest.raises(ValidationError, match="expected from and to to differ"):
        window(**{"from": opens, "to": closes})


# Holidays.


def test_on_a_holiday_it_does_not_open():
    assert answer("2026-12-25 12:00", holidays=["2026-12-25"]).until == utc("2026-12-28 09:00")


def test_the_night_after_a_working_day_goes_on_into_a_holiday():
    assert answer("2026-03-07 01:00", NIGHT, holidays=["2026-03-07"]) == Allow()


def test_any_number_of_holidays_is_waited_out():
    mondays = [f"2026-03-{day:02}" for day in (2, 9, 16, 23, 30)]
    assert answer("2026-03-02 12:00", {"days": ["Mon"]}, holidays=mondays, at_most="60d").until == utc(
        "2026-04-06 00:00"
    )


# Clocks that change.

SUMMER_IN_RIGA = "2026-03-29"  # 03:00 becomes 04:00
WINTER_IN_RIGA = "2026-10-25"  # 04:00 becomes 03:00


def test_it_opens_at_the_same_time_of_the_day_after_the_clock_changed():
    assert answer("2026-03-28 20:00", {"from": "09:00", "to": "18:00"}, "Europe/Riga").until == utc("2026-03-29 06:00")


def test_an_opening_that_the_clock_skips_comes_as_much_later():
    said = {"from": "03:30", "to": "09:00"}
    assert answer(f"{SUMMER_IN_RIGA} 00:45", said, "Europe/Riga").until == utc(f"{SUMMER_IN_RIGA} 01:30")


def test_a_window_that_the_clock_skips_in_part_ends_as_much_later():
    said = {"from": "02:30", "to": "03:15"}
    assert answer(f"{SUMMER_IN_RIGA} 01:14", said, "Europe/Riga") == Allow()
    assert isinstance(answer(f"{SUMMER_IN_RIGA} 01:15", said, "Europe/Riga"), Delay)


def test_a_window_that_the_skip_turns_round_opens_the_next_day():
    said = {"from": "03:30", "to": "04:15"}
    assert answer(f"{SUMMER_IN_RIGA} 00:45", said, "Europe/Riga").until == utc("2026-03-30 00:30")


def test_an_hour_that_comes_twice_is_within_from_its_first_time_on():
    said = {"from": "03:30", "to": "05:00"}
    assert answer(f"{WINTER_IN_RIGA} 00:30", said, "Europe/Riga") == Allow()
    assert answer(f"{WINTER_IN_RIGA} 01:10", said, "Europe/Riga") == Allow()


MINUTES = st.integers(0, 1440).map(lambda minutes: f"{minutes // 60:02}:{minutes % 60:02}")
ZONES = st.sampled_from(
    ["UTC", "Europe/Riga", "America/New_York", "Africa/Cairo", "Australia/Lord_Howe", "Asia/Kathmandu"]
)
DAYS = st.sets(st.sampled_from(["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]), min_size=1).map(sorted)


@given(MINUTES, MINUTES, DAYS, ZONES, st.integers(0, 500 * 1440))
def test_whatever_waits_goes_when_the_window_opens_and_not_a_moment_before(opens, closes, days, zone, minute):
    if opens in (closes, "24:00"):
        return
    said = {"from": opens, "to": closes, "days": days}
    verdict = answer(utc("2026-01-01 00:00") + timedelta(minutes=minute), said, zone)
    if isinstance(verdict, Delay):
        assert answer(verdict.until, said, zone) == Allow()
        assert isinstance(answer(verdict.until - MOMENT, said, zone), Delay)


# What it looks at.


def test_a_message_that_could_never_leave_is_suppressed_in_the_end():
    facts, now = known(), utc("2026-03-07 12:00")
    verdict = window(**OFFICE).judge(about(planned_at=now - timedelta(days=14)), facts, now)
    assert isinstance(verdict, Suppress)
    assert verdict.reason == "send_window.closed"


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
    assert window(**OFFICE).applies_to(about(**changes)) is expected


@pytest.mark.parametrize(("channel", "expected"), [("sms", True), ("email", False)])
def test_with_channels_it_looks_at_these_only(channel, expected):
    assert window(**OFFICE, channels=["sms"]).applies_to(about(channel=channel)) is expected


def test_it_names_its_channels():
    assert window(channels=["sms"]).params.channels() == {"sms"}


# What may be wrong.


@pytest.mark.parametrize("text", ["9", "24:01", "25:00", "9:00", ""])
def test_a_wrong_time_of_day_says_what_to_write(text):
    with pytest.raises(ValidationError, match=f'got "{text}"; write one like "09:00"'):
        window(**{"from": text})


@pytest.mark.parametrize(("days", "got"), [(["Monday"], "Monday"), ("mon", "mon"), (["Mon", 2], "2")])
def test_a_wrong_day_lists_the_days(days, got):
    with pytest.raises(ValidationError, match=f'got "{got}"; choose from Mon, Tue'):
        window(days=days)


def test_no_day_at_all_is_refused():
    with pytest.raises(ValidationError, match="expected at least one day"):
        window(days=[])


def test_a_wrong_holiday_says_what_to_write():
    with pytest.raises(ValidationError, match="write each as year-month-day"):
        window(holidays=["25.12.2026"])


def test_it_is_built_like_any_guard():
    assert guard_of(SendWindow, from_="09:00", to="18:00").name == "send_window"
