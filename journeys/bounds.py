"""How many messages can a journey cause for one customer in a week, by its structure alone?

A week is any seven times 24 hours. A message may be held back as long as the guards like, so what can follow it is
counted from the moment it leaves: how soon the next one may follow, over all ways that people can go and come again. A
customer's clock is taken to run evenly; what guards forbid is not known here.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cached_property
from heapq import heappop, heappush
from typing import TypeAlias

from cronsim import CronSim

from journeys.duration import format_duration
from journeys.moves import EXIT, placed_steps, successors
from journeys.pace import shortest
from journeys.spec import Cron, JourneySpec, LocalTime, StepSpec, Until, WaitStep

A_WEEK = timedelta(days=7)
# More than this is no bound that says anything.
MOST = 1_000

_MOMENT = timedelta(microseconds=1)
_WEEK = A_WEEK // _MOMENT
_DAY = _WEEK // 7
_MOST_RUNS = 200
# The calendar repeats itself after 28 years, as far as days of the month and of the week go together.
_CALENDAR = (datetime(2026, 1, 1, tzinfo=UTC), timedelta(days=28 * 366))

# Which run of the journey somebody is in, and at which step; 0 is the run they were in before.
_Place: TypeAlias = tuple[int, str]


@dataclass(frozen=True, slots=True)
class Bound:
    """At most so many messages a week, and why; `most` is None when nothing bounds them."""

    most: int | None
    why: str

    @property
    def words(self) -> str:
        """Say how many, and why."""
        return f"{'unbounded' if self.most is None else self.most}: {self.why}"


@dataclass(frozen=True)
class Course:
    """A journey as somebody can go through it; `stopped` says that another journey takes people out."""

    spec: JourneySpec
    stopped: bool = False

    @cached_property
    def steps(self) -> dict[str, StepSpec]:
        """Give the steps by their ids."""
        return {each.step.id: each.step for each in placed_steps(self.spec)}

    @cached_property
    def ways(self) -> dict[str, dict[str, str]]:
        """Map each step to its triggers and where they lead."""
        return successors(self.spec)

    @cached_property
    def clock(self) -> tuple[int, int] | None:
        """Say when time lets people in: the moment of its period, and the period; None when something else does."""
        entry = self.spec.entry
        if isinstance(entry.schedule, LocalTime):
            return _phase(entry.schedule), _period(entry.schedule)
        if entry.date is not None:
            return (_phase(entry.at) + entry.offset // _MOMENT) % _DAY, _DAY
        return None

    @cached_property
    def pause(self) -> int:
        """Say how far apart two entries are at least."""
        by_calendar = self.spec.entry.schedule or self.spec.entry.date
        return 0 if by_calendar else self.spec.re_entry.after // _MOMENT

    @cached_property
    def runs(self) -> int:
        """Say how often somebody can come in within a week; 0 when they cannot come again, -1 when without end."""
        entry = self.spec.entry
        if self.clock is not None:
            return _WEEK // self.clock[1] + 1
        if isinstance(entry.schedule, Cron):
            count = occurrences_a_week(entry.schedule)
            return count if count <= _MOST_RUNS else -1
        if not self.spec.re_entry.allowed:
            return 0
        count = -(-_WEEK // self.pause) if self.pause else -1
        return count if count <= _MOST_RUNS else -1

    @property
    def leaves_anywhere(self) -> bool:
        """Say whether somebody may be taken out at any step."""
        return bool(self.spec.exit) or self.stopped or self.spec.if_active == "restart"


def occurrences_a_week(cron: Cron) -> int:
    """Say how often a schedule comes within a week at the most."""
    fields = cron.cron.split()
    start, length = _CALENDAR
    days: list[int] = []
    for day in CronSim(" ".join(["0", "0", *fields[2:]]), start - timedelta(minutes=1)):
        if day - start > length:
            break
        days.append((day - start).days)
    busiest = max((sum(1 for other in days[place : place + 7] if other - day < 7) for place, day in enumerate(days)))
    whole = CronSim(cron.cron, start)
    return busiest * len(whole.minutes) * len(whole.hours)


def most_a_week(course: Course, counted: Collection[str]) -> Bound:
    """Bound the messages of these steps to one customer within a week."""
    if not counted:
        return Bound(0, "no message")
    spec = course.spec
    if spec.if_active == "parallel":
        return Bound(None, f"parallel by {spec.entry.key}")
    most = _most(course, counted)
    if most is not None:
        return Bound(most, _how_often(course))
    inside = Course(spec.model_copy(update={"re_entry": spec.re_entry.model_copy(update={"allowed": False})}))
    by_entry = spec.entry.schedule or spec.entry.date or _most(inside, counted) is not None
    return Bound(None, f"{_opened_by(spec)} lets in again at once" if by_entry else "a loop may be gone round at once")


def _how_often(course: Course) -> str:
    spec = course.spec
    if spec.entry.schedule:
        return f"comes round at {spec.entry.schedule}"
    if spec.entry.date:
        return "one date a day"
    if not spec.re_entry.allowed:
        return "one run a person"
    return (
        f"again after {format_duration(spec.re_entry.after)}" if spec.re_entry.after else "the waits between messages"
    )


def _opened_by(spec: JourneySpec) -> str:
    entry = spec.entry
    named = {"event": entry.event, "schedule": str(entry.schedule), "journey": f"leaving {entry.journey}"}
    return named.get(entry.kind) or {"when": "the condition", "call": "a call"}.get(entry.kind, "the date")


# The search: who has had so many messages can be here at that time, at the earliest.


def _most(course: Course, counted: Collection[str]) -> int | None:
    """Count the messages of the busiest week; the clock may stand anywhere when it begins."""
    search = _Search(course, frozenset(counted), None)
    most = search.count()
    for beginning in search.beginnings:
        if most is None:
            return None
        found = _Search(course, frozenset(counted), beginning).count()
        most = None if found is None else max(most, found)
    return most


@dataclass(slots=True)
class _Search:
    """Counts messages from one on, when the clock of the week stands at `beginning`.

    Without a beginning nobody passes a clock; noted are the beginnings at which somebody comes to one just in time.
    """

    course: Course
    counted: frozenset[str]
    beginning: int | None
    beginnings: set[int] = field(default_factory=set)

    def count(self) -> int | None:
        """Count the messages; None when there is no end of them."""
        here: dict[_Place, int] = {(0, step): 0 for step in self.counted if step in self.course.ways}
        earliest, places = [0], len(self.counted) * (max(self.course.runs, 0) + 1)
        while following := self._following(here):
            here = following
            earliest.append(min(here.values()))
            # Somebody was at one place twice at the same time, so they can be there any number of times.
            if len(earliest) > MOST or (len(earliest) > places and earliest[-1] == earliest[-1 - places]):
                return None
        return len(earliest)

    def _following(self, here: dict[_Place, int]) -> dict[_Place, int]:
        """Say where the next message may leave within the week, and when at the earliest."""
        found: dict[_Place, int] = {}
        seen: set[_Place] = set()
        coming: list[tuple[int, _Place]] = []
        for place, at in here.items():
            for after, target in self._onwards(place, at):
                heappush(coming, (after, target))
        while coming:
            at, place = heappop(coming)
            if at >= _WEEK or place in seen:
                continue
            seen.add(place)
            if place[1] in self.counted:
                found[place] = at
                continue
            for after, target in self._onwards(place, at):
                heappush(coming, (after, target))
        return found

    def _onwards(self, place: _Place, at: int) -> Iterator[tuple[int, _Place]]:
        run, step = place
        spec = self.course.steps[step]
        for trigger, target in self.course.ways[step].items():
            after = self._after(spec, trigger, at)
            if after is None:
                continue
            if target == EXIT:
                yield from self._again(run, after)
            elif target in self.course.ways:
                yield after, (run, target)
        if self.course.leaves_anywhere:
            yield from self._again(run, at)

    def _after(self, step: StepSpec, trigger: str, at: int) -> int | None:
        match step:
            case WaitStep(wait=Until(until=LocalTime() as time)):
                return self._next(_phase(time), _period(time), at)
            case _:
                return at + shortest(step, trigger) // _MOMENT

    def _next(self, phase: int, period: int, at: int) -> int | None:
        """Give the next time after this one at which a clock shows what it shall."""
        if self.beginning is None:
            self.beginnings.add((phase - at - 1) % _WEEK)
            return None
        return at + ((phase - self.beginning - at - 1) % period) + 1

    def _again(self, run: int, at: int) -> Iterator[tuple[int, _Place]]:
        """Let somebody who is outside at this time in again."""
        course = self.course
        first = course.spec.steps[0].id
        if course.clock is not None:
            phase, period = course.clock
            if self._next(phase, period, at - 1) is None or self.beginning is None:
                return
            opening = (phase - self.beginning) % period
            for again in range(run + 1, course.runs + 1):
                if (due := opening + (again - 1) * period) >= at:
                    yield due, (again, first)
        elif course.runs < 0:
            yield at, (0, first)
        elif run < course.runs:
            yield max(at, run * course.pause), (run + 1, first)


def _phase(time: LocalTime) -> int:
    """Give a time as a moment of its day, or of its week."""
    days = timedelta(days=time.weekday or 0)
    return (days + timedelta(hours=time.hour, minutes=time.minute)) // _MOMENT


def _period(time: LocalTime) -> int:
    return _DAY if time.weekday is None else _WEEK
