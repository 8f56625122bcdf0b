"""Does the strictest guard win?"""

from dataclasses import replace
from datetime import timedelta

import pytest

from journeys.vocabulary import Doubt, Purpose, ShipmentStatus
from operational_guards.judge import judge
from operational_guards.rule import Conduct, rule_of
from operational_guards.verdict import Allow, Answer, Delay, DropItems, Evidence, Judgement, Suppress, Unsure
from tests.operational_guards.people import (
    BUILT_IN,
    DAY,
    HOUR,
    NOW,
    about,
    guard_of,
    judged,
    known,
    order,
    parcel,
    seen,
)
from tests.operational_guards.stub_guards import Says

ONE = Evidence("order", "o1", "placed", NOW)
TWO = Evidence("order", "o2", "placed", NOW)
QUARTER = timedelta(minutes=15)
NOBODY_KNOWS = Unsure("a.no_news", (ONE,))
NEVER = Suppress("a.never", (ONE,))
LATER = Delay(NOW + DAY, "b.later", (ONE,))
WITHOUT_FIRST = DropItems(frozenset({0}), "c.gone", (ONE,))


def verdict_of(*guards, **changes):
    return judged(guards, about("beans", "grinder", "mill", **changes), known(), NOW).verdict


def test_without_guards_the_message_goes():
    assert judged((), about(), known(), NOW) == Judgement(Allow(), ())


@pytest.mark.parametrize(
    ("stricter", "softer"),
    [
        (NEVER, LATER),
        (NEVER, WITHOUT_FIRST),
        (NEVER, Allow()),
        (LATER, WITHOUT_FIRST),
        (LATER, Allow()),
        (WITHOUT_FIRST, Allow()),
    ],
)
def test_the_stricter_of_two_wins(stricter, softer):
    assert verdict_of(Says("x", softer), Says("y", stricter)) == stricter


def test_every_guard_that_applies_is_named_in_order():
    judgement = judged((Says("b", LATER), Says("a", Allow())), about(), known(), NOW)
    assert judgement.answers == (Answer("a", Allow()), Answer("b", LATER))


def test_a_guard_that_does_not_apply_does_not_answer():
    assert judged((Says("a", NEVER, applies=False),), about(), known(), NOW) == Judgement(Allow(), ())


def test_of_several_suppressions_the_first_guard_by_name_gives_the_reason():
    assert verdict_of(Says("z", Suppress("z.no")), Says("d", Suppress("d.no"))) == Suppress("d.no")


def test_several_delays_wait_for_the_last_of_them():
    early = Delay(NOW + HOUR, "a.early", (ONE,), on_change=True)
    late = Delay(NOW + DAY, "b.late", (TWO, ONE))
    assert verdict_of(Says("a", early), Says("b", late)) == Delay(NOW + DAY, "b.late", (ONE, TWO), on_change=True)


def test_of_delays_that_end_together_the_first_guard_by_name_gives_the_reason():
    assert verdict_of(Says("b", Delay(NOW + DAY, "b.late")), Says("a", Delay(NOW + DAY, "a.late"))).reason == "a.late"


def test_several_guards_drop_goods_together():
    first = DropItems(frozenset({0}), "a.gone", (TWO,))
    second = DropItems(frozenset({0, 2}), "b.gone", (ONE,))
    assert verdict_of(Says("b", second), Says("a", first)) == DropItems(frozenset({0, 2}), "a.gone", (ONE, TWO))


def test_a_message_without_any_goods_left_is_suppressed():
    first = DropItems(frozenset({0, 1}), "b.gone", (ONE,))
    second = DropItems(frozenset({2}), "a.gone", (TWO,))
    assert verdict_of(Says("b", first), Says("a", second)) == Suppress("a.no_items_left", (ONE, TWO))


def test_a_message_with_too_few_goods_left_is_suppressed():
    drop = DropItems(frozenset({0}), "a.gone", (ONE,))
    assert verdict_of(Says("a", drop), min_items=3) == Suppress("a.too_few_items", (ONE,))


def test_a_message_with_just_enough_goods_left_goes_without_the_others():
    drop = DropItems(frozenset({0}), "a.gone", (ONE,))
    assert verdict_of(Says("a", drop), min_items=2) == drop


