"""Are scenarios read with every mistake named, and run so that a wrong expectation fails?"""

import re
from pathlib import Path

import pytest

from journeys.catalog import Catalog
from journeys.compile import compile_journey
from journeys.parse import parse
from journeys.schema import Schema
from operational_guards.registry import Setting, build_rules
from orchestrator.program import Program, build_program
from orchestrator.project import load_project
from orchestrator.scenarios import CODES, EXPECTATIONS, Scenario, read_scenarios, run_scenario
from tests.operational_guards.people import BUILT_IN

ROOT = Path(__file__).parents[2]
ZONE = "Europe/Riga"

JOURNEYS = """
version: 1
shop: {name: Nordic Roast, timezone: Europe/Riga}
channels: {email: {action: email.file}, ads: {action: audience.file}, crm: {action: crm.file}}
journeys:
  cart:
    entry: {event: Checkout Started, key: event.checkout_id}
    if_active: parallel
    goal: {event: Order Completed}
    exit: [{event: Order Completed, if: event.checkout_id == entry.checkout_id, reason: bought}]
    steps:
      - {id: settle, wait: 1h}
      - {id: reminder, send: email, template: cart.mjml, items: entry.products, if_suppressed: exit}
      - {id: watch, wait_for: {event: Email Clicked, of: reminder, at_most: 1d}, then: clicked, otherwise: ads}
      - {id: ads, audience: {add: abandoners, for: 2d}}
      - {id: done, exit: not_bought}
      - {id: clicked, crm: {note: clicked}}
  news:
    entry: {schedule: "Tue 10:00", if: profile.consent.email}
    steps: [{id: letter, send: email, template: news.mjml, items: 'catalog("new", 2)'}]
"""
GUARDS = {
    "already_bought": {"within": "30d"},
    "in_delivery": {},
    "quiet_hours": {"from": "21:00", "to": "09:00"},
}
CHECKOUT = "{+0h: Checkout Started, checkout_id: k1, products: [{product_id: grinder, price: 80}]}"


@pytest.fixture(scope="module")
def program() -> Program:
    spec = parse(JOURNEYS).spec
    assert spec is not None
    schema = Schema.of(spec.events, spec.attributes)
    compiled = [compile_journey(name, journey, schema, ZONE)[0] for name, journey in spec.journeys.items()]
    return build_program(
        [journey for journey in compiled if journey], build_rules(GUARDS, Setting(ZONE), known=BUILT_IN)
    )


def only(text: str) -> Scenario:
    scenarios, problems = read_scenarios(text)
    assert problems == []
    [scenario] = scenarios
    return scenario


def story(events: str, expect: str, more: str = "") -> Scenario:
    head = f"- name: a story\n  journey: cart\n  at: 2026-03-02 09:00\n  {more}\n"
    return only(f"{head}  events: [{events}]\n  expect: [{expect}]\n")


def run(program: Program, events: str, expect: str, more: str = "") -> tuple[str, ...]:
    return run_scenario(story(events, expect, more), program, ZONE).differences


def problems_of(text: str) -> list[str]:
    return [str(problem) for problem in read_scenarios(text)[1]]


# The example.


def example_scenarios() -> list[Scenario]:
    return read_scenarios((ROOT / "journeys.test.yaml").read_text(encoding="utf-8"))[0]


@pytest.fixture(scope="module")
def example() -> Program:
    return load_project(ROOT).program(Catalog())


@pytest.mark.parametrize("scenario", example_scenarios(), ids=lambda scenario: scenario.name)
def test_the_example_does_what_its_scenarios_say(scenario, example):
    assert run_scenario(scenario, example, ZONE).differences == ()


def test_the_example_has_nothing_wrong_with_it():
    assert load_project(ROOT).problems == ()


def test_every_scenario_of_the_example_can_be_read_and_there_are_enough_of_them():
    scenarios, problems = read_scenarios((ROOT / "journeys.test.yaml").read_text(encoding="utf-8"))
    assert problems == []
    assert len(scenarios) >= 14
    assert {scenario.journey for scenario in scenarios} == {
        "", "cart_recovery", "first_guide", "post_purchase", "winback", "weekly_newsletter",
    }  # fmt: skip


