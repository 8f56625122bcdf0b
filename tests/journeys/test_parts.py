"""Do the steps of a part become plain steps of the journey that uses it?"""

from textwrap import dedent
from typing import Any

from journeys.parse import Parsed, parse

HEAD = """\
version: 1
shop: {name: Nordic Roast}
channels: {email: {action: email.file}}
parts:
  ask_twice:
    arguments: {template: required, pause: 3d, next: continue, who: you}
    steps:
      - {id: first, send: email, template: $template, subject: "Hi ${who}, $$5 off", if_suppressed: done}
      - id: watch
        wait_for: {event: Email Clicked, of: first, at_most: $pause}
        then: done
        otherwise: second
      - {id: second, send: email, template: $template, if_suppressed: $next}
      - {id: done, set: {asked: true}}
  with_thanks:
    arguments: {after: required}
    steps:
      - {id: ask, use: ask_twice, with: {template: a.txt, next: thanks}}
      - {id: thanks, send: email, template: thanks.txt, if_suppressed: $after}
  in_arms:
    steps:
      - id: half
        split: {a: 50%, b: 50%}
        a: [{id: one, wait: 1d}, {id: two, go: after}]
        b: after
      - {id: after, wait: 2d}
journeys:
"""


def parsed(*steps: str, more: str = "") -> Parsed:
    """Read a journey of these steps, the first of which stands on line 31."""
    lines = "".join(f"      - {step}\n" for step in steps)
    return parse(f"{HEAD}  cart:\n    entry: {{event: Checkout Started}}\n    steps:\n{lines}{dedent(more)}")


def steps(*written: str) -> list[dict[str, Any]]:
    """Give the steps of a journey the way the file would write them."""
    spec = parsed(*written).spec
    assert spec is not None
    assert "cart" in spec.journeys, parsed(*written).problems
    return [step.model_dump(mode="json", by_alias=True, exclude_defaults=True) for step in spec.journeys["cart"].steps]


def errors(*written: str) -> list[str]:
    """Write the errors of a journey of these steps."""
    return [str(problem) for problem in parsed(*written).problems if problem.severity == "error"]


def test_the_steps_of_a_part_stand_where_it_is_used_under_the_name_of_the_use() -> None:
    assert [
        step["id"] for step in steps("{id: care, use: ask_twice, with: {template: t.txt}}", "{id: end, wait: 1d}")
    ] == [
        "care_first",
        "care_watch",
        "care_second",
        "care_done",
        "end",
    ]


def test_arguments_stand_as_values_and_within_text() -> None:
    first, watch, *_ = steps("{id: care, use: ask_twice, with: {template: t.txt, pause: 9d, who: Ann}}")
    assert (first["template"], first["subject"], watch["wait_for"]["at_most"]) == ("t.txt", "Hi Ann, $5 off", "9d")


def test_what_is_not_given_is_as_the_part_says() -> None:
    first, watch, *_ = steps("{id: care, use: ask_twice, with: {template: t.txt}}")
    assert (first["subject"], watch["wait_for"]["at_most"]) == ("Hi you, $5 off", "3d")


def test_ways_inside_a_part_follow_its_new_ids() -> None:
    first, watch, *_ = steps("{id: care, use: ask_twice, with: {template: t.txt}}")
    assert first["if_suppressed"] == "care_done"
    assert watch["wait_for"]["of"] == "care_first"
    assert (watch["then"], watch["otherwise"]) == ("care_done", "care_second")


def test_a_way_that_is_given_leads_to_the_step_of_whoever_gave_it() -> None:
    found = steps(
        "{id: start, wait: 1d}",
        "{id: care, use: ask_twice, with: {template: t.txt, next: start}}",
        "{id: both, use: with_thanks, with: {after: start}}",
    )
    ways = {step["id"]: step.get("if_suppressed") for step in found}
    assert ways["care_second"] == "start"
    assert ways["both_ask_second"] == "both_thanks"
    assert ways["both_thanks"] == "start"


def test_the_id_of_the_use_leads_to_its_first_step() -> None:
    found = steps("{id: back, go: both}", "{id: both, use: with_thanks, with: {after: back}}")
    assert found[0]["go"] == "both_ask_first"


def test_parts_stand_in_arms_and_hold_arms() -> None:
    half = "{id: half, split: {x: 1, y: 1}, x: [{id: in, use: in_arms}], y: in}"
    (outer,) = steps(half)
    assert outer["y"] == "in_half"
    inner, after = outer["x"]
    assert [step["id"] for step in inner["a"]] == ["in_one", "in_two"]
    assert (inner["a"][1]["go"], inner["b"], after["id"]) == ("in_after", "in_after", "in_after")


