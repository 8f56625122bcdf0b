"""How are many customers' questions asked with few calls?

The questions of a batch of customers are gathered by source, each equal one once, and asked in chunks, all sources at
the same time. Whatever a source does, every question has an answer: of one that takes too long, breaks or forgets a
question, it is `NoAnswer` with `<source>.timeout`, `<source>.raised.<Class>` or `<source>.no_answer`.
"""

import asyncio
from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, TypeAlias, TypeVar

from orchestrator.sources.asked import Answer, NoAnswer, Question, Told

MOST_QUESTIONS = 50
# So many chunks of one source are under way at once; the others wait, within the same time.
MOST_CHUNKS = 4
SECONDS = 5.0

Wanted: TypeAlias = Sequence[tuple[str, Question]]
_Customer = TypeVar("_Customer", bound=Hashable)
_Answers: TypeAlias = Mapping[Question, Answer]


class Source(Protocol):
    """What is asked: `orchestrator.sources.asked.Asked`, already built."""

    async def ask(self, questions: Sequence[Question], now: datetime) -> _Answers: ...


class Asker:
    """Asks the sources of a workspace, by the names they have there; `seconds` is how long each may take."""

    def __init__(self, sources: Mapping[str, Source], seconds: Mapping[str, float] | None = None) -> None:
        self._sources = sources
        self._seconds = seconds or {}

    async def ask(
        self, wanted: Mapping[_Customer, Wanted], now: datetime
    ) -> dict[_Customer, dict[str, tuple[Answer, ...]]]:
        """Ask everything that these customers want; answers stand in the order of their questions. Never raises."""
        questions = _by_source(wanted)
        told = await asyncio.gather(*(self._ask_source(name, asked, now) for name, asked in questions.items()))
        answers = dict(zip(questions, told, strict=True))
        return {customer: _answers_to(asked, answers) for customer, asked in wanted.items()}

    async def _ask_source(self, name: str, questions: Sequence[Question], now: datetime) -> _Answers:
        source = self._sources.get(name)
        if source is None:
            return dict.fromkeys(questions, NoAnswer(f"{name}.not_configured"))
        deadline = asyncio.get_running_loop().time() + self._seconds.get(name, SECONDS)
        talk = _Talk(name, source, asyncio.Semaphore(MOST_CHUNKS), deadline, now)
        told = await asyncio.gather(*(talk.ask(chunk) for chunk in _chunks(questions)))
        return {question: answer for answers in told for question, answer in answers.items()}


@dataclass(frozen=True, slots=True)
class _Talk:
    """All that one source is asked for one batch."""

    name: str
    source: Source
    turns: asyncio.Semaphore
    deadline: float
    now: datetime

    async def ask(self, questions: Sequence[Question]) -> _Answers:
        """Ask one chunk. What other chunks were told stays told, however this one ends."""
        try:
            async with asyncio.timeout_at(self.deadline), self.turns:
                told = await self.source.ask(questions, self.now)
            return {question: self._checked(told.get(question)) for question in questions}
        except TimeoutError:
            return dict.fromkeys(questions, NoAnswer(f"{self.name}.timeout"))
        except Exception as error:  # whatever a plugin does
            return dict.fromkeys(questions, NoAnswer(f"{self.name}.raised.{type(error).__name__}"))

    def _checked(self, answer: object) -> Answer:
        return answer if isinstance(answer, Told | NoAnswer) else NoAnswer(f"{self.name}.no_answer")


def _by_source(wanted: Mapping[_Customer, Wanted]) -> dict[str, list[Question]]:
    """Gather the questions by source, in the order they first come up and each once."""
    gathered: dict[str, dict[Question, None]] = {}
    for asked in wanted.values():
        for name, question in asked:
            gathered.setdefault(name, {})[question] = None
    return {name: list(questions) for name, questions in gathered.items()}


def _chunks(questions: Sequence[Question]) -> Iterator[Sequence[Question]]:
    for start in range(0, len(questions), MOST_QUESTIONS):
        yield questions[start : start + MOST_QUESTIONS]


def _answers_to(asked: Wanted, answers: Mapping[str, _Answers]) -> dict[str, tuple[Answer, ...]]:
    found: dict[str, list[Answer]] = {}
    for name, question in asked:
        found.setdefault(name, []).append(answers[name][question])
    return {name: tuple(told) for name, told in found.items()}
