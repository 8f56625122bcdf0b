"""What does a provider see? One that remembers every call, and an action whose answers a test decides."""

import asyncio
from collections import Counter, deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import ClassVar

from actions.base import Assignment, Outcome, Params, Sent


@dataclass(slots=True)
class Provider:
    """The world outside: it outlives every worker. `asked` are the calls, `taken` those that had an effect."""

    asked: list[str] = field(default_factory=list)
    taken: list[str] = field(default_factory=list)

    @property
    def doubled(self) -> list[str]:
        """List the keys that had an effect more than once."""
        return [key for key, count in Counter(self.taken).items() if count > 1]


class NoParams(Params):
    """The action for tests has nothing to set."""


Answer = Outcome | Exception


class RecordingAction:
    """Hands over to a `Provider`; `answers` are given in turn before it begins to answer Sent.

    An answer that is an exception is raised. `answer_for` may decide by the assignment instead. With a `gate` a call
    waits, after the provider took it, until the gate opens: a provider that is slow to answer.
    """

    name: ClassVar[str] = "recording"
    Params: ClassVar[type[NoParams]] = NoParams
    needs: ClassVar[str] = ""

    def __init__(self, provider: Provider, *, finds: bool = True) -> None:
        self.provider = provider
        self.finds = finds
        self.answers: deque[Answer] = deque()
        self.answer_for: Callable[[Assignment], Answer | None] = lambda assignment: None
        self.gate: asyncio.Event | None = None
        self.assignments: list[Assignment] = []
        self.is_closed = False

    def perform(self, assignment: Assignment) -> Outcome | Awaitable[Outcome]:
        """Record the call and answer as told."""
        self.provider.asked.append(assignment.key)
        self.assignments.append(assignment)
        answer = self.answer_for(assignment)
        if answer is None:
            answer = self.answers.popleft() if self.answers else Sent(f"provider-{assignment.key}")
        if isinstance(answer, Sent):
            self.provider.taken.append(assignment.key)
        if isinstance(answer, Exception):
            raise answer
        return answer if self.gate is None else self._slowly(answer, self.gate)

    def find(self, key: str) -> Sent | None:
        """Ask the provider whether it took this key."""
        return Sent(f"provider-{key}") if key in self.provider.taken else None

    async def close(self) -> None:
        """Let go of the connection to the provider."""
        self.is_closed = True

    async def _slowly(self, answer: Outcome, gate: asyncio.Event) -> Outcome:
        await gate.wait()
        return answer
