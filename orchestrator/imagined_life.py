"""What happens to a scenario's customer, under a virtual clock?

The customer lives by the code that runs live, from one instant to the next at which there is anything to do; nothing
is sent. What was seen is noted twice: in the words scenarios are written in, and as what `explain` tells of.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from actions.errors import TemplateError
from journeys.catalog import Catalog
from journeys.decision import Fate, Trace
from journeys.spec import SetStep
from journeys.vocabulary import Delivery, Event, Facts, Profile, Reach
from operational_guards.verdict import Delay, DropItems, Suppress
from orchestrator.coverage import Footprints
from orchestrator.customer import Changes, Customer, Judged, Memory, Outgoing
from orchestrator.program import Program
from orchestrator.scenario import LONGEST, Calendar, Happening, PlayedFate, Scenario, shown
from orchestrator.seat import Seat, play
from orchestrator.sending import judge_next, settle
from orchestrator.wording import Said, Wording

EXAMPLE_PERSON: dict[str, Any] = {"email": "ann@example.com", "consent": {"marketing": True}, "first_name": "Ann"}

_TICK = timedelta(microseconds=1)
_SENT = PlayedFate(Fate.SENT)
_UNSAYABLE = PlayedFate(Fate.FAILED, "content.render_failed")
_SHOWN_TRACE = frozenset({"entered", "exited", "goal", "branched", "came", "timed_out"})


@dataclass(frozen=True, slots=True)
class Seen:
    """One thing that happened in the life of the scenario's customer; `note` is for readers only.

    `also` is another word for it: a CRM entry is `sent` as well as `crm`.
    """

    at: datetime
    what: str
    journey: str = ""
    step: str = ""
    reason: str = ""
    channel: str = ""
    audience: str = ""
    items: tuple[str, ...] = ()
    until: datetime | None = None
    subject: str = ""
    task: str = ""
    note_text: str = ""
    attribute: str = ""
    value: Any = None
    note: str = ""
    also: str = ""

    def __str__(self) -> str:
        whose = f" {self.journey}{'.' if self.step else ''}{self.step}" if self.journey else ""
        goods = f": {', '.join(self.items)}" if self.items else ""
        reason = f": {self.reason}" if self.reason else ""
        attribute = f": {self.attribute} = {shown(self.value)}" if self.attribute else ""
        words = "".join(f' "{text}"' for text in (self.subject, self.task, self.note_text) if text)
        return f"{self.what}{whose}{goods}{reason}{attribute}{words}{f' ({self.note})' if self.note else ''}"


@dataclass(slots=True)
class Record:
    """All that happened: in the words of scenarios (`seen`), and as it would be kept.

    `problems` are events that could not happen as written; `said` holds the words of what was handed over,
    and `unsayable` why there were none.
    """

    seen: list[Seen] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    trace: list[Trace] = field(default_factory=list)
    judged: list[tuple[Judged, Outgoing]] = field(default_factory=list)
    settled: list[Outgoing] = field(default_factory=list)
    said: dict[int, Said] = field(default_factory=dict)
    unsayable: dict[int, str] = field(default_factory=dict)
    entered: list[str] = field(default_factory=list)
    footprints: Footprints = field(default_factory=Footprints)

    def story(self) -> list[Seen]:
        """Give all that was seen, in order of time."""
        return sorted(self.seen, key=lambda seen: seen.at)


def staged(scenario: Scenario, program: Program) -> Program:
    """Give the program with only the scenario's journey and goods."""
    journeys = [
        journey for name, journey in program.journeys.items() if not scenario.journey or name == scenario.journey
    ]
    begin = datetime.fromisoformat("2000-01-01T00:00:00+00:00")
    oldest_first = enumerate(reversed(scenario.catalog))
    goods = Catalog((begin + timedelta(days=age), item) for age, item in oldest_first)
    return program.with_journeys(journeys, goods if scenario.catalog else None)


def person(said_of_them: Mapping[str, Any], begin: datetime) -> Profile:
    """Give the person a scenario is about: what it says, and for the rest the example person."""
    said = {**EXAMPLE_PERSON, **said_of_them}
    own = {
        name: said.pop(name)
        for name in ("email", "phone", "user_id", "timezone", "consent", "suppressed")
        if name in said
    }
    return Profile(id=said.pop("id", 1), created_at=begin, traits=said, **own)


