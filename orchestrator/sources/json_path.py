"""Which values lie at a path of a JSON payload?

The paths are a small part of RFC 9535, without its `$`: names with dots between them, `[0]` for one entry of a list and
`[*]` for all of them, as in `order.lines[*].sku`. There are no filters and no functions: no path can run for long.
"""

import re
from dataclasses import dataclass
from typing import Annotated, Final, TypeAlias

from pydantic import BeforeValidator, Field

_STEP = re.compile(r"""(?:^|\.)(?P<name>[^.\[\]\s"'$]+)|\[(?P<place>[0-9]{1,6}|\*)\]""")
_EVERY: Final = None

_Step: TypeAlias = str | int | None


@dataclass(frozen=True, slots=True)
class JsonPath:
    """A path that was read: `_EVERY` stands for each entry of a list."""

    text: str
    steps: tuple[_Step, ...]

    @property
    def is_plural(self) -> bool:
        """Say whether the path can lead to several values."""
        return _EVERY in self.steps

    def every(self, payload: object) -> list[object]:
        """List the values at the path, in order; empty when there are none."""
        values = [payload]
        for step in self.steps:
            values = [found for value in values for found in _at(value, step)]
        return values

    def first(self, payload: object) -> object:
        """Give the first value at the path; None when there is none."""
        return next(iter(self.every(payload)), None)


def parse_path(text: str) -> JsonPath:
    """Read a path. Raises ValueError, with the place of what is wrong."""
    steps: list[_Step] = []
    place = 0
    while place < len(text) or not steps:
        match = _STEP.match(text, place)
        if match is None:
            got = f'"{text[place : place + 20]}"' if place < len(text) else "its end"
            raise ValueError(
                f'path "{text}", character {place + 1}: expected a name, [0] or [*], got '
                f"{got}; write one like order.lines[*].sku"
            )
        steps.append(_step(match))
        place = match.end()
    return JsonPath(text, tuple(steps))


def _step(match: re.Match[str]) -> _Step:
    name, place = match["name"], match["place"]
    if name is not None:
        return name
    return _EVERY if place == "*" else int(place)


def _at(value: object, step: _Step) -> list[object]:
    if isinstance(step, str):
        return [value[step]] if isinstance(value, dict) and step in value else []
    if not isinstance(value, list):
        return []
    return value if step is _EVERY else value[step : step + 1]


def _path(value: object) -> JsonPath:
    return value if isinstance(value, JsonPath) else parse_path(str(value))


PathText: TypeAlias = Annotated[
    JsonPath, BeforeValidator(_path, json_schema_input_type=str), Field(examples=["order.lines[*].sku"])
]
