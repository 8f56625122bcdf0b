"""Which facts cannot be relied on because their source has gone silent?

A shop that says nothing for days either sells nothing or does not reach us any more: vendors switch a webhook off after
a handful of failures, without a word. Beyond the gap that is usual for a source, what it tells counts as unknown, and
guards decide what that means for a message. Pure: whatever was heard comes in as a value.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeAlias

from journeys.vocabulary import Doubt, FactKind

Doubts: TypeAlias = Mapping[FactKind, tuple[Doubt, ...]]


@dataclass(frozen=True, slots=True)
class Heard:
    """What the store knows of a source: since when it is configured, and when it last said something."""

    since: datetime
    heard_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Terms:
    """What was agreed with a source: what it tells, and how long it may be silent."""

    tells: frozenset[FactKind]
    silent_after: timedelta


@dataclass(frozen=True, slots=True)
class Listening:
    """One source that is listened to. `since` is when it was configured, `heard_at` None when it never spoke."""

    tells: frozenset[FactKind]
    silent_after: timedelta
    since: datetime
    heard_at: datetime | None = None

    def silent_since(self, now: datetime) -> datetime | None:
        """Say since when it has been silent for too long; None while it is heard.

        A source that has just been configured gets its time, even when it spoke under this name long ago.
        """
        last = self.since if self.heard_at is None else max(self.since, self.heard_at)
        return last if now - last > self.silent_after else None


def listening(terms: Mapping[str, Terms], heard: Mapping[str, Heard], now: datetime) -> dict[str, Listening]:
    """Put together what was agreed and what was heard; a source that was never noted counts from now."""
    found = {name: heard.get(name, Heard(now)) for name in terms}
    return {
        name: Listening(own.tells, own.silent_after, found[name].since, found[name].heard_at)
        for name, own in terms.items()
    }


def doubts(sources: Mapping[str, Listening], now: datetime) -> Doubts:
    """Give, for each kind of facts, the sources whose silence makes it doubtful; kinds without doubts are left out."""
    found: dict[FactKind, tuple[Doubt, ...]] = {}
    for name in sorted(sources):
        source = sources[name]
        if source.silent_since(now) is not None:
            doubt = Doubt(name, "silent", source.heard_at)
            for kind in sorted(source.tells):
                found[kind] = (*found.get(kind, ()), doubt)
    return found
