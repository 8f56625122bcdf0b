"""Which rules are about waiting?"""

from collections.abc import Iterator
from functools import cache
from zoneinfo import available_timezones

from journeys._positions import Path
from journeys.linted import Finding, Linted, Rule
from journeys.spec import Awaited, LocalDate, LocalTime, SendStep, Until, WaitForStep, WaitStep
from journeys.spelling import did_you_mean
from journeys.vocabulary import Purpose


def wait_for_needs_one(linted: Linted) -> Iterator[Finding]:
    """A `wait_for` waits for an `event`, for the `first_of` several, or for a `condition`: exactly one of them."""
    for path, step in _waits_for(linted):
        said = _awaited(step.wait_for)
        if len(said) != 1:
            message = f"wait_for needs one of event, first_of, condition, got {' and '.join(said) or 'none'}"
            yield (*path, "wait_for"), f'step "{step.id}": {message}; keep exactly one'


def wait_for_stray_key(linted: Linted) -> Iterator[Finding]:
    """`of`, `if` and `machine` are about one event: they mean nothing beside a condition, nor above several events."""
    for path, step in _waits_for(linted):
        awaited = step.wait_for
        if awaited.event is not None:
            continue
        remedy = "write it at each event of first_of" if awaited.first_of else "say all of it in the condition"
        for key, field in (("of", "of"), ("if", "if_"), ("machine", "machine")):
            if field in awaited.model_fields_set:
                message = f'step "{step.id}": wait_for has {key} but no event; remove it, or {remedy}'
                yield (*path, "wait_for", key), message


def then_never_taken(linted: Linted) -> Iterator[Finding]:
    """Every event of `first_of` leads to a step of its own, so `then` is never the way."""
    for path, step in _waits_for(linted):
        several = step.wait_for.first_of
        if step.then is not None and several and all(each.go is not None for each in several):
            message = f'step "{step.id}": every event of first_of has a go of its own; remove then'
            yield (*path, "then"), message


def date_may_be_past(linted: Linted) -> Iterator[Finding]:
    """A wait until a date says what happens when the date is past already, or unknown.

    One engine sends at once, another throws the person out; here the file says which: `if_past`.
    """
    for path, step, until in _untils(linted):
        if not isinstance(until.until, LocalTime) and until.if_past is None:
            message = f'step "{step.id}": the date may be past; add if_past: send, skip or exit'
            yield (*path, "wait"), message


def if_past_without_date(linted: Linted) -> Iterator[Finding]:
    """A time of the day or of the week comes again and is never past."""
    for path, step, until in _untils(linted):
        if isinstance(until.until, LocalTime) and until.if_past is not None:
            message = f'step "{step.id}": "{until.until}" comes again and is never past; remove if_past'
            yield (*path, "wait", "if_past"), message


def at_without_date(linted: Linted) -> Iterator[Finding]:
    """`at` gives a computed date its time of the day; a time or a date that is written out has its own."""
    for path, step, until in _untils(linted):
        if isinstance(until.until, LocalTime | LocalDate) and until.at is not None:
            remedy = "write the time into until" if isinstance(until.until, LocalDate) else "until says the time itself"
            yield (*path, "wait", "at"), f'step "{step.id}": at belongs to a date that is computed; remove it, {remedy}'


def wait_at_with_weekday(linted: Linted) -> Iterator[Finding]:
    """A computed date has a weekday of its own; `at` says the time of that day only."""
    for path, step, until in _untils(linted):
        if isinstance(until.until, str) and until.at is not None and until.at.weekday is not None:
            message = f'step "{step.id}": at says the time of the date\'s own day, got "{until.at}"'
            yield (*path, "wait", "at"), f"{message}; leave the weekday out"


def late_drops_what_is_owed(linted: Linted) -> Iterator[Finding]:
    """A transactional message is owed, and its own `late` rule would leave it out after an outage."""
    for path, step in linted.steps():
        if (
            isinstance(step, SendStep)
            and step.purpose is Purpose.TRANSACTIONAL
            and step.late
            and step.late.do == "skip"
        ):
            message = f'step "{step.id}": late leaves out what the customer is owed; write do: send or reschedule'
            yield (*path, "late"), message


def unknown_timezone(linted: Linted) -> Iterator[Finding]:
    """The shop's time zone is not one of the IANA names, such as Europe/Kyiv (or, as it was called, Europe/Kiev)."""
    zone, zones = linted.spec.shop.timezone, _zones()
    if zone not in zones:
        hint = did_you_mean(zone, zones)
        yield ("shop", "timezone"), f'shop.timezone expects an IANA name such as Europe/Riga, got "{zone}"{hint}'


