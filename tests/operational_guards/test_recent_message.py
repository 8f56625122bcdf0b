"""Is nobody told about the same goods again and again?"""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from pydantic import ValidationError

from journeys.vocabulary import Goods, Intent, Item, Product, Purpose, Reach
from operational_guards.recent_message import RecentMessage
from operational_guards.testing import check_guard
from operational_guards.verdict import Allow, Delay, DropItems, Evidence, Suppress
from tests.operational_guards.people import DAY, HOUR, MOMENT, NOW, about, guard_of, known, sent

REASON = "recent_message.same_goods"
ABOUT_GRINDER = sent(NOW - DAY, products=["grinder"], delivery_id=3)
BEFORE = Evidence("send", "email/weekly", "sent", NOW - DAY)


def answer(*sends, delivery=None, goods=None, now=NOW, **parameters):
    facts = known(*sends)
    facts.goods = goods or facts.goods
    return guard_of(RecentMessage, **parameters).judge(delivery or about("beans", "grinder"), facts, now)


def test_goods_the_customer_heard_about_lately_are_dropped():
    assert answer(ABOUT_GRINDER) == DropItems(frozenset({1}), REASON, (BEFORE,))


def test_other_goods_may_be_promoted():
    assert answer(ABOUT_GRINDER, delivery=about("beans", "cup")) == Allow()


def test_a_customer_who_heard_nothing_hears_of_everything():
    assert answer() == Allow()


def test_the_window_includes_its_last_moment():
    assert answer(sent(NOW - 7 * DAY, products=["grinder"])).places == frozenset({1})


def test_a_moment_after_the_window_the_goods_may_be_promoted():
    assert answer(sent(NOW - 7 * DAY - MOMENT, products=["grinder"])) == Allow()


def test_a_text_message_counts_against_an_email():
    assert answer(sent(NOW - DAY, "sms", products=["grinder"])).places == frozenset({1})


def test_only_the_named_channels_count():
    text, email = sent(NOW - DAY, "sms", products=["grinder"]), sent(NOW - DAY, products=["beans"])
    assert answer(text, email, channels=["sms"]).places == frozenset({1})


def test_the_named_channels_are_told_so_that_a_misspelt_one_is_found():
    assert guard_of(RecentMessage, channels=["sms", "email"]).params.channels() == {"sms", "email"}


def test_without_named_channels_there_is_none_to_misspell():
    assert guard_of(RecentMessage).params.channels() == frozenset()


def test_a_message_of_the_same_journey_counts():
    own = sent(NOW - DAY, products=["grinder"], journey="cart_recovery", delivery_id=3)
    assert answer(own).places == frozenset({1})


def test_a_message_of_the_same_journey_can_be_left_out():
    own = sent(NOW - DAY, products=["grinder"], journey="cart_recovery", delivery_id=3)
    other = sent(NOW - DAY, products=["beans"])
    assert answer(own, other, other_journeys_only=True).places == frozenset({0})


def test_a_delivery_does_not_count_against_itself():
    assert answer(sent(NOW - HOUR, products=["grinder"], delivery_id=7)) == Allow()


@pytest.mark.parametrize("same", ["product", "variant", "category"])
def test_a_message_about_no_goods_matches_none(same):
    assert answer(sent(NOW - DAY), same=same) == Allow()


def test_a_message_about_no_goods_matches_all_where_any_message_counts():
    assert answer(sent(NOW - DAY), same="any").places == frozenset({0, 1})


def test_any_message_counts_for_goods_it_was_not_about():
    assert answer(ABOUT_GRINDER, same="any", delivery=about("beans")).places == frozenset({0})


def test_a_message_without_goods_is_not_held():
    assert answer(ABOUT_GRINDER, same="any", do="suppress", delivery=about()) == Allow()


def test_a_bundle_is_the_same_as_its_parts():
    goods = Goods({"kit": Product("kit", parts=("grinder", "cup"))}, bundles_of={"grinder": ("kit",), "cup": ("kit",)})
    assert answer(sent(NOW - DAY, products=["kit"]), goods=goods).places == frozenset({1})


