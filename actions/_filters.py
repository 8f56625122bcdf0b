"""Which filters and tests does a template have?

Only those that cannot grow without measure. Filters that make longer texts count what they make.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime, tzinfo
from math import isfinite
from typing import Any, cast
from urllib.parse import quote

from jinja2 import Undefined, pass_context
from jinja2.filters import FILTERS as JINJA_FILTERS
from jinja2.runtime import Context
from jinja2.tests import TESTS as JINJA_TESTS

from actions._locales import PLAIN, Style
from actions._refused import Refused

_DATE_FORMAT = re.compile(r"(?:[^%\n]|%-?[dmYyHMBbAaj]){1,60}")
_PLAIN_FILTERS = (
    "abs", "count", "d", "default", "first", "float", "int", "last", "length", "list", "map", "max", "min", "reject",
    "rejectattr", "reverse", "select", "selectattr", "sort", "sum", "unique",
)  # fmt: skip
LIST_FILTERS = frozenset(
    ("batch", "join", "list", "map", "max", "min", "reject", "rejectattr", "reverse", "select", "selectattr", "sort",
     "sum", "unique")
)  # fmt: skip
_PLAIN_TESTS = (
    "boolean", "defined", "divisibleby", "eq", "equalto", "even", "false", "ge", "gt", "greaterthan", "le",
    "lessthan", "lt", "ne", "none", "number", "odd", "string", "true", "undefined",
    "==", "!=", "<", "<=", ">", ">=",
)  # fmt: skip


def as_text(value: Any) -> str:
    """Write one value the way a reader expects it: no `None`, no `2.0` for two.

    Raises Refused for lists and mappings, which have no reading.
    """
    match value:
        case str():
            return str(value)
        case None:
            return ""
        case float() if value.is_integer() and abs(value) < 1e15:
            return str(int(value))
        case bool() | int() | float() | date() | Undefined():
            return str(value)
    raise Refused("a list or group of values cannot be printed; loop over it, or name one of its fields")


@pass_context
def money(context: Context, value: Any, currency: str | None = None) -> str:
    """Write an amount with two decimals and its currency, the shop's when none is given: `12.50 EUR`, `12,50 EUR`."""
    amount = _style(context).number(_number(value), 2)
    return f"{amount} {currency or context['shop']['currency']}".rstrip()


@pass_context
def number(context: Context, value: Any, places: int | None = None) -> str:
    """Write a number with so many decimals, or with those it has, the way the reader's language does."""
    if places is not None and not 0 <= places <= 10:
        raise Refused("number expects 0 to 10 decimals; give a number between them")
    amount = _number(value)
    own = len(as_text(round(amount, 10)).partition(".")[2])
    return _style(context).number(amount, own if places is None else places)


@pass_context
def formatted_date(context: Context, value: Any, pattern: str = "") -> str:
    """Write a date or an ISO 8601 text by a pattern of %d %m %Y %y %H %M %B %b %A %a %j, else as the reader's does.

    A moment is told by the reader's clock; a date without a zone is written as it was told.
    """
    moment, style = _on_clock(_moment(value), context.get("_clock")), _style(context)
    pattern = pattern or style.date_pattern
    if not _DATE_FORMAT.fullmatch(pattern):
        raise Refused('date expects a pattern such as "%d %B %Y"; use %d %m %Y %y %H %M %B %b %A %a %j only')
    # `%-d` is not known everywhere, so the leading zero is taken off here.
    return re.sub(r"%(-?)(\w)", lambda found: _date_part(moment, found.group(2), found.group(1) == "-", style), pattern)


@pass_context
def replaced(context: Context, value: Any, old: str, new: Any) -> str:
    """Replace every occurrence of one text by another."""
    text, replacement = as_text(value), as_text(new)
    if not old:
        raise Refused("replace expects a text to look for; give it at least one character")
    context["_budget"].build(len(text) + text.count(old) * len(replacement))
    return text.replace(old, replacement)


@pass_context
def joined(context: Context, values: Iterable[Any], separator: str = "", attribute: str | None = None) -> str:
    """Put the values of a list together with a separator between them."""
    environment = context.environment
    chosen = (environment.getattr(value, attribute) if attribute else value for value in values)
    texts = [as_text(value) for value in chosen]
    context["_budget"].build(sum(map(len, texts)) + len(separator) * len(texts))
    return separator.join(texts)


def truncated(value: Any, length: int = 80, end: str = "...") -> str:
    """Shorten a text to this many characters, at the end of a word where possible."""
    text = as_text(value)
    if len(text) <= length:
        return text
    room = max(0, length - len(end))
    cut = text[:room]
    is_within_word = " " in cut and text[room] != " "
    return (cut.rsplit(" ", 1)[0] if is_within_word else cut) + end


def rounded(value: Any, places: int = 0) -> float:
    """Round a number to at most ten decimals."""
    if not 0 <= places <= 10:
        raise Refused("round expects 0 to 10 decimals; give a number between them")
    return round(_number(value), places)


def batched(values: Iterable[Any], size: int) -> Iterator[list[Any]]:
    """Cut a list into rows of this many values, for products side by side."""
    if not 1 <= size <= 100:
        raise Refused("batch expects rows of 1 to 100 values; give a number between them")
    every = list(values)
    return (every[start : start + size] for start in range(0, len(every), size))


def _on_text(change: Callable[[str], str]) -> Callable[[Any], str]:
    return lambda value: change(as_text(value))


def _capitalised_words(text: str) -> str:
    return re.sub(r"[^\s-]+", lambda word: word.group()[:1].upper() + word.group()[1:].lower(), text)


def _number(value: Any) -> float:
    try:
        number = float(as_text(value))
    except ValueError:
        number = float("nan")
    if not isfinite(number):
        raise Refused("a number is expected here, and this is none; check which value the template prints")
    return number


def _moment(value: Any) -> date:
    if isinstance(value, date):
        return value
    try:
        return datetime.fromisoformat(as_text(value))
    except ValueError:
        raise Refused("date expects a date or a text like 2026-03-02; check which value the template prints") from None


def _on_clock(moment: date, clock: object) -> date:
    """Read a moment on the reader's clock; a day, or a time that names no zone, is nobody's moment."""
    if isinstance(moment, datetime) and moment.tzinfo is not None and isinstance(clock, tzinfo):
        return moment.astimezone(clock)
    return moment


def _style(context: Context) -> Style:
    style = context.get("_style")
    return style if isinstance(style, Style) else PLAIN


def _date_part(moment: date, letter: str, without_zero: bool, style: Style) -> str:
    if style.months and letter in "Bb":
        return style.months[moment.month - 1]
    if style.weekdays and letter in "Aa":
        return style.weekdays[moment.weekday()]
    part = moment.strftime(f"%{letter}")
    return (part.lstrip("0") or "0") if without_zero else part


FILTERS: dict[str, Callable[..., Any]] = {
    **{name: cast(Callable[..., Any], JINJA_FILTERS[name]) for name in _PLAIN_FILTERS},
    "batch": batched,
    "capitalize": _on_text(str.capitalize),
    "date": formatted_date,
    "join": joined,
    "lower": _on_text(str.lower),
    "money": money,
    "number": number,
    "replace": replaced,
    "round": rounded,
    "string": as_text,
    "title": _on_text(_capitalised_words),
    "trim": _on_text(str.strip),
    "truncate": truncated,
    "upper": _on_text(str.upper),
    "urlencode": _on_text(lambda text: quote(text, safe="")),
}
TESTS: dict[str, Callable[..., Any]] = {name: cast(Callable[..., Any], JINJA_TESTS[name]) for name in _PLAIN_TESTS}
