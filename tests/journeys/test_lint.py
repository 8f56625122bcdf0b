"""Does each structural rule find its mistake, once, and nothing else?"""

from pathlib import Path
from textwrap import indent, wrap

import pytest
from inline_snapshot import snapshot

from journeys.examples import whole_file
from journeys.lint import RULES, lint
from journeys.linted import Rule
from journeys.parse import parse
from orchestrator.project import check_project

HEAD = """\
version: 1
shop: {name: Nordic Roast, timezone: %s}
channels:
  email: {action: email.file}
  ads: {action: audience.file}
  crm: {action: crm.file}
journeys:
  cart:
"""
ENTRY = "entry: {event: Checkout Started}"
SEND = "{id: mail, send: email, template: a.mjml}"


def found(
    *steps: str, entry: str = ENTRY, more: str = "", zone: str = "Europe/Riga", known: tuple[str, ...] = ()
) -> list[str]:
    """Lint one journey and write each fault with its place."""
    lines = [entry, *([more] if more else []), "steps:", *(f"  - {step}" for step in steps or (SEND,))]
    parsed = parse(HEAD % zone + indent("\n".join(lines), "    "))
    assert parsed.spec is not None, parsed.problems
    assert parsed.problems == ()
    return [str(parsed.locate(fault)) for fault in lint(parsed.spec, known)]


def test_a_sound_journey_has_no_faults() -> None:
    steps = (
        "{id: pause, wait: 1h}",
        "{id: mail, send: email, template: a.mjml, if_suppressed: leave}",
        "{id: seen, wait_for: {event: Email Clicked, of: mail, at_most: 1d}, then: call}",
        "{id: sort, branch: [{if: event.value > 1, go: call}, {else: true, go: again}]}",
        "{id: again, go: pause}",
        '{id: call, crm: {task: "Call"}}',
        "{id: ad, audience: {add: cart, for: 14d}}",
        "{id: leave, exit: done}",
    )
    assert found(*steps) == []


def test_a_target_that_is_no_step_is_an_error_with_a_suggestion() -> None:
    assert found("{id: again, wait: 1d}", "{id: loop, go: agan}") == [
        'journeys.yaml:12:24: journey.unknown_target step "loop": go names no step of this journey, got "agan"; '
        'did you mean "again"?'
    ]


@pytest.mark.parametrize(
    ("step", "place"),
    [
        ("{id: a, wait_for: {event: X, at_most: 1d}, then: nowhere}", "11:58: journey.unknown_target"),
        ("{id: a, wait_for: {event: X, at_most: 1d}, otherwise: nowhere}", "11:63: journey.unknown_target"),
        ("{id: a, branch: [{if: event.value > 1, go: nowhere}]}", "11:52: journey.unknown_target"),
        ("{id: a, send: email, template: x, if_suppressed: nowhere}", "11:58: journey.unknown_target"),
        ("{id: a, lead_magnet: {file: x, template: y}, if_suppressed: nowhere}", "11:69: journey.unknown_target"),
    ],
)
def test_every_way_of_naming_a_step_is_checked(step: str, place: str) -> None:
    assert [fault.partition(" step ")[0] for fault in found(step)] == [f"journeys.yaml:{place}"]


def test_a_far_off_target_lists_the_steps() -> None:
    assert found("{id: first, wait: 1d}", "{id: second, go: zzz}") == [
        'journeys.yaml:12:26: journey.unknown_target step "second": go names no step of this journey, got "zzz"; '
        "the steps are first, second"
    ]


def test_exit_as_a_target_is_explained() -> None:
    assert found("{id: leave, go: exit}") == [
        'journeys.yaml:11:25: journey.unknown_target step "leave": go expects a step, and "exit" stands only after '
        "if_suppressed or on_failure; name a step, such as {id: leave, exit: done}"
    ]


