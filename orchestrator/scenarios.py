"""Do the journeys do what this scenario expects?

A scenario runs with a virtual clock through the code that runs live; nothing is sent. What came of it is held against
what was expected, to the minute: every expectation must have happened, and every delivery that was handed over must
have been expected. `docs/testing.md` describes the file.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from journeys.catalog import Catalog
from journeys.decision import Fate
from journeys.duration import format_duration
from journeys.localtime import zone_named
from journeys.spelling import did_you_mean
from journeys.vocabulary import Delivery, Event, Facts, Profile
from operational_guards.verdict import Delay, DropItems, Suppress
from orchestrator.customer import Changes, Customer, Judged, Memory, Outgoing
from orchestrator.program import Program
from orchestrator.scenario_file import CODES, EXPECTATIONS, Expectation, Happening, Scenario, When, read_scenarios
from orchestrator.seat import Seat, play
from orchestrator.sending import judge_next, settle

__all__ = ["CODES", "EXPECTATIONS", "Expectation", "Happening", "Result", "Scenario", "read_scenarios", "run_scenario"]

LONGEST = timedelta(days=90)
EXAMPLE_PERSON: dict[str, Any] = {"email": "ann@example.com", "consent": {"marketing": True}, "first_name": "Ann"}

_TICK = timedelta(microseconds=1)
_LINES_AROUND = 4
_SHOWN_TRACE = frozenset({"entered", "exited", "goal", "branched", "came", "timed_out"})


@dataclass(frozen=True, slots=True)
class Result:
    """Whether a scenario passed, what was different (each with the timeline around it), and the whole timeline."""

    passed: bool
    differences: tuple[str, ...]
    timeline: tuple[str, ...]


def run_scenario(scenario: Scenario, program: Program, zone: str) -> Result:
    """Live through a scenario and compare; `zone` is the shop's time zone, which its local times are in.

    With a `journey` only that one runs. Pure: the same scenario and program give the same result.
    """
    staged = _staged(scenario, program)
    unknown = tuple(_unknown_names(scenario, staged))
    if unknown:
        return Result(False, unknown, ())
    calendar = _Calendar(scenario.at, zone_named(zone))
    life = _Life(scenario, staged, calendar)
    life.live()
    differences = (*life.differences, *_differences(scenario, life.story(), calendar))
    return Result(not differences, differences, tuple(calendar.line(seen.at, str(seen)) for seen in life.story()))


# Setting the stage.


def _staged(scenario: Scenario, program: Program) -> Program:
    """Give the program with only the scenario's journey and goods."""
    journeys = [
        journey for name, journey in program.journeys.items() if not scenario.journey or name == scenario.journey
    ]
    begin = datetime(2000, 1, 1, tzinfo=UTC)
    oldest_first = enumerate(reversed(scenario.catalog))
    goods = Catalog((begin + timedelta(days=age), item) for age, item in oldest_first)
    return program.with_journeys(journeys, goods if scenario.catalog else None)


def _unknown_names(scenario: Scenario, program: Program) -> Iterator[str]:
    """Find journeys and steps that do not exist: an expectation about one could never fail for the right reason."""
    place = f'{scenario.file}:{scenario.line}: scenario "{scenario.name}"'
    if not program.journeys:
        remedy = "correct the name, or run `tactful check` to see whether it is quarantined"
        yield f'{place}: no journey "{scenario.journey or "at all"}" runs; {remedy}'
        return
    steps = {step for journey in program.journeys.values() for step in journey.steps}
    asked = [(scenario.line, "step", step) for step in scenario.fates]
    asked += [(scenario.line, "step", happening.of) for happening in scenario.happenings if happening.of]
    for expectation in scenario.expectations:
        asked += [(expectation.line, key, expectation.wanted.get(key, "")) for key in ("journey", "step")]
    for line, kind, name in dict.fromkeys(asked):
        known = steps if kind == "step" else set(program.journeys)
        if name and name not in known:
            hint = did_you_mean(name, sorted(known)) or f"; the {kind}s that run are {', '.join(sorted(known))}"
            yield f'{scenario.file}:{line}: scenario "{scenario.name}": no {kind} is called "{name}"{hint}'


@dataclass(frozen=True, slots=True)
class _Calendar:
    """When a scenario begins, and how its moments are read and written."""

    begin: datetime
    zone: ZoneInfo

    def instant(self, when: When) -> datetime:
        """Give a moment of the scenario in UTC."""
        if isinstance(when, datetime):
            return when.replace(tzinfo=self.zone).astimezone(UTC)
        return self.instant(self.begin) + when

    def line(self, at: datetime, words: str) -> str:
        """Write one line of a timeline: the time since the beginning, the shop's clock, and what was seen."""
        since = at - self.instant(self.begin)
        offset = f"+{format_duration(since)}" if since >= timedelta(seconds=0.5) else "+0h"
        return f"{offset:<12} {self.clock(at)}  {words}"

    def clock(self, at: datetime) -> str:
        """Write a moment on the shop's clock."""
        return f"{at.astimezone(self.zone):%a %Y-%m-%d %H:%M}"