def test_goods_of_the_same_category_can_count():
    goods = Goods({"grinder": Product("grinder", category="brewing"), "mill": Product("mill", category="brewing")})
    assert answer(sent(NOW - DAY, products=["mill"]), goods=goods, same="category").places == frozenset({1})


def test_goods_of_the_same_category_do_not_count_unasked():
    goods = Goods({"grinder": Product("grinder", category="brewing"), "mill": Product("mill", category="brewing")})
    assert answer(sent(NOW - DAY, products=["mill"]), goods=goods) == Allow()


def test_what_was_sent_matches_every_variant():
    delivery = about(items=(Item("grinder", variant="black"),))
    assert answer(ABOUT_GRINDER, same="variant", delivery=delivery).places == frozenset({0})


def test_a_part_of_a_bundle_is_no_variant_of_it():
    goods = Goods({"kit": Product("kit", parts=("grinder",))}, bundles_of={"grinder": ("kit",)})
    assert answer(sent(NOW - DAY, products=["kit"]), goods=goods, same="variant") == Allow()


def test_every_message_about_the_goods_is_evidence():
    verdict = answer(ABOUT_GRINDER, sent(NOW - 2 * DAY, "sms", products=["cup", "grinder"]))
    assert verdict.evidence == (BEFORE, Evidence("send", "sms/weekly", "sent", NOW - 2 * DAY))


def test_a_delay_lasts_until_just_after_the_newest_message_leaves_the_window():
    verdict = answer(ABOUT_GRINDER, sent(NOW - 3 * DAY, products=["beans"]), do="delay")
    assert isinstance(verdict, Delay)
    assert (verdict.until, verdict.reason, verdict.on_change) == (NOW + 6 * DAY + MOMENT, REASON, False)


def test_a_delay_is_cut_off_by_the_longest_one():
    assert answer(ABOUT_GRINDER, do="delay", at_most="2d").until == NOW + 2 * DAY


def test_after_the_longest_delay_the_message_is_suppressed_for_the_same_reason():
    assert answer(ABOUT_GRINDER, do="delay", delivery=about("grinder", planned_at=NOW - 14 * DAY)) == Suppress(
        REASON, (BEFORE,)
    )


def test_a_moment_before_the_longest_delay_ends_the_message_waits():
    delivery = about("grinder", planned_at=NOW - 14 * DAY + MOMENT)
    assert answer(ABOUT_GRINDER, do="delay", delivery=delivery).until == NOW + MOMENT


def test_after_the_longest_delay_the_message_may_go_if_so_configured():
    assert answer(ABOUT_GRINDER, do="delay", then="send", delivery=about("grinder", planned_at=NOW - 14 * DAY)) == (
        Allow()
    )


def test_a_recent_message_can_suppress_the_next_instead():
    assert answer(ABOUT_GRINDER, do="suppress") == Suppress(REASON, (BEFORE,))


def test_a_window_longer_than_messages_are_remembered_is_refused():
    with pytest.raises(ValidationError, match='expected at most 30d, got "31d"; older messages are not remembered'):
        guard_of(RecentMessage, within="31d")


def test_the_longest_window_is_taken():
    assert answer(sent(NOW - 30 * DAY, products=["grinder"]), within="30d").places == frozenset({1})


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, True),
        ({"intent": Intent.FOLLOW_UP}, False),
        ({"reach": Reach.AUDIENCE}, False),
        ({"reach": Reach.CRM}, False),
        ({"purpose": Purpose.TRANSACTIONAL}, False),
    ],
)
def test_it_looks_at_promoting_messages_only(changes, expected):
    assert guard_of(RecentMessage).applies_to(about("grinder", **changes)) is expected


@given(
    minutes=st.lists(st.integers(0, 40 * 24 * 60), max_size=5),
    same=st.sampled_from(["product", "variant", "category", "any"]),
    do=st.sampled_from(["delay", "drop_items", "suppress"]),
    waited=st.integers(0, 20),
)
def test_it_keeps_the_contract(minutes, same, do, waited):
    facts = known(*(sent(NOW - ago * HOUR / 60, products=["grinder", "cup"][: ago % 3]) for ago in minutes))
    delivery = replace(about("beans", "grinder", "cup"), planned_at=NOW - waited * DAY)
    check_guard(guard_of(RecentMessage, same=same, do=do), delivery, facts, NOW)
