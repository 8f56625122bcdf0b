"""What does the shop's catalog say of its goods? A file of rows becomes calls about products and their stock.

All rows of one product are gathered: together they say what it is, with its variants; each row that says how much there
is tells of the stock at its place. A row that says when it was updated is recognised however often its file is read;
one that does not holds as of now, so that goods which are sold out, back, and sold out again are each told.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

import msgspec

from orchestrator.goods import PRODUCT_UPDATED, STOCK_CHANGED
from orchestrator.intake import Lines
from orchestrator.sources.base import Stated
from orchestrator.sources.calls import Call, goods
from orchestrator.sources.catalog_rows import Row, read_rows
from orchestrator.sources.message_ids import message_id
from orchestrator.sources.refusal import Refused


@dataclass(frozen=True, slots=True)
class _Numbered:
    """A row with its number and its text."""

    number: int
    line: bytes
    row: Row


class Catalog:
    """Reads a catalog as CSV or JSON lines. What it says is about the shop; `country` is of no use here."""

    name: ClassVar[str] = "catalog"

    def __init__(self, country: str) -> None:
        """Take what every source takes."""

    def tell(self, lines: Lines, name: str, received_at: datetime) -> Iterator[Stated]:
        """Say what the whole file says, product by product, and which rows cannot be read."""
        products: dict[str, list[_Numbered]] = {}
        for number, line, read in read_rows(lines, name, received_at):
            if isinstance(read, Refused):
                yield Stated(number, line, refused=read)
            else:
                products.setdefault(read.product_id, []).append(_Numbered(number, line, read))
        for product_id, rows in products.items():
            yield from _of_product(product_id, rows, received_at)


def _of_product(product_id: str, rows: list[_Numbered], received_at: datetime) -> Iterator[Stated]:
    about = [each for each in rows if each.row.is_about_product]
    if about:
        stated_at = max((each.row.updated_at for each in about if each.row.updated_at), default=None)
        call = _call(PRODUCT_UPDATED, _product(product_id, [each.row for each in about]), stated_at, received_at)
        yield Stated(about[0].number, about[0].line, call)
    for each in rows:
        if each.row.is_about_stock:
            call = _call(STOCK_CHANGED, _stock(each.row), each.row.updated_at, received_at)
            yield Stated(each.number, each.line, call)


def _call(name: str, properties: dict[str, Any], stated_at: datetime | None, received_at: datetime) -> bytes:
    at = stated_at or received_at
    body = msgspec.json.encode([name, at.isoformat(), properties])
    call: Call = goods(name, message_id(Catalog.name, "", body), at, properties)
    return msgspec.json.encode(dict(call))


def _product(product_id: str, rows: Iterable[Row]) -> dict[str, Any]:
    """Say what a product is by its rows: the first that says something counts, and each row of a variant is one."""
    own = [row for row in rows if not row.variant]
    ofs = [row for row in rows if row.variant]
    every = [*own, *ofs]
    said: dict[str, Any] = {"product_id": product_id}
    for row in reversed(every):
        said |= row.texts
    said["price"] = _price(own, ofs)
    said["parts"] = next((list(row.parts) for row in every if row.parts), [])
    said["variants"] = [
        {"variant": row.variant, "price": row.price, "inventory_id": row.inventory_id}
        for row in every
        if row.variant or row.inventory_id
    ]
    return said


def _price(own: list[Row], of_variants: list[Row]) -> float | None:
    """Give the product's price; where only variants have one it is known if they cost the same."""
    mine = [row.price for row in own if row.price is not None]
    if mine:
        return mine[0]
    theirs = {row.price for row in of_variants}
    return theirs.pop() if len(theirs) == 1 else None


def _stock(row: Row) -> dict[str, Any]:
    said = {"product_id": row.product_id, "variant": row.variant, "location": row.location}
    return {**said, "quantity": row.quantity, "in_stock": row.in_stock}