# Living through it.


@dataclass(frozen=True, slots=True)
class _Seen:
    """One thing that happened in the life of the scenario's customer; `note` is for readers only."""

    at: datetime
    what: str
    journey: str = ""
    step: str = ""
    reason: str = ""
    channel: str = ""
    audience: str = ""
    items: tuple[str, ...] = ()
    until: datetime | None = None
    note: str = ""

    def __str__(self) -> str:
        whose = f" {self.journey}{'.' if self.step else ''}{self.step}" if self.journey else ""
        goods = f": {', '.join(self.items)}" if self.items else ""
        reason = f": {self.reason}" if self.reason else ""
        return f"{self.what}{whose}{goods}{reason}{f' ({self.note})' if self.note else ''}"


class _Life:
    """The scenario's customer under a virtual clock."""

    def __init__(self, scenario: Scenario, program: Program, calendar: _Calendar) -> None:
        begin = calendar.instant(scenario.at)
        self.differences: list[str] = []
        self._scenario = scenario
        self._program = program
        self._calendar = calendar
        self._seat = Seat(Customer(Facts(_profile(scenario, begin)), Memory(begin)))
        self._seen: list[_Seen] = []
        self._planned: dict[int, Outgoing] = {}
        self._delays: dict[int, Delay] = {}
        self._drops: dict[int, str] = {}
        self._last_of_step: dict[str, Delivery] = {}

    def live(self) -> None:
        """Let everything happen, up to the scenario's end."""
        instant = self._calendar.instant
        stories = sorted(self._scenario.happenings, key=lambda happening: instant(happening.when))
        last = instant(self._scenario.at)
        for place, happening in enumerate(stories, start=1):
            last = instant(happening.when)
            # Up to just before it: an event that tells of a message must know which one had left by then.
            self._go_on(last - _TICK)
            event = Event(
                f"{place}", "track", happening.name, last, self._properties(happening, last), "scenario", place
            )
            self._seat.events.append(event)
            self._seen.append(_Seen(last, happening.name))
        until = self._scenario.until
        self._go_on(last + LONGEST if until is None else instant(until))

    def story(self) -> list[_Seen]:
        """Give all that was seen, in order of time."""
        return sorted(self._seen, key=lambda seen: seen.at)

    def _properties(self, happening: Happening, at: datetime) -> dict[str, Any]:
        if not happening.of:
            return dict(happening.properties)
        delivery = self._last_of_step.get(happening.of)
        if delivery is None:
            message = (
                f'{happening.name} of "{happening.of}": that step had sent nothing yet; move it behind the message'
            )
            place = f"{self._scenario.file}:{self._scenario.line}"
            self.differences.append(f"{place}: {self._calendar.line(at, message)}")
            return dict(happening.properties)
        about = {"delivery": str(delivery.id), "journey": delivery.journey, "step": delivery.step}
        return {**about, "channel": delivery.channel, **happening.properties}

    def _go_on(self, until: datetime) -> None:
        customer, program = self._seat.customer, self._program
        while True:
            play(self._seat, {customer.id: self._seat}, until, program, by_delivery=True, take_over=_nobody)
            self._look()
            due = customer.next_delivery()
            if due is None or due.due_at > until:
                return
            entry = judge_next(customer, max(due.due_at, customer.memory.clock), program)
            self._look()
            if entry is not None:
                fate = Fate(self._scenario.fates.get(entry.delivery.step, "sent"))
                self._see_handed_over(entry, fate, customer.memory.clock)
                settle(customer, entry, fate, "" if fate is Fate.SENT else "scenario", customer.memory.clock, program)
                self._look()

    # Noting what happened.

    def _look(self) -> None:
        """Note what changed since the last look."""
        changes = self._seat.customer.take_changes()
        self._planned.update((entry.delivery.id, entry) for entry in changes.planned)
        for judged in changes.judged:
            self._see_judged(judged)
        self._see_cancelled(changes)
        for trace in changes.trace:
            if trace.what in _SHOWN_TRACE:
                # A key or an arm is for readers; only an exit's reason is one.
                reason, note = (trace.why, "") if trace.what == "exited" else ("", trace.why)
                step = "" if trace.what == "entered" else trace.step
                self._seen.append(_Seen(trace.at, trace.what, trace.journey, step, reason, note=note))

    def _see_judged(self, judged: Judged) -> None:
        entry = self._planned[judged.delivery_id]
        match judged.judgement.verdict:
            case Suppress(reason=reason):
                self._seen.append(_about(entry, judged.at, "suppressed", reason=reason))
            case Delay() as delay if not _is_same(delay, self._delays.get(judged.delivery_id)):
                self._delays[judged.delivery_id] = delay
                note = f"until {self._calendar.clock(delay.until)}{' or a fact changes' if delay.on_change else ''}"
                seen = _about(entry, judged.at, "delayed", reason=delay.reason, until=delay.until, note=note)
                self._seen.append(seen)
            case DropItems(reason=reason):
                self._drops[judged.delivery_id] = reason

    def _see_cancelled(self, changes: Changes) -> None:
        for entry in changes.touched.values():
            if entry.state == "cancelled" and entry.settled_at is not None:
                self._seen.append(_about(entry, entry.settled_at, "cancelled", reason=entry.reason))

    def _see_handed_over(self, entry: Outgoing, fate: Fate, at: datetime) -> None:
        left = entry.judged or entry.delivery
        kept = tuple(item.product_id for item in left.items)
        dropped = [item.product_id for item in entry.delivery.items if item not in left.items]
        note = f"without {', '.join(dropped)}, {self._drops.get(left.id, '')}" if dropped else ""
        what = "left" if entry.parameters.get("operation") == "remove" else fate.value
        self._seen.append(_about(entry, at, what, items=kept, note=note))
        if fate is Fate.SENT:
            self._last_of_step[left.step] = left


