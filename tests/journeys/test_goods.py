"""Are goods read as shops write them?"""

import pytest

from journeys.goods import Products, to_items
from journeys.vocabulary import Item


def test_goods_are_read_with_all_that_is_said_of_them() -> None:
    product = {
        "product_id": "p1",
        "name": "Mug",
        "price": 4.5,
        "quantity": 2,
        "variant": "red",
        "category": "Kitchen",
        "url": "https://shop.example/p1",
        "image_url": "https://shop.example/p1.png",
        "brand": "ignored",
    }
    assert to_items([product]) == (
        Item("p1", "Mug", 4.5, 2, "red", "Kitchen", "https://shop.example/p1", "https://shop.example/p1.png"),
    )


@pytest.mark.parametrize("product", [{"product_id": "p1"}, {"sku": "p1"}, {"id": "p1", "sku": ""}])
def test_goods_are_known_by_the_first_id_they_have(product: dict[str, str]) -> None:
    assert to_items([product]) == (Item("p1", "", 0.0, 1),)


def test_an_id_written_as_a_number_is_text() -> None:
    assert to_items([{"product_id": 7}]) == (Item("7"),)


@pytest.mark.parametrize("entry", [{}, {"name": "Mug"}, {"product_id": None}, {"product_id": True}, "p1", None, 3])
def test_an_entry_that_names_no_product_is_left_out(entry: object) -> None:
    assert to_items([entry, {"product_id": "p1"}]) == (Item("p1"),)


@pytest.mark.parametrize("raw", [None, "p1", {"product_id": "p1"}, 3])
def test_anything_but_a_list_gives_no_goods(raw: object) -> None:
    assert to_items(raw) == ()


@pytest.mark.parametrize(
    ("written", "price"),
    [("4.50", 4.5), (4, 4), ("free", 0.0), (None, 0.0), (True, 0.0), ("nan", 0.0), (float("inf"), 0.0), ("inf", 0.0)],
)
def test_a_price_may_be_written_as_text_and_is_zero_when_unreadable(written: object, price: float) -> None:
    assert to_items([{"product_id": "p1", "price": written}])[0].price == price


def test_a_number_has_one_form_however_it_was_written() -> None:
    written = [{"product_id": "p1", "price": price, "quantity": quantity} for price, quantity in ((4, 2), ("4.0", "2"))]
    assert [repr(item) for item in to_items(written)] == [repr(Item("p1", price=4.0, quantity=2.0))] * 2


def test_a_price_with_more_digits_than_there_are_numbers_is_unreadable() -> None:
    assert to_items([{"product_id": "p1", "price": 10**400}])[0].price == 0.0


def test_an_unreadable_quantity_is_one_piece() -> None:
    assert to_items([{"product_id": "p1", "quantity": "some"}])[0].quantity == 1


def test_goods_that_were_read_already_stay_as_they_are() -> None:
    assert to_items((Item("p1", "Mug"),)) == (Item("p1", "Mug"),)


def test_the_goods_of_an_events_list_are_read_once() -> None:
    products = Products([{"product_id": "p1"}])
    assert to_items(products) is to_items(products)


def test_an_events_list_names_the_same_goods_as_any_list() -> None:
    products = [{"product_id": "p1", "price": 4}, {"name": "no id"}, {"sku": "p2"}]
    assert to_items(Products(products)) == to_items(products) == (Item("p1", price=4.0), Item("p2"))
