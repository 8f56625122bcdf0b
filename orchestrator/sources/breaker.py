"""Does a source that is ill, or has been asked enough, get one more call?

Every source has a circuit (`orchestrator.sources.circuit`), a rate (`orchestrator.sources.rate`) and the wish of its
last Retry-After. A call that any of them is against is not made: `Unreachable("circuit_open")` or `"rate_limited"`,
at once. Only what is never answered or answered with 429 or 5xx is a failure; a refusal is an answer.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from actions.http import retry_after
from orchestrator.sources.circuit import Circuit, Patience, Standing, admit, fail, standing, succeed
from orchestrator.sources.rate import Rate, spend
from orchestrator.sources.web import Request, Response, Unreachable, Web

# A vendor that asks for more is asked again after this: a mistaken header should not silence it for days.
LONGEST_WISH = timedelta(hours=1)
# What a source can do about it; a body that is too large or an address that is none come from somewhere else.
_FAILURES = frozenset({"unreachable", "timeout"})


@dataclass(frozen=True, slots=True)
class Limits:
    """How much a source is asked and how long it is borne with."""

    patience: Patience = field(default_factory=Patience)
    rate: Rate = field(default_factory=Rate)


class Guarded:
    """Makes the calls of one source, and leaves it alone when it is better left alone."""

    def __init__(self, web: Web, limits: Limits | None = None) -> None:
        self._web = web
        self._limits = limits or Limits()
        self._circuit = Circuit()
        self._full_at: datetime | None = None
        self._asked_to_wait_until: datetime | None = None

    def standing(self, now: datetime) -> Standing:
        """Name where its circuit stands."""
        return standing(self._circuit, now)

    async def call(self, request: Request, now: datetime) -> Response | Unreachable:
        """Make the call unless something is against it; a pause counts from `now`."""
        refusal = self._enter(now)
        if refusal is not None:
            return refusal
        turn = self._circuit.turn
        # What is broken off, by a timeout around all of this or by a fault, was not answered either.
        answer: Response | Unreachable = Unreachable("timeout")
        try:
            answer = await self._web.call(request, now)
        finally:
            self._learn(answer, turn, now)
        return answer

    def _enter(self, now: datetime) -> Unreachable | None:
        """Pass all that may be against a call; one that is refused uses up nothing."""
        if self._asked_to_wait_until is not None and now < self._asked_to_wait_until:
            return Unreachable("rate_limited")
        circuit = admit(self._circuit, now)
        if circuit is None:
            return Unreachable("circuit_open")
        full_at = spend(self._full_at, self._limits.rate, now)
        if full_at is None:
            return Unreachable("rate_limited")
        self._circuit, self._full_at = circuit, full_at
        return None

    def _learn(self, answer: Response | Unreachable, turn: int, now: datetime) -> None:
        if _is_failure(answer):
            self._circuit = fail(self._circuit, turn, self._limits.patience, now)
        else:
            self._circuit = succeed(self._circuit, turn)
        if isinstance(answer, Response) and answer.status in (429, 503):
            wish = retry_after(answer.headers.get("retry-after", ""), now)
            self._wait(now + min(wish or timedelta(0), LONGEST_WISH))

    def _wait(self, until: datetime) -> None:
        self._asked_to_wait_until = max(until, self._asked_to_wait_until or until)


def _is_failure(answer: Response | Unreachable) -> bool:
    if isinstance(answer, Unreachable):
        return answer.reason in _FAILURES
    return answer.status == 429 or answer.status >= 500
