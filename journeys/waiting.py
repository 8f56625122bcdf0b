"""How long does a person wait, and for what?

A wait ends at a moment: after a duration, at a time of the customer's clock, or on a date. What that moment is follows
from when the person came to the step, so it can be worked out anew whenever their clock or the date has changed. Who
waits for a condition is looked at after every event, and when it can change by the mere passing of time.
"""

from datetime import datetime, time, timedelta
from typing import assert_never

from msgspec.structs import replace

from journeys.compile import CompiledStep
from journeys.localtime import next_local, on_day
from journeys.moves import CAME, LEAVE, NEXT, SKIP, TIMED_OUT
from journeys.scope import ON_THE_SPOT
from journeys.spec import LocalDate, LocalTime, Until, WaitForStep, WaitStep
from journeys.walk import Walk


def enter_wait(walk: Walk, step: CompiledStep) -> str | None:
    """Park until the moment the step names; a date that is past already is the business of `if_past`."""
    due_at = wait_ends(walk, step)
    if due_at is None or (due_at <= walk.now and not _is_a_pause(step)):
        return _too_late(walk, step, due_at)
    walk.park(due_at)
    walk.note(walk.step, "waits", due_at.isoformat())
    return None


def _is_a_pause(step: CompiledStep) -> bool:
    """Say whether a wait is a duration, which is over when it is over, however short."""
    return isinstance(step.spec, WaitStep) and isinstance(step.spec.wait, timedelta)


def wait_ends(walk: Walk, step: CompiledStep) -> datetime | None:
    """Say when the wait of whoever came to it at `walk.since` ends; None when its date is unknown."""
    assert isinstance(step.spec, WaitStep)
    match step.spec.wait:
        case timedelta() as pause:
            return walk.since + pause
        case Until(until=LocalTime() as wanted):
            return next_local(walk.since, wanted, walk.zone())
        case Until(until=LocalDate(day=day, at=at)):
            return on_day(day, at, walk.zone())
        case Until(at=at):
            return _computed(walk, step, at)
    assert_never(step.spec.wait)


def _computed(walk: Walk, step: CompiledStep, at: LocalTime | None) -> datetime | None:
    """Work out a date: at its own time of day, or at the one that is asked for on the customer's clock.

    Its `now` is when the person came to the step, or else whoever looks at it again would put it off.
    """
    if step.until is None:
        return None
    value: datetime | None = step.until.of(replace(walk.look_from_inside(), now=walk.since))
    return None if value is None else on_the_clock(value, at, walk)


def on_the_clock(value: datetime, at: LocalTime | None, walk: Walk) -> datetime:
    """Place a date on the customer's clock: one that was told without a zone is theirs."""
    zone = walk.zone()
    local = value if value.tzinfo is ON_THE_SPOT else value.astimezone(zone)
    if at is not None:
        return on_day(local.date(), time(at.hour, at.minute), zone)
    return on_day(local.date(), local.time(), zone) if value.tzinfo is ON_THE_SPOT else value


def _too_late(walk: Walk, step: CompiledStep, due_at: datetime | None) -> str | None:
    """Do what the step says of a date that is past, or unknown."""
    assert isinstance(step.spec, WaitStep)
    wait = step.spec.wait
    rule = wait.if_past if isinstance(wait, Until) else None
    walk.note(
        walk.step, "past" if due_at else "no_date", f"{due_at.isoformat() if due_at else ''} {rule or 'send'}".strip()
    )
    match rule:
        case "exit":
            walk.end(walk.step, "date_past")
            return LEAVE
        case "skip":
            return SKIP
        case _:
            return NEXT


def enter_wait_for(walk: Walk, step: CompiledStep) -> str | None:
    """Park until an event comes or a condition is true; one that is true already is not waited for."""
    assert isinstance(step.spec, WaitForStep)
    if step.condition is not None and step.condition.holds(walk.look_from_inside()):
        walk.note(walk.step, CAME, step.condition.text)
        return CAME
    walk.park(next_look(walk, step))
    walk.note(walk.step, "waits_for", f"{step.spec.wait_for.words} until {deadline(walk, step).isoformat()}")
    return None


def deadline(walk: Walk, step: CompiledStep) -> datetime:
    """Say when whoever came to the step at `walk.since` has waited long enough."""
    assert isinstance(step.spec, WaitForStep)
    return walk.since + step.spec.wait_for.at_most


def next_look(walk: Walk, step: CompiledStep) -> datetime:
    """Say when to look again: at the deadline, or earlier where the condition may change as time passes."""
    latest = deadline(walk, step)
    if step.condition is None:
        return latest
    change = step.condition.next_change(walk.look_from_inside())
    return latest if change is None else min(latest, change)


def wake_from_wait_for(walk: Walk, step: CompiledStep) -> str | None:
    """Go on if the condition is true by now, give up at the deadline, and look again later before that."""
    if step.condition is not None and step.condition.holds(walk.look_from_inside()):
        walk.note(walk.step, CAME, step.condition.text)
        return CAME
    if walk.now >= deadline(walk, step):
        walk.note(walk.step, TIMED_OUT)
        return TIMED_OUT
    walk.park(next_look(walk, step))
    return None


def look_again(walk: Walk, step: CompiledStep) -> str | None:
    """Work out anew what whoever waits here waits for, after something was learned; a trigger when it is over."""
    if step.kind == "wait_for":
        return wake_from_wait_for(walk, step) if step.condition is not None else None
    due_at = wait_ends(walk, step)
    if due_at == walk.snapshot.due_at:
        return None
    if due_at is None or due_at <= walk.now:
        return _too_late(walk, step, due_at)
    walk.park(due_at)
    walk.note(walk.step, "waits", due_at.isoformat())
    return None
