"""Are prices that the shop does not keep left out?"""

import pytest

from journeys.vocabulary import Intent, Item, Purpose, Reach
from operational_guards.price_lower_than_promised import PriceLowerThanPromised
from operational_guards.verdict import Allow, Delay, DropItems, Evidence, Suppress, Unsure
from tests.operational_guards.people import DAY, NOW, about, guard_of, known, product, seen

DEARER = "price_lower_than_promised.dearer_now"
UNKNOWN = "price_lower_than_promised.price_unknown"


def offer(price, product_id="grinder", **said):
    return about(items=(Item("beans"), Item(product_id, price=price, **said)))


def answer(*facts, now=NOW, delivery=None, **parameters):
    return guard_of(PriceLowerThanPromised, **parameters).judge(delivery or offer(80.0), known(*facts), now)


def test_goods_that_are_dearer_now_are_dropped():
    assert answer(product("grinder", price=89.9)) == DropItems(
        frozenset({1}),
        DEARER,
        (Evidence("offer", "grinder", "80.00"), seen("price", "grinder", "89.90", NOW - DAY)),
    )


@pytest.mark.parametrize("price", [80.0, 79.0, 0.0])
def test_goods_that_cost_as_much_or_less_are_promoted(price):
    assert answer(product("grinder", price=price)) == Allow()


def test_the_tolerance_includes_its_last_cent():
    assert answer(product("grinder", price=80.8)) == Allow()


def test_a_cent_beyond_the_tolerance_is_too_much():
    assert answer(product("grinder", price=80.82)).reason == DEARER


def test_the_tolerance_can_be_none():
    assert answer(product("grinder", price=80.01), tolerance="0%").reason == DEARER


def test_the_tolerance_can_be_wider():
    assert answer(product("grinder", price=88.0), tolerance="10%") == Allow()


def test_binary_fractions_do_not_decide():
    # As binary fractions 1.10 less 1.00 is a little more than a tenth.
    assert answer(product("grinder", price=1.1), delivery=offer(1.0), tolerance="9.0909%") == Allow()


def test_a_message_that_shows_no_price_promises_nothing():
    assert answer(product("grinder", price=89.9), delivery=about("grinder")) == Allow()


def test_the_price_of_the_variant_counts():
    catalog = product("grinder", price=70.0, prices={"steel": 99.0})
    assert answer(catalog, delivery=offer(80.0, variant="steel")).evidence[1].id == "grinder/steel"


def test_a_variant_without_a_price_of_its_own_costs_what_the_product_costs():
    catalog = product("grinder", price=70.0, prices={"steel": 99.0})
    assert answer(catalog, delivery=offer(80.0, variant="black")) == Allow()


def test_a_shop_without_a_catalog_breaks_no_promise():
    assert answer() == Allow()


def test_a_catalog_without_prices_breaks_no_promise():
    assert answer(product("grinder"), product("beans")) == Allow()


def test_goods_without_a_price_in_a_catalog_with_prices_are_unknown():
    assert answer(product("grinder"), product("beans", price=9.0)) == Unsure(
        UNKNOWN,
        (Evidence("offer", "grinder", "80.00"), Evidence("price", "grinder", "unknown")),
        frozenset({1}),
        first_pause=DAY,
    )


def test_goods_that_are_not_in_a_catalog_with_prices_are_unknown():
    assert answer(product("beans", prices={"dark": 9.0})).reason == UNKNOWN


def test_a_delay_wakes_when_a_fact_changes():
    verdict = answer(product("grinder", price=89.9), do="delay")
    assert isinstance(verdict, Delay)
    assert (verdict.until, verdict.on_change) == (NOW + 14 * DAY, True)


def test_after_the_longest_delay_the_message_is_suppressed():
    verdict = answer(product("grinder", price=89.9), do="delay", now=NOW + 14 * DAY)
    assert isinstance(verdict, Suppress)
    assert verdict.reason == "price_lower_than_promised.at_most_passed"


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, True),
        ({"intent": Intent.FOLLOW_UP}, False),
        ({"reach": Reach.AUDIENCE}, True),
        ({"reach": Reach.CRM}, False),
        ({"purpose": Purpose.TRANSACTIONAL}, False),
    ],
)
def test_it_looks_at_promotions_only(changes, expected):
    assert guard_of(PriceLowerThanPromised).applies_to(about("grinder", **changes)) is expected
