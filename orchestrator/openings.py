"""What does time open for a customer: which schedule comes round, which date arrives, which segment do they join?

Each is a timer of the customer's own and is set again whenever it has come, their facts have changed or their clock
has. An occurrence is named by the wall clock of its zone and comes once, wherever the customer travels.
"""

from datetime import date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from journeys.compile import Journey
from journeys.localtime import is_scheduled, next_scheduled, on_day, zone_named
from journeys.scope import ON_THE_SPOT, Scope
from orchestrator.customer import Customer, Watch
from orchestrator.effects import scope_of
from orchestrator.entering import Opening, let_in
from orchestrator.program import Program

# The date and the time without the offset that follows them.
_TO_THE_MINUTE = len("2026-03-02T10:00")
# The kinds of entry that open without anything happening to a person: who sleeps has to be asked when one is new.
OPENED_BY_TIME = ("schedule", "date", "when")


def set_timers(customer: Customer, program: Program, now: datetime | None) -> None:
    """Set the timers that the customer does not have as the journeys stand; `now` is None in a history.

    There nothing is missed, and everybody was there from the beginning. Live, what a journey is first asked about
    somebody is asked of now.
    """
    memory, customer.is_retimed = customer.memory, True
    for journey in program.scheduled:
        if not _is_set(customer, journey):
            after = memory.clock if now is None else max(memory.clock, now)
            memory.scheduled[journey.name] = _next_occurrence(customer, journey, after)
    if program.dated or program.watched:
        look(customer, program, now)
    if len(memory.scheduled) > len(program.scheduled) or len(memory.watched) > len(program.watched):
        _forget_others(customer, program)


def _forget_others(customer: Customer, program: Program) -> None:
    """Forget what is not waited for any more: a journey that comes back makes up for nothing."""
    memory = customer.memory
    for journeys, known in ((program.scheduled, memory.scheduled), (program.watched, memory.watched)):
        for name in known.keys() - {journey.name for journey in journeys}:
            del known[name]


def look(customer: Customer, program: Program, now: datetime | None = None) -> None:
    """See what dates and segments have come to, after something changed or some time went by."""
    customer.is_retimed = True
    for journey in program.dated:
        _set_date(customer, journey, program)
    for journey in program.watched:
        _watch(customer, journey, program, now)


def move_clock(customer: Customer, program: Program) -> None:
    """Set the timers of the calendar again for a customer who lives by another clock."""
    customer.is_retimed = True
    for journey in program.scheduled:
        if journey.terms.on_their_clock and journey.name in customer.memory.scheduled:
            customer.memory.scheduled[journey.name] = _next_occurrence(customer, journey, customer.memory.clock)


def next_opening(customer: Customer, program: Program) -> datetime | None:
    """Say when time next opens something for the customer."""
    memory = customer.memory
    best: datetime | None = None
    # By the journeys that open so now: one whose entry was another kind has left a timer behind that means nothing.
    for journey in program.scheduled:
        due = memory.scheduled.get(journey.name)
        if due is not None and (best is None or due < best):
            best = due
    for journey in program.dated:
        due = memory.dates.get(journey.name)
        if due is not None and (best is None or due < best):
            best = due
    for journey in program.watched:
        watch = memory.watched.get(journey.name)
        if watch is not None and watch.look_at is not None and (best is None or watch.look_at < best):
            best = watch.look_at
    return best


def open_due(customer: Customer, at: datetime, program: Program, missed_by: datetime | None) -> None:
    """Let the customer into what opens by this moment; of what was missed in a standstill only one is made up for."""
    memory, customer.is_retimed = customer.memory, True
    for journey in program.scheduled:
        due = memory.scheduled.get(journey.name)
        if due is not None and due <= at:
            after = due if missed_by is None else max(due, missed_by)
            _remember(customer, journey, due)
            memory.scheduled[journey.name] = _next_occurrence(customer, journey, after)
            let_in(customer, journey, program, Opening(occurrence=memory.clock.isoformat()))
    for journey in program.dated:
        due = memory.dates.get(journey.name)
        if due is not None and due <= at:
            _remember(customer, journey, due)
            del memory.dates[journey.name]
            let_in(customer, journey, program, Opening(occurrence=memory.clock.isoformat()))
    if program.dated or program.watched:
        look(customer, program)


