"""Do scenarios see waits, attributes, CRM entries and subjects, in any zone, and what must never happen?"""

from pathlib import Path

import pytest

from journeys.catalog import Catalog
from orchestrator.program import Program
from orchestrator.project import Project, check_project
from orchestrator.scenarios import Result, read_scenarios, run_scenario
from orchestrator.wording import Wording, wording_of

JOURNEYS = """
version: 1
shop: {name: Nordic Roast, timezone: Europe/Riga, url: https://shop.example}
channels: {email: {action: email.file, from: a@shop.example, folder: out}, crm: {action: crm.file, file: crm.jsonl}}
guards: {consent: {}, suppression_list: {}}
attributes: {likes: text, baskets: number}
journeys:
  cart:
    entry: {event: Checkout Started}
    steps:
      - {id: settle, wait: 1h}
      - {id: note_it, set: {likes: {from: entry.checkout_id}, baskets: 1}}
      - {id: reminder, send: email, template: cart.txt}
      - {id: watch, wait_for: {event: Email Clicked, of: reminder, at_most: 1d}}
      - {id: morning, wait: {until: "10:00"}}
      - {id: call, crm: {task: "Call {{ profile.first_name }}", note: "Basket {{ entry.checkout_id }}"}}
"""
TEMPLATE = (
    "---\nsubject: Dear {{ profile.first_name }}\n---\nYour basket {{ 10 // entry.value }} {{ unsubscribe_url }}\n"
)
CHECKOUT = "{+0h: Checkout Started, checkout_id: k1, value: 5}"


@pytest.fixture(scope="module")
def project() -> Project:
    found = check_project(JOURNEYS, {"cart.txt": TEMPLATE}, Path())
    assert not found.errors, found.errors
    return found


@pytest.fixture(scope="module")
def program(project: Project) -> Program:
    return project.program(Catalog())


@pytest.fixture(scope="module")
def wording(project: Project) -> Wording:
    return wording_of(project)


def lived(text: str, program: Program, wording: Wording | None = None) -> Result:
    scenarios, problems = read_scenarios(text)
    assert problems == []
    return run_scenario(scenarios[0], program, "Europe/Riga", wording)


def story(more: str, events: str = CHECKOUT, at: str = "2026-03-02 12:00") -> str:
    return f"- name: a\n  journey: cart\n  at: {at}\n  events: [{events}]\n  {more}\n"


def first_lines(result: Result) -> list[str]:
    return [difference.splitlines()[0] for difference in result.differences]


# Words.


@pytest.mark.parametrize(
    "expectation",
    [
        "{+0h: waits, step: settle, until: +1h}",
        "{+1h: waits, step: watch, until: +25h}",
        "{+25h: waits, step: morning, until: 2026-03-04 10:00}",
        "{+1h: set, step: note_it, attribute: likes, value: k1}",
        "{+1h: set, attribute: baskets, value: 1}",
    ],
)
def test_a_wait_and_an_attribute_are_seen(expectation: str, program: Program) -> None:
    found = first_lines(lived(story(f"expect: [{expectation}]"), program))
    assert [line for line in found if "expected" in line and "not expected" not in line] == []


@pytest.mark.parametrize(
    ("expectation", "got"),
    [
        ("{+0h: waits, step: settle, until: +2h}", "got until Mon 2026-03-02 13:00"),
        ("{+1h: set, attribute: likes, value: k2}", 'got value "k1"'),
        ("{+1h: set, attribute: baskets, value: true}", "got value 1"),
    ],
)
def test_another_wait_or_value_fails(expectation: str, got: str, program: Program) -> None:
    [first, *_] = first_lines(lived(story(f"expect: [{expectation}]"), program))
    assert first.endswith(got)


SPLIT = """
version: 1
shop: {name: Nordic Roast}
journeys:
  drawn:
    entry: {event: Begun}
    steps:
      - {id: toss, split: {heads: 1, tails: 1}, heads: [{id: one, exit: one}], tails: [{id: other, exit: other}]}
"""


@pytest.mark.parametrize(("who", "arm"), [("{}", "one"), ("{id: 2}", "other")])
def test_another_person_goes_another_arm(who: str, arm: str) -> None:
    program = check_project(SPLIT, {}, Path()).program(Catalog())
    expected = f"profile: {who}\n  expect: [{{+0h: exited, reason: {arm}}}]"
    text = f"- name: a\n  at: 2026-03-02 12:00\n  events: [{{+0h: Begun}}]\n  {expected}\n"
    assert lived(text, program).differences == ()


def test_a_crm_entry_is_expected_by_its_texts(program: Program, wording: Wording) -> None:
    crm = "{2026-03-04 10:00: crm, step: call, task: Call Ann, note: Basket k1}"
    assert lived(story(f"expect: [{{+1h: sent, step: reminder}}, {crm}]"), program, wording).passed


def test_a_subject_is_filled_in(program: Program, wording: Wording) -> None:
    expect = "expect: [{+1h: sent, subject: Dear Eva}, {2026-03-04 10:00: crm}]"
    assert lived(story(f"profile: {{first_name: Eva}}\n  {expect}"), program, wording).passed


