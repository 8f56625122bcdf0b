"""What happens to one call of a vendor, from its bytes to the inbox?

Its adapter checks and reads it, the one reader of the Segment spec turns what it says into events, and these are
committed. Only then is the call answered: what was acknowledged is never lost. Nothing of a call is ever logged.
"""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

import msgspec

from orchestrator.group_commit import Committed, GroupCommit, Overloaded
from orchestrator.rejected import RejectedEvents, Rejection
from orchestrator.sources.base import Accepted, Source
from orchestrator.sources.hooks import Denied, Hook, HookRequest, Received
from orchestrator.store.append import Appended
from orchestrator.store.arrivals import Arrival, NotAppended

# Vendors hang up after five seconds or more; an answer that nobody hears any more is no answer.
PATIENCE_SECONDS = 4.0
_LOG = logging.getLogger("tactful.hooks")


@dataclass(frozen=True, slots=True)
class Taken:
    """A call whose events are on disk."""

    accepted: int
    duplicate: int
    rejected: int


@dataclass(frozen=True, slots=True)
class NotTaken:
    """A call that could not be kept now; its sender should come again."""

    message: str


@dataclass(frozen=True, slots=True)
class Broken:
    """A call that its adapter failed on."""

    message: str


Answer: TypeAlias = Taken | Denied | NotTaken | Broken


@dataclass(frozen=True, slots=True)
class Desk:
    """One source that is called: its adapter, and the reader that gives its events the source's own name."""

    hook: Hook
    reader: Source


@dataclass(frozen=True, slots=True)
class Reception:
    """Takes the calls of all the workspace's hooks."""

    desks: Mapping[str, Desk]
    commits: GroupCommit
    rejected: RejectedEvents

    async def take(self, source: str, request: HookRequest, now: datetime) -> Answer:
        """Take one call of a source at one of the desks; the answer comes after the commit."""
        desk = self.desks[source]
        lines = _understood(source, desk.hook, request, now)
        if not isinstance(lines, list):
            return lines
        accepted, rejections = _read(source, desk.reader, lines, now)
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                return await self._keep(source, accepted, rejections, now)
        except TimeoutError:
            return _not_taken(source, "a database that is busy", "timeout")

    async def _keep(
        self, source: str, accepted: tuple[Accepted, ...], rejections: Sequence[Rejection], now: datetime
    ) -> Taken | NotTaken:
        committed: Committed = Appended(0, 0)
        # A call of nothing but refused events is no sign that the source still tells us what it should.
        if accepted or not rejections:
            committed = await self.commits.append(Arrival(source, accepted, now))
        match committed:
            case Overloaded():
                return _not_taken(source, "too many that wait already", "overloaded")
            case NotAppended(error):
                return _not_taken(source, "a database that cannot write", type(error).__name__)
        if rejections:
            try:
                await asyncio.to_thread(self.rejected.keep, source, rejections, now)
            except OSError as error:
                return _not_taken(source, "a folder rejected/ that cannot be written", type(error).__name__)
        return Taken(committed.accepted, committed.duplicate, len(rejections))


def _understood(source: str, hook: Hook, request: HookRequest, now: datetime) -> list[bytes] | Taken | Denied | Broken:
    """Let the adapter check and read a call; what it says comes back as lines of the Segment spec."""
    try:
        received = hook.receive(request, now)
        if isinstance(received, Received):
            # Anybody can send what is not signed: it must not keep alive a source that has fallen silent.
            if not received.is_signed:
                return Taken(0, 0, 0)
            return [msgspec.json.encode(dict(call)) for call in received.calls]
    except Exception as error:  # whatever an adapter does with a payload it did not expect
        _LOG.error("event=hook.broken source=%s error=%s", source, type(error).__name__)
        return Broken(
            f"/hooks/{source}: expected a payload the adapter can read, got one it failed on "
            f"({type(error).__name__}); update tactful or the package that brings the adapter"
        )
    _LOG.warning("event=hook.denied source=%s reason=%s", source, received.why)
    return received


def _read(
    source: str, reader: Source, lines: Sequence[bytes], now: datetime
) -> tuple[tuple[Accepted, ...], list[Rejection]]:
    accepted: list[Accepted] = []
    rejections: list[Rejection] = []
    for number, line in enumerate(lines, 1):
        reading = reader.read(line, now, f"hooks/{source}:{number}")
        if isinstance(reading, Accepted):
            accepted.append(reading)
        else:
            rejections.append(Rejection(line, reading))
            _LOG.warning("event=hook.event_rejected source=%s reason=%s", source, reading.reason)
    return tuple(accepted), rejections


def _not_taken(source: str, got: str, reason: str) -> NotTaken:
    # An error is named by its kind only: its text may hold what the statement was about, which is customers' data.
    _LOG.error("event=hook.not_taken source=%s reason=%s", source, reason)
    return NotTaken(f"/hooks/{source}: expected to keep this call, got {got}; send it again")
