"""Are goods that the shop does not have kept out of promotions?"""

import pytest

from journeys.vocabulary import Intent, Item, Purpose, Reach
from operational_guards.out_of_stock import OutOfStock
from operational_guards.verdict import Allow, Delay, DropItems, Evidence, Suppress, Unsure
from tests.operational_guards.people import DAY, MOMENT, NOW, about, guard_of, known, product, seen, stock

BEANS = stock("beans/", 5)
NO_GRINDER = stock("grinder/", 0)


def answer(*facts, now=NOW, delivery=None, **parameters):
    return guard_of(OutOfStock, **parameters).judge(delivery or about("beans", "grinder"), known(*facts), now)


def test_goods_that_are_sold_out_are_dropped():
    evidence = (seen("stock", "grinder", "out_of_stock", NOW - DAY),)
    assert answer(BEANS, NO_GRINDER) == DropItems(frozenset({1}), "out_of_stock.sold_out", evidence)


def test_goods_that_are_there_are_promoted():
    assert answer(BEANS, stock("grinder/", 1)) == Allow()


def test_a_shop_that_tells_of_no_stock_has_nothing_wrong_with_it():
    assert answer(product("grinder"), product("beans")) == Allow()


def test_goods_that_a_telling_shop_says_nothing_about_are_unknown():
    evidence = (Evidence("stock", "grinder", "unknown"),)
    assert answer(BEANS) == Unsure("out_of_stock.stock_unknown", evidence, frozenset({1}), first_pause=DAY)


def test_what_is_known_is_told_apart_from_what_is_not():
    verdict = answer(NO_GRINDER)
    assert (verdict.places, verdict.known.places) == (frozenset({0}), frozenset({1}))


def test_one_place_that_has_them_is_enough():
    assert answer(BEANS, stock("grinder/", 0, location="riga"), stock("grinder/", 2, location="tartu")) == Allow()


def test_every_place_that_has_none_is_evidence():
    riga, tartu = stock("grinder/", 0, location="riga"), stock("grinder/", 0, location="tartu")
    verdict = answer(BEANS, riga, tartu)
    assert [evidence.id for evidence in verdict.evidence] == ["grinder@riga", "grinder@tartu"]


def test_a_place_that_only_says_in_or_out_is_taken_at_its_word():
    assert answer(BEANS, stock("grinder/", None)) == Allow()


def test_a_place_that_says_out_has_none():
    assert answer(BEANS, stock("grinder/", None, in_stock=False)).places == frozenset({1})


def test_fewer_than_the_least_are_as_good_as_none():
    assert answer(BEANS, stock("grinder/", 2), least=3).places == frozenset({1})


def test_as_many_as_the_least_are_enough():
    assert answer(BEANS, stock("grinder/", 3), least=3) == Allow()


def test_the_least_is_asked_of_one_place():
    places = stock("grinder/", 2, location="riga"), stock("grinder/", 2, location="tartu")
    assert answer(BEANS, *places, least=3).places == frozenset({1})


def test_the_variant_counts_where_the_message_names_one():
    red = about(items=(Item("cup", variant="red"),))
    assert answer(stock("cup/red", 0), stock("cup/blue", 9), delivery=red).places == frozenset({0})


def test_any_variant_will_do_where_the_message_names_none():
    assert answer(stock("cup/red", 0), stock("cup/blue", 9), delivery=about("cup")) == Allow()


def test_stock_that_goes_by_another_id_is_found():
    catalog = product("grinder", inventory={"": "i77"})
    assert answer(BEANS, catalog, stock("inventory/i77", 0)).places == frozenset({1})


def test_a_delay_wakes_when_a_fact_changes():
    verdict = answer(BEANS, NO_GRINDER, do="delay")
    assert isinstance(verdict, Delay)
    assert (verdict.until, verdict.on_change) == (NOW + 14 * DAY, True)


def test_a_moment_before_the_longest_delay_ends_the_message_waits():
    assert answer(BEANS, NO_GRINDER, do="delay", now=NOW + 14 * DAY - MOMENT).until == NOW + 14 * DAY


def test_after_the_longest_delay_the_message_is_suppressed():
    verdict = answer(BEANS, NO_GRINDER, do="delay", now=NOW + 14 * DAY)
    assert isinstance(verdict, Suppress)
    assert verdict.reason == "out_of_stock.at_most_passed"


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
    assert guard_of(OutOfStock).applies_to(about("grinder", **changes)) is expected
