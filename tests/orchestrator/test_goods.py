"""Do events about the shop leave behind what is true about its goods?"""

from itertools import permutations
from typing import Any

import pytest

from journeys.vocabulary import Event, Goods, Item, Product, Stock
from orchestrator.goods import GoodsChange, apply_goods
from tests.orchestrator.test_facts import HOUR, SEEN, T0, said


def updated(hours: int = 0, product_id: str = "kit", **properties: Any) -> Event:
    return said("Product Updated", T0 + hours * HOUR, product_id=product_id, **properties)


def stocked(hours: int = 0, **properties: Any) -> Event:
    return said("Stock Changed", T0 + hours * HOUR, **properties)


def known(*events: Event) -> Goods:
    goods = Goods()
    for event in events:
        apply_goods(goods, event, SEEN)
    return goods


def test_a_product_is_known_with_its_prices_parts_and_inventory() -> None:
    variants = [{"variant": "red", "price": 12, "inventory_id": 77}, {"variant": "blue"}]
    event = updated(name="Kit", category="sets", price=10, parts=["beans", "cup", "beans"], variants=variants)
    assert known(event).products == {
        "kit": Product(
            "kit", "Kit", "sets", 10.0, {"red": 12.0}, ("beans", "cup"), {"red": "77"}, T0, SEEN, "segment", 1
        )
    }


def test_a_product_without_variants_has_its_inventory_under_no_name() -> None:
    goods = known(updated(variants=[{"inventory_id": "77"}]), stocked(inventory_id="77", quantity=3))
    assert [stock.quantity for stock in goods.stock_of(Item("kit"))] == [3.0]


def test_a_price_that_is_no_number_is_unknown() -> None:
    assert known(updated(price="on request")).products["kit"].price is None


def test_the_statement_made_last_is_kept_whole_whatever_comes_first() -> None:
    events = [updated(1, name="Kit", price=10), updated(3, price=8), updated(2, name="Kit", price=9)]
    found = [known(*arrival).products["kit"] for arrival in permutations(events)]
    assert [(product.name, product.price) for product in found] == [("", 8.0)] * 6


def test_parts_know_their_bundles() -> None:
    goods = known(updated(parts=["beans", "cup"]), updated(product_id="box", parts=["beans"]))
    assert goods.bundles_of == {"beans": ("box", "kit"), "cup": ("kit",)}


def test_a_part_that_is_taken_out_of_a_bundle_no_longer_knows_it() -> None:
    assert known(updated(parts=["beans", "cup"]), updated(1, parts=["cup"])).bundles_of == {"cup": ("kit",)}


def test_a_bundle_is_no_part_of_itself() -> None:
    assert known(updated(parts=["kit"])).bundles_of == {}


def test_stock_is_known_by_variant_and_place() -> None:
    goods = known(stocked(product_id="kit", variant="red", location="Riga", quantity=4))
    assert goods.stock == {"kit/red": {"Riga": Stock("kit/red", "Riga", True, 4.0, T0, SEEN, "segment", 1)}}


def test_stock_of_which_only_the_inventory_is_named_is_known_by_that() -> None:
    assert list(known(stocked(inventory_id=77, quantity=0)).stock) == ["inventory/77"]


@pytest.mark.parametrize(
    ("said_of_it", "in_stock"),
    [
        ({"quantity": 1}, True),
        ({"quantity": 0}, False),
        ({"quantity": -2}, False),
        ({"in_stock": True}, True),
        ({"in_stock": False, "quantity": 3}, False),
        ({"in_stock": True, "quantity": 0}, True),
    ],
)
def test_what_is_said_to_be_in_stock_is_else_the_number_decides(said_of_it: dict[str, Any], in_stock: bool) -> None:
    assert known(stocked(product_id="kit", **said_of_it)).stock["kit/"][""].in_stock is in_stock


def test_places_do_not_overrule_one_another() -> None:
    goods = known(
        stocked(product_id="kit", location="Riga", quantity=0), stocked(product_id="kit", location="Ogre", quantity=5)
    )
    assert [stock.quantity for stock in goods.stock_of(Item("kit"))] == [5.0, 0.0]


def test_an_event_says_what_it_changed() -> None:
    goods = Goods()
    assert apply_goods(goods, updated(), SEEN) == (GoodsChange("product", "kit"),)
    assert apply_goods(goods, stocked(product_id="kit", location="Riga", quantity=1), SEEN) == (
        GoodsChange("stock", "kit/", "Riga"),
    )


@pytest.mark.parametrize(
    "event",
    [
        said("Product Updated", name="Kit"),
        said("Stock Changed", quantity=4),
        said("Stock Changed", product_id="kit"),
        said("Order Completed", order_id="o1"),
    ],
)
def test_an_event_that_names_nothing_changes_nothing(event: Event) -> None:
    assert apply_goods(Goods(), event, SEEN) == ()


@pytest.mark.parametrize("event", [updated(price=3), stocked(product_id="kit", quantity=1)])
def test_a_repeat_changes_nothing(event: Event) -> None:
    assert apply_goods(known(event), event, SEEN + HOUR) == ()
