"""Has the shop's own endpoint the last word, and only words that can be understood?"""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from pydantic import ValidationError

from journeys.vocabulary import Outside, Purpose, Reach
from operational_guards.http import Http
from operational_guards.judge import judge
from operational_guards.registry import build_rules, check_guards
from operational_guards.testing import check_guard
from operational_guards.verdict import Allow, Delay, DropItems, Evidence, Suppress, Unsure
from tests.operational_guards.people import ANN, BUILT_IN, DAY, HOUR, MOMENT, NOW, about, guard_of, known

URL = "https://shop.example/may-send"
ASKED_AT = NOW - timedelta(seconds=1)


def told(body, profile=ANN):
    facts = known(profile=profile)
    facts.outside = {"http": Outside(ASKED_AT, body)}
    return facts


def answer(body, *, delivery=None, profile=ANN, **parameters):
    guard = guard_of(Http, **{"url": URL, **parameters})
    return guard.judge(delivery or about("beans", "grinder"), told(body, profile), NOW)


def delayed(until, **parameters):
    return answer({"verdict": "delay", "until": until, "reason": "stock-taking"}, **parameters)


def because(reason, verdict):
    return (Evidence("endpoint", reason, verdict, ASKED_AT),)


def unknown(what):
    return (Evidence("endpoint", what, "unknown", ASKED_AT),)


def test_a_yes_lets_it_go():
    assert answer({"verdict": "allow"}) == Allow()


def test_a_no_suppresses_with_the_shops_own_reason():
    verdict = answer({"verdict": "suppress", "reason": "in talks with sales"})
    assert verdict == Suppress("http.suppressed", because("in talks with sales", "suppress"))


def test_the_reason_may_be_left_out():
    assert answer({"verdict": "suppress"}).evidence == because("no reason given", "suppress")


def test_a_long_reason_is_cut():
    assert answer({"verdict": "suppress", "reason": "x" * 101}).evidence == because("x" * 100, "suppress")


def test_what_cannot_be_printed_is_left_out_of_the_reason():
    verdict = answer({"verdict": "suppress", "reason": "no\x1b[31m\nnews\u2028 today"})
    assert verdict.evidence == because("no[31mnews today", "suppress")


def test_named_goods_are_dropped():
    verdict = answer({"verdict": "drop_items", "product_ids": ["grinder", "cup"], "reason": "recalled"})
    assert verdict == DropItems(frozenset({1}), "http.dropped", because("recalled", "drop_items"))


def test_a_message_with_none_of_the_named_goods_goes():
    assert answer({"verdict": "drop_items", "product_ids": ["cup"]}) == Allow()


def test_a_wait_ends_at_the_named_moment():
    assert delayed("2026-03-03T10:00:00+02:00") == Delay(
        NOW + 20 * HOUR, "http.delayed", because("stock-taking", "delay"), on_change=True
    )


def test_a_wait_until_a_date_ends_when_the_day_begins_for_the_customer():
    riga = replace(ANN, timezone="Europe/Riga")
    assert delayed("2026-03-05", profile=riga).until.isoformat() == "2026-03-04T22:00:00+00:00"


def test_a_moment_without_an_offset_is_on_the_shops_clock_where_the_customers_is_unknown():
    nowhere = replace(ANN, timezone="")
    until = delayed("2026-03-05T10:00", profile=nowhere, zone="Europe/Riga").until
    assert until.isoformat() == "2026-03-05T08:00:00+00:00"


def test_a_wait_of_thirty_days_is_understood():
    assert delayed((NOW + 30 * DAY).isoformat()).until == NOW + 30 * DAY


@pytest.mark.parametrize(
    "until",
    [
        (NOW + 30 * DAY + MOMENT).isoformat(),
        NOW.isoformat(),
        (NOW - DAY).isoformat(),
        "0001-01-01",
        "9999-12-31T23:59:59-12:00",
        "tomorrow",
        "",
        None,
        1772442000,
    ],
)
def test_a_wait_until_no_moment_of_the_next_thirty_days_is_not_understood(until):
    assert delayed(until) == Unsure("http.malformed", unknown("until"))


@pytest.mark.parametrize(
    ("body", "member"),
    [
        ({}, "verdict"),
        ({"verdict": "deny"}, "verdict"),
        ({"verdict": None}, "verdict"),
        ({"verdict": ["allow"]}, "verdict"),
        ({"verdict": True}, "verdict"),
        ({"verdict": "allow", "reason": 7}, "reason"),
        ({"verdict": "drop_items"}, "product_ids"),
        ({"verdict": "drop_items", "product_ids": []}, "product_ids"),
        ({"verdict": "drop_items", "product_ids": "grinder"}, "product_ids"),
        ({"verdict": "drop_items", "product_ids": ["grinder", 7]}, "product_ids"),
        ({"verdict": "delay"}, "until"),
    ],
)
def test_an_answer_that_cannot_be_understood_is_no_yes(body, member):
    assert answer(body) == Unsure("http.malformed", unknown(member))


def test_members_nobody_knows_are_not_looked_at():
    assert answer({"verdict": "allow", "trace": "a1"}) == Allow()