def test_waiting_for_an_event_of_a_step_that_sends_nothing_is_an_error() -> None:
    assert found("{id: pause, wait: 1d}", "{id: seen, wait_for: {event: X, of: pause, at_most: 1d}}") == [
        'journeys.yaml:12:45: journey.of_is_no_message step "seen": wait_for.of expects a step that sends a message, '
        'got "pause"; name a send or lead_magnet step, or leave it out'
    ]


def test_waiting_for_an_event_of_a_misspelt_step_suggests_the_message() -> None:
    assert found(SEND, "{id: seen, wait_for: {event: X, of: mial, at_most: 1d}}") == [
        'journeys.yaml:12:45: journey.of_is_no_message step "seen": wait_for.of expects a step that sends a message, '
        'got "mial"; did you mean "mail"?'
    ]


def test_a_loop_of_messages_without_a_wait_names_its_steps() -> None:
    assert found("{id: first, set: {a: 1}}", SEND, "{id: back, go: mail}") == [
        'journeys.yaml:12:9: journey.loop_without_wait step "mail": the loop mail → back → mail never waits; '
        "put a wait or wait_for step on it"
    ]


def test_a_step_that_goes_to_itself_is_a_loop() -> None:
    assert found("{id: spin, go: spin}") == [
        'journeys.yaml:11:9: journey.loop_without_wait step "spin": the loop spin → spin never waits; '
        "put a wait or wait_for step on it"
    ]


def test_two_loops_are_two_faults() -> None:
    faults = found(
        "{id: a, branch: [{if: event.value > 1, go: b}, {else: true, go: c}]}",
        "{id: b, go: b}",
        "{id: c, set: {x: 1}}",
        "{id: d, go: c}",
    )
    assert [fault.partition(": the loop ")[2].partition(" never")[0] for fault in faults] == ["b → b", "c → d → c"]


def test_a_way_round_the_wait_is_still_a_loop() -> None:
    faults = found(
        "{id: a, branch: [{if: event.value > 1, go: c}]}",
        "{id: b, wait: 1d}",
        "{id: c, go: a}",
    )
    assert [fault.partition(": the loop ")[2].partition(" never")[0] for fault in faults] == ["a → c → a"]


@pytest.mark.parametrize("pause", ["wait: 1d", "wait: {until: '10:00'}", "wait_for: {event: X, at_most: 1d}"])
def test_a_loop_with_a_wait_is_fine(pause: str) -> None:
    assert found(f"{{id: a, {pause}}}", SEND, "{id: back, go: a}") == []


@pytest.mark.parametrize("pause", ["wait: 0d", "wait_for: {event: X, at_most: 0m}"])
def test_a_wait_of_nothing_is_no_wait(pause: str) -> None:
    assert len(found(f"{{id: a, {pause}}}", "{id: back, go: a}")) == 1


def test_an_unreachable_step_is_a_warning_and_what_follows_it_is_not_repeated() -> None:
    parsed = parse(
        HEAD % "UTC" + "    entry: {event: A}\n    steps: [{id: a, exit: done}, {id: b, wait: 1d}, {id: c, wait: 1d}]\n"
    )
    assert parsed.spec is not None
    problems = [parsed.locate(fault) for fault in lint(parsed.spec)]
    assert [(problem.severity, problem.column, problem.message) for problem in problems] == [
        ("warning", 34, 'step "b": no way leads here; let a step go to "b", or remove it')
    ]


@pytest.mark.parametrize(
    ("entry", "fault"),
    [
        (
            "entry: {key: event.id}",
            '9:5: journey.entry_needs_one_door journey "cart": entry needs one of event, when, schedule, '
            "date, call, journey, got none; keep exactly one",
        ),
        (
            'entry: {event: X, schedule: "10:00"}',
            '9:5: journey.entry_needs_one_door journey "cart": entry needs one of event, when, schedule, '
            "date, call, journey, got event and schedule; keep exactly one",
        ),
        (
            'entry: {schedule: "10:00", key: event.id}',
            '9:37: journey.schedule_with_key journey "cart": entry has a schedule and a key; remove the key, '
            "it is taken from an event",
        ),
        (
            "entry: {event: X, in: shop.timezone}",
            '9:27: journey.in_without_schedule journey "cart": entry has in but no schedule and no date; '
            "remove it, events come when they come",
        ),
    ],
)
def test_an_entry_has_one_door_and_only_what_belongs_to_it(entry: str, fault: str) -> None:
    assert found(entry=entry) == [f"journeys.yaml:{fault}"]


