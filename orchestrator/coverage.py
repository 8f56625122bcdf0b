"""Which steps and ways of the journeys did the scenarios go, and which never?

A way is a step with the trigger that leads out of it, as in `journeys.moves`. Ways are not guessed from a trace: the
journeys that are lived through look their moves up in a table that notes what was asked for. Only the beginning and
the leaving of a journey, for which nothing has to be looked up, are taken from the trace.
"""

from collections.abc import ItemsView, Iterable, Iterator, Mapping, Sequence, ValuesView
from dataclasses import dataclass, field, replace
from typing import TypeAlias

from journeys.compile import Journey
from journeys.decide import HELD_OUT
from journeys.decision import Trace
from journeys.moves import EXIT, LEAVE

DATE_PAST = "date_past"

Place: TypeAlias = tuple[str, str]
Way: TypeAlias = tuple[str, str, str]


@dataclass(slots=True)
class Footprints:
    """Where people went: the steps they entered (journey, step), and the ways they took (journey, step, trigger)."""

    steps: set[Place] = field(default_factory=set)
    ways: set[Way] = field(default_factory=set)

    def observed(self, journey: Journey) -> Journey:
        """Give the same journey, whose moves are noted here as they are made."""
        moves = {step: _Observed(self, (journey.name, step), ways) for step, ways in journey.moves.items()}
        return replace(journey, moves=moves)

    def enter(self, journey: str, step: str) -> None:
        """Note a step that was entered."""
        self.steps.add((journey, step))

    def take(self, place: Place, trigger: str, target: str) -> None:
        """Note a way that was taken, and where it led."""
        self.ways.add((*place, trigger))
        if target != EXIT:
            self.enter(place[0], target)

    def follow(self, trace: Sequence[Trace], journeys: Mapping[str, Journey]) -> None:
        """Note where journeys began, and where somebody left by a way of the step itself."""
        held_out = {line.enrollment_id for line in trace if line.what == "exited" and line.why == HELD_OUT}
        for line in trace:
            journey = journeys.get(line.journey)
            if journey is None:
                continue
            if line.what == "entered" and line.enrollment_id not in held_out:
                self.enter(journey.name, journey.first)
            elif line.what == "exited" and _leaves_by_itself(line, journey):
                self.take((journey.name, line.step), LEAVE, EXIT)

    def add(self, other: "Footprints") -> None:
        """Add where people went in another story."""
        self.steps |= other.steps
        self.ways |= other.ways


def _leaves_by_itself(line: Trace, journey: Journey) -> bool:
    """Say whether this is a step's own way out of the journey, not an exit rule or an end from outside."""
    if LEAVE not in journey.moves.get(line.step, {}):
        return False
    return line.why == DATE_PAST or journey.steps[line.step].kind == "exit"


class _Observed(Mapping[str, str]):
    """The ways out of one step; what is looked up is noted as taken, what is only listed is not."""

    def __init__(self, footprints: Footprints, place: Place, ways: Mapping[str, str]) -> None:
        self._footprints = footprints
        self._place = place
        self._ways = ways

    def __getitem__(self, trigger: str) -> str:
        target = self._ways[trigger]
        self._footprints.take(self._place, trigger, target)
        return target

    def __contains__(self, trigger: object) -> bool:
        return trigger in self._ways

    def __iter__(self) -> Iterator[str]:
        return iter(self._ways)

    def __len__(self) -> int:
        return len(self._ways)

    def items(self) -> ItemsView[str, str]:
        """List the ways."""
        return self._ways.items()

    def values(self) -> ValuesView[str]:
        """List where the ways lead."""
        return self._ways.values()


@dataclass(frozen=True, slots=True)
class Coverage:
    """How much of one journey was gone through; `untaken` are a step, its trigger, and where that leads."""

    journey: str
    steps: int
    ways: int
    unvisited: tuple[str, ...]
    untaken: tuple[tuple[str, str, str], ...]

    @property
    def visited(self) -> int:
        """How many steps were entered."""
        return self.steps - len(self.unvisited)

    @property
    def taken(self) -> int:
        """How many ways were taken."""
        return self.ways - len(self.untaken)


def coverage_of(journey: Journey, footprints: Footprints) -> Coverage:
    """Say how much of a journey these footprints cover."""
    ways = [
        (step, trigger, target)
        for step, out in journey.moves.items()
        if step != EXIT
        for trigger, target in out.items()
    ]
    unvisited = tuple(step for step in journey.steps if (journey.name, step) not in footprints.steps)
    untaken = tuple(way for way in ways if (journey.name, *way[:2]) not in footprints.ways)
    return Coverage(journey.name, len(journey.steps), len(ways), unvisited, untaken)


def percent(covered: Iterable[Coverage]) -> float:
    """Say what share of all steps and ways together was gone; without any, all of them were."""
    journeys = list(covered)
    whole = sum(each.steps + each.ways for each in journeys)
    done = sum(each.visited + each.taken for each in journeys)
    return 100.0 if whole == 0 else 100 * done / whole