def test_too_few_goods_outweigh_a_delay():
    everything = DropItems(frozenset({0, 1, 2}), "a.gone", (ONE,))
    assert verdict_of(Says("a", everything), Says("b", LATER)) == Suppress("a.no_items_left", (ONE,))


def test_a_guard_that_says_never_gives_the_reason_before_too_few_goods():
    everything = DropItems(frozenset({0, 1, 2}), "a.gone", (ONE,))
    assert verdict_of(Says("a", everything), Says("b", Suppress("b.never"))) == Suppress("b.never")


def test_marketing_waits_a_quarter_of_an_hour_when_a_guard_fails():
    assert verdict_of(Says("a", ZeroDivisionError("ann@example.com"))) == Delay(
        NOW + QUARTER, "a.failed", (Evidence("guard", "ZeroDivisionError", "unknown"),), on_change=True
    )


def test_what_is_owed_goes_when_a_guard_fails():
    assert verdict_of(Says("a", ZeroDivisionError()), purpose=Purpose.TRANSACTIONAL) == Allow()


def test_a_guard_that_forgets_to_answer_has_failed():
    assert verdict_of(Says("a", None)).evidence == (Evidence("guard", "TypeError", "unknown"),)


def test_a_failing_guard_does_not_outweigh_one_that_says_never():
    assert verdict_of(Says("b", ZeroDivisionError()), Says("c", NEVER)) == NEVER


def test_the_abandoned_grinder_on_its_way_is_not_promoted_at_all():
    guards = [guard_of(BUILT_IN[name]) for name in ("in_delivery", "already_bought")]
    facts = known(order("o9", "grinder", placed_at=NOW - DAY), parcel("s1", "o9", ShipmentStatus.IN_TRANSIT))
    verdict = judged(guards, about("grinder"), facts, NOW).verdict
    assert verdict == Suppress("already_bought.no_items_left", (seen("order", "o9", "placed", NOW - DAY),))


def test_a_letter_goes_without_the_goods_that_guards_drop():
    guards = [
        guard_of(BUILT_IN["already_bought"]),
        guard_of(BUILT_IN["in_delivery"], do="drop_items"),
    ]
    facts = known(order("o1", "beans", placed_at=NOW - DAY), order("o2", "mill", placed_at=NOW - 90 * DAY))
    verdict = judged(guards, about("beans", "grinder", "mill"), facts, NOW).verdict
    assert (verdict.places, verdict.reason) == (frozenset({0, 2}), "already_bought.recent_order")


def answered(guard, *, delivery=None, facts=None, now=NOW, exempt="", **conduct):
    rule = replace(rule_of(guard), conduct=Conduct.model_validate(conduct), exempt=exempt)
    return judge([rule], delivery or about("beans", "grinder"), facts or known(), now)


# What nobody knows.


@pytest.mark.parametrize(
    ("waited", "pause"),
    [
        (timedelta(0), QUARTER),
        (timedelta(minutes=30), QUARTER),
        (timedelta(hours=4), timedelta(hours=2)),
        (timedelta(days=4), timedelta(days=2)),
        (timedelta(days=6), timedelta(days=1)),
        (timedelta(days=7) - timedelta(minutes=1), QUARTER),
    ],
)
def test_what_is_unknown_is_asked_again_after_pauses_that_grow_with_the_wait(waited, pause):
    verdict = answered(Says("a", NOBODY_KNOWS), now=NOW + waited).verdict
    assert verdict == Delay(NOW + waited + pause, "a.no_news", (ONE,), on_change=True)


def test_what_stays_unknown_for_a_week_is_suppressed():
    verdict = answered(Says("a", NOBODY_KNOWS), now=NOW + 7 * DAY).verdict
    assert verdict == Suppress("a.no_news", (ONE,))


def test_what_is_owed_goes_though_a_guard_cannot_know():
    assert answered(Says("a", NOBODY_KNOWS), delivery=about(purpose=Purpose.TRANSACTIONAL)).verdict == Allow()


def test_a_guard_may_suppress_what_it_cannot_know():
    assert answered(Says("a", NOBODY_KNOWS), if_unknown="suppress").verdict == Suppress("a.no_news", (ONE,))


def test_a_guard_may_let_go_what_it_cannot_know():
    assert answered(Says("a", NOBODY_KNOWS), if_unknown="allow").verdict == Allow()