def test_parallel_needs_a_key() -> None:
    assert found(more="if_active: parallel") == [
        'journeys.yaml:10:16: journey.parallel_without_key journey "cart": parallel is one enrollment per key, '
        "got no key; add entry.key, such as event.checkout_id"
    ]


def test_a_schedule_that_lets_in_only_once_is_an_error() -> None:
    assert found(entry='entry: {schedule: "Tue 10:00"}', more="re_entry: never") == [
        'journeys.yaml:10:15: journey.scheduled_only_once journey "cart": a schedule repeats, got re_entry never; '
        "remove it, or the repetition"
    ]


def test_an_else_that_is_not_last_hides_the_ways_below() -> None:
    steps = (
        "{id: a, branch: [{else: true, go: b}, {if: event.value > 1, go: b}, {else: true, go: b}]}",
        "{id: b, wait: 1d}",
    )
    assert found(*steps) == [
        'journeys.yaml:11:33: journey.else_is_last step "a": the ways below else are never tried; '
        "keep one else and move it last"
    ]


@pytest.mark.parametrize(("arm", "got"), [("{go: b}", "neither"), ("{if: event.value > 1, else: true, go: b}", "both")])
def test_a_way_of_a_branch_has_if_or_else(arm: str, got: str) -> None:
    assert found(f"{{id: a, branch: [{arm}]}}", "{id: b, wait: 1d}") == [
        f'journeys.yaml:11:26: journey.arm_needs_if_or_else step "a": branch[0] needs if or else, got {got}; '
        "keep exactly one"
    ]


@pytest.mark.parametrize(("rest", "got"), [("", "neither"), (", template: x, text: y", "both")])
def test_a_message_has_one_content(rest: str, got: str) -> None:
    assert found(f"{{id: a, send: email{rest}}}") == [
        f'journeys.yaml:11:9: journey.send_needs_one_content step "a": send needs template or text, got {got}; '
        "keep exactly one"
    ]


@pytest.mark.parametrize(("change", "got"), [("items: entry.products", "neither"), ("add: x, remove: y", "both")])
def test_an_audience_step_has_one_change(change: str, got: str) -> None:
    assert found(f"{{id: a, audience: {{{change}}}}}") == [
        f'journeys.yaml:11:17: journey.audience_needs_one_change step "a": audience needs add or remove, got {got}; '
        "keep exactly one"
    ]


def test_for_belongs_to_add() -> None:
    assert found("{id: a, audience: {remove: x, for: 3d}}") == [
        'journeys.yaml:11:44: journey.for_without_add step "a": audience has for but no add; remove it, '
        "nobody is put in"
    ]


def test_a_crm_step_says_something() -> None:
    assert found("{id: a, crm: {channel: crm}}") == [
        'journeys.yaml:11:17: journey.crm_needs_content step "a": crm needs task, note or deal, got none; add one'
    ]


@pytest.mark.parametrize(
    ("step", "fault"),
    [
        ("{id: a, send: emial, text: x}", '11:23: journey.unknown_channel step "a": the channel "emial" is not set up; '
         'did you mean "email"?'),
        ("{id: a, send: sms, text: x}", '11:23: journey.unknown_channel step "a": the channel "sms" is not set up; '
         "add sms with its action under channels"),
        ("{id: a, audience: {add: x, channel: adz}}", '11:45: journey.unknown_channel step "a": the channel "adz" '
         'is not set up; did you mean "ads"?'),
        ("{id: a, crm: {task: x, channel: hubspot}}", '11:41: journey.unknown_channel step "a": the channel "hubspot" '
         "is not set up; add hubspot with its action under channels"),
        ("{id: a, lead_magnet: {file: x, template: y, channel: post}}", '11:62: journey.unknown_channel step "a": '
         'the channel "post" is not set up; add post with its action under channels'),
    ],
)  # fmt: skip
def test_a_channel_that_is_not_set_up_is_an_error(step: str, fault: str) -> None:
    assert found(step) == [f"journeys.yaml:{fault}"]