class ImaginedLife:
    """A customer under a virtual clock: the scenario's own, or somebody who is known, as they stand now."""

    def __init__(
        self,
        scenario: Scenario,
        program: Program,
        calendar: Calendar,
        *,
        wording: Wording | None = None,
        seat: Seat | None = None,
    ) -> None:
        begin = calendar.instant(scenario.at)
        self.record = Record()
        self._scenario = scenario
        self._calendar = calendar
        self._wording = wording
        observed = [self.record.footprints.observed(journey) for journey in program.journeys.values()]
        self._program = program.with_journeys(observed)
        self._seat = seat or Seat(Customer(Facts(person(scenario.profile, begin)), Memory(begin)))
        self._last_seq = max((event.seq for event in self._seat.events), default=self._seat.seen)
        customer = self._seat.customer
        self._planned: dict[int, Outgoing] = dict(customer.outbox)
        self._delays: dict[int, Delay] = {}
        self._drops: dict[int, str] = {}
        self._last_of_step: dict[str, Delivery] = {}
        self._fates = dict(scenario.fates)

    def live(self) -> Record:
        """Let everything happen, up to the scenario's end."""
        instant = self._calendar.instant
        happenings = sorted(self._scenario.happenings, key=lambda happening: instant(happening.when))
        last = instant(self._scenario.at)
        self._play(last - _TICK)
        for happening in happenings:
            last = instant(happening.when)
            # Up to just before it: an event that tells of a message must know which one had left by then.
            self._go_on(last - _TICK)
            self._happen(happening, last)
        until = self._scenario.until
        self._go_on(last + LONGEST if until is None else instant(until))
        return self.record

    # Events.

    def _happen(self, happening: Happening, at: datetime) -> None:
        self._last_seq += 1
        properties = self._properties(happening, at)
        name = f"{self._last_seq}"
        event = Event(name, "track", happening.name, at, properties, "scenario", self._last_seq)
        self._seat.events.append(event)
        self.record.events.append(event)
        self.record.seen.append(Seen(at, happening.name))

    def _properties(self, happening: Happening, at: datetime) -> dict[str, Any]:
        if not happening.of:
            return dict(happening.properties)
        delivery = self._last_of_step.get(happening.of)
        if delivery is None:
            message = (
                f'{happening.name} of "{happening.of}": that step had sent nothing yet; move it behind the message'
            )
            place = f"{self._scenario.file}:{self._scenario.line}"
            self.record.problems.append(f"{place}: {self._calendar.line(at, message)}")
            return dict(happening.properties)
        about = {"delivery": str(delivery.id), "journey": delivery.journey, "step": delivery.step}
        return {**about, "channel": delivery.channel, **happening.properties}

    # Time.

    def _go_on(self, until: datetime) -> None:
        """Go from instant to instant, so that what is seen there is seen as it was."""
        while True:
            at = self._next_instant()
            self._play(until if at is None else min(at, until))
            if at is None or at > until:
                return

    def _next_instant(self) -> datetime | None:
        seat, clock = self._seat, self._seat.customer.memory.clock
        waiting = [seat.next_due(self._program), seat.events[0].at if seat.events else None]
        return max(clock, min(found)) if (found := [at for at in waiting if at is not None]) else None

    def _play(self, until: datetime) -> None:
        customer, program = self._seat.customer, self._program
        while True:
            play(self._seat, {customer.id: self._seat}, until, program, by_delivery=True, take_over=_nobody)
            self._look()
            due = customer.next_delivery(program.running)
            if due is None or due.due_at > until:
                return
            entry = judge_next(customer, max(due.due_at, customer.memory.clock), program)
            self._look()
            if entry is not None:
                self._hand_over(entry)
                self._look()

    def _hand_over(self, entry: Outgoing) -> None:
        clock = self._seat.customer.memory.clock
        left = entry.judged or entry.delivery
        fate = self._fates.get(left.step, _SENT)
        try:
            self._word(entry, left, clock)
        except TemplateError as error:
            fate = _UNSAYABLE
            self.record.unsayable[left.id] = error.detail
        self._see_handed_over(entry, left, fate, clock)
        settle(self._seat.customer, entry, fate.fate, fate.reason, clock, self._program)

    def _word(self, entry: Outgoing, left: Delivery, at: datetime) -> None:
        journey = self._program.journeys.get(left.journey)
        if self._wording is None or journey is None or left.step not in journey.steps:
            return
        profile = self._seat.customer.facts.profile
        self.record.said[left.id] = self._wording.of(journey.steps[left.step].spec, left, profile, entry.entry, at)

    # Noting what happened.

    def _look(self) -> None:
        """Note what changed since the last look."""
        changes = self._seat.customer.take_changes()
        self._planned.update((entry.delivery.id, entry) for entry in changes.planned)
        self.record.entered += [snapshot.journey for snapshot in changes.entered]
        self.record.footprints.follow(changes.trace, self._program.journeys)
        for judged in changes.judged:
            self._see_judged(judged)
        self._see_cancelled(changes)
        self.record.trace += changes.trace
        self.record.settled += [entry for entry in changes.touched.values() if entry.settled_at is not None]
        for trace in changes.trace:
            self.record.seen += self._traced(trace)

    def _traced(self, trace: Trace) -> Iterator[Seen]:
        if trace.what.startswith("waits"):
            yield self._wait(trace)
        elif trace.what == "set":
            yield from self._attributes(trace)
        elif trace.what in _SHOWN_TRACE:
            # A key or an arm is for readers; only an exit's reason is one.
            reason, note = (trace.why, "") if trace.what == "exited" else ("", trace.why)
            step = "" if trace.what == "entered" else trace.step
            yield Seen(trace.at, trace.what, trace.journey, step, reason, note=note)

    def _wait(self, trace: Trace) -> Seen:
        """See a wait with its end, which the trace says last."""
        last_word = trace.why.rpartition(" ")[2]
        try:
            until = datetime.fromisoformat(last_word)
        except ValueError:
            return Seen(trace.at, "waits", trace.journey, trace.step, note=trace.why)
        what = trace.why.removesuffix(last_word).removesuffix("until ").strip()
        note = f"{f'for {what} ' if what else ''}until {self._calendar.clock(until)}"
        return Seen(trace.at, "waits", trace.journey, trace.step, until=until, note=note)

    def _attributes(self, trace: Trace) -> Iterator[Seen]:
        """See what a step set, as it stands at the end of that instant."""
        spec = self._program.journeys[trace.journey].steps[trace.step].spec
        traits = self._seat.customer.facts.profile.traits
        for name in spec.set if isinstance(spec, SetStep) else ():
            if name in traits:
                yield Seen(trace.at, "set", trace.journey, trace.step, attribute=name, value=traits[name])

    def _see_judged(self, judged: Judged) -> None:
        entry = self._planned.get(judged.delivery_id)
        if entry is None:
            return
        self.record.judged.append((judged, entry))
        if judged.kind != "claim":
            return
        match judged.judgement.verdict:
            case Suppress(reason=reason):
                self.record.seen.append(_about(entry, judged.at, "suppressed", reason=reason))
            case Delay() as delay if not _is_same(delay, self._delays.get(judged.delivery_id)):
                self._delays[judged.delivery_id] = delay
                note = f"until {self._calendar.clock(delay.until)}{' or a fact changes' if delay.on_change else ''}"
                seen = _about(entry, judged.at, "delayed", reason=delay.reason, until=delay.until, note=note)
                self.record.seen.append(seen)
            case DropItems(reason=reason):
                self._drops[judged.delivery_id] = reason

    def _see_cancelled(self, changes: Changes) -> None:
        for entry in changes.touched.values():
            if entry.state == "cancelled" and entry.settled_at is not None:
                self.record.seen.append(_about(entry, entry.settled_at, "cancelled", reason=entry.reason))

    def _see_handed_over(self, entry: Outgoing, left: Delivery, fate: PlayedFate, at: datetime) -> None:
        kept = tuple(item.product_id for item in left.items)
        dropped = [item.product_id for item in entry.delivery.items if item not in left.items]
        said = self.record.said.get(left.id, Said())
        without = f"without {', '.join(dropped)}, {self._drops.get(left.id, '')}" if dropped else ""
        seen = _about(
            entry,
            at,
            "left" if entry.parameters.get("operation") == "remove" else fate.fate.value,
            items=kept,
            reason=fate.reason,
            subject=said.subject,
            task=said.task,
            note_text=said.note,
            note=self.record.unsayable.get(left.id) or without,
            also="crm" if left.reach is Reach.CRM and fate.fate is Fate.SENT else "",
        )
        self.record.seen.append(seen)
        if fate.fate is Fate.SENT:
            self._last_of_step[left.step] = left


def _nobody(absorbed: Customer, survivor: int, moved: list[int]) -> None:
    """A scenario has one customer, so none ever joins another."""
    raise AssertionError(f"profile {absorbed.id} joined {survivor} with {len(moved)} events")


def _about(entry: Outgoing, at: datetime, what: str, **rest: Any) -> Seen:
    delivery = entry.delivery
    return Seen(
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
