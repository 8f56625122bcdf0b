"""Where does a person stand in a journey: never in it, gone through, or inside and waiting for what?

Pure over values: what the store kept of each time they went through becomes an answer, for programs and for people.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from journeys.compile import Journey
from journeys.spec import WaitForStep
from operational_guards.judge import COMMON_REASONS
from orchestrator.customer import DeliveryState
from orchestrator.program import Program
from orchestrator.rates import NO_ROOM

Fields = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Waiting:
    """The delivery an enrollment is parked at: how it stands, until when it waits, and why."""

    key: int
    state: DeliveryState
    reason: str
    due_at: datetime
    on_change: bool


@dataclass(frozen=True, slots=True)
class Pass:
    """One time through a journey. `due_at` is when its own timer fires; it is live while `ended_at` is None."""

    entered_at: datetime
    step: str
    due_at: datetime | None = None
    ended_at: datetime | None = None
    reason: str = ""
    waiting: Waiting | None = None
    version: str = ""


@dataclass(frozen=True, slots=True)
class Standing:
    """How one person stands in one journey; the passes are in order of entry, `why_not` is said where there are none.

    `set_aside` is the error that keeps the person from being decided on, empty when there is none.
    """

    person: str
    journey: str
    passes: Sequence[Pass]
    why_not: str = ""
    set_aside: str = ""


def fields_of(standing: Standing) -> Fields:
    """Give the answer for programs."""
    return {
        "profile": standing.person,
        "journey": standing.journey,
        "entered": len(standing.passes),
        "why_not": standing.why_not,
        "set_aside": standing.set_aside,
        "passes": [_pass_fields(each) for each in standing.passes],
    }


def _pass_fields(found: Pass) -> Fields:
    waiting = found.waiting
    return {
        "entered": found.entered_at,
        "step": found.step,
        "due": found.due_at,
        "ended": found.ended_at,
        "reason": found.reason,
        "delivery": waiting
        and {
            "key": waiting.key,
            "state": waiting.state,
            "reason": waiting.reason,
            "until": waiting.due_at,
            "on_change": waiting.on_change,
        },
    }


def tell_standing(standing: Standing, program: Program, zone: ZoneInfo) -> Iterator[str]:
    """Give the answer for people, in lines, on this clock."""
    if not standing.passes:
        yield f"{standing.person} never entered {standing.journey}"
        yield from (f"  {reason}" for reason in standing.why_not.split("; "))
        return
    last = standing.passes[-1]
    times = "once," if len(standing.passes) == 1 else f"{len(standing.passes):,} times, last"
    yield f"{standing.person} entered {standing.journey} {times} at {_moment(last.entered_at, zone)}"
    live = [each for each in standing.passes if each.ended_at is None]
    for each in live:
        yield f"  stands at {each.step}{_what_for(each, standing.journey, program, zone)}"
    if not live and last.ended_at is not None:
        yield f"  ended at {last.step}, at {_moment(last.ended_at, zone)}, because: {last.reason}"
    if standing.set_aside:
        yield f"  this person was set aside after an error: {standing.set_aside}"


def _what_for(found: Pass, journey: str, program: Program, zone: ZoneInfo) -> str:
    if found.waiting is not None:
        return f", {_waits(found.waiting, program, zone)}"
    if found.due_at is None:
        return ""
    event = _awaited(program.journey_at(journey, found.version), found.step)
    awaited = f" for {event}" if event else ""
    return f", which waits{awaited} until {_moment(found.due_at, zone)}"


def _awaited(journey: Journey | None, step: str) -> str:
    compiled = None if journey is None else journey.steps.get(step)
    spec = None if compiled is None else compiled.spec
    return spec.wait_for.words if isinstance(spec, WaitForStep) else ""


def _waits(waiting: Waiting, program: Program, zone: ZoneInfo) -> str:
    until = _moment(waiting.due_at, zone)
    match waiting.state:
        case "attempting":
            return "whose message is being handed over"
        case "unknown":
            return "whose message may or may not have left: it is held until the provider can say"
        case "delayed" if waiting.reason == NO_ROOM:
            return f"whose message stands in line for its channel's rate since {until}: {NO_ROOM}"
        case "delayed":
            sooner = ", or until a fact changes" if waiting.on_change else ""
            meaning = _meaning(waiting.reason, program)
            return f"whose message waits until {until}{sooner}: {waiting.reason}{f' ({meaning})' if meaning else ''}"
        case _:
            return f"whose message is planned for {until}"


def _meaning(reason: str, program: Program) -> str:
    """Say in words what a guard's reason means; empty for one that no guard of this program gives."""
    guard, _, word = reason.partition(".")
    for book in program.books:
        for rule in book.rules:
            if rule.name == guard:
                return rule.guard.reasons.get(reason) or COMMON_REASONS.get(word, "")
    return ""


def _moment(at: datetime, zone: ZoneInfo) -> str:
    return f"{at.astimezone(zone):%Y-%m-%d %H:%M}"