def test_a_default_channel_that_is_not_set_up_is_found_at_the_step() -> None:
    parsed = parse(
        "version: 1\nshop: {name: X}\njourneys:\n  a:\n    entry: {event: A}\n"
        "    steps:\n      - id: mark\n        audience:\n          add: cart\n"
    )
    assert parsed.spec is not None
    assert [str(parsed.locate(fault)) for fault in lint(parsed.spec)] == [
        'journeys.yaml:8:9: journey.unknown_channel step "mark": the channel "ads" is not set up; '
        "add ads with its action under channels"
    ]


@pytest.mark.parametrize("zone", ["Europe/Kiev", "Europe/Kyiv", "UTC", "America/Argentina/Ushuaia"])
def test_a_zone_may_have_its_old_or_its_new_name(zone: str) -> None:
    assert found(zone=zone) == []


@pytest.mark.parametrize(
    ("zone", "hint"),
    [
        ("Europe/Rigga", '; did you mean "Europe/Riga"?'),
        ("localtime", ""),
        ("../../etc/passwd", ""),
    ],
)
def test_a_zone_that_is_not_one_is_an_error(zone: str, hint: str) -> None:
    assert found(zone=zone) == [
        "journeys.yaml:2:38: journey.unknown_timezone shop.timezone expects an IANA name such as Europe/Riga, "
        f'got "{zone}"{hint}'
    ]


@pytest.mark.parametrize("word", ["exited", "exit", "continue"])
def test_a_word_with_a_meaning_cannot_be_a_steps_id(word: str) -> None:
    assert found(f"{{id: {word}, wait: 1d}}") == [
        f'journeys.yaml:11:14: journey.reserved_step_id step "{word}": the id "{word}" has a meaning of its own; '
        "give the step another one"
    ]


def test_an_event_that_is_almost_a_known_one_is_a_warning() -> None:
    assert found(entry="entry: {event: Chekout Started}", known=("Checkout Started", "Order Completed")) == [
        'journeys.yaml:9:20: journey.misspelt_event journey "cart": no event "Chekout Started" is known; '
        'did you mean "Checkout Started"? If not, list it under events'
    ]


def test_every_place_that_names_an_event_is_checked() -> None:
    faults = found(
        "{id: a, wait_for: {event: order completed, at_most: 1d}}",
        more="goal: {event: Order Complete}\nexit: [{event: Order Compleeted}]",
        known=("Checkout Started", "Order Completed"),
    )
    assert [fault.split(" ")[0] for fault in faults] == [
        "journeys.yaml:10:19:",
        "journeys.yaml:11:20:",
        "journeys.yaml:13:35:",
    ]


def test_an_event_unlike_every_known_one_is_the_shops_own() -> None:
    assert found(entry="entry: {event: Wish Granted}", known=("Checkout Started",)) == []


def test_an_event_listed_in_the_file_is_known() -> None:
    text = "version: 1\nshop: {name: X}\nevents: {Chekout Started: {}}\njourneys:\n  a:\n"
    parsed = parse(text + "    entry: {event: Chekout Started}\n    steps: [{id: a, wait: 1d}]\n")
    assert parsed.spec is not None
    assert lint(parsed.spec, ("Checkout Started",)) == []


FOLLOWS = (
    'journeys.yaml:{place}: journey.follow_up_of_unsent step "first": "{follower}" follows up on it, even if it is not '
    "sent; add if_suppressed: exit, a step, or continue if that is meant"
)
WATCH = "{id: watch, wait_for: {event: Email Clicked, of: first, at_most: 1d}}"
FIRST = "{id: first, send: email, text: Hello, items: entry.products%s}"
SAME = "{id: nudge, send: email, text: Still there, items: entry.products}"


