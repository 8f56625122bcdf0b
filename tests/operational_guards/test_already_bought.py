"""Are goods the customer just bought kept out of promotions?"""

import pytest

from journeys.vocabulary import Intent, OrderStatus, Purpose, Reach
from operational_guards.already_bought import AlreadyBought
from operational_guards.verdict import Allow, Delay, DropItems, Suppress
from tests.operational_guards.people import DAY, MOMENT, NOW, about, guard_of, known, order, product, seen

REASON = "already_bought.recent_order"


def answer(*facts, delivery=None, **parameters):
    return guard_of(AlreadyBought, **parameters).judge(delivery or about("beans", "grinder"), known(*facts), NOW)


def test_goods_bought_lately_are_dropped():
    placed_at = NOW - 5 * DAY
    assert answer(order("o9", "grinder", placed_at=placed_at)) == DropItems(
        frozenset({1}), REASON, (seen("order", "o9", "placed", placed_at),)
    )


def test_the_window_includes_its_last_moment():
    assert answer(order("o9", "grinder", placed_at=NOW - 30 * DAY)).places == frozenset({1})


def test_a_moment_after_the_window_the_goods_may_be_promoted():
    assert answer(order("o9", "grinder", placed_at=NOW - 30 * DAY - MOMENT)) == Allow()


@pytest.mark.parametrize("status", [OrderStatus.CANCELLED, OrderStatus.PAYMENT_FAILED])
def test_a_purchase_that_came_to_nothing_does_not_count(status):
    assert answer(order("o9", "grinder", placed_at=NOW - DAY, status=status)) == Allow()


def test_a_refunded_purchase_was_a_purchase():
    refunded = order("o9", "grinder", placed_at=NOW - DAY, status=OrderStatus.REFUNDED)
    assert answer(refunded).evidence == (seen("order", "o9", "refunded", NOW - DAY),)


def test_every_recent_order_is_evidence():
    verdict = answer(
        order("o1", "grinder", placed_at=NOW - 40 * DAY),
        order("o2", "grinder", placed_at=NOW - 20 * DAY),
        order("o3", "grinder", placed_at=NOW - 10 * DAY),
    )
    assert [evidence.id for evidence in verdict.evidence] == ["o2", "o3"]


def test_a_delay_lasts_until_just_after_the_newest_purchase_leaves_the_window():
    verdict = answer(
        order("o2", "grinder", placed_at=NOW - 20 * DAY), order("o3", "beans", placed_at=NOW - 10 * DAY), do="delay"
    )
    assert isinstance(verdict, Delay)
    assert (verdict.until, verdict.reason, verdict.on_change) == (NOW + 20 * DAY + MOMENT, REASON, True)


def test_at_the_last_moment_of_the_window_the_delay_ends_a_moment_later():
    assert answer(order("o9", "grinder", placed_at=NOW - 30 * DAY), do="delay").until == NOW + MOMENT


def test_a_recent_purchase_can_suppress_the_message_instead():
    verdict = answer(order("o9", "grinder", placed_at=NOW - DAY), do="suppress")
    assert verdict == Suppress(REASON, (seen("order", "o9", "placed", NOW - DAY),))


def test_within_sets_the_window():
    assert answer(order("o9", "grinder", placed_at=NOW - 8 * DAY), within="7d") == Allow()


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, True),
        ({"reach": Reach.AUDIENCE}, True),
        ({"intent": Intent.FOLLOW_UP}, False),
        ({"reach": Reach.CRM}, False),
        ({"purpose": Purpose.TRANSACTIONAL}, False),
    ],
)
def test_it_looks_at_promotions_only(changes, expected):
    assert guard_of(AlreadyBought).applies_to(about("grinder", **changes)) is expected


def test_a_part_of_a_bundle_bought_lately_is_dropped():
    bundle = order("o9", "starter_kit", placed_at=NOW - DAY)
    assert answer(bundle, product("starter_kit", parts=("grinder",))).places == frozenset({1})


def test_goods_of_the_same_category_are_promoted_unless_asked_otherwise():
    catalog = [product("mill", category="grinders"), product("grinder", category="grinders")]
    assert answer(order("o9", "mill", placed_at=NOW - DAY), *catalog) == Allow()


def test_goods_of_the_same_category_can_be_held_too():
    catalog = [product("mill", category="grinders"), product("grinder", category="grinders")]
    verdict = answer(order("o9", "mill", placed_at=NOW - DAY), *catalog, same="category")
    assert verdict.places == frozenset({1})


def test_any_purchase_can_hold_all_goods():
    assert answer(order("o9", "cup", placed_at=NOW - DAY), same="any").places == frozenset({0, 1})
