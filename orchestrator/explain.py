"""Why did this person get that, or not?

Pure over values: what was kept about a person becomes one timeline of events, steps, judgements with their facts, and
fates; and for every journey of the file it is said how often they entered, or why they never did. For that the
person's events are replayed, and the entry condition is asked again at each event that could have let them in.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from msgspec.structs import replace

from journeys.compile import Journey
from journeys.decision import Fate
from journeys.known_events import is_by_machine
from journeys.localtime import last_scheduled, zone_named
from journeys.scope import Scope
from journeys.vocabulary import Event, Facts, Profile
from orchestrator.customer import Memory
from orchestrator.facts import apply
from orchestrator.profiles import apply_event
from orchestrator.program import Program
from orchestrator.tallying import tally

Fields = dict[str, Any]

MOST_REASONS = 3
_FATES = frozenset(str(fate) for fate in Fate)
_LAST_OF_THE_INSTANT = 1_000_000


@dataclass(frozen=True, slots=True)
class Past:
    """All that was kept about one person; the lists of fields are in the shapes of `orchestrator.store.views`.

    `undecided` are the places in the log of events that journeys have not seen yet; `set_aside` is the error that
    keeps this person from being decided on, empty when there is none. `begun` is what was known before the first of the
    events, where that was not nothing.
    """

    profile: Profile
    events: Sequence[Event] = ()
    steps: Sequence[Fields] = ()
    judgements: Sequence[Fields] = ()
    outcomes: Sequence[Fields] = ()
    entered: Mapping[str, int] = field(default_factory=dict)
    undecided: frozenset[int] = frozenset()
    set_aside: str = ""
    begun: Facts | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked: about these journeys of this program, by a shop in this zone, at this moment.

    `quarantined` are journeys that do not run, each with the reason why.
    """

    program: Program
    journeys: Sequence[str]
    zone: str
    now: datetime
    quarantined: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Explanation:
    """The answer. Each line of the timeline has `at` and `kind`: event, step, judgement or delivery."""

    timeline: tuple[Fields, ...]
    journeys: Mapping[str, Fields]


def explain(past: Past, asked: Asked) -> Explanation:
    """Tell a person's story, and for each journey how often they entered or why not."""
    reasons = _Replay(past, asked).reasons()
    journeys = {}
    for name in asked.journeys:
        entered = past.entered.get(name, 0)
        journeys[name] = {"entered": entered, "why_not": "" if entered else _why_not(name, past, asked, reasons)}
    return Explanation(tuple(_timeline(past, asked)), journeys)


# The timeline.


def _timeline(past: Past, asked: Asked) -> list[Fields]:
    """Put everything in order: of one instant first the event, then what journeys made of it, step by step."""
    wanted = frozenset(asked.journeys)
    heard = {name for journey in wanted for name in _hears(asked.program.journeys.get(journey))}
    told_in_full = wanted.issuperset(asked.program.journeys)
    keyed = [
        ((event.at, 0, event.seq, 0), _event_fields(event))
        for event in past.events
        if told_in_full or event.name in heard
    ]
    phases = _Phases(past.steps)
    others = (past.steps, past.judgements, past.outcomes)
    for rank, lines in enumerate(others, start=1):
        keyed += [
            ((line["at"], phases.of(line), line.get("delivery", 0), rank), line)
            for line in lines
            if line["journey"] in wanted
        ]
    return [line for _, line in sorted(keyed, key=lambda entry: entry[0])]


def _hears(journey: Journey | None) -> set[str]:
    return set() if journey is None else {journey.entry.event, *journey.listens}


def _event_fields(event: Event) -> Fields:
    return {
        "at": event.at,
        "kind": "event",
        "name": event.name,
        "message_id": event.message_id,
        "properties": event.properties,
    }


class _Phases:
    """Where in its instant a line belongs: a judgement comes before the step that learned of the message's fate."""

    def __init__(self, steps: Iterable[Fields]) -> None:
        self._of_step: dict[int, int] = {}
        self._of_fate: dict[tuple[datetime, int, str], int] = {}
        reached: dict[tuple[datetime, int], int] = defaultdict(lambda: 1)
        for line in steps:
            instant = (line["at"], line["enrollment"])
            if line["what"] in _FATES:
                self._of_fate[(*instant, line["step"])] = reached[instant] + 1
                reached[instant] += 2
            self._of_step[id(line)] = reached[instant]

    def of(self, line: Fields) -> int:
        """Give the phase of a line within its instant."""
        if line["kind"] == "step":
            return self._of_step[id(line)]
        # A delivery's key without its last 14 bits names its enrollment.
        enrollment = line["delivery"] >> 14 << 14
        return self._of_fate.get((line["at"], enrollment, line["step"]), _LAST_OF_THE_INSTANT)