@pytest.mark.parametrize(
    ("steps", "follower"),
    [
        pytest.param((FIRST % "", WATCH), "watch", id="waits for an answer to it"),
        pytest.param((FIRST % "", "{id: pause, wait: 1d}", SAME), "nudge", id="is about the same goods"),
        pytest.param(("{id: first, lead_magnet: {file: a, template: b}}", WATCH), "watch", id="waits after a guide"),
        pytest.param(
            (FIRST % "", "{id: go, go: watch}", "{id: leave, exit: done}", WATCH), "watch", id="further round"
        ),
    ],
)
def test_what_follows_up_on_a_message_that_may_be_unsent_is_a_warning(steps: tuple[str, ...], follower: str) -> None:
    assert [fault for fault in found(*steps) if "unreachable" not in fault] == [
        FOLLOWS.format(place="11:9", follower=follower)
    ]


def test_a_follow_up_of_what_may_be_unsent_keeps_no_journey_from_running() -> None:
    assert [rule.severity for rule in RULES if rule.code == "journey.follow_up_of_unsent"] == ["warning"]


@pytest.mark.parametrize("said", ["continue", "exit", "leave"])
def test_whoever_says_what_happens_when_it_is_not_sent_is_not_warned(said: str) -> None:
    steps = (FIRST % f", if_suppressed: {said}", WATCH, SAME.replace("}", ", if_suppressed: exit}"))
    assert found(*steps, "{id: leave, exit: done}") == []


@pytest.mark.parametrize(
    "steps",
    [
        pytest.param((FIRST % "", SAME.replace("entry.products", "profile.favourites")), id="about other goods"),
        pytest.param((FIRST % "", SAME.replace(", items: entry.products", "")), id="about no goods"),
        pytest.param(("{id: pause, wait: 1d}", FIRST % "", "{id: again, go: pause}"), id="about itself, again"),
        pytest.param((WATCH, FIRST % ""), id="before it"),
        pytest.param((FIRST % "", "{id: ads, audience: {add: cart, items: entry.products}}"), id="an audience"),
        pytest.param((FIRST % "",), id="last of all"),
    ],
)
def test_what_does_not_follow_up_on_a_message_is_no_matter(steps: tuple[str, ...]) -> None:
    assert found(*steps) == []


def test_every_rule_has_a_code_of_its_own_and_an_explanation() -> None:
    assert len({rule.code for rule in RULES}) == len(RULES) == 51
    assert all(rule.code == f"journey.{rule.find.__name__}" and rule.explanation.endswith(".") for rule in RULES)


def codes_of(example: str) -> list[str]:
    """Check an example as `tactful check` does, the templates, guards and conditions of it too."""
    return [problem.code for problem in check_project(whole_file(example), {}, Path()).problems]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_the_bad_example_of_a_rule_gives_its_code_once_and_no_other(rule: Rule) -> None:
    assert codes_of(rule.examples[0]) == [rule.code]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_the_good_example_of_a_rule_gives_none(rule: Rule) -> None:
    assert codes_of(rule.examples[1]) == []


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_every_rule_says_in_one_sentence_what_to_do(rule: Rule) -> None:
    assert rule.fix.endswith(".")


def messages_of(example: str) -> list[str]:
    parsed = parse(whole_file(example))
    assert parsed.spec is not None
    faults = lint(parsed.spec, ("Checkout Started", "Order Completed", "Email Clicked"))
    return [line for fault in faults for line in wrap(fault.message, 96)]


