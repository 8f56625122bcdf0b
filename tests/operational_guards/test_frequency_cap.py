"""Does nobody hear from us more often than agreed?"""

from datetime import UTC, datetime

import pytest
from msgspec.structs import replace
from pydantic import ValidationError

from journeys.vocabulary import Purpose, Reach
from operational_guards.frequency_cap import FrequencyCap
from operational_guards.verdict import Allow, Delay, Evidence, Suppress
from tests.operational_guards.people import ANN, DAY, HOUR, MOMENT, NOW, about, guard_of, known, sent


def utc(text):
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def answer(*sends, now=NOW, zone="UTC", delivery=None, **parameters):
    facts = known(*sends, profile=replace(ANN, timezone=zone))
    guard = guard_of(FrequencyCap, **{"at_most": "30d", **parameters})
    return guard.judge(delivery or about(planned_at=now), facts, now)


def test_a_full_day_delays_until_midnight_on_the_customers_clock():
    sent_at = utc("2026-03-02 08:00")
    assert answer(sent(sent_at), zone="Europe/Riga", email="1 per day") == Delay(
        utc("2026-03-02 22:00"),
        "frequency_cap.channel",
        (Evidence("cap", "channel", "1 per day"), Evidence("send", "email/weekly", "sent", sent_at)),
    )


def test_yesterdays_message_does_not_count_for_today():
    assert answer(sent(utc("2026-03-01 23:59")), now=utc("2026-03-02 00:01"), email="1 per day") == Allow()


def test_the_first_moment_of_the_day_counts_for_today():
    assert answer(sent(utc("2026-03-02 00:00")), email="1 per day").until == utc("2026-03-03 00:00")


def test_a_rolling_day_counts_across_midnight():
    verdict = answer(sent(utc("2026-03-01 23:59")), now=utc("2026-03-02 00:01"), email="1 per 24h")
    assert verdict.until == utc("2026-03-02 23:59")


def test_a_message_leaves_a_rolling_period_at_its_end():
    assert answer(sent(NOW - DAY), email="1 per 24h") == Allow()


def test_a_message_leaves_one_rolling_period_and_stays_in_a_longer_one():
    assert answer(sent(NOW - DAY), email=["1 per 24h", "2 per 7d"]) == Allow()


def test_a_moment_earlier_it_still_counts():
    assert answer(sent(NOW - DAY + MOMENT), email="1 per 24h").until == NOW + MOMENT


def test_room_comes_when_the_oldest_that_fills_the_cap_leaves():
    verdict = answer(sent(NOW - 6 * DAY), sent(NOW - 4 * DAY), sent(NOW - DAY), email="2 per 7d")
    assert verdict.until == NOW + 3 * DAY


def test_messages_count_in_whatever_order_they_are_kept():
    facts = known()
    facts.sends.extend([sent(NOW - DAY), sent(NOW - 4 * DAY), sent(NOW - 2 * DAY)])
    verdict = guard_of(FrequencyCap, email="3 per 7d", at_most="30d").judge(about(), facts, NOW)
    assert verdict.until == NOW + 3 * DAY


def test_fewer_messages_than_the_cap_leave_room():
    assert answer(sent(NOW - HOUR), email="2 per 7d") == Allow()


def test_a_week_begins_on_monday():
    assert answer(sent(utc("2026-03-01 12:00")), email="1 per week") == Allow()


def test_a_full_week_delays_until_monday():
    verdict = answer(sent(utc("2026-03-02 09:00")), now=utc("2026-03-08 12:00"), email="1 per week")
    assert verdict.until == utc("2026-03-09 00:00")


def test_monday_begins_on_the_customers_clock():
    sunday_evening_utc = utc("2026-03-01 22:30")
    verdict = answer(sent(sunday_evening_utc), zone="Europe/Riga", email="1 per week")
    assert verdict.until == utc("2026-03-08 22:00")


