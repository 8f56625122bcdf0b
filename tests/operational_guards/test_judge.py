"""Does the strictest guard win?"""

import pytest

from journeys.vocabulary import Purpose, ShipmentStatus
from operational_guards.judge import judge
from operational_guards.verdict import Allow, Delay, DropItems, Evidence, Judgement, Suppress
from tests.operational_guards.people import BUILT_IN, DAY, HOUR, NOW, about, guard_of, known, order, parcel
from tests.operational_guards.stub_guards import Says

ONE = Evidence("order", "o1", "placed", NOW)
TWO = Evidence("order", "o2", "placed", NOW)
NEVER = Suppress("a.never", (ONE,))
LATER = Delay(NOW + DAY, "b.later", (ONE,))
WITHOUT_FIRST = DropItems(frozenset({0}), "c.gone", (ONE,))


def verdict_of(*guards, **changes):
    return judge(guards, about("beans", "grinder", "mill", **changes), known(), NOW).verdict


def test_without_guards_the_message_goes():
    assert judge((), about(), known(), NOW) == Judgement(Allow(), ())


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
    judgement = judge((Says("b", LATER), Says("a", Allow())), about(), known(), NOW)
    assert judgement.answers == (("a", Allow()), ("b", LATER))


def test_a_guard_that_does_not_apply_does_not_answer():
    assert judge((Says("a", NEVER, applies=False),), about(), known(), NOW) == Judgement(Allow(), ())


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


def test_marketing_waits_an_hour_when_a_guard_fails():
    assert verdict_of(Says("a", ZeroDivisionError("ann@example.com"))) == Delay(
        NOW + HOUR, "a.failed", (Evidence("guard", "ZeroDivisionError", "unknown"),)
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
    verdict = judge(guards, about("grinder"), facts, NOW).verdict
    assert verdict == Suppress("already_bought.no_items_left", (Evidence("order", "o9", "placed", NOW - DAY),))


def test_a_letter_goes_without_the_goods_that_guards_drop():
    guards = [
        guard_of(BUILT_IN["already_bought"]),
        guard_of(BUILT_IN["in_delivery"], do="drop_items"),
    ]
    facts = known(order("o1", "beans", placed_at=NOW - DAY), order("o2", "mill", placed_at=NOW - 90 * DAY))
    verdict = judge(guards, about("beans", "grinder", "mill"), facts, NOW).verdict
    assert (verdict.places, verdict.reason) == (frozenset({0, 2}), "already_bought.recent_order")
