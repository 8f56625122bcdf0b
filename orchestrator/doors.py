"""How many people may still come into a journey that lets in so many at most?

The limit holds for all customers together, by the moments at which they came in. It belongs to the one engine that
decides; after a restart those who came in lately are counted from the enrollments.
"""

from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from journeys.compile import Journey
from orchestrator.rates import Rate


class Doors(Protocol):
    """Counts who is let into journeys that let in so many at most."""

    def opens(self, journey: Journey, at: datetime) -> bool:
        """Say whether one more may come in at this moment, and count them if so."""
        ...


class OpenDoors:
    """Lets everybody in: in a history nobody knows how many others there were at each moment."""

    def opens(self, journey: Journey, at: datetime) -> bool:  # noqa: ARG002 - the contract names them
        """Let them in."""
        return True


class Entered(Protocol):
    """Who came in lately, as the database knows it: see `orchestrator.store.base.Turn`."""

    def entered_since(self, journeys: Iterable[str], since: datetime) -> list[tuple[str, datetime]]: ...


@dataclass(slots=True)
class CountedDoors:
    """Lets in as many as the limits say. `now` is the moment of the turn: nobody comes in at another."""

    limits: Mapping[str, Rate]
    now: datetime
    entered: dict[str, deque[datetime]] = field(default_factory=dict)
    is_loaded: bool = False

    def begin(self, known: Entered, now: datetime) -> None:
        """Begin a turn; who came in before is counted once."""
        self.now = now
        if self.is_loaded or not self.limits:
            return
        self.entered = {name: deque() for name in self.limits}
        since = min(rate.begin(now) for rate in self.limits.values())
        for journey, at in sorted(known.entered_since(self.limits, since), key=lambda entry: entry[1]):
            self.entered[journey].append(at)
        self.is_loaded = True

    def forget(self) -> None:
        """Count anew: a turn did not come about."""
        self.is_loaded = False

    def mark(self) -> dict[str, deque[datetime]]:
        """Remember who came in, so that who comes in after it can be left out again."""
        return {journey: entered.copy() for journey, entered in self.entered.items()}

    def rewind(self, mark: dict[str, deque[datetime]]) -> None:
        """Leave out who came in since the mark: they were set aside."""
        self.entered = mark

    def opens(self, journey: Journey, at: datetime) -> bool:  # noqa: ARG002 - the turn's moment counts
        """Let one more in if there is room in the window that ends now."""
        rate, entered = self.limits.get(journey.name), self.entered.get(journey.name)
        if rate is None or entered is None:
            return True
        begin, rolls = rate.begin(self.now), rate.limit.calendar is None
        while entered and (entered[0] < begin or (rolls and entered[0] == begin)):
            entered.popleft()
        if len(entered) >= rate.limit.most:
            return False
        entered.append(self.now)
        return True