# The documentation.

GUIDE = (ROOT / "docs" / "testing.md").read_text(encoding="utf-8")


def test_the_example_of_the_documentation_passes(example):
    scenario = only(GUIDE.split("```yaml\n")[1].split("```")[0])
    assert run_scenario(scenario, example, ZONE).differences == ()


def test_the_failure_of_the_documentation_looks_like_that(example):
    text = GUIDE.split("```yaml\n")[1].split("```")[0].replace("already_bought.no", "in_delivery.no")
    [difference] = run_scenario(only(text), example, ZONE).differences
    assert f"```text\n{difference}\n```" in GUIDE


def test_every_code_is_documented_with_its_sentence():
    assert [f"| `{code}` | {sentence} |" for code, sentence in CODES.items()] == [
        line for line in GUIDE.splitlines() if line.startswith(("| `yaml.", "| `scenario."))
    ]


def test_every_word_of_an_expectation_is_documented_with_its_keys():
    for word, keys in EXPECTATIONS.items():
        [row] = [line for line in GUIDE.splitlines() if line.startswith(f"| `{word}` |")]
        assert re.findall(r"`(\w+)`", row.split("|")[-2]) == list(keys)


# Running.


def test_a_story_that_goes_as_expected_passes(program):
    expect = "{+1h: sent, step: reminder, items: [grinder]}, {+25h: sent, step: ads, audience: abandoners}"
    assert run(program, CHECKOUT, expect) == ()


def test_a_wrong_reason_fails_and_shows_the_timeline_around_it(program):
    events = f"{CHECKOUT}, {{+30m: Order Completed, order_id: o9, products: [{{product_id: grinder, price: 80}}]}}"
    expect = "{+1h: suppressed, step: reminder, reason: in_delivery.no_items_left}"
    [difference] = run(program, events, expect)
    assert difference.splitlines() == [
        'journeys.test.yaml:6: expected suppressed, step "reminder", reason "in_delivery.no_items_left", '
        'got reason "already_bought.no_items_left"',
        "    +0h          Mon 2026-03-02 09:00  waits cart.settle (until Mon 2026-03-02 10:00)",
        "    +30m         Mon 2026-03-02 09:30  Order Completed",
        "    +30m         Mon 2026-03-02 09:30  goal cart.settle (Order Completed)",
        "    +1h          Mon 2026-03-02 10:00  exited cart.reminder: completed",
        "  > +1h          Mon 2026-03-02 10:00  expected  suppressed cart.reminder: in_delivery.no_items_left",
        "  > +1h          Mon 2026-03-02 10:00  seen      suppressed cart.reminder: already_bought.no_items_left",
    ]


def test_a_message_that_was_not_expected_fails(program):
    [difference] = run(program, CHECKOUT, "{+1h: sent, step: reminder}")
    assert difference.splitlines()[0] == "journeys.test.yaml:1: sent cart.ads, which was not expected"


def test_a_message_at_another_minute_is_one_difference(program):
    differences = run(program, CHECKOUT, "{+61m: sent, step: reminder}, {+25h: sent, step: ads}")
    assert [difference.splitlines()[0] for difference in differences] == [
        'journeys.test.yaml:6: expected sent, step "reminder", got it at Mon 2026-03-02 10:00'
    ]


def test_other_goods_than_expected_fail(program):
    differences = run(program, CHECKOUT, "{+1h: sent, step: reminder, items: [kettle]}", "until: +2h")
    assert [difference.splitlines()[0] for difference in differences] == [
        'journeys.test.yaml:6: expected sent, step "reminder", items [kettle], got items [grinder]'
    ]


def test_another_outcome_at_the_same_step_is_what_came_instead(program):
    differences = run(program, CHECKOUT, "{+1h: suppressed, step: reminder}", "until: +2h")
    assert [difference.splitlines()[0] for difference in differences] == [
        'journeys.test.yaml:6: expected suppressed, step "reminder", got sent'
    ]


def test_one_message_does_not_meet_two_expectations(program):
    differences = run(program, CHECKOUT, "{+1h: sent}, {+1h: sent}", "until: +2h")
    assert [difference.splitlines()[0] for difference in differences] == [
        "journeys.test.yaml:6: expected sent, which did not happen"
    ]


