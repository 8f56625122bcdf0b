"""Which rules are about who is let into a journey, and who is taken out of it?"""

from collections.abc import Iterator

from journeys.linted import Finding, Linted, Rule
from journeys.spec import ENTRY_KINDS
from journeys.spelling import did_you_mean

_OF_DATES = ("offset", "every", "at")


def entry_needs_one_door(linted: Linted) -> Iterator[Finding]:
    """An entry is opened by exactly one of `event`, `when`, `schedule`, `date`, `call` and `journey`."""
    for path, journey in linted.journeys():
        said = [kind for kind in ENTRY_KINDS if getattr(journey.entry, kind) is not None]
        if len(said) != 1:
            message = (
                f"entry needs one of {', '.join(ENTRY_KINDS)}, got {' and '.join(said) or 'none'}; keep exactly one"
            )
            yield (*path, "entry"), f'journey "{path[1]}": {message}'


def schedule_with_key(linted: Linted) -> Iterator[Finding]:
    """A scheduled entry has no event to take a `key` from."""
    for path, journey in linted.journeys():
        if journey.entry.schedule and journey.entry.key:
            message = f'journey "{path[1]}": entry has a schedule and a key; remove the key, it is taken from an event'
            yield (*path, "entry", "key"), message


def key_without_event(linted: Linted) -> Iterator[Finding]:
    """An entry by a date or a condition has nothing to take a `key` from."""
    for path, journey in linted.journeys():
        if journey.entry.key and (kind := journey.entry.kind) in ("date", "when"):
            message = f'journey "{path[1]}": entry has {kind} and key; remove the key, it is taken from an event'
            yield (*path, "entry", "key"), message


def in_without_schedule(linted: Linted) -> Iterator[Finding]:
    """`in` says on whose clock a schedule or a date comes and means nothing without one."""
    for path, journey in linted.journeys():
        entry = journey.entry
        if "zone" in entry.model_fields_set and not entry.schedule and not entry.date:
            message = (
                f'journey "{path[1]}": entry has in but no schedule and no date; remove it, events come when they come'
            )
            yield (*path, "entry", "in"), message


def date_keys_without_date(linted: Linted) -> Iterator[Finding]:
    """`offset`, `every` and `at` say when a date lets in and mean nothing without one."""
    for path, journey in linted.journeys():
        for key in _OF_DATES:
            if key in journey.entry.model_fields_set and not journey.entry.date:
                yield (*path, "entry", key), f'journey "{path[1]}": entry has {key} but no date; remove it, or add date'


def entry_at_with_weekday(linted: Linted) -> Iterator[Finding]:
    """A date has a weekday of its own; `at` says the time of that day only."""
    for path, journey in linted.journeys():
        at = journey.entry.at
        if at.weekday is not None:
            message = f'journey "{path[1]}": at says the time of the date\'s own day, got "{at}"; leave the weekday out'
            yield (*path, "entry", "at"), message


def machine_without_event(linted: Linted) -> Iterator[Finding]:
    """`machine` says that what machines open and click counts as well, and means nothing without an event."""
    for path, journey in linted.journeys():
        if "machine" in journey.entry.model_fields_set and not journey.entry.event:
            yield (*path, "entry", "machine"), f'journey "{path[1]}": entry has machine but no event; remove it'
        for place, rule in enumerate(journey.exit):
            if "machine" in rule.model_fields_set and not rule.event:
                yield (
                    (*path, "exit", place, "machine"),
                    f'journey "{path[1]}": exit has machine but no event; remove it',
                )


def parallel_without_key(linted: Linted) -> Iterator[Finding]:
    """`if_active: parallel` is one enrollment per key, so the entry needs a `key`."""
    for path, journey in linted.journeys():
        if journey.if_active == "parallel" and not journey.entry.key:
            remedy = "add entry.key, such as event.checkout_id"
            yield (*path, "if_active"), f'journey "{path[1]}": parallel is one enrollment per key, got no key; {remedy}'


