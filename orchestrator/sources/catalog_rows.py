"""What do the rows of a catalog's file say, one by one? CSV with a header, or JSON lines with the same names.

A file whose first line is an object is JSON lines. A CSV's columns are parted by whichever of comma, semicolon and tab
its header holds most of. Columns and members of other names are passed over: exports of shops have dozens of them.
"""

import csv
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import chain
from typing import Any, TypeAlias

import msgspec

from orchestrator.intake import Lines, UnreadableInput
from orchestrator.sources.reading import moment, number, text
from orchestrator.sources.refusal import MAX_LINE, Reason, Refused, refuse

_DELIMITERS = (",", ";", "\t")
_YES = frozenset({"true", "yes", "y", "1", "in_stock", "instock", "in stock"})
_NO = frozenset({"false", "no", "n", "0", "out_of_stock", "outofstock", "out of stock"})
_PART_SEPARATOR = "|"
_LATEST_AHEAD = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Row:
    """What one row says of a product, of one variant of it, or of its stock at one place. None is not said."""

    product_id: str
    variant: str = ""
    texts: Mapping[str, str] = field(default_factory=dict)
    price: float | None = None
    parts: tuple[str, ...] = ()
    inventory_id: str = ""
    location: str = ""
    quantity: float | None = None
    in_stock: bool | None = None
    updated_at: datetime | None = None

    @property
    def is_about_product(self) -> bool:
        """Say whether it tells what the product is; a list of stock alone must not unsay names and prices."""
        return bool(self.texts or self.parts or self.inventory_id) or self.price is not None

    @property
    def is_about_stock(self) -> bool:
        """Say whether it tells how much there is."""
        return self.quantity is not None or self.in_stock is not None


TEXTS = ("name", "category", "url", "image_url")
Read: TypeAlias = tuple[int, bytes, Row | Refused]
_Fields: TypeAlias = Mapping[str, Any]


def read_rows(lines: Lines, name: str, received_at: datetime) -> Iterator[Read]:
    """Read every row with its number and its text, or the reason why it cannot be read.

    Raises UnreadableInput when a CSV has no column `product_id`.
    """
    first = next(lines, None)
    if first is None:
        return
    rest = chain([first], lines)
    found = _objects(rest, name) if first[1].lstrip().startswith(b"{") else _records(rest, name)
    for at, line, fields in found:
        yield at, line, fields if isinstance(fields, Refused) else _row(fields, f"{name}:{at}", received_at)


def _objects(lines: Iterable[tuple[int, bytes]], name: str) -> Iterator[tuple[int, bytes, _Fields | Refused]]:
    for at, line in lines:
        place = f"{name}:{at}"
        if len(line) > MAX_LINE:
            yield at, line, refuse(place, Reason.TOO_LONG, f"more than {MAX_LINE:,} bytes")
            continue
        try:
            fields = msgspec.json.decode(line)
        except (ValueError, RecursionError) as error:
            yield at, line, refuse(place, Reason.NOT_JSON, f'"{line[:60].decode(errors="replace")}" ({error})')
            continue
        if isinstance(fields, dict):
            yield at, line, {_key(key): value for key, value in fields.items()}
        else:
            yield at, line, refuse(place, Reason.NOT_AN_OBJECT, "JSON of another type")


def _records(lines: Iterable[tuple[int, bytes]], name: str) -> Iterator[tuple[int, bytes, _Fields | Refused]]:
    """Read a CSV; a quoted cell may span lines, so a record's number is that of its last line."""
    taken: list[tuple[int, bytes]] = []

    def texts() -> Iterator[str]:
        for at, line in lines:
            taken.append((at, line))
            yield f"{line.decode(errors='replace')}\n"

    coming = texts()
    header = next(coming)
    delimiter = max(_DELIMITERS, key=header.count)
    names = [_key(cell) for cell in next(csv.reader([header], delimiter=delimiter), [])]
    if "product_id" not in names:
        raise UnreadableInput(
            f'{name}:1: expected a header with product_id, got "{header.strip()[:80]}"; '
            "name the columns as docs/sources/catalog.md does"
        )
    taken.clear()
    for cells in csv.reader(coming, delimiter=delimiter):
        at, line = taken[-1][0], b"\n".join(line for _, line in taken)
        taken.clear()
        yield at, line, _fields(names, cells, line, f"{name}:{at}")


def _fields(names: list[str], cells: list[str], line: bytes, place: str) -> _Fields | Refused:
    try:
        line.decode()
    except UnicodeDecodeError as error:
        return refuse(place, Reason.NOT_UTF8, f"the byte 0x{error.object[error.start]:02x} at {error.start + 1}")
    if len(cells) > len(names):
        return refuse(place, Reason.TOO_MANY_CELLS, f"{len(cells)} cells for {len(names)} columns")
    return dict(zip(names, cells, strict=False))


def _key(name: str) -> str:
    return name.strip().casefold().replace(" ", "_")


def _row(fields: _Fields, place: str, received_at: datetime) -> Row | Refused:
    product_id = text(fields.get("product_id"))
    if not product_id:
        return refuse(place, Reason.NO_PRODUCT_ID, "none")
    for key in ("price", "quantity"):
        if _is_said(fields.get(key)) and number(fields[key]) is None:
            return refuse(place, Reason.NO_NUMBER, f'"{fields[key]}" as {key}')
    if _is_said(fields.get("in_stock")) and _yes_or_no(fields["in_stock"]) is None:
        return refuse(place, Reason.NO_YES_OR_NO, f'"{fields["in_stock"]}" as in_stock')
    updated_at = moment(fields.get("updated_at"))
    if _is_said(fields.get("updated_at")) and (updated_at is None or updated_at > received_at + _LATEST_AHEAD):
        return refuse(place, Reason.ABSURD_DATE, f'"{fields["updated_at"]}" as updated_at')
    return Row(
        product_id=product_id,
        variant=text(fields.get("variant")),
        texts={key: said for key in TEXTS if (said := text(fields.get(key)))},
        price=number(fields.get("price")),
        parts=_parts(fields.get("parts")),
        inventory_id=text(fields.get("inventory_id")),
        location=text(fields.get("location")),
        quantity=number(fields.get("quantity")),
        in_stock=_yes_or_no(fields.get("in_stock")),
        updated_at=updated_at,
    )


def _is_said(value: object) -> bool:
    return value is not None and value != ""


def _yes_or_no(value: object) -> bool | None:
    word = str(value).strip().casefold()
    return True if word in _YES else False if word in _NO else None


def _parts(value: object) -> tuple[str, ...]:
    named = value.split(_PART_SEPARATOR) if isinstance(value, str) else value if isinstance(value, list) else []
    return tuple(part for part in map(text, named) if part)
