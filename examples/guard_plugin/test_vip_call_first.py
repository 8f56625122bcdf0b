"""Do promotions to VIPs wait for the call, and for nothing else?"""

from datetime import UTC, datetime, timedelta

from vip_call_first import VipCallFirst

from journeys.vocabulary import Delivery, Facts, Intent, Item, Profile
from operational_guards import Allow, Delay, Evidence, Suppress, Unsure
from operational_guards.testing import check_guard

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
DAY = timedelta(days=1)
MOMENT = timedelta(milliseconds=1)
TAGGED_AT = NOW - 90 * DAY
TAGGED = Evidence("trait", "tags", "VIP", TAGGED_AT)


def answer(traits, *, waited=timedelta(0), **parameters):
    """Let the guard judge a promotion to a customer with these traits, and the kit judge the guard."""
    guard = VipCallFirst(VipCallFirst.Params.model_validate(parameters))
    ann = Profile(1, TAGGED_AT, email="ann@example.com", traits=traits, changed_at={"traits.tags": TAGGED_AT})
    return check_guard(guard, promotion(planned_at=NOW - waited), Facts(ann), NOW)


def promotion(planned_at=NOW, intent=Intent.PROMOTE):
    return Delivery(7, 1, 3, "weekly", "letter", "email", planned_at, intent=intent, items=(Item("grinder"),))


def test_a_vip_nobody_called_waits_for_the_call():
    verdict = answer({"tags": ["VIP"]})
    assert verdict == Delay(NOW + 5 * DAY, "vip_call_first.not_called", (TAGGED,), on_change=True)


def test_a_vip_who_was_called_gets_the_promotion():
    assert answer({"tags": ["VIP"], "called_at": "2026-03-01T10:00:00+02:00"}) == Allow()


def test_a_call_counts_up_to_its_last_moment():
    assert answer({"tags": ["VIP"], "called_at": (NOW - 30 * DAY).isoformat()}) == Allow()


def test_a_moment_later_the_call_is_too_long_ago():
    called_at = NOW - 30 * DAY - MOMENT
    verdict = answer({"tags": ["VIP"], "called_at": called_at.isoformat()})
    assert verdict.evidence == (Evidence("trait", "called_at", "too_long_ago", called_at), TAGGED)


def test_a_promotion_that_waited_too_long_is_suppressed():
    assert answer({"tags": ["VIP"]}, waited=5 * DAY) == Suppress("vip_call_first.at_most_passed", (TAGGED,))


def test_a_moment_before_that_it_still_waits():
    assert answer({"tags": ["VIP"]}, waited=5 * DAY - MOMENT).until == NOW + MOMENT


def test_a_call_without_a_readable_moment_is_unknown():
    evidence = (Evidence("trait", "called_at", "unknown"),)
    assert answer({"tags": ["VIP"], "called_at": "yesterday"}) == Unsure("vip_call_first.unreadable", evidence)


def test_tags_may_be_text_with_commas():
    assert answer({"tags": "gold, VIP"}).reason == "vip_call_first.not_called"


def test_a_tag_is_a_whole_word():
    assert answer({"tags": "NOT-VIP"}) == Allow()


def test_customers_who_are_no_vips_are_not_held():
    assert answer({"tags": ["newsletter"]}) == Allow()


def test_customers_nobody_tagged_are_not_held():
    assert answer({}) == Allow()


def test_the_tag_has_the_name_the_shop_gives_it():
    assert answer({"tags": ["gold"]}, tag="gold").reason == "vip_call_first.not_called"


def test_messages_about_what_the_customer_owns_are_not_looked_at():
    assert not VipCallFirst(VipCallFirst.Params()).applies_to(promotion(intent=Intent.FOLLOW_UP))
