"""What does a source meet outside? A web that remembers every request, and whose answers a test decides."""

import asyncio
import json
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from orchestrator.sources.web import Request, Response, Unreachable

Answer = Response | Unreachable


def answered(body: object, status: int = 200, **headers: str) -> Response:
    """Answer with JSON."""
    return Response(
        status, {name.replace("_", "-"): value for name, value in headers.items()}, json.dumps(body).encode()
    )


@dataclass(slots=True)
class FakeWeb:
    """Gives `answers` in turn, and the last of them for ever; or what `answer_for` says of a request.

    With a `gate` a call waits until it opens: a source that is slow.
    """

    answers: deque[Answer] = field(default_factory=deque)
    answer_for: Callable[[Request], Answer] | None = None
    gate: asyncio.Event | None = None
    asked: list[Request] = field(default_factory=list)

    @classmethod
    def saying(cls, *answers: Answer) -> "FakeWeb":
        """Make one that gives these answers."""
        return cls(deque(answers))

    async def call(self, request: Request, now: datetime) -> Answer:
        """Remember the request and give the next answer."""
        self.asked.append(request)
        if self.gate is not None:
            await self.gate.wait()
        if self.answer_for is not None:
            return self.answer_for(request)
        return self.answers.popleft() if len(self.answers) > 1 else self.answers[0]