def test_goods_that_nobody_knows_about_are_dropped_with_those_that_are_known_to_be_wrong():
    partly = Unsure("a.no_news", (ONE,), frozenset({0}), DropItems(frozenset({1}), "a.gone", (TWO,)))
    verdict = answered(Says("a", partly), delivery=about("beans", "grinder", "mill")).verdict
    assert verdict == DropItems(frozenset({0, 1}), "a.no_news", (ONE,))


def test_goods_that_nobody_knows_about_may_go_without_those_that_are_known_to_be_wrong():
    wrong = DropItems(frozenset({1}), "a.gone", (TWO,))
    partly = Unsure("a.no_news", (ONE,), frozenset({0}), wrong)
    assert answered(Says("a", partly), delivery=about("beans", "grinder"), if_unknown="allow").verdict == wrong


SILENT = {"orders": (Doubt("shop", "silent", NOW - DAY),)}


def doubting(**changes):
    facts = known()
    facts.doubts = SILENT
    return answered(
        Says("a", changes.pop("says", Allow()), needs=changes.pop("needs", frozenset({"orders"}))),
        facts=facts,
        **changes,
    ).verdict


def test_a_yes_on_facts_of_a_silent_source_is_no_answer():
    assert doubting() == Delay(
        NOW + QUARTER, "a.unknown", (Evidence("source", "shop", "unknown", NOW - DAY, "silent"),), on_change=True
    )


def test_a_no_on_facts_of_a_silent_source_stands():
    assert doubting(says=NEVER) == NEVER


def test_a_source_that_the_guard_does_not_need_may_be_silent():
    assert doubting(needs=frozenset({"tickets"})) == Allow()


def test_a_guard_may_believe_a_silent_source():
    assert doubting(if_unknown="allow") == Allow()


# Answers that do not count.


def test_a_guard_in_shadow_only_records():
    assert answered(Says("a", NEVER), mode="shadow") == Judgement(Allow(), (Answer("a", NEVER, "shadow"),))


def test_a_guard_with_everybody_held_out_only_records():
    assert answered(Says("a", NEVER), holdout="100%") == Judgement(Allow(), (Answer("a", NEVER, "holdout"),))


def test_a_guard_that_a_step_is_exempt_from_only_records():
    judgement = answered(Says("a", NEVER), exempt="agreed by telephone")
    assert judgement == Judgement(Allow(), (Answer("a", NEVER, "exempt"),))


def test_the_share_that_is_held_out_is_drawn_from_the_delivery_itself():
    held_out = [
        number
        for number in range(1000)
        if answered(Says("a", NEVER), delivery=about("beans", id=number), holdout="10%").verdict == Allow()
    ]
    again = [
        number
        for number in range(1000)
        if answered(Says("a", NEVER), delivery=about("beans", id=number), holdout="10%").verdict == Allow()
    ]
    assert (held_out == again, 60 < len(held_out) < 140) == (True, True)


# Ways round.


@pytest.mark.parametrize("verdict", [LATER, NEVER], ids=["instead of waiting", "instead of being suppressed"])
def test_a_guard_may_divert(verdict):
    assert answered(Says("a", verdict), divert="call").verdict == Suppress(verdict.reason, (ONE,), "call")


def test_a_message_that_goes_without_some_goods_is_not_diverted():
    assert answered(Says("a", WITHOUT_FIRST), divert="call").verdict == WITHOUT_FIRST


def test_one_guard_that_ends_a_message_outweighs_another_that_diverts_it():
    diverting = replace(rule_of(Says("a", LATER)), conduct=Conduct(divert="call"))
    ending = rule_of(Says("b", Suppress("b.never", (ONE,))))
    assert judge([diverting, ending], about(), known(), NOW).verdict == Suppress("b.never", (ONE,))


def test_a_delay_that_is_over_already_counts_as_a_failure_of_its_guard():
    assert verdict_of(Says("x", Delay(NOW, "x.over", (ONE,)))) == Delay(
        NOW + QUARTER, "x.failed", (Evidence("guard", "ValueError", "unknown"),), on_change=True
    )


def test_what_nobody_knows_is_asked_again_after_whole_seconds():
    waited = NOW - timedelta(hours=1, seconds=7)
    verdict = verdict_of(Says("x", ValueError("no")), planned_at=waited)
    assert verdict.until == NOW + timedelta(seconds=1804)