def test_expectations_in_the_wrong_order_are_pointed_out(program):
    differences = run(program, CHECKOUT, "{+25h: sent, step: ads}, {+1h: sent, step: reminder}")
    assert differences == (
        'journeys.test.yaml:6: sent, step "reminder" stands behind something later; '
        "write expectations in order of time",
    )


def test_silence_is_broken_by_any_message(program):
    scenario = only(f"- name: a\n  journey: cart\n  at: 2026-03-02 09:00\n  events: [{CHECKOUT}]\n  nothing_sent: true")
    result = run_scenario(scenario, program, ZONE)
    assert not result.passed
    assert len(result.differences) == 2


def test_an_event_about_a_message_reaches_the_step_that_waits_for_it(program):
    events = f"{CHECKOUT}, {{+3h: Email Clicked, of: reminder}}"
    assert run(program, events, "{+1h: sent, step: reminder}, {+3h: sent, step: clicked, channel: crm}") == ()


def test_an_event_about_a_message_that_was_never_sent_fails(program):
    events = f"{CHECKOUT}, {{+30m: Email Clicked, of: reminder}}"
    differences = run(program, events, "{+1h: sent, step: reminder}, {+25h: sent, step: ads}")
    assert differences == (
        "journeys.test.yaml:1: +30m         Mon 2026-03-02 09:30  "
        'Email Clicked of "reminder": that step had sent nothing yet; move it behind the message',
    )


def test_a_delay_is_seen_with_its_end_and_the_end_may_be_a_local_time(program):
    events = CHECKOUT.replace("+0h", "+13h")
    delayed = "{+14h: delayed, step: reminder, reason: quiet_hours.night, until: 2026-03-03 09:00}"
    assert run(program, events, f"{delayed}, {{2026-03-03 09:00: sent}}", "until: +24h") == ()


def test_local_times_follow_the_summer_time_of_the_shop(program):
    scenario = only(
        "- name: a\n  journey: news\n  at: 2026-03-23 09:00\n  until: +9d\n  catalog: [kettle, scale, grinder]\n"
        "  expect: [{+25h: sent}, {2026-03-31 10:00: sent, items: [kettle, scale]}]"
    )
    assert run_scenario(scenario, program, ZONE).differences == ()


def test_whoever_leaves_while_a_message_waits_has_it_cancelled(program):
    order = "{+15h: Order Completed, order_id: o1, checkout_id: k1, products: [{product_id: mug, price: 9}]}"
    expect = "{+15h: cancelled, step: reminder, reason: journey.bought}, {+15h: exited, reason: bought}"
    assert run(program, f"{CHECKOUT.replace('+0h', '+13h')}, {order}", expect) == ()


def test_a_provider_that_refuses_a_message_can_be_played(program):
    expect = "{+1h: failed, step: reminder}, {+25h: sent, step: ads}"
    assert run(program, CHECKOUT, expect, "fate: {reminder: failed}") == ()


def test_without_a_journey_all_of_them_run(program):
    scenario = only(
        "- name: a\n  at: 2026-03-03 09:00\n  until: +2h\n  catalog: [mug]\n"
        f"  events: [{CHECKOUT}]\n  expect: [{{+1h: sent, journey: cart}}, {{+1h: sent, journey: news}}]"
    )
    assert run_scenario(scenario, program, ZONE).differences == ()


def test_a_story_without_an_end_goes_on_for_ninety_days_after_its_last_event(program):
    scenario = only("- name: a\n  journey: news\n  at: 2026-03-02 09:00\n  catalog: [mug]\n  expect: []")
    assert len(run_scenario(scenario, program, ZONE).differences) == 13


def test_the_person_is_as_the_scenario_says(program):
    differences = run(
        program, CHECKOUT, "{+1h: suppressed, reason: consent.refused}", "profile: {consent: {email: false}}"
    )
    assert differences == ()


