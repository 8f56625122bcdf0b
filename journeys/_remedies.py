"""What was expected here, and what was meant?

For each kind of error pydantic knows, the expectation in words and, where it can be told, the value that was meant.
"""

import re
from collections.abc import Mapping
from typing import Any

from journeys._shape import keys_of
from journeys.duration import SECONDS
from journeys.spec import WEEKDAYS
from journeys.spelling import did_you_mean, listing

NAME_PATTERN = r"^[a-z][a-z0-9_]*$"
NAME_WORDS = "lower-case letters, digits and _, beginning with a letter"
AS_ENTRIES = '; write each entry on a line of its own, beginning with "- "'

_PATTERNS = {
    NAME_PATTERN: f"a name of {NAME_WORDS}",
    r"^[A-Z]{2}$": "two capital letters like GB",
    r"^[A-Z]{3}$": "three capital letters like EUR",
}
_PLAIN = {
    "string_type": "text",
    "float_type": "a number",
    "float_parsing": "a number",
    "bool_type": "true or false",
    "bool_parsing": "true or false",
    "int_type": "a whole number",
    "int_parsing": "a whole number",
    "int_from_float": "a whole number",
    "dict_type": "a mapping",
    "tuple_type": "a list",
}
_FILLED = {
    "string_too_long": "at most {max_length} characters",
    "greater_than_equal": "at least {ge:g}",
    "less_than_equal": "at most {le:g}",
}
_COUNTS = {1: "one entry", 2: "two entries"}
_EXPECTED = re.compile(r'(?:Value error, )?expected (?P<what>.*), got (?P<got>".*")', re.DOTALL)
_AMOUNT = re.compile(r"(\d+(?:\.\d+)?)\s*([a-z]+)", re.IGNORECASE)
_CLOCK = re.compile(r"(?:([a-z]{3})[a-z]* +)?(\d{1,2})(?:[:.h](\d\d))? *(am|pm)?", re.IGNORECASE)

# The key somebody means who writes one value where a mapping belongs: `entry: Checkout Started`.
_SHORTHAND = ("event", "action", "adapter", "add", "file", "task", "name", "after", "until", "channel")


def expectation(error: Mapping[str, Any], shape: Any) -> list[str]:
    """Say in words what an error of pydantic's would have taken: one phrase for each alternative."""
    return options(error) if error["type"] in ("literal_error", "enum") else [_expected(error, shape)]


def _expected(error: Mapping[str, Any], shape: Any) -> str:
    kind, context = error["type"], error.get("ctx", {})
    if kind in _PLAIN:
        return _PLAIN[kind]
    if kind == "too_short":
        return f"at least {_COUNTS.get(context['min_length'], 'more entries')}"
    if kind in _FILLED:
        return _FILLED[kind].format(**context)
    if kind == "string_pattern_mismatch":
        return _PATTERNS.get(context["pattern"], f"text that matches {context['pattern']}")
    if kind == "model_type":
        return f"a mapping with keys such as {listing(keys_of(shape)[:3])}"
    stated = _EXPECTED.fullmatch(error["msg"])
    return stated["what"] if stated else f"something else ({error['msg']})"


def got(error: Mapping[str, Any]) -> str:
    """Show what the file has."""
    if error["type"] == "too_short" and error["input"]:
        return "only one"
    stated = _EXPECTED.fullmatch(error["msg"])
    return stated["got"] if stated and isinstance(error["input"], str) else shown(error["input"])


def options(error: Mapping[str, Any]) -> list[str]:
    """List the words an error of pydantic's would have taken."""
    expected: str = error["ctx"]["expected"]
    return re.findall(r"'([^']*)'", expected) or [expected.lower()]


def shown(value: object) -> str:
    """Show a value in a message: text in quotes, at most 60 characters of it."""
    match value:
        case None:
            return "nothing"
        case bool():
            return str(value).lower()
        case str():
            return f'"{value}"' if len(value) <= 60 else f'"{value[:59]}…"'
        case dict() | list():
            kind = "mapping" if isinstance(value, dict) else "list"
            return f"a {kind}" if value else f"an empty {kind}"
        case _:
            return str(value)