def test_the_messages_of_all_rules_are_these() -> None:
    assert {rule.code: messages_of(rule.examples[0]) for rule in RULES} == snapshot(
        {
            "journey.unknown_target": [
                'step "again": go names no step of this journey, got "pasue"; did you mean "pause"?'
            ],
            "journey.moved_nowhere": [
                'journey "example": moved leads from "first" to "lettre", which is no step; did you mean',
                '"letter"?',
            ],
            "journey.moved_still_there": [
                'journey "example": moved names "letter", which is still a step; take it out of moved'
            ],
            "journey.loop_without_wait": [
                'step "news": the loop news → again → news never waits; put a wait or wait_for step on it'
            ],
            "journey.unreachable_step": ['step "pause": no way leads here; let a step go to "pause", or remove it'],
            "journey.reserved_step_id": [
                'step "exit": the id "exit" has a meaning of its own; give the step another one'
            ],
            "journey.else_is_last": [
                'step "sort": the ways below else are never tried; keep one else and move it last'
            ],
            "journey.arm_needs_if_or_else": ['step "sort": branch[0] needs if or else, got neither; keep exactly one'],
            "journey.split_of_nobody": [
                'step "test": every arm of the split has a share of 0; give at least one of them more'
            ],
            "journey.control_is_no_arm": ['step "test": control names no arm, got "shrt"; did you mean "short"?'],
            "journey.entry_needs_one_door": [
                'journey "example": entry needs one of event, when, schedule, date, call, journey, got event and',
                "schedule; keep exactly one",
            ],
            "journey.schedule_with_key": [
                'journey "example": entry has a schedule and a key; remove the key, it is taken from an event'
            ],
            "journey.key_without_event": [
                'journey "example": entry has when and key; remove the key, it is taken from an event'
            ],
            "journey.in_without_schedule": [
                'journey "example": entry has in but no schedule and no date; remove it, events come when they',
                "come",
            ],
            "journey.date_keys_without_date": ['journey "example": entry has at but no date; remove it, or add date'],
            "journey.entry_at_with_weekday": [
                'journey "example": at says the time of the date\'s own day, got "Tue 09:00"; leave the weekday',
                "out",
            ],
            "journey.machine_without_event": ['journey "example": exit has machine but no event; remove it'],
            "journey.parallel_without_key": [
                'journey "example": parallel is one enrollment per key, got no key; add entry.key, such as',
                "event.checkout_id",
            ],
            "journey.scheduled_only_once": [
                'journey "example": a schedule repeats, got re_entry never; remove it, or the repetition'
            ],
            "journey.re_entry_by_calendar": [
                'journey "example": re_entry has no say in what a schedule opens, got "after 14d"; remove it'
            ],
            "journey.restart_without_re_entry": [
                'journey "example": if_active restart and re_entry never: nobody enters again to restart it;',
                "remove one of the two",
            ],
            "journey.exit_needs_event_or_if": ['journey "example": exit[0] needs event or if, got neither; add one'],
            "journey.exit_without_reason": [
                'journey "example": exit[0] has no event to be named after; add reason: a short name'
            ],
            "journey.unknown_goal": ['journey "example": no goal is called "repeat_purchase"; add it under goals'],
            "journey.holdout_without_goal": [
                'journey "example": holdout keeps people out for a comparison, got no goal; add one, or remove it'
            ],
            "journey.wait_for_needs_one": [
                'step "watch": wait_for needs one of event, first_of, condition, got none; keep exactly one'
            ],
            "journey.wait_for_stray_key": [
                'step "watch": wait_for has machine but no event; remove it, or say all of it in the condition'
            ],
            "journey.then_never_taken": ['step "watch": every event of first_of has a go of its own; remove then'],
            "journey.date_may_be_past": ['step "pause": the date may be past; add if_past: send, skip or exit'],
            "journey.if_past_without_date": ['step "pause": "Tue 10:00" comes again and is never past; remove if_past'],
            "journey.at_without_date": [
                'step "pause": at belongs to a date that is computed; remove it, write the time into until'
            ],
            "journey.wait_at_with_weekday": [
                'step "pause": at says the time of the date\'s own day, got "Tue 10:00"; leave the weekday out'
            ],
            "journey.late_drops_what_is_owed": [
                'step "receipt": late leaves out what the customer is owed; write do: send or reschedule'
            ],
            "journey.unknown_timezone": [
                'shop.timezone expects an IANA name such as Europe/Riga, got "Europe/Rigga"; did you mean',
                '"Europe/Riga"?',
            ],
            "journey.of_is_no_message": [
                'step "watch": wait_for.of expects a step that sends a message, got "pause"; name a send or',
                "lead_magnet step, or leave it out",
            ],
            "journey.send_needs_one_content": [
                'step "letter": send needs template or text, got neither; keep exactly one'
            ],
            "journey.min_items_without_items": [
                'step "letter": send has min_items but no items; remove it, or add items'
            ],
            "journey.audience_needs_one_change": [
                'step "ads": audience needs add or remove, got both; keep exactly one'
            ],
            "journey.for_without_add": ['step "ads": audience has for but no add; remove it, nobody is put in'],
            "journey.crm_needs_content": ['step "call": crm needs task, note or deal, got none; add one'],
            "journey.unknown_channel": ['step "letter": the channel "emial" is not set up; did you mean "email"?'],
            "journey.misspelt_event": [
                'journey "example": no event "Chekout Started" is known; did you mean "Checkout Started"? If not,',
                "list it under events",
            ],
            "journey.follow_up_of_unsent": [
                'step "reminder": "watch" follows up on it, even if it is not sent; add if_suppressed: exit, a',
                "step, or continue if that is meant",
            ],
            "journey.unknown_journey": ['step "hand_over": no journey is called "caer"; did you mean "care"?'],
            "journey.its_own_journey": ['step "leave": stop names the journey itself; exit instead'],
            "journey.start_needs_call": [
                'step "hand_over": start needs a journey whose entry is call, but journey "care" is entered by',
                "event; give it entry: {call: {}}",
            ],
            "journey.start_arguments": ['step "hand_over": order_id expects a text, such as "7", got 7'],
            "journey.circle_of_starts": [
                'step "over": the journeys example → second → example lead round without a wait; put a wait',
                "before one of the links",
            ],
            "journey.uncapped_group": [
                'journey "example": no frequency cap names the group "news"; add groups: {news: "2 per 7d"} to',
                "frequency_cap, or remove the group",
            ],
            "journey.colliding_journeys": [
                'journey "second": Checkout Started also enters "example", which promotes entry.products by email',
                "in the same week; cap the channel, give both one capped group, or tell the entries apart by an",
                "if",
            ],
            "journey.priority_of_silence": [
                'journey "example": priority says whose message goes first, and it sends none; remove it'
            ],
        }
    )


