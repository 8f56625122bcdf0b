"""Who would have got what instead, under another version of the journeys?

Both versions let the same people live through the same events. A message is the same in both when the same step of
the same journey said it at the same time; it moved when that step said it at another time, because of the same event
or, for a schedule, in the same order. What is left is said by one version only.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from journeys.vocabulary import Reach
from orchestrator.lives import Life, Span

Step = tuple[str, str]


class Message(NamedTuple):
    """One message that was sent; `because_of` is the place in the log of the event that began its enrollment."""

    journey: str
    step: str
    at: datetime
    because_of: int
    channel: str
    goods: int


class Pair(NamedTuple):
    """What one version said, and what the other said instead; None where it said nothing."""

    this: Message | None
    against: Message | None


@dataclass(slots=True)
class StepDifference:
    """How the messages of one step differ, and for how many people."""

    same: int = 0
    moved: int = 0
    only_this: int = 0
    only_against: int = 0
    people: int = 0

    def add(self, other: "StepDifference") -> None:
        """Count the other's people as well."""
        self.same += other.same
        self.moved += other.moved
        self.only_this += other.only_this
        self.only_against += other.only_against
        self.people += other.people

    def count(self, pair: Pair) -> None:
        """Count one pair that differs."""
        if pair.against is None:
            self.only_this += 1
        elif pair.this is None:
            self.only_against += 1
        else:
            self.moved += 1


@dataclass(frozen=True, slots=True)
class Example:
    """One person and the messages that differ, in order of time."""

    profile: str
    pairs: tuple[Pair, ...]


@dataclass(slots=True)
class Differences:
    """How two versions differ: people by what became of their messages, messages by step, and the first few people.

    `people` has `same`, `changed`, `only_this` and `only_against`; the last two get messages of one version only.
    `in_journey` counts the people who get messages of a journey in one of the versions only, by journey and version.
    """

    people: Counter[str] = field(default_factory=Counter)
    in_journey: Counter[tuple[str, str]] = field(default_factory=Counter)
    steps: dict[Step, StepDifference] = field(default_factory=dict)
    examples: list[Example] = field(default_factory=list)

    def add(self, other: "Differences", examples: int) -> None:
        """Count the other's people as well, and keep so many examples at most."""
        self.people.update(other.people)
        self.in_journey.update(other.in_journey)
        for step, difference in other.steps.items():
            self.steps.setdefault(step, StepDifference()).add(difference)
        self.examples = [*self.examples, *other.examples][:examples]

    def compare(self, person: str, this: Sequence[Message], against: Sequence[Message], examples: int) -> None:
        """Count what differs for one person."""
        if not this and not against:
            return
        same, pairs = _paired(this, against)
        for message in same:
            self._step(message).same += 1
        for pair in pairs:
            self._step(_of(pair)).count(pair)
        for step in {_step_of(_of(pair)) for pair in pairs}:
            self.steps[step].people += 1
        self._count_journeys({message.journey for message in this}, {message.journey for message in against})
        self.people[_kind(this, against, pairs)] += 1
        if pairs and len(self.examples) < examples:
            self.examples.append(Example(person, tuple(pairs)))

    def _count_journeys(self, this: set[str], against: set[str]) -> None:
        self.in_journey.update((journey, "only_this") for journey in this - against)
        self.in_journey.update((journey, "only_against") for journey in against - this)

    def _step(self, message: Message) -> StepDifference:
        return self.steps.setdefault(_step_of(message), StepDifference())


def messages_of(life: Life, span: Span) -> list[Message]:
    """List the messages that one family was sent within the span, in the order of sending."""
    return [
        Message(delivery.journey, delivery.step, at, entry.entry_seq, delivery.channel, len(delivery.items))
        for entry in life.sent
        if (at := entry.settled_at) is not None
        and span.holds(at)
        and entry.state == "sent"
        and (delivery := entry.judged or entry.delivery).reach is Reach.MESSAGE
    ]


def _paired(this: Sequence[Message], against: Sequence[Message]) -> tuple[list[Message], list[Pair]]:
    """Give the messages that are the same, and the others paired up in order of time."""
    rest = Counter(map(_moment_of, against))
    same, mine = [], []
    for message in this:
        moment = _moment_of(message)
        if rest[moment]:
            rest[moment] -= 1
            same.append(message)
        else:
            mine.append(message)
    theirs = []
    for message in reversed(against):
        moment = _moment_of(message)
        if rest[moment]:
            rest[moment] -= 1
            theirs.append(message)
    pairs = sorted(_moved(mine, theirs[::-1]), key=lambda pair: (_of(pair).at, _step_of(_of(pair))))
    return same, pairs


def _moved(mine: Sequence[Message], theirs: Sequence[Message]) -> Iterator[Pair]:
    waiting: dict[tuple[str, str, int], list[Message]] = defaultdict(list)
    for message in theirs:
        waiting[_cause_of(message)].append(message)
    for message in mine:
        others = waiting[_cause_of(message)]
        yield Pair(message, others.pop(0) if others else None)
    for left in waiting.values():
        for message in left:
            yield Pair(None, message)


def _kind(this: Sequence[Message], against: Sequence[Message], pairs: Sequence[Pair]) -> str:
    if not pairs:
        return "same"
    if not against:
        return "only_this"
    return "changed" if this else "only_against"


def _of(pair: Pair) -> Message:
    message = pair.this or pair.against
    assert message is not None  # A pair has at least one side.
    return message


def _step_of(message: Message) -> Step:
    return message.journey, message.step


def _moment_of(message: Message) -> tuple[str, str, datetime]:
    return message.journey, message.step, message.at


def _cause_of(message: Message) -> tuple[str, str, int]:
    return message.journey, message.step, message.because_of