@pytest.mark.parametrize(
    ("more", "expect", "difference"),
    [
        (
            "",
            "{+1h: sent, step: remindr}",
            'journeys.test.yaml:6: scenario "a story": no step is called "remindr"; did you mean "reminder"?',
        ),
        (
            "fate: {xyz: failed}",
            "{+1h: sent}",
            'journeys.test.yaml:1: scenario "a story": no step is called "xyz"; the steps that run '
            "are ads, clicked, done, reminder, settle, watch",
        ),
        (
            "",
            "{+1h: sent, journey: news}",
            'journeys.test.yaml:6: scenario "a story": no journey is called "news"; the journeys that run are cart',
        ),
    ],
)
def test_a_name_that_does_not_exist_is_named(program, more, expect, difference):
    assert run(program, CHECKOUT, expect, more) == (difference,)


def test_a_journey_that_does_not_run_is_named(program):
    scenario = only("- name: a\n  journey: cat\n  at: 2026-03-02 09:00\n  expect: []")
    assert run_scenario(scenario, program, ZONE).differences == (
        'journeys.test.yaml:1: scenario "a": no journey "cat" runs; '
        "correct the name, or run `tactful check` to see whether it is quarantined",
    )


def test_the_same_scenario_gives_the_same_timeline(program):
    scenario = story(CHECKOUT, "{+1h: sent}")
    assert run_scenario(scenario, program, ZONE) == run_scenario(scenario, program, ZONE)


# Reading.


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        (
            "jurney: cart",
            '4:3: scenario.unknown_key scenario "a": unknown key "jurney"; did you mean "journey"? '
            "Known keys: name, journey, at, zone, profile, events, until, catalog, fate, expect, never, "
            "nothing_sent",
        ),
        (
            "until: soon",
            '4:10: scenario.wrong_value scenario "a": until expects a moment like +1h or "2026-03-02 '
            '09:00", got "soon"; correct it',
        ),
        (
            "profile: ann",
            '4:12: scenario.wrong_value scenario "a": profile expects a mapping such as {email: '
            'ann@example.com}, got "ann"; correct it',
        ),
        (
            "profile: {timezone: Mars/Base}",
            '4:23: scenario.wrong_value scenario "a": profile.timezone expects an IANA name such as '
            'Europe/Riga, got "Mars/Base"; correct it',
        ),
        (
            "profile: {consent: yes}",
            '4:22: scenario.wrong_value scenario "a": profile.consent expects yes or no for each '
            'channel, such as {marketing: true}, got "yes"; correct it',
        ),
        (
            "catalog: [7]",
            '4:3: scenario.wrong_value scenario "a": catalog expects a list of product ids, or of '
            "goods with a product_id, got [7]; correct it",
        ),
        (
            "fate: {reminder: lost}",
            '4:3: scenario.wrong_value scenario "a": fate expects sent or failed for a step, such as '
            "{reminder: failed} or {reminder: {failed: no_such_mailbox}}, got a mapping with reminder; correct it",
        ),
        (
            "events: [{Checkout Started: 1}]",
            '4:12: scenario.wrong_value scenario "a": events[0] expects one key that is a moment, '
            "such as {+0h: Checkout Started, checkout_id: k1}, got a mapping with Checkout Started; "
            "correct it",
        ),
        (
            "events: [{+1x: Checkout Started}]",
            '4:18: scenario.wrong_value scenario "a": events expects a moment like +1h or '
            '"2026-03-02 09:00", got "+1x"; correct it',
        ),
        (
            "events: [{+1h: Order Completed, products: grinder}]",
            '4:45: scenario.wrong_value scenario "a": events[0].products expects a list of goods, '
            'such as [{product_id: grinder, price: 80}], got "grinder"; correct it',
        ),
        (
            "events: [{+1h: 7}]",
            '4:18: scenario.wrong_value scenario "a": events[0] expects text after the moment, such '
            "as {+0h: Checkout Started, checkout_id: k1}, got 7; correct it",
        ),
        (
            "nothing_sent: maybe",
            '4:17: scenario.wrong_value scenario "a": nothing_sent expects true or false, got "maybe"; correct it',
        ),
    ],
)
def test_what_is_wrong_in_a_scenario_is_named_with_its_place(line, problem):
    text = f"- name: a\n  at: 2026-03-02 09:00\n  expect: []\n  {line}\n"
    assert problems_of(text) == [f"journeys.test.yaml:{problem}"]