def test_a_mistake_in_a_part_is_found_on_its_line_and_names_the_use() -> None:
    text = HEAD.replace("event: Email Clicked, of", "evnt: Email Clicked, of")
    body = "  cart:\n    entry: {event: A}\n    steps:\n      - {id: care, use: ask_twice, with: {template: t.txt}}\n"
    found = [str(problem) for problem in parse(text + body).problems if problem.severity == "error"]
    assert found == [
        'journeys.yaml:10:20: schema.unknown_key step "care_watch" (part ask_twice): unknown key "evnt" in wait_for; '
        'did you mean "event"? Known keys: event, first_of, condition, of, if, machine, at_most'
    ]


def test_a_wrong_argument_is_found_where_it_is_given() -> None:
    assert errors("{id: care, use: ask_twice, with: {template: t.txt, pause: 3 dayz}}") == [
        'journeys.yaml:31:67: schema.wrong_value step "care_watch" (part ask_twice): wait_for.at_most expects a '
        'duration like 3d, 90m or 2h30m, got "3 dayz"; did you mean "3d"?'
    ]


def test_an_unknown_part_is_named_with_the_one_that_was_meant() -> None:
    assert errors("{id: care, use: ask_twise}") == [
        'journeys.yaml:31:25: part.unknown step "care": there is no part "ask_twise"; did you mean "ask_twice"? '
        "Known parts: ask_twice, with_thanks, in_arms"
    ]


def test_an_unknown_argument_is_not_also_missing() -> None:
    assert errors("{id: care, use: ask_twice, with: {templat: t.txt}}") == [
        'journeys.yaml:31:43: part.unknown_argument step "care": the part "ask_twice" has no argument "templat"; '
        'did you mean "template"? Known arguments: template, pause, next, who'
    ]


def test_what_a_part_needs_must_be_given() -> None:
    assert errors("{id: care, use: ask_twice}") == [
        'journeys.yaml:31:25: part.missing_argument step "care": the part "ask_twice" needs the argument "template"; '
        "write it under with"
    ]


def test_a_part_that_uses_itself_is_shown_the_circle() -> None:
    text = HEAD.replace("{id: one, wait: 1d}", "{id: one, use: in_arms}")
    body = "  cart: {entry: {event: A}, steps: [{id: care, use: in_arms}]}"
    found = [str(problem) for problem in parse(text + body).problems if problem.severity == "error"]
    assert found == [
        'journeys.yaml:24:28: part.circle step "care_one" (part in_arms): the part uses itself: in_arms -> in_arms; '
        "take one use out"
    ]


def test_a_part_nobody_uses_is_a_warning_and_the_journeys_run() -> None:
    found = parsed("{id: care, use: in_arms}")
    assert [(problem.line, problem.code, problem.severity) for problem in found.problems] == [
        (5, "part.unused", "warning"),
        (15, "part.unused", "warning"),
    ]
    assert found.spec is not None
    assert list(found.spec.journeys) == ["cart"]


def test_two_uses_of_one_name_are_taken_for_two_steps_of_one_id() -> None:
    found = errors("{id: care, use: in_arms}", "{id: care, use: in_arms}")
    assert [line.split(" ")[1] for line in found] == ["schema.duplicate_step_id"]


def test_an_id_that_a_part_makes_is_taken() -> None:
    assert errors("{id: care_half, wait: 1d}", "{id: care, use: in_arms}") == [
        'journeys.yaml:22:13: schema.duplicate_step_id step "care_half" (part in_arms): the id is taken by the step on '
        "line 31; give each step an id of its own"
    ]


def test_the_steps_of_an_arm_may_be_given_to_a_part() -> None:
    part = "parts: {p: {arguments: {gift: required}, steps: [{id: half, split: {a: 1, b: 1}, a: $gift}]}}\n"
    given = "{gift: [{id: mine, wait: 2d}, {id: back, go: b}]}"
    journey = f"journeys: {{a: {{entry: {{event: A}}, steps: [{{id: b, use: p, with: {given}}}]}}}}"
    spec = parse(f"version: 1\nshop: {{name: X}}\n{part}{journey}").spec
    assert spec is not None
    (half,) = spec.journeys["a"].model_dump(mode="json", exclude_defaults=True)["steps"]
    assert half["a"] == [{"id": "mine", "wait": "2d"}, {"id": "back", "go": "b_half"}]


def test_parts_that_double_ten_times_over_are_refused_at_once() -> None:
    levels = "".join(
        f"  p{level}: {{steps: [{', '.join(f'{{id: a{n}, use: p{level + 1}}}' for n in range(9))}]}}\n"
        for level in range(9)
    )
    text = f"version: 1\nshop: {{name: X}}\nparts:\n{levels}  p9: {{steps: [{{id: a, wait: 1d}}]}}\n"
    found = parse(f"{text}journeys: {{a: {{entry: {{event: A}}, steps: [{{id: b, use: p0}}]}}}}").problems
    assert [problem.code for problem in found] == ["part.too_much"]