def test_no_answer_is_unknown():
    assert answer(None) == Unsure("http.unknown", unknown("no answer"))


def test_an_endpoint_that_was_not_asked_is_unknown():
    verdict = guard_of(Http, url=URL).judge(about(), known(), NOW)
    assert verdict == Unsure("http.unknown", (Evidence("endpoint", "no answer", "unknown", None),))


def test_an_answer_to_another_guard_is_none_to_this_one():
    facts = known()
    facts.outside = {"stock_check": Outside(ASKED_AT, {"verdict": "allow"})}
    assert guard_of(Http, url=URL).judge(about(), facts, NOW).reason == "http.unknown"


def test_a_wait_is_cut_off_by_the_longest_one():
    assert delayed((NOW + 9 * DAY).isoformat(), at_most="2d").until == NOW + 2 * DAY


def test_an_endpoint_that_asks_to_wait_again_and_again_is_no_longer_heeded():
    verdict = delayed((NOW + DAY).isoformat(), delivery=about(planned_at=NOW - 30 * DAY))
    assert verdict == Suppress("http.delayed", because("stock-taking", "delay"))


def test_a_moment_before_the_longest_wait_ends_it_still_is():
    assert delayed((NOW + DAY).isoformat(), delivery=about(planned_at=NOW - 30 * DAY + MOMENT)).until == NOW + MOMENT


def test_after_the_longest_wait_the_message_may_go_if_so_configured():
    assert delayed((NOW + DAY).isoformat(), delivery=about(planned_at=NOW - 30 * DAY), then="send") == Allow()


@pytest.mark.parametrize(("purpose", "expected"), [(Purpose.MARKETING, "Delay"), (Purpose.TRANSACTIONAL, "Allow")])
def test_without_an_answer_marketing_waits_and_what_is_owed_goes(purpose, expected):
    configured = {"http": {"url": URL, "purposes": ["marketing", "transactional"]}}
    rules = build_rules(configured, known={"http": BUILT_IN["http"]})
    assert type(judge(rules, about(purpose=purpose), told(None), NOW).verdict).__name__ == expected


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, True),
        ({"reach": Reach.AUDIENCE}, True),
        ({"reach": Reach.CRM}, False),
        ({"purpose": Purpose.TRANSACTIONAL}, False),
    ],
)
def test_it_looks_at_marketing_messages_and_audiences(changes, expected):
    assert guard_of(Http, url=URL).applies_to(about(**changes)) is expected


def test_it_looks_at_what_is_owed_if_so_configured():
    guard = guard_of(Http, url=URL, purposes=["transactional"])
    assert guard.applies_to(about(purpose=Purpose.TRANSACTIONAL))
    assert not guard.applies_to(about())


def test_nothing_personal_is_told_unasked():
    assert guard_of(Http, url=URL).params.send == ("items", "journey", "step", "channel")


@pytest.mark.parametrize("url", [URL, "http://localhost:8080/ask", "http://127.0.0.1/ask", "http://[::1]:9/ask"])
def test_a_secret_address_or_one_at_home_is_taken(url):
    assert guard_of(Http, url=url).params.url == url


@pytest.mark.parametrize("url", ["http://shop.example/ask", "ftp://localhost/ask", "http://localhost.shop.example/"])
def test_an_open_address_is_refused(url):
    with pytest.raises(ValidationError, match=f'expected an https address, .*, got "{url}"; write one like https://'):
        guard_of(Http, url=url)


@pytest.mark.parametrize("url", ["https://ann:pass@shop.example/", "https://", "https://[::1/", "shop", "https://s:x/"])
def test_an_address_that_is_none_or_holds_a_password_is_refused_and_not_repeated(url):
    (fault,) = check_guards({"http": {"url": url}}, known={"http": Http})
    assert fault.message == (
        'guard "http": url expected an https address, or http to localhost, without a user or password, '
        "got another; write one like https://shop.example/may-send"
    )


def test_a_message_does_not_wait_long_for_an_answer():
    with pytest.raises(ValidationError, match='expected at most 30s, got "31s"; the message waits while it is asked'):
        guard_of(Http, url=URL, timeout="31s")


def test_there_is_no_asking_without_an_address():
    (fault,) = check_guards({"http": {}}, known={"http": Http})
    assert fault.message == 'guard "http" needs "url", got nothing; add url: "https://shop.example/may-send"'


bodies = st.one_of(
    st.none(),
    st.fixed_dictionaries(
        {"verdict": st.sampled_from(["allow", "drop_items", "delay", "suppress", "deny", 7])},
        optional={
            "reason": st.one_of(st.text(), st.integers()),
            "product_ids": st.lists(st.sampled_from(["beans", "grinder", "cup"])),
            "until": st.one_of(st.integers(-40, 40).map(lambda days: (NOW + days * DAY).isoformat()), st.text()),
        },
    ),
)


@given(body=bodies, waited=st.integers(0, 40))
def test_it_keeps_the_contract(body, waited):
    delivery = about("beans", "grinder", planned_at=NOW - waited * DAY)
    check_guard(guard_of(Http, url=URL), delivery, told(body), NOW)