def test_a_template_that_cannot_be_filled_in_fails_the_message(program: Program, wording: Wording) -> None:
    events = "{+0h: Checkout Started, checkout_id: k1, value: 0}"
    expect = "expect: [{+1h: failed, step: reminder, reason: content.render_failed}, {2026-03-04 10:00: crm}]"
    assert lived(story(expect, events), program, wording).passed


def test_a_scenario_says_where_a_template_could_not_be_filled_in(program: Program, wording: Wording) -> None:
    events = "{+0h: Checkout Started, checkout_id: k1, value: 0}"
    (difference, *_) = lived(story("never: [{failed}]", events), program, wording).differences
    assert "failed cart.reminder: content.render_failed (" in difference


def test_a_provider_says_why_it_refuses(program: Program) -> None:
    fate, expect = "fate: {reminder: {failed: full}}", "expect: [{+1h: failed, reason: full}, {2026-03-04 10:00: crm}]"
    assert lived(story(f"{fate}\n  {expect}"), program).passed


# Never.


def test_what_must_never_happen_fails_with_its_timeline(program: Program) -> None:
    result = lived(story("never: [{sent, channel: crm}]"), program)
    assert result.differences == (
        'journeys.test.yaml:5: never sent, channel "crm", and it happened\n'
        "    +1h          Mon 2026-03-02 13:00  waits cart.watch (for Email Clicked until Tue 2026-03-03 13:00)\n"
        "    +1d1h        Tue 2026-03-03 13:00  timed_out cart.watch\n"
        "    +1d1h        Tue 2026-03-03 13:00  waits cart.morning (until Wed 2026-03-04 10:00)\n"
        "    +1d22h       Wed 2026-03-04 10:00  exited cart.call: completed\n"
        "  > +1d22h       Wed 2026-03-04 10:00  never: sent cart.call",
    )


def test_a_scenario_of_nothing_but_never_asks_about_nothing_else(program: Program) -> None:
    assert lived(story("never: [{sent, channel: sms}, goal]"), program).passed


def test_beside_expectations_every_message_has_to_be_listed(program: Program) -> None:
    result = lived(story("never: [goal]\n  expect: [{+1h: sent, step: reminder}]"), program)
    assert first_lines(result) == ["journeys.test.yaml:1: sent cart.call, which was not expected"]


def test_a_step_under_never_must_be_there(program: Program) -> None:
    assert first_lines(lived(story("never: [{sent, step: remindr}]"), program)) == [
        'journeys.test.yaml:5: scenario "a": no step is called "remindr"; did you mean "reminder"?'
    ]


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ("never: [{sent: x}]", "never[0] expects a word and its keys, such as {sent, step: reminder}"),
        ("never: [{snt}]", "never[0] expects one of sent, crm"),
        ("never: [{sent, stp: x}]", 'unknown key "stp"'),
        ("never: sent", 'never expects a list, got "sent"'),
        ("never: []\n  profile: {id: ann}", 'profile.id expects a whole number from 1, got "ann"'),
        ("never: []\n  zone: Mars/Base", 'zone expects an IANA name such as Europe/Riga, got "Mars/Base"'),
        ("never: []\n  fate: {reminder: {failed: ''}}", "fate expects sent or failed"),
        ("nothing_sent: true\n  expect: [{+1h: crm}]", "nothing_sent is true, got crm; keep one of the two"),
    ],
)
def test_what_is_wrong_is_named(more: str, message: str) -> None:
    _, problems = read_scenarios(story(more))
    assert any(message in problem.message for problem in problems)


# Zones.


@pytest.mark.parametrize(
    ("at", "later", "hours"),
    [
        # Half past two does not exist on this day: it is half past three, an hour after half past one.
        ("2026-03-08 01:30", "2026-03-08 02:30", 1),
        ("2026-03-08 01:30", "2026-03-08 03:30", 1),
        # Half past one comes twice on this day: it is the first, an hour after half past midnight.
        ("2026-11-01 00:30", "2026-11-01 01:30", 1),
        ("2026-11-01 00:30", "2026-11-01 02:30", 3),
    ],
)
def test_clock_times_of_a_zone_follow_its_summer_time(at: str, later: str, hours: int, program: Program) -> None:
    events = f"{{{later}: Checkout Started, checkout_id: k1}}"
    expect = f"zone: America/New_York\n  until: +{hours + 2}h\n  expect: [{{+{hours + 1}h: sent, step: reminder}}]"
    assert lived(story(expect, events, at), program).passed


def test_the_same_clock_time_in_another_zone_is_another_moment(program: Program) -> None:
    there = lived(story("zone: Asia/Tokyo\n  never: []"), program)
    assert there.timeline[-2].startswith("+1d5h        Tue 2026-03-03 17:00")


def test_whoever_moves_waits_for_the_morning_there(program: Program) -> None:
    events = f"{CHECKOUT}, {{+2h: Identified, timezone: America/New_York}}"
    morning = "{2026-03-03 17:00: sent, step: call}"
    assert lived(story(f"expect: [{{+1h: sent, step: reminder}}, {morning}]", events), program).passed