def remedy(error: Mapping[str, Any], shape: Any) -> str:
    """Say what to write instead, as the end of a message; empty when the expectation says it all."""
    kind, value = error["type"], error["input"]
    if kind == "value_error":
        return "; write it as text" if isinstance(value, dict | list) else _value_meant(error)
    if kind in ("literal_error", "enum"):
        return _option_meant(value, options(error))
    if kind == "string_pattern_mismatch":
        return _name_meant(value, error["ctx"]["pattern"])
    if kind == "string_type" and isinstance(value, int | float):
        return f'; put it in quotes: "{shown(value)}"'
    if kind == "tuple_type":
        return AS_ENTRIES
    if kind in ("model_type", "dict_type"):
        key = next((key for key in keys_of(shape) if key in _SHORTHAND), "")
        return (
            f"; did you mean {{{key}: {value}}}?" if key and isinstance(value, str) else '; write "key: value" below it'
        )
    return ""


def snake_case(text: str) -> str:
    """Turn any text into a name; empty when nothing of it can be kept."""
    return re.sub(r"[^a-z0-9]+", "_", text.lower()).strip("_0123456789")[:60]


def _value_meant(error: Mapping[str, Any]) -> str:
    stated = _EXPECTED.fullmatch(error["msg"])
    if not stated:
        return ""
    text = stated["got"].strip('"')
    if "duration" in stated["what"]:
        return _duration_meant(text)
    if "limit" in stated["what"]:
        return f"; say in which time: {text} per day" if re.fullmatch(r"\d+", text) else ""
    if stated["what"] == "a share like 5%" and re.fullmatch(r"\d\d?(?:\.\d+)?|100", text):
        return f'; did you mean "{text}%"?'
    meant = _time_meant(text) if "time" in stated["what"] else ""
    if "time" in stated["what"] and not meant and re.match(r"[^\W\d]+[.,]? +\d", text):
        return f"; the weekdays are {', '.join(WEEKDAYS)}"
    return f'; did you mean "{meant}"?' if meant else did_you_mean(text, ("never", "always"))


def _duration_meant(text: str) -> str:
    if re.fullmatch(r"\d+(?:\.\d+)?", text):
        return f"; add a unit: {text}d for days, {text}h for hours, {text}m for minutes"
    amounts = [(amount, unit.lower()) for amount, unit in _AMOUNT.findall(text)]
    if any(unit.startswith(("mo", "y")) for _, unit in amounts):
        return "; count months and years in days, such as 30d or 365d"
    if not amounts or any(unit[0] not in SECONDS for _, unit in amounts):
        return ""
    return f'; did you mean "{"".join(amount + unit[0] for amount, unit in amounts)}"?'


def _time_meant(text: str) -> str:
    match = _CLOCK.fullmatch(text.strip())
    if not match:
        return ""
    weekday, hour, minute, half = match.groups()
    day = next((day for day in WEEKDAYS if weekday and day.lower() == weekday.lower()), "")
    hours = int(hour) % 12 + (12 if half.lower() == "pm" else 0) if half else int(hour)
    is_time = hours < 24 and int(minute or 0) < 60 and bool(day) == bool(weekday)
    return f"{day} {hours:02}:{minute or '00'}".strip() if is_time else ""


def _option_meant(value: object, words: list[str]) -> str:
    if value in words:
        return "; write it without quotes"
    if words == ["true"] and str(value).lower() in ("yes", "on", "y", "1"):
        return "; write true"
    return did_you_mean(value, words) if isinstance(value, str) else ""


def _name_meant(value: str, pattern: str) -> str:
    if pattern == NAME_PATTERN:
        meant = snake_case(value)
        return f'; did you mean "{meant}"?' if meant else ""
    return f'; did you mean "{value.upper()}"?' if re.fullmatch(pattern, value.upper()) else ""
