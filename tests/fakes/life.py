"""What comes of a journey for one person who lives through it? Told in words, by the day."""

from collections import deque
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from journeys.decision import Fate
from journeys.vocabulary import Event, Facts, Profile
from orchestrator.advance import advance
from orchestrator.customer import Customer, Memory
from orchestrator.program import Program
from orchestrator.sending import judge_next, settle

T0 = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
END = T0 + timedelta(days=30)
HAPPENED: Mapping[str, tuple[timedelta, Mapping[str, Any]]] = {
    "Begun": (timedelta(0), {"value": 20}),
    "Clicked": (timedelta(days=1), {"value": 20}),
}


def outcome(
    program: Program,
    happened: Mapping[str, tuple[timedelta, Mapping[str, Any]]] = HAPPENED,
    *,
    fates: Mapping[str, Fate] | None = None,
    end: datetime = END,
    **profile: Any,
) -> tuple[str, ...]:
    """Let somebody live through the journeys of a program in which they click after a day; say what came of it."""
    person = Profile(1, T0, **{"email": "ann@example.com", "consent": {"marketing": True}, **profile})
    customer = Customer(Facts(person), Memory(T0))
    events = deque(
        Event(name, "track", name.split("#")[0], T0 + after, properties, seq=place)
        for place, (name, (after, properties)) in enumerate(happened.items(), start=1)
    )
    seen: list[str] = []
    while True:
        advance(customer, events, end, program, by_delivery=True)
        due = customer.next_delivery()
        if due is None or due.due_at > end:
            break
        entry = judge_next(customer, max(due.due_at, customer.memory.clock), program)
        if entry is not None:
            words = (entry.delivery.channel, entry.delivery.step, *_changes(entry.parameters))
            seen.append(f"{_since(customer.memory.clock)} {' '.join(words)}")
            fate = (fates or {}).get(entry.delivery.step, Fate.SENT)
            settle(customer, entry, fate, "", customer.memory.clock, program)
    moved = customer.take_changes().moved.values()
    seen += [f"{_since(each.ended_at)} exited {each.reason}" for each in moved if each.ended_at is not None]
    seen += [f"{_since(each.goal_at)} goal" for each in moved if each.goal_at is not None]
    return (*seen, *(f"{name} {value}" for name, value in customer.facts.profile.traits.items() if name != "birthday"))


def _since(at: datetime) -> str:
    """Say how long after the beginning, in days, and in hours where those are not whole."""
    days, rest = divmod(at - T0, timedelta(days=1))
    hours = f"{rest / timedelta(hours=1):g}h" if rest else ""
    return f"+{days}d{hours}"


def _changes(parameters: Mapping[str, Any]) -> tuple[str, ...]:
    if "audience" in parameters:
        return (parameters["operation"], parameters["audience"])
    return tuple(f"{name}={value}" for name, value in parameters.items())