# What is over at once is no wait.


@pytest.mark.parametrize(
    ("pause", "is_loop"),
    [
        ("wait: {until: '2026-12-24', if_past: send}", True),
        ("wait: {until: entry.expected_at, if_past: skip}", True),
        ("wait: {until: entry.expected_at, if_past: exit}", False),
        ("wait_for: {condition: profile.orders.count > 1, at_most: 1d}", True),
    ],
)
def test_a_wait_that_may_be_over_at_once_stops_no_loop(pause: str, *, is_loop: bool) -> None:
    faults = found(
        "{id: first, set: {a: 1}}", f"{{id: a, {pause}}}", "{id: more, set: {a: 2}}", "{id: back, go: first}"
    )
    assert [fault.split()[1] for fault in faults] == ["journey.loop_without_wait"] * is_loop


def test_a_loop_over_a_condition_is_none_where_only_the_end_of_the_wait_leads_back() -> None:
    steps = (
        "{id: a, wait_for: {condition: profile.orders.count > 1, at_most: 1d}, then: done}",
        "{id: back, go: a}",
        "{id: done, exit: finished}",
    )
    assert found(*steps) == []


def test_a_loop_into_the_arm_of_a_split_is_found() -> None:
    split = "{id: test, split: {x: 50%, y: 50%}, x: [{id: one, set: {a: 1}}, {id: back, go: test}]}"
    assert [fault.split()[1] for fault in found(split)] == ["journey.loop_without_wait"]


