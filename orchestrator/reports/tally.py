"""How often did the journeys of a backtest do what?

`count_life` adds what one family did. Every count is of what happened within the span.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from journeys.vocabulary import Delivery
from operational_guards.frequency_cap import FrequencyCap
from operational_guards.verdict import Allow, Delay
from orchestrator.customer import Judged
from orchestrator.lives import Life, Span

IsMistimed = Callable[[Delivery, datetime], str]

# How long messages waited that were delayed and then sent, by the longest wait of each class.
DELAY_CLASSES = (
    ("up to 1 h", timedelta(hours=1)),
    ("1 to 6 h", timedelta(hours=6)),
    ("6 to 24 h", timedelta(days=1)),
    ("1 to 3 days", timedelta(days=3)),
    ("3 to 7 days", timedelta(days=7)),
    ("7 to 14 days", timedelta(days=14)),
    ("more than 14 days", timedelta.max),
)


@dataclass(slots=True)
class JourneyCount:
    """What one journey did."""

    entered: int = 0
    sent: int = 0
    delayed: int = 0
    dropped_items: int = 0
    goals: int = 0
    suppressed: Counter[str] = field(default_factory=Counter)
    exited: Counter[str] = field(default_factory=Counter)

    def add(self, other: "JourneyCount") -> None:
        """Count the other's work as well."""
        self.entered += other.entered
        self.sent += other.sent
        self.delayed += other.delayed
        self.dropped_items += other.dropped_items
        self.goals += other.goals
        self.suppressed.update(other.suppressed)
        self.exited.update(other.exited)


@dataclass(slots=True)
class Tally:
    """The counts of many customers under one version of the journeys.

    `mistimed` and `unguarded` count mis-timed messages by why, with guards and without. `sent_on` counts by day (on the
    shop's calendar) and journey, `delays` by class of length, `capped` the deliveries that a frequency cap held back
    by reason.
    """

    journeys: dict[str, JourneyCount] = field(default_factory=dict)
    mistimed: Counter[str] = field(default_factory=Counter)
    unguarded: Counter[str] = field(default_factory=Counter)
    unguarded_sent: int = 0
    marketing_sent: int = 0
    judgements: int = 0
    sent_on: Counter[tuple[date, str]] = field(default_factory=Counter)
    delays: Counter[str] = field(default_factory=Counter)
    capped: Counter[str] = field(default_factory=Counter)

    def add(self, other: "Tally") -> None:
        """Count the other's customers as well."""
        for name, count in other.journeys.items():
            self.journeys.setdefault(name, JourneyCount()).add(count)
        self.unguarded_sent += other.unguarded_sent
        self.marketing_sent += other.marketing_sent
        self.judgements += other.judgements
        self.mistimed.update(other.mistimed)
        self.unguarded.update(other.unguarded)
        self.sent_on.update(other.sent_on)
        self.delays.update(other.delays)
        self.capped.update(other.capped)

    def of(self, journey: str) -> JourneyCount:
        """Give the counts of one journey."""
        return self.journeys.setdefault(journey, JourneyCount())


def count_life(tally: Tally, life: Life, span: Span, zone: ZoneInfo, is_mistimed: IsMistimed) -> None:
    """Count what one family did with its guards; `zone` says where a day of the shop begins."""
    _count_enrollments(tally, life, span)
    _count_deliveries(tally, life, span, zone)
    tally.capped.update(reason for _, reason in {*_capped(life.judged, span)})
    for at, delivery in life.messages(span):
        tally.marketing_sent += 1
        if why := is_mistimed(delivery, at):
            tally.mistimed[why] += 1


def count_unguarded(tally: Tally, life: Life, span: Span, is_mistimed: IsMistimed) -> None:
    """Count what one family was sent without guards."""
    for at, delivery in life.messages(span):
        tally.unguarded_sent += 1
        if why := is_mistimed(delivery, at):
            tally.unguarded[why] += 1


def _count_enrollments(tally: Tally, life: Life, span: Span) -> None:
    for snapshot in life.entered:
        if span.holds(snapshot.entered_at):
            tally.of(snapshot.journey).entered += 1
    for snapshot in life.moved.values():
        count = tally.of(snapshot.journey)
        if snapshot.ended_at is not None and span.holds(snapshot.ended_at):
            count.exited[snapshot.reason] += 1
        if snapshot.goal_at is not None and span.holds(snapshot.goal_at):
            count.goals += 1


def _count_deliveries(tally: Tally, life: Life, span: Span, zone: ZoneInfo) -> None:
    tally.judgements += len(life.judged)
    delayed = {
        judged.delivery_id
        for judged in life.judged
        # What was only foretold delayed nothing; a forecast is made where the ledger is asked for, and not elsewhere.
        if judged.kind == "claim" and isinstance(judged.judgement.verdict, Delay) and span.holds(judged.at)
    }
    for entry in life.outgoing.values():
        delivery, at = entry.delivery, entry.settled_at
        count = tally.of(delivery.journey)
        if delivery.id in delayed:
            count.delayed += 1
        if at is None or not span.holds(at):
            continue
        if entry.state == "sent":
            count.sent += 1
            tally.sent_on[(at.astimezone(zone).date(), delivery.journey)] += 1
            if delivery.id in delayed:
                tally.delays[_length_of(at - delivery.planned_at)] += 1
            if entry.judged is not None:
                count.dropped_items += len(delivery.items) - len(entry.judged.items)
        elif entry.state == "suppressed":
            count.suppressed[entry.reason] += 1


def _length_of(delay: timedelta) -> str:
    return next(name for name, longest in DELAY_CLASSES if delay <= longest)


def _capped(judgements: list[Judged], span: Span) -> Iterator[tuple[int, str]]:
    """Name the deliveries that a frequency cap held back, however often, and each reason it gave."""
    for judged in judgements:
        if judged.kind != "claim" or isinstance(judged.judgement.verdict, Allow) or not span.holds(judged.at):
            continue
        for answer in judged.judgement.answers:
            verdict = answer.verdict
            if answer.guard == FrequencyCap.name and not answer.unheeded and not isinstance(verdict, Allow):
                yield judged.delivery_id, verdict.reason