@pytest.mark.parametrize(
    ("expectation", "problem"),
    [
        (
            "{+1h: snt}",
            'scenario.wrong_value scenario "a": expect[0] expects one of sent, crm, failed, suppressed, '
            'delayed, cancelled, left, entered, waits, set, exited, goal, got "snt"; did you mean "sent"?',
        ),
        (
            "{+1h: sent, stp: x}",
            'scenario.unknown_key scenario "a": unknown key "stp"; did you mean "step"? Known keys: '
            "journey, step, channel, audience, items, subject",
        ),
        (
            "{+1h: sent, reason: x}",
            'scenario.unknown_key scenario "a": unknown key "reason"; known keys: journey, step, '
            "channel, audience, items, subject",
        ),
        (
            "{+1h: sent, items: grinder}",
            'scenario.wrong_value scenario "a": items expects a list of product ids, such as '
            '[grinder], got "grinder"; correct it',
        ),
        (
            "{+1h: delayed, until: late}",
            'scenario.wrong_value scenario "a": expect expects a moment like +1h or "2026-03-02 '
            '09:00", got "late"; correct it',
        ),
        (
            "sent",
            'scenario.wrong_value scenario "a": expect[0] expects one key that is a moment, such as '
            '{+1h: sent, step: reminder}, got "sent"; correct it',
        ),
    ],
)
def test_what_is_wrong_in_an_expectation_is_named(expectation, problem):
    [found] = problems_of(f"- name: a\n  at: 2026-03-02 09:00\n  expect: [{expectation}]\n")
    assert found.startswith("journeys.test.yaml:3:")
    assert found.split(": ", 1)[1] == problem


def test_all_problems_are_reported_and_the_right_scenarios_still_run():
    text = "- {name: a, expect: []}\n- {name: b, at: 2026-03-02 09:00}\n- {name: c, at: 2026-03-02 09:00, expect: []}\n"
    scenarios, problems = read_scenarios(text)
    assert [scenario.name for scenario in scenarios] == ["c"]
    assert [problem.message for problem in problems] == [
        'scenario "a": missing key "at"; add it',
        'scenario "b": nothing says what must come of it; add expect or never with a list, or nothing_sent: true',
    ]


def test_a_date_that_does_not_exist_is_refused():
    assert problems_of("- {name: a, at: 2026-02-30 09:00, expect: []}") == [
        'journeys.test.yaml:1:17: scenario.wrong_value scenario "a": '
        'at expects a local time like "2026-03-02 09:00", got "2026-02-30 09:00"; correct it'
    ]


def test_two_scenarios_of_one_name_are_refused():
    text = "- {name: a, at: 2026-03-02 09:00, expect: []}\n" * 2
    assert [problem.code for problem in read_scenarios(text)[1]] == ["scenario.duplicate_name"] * 2


def test_silence_and_an_expected_message_contradict_each_other():
    text = "- {name: a, at: 2026-03-02 09:00, nothing_sent: true, expect: [{+1h: sent}]}"
    [problem] = read_scenarios(text)[1]
    assert problem.message == 'scenario "a": nothing_sent is true, got sent; keep one of the two'


@pytest.mark.parametrize(
    ("text", "code"),
    [("", "yaml.empty"), ("a: 1", "yaml.not_a_list"), ("- [", "yaml.syntax"), ("- 7", "scenario.wrong_value")],
)
def test_a_file_that_is_no_list_of_scenarios_is_refused(text, code):
    scenarios, problems = read_scenarios(text)
    assert scenarios == []
    assert [problem.code for problem in problems] == [code]


def test_a_key_that_stands_twice_spoils_only_its_scenario():
    head = "at: 2026-03-02 09:00, expect: []"
    text = f"- {{name: a, at: 2026-03-02 08:00, {head}}}\n- {{name: b, {head}}}"
    scenarios, problems = read_scenarios(text)
    assert [scenario.name for scenario in scenarios] == ["b"]
    assert [problem.code for problem in problems] == ["yaml.duplicate_key"]