def test_texts_do_not_use_up_the_cap_of_emails():
    assert answer(sent(NOW - HOUR, "sms"), email="1 per day") == Allow()


def test_an_email_is_not_held_by_the_cap_of_texts():
    assert answer(sent(NOW - HOUR, "sms"), sms="1 per day") == Allow()


def test_all_channels_use_up_the_cap_over_any():
    verdict = answer(sent(NOW - HOUR, "sms"), sent(NOW - 2 * HOUR, "push"), any="2 per 7d")
    assert verdict.reason == "frequency_cap.any"


def test_a_channel_without_a_cap_of_its_own_has_that_over_any():
    verdict = answer(sent(NOW - HOUR), any="1 per 7d", sms="9 per day", delivery=about(channel="push"))
    assert verdict.reason == "frequency_cap.any"


def test_of_several_full_caps_the_one_that_lasts_longest_counts():
    verdict = answer(sent(NOW - HOUR), email="1 per 24h", any="1 per 7d")
    assert (verdict.until, verdict.reason) == (NOW - HOUR + 7 * DAY, "frequency_cap.any")


def test_of_caps_that_last_as_long_the_channels_gives_the_reason():
    assert answer(sent(NOW - HOUR), email="1 per 24h", any="1 per 24h").reason == "frequency_cap.channel"


def test_a_channel_may_have_several_caps():
    verdict = answer(sent(NOW - 3 * DAY), sent(NOW - 2 * DAY), email=["1 per day", "2 per 7d"])
    assert verdict.until == NOW + 4 * DAY


def test_no_messages_yet_leave_room():
    assert answer(email="1 per day") == Allow()


def test_zero_is_a_limit_of_zero():
    assert answer(email="0 per day") == Suppress("frequency_cap.channel", (Evidence("cap", "channel", "0 per day"),))


def test_zero_for_texts_says_nothing_about_emails():
    assert answer(sms="0 per day") == Allow()


def test_a_delivery_does_not_count_against_itself():
    assert answer(sent(NOW - HOUR, delivery_id=7), email="1 per day") == Allow()


def test_another_delivery_counts():
    assert answer(sent(NOW - HOUR, delivery_id=8), email="1 per day").reason == "frequency_cap.channel"


def test_waiting_ends_with_the_longest_delay():
    assert answer(sent(NOW - HOUR), email="1 per 7d", at_most="3d").until == NOW + 3 * DAY


def test_after_the_longest_delay_the_message_is_suppressed_by_the_cap_that_was_full():
    delivery = about(planned_at=NOW - 3 * DAY)
    verdict = answer(sent(NOW - HOUR), email="1 per 7d", at_most="3d", delivery=delivery)
    assert isinstance(verdict, Suppress)
    assert verdict.reason == "frequency_cap.channel"


def test_after_the_longest_delay_a_message_with_room_goes():
    assert answer(email="1 per 7d", at_most="3d", delivery=about(planned_at=NOW - 9 * DAY)) == Allow()


def test_a_full_cap_can_suppress_the_message_instead():
    assert isinstance(answer(sent(NOW - HOUR), email="1 per day", do="suppress"), Suppress)


def test_a_day_of_25_hours_ends_at_midnight():
    verdict = answer(sent(utc("2026-10-24 22:00")), now=utc("2026-10-25 12:00"), zone="Europe/Riga", email="1 per day")
    assert verdict.until == utc("2026-10-25 22:00")


def test_a_day_that_begins_at_one_begins_then():
    """In Cairo the clock went from 00:00 to 01:00 on 24 April 2026."""
    verdict = answer(
        sent(utc("2026-04-23 21:59")),
        sent(utc("2026-04-23 22:00")),
        now=utc("2026-04-24 10:00"),
        zone="Africa/Cairo",
        email="2 per day",
    )
    assert verdict == Allow()


def test_midnight_that_the_clock_skips_comes_with_the_skip():
    verdict = answer(sent(utc("2026-04-23 10:00")), now=utc("2026-04-23 12:00"), zone="Africa/Cairo", email="1 per day")
    assert verdict.until == utc("2026-04-23 22:00")


