"""What do the calls that an adapter gives become: events, and facts?"""

import json
from collections.abc import Iterable
from datetime import UTC, datetime

from journeys.vocabulary import Event, Facts, Profile
from orchestrator.facts import apply
from orchestrator.sources.base import Accepted
from orchestrator.sources.calls import Call
from orchestrator.sources.refusal import Refused
from orchestrator.sources.segment import SegmentSource


def to_events(calls: Iterable[Call], received_at: datetime) -> list[Event]:
    """Read the calls as everything that comes in is read; none may be refused."""
    return [accepted.event for accepted in read(calls, received_at)]


def read(calls: Iterable[Call], received_at: datetime) -> list[Accepted]:
    """Read the calls, with identifiers and dedup keys."""
    accepted = []
    for call in calls:
        reading = SegmentSource("LV").read(json.dumps(dict(call)).encode(), received_at, "hook:1")
        assert isinstance(reading, Accepted), reading
        accepted.append(reading)
    return accepted


def are_readable(calls: Iterable[Call], received_at: datetime) -> bool:
    """Say whether each call is JSON that can be taken or refused, whatever is in it."""
    lines = [json.dumps(dict(call), allow_nan=False).encode() for call in calls]
    readings = [SegmentSource("LV").read(line, received_at, "hook:1") for line in lines]
    return all(isinstance(reading, Accepted | Refused) for reading in readings)


def to_facts(calls: Iterable[Call], received_at: datetime) -> Facts:
    """Take the calls into account, one after the other, for one customer."""
    facts = Facts(Profile(1, datetime(2026, 1, 1, tzinfo=UTC)))
    for event in to_events(calls, received_at):
        apply(facts, event, received_at)
    return facts