def scheduled_only_once(linted: Linted) -> Iterator[Finding]:
    """A schedule comes round again and again, and so does a date `every` year; `re_entry: never` has no say in it."""
    for path, journey in linted.journeys():
        entry = journey.entry
        if (entry.schedule or (entry.date and entry.every)) and not journey.re_entry.allowed:
            kind = "a schedule" if entry.schedule else "a date every year"
            message = f'journey "{path[1]}": {kind} repeats, got re_entry never; remove it, or the repetition'
            yield (*path, "re_entry"), message


def re_entry_by_calendar(linted: Linted) -> Iterator[Finding]:
    """What a schedule or a date opens comes when it comes: `re_entry` counts only entries by something that happens."""
    for path, journey in linted.journeys():
        rule, entry = journey.re_entry, journey.entry
        if rule.allowed and rule.after and (entry.schedule or entry.date):
            kind = "schedule" if entry.schedule else "date"
            message = f'journey "{path[1]}": re_entry has no say in what a {kind} opens, got "{rule}"; remove it'
            yield (*path, "re_entry"), message


def restart_without_re_entry(linted: Linted) -> Iterator[Finding]:
    """`re_entry: never` refuses whoever was ever let in, also while they are inside, so nothing restarts."""
    for path, journey in linted.journeys():
        by_calendar = journey.entry.schedule or journey.entry.date
        if journey.if_active == "restart" and not journey.re_entry.allowed and not by_calendar:
            message = f'journey "{path[1]}": if_active restart and re_entry never: nobody enters again to restart it'
            yield (*path, "if_active"), f"{message}; remove one of the two"


def exit_needs_event_or_if(linted: Linted) -> Iterator[Finding]:
    """An exit rule has an `event`, an `if`, or both; one without either would take everybody out at once."""
    for path, journey in linted.journeys():
        for place, rule in enumerate(journey.exit):
            if rule.event is None and rule.if_ is None:
                yield (
                    (*path, "exit", place),
                    f'journey "{path[1]}": exit[{place}] needs event or if, got neither; add one',
                )


def exit_without_reason(linted: Linted) -> Iterator[Finding]:
    """An exit rule without an event has no name to take its reason from; reports would only say `condition`."""
    for path, journey in linted.journeys():
        for place, rule in enumerate(journey.exit):
            if rule.event is None and rule.if_ is not None and rule.reason is None:
                message = f'journey "{path[1]}": exit[{place}] has no event to be named after; add reason: a short name'
                yield (*path, "exit", place), message


def unknown_goal(linted: Linted) -> Iterator[Finding]:
    """`goal.serves` names one of the file's `goals`, and none is called so."""
    goals = linted.spec.goals
    for path, journey in linted.journeys():
        serves = journey.goal.serves if journey.goal else None
        if serves and serves not in goals:
            hint = did_you_mean(serves, goals) or "; add it under goals"
            yield (*path, "goal", "serves"), f'journey "{path[1]}": no goal is called "{serves}"{hint}'


def holdout_without_goal(linted: Linted) -> Iterator[Finding]:
    """People are kept out to be compared with, and without a `goal` there is nothing to compare them by."""
    for path, journey in linted.journeys():
        if journey.holdout > 0 and journey.goal is None:
            message = (
                f'journey "{path[1]}": holdout keeps people out for a comparison, got no goal; add one, or remove it'
            )
            yield (*path, "holdout"), message