@pytest.mark.parametrize(
    "text", ["often", "1 per", "1 per month", "per day", "-1 per day", "1.5 per day", "1 per 0d", "1 per 31d"]
)
def test_a_wrong_cap_says_what_to_write(text):
    with pytest.raises(ValidationError, match=f'got "{text}"; write one like'):
        guard_of(FrequencyCap, email=text)


def test_caps_of_nothing_are_an_error():
    with pytest.raises(ValidationError, match="expected a cap for at least one channel"):
        guard_of(FrequencyCap)


def test_it_names_the_channels_it_caps():
    assert guard_of(FrequencyCap, email="1 per day", any="4 per 7d").params.channels() == {"email"}


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
    assert guard_of(FrequencyCap, email="1 per day").applies_to(about(**changes)) is expected


# Groups of journeys.

PROMO = {"groups": {"promo": "1 per 24h"}, "journeys": {"promo": ["cart_recovery", "winback"]}}


def test_a_full_group_delays_until_it_has_room():
    sent_at = NOW - HOUR
    assert answer(sent(sent_at, journey="winback"), **PROMO) == Delay(
        sent_at + DAY,
        "frequency_cap.group",
        (Evidence("cap", "promo", "1 per 24h"), Evidence("send", "email/winback", "sent", sent_at)),
    )


def test_a_group_counts_over_all_channels():
    assert answer(sent(NOW - HOUR, "sms", journey="winback"), **PROMO).reason == "frequency_cap.group"


def test_what_other_journeys_sent_takes_no_room_of_the_group():
    assert answer(sent(NOW - HOUR, journey="weekly"), **PROMO) == Allow()


def test_a_journey_of_another_group_is_not_held():
    assert answer(sent(NOW - HOUR, journey="winback"), delivery=about(journey="weekly"), **PROMO) == Allow()


def test_a_moment_before_its_end_a_period_of_a_group_counts():
    assert answer(sent(NOW - DAY + MOMENT, journey="winback"), **PROMO).until == NOW + MOMENT


def test_at_its_end_a_period_of_a_group_is_over():
    assert answer(sent(NOW - DAY, journey="winback"), **PROMO) == Allow()


def test_a_group_may_have_calendar_and_rolling_caps_at_once():
    said = {"groups": {"promo": ["1 per day", "2 per 7d"]}, "journeys": PROMO["journeys"]}
    sends = [sent(NOW - 3 * DAY, journey="winback"), sent(NOW - 2 * DAY, journey="winback")]
    assert answer(*sends, **said).until == NOW + 4 * DAY


def test_a_journey_may_count_for_several_groups():
    said = {
        "groups": {"promo": "9 per day", "loud": "1 per 24h"},
        "journeys": {"promo": ["cart_recovery"], "loud": ["cart_recovery", "weekly"]},
    }
    assert answer(sent(NOW - HOUR, journey="weekly"), **said).reason == "frequency_cap.group"


def test_of_a_channel_and_a_group_that_are_full_the_longer_one_counts():
    verdict = answer(sent(NOW - HOUR, journey="winback"), email="1 per 12h", **PROMO)
    assert (verdict.until, verdict.reason) == (NOW + 23 * HOUR, "frequency_cap.group")


def test_zero_for_a_group_is_a_limit_of_zero():
    verdict = answer(**{**PROMO, "groups": {"promo": "0 per day"}})
    assert verdict == Suppress("frequency_cap.group", (Evidence("cap", "promo", "0 per day"),))


def test_caps_of_groups_alone_are_enough():
    assert guard_of(FrequencyCap, groups={"promo": "1 per day"}).params.named_groups() == {"promo"}


def test_a_wrong_cap_of_a_group_says_what_to_write():
    with pytest.raises(ValidationError, match='got "often"; write one like'):
        guard_of(FrequencyCap, groups={"promo": "often"})
