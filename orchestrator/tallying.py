"""What do the conditions of these journeys count, and how is an event counted?"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields, is_dataclass

from journeys.compile import Journey
from journeys.conditions import Condition, Value
from journeys.known_events import is_by_machine
from journeys.tallies import Counted, Kept, Tally, add
from journeys.vocabulary import Event
from orchestrator.customer import Memory


def counted_by(journeys: Iterable[Journey]) -> Iterator[Counted]:
    """Give everything that any condition or value of these journeys counts, wherever in a journey it stands."""
    for journey in journeys:
        yield from _counted_in(journey)


def _counted_in(part: object) -> Iterator[Counted]:
    if isinstance(part, Condition | Value):
        yield from part.counts
    elif isinstance(part, Mapping):
        for inner in part.values():
            yield from _counted_in(inner)
    elif isinstance(part, tuple | list):
        for inner in part:
            yield from _counted_in(inner)
    elif is_dataclass(part):
        for member in fields(part):
            yield from _counted_in(getattr(part, member.name))


def tally(memory: Memory, event: Event, kept: Kept) -> None:
    """Count an event at its own time; what a machine did is not the customer's doing."""
    if not is_by_machine(event.name, event.properties):
        found = memory.tallies.setdefault(event.name, Tally())
        add(found, kept, event.at, event.properties, clock=memory.clock)