# Why not.

# Why nobody came in where no event begins a journey and no chance was refused.
_NO_CHANCE = {
    "when": "its condition has not turned true since this person is known",
    "schedule": "its schedule has not come round since this person is known",
    "date": "its date is not known, or has not come since this person is known",
    "journey": "the journey it follows has not been left since this person is known",
}


def _why_not(name: str, past: Past, asked: Asked, reasons: Mapping[str, list[str]]) -> str:
    if name in asked.quarantined:
        return f"the journey is quarantined: {asked.quarantined[name]}"
    journey = asked.program.journeys.get(name)
    if journey is None:
        return "the journey does not run"
    found = reasons[name]
    if not found:
        entry = journey.entry.event
        return f"no {entry} event came" if entry else _NO_CHANCE[journey.spec.entry.kind]
    earlier = len(found) - MOST_REASONS
    more = f"; and {earlier:,} more before" if earlier > 0 else ""
    aside = f"; this person was set aside after an error: {past.set_aside}" if past.set_aside else ""
    return "; ".join(found[-MOST_REASONS:]) + more + aside


class _Replay:
    """A person's events once more, on a copy, to ask each entry condition at the moment it was asked.

    What journeys themselves wrote into the profile (`set` steps) is not replayed.
    """

    def __init__(self, past: Past, asked: Asked) -> None:
        self._past = past
        self._asked = asked
        self._zone = zone_named(asked.zone)
        self._journeys = [journey for name, journey in asked.program.journeys.items() if name in asked.journeys]
        blank = replace(past.profile, traits={}, consent={}, suppressed={}, changed_at={}, timezone="")
        self._facts = past.begun or Facts(blank)
        self._memory = Memory(past.profile.created_at)

    def reasons(self) -> dict[str, list[str]]:
        """Give, by journey and in order of time, why each chance to enter was none."""
        reasons: dict[str, list[str]] = defaultdict(list)
        occurrences = sorted(self._occurrences(), key=lambda entry: entry[0])
        for event in self._past.events:
            while occurrences and occurrences[0][0] < event.at:
                self._ask_schedule(*occurrences.pop(0), reasons)
            apply(self._facts, event, event.at)
            self._facts.profile = apply_event(self._facts.profile, event)
            self._tally(event)
            for journey in self._journeys:
                if journey.entry.event == event.name:
                    reasons[journey.name].append(self._at(event.at, self._refusal(journey, event)))
        for occurrence in occurrences:
            self._ask_schedule(*occurrence, reasons)
        return reasons

    def _tally(self, event: Event) -> None:
        kept = self._asked.program.tallied.get(event.name)
        if kept is not None:
            self._memory.clock = max(self._memory.clock, event.at)
            tally(self._memory, event, kept)

    def _occurrences(self) -> Iterator[tuple[datetime, Journey]]:
        """Give each schedule's last occurrence, where the person was known by then."""
        for journey in self._journeys:
            last = _last_occurrence(journey, self._past.profile, self._asked.now)
            if last is not None and last >= self._past.profile.created_at:
                yield last, journey

    def _ask_schedule(self, at: datetime, journey: Journey, reasons: dict[str, list[str]]) -> None:
        reasons[journey.name].append(self._at(at, self._refusal(journey, None, at)))

    def _refusal(self, journey: Journey, event: Event | None, at: datetime | None = None) -> str:
        properties = None if event is None else event.properties
        moment = event.at if event is not None else at or self._asked.now
        catalog, tallies = self._asked.program.catalog, self._memory.tallies
        scope = Scope(self._facts, moment, event=properties, catalog=catalog, tallies=tallies)
        condition = journey.entry.condition
        if event is not None and not journey.entry.machine and is_by_machine(event.name, event.properties):
            return "it was a machine, not a person"
        if condition is not None and not condition.holds(scope):
            return condition.explain(scope).why
        if event is not None and journey.key is not None and journey.key.of(scope) is None:
            return f"{journey.key.text}, the key of an enrollment, is missing"
        if event is not None and event.seq in self._past.undecided:
            return "everything spoke for it, and it waits to be decided on; `tactful run` does that"
        return "everything spoke for it, but the journey was not running then"

    def _at(self, moment: datetime, why: str) -> str:
        return f"at {moment.astimezone(self._zone):%Y-%m-%d %H:%M} {why}"


def _last_occurrence(journey: Journey, profile: Profile, now: datetime) -> datetime | None:
    """Say when a schedule last came round by now, on the person's clock."""
    entry = journey.spec.entry
    if entry.schedule is None:
        return None
    zone = zone_named(profile.timezone if entry.zone == "profile.timezone" else "", journey.zone)
    return last_scheduled(now, entry.schedule, zone)
