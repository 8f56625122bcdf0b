"""How far can the facts be trusted? What late facts cost, by the source that told them.

A regret is a message that went out and would not have, had a fact been known in time.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from math import ceil


@dataclass(frozen=True, slots=True)
class LateFact:
    """One regret: which message, because of which event in the log, from which source, learned how late."""

    delivery: int
    event_seq: int
    source: str
    delay: timedelta


@dataclass(frozen=True, slots=True)
class SourceDelays:
    """One source: the messages it made us regret, its late facts behind them, and how late these were."""

    source: str
    messages: int
    facts: int
    median: timedelta
    p90: timedelta
    longest: timedelta


def delays_by_source(late: Iterable[LateFact]) -> list[SourceDelays]:
    """Sum up each source, the one with the most regretted messages first; a fact counts once, whatever it spoiled."""
    messages: dict[str, set[int]] = defaultdict(set)
    delays: dict[str, dict[int, timedelta]] = defaultdict(dict)
    for fact in late:
        messages[fact.source].add(fact.delivery)
        delays[fact.source][fact.event_seq] = fact.delay
    found = [_summed_up(source, len(messages[source]), sorted(delays[source].values())) for source in messages]
    return sorted(found, key=lambda each: (-each.messages, each.source))


def _summed_up(source: str, messages: int, delays: list[timedelta]) -> SourceDelays:
    return SourceDelays(source, messages, len(delays), _rank(delays, 0.5), _rank(delays, 0.9), delays[-1])


def _rank(ascending: list[timedelta], share: float) -> timedelta:
    """Give the smallest delay that this share of them does not exceed (the nearest rank)."""
    return ascending[ceil(share * len(ascending)) - 1]