def test_what_comes_after_on_failure_is_reached() -> None:
    steps = ("{id: a, send: email, text: x, on_failure: sorry}", "{id: done, exit: d}", "{id: sorry, exit: failed}")
    assert found(*steps) == []


def test_a_target_of_first_of_is_checked() -> None:
    step = "{id: a, wait_for: {first_of: [{event: X, go: nowhere}, {event: Y}], at_most: 1d}}"
    assert [fault.partition(" step ")[0] for fault in found(step)] == ["journeys.yaml:11:54: journey.unknown_target"]


# Journeys that meet.


def pair(one: str, other: str, guards: str = 'quiet_hours: {from: "21:00", to: "09:00"}') -> list[str]:
    """Check two journeys beside each other and give the codes."""
    text = f"guards: {{{guards}}}\njourneys:\n  one: {one}\n  other: {other}\n"
    return [problem.code for problem in check_project(whole_file(text), {}, Path()).problems]


def basket(entry: str = "event: Checkout Started", pause: str = "1d", more: str = "", channel: str = "email") -> str:
    send = f"{{id: letter, send: {channel}, text: x, items: entry.products}}"
    return f"{{{more} entry: {{{entry}}}, steps: [{{id: pause, wait: {pause}}}, {send}]}}"


@pytest.mark.parametrize(
    ("one", "other", "collide"),
    [
        pytest.param(basket(), basket(), True, id="the same"),
        pytest.param(basket(), basket(pause="8d"), False, id="more than a week later"),
        pytest.param(basket(), basket("event: Order Completed"), False, id="another event"),
        pytest.param(
            basket("event: Checkout Started, if: event.currency == 'EUR'"),
            basket("event: Checkout Started, if: event.currency == 'SEK'"),
            False,
            id="entries that exclude each other",
        ),
        pytest.param(
            basket("event: Checkout Started, if: event.value > 20"),
            basket("event: Checkout Started, if: event.value > 50"),
            True,
            id="entries that do not",
        ),
    ],
)
def test_journeys_collide_where_one_customer_gets_both_messages(one: str, other: str, *, collide: bool) -> None:
    assert pair(one, other) == ["journey.colliding_journeys"] * collide


@pytest.mark.parametrize("cap", ["{email: 1 per day}", "{any: 1 per day}"])
def test_journeys_under_a_common_cap_do_not_collide(cap: str) -> None:
    assert pair(basket(), basket(), f"frequency_cap: {cap}") == []


def test_journeys_of_one_capped_group_do_not_collide() -> None:
    grouped = basket(more="group: baskets,")
    assert pair(grouped, grouped, "frequency_cap: {groups: {baskets: 1 per day}}") == []


def test_a_cap_of_another_channel_keeps_no_journeys_apart() -> None:
    assert pair(basket(), basket(), "frequency_cap: {ads: 1 per day}") == ["journey.colliding_journeys"]


def test_journeys_that_follow_each_other_at_once_are_a_circle() -> None:
    steps = "steps: [{id: a, set: {x: 1}}]"
    text = (
        f"attributes: {{x: number}}\njourneys:\n  one: {{entry: {{journey: other}}, {steps}}}\n"
        f"  other: {{entry: {{journey: one}}, {steps}}}\n"
    )
    assert codes_of(text) == ["journey.circle_of_starts"]


@pytest.mark.parametrize(
    ("given", "kind", "fits"),
    [
        ("7", "number", True),
        ("'7'", "number", False),
        ("true", "boolean", True),
        ("true", "number", False),
        ("{from: entry.value}", "text", True),
        ("x", "items", False),
        ("x", "any", True),
    ],
)
def test_what_a_started_journey_is_given_is_of_the_kind_it_asks_for(given: str, kind: str, *, fits: bool) -> None:
    one = f"{{entry: {{event: Checkout Started}}, steps: [{{id: on, start: other, with: {{a: {given}}}}}]}}"
    other = f"{{entry: {{call: {{a: {kind}}}}}, steps: [{{id: pause, wait: 1d}}]}}"
    assert pair(one, other) == ["journey.start_arguments"] * (not fits)
