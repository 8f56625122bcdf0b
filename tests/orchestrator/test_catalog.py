"""Does a file of the shop's goods say what its rows say, once, and which rows cannot be read?"""

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from journeys.vocabulary import Goods, Item
from orchestrator.app import open_store
from orchestrator.bundled import copy_example
from orchestrator.cli import app
from orchestrator.goods import apply_goods
from orchestrator.intake import UnreadableInput
from orchestrator.sources.base import Accepted, Stated
from orchestrator.sources.catalog import Catalog
from orchestrator.sources.registry import UnknownSource, load_adapter, load_whole_file
from orchestrator.sources.segment import SegmentSource
from tests.fakes.calls import moment

NOW = moment("12:00")
HEADER = "product_id,variant,name,category,price,quantity,in_stock,parts,updated_at\n"


def told(text: str | bytes, now: datetime = NOW) -> list[Stated]:
    content = text.encode() if isinstance(text, str) else text
    lines = [(number, line) for number, line in enumerate(content.split(b"\n"), 1) if line]
    return list(Catalog("LV").tell(iter(lines), "goods.csv", now))


def calls(text: str, now: datetime = NOW) -> list[dict[str, Any]]:
    return [json.loads(each.call) for each in told(text, now)]


def said(text: str, event: str) -> list[dict[str, Any]]:
    """Give the properties of every call of this name."""
    return [call["properties"] for call in calls(text) if call["event"] == event]


def refused(text: str | bytes) -> list[tuple[int, str]]:
    """Give number and reason of the rows that cannot be read."""
    return [(each.number, str(each.refused.reason)) for each in told(text) if each.refused]


def known(text: str, now: datetime = NOW) -> Goods:
    """Give what is known of the goods after a file."""
    goods, reader = Goods(), SegmentSource("LV", name="catalog")
    for each in told(text, now):
        reading = reader.read(each.call, now, "goods.csv")
        assert isinstance(reading, Accepted), reading
        apply_goods(goods, reading.event, now)
    return goods


# What a row says.


def test_a_row_says_what_a_product_is() -> None:
    (product,) = said(HEADER + "grinder,,Hand grinder,grinders,89.00,,,,\n", "Product Updated")
    assert product == {"product_id": "grinder", "name": "Hand grinder", "category": "grinders", "price": 89.0}


def test_a_row_says_how_much_there_is() -> None:
    assert said(HEADER + "grinder,,,,,4,,,\n", "Stock Changed") == [{"product_id": "grinder", "quantity": 4.0}]


@pytest.mark.parametrize(
    ("word", "in_stock"), [("yes", True), ("TRUE", True), ("1", True), ("no", False), ("False", False), ("0", False)]
)
def test_a_row_says_whether_there_is_any(word: str, in_stock: bool) -> None:
    (stock,) = said(f"product_id,in_stock\ngrinder,{word}\n", "Stock Changed")
    assert stock["in_stock"] is in_stock


def test_a_list_of_stock_alone_does_not_unsay_what_products_are() -> None:
    assert said("product_id,quantity\ngrinder,4\n", "Product Updated") == []


def test_a_list_of_prices_alone_says_nothing_of_the_stock() -> None:
    assert said("product_id,price\ngrinder,89\n", "Stock Changed") == []


def test_the_stock_of_several_places_is_told_place_by_place() -> None:
    goods = known("product_id,location,quantity\ngrinder,Riga,0\ngrinder,Ogre,5\n")
    assert [(stock.location, stock.quantity) for stock in goods.stock_of(Item("grinder"))] == [
        ("Ogre", 5.0),
        ("Riga", 0.0),
    ]


def test_a_bundle_names_its_parts() -> None:
    assert known(HEADER + "kit,,Kit,,,,,beans|cup,\n").bundles_of == {"beans": ("kit",), "cup": ("kit",)}


# Variants.

SHIRT = (
    "product_id,variant,name,price,quantity,inventory_id\n"
    "shirt,red,Shirt,20,1,11\ncup,,Cup,9,2,\nshirt,blue,Shirt,25,0,12\n"
)


def test_the_variants_of_a_product_are_gathered_wherever_they_stand() -> None:
    product = known(SHIRT).products["shirt"]
    assert (product.name, product.prices, product.inventory) == (
        "Shirt",
        {"red": 20.0, "blue": 25.0},
        {"red": "11", "blue": "12"},
    )


def test_each_variant_has_its_own_stock() -> None:
    goods = known(SHIRT)
    assert [goods.stock_of(Item("shirt", variant=name))[0].in_stock for name in ("red", "blue")] == [True, False]


@pytest.mark.parametrize(
    ("rows", "price"),
    [
        ("shirt,red,20\nshirt,blue,25\n", None),
        ("shirt,red,20\nshirt,blue,20\n", 20.0),
        ("shirt,red,20\nshirt,,22\n", 22.0),
    ],
    ids=["different", "the same", "its own"],
)
def test_a_product_has_a_price_where_all_its_variants_cost_the_same_or_it_has_its_own(
    rows: str, price: float | None
) -> None:
    assert known(f"product_id,variant,price\n{rows}").products["shirt"].price == price


# Shapes.


def test_json_lines_say_the_same_as_a_csv() -> None:
    row = {"product_id": "kit", "name": "Kit", "price": 30, "quantity": 4, "in_stock": True, "parts": ["beans", "cup"]}
    written = "product_id,name,price,quantity,in_stock,parts\nkit,Kit,30,4,yes,beans|cup\n"
    assert calls(json.dumps(row) + "\n") == calls(written)


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_columns_are_parted_by_what_the_header_is_parted_by(separator: str) -> None:
    text = separator.join(["Product ID", "Name", "Price"]) + "\n" + separator.join(["grinder", "Grinder", "89"]) + "\n"
    (product,) = said(text, "Product Updated")
    assert product == {"product_id": "grinder", "name": "Grinder", "price": 89.0}


