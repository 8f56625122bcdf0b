"""Which event would set this journey going?

Made from its entry: the event's name, and values for the properties that the entry, the steps or their templates read,
chosen so that the entry's condition holds.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice, product
from typing import Any

from journeys.compile import Journey
from journeys.schema import Schema
from journeys.scope import Scope
from journeys.vocabulary import Item
from orchestrator.scenario import Happening

MADE_UP_GOODS = tuple(Item(f"product_{number}", f"Product {number}", 10.0 * number) for number in range(1, 7))

_MOST_TRIES = 20_000
_A_WEEK = timedelta(days=7)
_OF_EVENT = re.compile(r"\bevent\.([a-z]\w*)")
_OF_ENTRY = re.compile(r"\bentry\.([a-z]\w*)")
_TEXT = re.compile(r"\"([^\"]*)\"|'([^']*)'")
_NUMBER = re.compile(r"(?<![\w.])\d+(?:\.\d+)?(?![\w.])")


@dataclass(frozen=True, slots=True)
class MadeUp:
    """An event that was made up; `lets_in` says whether the entry's condition holds of it, as far as one can tell."""

    happening: Happening
    lets_in: bool


def made_up_entry(journey: Journey, schema: Schema, scope: Scope, texts: Iterable[str] = ()) -> MadeUp | None:
    """Make up the event that lets somebody in; None for a journey that no event begins.

    `texts` are what the journey's steps say, so that what they print is there.
    """
    event = journey.entry.event
    if not event:
        return None
    condition = journey.entry.condition
    asked = condition.text if condition else ""
    deciding = list(dict.fromkeys(_OF_EVENT.findall(asked)))
    others = [*_OF_EVENT.findall(journey.key.text if journey.key else ""), *_read_inside(journey, texts)]
    call = journey.spec.entry.call
    known = schema.events.get(event, {}) if call is None else call
    fixed = {name: next(_values(name, known.get(name, "any"), "", scope.now)) for name in dict.fromkeys(others)}
    if call is not None:
        fixed["journey"] = journey.name
    choices = [list(_values(name, known.get(name, "any"), asked, scope.now)) for name in deciding]
    first: dict[str, Any] | None = None
    for values in islice(product(*choices), _MOST_TRIES):
        properties = fixed | dict(zip(deciding, values, strict=True))
        first = properties if first is None else first
        scope.event = properties
        if condition is None or condition.holds(scope):
            return MadeUp(Happening(timedelta(), event, properties), lets_in=True)
    return MadeUp(Happening(timedelta(), event, first or fixed), lets_in=False)


def _read_inside(journey: Journey, texts: Iterable[str]) -> Iterator[str]:
    """Name the properties of the entry that the rest of the journey reads."""
    yield from _OF_ENTRY.findall(journey.spec.model_dump_json(by_alias=True))
    for text in texts:
        yield from _OF_ENTRY.findall(text)


def _values(name: str, kind: str, asked: str, now: datetime) -> Iterator[Any]:
    """Give values that a property may have, the most natural first, then what the condition compares with."""
    match kind:
        case "items":
            yield [
                {"product_id": good.product_id, "name": good.name, "price": good.price} for good in MADE_UP_GOODS[:1]
            ]
        case "number":
            yield 100
            for number in _numbers(asked):
                yield from (number, number + 1, number - 1)
        case "boolean":
            yield from (True, False)
        case "date":
            yield from ((now + _A_WEEK).isoformat(), (now - _A_WEEK).isoformat())
        case _:
            yield "ann@example.com" if name == "email" else f"{name.removesuffix('_id')}_1"
            yield from (one or other for one, other in _TEXT.findall(asked))
            if kind == "any":
                yield from (100, True, False, *_numbers(asked))


def _numbers(asked: str) -> list[float]:
    """List the numbers a condition names, whole ones as such."""
    found = [float(number) for number in _NUMBER.findall(asked)]
    return [int(number) if number.is_integer() else number for number in found]