RULES = (
    Rule(
        "journey.wait_for_needs_one",
        wait_for_needs_one,
        fix="Keep one of `event`, `first_of` and `condition`.",
        bad="- {id: watch, wait_for: {at_most: 2d}}",
        good="- {id: watch, wait_for: {event: Order Completed, at_most: 2d}}",
    ),
    Rule(
        "journey.wait_for_stray_key",
        wait_for_stray_key,
        fix="Remove the key, or write it where the event is named.",
        bad="- {id: watch, wait_for: {condition: profile.orders.count > 1, machine: true, at_most: 2d}}",
        good="- {id: watch, wait_for: {event: Email Clicked, machine: true, at_most: 2d}}",
    ),
    Rule(
        "journey.then_never_taken",
        then_never_taken,
        fix="Remove `then`, or the `go` of the events that should go that way.",
        bad="""
            - id: watch
              wait_for: {first_of: [{event: Email Clicked, go: done}, {event: Order Completed, go: done}], at_most: 2d}
              then: done
            - {id: done, exit: finished}
            """,
        good="""
            - id: watch
              wait_for: {first_of: [{event: Email Clicked}, {event: Order Completed, go: done}], at_most: 2d}
              then: done
            - {id: done, exit: finished}
            """,
    ),
    Rule(
        "journey.date_may_be_past",
        date_may_be_past,
        fix="Add `if_past: send` (go on at once), `skip` (leave the next step out) or `exit`.",
        bad='- {id: pause, wait: {until: "2026-12-24 10:00"}}',
        good='- {id: pause, wait: {until: "2026-12-24 10:00", if_past: exit}}',
    ),
    Rule(
        "journey.if_past_without_date",
        if_past_without_date,
        fix="Remove `if_past`.",
        bad='- {id: pause, wait: {until: "Tue 10:00", if_past: exit}}',
        good='- {id: pause, wait: {until: "Tue 10:00"}}',
    ),
    Rule(
        "journey.at_without_date",
        at_without_date,
        fix="Write the time into `until` itself.",
        bad='- {id: pause, wait: {until: "2026-12-24", at: "10:00", if_past: exit}}',
        good='- {id: pause, wait: {until: "2026-12-24 10:00", if_past: exit}}',
    ),
    Rule(
        "journey.wait_at_with_weekday",
        wait_at_with_weekday,
        fix="Write the time alone, and a second wait for the weekday where one is meant.",
        bad='- {id: pause, wait: {until: now + 3d, at: "Tue 10:00", if_past: exit}}',
        good='- {id: pause, wait: {until: now + 3d, at: "10:00", if_past: exit}}',
    ),
    Rule(
        "journey.late_drops_what_is_owed",
        late_drops_what_is_owed,
        "warning",
        fix="Write `do: send` or `do: reschedule`, or leave `late` out.",
        bad='- {id: receipt, send: email, text: "Paid.", purpose: transactional, late: {after: 1d, do: skip}}',
        good='- {id: receipt, send: email, text: "Paid.", purpose: transactional, late: {after: 1d, do: send}}',
    ),
    Rule(
        "journey.unknown_timezone",
        unknown_timezone,
        fix="Write an IANA name such as Europe/Riga.",
        bad="shop: {name: Nordic Roast, timezone: Europe/Rigga}",
        good="shop: {name: Nordic Roast, timezone: Europe/Riga}",
    ),
)


def _waits_for(linted: Linted) -> Iterator[tuple[Path, WaitForStep]]:
    for path, step in linted.steps():
        if isinstance(step, WaitForStep):
            yield path, step


def _awaited(awaited: Awaited) -> list[str]:
    said = {"event": awaited.event, "first_of": awaited.first_of or None, "condition": awaited.condition}
    return [key for key, value in said.items() if value is not None]


def _untils(linted: Linted) -> Iterator[tuple[Path, WaitStep, Until]]:
    for path, step in linted.steps():
        if isinstance(step, WaitStep) and isinstance(step.wait, Until):
            yield path, step, step.wait


@cache
def _zones() -> tuple[str, ...]:
    """List the IANA names; `localtime` is whatever the machine is set to, which is none."""
    return tuple(sorted(available_timezones() - {"localtime"}))
