"""What did the guards do, and what would they have done?

Counts per guard, journey and week. A delivery counts once per guard, however often it was judged: by the weightiest
answer that guard gave. An objection that was heeded outweighs one that chance let through, that one an exemption, and
that one a guard that only records; among these the strictest verdict counts. Judgements about people who are in an
audience already are counted apart, forecasts not at all.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal
from zoneinfo import ZoneInfo

from operational_guards.verdict import Unheeded
from orchestrator.customer import JudgementKind

Word = Literal["allow", "drop_items", "delay", "suppress"]

OBJECTIONS: tuple[Word, ...] = ("suppress", "delay", "drop_items")
_STRICTNESS: dict[Word, int] = {"allow": 0, "drop_items": 1, "delay": 2, "suppress": 3}
_WEIGHT: dict[Unheeded, int] = {"shadow": 1, "exempt": 2, "holdout": 3, "": 4}


@dataclass(frozen=True, slots=True)
class Said:
    """What one guard answered in one judgement, as the ledger holds it: guards that allow are named only."""

    guard: str
    verdict: Word = "allow"
    unheeded: Unheeded = ""

    @property
    def objects(self) -> bool:
        """Say whether the guard spoke against the delivery."""
        return self.verdict != "allow"

    @property
    def is_heeded(self) -> bool:
        """Say whether the guard spoke against the delivery and that counted."""
        return self.verdict != "allow" and not self.unheeded


@dataclass(frozen=True, slots=True)
class Line:
    """One judgement of the ledger. `customer` is the person in the end, whoever was merged into whom."""

    customer: int
    delivery: int
    journey: str
    at: datetime
    kind: JudgementKind
    edition: int
    said: tuple[Said, ...]


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked: on whose clock weeks are counted, which span counts, and which guard and journey (empty: all)."""

    zone: ZoneInfo
    begin: datetime | None = None
    end: datetime | None = None
    guard: str = ""
    journey: str = ""

    def holds(self, at: datetime) -> bool:
        """Say whether this moment counts."""
        return (self.begin is None or at >= self.begin) and (self.end is None or at <= self.end)

    def asks_about(self, guard: str) -> bool:
        """Say whether this guard counts."""
        return self.guard in ("", guard)

    def of_journey(self, lines: Iterable[Line]) -> list[Line]:
        """Give the lines about the journey that is asked about."""
        return [line for line in lines if self.journey in ("", line.journey)]

    def week(self, at: datetime) -> str:
        """Name the ISO week of a moment: `2026-W10`."""
        year, week, _ = at.astimezone(self.zone).isocalendar()
        return f"{year}-W{week:02}"


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """What is counted together."""

    guard: str
    journey: str
    week: str


@dataclass(slots=True)
class Count:
    """How many deliveries a guard judged, and how many it held or would have held, by its strictest verdict."""

    judged: int = 0
    held: Counter[Word] = field(default_factory=Counter)
    shadow: Counter[Word] = field(default_factory=Counter)
    holdout: int = 0
    exempt: int = 0
    left_audiences: int = 0

    def add(self, said: Said) -> None:
        """Count a delivery by the weightiest answer it got."""
        self.judged += 1
        if not said.objects:
            return
        match said.unheeded:
            case "":
                self.held[said.verdict] += 1
            case "shadow":
                self.shadow[said.verdict] += 1
            case "holdout":
                self.holdout += 1
            case "exempt":
                self.exempt += 1


@dataclass(slots=True)
class GuardReport:
    """The counts so far; customers are added one by one and nothing of them is kept."""

    question: Question
    counts: dict[Place, Count] = field(default_factory=lambda: defaultdict(Count))

    def add(self, lines: Iterable[Line]) -> None:
        """Count one customer's judgements, in the order they were given."""
        by_delivery: dict[int, list[Line]] = defaultdict(list)
        for line in self.question.of_journey(lines):
            if line.kind != "forecast":
                by_delivery[line.delivery].append(line)
        for judged in by_delivery.values():
            self._add_delivery(judged)

    def _add_delivery(self, lines: Sequence[Line]) -> None:
        claims = [line for line in lines if line.kind == "claim"]
        first = (claims or lines)[0]
        if not self.question.holds(first.at):
            return
        week = self.question.week(first.at)
        for said in _weightiest(claims):
            if self.question.asks_about(said.guard):
                self.counts[Place(said.guard, first.journey, week)].add(said)
        for guard in filter(self.question.asks_about, _left_because_of(lines)):
            self.counts[Place(guard, first.journey, week)].left_audiences += 1

    def in_order(self) -> Iterator[tuple[Place, Count]]:
        """Give the counts by guard, journey and week."""
        for place in sorted(self.counts):
            yield place, self.counts[place]


def _weightiest(claims: Iterable[Line]) -> Iterator[Said]:
    """Give for each guard the weightiest of its answers to one delivery."""
    answers: dict[str, Said] = {}
    for line in claims:
        for said in line.said:
            known = answers.get(said.guard)
            if known is None or _weight(said) > _weight(known):
                answers[said.guard] = said
    yield from answers.values()


def _weight(said: Said) -> tuple[int, int]:
    return (_WEIGHT[said.unheeded], _STRICTNESS[said.verdict]) if said.objects else (0, 0)


def _left_because_of(lines: Iterable[Line]) -> set[str]:
    """Name the guards for which the person had to leave the audience."""
    return {said.guard for line in lines if line.kind == "membership" for said in line.said if said.is_heeded}
