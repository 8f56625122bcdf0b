"""What is in a file that another product wrote?

Nothing in it is taken for granted: a value of another kind than expected is read as if it were not there.
"""

from typing import Any

import msgspec

from journeys.errors import OrchestratorError

LARGEST_FILE = 10_000_000
MOST_ACTIONS = 2_000

Fields = dict[str, Any]


class UnreadableExport(OrchestratorError):
    """The file is no export that can be read."""


def read_json(content: bytes, file: str) -> Any:
    """Read JSON; raises UnreadableExport with the place of what is wrong."""
    if len(content) > LARGEST_FILE:
        raise UnreadableExport(f"{file}: expected at most {LARGEST_FILE:,} bytes, got more; export one flow at a time")
    try:
        return msgspec.json.decode(content.removeprefix(b"\xef\xbb\xbf"))
    except RecursionError:
        raise UnreadableExport(f"{file}: the JSON is nested too deep to be an exported flow") from None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise UnreadableExport(f"{file}: expected the JSON of an exported flow: {error}") from None


def fields(value: object) -> Fields:
    """Read a mapping."""
    return value if isinstance(value, dict) else {}


def entries(value: object) -> list[Any]:
    """Read a list."""
    return value if isinstance(value, list) else []


def text(value: object) -> str:
    """Read text, or a whole number that stands where a text is expected."""
    if isinstance(value, str):
        return value.strip()
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else ""


def number(value: object) -> float | None:
    """Read a number, also one that is written as text."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        found = float(value)
    except (ValueError, OverflowError):
        return None
    return found if abs(found) < 1e12 else None


def written(value: float) -> str:
    """Write a number without a point it does not need."""
    return str(int(value)) if value == int(value) else repr(value)