# Schedules and dates.


def _zone(customer: Customer, journey: Journey) -> ZoneInfo:
    own = customer.facts.profile.timezone if journey.terms.on_their_clock else ""
    return zone_named(own, journey.zone)


@lru_cache(maxsize=4096)
def _name(at: datetime, zone: ZoneInfo) -> str:
    """Name an occurrence by the wall clock, so that names stand in the order of time."""
    return at.astimezone(zone).isoformat(timespec="minutes")[:_TO_THE_MINUTE]


def _remember(customer: Customer, journey: Journey, due: datetime) -> None:
    customer.memory.occurred[journey.name] = _name(due, _zone(customer, journey))


def _is_set(customer: Customer, journey: Journey) -> bool:
    """Say whether the timer of a schedule is one of its occurrences: not where it had another schedule before."""
    schedule, due = journey.terms.schedule, customer.memory.scheduled.get(journey.name)
    return due is not None and schedule is not None and is_scheduled(due, schedule, _zone(customer, journey))


def _has_occurred(customer: Customer, journey: Journey, due: datetime) -> bool:
    last = customer.memory.occurred.get(journey.name)
    return last is not None and _name(due, _zone(customer, journey)) <= last


def _next_occurrence(customer: Customer, journey: Journey, after: datetime) -> datetime:
    """Give the next occurrence of a schedule: one that came on another clock does not come again on this."""
    schedule, zone = journey.terms.schedule, _zone(customer, journey)
    assert schedule is not None
    due = next_scheduled(after, schedule, zone)
    while _has_occurred(customer, journey, due):
        due = next_scheduled(due, schedule, zone)
    return due


def _set_date(customer: Customer, journey: Journey, program: Program) -> None:
    """Set the timer of a date as it stands now; none for a date that is unknown, past, or has been already."""
    due = next_date(journey, scope_of(customer, program), _zone(customer, journey), customer.memory.clock)
    if due is None or due < customer.memory.clock or _has_occurred(customer, journey, due):
        customer.memory.dates.pop(journey.name, None)
    else:
        customer.memory.dates[journey.name] = due


def next_date(journey: Journey, scope: Scope, zone: ZoneInfo, now: datetime) -> datetime | None:
    """Say when a person's date lets them in: the next one by now where it comes round, else the only one."""
    entry = journey.spec.entry
    assert journey.date is not None
    value: datetime | None = journey.date.of(scope)
    if value is None:
        return None
    local = value if value.tzinfo is ON_THE_SPOT else value.astimezone(zone)
    at = time(entry.at.hour, entry.at.minute)
    if entry.every is None:
        return _shifted(local.date(), at, entry.offset, zone)
    this_year = now.astimezone(zone).year
    occurrences = (
        _shifted(_in_year(local.date(), this_year + ahead), at, entry.offset, zone) for ahead in range(-1, 3)
    )
    return next((due for due in occurrences if due > now), None)


def _shifted(day: date, at: time, offset: timedelta, zone: ZoneInfo) -> datetime:
    """Shift a day by whole days, and its time by the rest of the offset."""
    days = timedelta(days=offset.days)
    return on_day(day + days, at, zone) + (offset - days)


def _in_year(day: date, year: int) -> date:
    """Give the anniversary of a day: that of 29 February is the 28th where there is no 29th."""
    try:
        return day.replace(year=year)
    except ValueError:
        return day.replace(year=year, day=28)


# Segments.


def _watch(customer: Customer, journey: Journey, program: Program, now: datetime | None = None) -> None:
    """Let the customer in when the condition has turned true; who is seen for the first time is only looked at."""
    assert journey.when is not None
    scope, before = scope_of(customer, program), customer.memory.watched.get(journey.name)
    is_new = before is None or before.asks != journey.asks
    if is_new and now is not None:
        scope.now = max(scope.now, now)
    is_true = journey.when.holds(scope)
    customer.memory.watched[journey.name] = Watch(is_true, journey.when.next_change(scope), journey.asks)
    if is_true and not is_new and before is not None and not before.was_true:
        let_in(customer, journey, program, Opening())
