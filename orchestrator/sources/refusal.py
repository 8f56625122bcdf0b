"""Why is a line not taken?

Every refusal is one dotted code and one sentence: where, what, got, what to do. A refused line changes nothing.
"""

from dataclasses import dataclass
from enum import StrEnum

import msgspec

MAX_LINE = 1_000_000
MAX_DEPTH = 32
MAX_PRODUCTS = 1_000


class Reason(StrEnum):
    """The reasons for not taking a line."""

    TOO_LONG = "line.too_long"
    NOT_UTF8 = "line.not_utf8"
    NOT_JSON = "line.not_json"
    NOT_AN_OBJECT = "line.not_an_object"
    TOO_DEEP = "line.too_deep"
    NUL_CHARACTER = "line.nul_character"
    UNKNOWN_TYPE = "line.unknown_type"
    NO_MESSAGE_ID = "line.no_message_id"
    NO_IDENTIFIER = "line.no_identifier"
    NO_EVENT_NAME = "line.no_event_name"
    ABSURD_DATE = "line.absurd_date"
    PROPERTIES_NOT_AN_OBJECT = "line.properties_not_an_object"
    TOO_MANY_PRODUCTS = "line.too_many_products"
    NO_PRODUCT_ID = "row.no_product_id"
    NO_NUMBER = "row.no_number"
    NO_YES_OR_NO = "row.no_yes_or_no"
    TOO_MANY_CELLS = "row.too_many_cells"


_SENTENCES = {
    Reason.TOO_LONG: (
        f"a line holds at most {MAX_LINE:,} bytes",
        "send one event per line, without files or images in it",
    ),
    Reason.NOT_UTF8: ("a line is UTF-8 text", "save the file as UTF-8"),
    Reason.NOT_JSON: ("a line is one JSON value", "write each event as one JSON object on a line of its own"),
    Reason.NOT_AN_OBJECT: ("an event is a JSON object", "write each event as {...} on a line of its own"),
    Reason.TOO_DEEP: (f"an event nests at most {MAX_DEPTH} levels deep", "send flatter properties"),
    Reason.NUL_CHARACTER: ("text holds no NUL character", "remove it where the text is made"),
    Reason.UNKNOWN_TYPE: (
        "the type is identify, track, page, screen, group or alias",
        "name one of these as the type",
    ),
    Reason.NO_MESSAGE_ID: (
        "an event has a messageId",
        "give each event an id of its own, so that a repeat is recognised",
    ),
    Reason.NO_IDENTIFIER: (
        "an event says who it is about",
        "send a userId, an anonymousId, an e-mail, a phone number, an order_id or a checkout_id",
    ),
    Reason.NO_EVENT_NAME: ("a track call has an event name", 'name what happened, such as "Order Completed"'),
    Reason.ABSURD_DATE: (
        "an event has a date of this century that is at most a day ahead",
        "write the timestamp like 2026-03-02T09:00:00Z",
    ),
    Reason.PROPERTIES_NOT_AN_OBJECT: (
        "properties and traits are JSON objects",
        "write them as {...} or leave them out",
    ),
    Reason.NO_PRODUCT_ID: ("a row of a catalog names its product", "fill in the column product_id"),
    Reason.NO_NUMBER: ("a price and a quantity are numbers", "write them like 12.50, without a currency"),
    Reason.NO_YES_OR_NO: ("in_stock is yes or no", "write yes, no, true, false, 1 or 0"),
    Reason.TOO_MANY_CELLS: ("a row has no more cells than the header", "put cells that hold the separator in quotes"),
    Reason.TOO_MANY_PRODUCTS: (f"an event names at most {MAX_PRODUCTS:,} products", "split it into several events"),
}


@dataclass(frozen=True, slots=True)
class Refused:
    """A line that was not taken, and the sentence that says why."""

    reason: Reason
    message: str


def refuse(place: str, reason: Reason, got: str) -> Refused:
    """Refuse the line at this place."""
    rule, remedy = _SENTENCES[reason]
    return Refused(reason, f"{place}: {rule}, got {got}; {remedy}")


def diagnose(line: bytes, place: str, error: Exception) -> Refused:
    """Say why a line could not be decoded; slower than decoding, and only for lines that failed."""
    if isinstance(error, UnicodeDecodeError):
        return refuse(place, Reason.NOT_UTF8, f"the byte 0x{error.object[error.start]:02x} at {error.start + 1}")
    try:
        value = msgspec.json.decode(line)
    except RecursionError:
        return refuse(place, Reason.TOO_DEEP, f"more than {MAX_DEPTH} levels")
    except ValueError as cause:
        return refuse(place, Reason.NOT_JSON, f'"{line[:60].decode(errors="replace")}" ({cause})')
    if not isinstance(value, dict):
        return refuse(place, Reason.NOT_AN_OBJECT, f"{_word(value)}")
    return _misfit(value, place)


def _misfit(call: dict[str, object], place: str) -> Refused:
    """Find the member whose type is wrong."""
    if not isinstance(call.get("type"), str):
        return refuse(place, Reason.UNKNOWN_TYPE, _word(call.get("type")))
    for key in ("properties", "traits"):
        if not isinstance(call.get(key), dict | None):
            return refuse(place, Reason.PROPERTIES_NOT_AN_OBJECT, f"{_word(call[key])} as {key}")
    dates = [f"{call[key]!r} as {key}"[:80] for key in ("timestamp", "originalTimestamp", "sentAt") if call.get(key)]
    return refuse(place, Reason.ABSURD_DATE, " and ".join(dates) or "no date")


def _word(value: object) -> str:
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "true or false"
    names = {str: "text", int: "a number", float: "a number", list: "a list", dict: "an object"}
    return names.get(type(value), "something else")