def _profile(scenario: Scenario, begin: datetime) -> Profile:
    said = {**EXAMPLE_PERSON, **scenario.profile}
    own = {
        name: said.pop(name)
        for name in ("email", "phone", "user_id", "timezone", "consent", "suppressed")
        if name in said
    }
    return Profile(id=1, created_at=begin, traits=said, **own)


def _nobody(absorbed: Customer, survivor: int, moved: list[int]) -> None:
    """A scenario has one customer, so none ever joins another."""
    raise AssertionError(f"profile {absorbed.id} joined {survivor} with {len(moved)} events")


def _about(entry: Outgoing, at: datetime, what: str, **rest: Any) -> _Seen:
    delivery = entry.delivery
    return _Seen(
        at,
        what,
        delivery.journey,
        delivery.step,
        channel=delivery.channel,
        audience=entry.parameters.get("audience", ""),
        **rest,
    )


def _is_same(delay: Delay, before: Delay | None) -> bool:
    return before is not None and (delay.reason, delay.until) == (before.reason, before.until)


# Comparing.


def _differences(scenario: Scenario, story: list[_Seen], calendar: _Calendar) -> Iterator[str]:
    """Say what was expected and did not happen, then what was sent and not expected."""
    unlisted = list(story)
    earlier = calendar.instant(scenario.at)
    for expectation in scenario.expectations:
        at = calendar.instant(expectation.when)
        place = f"{scenario.file}:{expectation.line}"
        if at < earlier:
            yield f"{place}: {expectation} stands behind something later; write expectations in order of time"
        earlier = max(at, earlier)
        found = next((seen for seen in unlisted if _matches(expectation, seen, calendar)), None)
        if found is not None:
            unlisted.remove(found)
            continue
        marked = calendar.line(at, f"expected: {expectation}")
        yield f"{place}: expected {expectation}, which did not happen\n{_around(marked, at, story, calendar)}"
    for seen in unlisted:
        if seen.what == "sent":
            marked = calendar.line(seen.at, f"not expected: {seen}")
            rest = [other for other in story if other is not seen]
            place = f"{scenario.file}:{scenario.line}"
            yield f"{place}: {seen}, which was not expected\n{_around(marked, seen.at, rest, calendar)}"


def _matches(expectation: Expectation, seen: _Seen, calendar: _Calendar) -> bool:
    if seen.what != expectation.what or _minute(seen.at) != _minute(calendar.instant(expectation.when)):
        return False
    return all(_agrees(getattr(seen, key), wanted, calendar) for key, wanted in expectation.wanted.items())


def _agrees(value: Any, wanted: Any, calendar: _Calendar) -> bool:
    match wanted:
        case list():
            return list(value) == wanted
        case timedelta() | datetime():
            return value is not None and _minute(value) == _minute(calendar.instant(wanted))
        case _:
            return bool(value == wanted)


def _minute(at: datetime) -> datetime:
    return at.replace(second=0, microsecond=0)


def _around(marked: str, at: datetime, story: list[_Seen], calendar: _Calendar) -> str:
    """Show the timeline around a moment, with the line that is different marked by an arrow."""
    before = [seen for seen in story if _minute(seen.at) <= _minute(at)][-_LINES_AROUND:]
    after = [seen for seen in story if _minute(seen.at) > _minute(at)][:_LINES_AROUND]
    lines = [f"    {calendar.line(seen.at, str(seen))}" for seen in before]
    lines += [f"  > {marked}"]
    lines += [f"    {calendar.line(seen.at, str(seen))}" for seen in after]
    return "\n".join(lines)