def test_a_quoted_cell_may_hold_the_separator_and_go_over_lines() -> None:
    (product,) = said('product_id,name\ngrinder,"Grinder, by\nhand"\n', "Product Updated")
    assert product["name"] == "Grinder, by\nhand"


def test_columns_of_other_names_are_passed_over() -> None:
    (product,) = said("product_id,colour,price\ngrinder,black,89\n", "Product Updated")
    assert product == {"product_id": "grinder", "price": 89.0}


def test_an_empty_file_says_nothing() -> None:
    assert told("") == []


# When.


def test_what_says_when_it_was_updated_happened_then() -> None:
    (call,) = calls("product_id,price,updated_at\ngrinder,89,2026-03-01T08:00:00Z\n")
    assert call["timestamp"] == "2026-03-01T08:00:00+00:00"


def test_what_says_nothing_of_that_holds_as_of_now() -> None:
    assert calls("product_id,price\ngrinder,89\n")[0]["timestamp"] == "2026-03-02T12:00:00+00:00"


def test_a_dated_row_is_the_same_message_in_every_file() -> None:
    text = "product_id,quantity,updated_at\ngrinder,4,2026-03-01T08:00:00Z\n"
    assert calls(text) == calls(text, NOW + timedelta(days=1))


def test_an_undated_row_is_news_in_every_file() -> None:
    one, other = (calls("product_id,quantity\ngrinder,4\n", NOW + timedelta(days=days)) for days in (0, 1))
    assert one[0]["messageId"] != other[0]["messageId"]


def test_everything_is_about_the_shop() -> None:
    assert {call["about"] for call in calls(SHIRT)} == {"shop"}


# What cannot be read.


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (",,Grinder,,,,,,", "row.no_product_id"),
        ("grinder,,,,a lot,,,,", "row.no_number"),
        ("grinder,,,,,some,,,", "row.no_number"),
        ("grinder,,,,,,maybe,,", "row.no_yes_or_no"),
        ("grinder,,,,,,,,yesterday", "line.absurd_date"),
        ("grinder,,,,,,,,2031-01-01", "line.absurd_date"),
        ("grinder,,,,,,,,,,", "row.too_many_cells"),
    ],
)
def test_a_bad_row_is_refused_with_its_line_and_the_others_count(row: str, reason: str) -> None:
    text = f"{HEADER}cup,,,,9,,,,\n{row}\nkettle,,,,69,,,,\n"
    assert (refused(text), len(told(text))) == ([(3, reason)], 3)


@pytest.mark.parametrize(
    ("row", "reason"),
    [("[1, 2]", "line.not_an_object"), ("{", "line.not_json"), ('{"name": "Grinder"}', "row.no_product_id")],
)
def test_a_bad_object_is_refused_with_its_line(row: str, reason: str) -> None:
    assert refused('{"product_id": "cup", "price": 9}\n' + row + "\n") == [(2, reason)]


def test_a_row_that_is_no_utf_8_is_refused() -> None:
    assert refused(b"product_id,name\ngrinder,Kaf\xe9m\xfchle\ncup,Cup\n") == [(2, "line.not_utf8")]


def test_a_refusal_says_where_what_and_what_to_do() -> None:
    (told_of,) = told("product_id,price\ngrinder,a lot\n")
    assert told_of.refused is not None
    assert told_of.refused.message == (
        'goods.csv:2: a price and a quantity are numbers, got "a lot" as price; '
        "write them like 12.50, without a currency"
    )


def test_a_file_without_the_column_of_products_is_none() -> None:
    with pytest.raises(UnreadableInput, match="expected a header with product_id"):
        told("sku,price\ngrinder,89\n")


# The command.


def ingested(folder: Path, text: str) -> Result:
    copy_example(folder)
    (folder / "goods.csv").write_text(text, encoding="utf-8")
    arguments = ["ingest", str(folder / "goods.csv"), "--source", "catalog", "-C", str(folder), "--json"]
    return CliRunner().invoke(app, arguments)


def test_the_command_takes_a_catalog_in(tmp_path: Path) -> None:
    done = ingested(tmp_path, SHIRT)
    assert (done.exit_code, json.loads(done.stdout)) == (0, {"accepted": 5, "duplicate": 0, "rejected": 0})


def test_the_command_writes_refused_rows_beside_the_file(tmp_path: Path) -> None:
    done = ingested(tmp_path, "product_id,price\ncup,9\n,12\n")
    (line,) = (tmp_path / "goods.csv.rejected.jsonl").read_text(encoding="utf-8").splitlines()
    assert (done.exit_code, json.loads(line)["line"], json.loads(line)["text"]) == (1, 3, ",12")


def test_the_goods_are_known_at_the_next_run(tmp_path: Path) -> None:
    ingested(tmp_path, SHIRT)
    assert CliRunner().invoke(app, ["run", "--until-idle", "-C", str(tmp_path)]).exit_code == 0
    store = open_store(tmp_path, None)
    with store.turn() as turn:
        found = turn.goods()
    store.close()
    assert sorted(found.products) == ["cup", "shirt"]


def test_a_catalog_is_no_source_that_is_called() -> None:
    assert load_whole_file("catalog") is Catalog
    with pytest.raises(UnknownSource, match="tactful ingest --source catalog"):
        load_adapter("catalog")
