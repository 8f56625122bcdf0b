"""What is a source? Something that tells us what happened, in a shape of its own.

A source turns one line or payload into an event with the identifiers of the person, or refuses it with a reason. The
entry-point group `tactful.sources` holds such classes; the built-in one comes in through the same door.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Protocol, TypeAlias

from msgspec import Struct

from journeys.vocabulary import Event, Identifier
from orchestrator.sources.refusal import Refused


class Accepted(Struct, frozen=True):
    """A line that was understood. `identifiers` come strongest first; `dedup` is the same for a repeat of the event."""

    event: Event
    identifiers: tuple[Identifier, ...]
    dedup: bytes
    raw: bytes


Reading: TypeAlias = Accepted | Refused


@dataclass(frozen=True, slots=True)
class Stated:
    """What a row of a whole file led to: a call of the Segment spec, or the reason why it cannot be read."""

    number: int
    line: bytes
    call: bytes = b""
    refused: Refused | None = None


class WholeFile(Protocol):
    """Reads a file of which several lines may tell of one thing, and says in calls what it says."""

    name: ClassVar[str]

    def __init__(self, country: str) -> None: ...

    def tell(self, lines: Iterator[tuple[int, bytes]], name: str, received_at: datetime) -> Iterator[Stated]:
        """Say what the file says; `name` begins the place in the sentence of a refusal."""
        ...


class Source(Protocol):
    """Reads one shape of events. `country` (ISO 3166) is where phone numbers without a country code belong."""

    name: ClassVar[str]

    def __init__(self, country: str) -> None: ...

    def read(self, line: bytes, received_at: datetime, place: str) -> Reading:
        """Read one line; `place` (such as `orders.jsonl:12`) begins the sentence of a refusal."""
        ...