RULES = (
    Rule(
        "journey.entry_needs_one_door",
        entry_needs_one_door,
        fix="Keep exactly one way in; two ways in are two journeys, which may share a part.",
        bad='entry: {event: Checkout Started, schedule: "Tue 10:00"}',
        good="entry: {event: Checkout Started}",
    ),
    Rule(
        "journey.schedule_with_key",
        schedule_with_key,
        fix="Remove the key.",
        bad='entry: {schedule: "Tue 10:00", key: profile.email}',
        good='entry: {schedule: "Tue 10:00"}',
    ),
    Rule(
        "journey.key_without_event",
        key_without_event,
        fix="Remove the key.",
        bad="entry: {when: profile.orders.count > 3, key: profile.email}",
        good="entry: {when: profile.orders.count > 3}",
    ),
    Rule(
        "journey.in_without_schedule",
        in_without_schedule,
        fix="Remove `in`.",
        bad="entry: {event: Checkout Started, in: shop.timezone}",
        good='entry: {schedule: "Tue 10:00", in: shop.timezone}',
    ),
    Rule(
        "journey.date_keys_without_date",
        date_keys_without_date,
        fix="Remove the key, or say which date is meant.",
        bad='entry: {event: Checkout Started, at: "09:00"}',
        good='entry: {date: profile.birthday, every: year, offset: -7d, at: "09:00"}',
    ),
    Rule(
        "journey.entry_at_with_weekday",
        entry_at_with_weekday,
        fix='Write the time alone; `wait: {until: "Tue 10:00"}` waits for a weekday afterwards.',
        bad='entry: {date: profile.birthday, every: year, at: "Tue 09:00"}',
        good='entry: {date: profile.birthday, every: year, at: "09:00"}',
    ),
    Rule(
        "journey.machine_without_event",
        machine_without_event,
        fix="Remove `machine`.",
        bad="exit:\n  - {if: profile.orders.count > 3, machine: true, reason: bought}",
        good="exit:\n  - {event: Email Clicked, machine: true}",
    ),
    Rule(
        "journey.parallel_without_key",
        parallel_without_key,
        fix="Add `entry.key`, such as `event.checkout_id`.",
        bad="if_active: parallel",
        good="entry: {event: Checkout Started, key: event.checkout_id}\nif_active: parallel",
    ),
    Rule(
        "journey.scheduled_only_once",
        scheduled_only_once,
        fix="Remove `re_entry`; for a single occasion use a date without `every`.",
        bad='entry: {schedule: "Tue 10:00"}\nre_entry: never',
        good='entry: {schedule: "Tue 10:00"}',
    ),
    Rule(
        "journey.re_entry_by_calendar",
        re_entry_by_calendar,
        "warning",
        fix="Remove `re_entry`; a rarer schedule, or an `if` about the last order, says what is meant.",
        bad='entry: {schedule: "Tue 10:00"}\nre_entry: after 14d',
        good='entry: {schedule: "0 10 1,15 * *"}',
    ),
    Rule(
        "journey.restart_without_re_entry",
        restart_without_re_entry,
        "warning",
        fix="Remove `if_active`, or let people in again: `re_entry: after 1d` restarts not sooner than a day later.",
        bad="if_active: restart\nre_entry: never",
        good="if_active: restart\nre_entry: after 1d",
    ),
    Rule(
        "journey.exit_needs_event_or_if",
        exit_needs_event_or_if,
        fix="Say what takes the person out: an `event`, an `if`, or both.",
        bad="exit:\n  - {reason: bought}",
        good="exit:\n  - {event: Order Completed, reason: bought}",
    ),
    Rule(
        "journey.exit_without_reason",
        exit_without_reason,
        "warning",
        fix="Add a `reason`, which reports and scenarios will name.",
        bad="exit:\n  - {if: profile.orders.count > 3}",
        good="exit:\n  - {if: profile.orders.count > 3, reason: regular}",
    ),
    Rule(
        "journey.unknown_goal",
        unknown_goal,
        fix="Correct the name, or add the goal under `goals`.",
        bad="goal: {event: Order Completed, serves: repeat_purchase}",
        good="""
            goals:
              repeat_purchase: {kpi: repeat_rate, target: 0.30}
            journeys:
              example:
                entry: {event: Checkout Started}
                goal: {event: Order Completed, serves: repeat_purchase}
                steps:
                  - {id: letter, send: email, text: "Hello!"}
            """,
    ),
    Rule(
        "journey.holdout_without_goal",
        holdout_without_goal,
        "warning",
        fix="Add a `goal`, or remove the holdout.",
        bad="holdout: 5%",
        good="holdout: 5%\ngoal: {event: Order Completed, within: 7d}",
    ),
)
