"""Does each mistake in a journeys file get one message, with its place and its remedy?"""

from textwrap import dedent, indent
from time import perf_counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel

from journeys.codes import CODES
from journeys.errors import Fault, Problem
from journeys.parse import Parsed, parse
from journeys.spec import STEP_KINDS, EntrySpec, JourneysFile, JourneySpec, SendStep, Until

HEAD = "version: 1\nshop: {name: Nordic Roast}\nchannels: {email: {action: email.file}}\njourneys:\n"
GOOD = "  good:\n    entry: {event: Signed Up}\n    steps: [{id: pause, wait: 3d}]\n"


def messages(text: str) -> list[str]:
    """Write every problem of a text."""
    return [str(problem) for problem in parse(dedent(text)).problems]


def known_keys(model: type[BaseModel]) -> str:
    """List the keys of a part of the language, as messages do."""
    return ", ".join(field.alias or name for name, field in model.model_fields.items())


def about_step(step: str) -> list[str]:
    """Write the problems of a step whose first line is line 9, its text beginning in column 9."""
    block = indent(dedent(step).strip("\n"), " " * 8).lstrip()
    text = (
        f"{HEAD}  cart:\n    entry: {{event: Checkout Started}}\n    steps:\n      - {{id: first, wait: 1d}}\n      - "
    )
    parsed = parse(text + block + "\n" + GOOD)
    assert parsed.spec is not None
    assert list(parsed.spec.journeys) == ["good"]
    return [str(problem) for problem in parsed.problems]


def about_journey(lines: str) -> list[str]:
    """Write the problems of a journey's own lines, which begin on line 6 in column 5."""
    return [str(problem) for problem in parse(HEAD + "  cart:\n" + indent(dedent(lines).strip("\n"), "    ")).problems]


def test_a_misspelt_duration_is_read_back_with_a_suggestion() -> None:
    assert about_step("id: promo\nwait: 3 dayz") == [
        'journeys.yaml:10:15: schema.wrong_value step "promo": wait expects a duration like 3d, 90m or 2h30m, '
        'got "3 dayz"; did you mean "3d"?'
    ]


def test_a_misspelt_key_lists_the_known_ones() -> None:
    assert about_step("id: promo\nsend: email\ntemplat: a.mjml") == [
        'journeys.yaml:11:9: schema.unknown_key step "promo": unknown key "templat"; did you mean "template"? '
        f"Known keys: {known_keys(SendStep)}"
    ]


def test_a_misspelt_step_kind_lists_the_known_ones() -> None:
    assert about_step("id: promo\nsned: email\ntemplate: a.mjml") == [
        'journeys.yaml:10:9: schema.unknown_step_kind step "promo": unknown step kind "sned"; did you mean "send"? '
        f"Known kinds: {', '.join(STEP_KINDS)}"
    ]


def test_a_duration_without_a_unit_asks_for_one() -> None:
    assert about_step("{id: pause, wait: 3}") == [
        'journeys.yaml:9:27: schema.wrong_value step "pause": wait expects a duration like 3d, 90m or 2h30m, got 3; '
        "add a unit: 3d for days, 3h for hours, 3m for minutes"
    ]


def test_a_tab_is_called_a_tab() -> None:
    assert messages("version: 1\nshop:\n\tname: X\n") == [
        "journeys.yaml:3:1: yaml.tab got a tab where YAML wants spaces; replace it by spaces"
    ]


def test_an_unquoted_template_value_asks_for_quotes() -> None:
    assert about_step("id: hello\nsend: email\ntext: {{ profile.first_name }}") == [
        'journeys.yaml:11:16: yaml.key step "hello": a key must be text, got a mapping or a list; '
        'a value that begins with {{ needs quotes: "{{ … }}"'
    ]


def test_a_step_without_an_id_is_named_by_its_number() -> None:
    assert about_step("{wait: 3d}") == [
        'journeys.yaml:9:9: schema.missing_key step 2: missing key "id"; add a short name that never changes, '
        "for example id: reminder"
    ]


def test_one_exit_rule_without_a_dash_asks_for_a_list() -> None:
    assert about_journey("entry: {event: A}\nexit: {event: B}\nsteps: [{id: a, wait: 1d}]") == [
        'journeys.yaml:7:5: schema.wrong_value journey "cart": exit expects a list, got a mapping; '
        'write each entry on a line of its own, beginning with "- "'
    ]


def test_an_entry_of_only_an_events_name_is_understood() -> None:
    assert about_journey("entry: Checkout Started\nsteps: [{id: a, wait: 1d}]") == [
        'journeys.yaml:6:12: schema.wrong_value journey "cart": entry expects a mapping with keys such as event, '
        'when or schedule, got "Checkout Started"; did you mean {event: Checkout Started}?'
    ]


def test_a_second_journey_of_the_same_name_is_a_duplicate_key() -> None:
    parsed = parse(HEAD + GOOD + GOOD)
    assert [str(problem) for problem in parsed.problems] == [
        'journeys.yaml:8:3: yaml.duplicate_key journey "good": the key "good" stands here twice, first on line 5; '
        "keep one or rename it"
    ]
    assert parsed.spec is not None
    assert parsed.spec.journeys == {}


def test_a_duplicate_step_id_names_the_line_of_the_first() -> None:
    assert about_step("{id: first, wait: 2d}") == [
        'journeys.yaml:9:14: schema.duplicate_step_id step "first": the id is taken by the step on line 8; '
        "give each step an id of its own"
    ]


def test_a_step_does_one_thing() -> None:
    assert about_step("{id: promo, wait: 1d, send: email, template: a.mjml}") == [
        'journeys.yaml:9:31: schema.two_step_kinds step "promo": a step does one thing, got wait and send; '
        "give each a step of its own"
    ]


def test_a_step_with_nothing_but_an_id_lists_the_kinds() -> None:
    assert about_step("{id: promo}") == [
        'journeys.yaml:9:9: schema.unknown_step_kind step "promo": no key says what the step does; '
        "add one of the kinds: " + ", ".join(STEP_KINDS)
    ]


def test_a_step_that_is_no_mapping_is_shown_one() -> None:
    assert about_step("send an email") == [
        "journeys.yaml:9:9: schema.wrong_value step 2: expects a mapping such as {id: pause, wait: 3d}, "
        'got "send an email"'
    ]


def test_a_missing_key_comes_with_an_example() -> None:
    assert about_step("{id: seen, wait_for: {event: Email Clicked}}") == [
        'journeys.yaml:9:20: schema.missing_key step "seen": missing key "at_most" in wait_for; add it, '
        "for example at_most: 3d"
    ]


def test_a_misspelt_required_key_is_not_also_missing() -> None:
    assert about_step("{id: pause, wait: {untl: 10:00}}") == [
        'journeys.yaml:9:28: schema.unknown_key step "pause": unknown key "untl" in wait; did you mean "until"? '
        f"Known keys: {known_keys(Until)}"
    ]


def test_a_key_without_a_value_is_an_error() -> None:
    assert about_journey("entry:\n  event: A\n  if:\nsteps: [{id: a, wait: 1d}]") == [
        'journeys.yaml:8:7: schema.empty_value journey "cart": entry.if has no value; give it one, or remove it'
    ]


def test_pythons_names_of_keys_are_unknown() -> None:
    assert about_journey("entry: {event: A, if_: event.value > 1}\nsteps: [{id: a, wait: 1d}]") == [
        'journeys.yaml:6:23: schema.unknown_key journey "cart": unknown key "if_" in entry; did you mean "if"? '
        f"Known keys: {known_keys(EntrySpec)}"
    ]


@pytest.mark.parametrize(
    ("step", "problem"),
    [
        ('{id: a, send: email, text: x, at: "9am"}', '9:43: schema.wrong_value step "a": at expects a time like '
         '"10:00" or "Tue 10:00", got "9am"; did you mean "09:00"?'),
        ("{id: a, send: email, text: x, at: Tuesday 9:30}", '9:43: schema.wrong_value step "a": at expects a time '
         'like "10:00" or "Tue 10:00", got "Tuesday 9:30"; did you mean "Tue 09:30"?'),
        ("{id: a, send: email, text: x, purpose: promo}", '9:48: schema.wrong_value step "a": purpose expects '
         'marketing or transactional, got "promo"'),
        ("{id: a, send: email, text: x, intent: follow-up}", '9:47: schema.wrong_value step "a": intent expects '
         'promote or follow_up, got "follow-up"; did you mean "follow_up"?'),
        ("{id: a, send: email, text: x, min_items: 0}", '9:50: schema.wrong_value step "a": min_items expects '
         "at least 1, got 0"),
        ("{id: a, send: email, text: x, min_items: few}", '9:50: schema.wrong_value step "a": min_items expects '
         'a whole number, got "few"'),
        ("{id: a, send: email, text: 12}", '9:36: schema.wrong_value step "a": text expects text, got 12; '
         'put it in quotes: "12"'),
        ("{id: a, send: email, text: x, guards: {in_delivery: }}", '9:48: schema.empty_value step "a": '
         "guards.in_delivery has no value; write {} when it needs no settings"),
        ("{id: a, send: email, text: x, if_suppressed: Next Step}", '9:54: schema.wrong_value step "a": '
         "if_suppressed expects continue, exit or a name of lower-case letters, digits and _, beginning with a "
         'letter, got "Next Step"; did you mean "next_step"?'),
        ("{id: a, branch: []}", '9:17: schema.wrong_value step "a": branch expects at least one entry, '
         "got an empty list"),
        ("{id: a, branch: [{else: yes, go: b}]}", '9:33: schema.wrong_value step "a": branch[0].else expects true, '
         'got "yes"; write true'),
        ("{id: a, branch: [{if: event.value > 1}]}", '9:26: schema.missing_key step "a": missing key "go" in '
         "branch[0]; add it"),
        ("{id: a, set: {score: [1]}}", '9:23: schema.wrong_value step "a": set.score expects text, a number or true '
         "or false, got a list"),
        ("{id: a, set: {score: {form: event.x}}}", '9:31: schema.unknown_key step "a": unknown key "form" in '
         'set.score; did you mean "from"? Known keys: from'),
        ("{id: a, set: {Score: 1}}", '9:23: schema.wrong_name step "a": a name is made of lower-case letters, digits '
         'and _, beginning with a letter, got "Score" in set; did you mean "score"?'),
        ("{id: Big Sale, wait: 1d}", '9:14: schema.wrong_name step "Big Sale": id expects a name of lower-case '
         'letters, digits and _, beginning with a letter, got "Big Sale"; did you mean "big_sale"?'),
        ("{id: a, wait: 3 months}", '9:23: schema.wrong_value step "a": wait expects a duration like 3d, 90m or '
         '2h30m, got "3 months"; count months and years in days, such as 30d or 365d'),
        ("{id: a, wait: {until: {hour: 9}}}", '9:24: schema.wrong_value step "a": wait.until expects a time like '
         '"Tue 10:00", a date like "2026-12-24" or a date\'s name, got a mapping; write it as text'),
        ("{id: a, audience: cart}", '9:27: schema.wrong_value step "a": audience expects a mapping with keys such as '
         'add, remove or items, got "cart"; did you mean {add: cart}?'),
        ("{id: a, wait: 1d, wait: 2d}", '9:27: yaml.duplicate_key step "a": the key "wait" stands here twice, '
         "first on line 9; keep one or rename it"),
        ("{id: a, send: email, text: !text x}", '9:36: yaml.tag step "a": got the tag !text, and tags are not '
         "allowed; remove it, or put text that begins with ! in quotes"),
        ("{id: a, set: {<<: 3, b: 1}}", '9:23: yaml.merge step "a": << merges mappings, got something else; '
         "give it an alias of a mapping such as *defaults"),
    ],
)  # fmt: skip
def test_a_wrong_step_gets_one_message(step: str, problem: str) -> None:
    assert about_step(step) == [f"journeys.yaml:{problem}"]


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("re_entry: {after: 14d}", '7:5: schema.wrong_value journey "cart": re_entry expects never, always or '
         '"after 14d", got a mapping; write it as text'),
        ("re_entry: nevr", '7:15: schema.wrong_value journey "cart": re_entry expects never, always or "after 14d", '
         'got "nevr"; did you mean "never"?'),
        ("re_entry: after 2 weeks", '7:15: schema.wrong_value journey "cart": re_entry expects a duration like 3d, '
         '90m or 2h30m, got "2 weeks"; did you mean "2w"?'),
        ("if_active: prallel", '7:16: schema.wrong_value journey "cart": if_active expects ignore, restart or '
         'parallel, got "prallel"; did you mean "parallel"?'),
        ("trigger: x", '7:5: schema.unknown_key journey "cart": unknown key "trigger"; known keys: '
         f"{known_keys(JourneySpec)}"),
    ],
)  # fmt: skip
def test_a_wrong_line_of_a_journey_gets_one_message(line: str, problem: str) -> None:
    assert about_journey(f"entry: {{event: A}}\n{line}\nsteps: [{{id: a, wait: 1d}}]") == [f"journeys.yaml:{problem}"]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("shop: {name: X}", '1:1: schema.missing_key missing key "version"; add it'),
        ("version: 1", '1:1: schema.missing_key missing key "shop"; add it'),
        ('version: "1"\nshop: {name: X}', '1:10: schema.wrong_value version expects 1, got "1"; '
         "write it without quotes"),
        ("version: 2\nshop: {name: X}", "1:10: schema.wrong_value version expects 1, got 2"),
        ("version: 1\nshop: {name: X, country: lv}", "2:26: schema.wrong_value shop.country expects two capital "
         'letters like GB, got "lv"; did you mean "LV"?'),
        ("version: 1\nshop: {name: X}\njourney: {}", '3:1: schema.unknown_key unknown key "journey"; did you mean '
         '"journeys"? Known keys: ' f"{known_keys(JourneysFile)}"),
        ("version: 1\nshop: {name: X}\njourneys: [cart]", "3:1: schema.wrong_value journeys expects a mapping, "
         'got a list; write "key: value" below it'),
        ("version: 1\nshop: {name: X}\njourneys:", "3:1: schema.empty_value journeys has no value; give it one, "
         "or remove it"),
        ("version: 1\nshop: {name: X}\nchannels: {email: email.smtp}", "3:19: schema.wrong_value channels.email "
         'expects a mapping with keys such as action, hold or lag, got "email.smtp"; '
         "did you mean {action: email.smtp}?"),
        ("version: 1\nshop: {name: X}\nchannels: {email: {from: x}}", '3:12: schema.missing_key missing key "action" '
         "in channels.email; add it"),
        ("version: 1\nshop: {name: X}\nevents: {Order Shared: {value: numer}}", "3:32: schema.wrong_value "
         'events.Order Shared.value expects text, number, boolean, date, items or any, got "numer"; '
         'did you mean "number"?'),
    ],
)  # fmt: skip
def test_a_wrong_head_gets_one_message_and_gives_no_spec(text: str, problem: str) -> None:
    parsed = parse(text)
    assert [str(each) for each in parsed.problems] == [f"journeys.yaml:{problem}"]
    assert parsed.spec is None


def test_a_journeys_name_is_checked() -> None:
    assert messages(HEAD + GOOD.replace("good", "Cart Recovery")) == [
        'journeys.yaml:5:3: schema.wrong_name journey "Cart Recovery": a name has at most 60 lower-case letters, '
        'digits and _, beginning with a letter; did you mean "cart_recovery"?'
    ]


def test_a_journey_of_nothing_is_told_what_it_needs() -> None:
    assert messages(HEAD + "  cart:\n") == [
        'journeys.yaml:5:3: schema.wrong_value journey "cart": expects a mapping with the keys entry and steps, '
        "got nothing; write them below its name"
    ]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", '1:1: yaml.empty the file is empty; begin with "version: 1", or let "tactful init" write an example'),
        ("# soon\n", '1:1: yaml.empty the file is empty; begin with "version: 1", or let "tactful init" write an '
         "example"),
        ("- 1", '1:1: yaml.not_a_mapping a journeys file is a mapping that begins with "version: 1", got a list'),
        ("hello", '1:1: yaml.not_a_mapping a journeys file is a mapping that begins with "version: 1", got text'),
        ("version: 1\n---\nversion: 1", "2:1: yaml.several_documents a journeys file is one document, got a second "
         "one after ---; remove the line or split the file"),
        ("a: [1, 2\nb: 3", "2:2: yaml.syntax the bracket is not closed (opened at 1:4); close it with ], and put a "
         "comma between its entries"),
        ("a: 'b\nc: d", "2:5: yaml.syntax the quote is not closed (opened at 1:4); close it with the same quote"),
        ("a: @b", '1:4: yaml.syntax a value cannot begin with @; put the whole value in quotes: "…"'),
        ("text: Hello: you", '1:12: yaml.syntax got a second ": " where no key may stand; put the whole value in '
         'quotes: "…", or indent the line like the one above, or end the one above with a colon'),
        ("text: {{ name }}, hello", "1:17: yaml.syntax a value that begins with {{ or {% is not text to YAML; "
         'put the whole value in quotes: "…"'),
        ('if: "a" == event.b', "1:9: yaml.syntax text goes on behind a closing quote; put the whole in single "
         "quotes: '…'"),
        ("a:\n  b: 1\n c: 2", "3:2: yaml.syntax the line does not fit the lines above; indent it like those it "
         "belongs with"),
        ("a:\n- b\nc", '3:2: yaml.syntax the line has no ": "; write "key: value", or indent the text under its key'),
        ("a: > 3", "1:6: yaml.syntax text cannot follow | or > on its line; begin it below, or put it in quotes"),
        ("a: & b", '1:5: yaml.syntax a value cannot begin with & or *; put the whole value in quotes: "…"'),
        ("a: [b,, c]", "1:7: yaml.syntax a value is missing, or a comma is one too many; add the one or remove the "
         "other"),
        ('a: "\\q"', "1:6: yaml.syntax the backslash means nothing here; use single quotes around "
         "the text"),
        ("a: 1\nb: \x07", "2:4: yaml.character the character U+0007 is not allowed in YAML; remove it"),
        ("a: *b", "1:4: yaml.aliases alias *b names no anchor above it; put text that begins with * in quotes: "
         '"*…"'),
        ("a: &b [*b]", "1:8: yaml.aliases alias *b stands inside the value it names; write the inner value out"),
    ],
)  # fmt: skip
def test_text_that_is_no_usable_yaml_gets_one_message(text: str, problem: str) -> None:
    parsed = parse(text)
    assert [str(each) for each in parsed.problems] == [f"journeys.yaml:{problem}"]
    assert parsed.spec is None


def test_a_python_tag_is_refused_and_nothing_is_built() -> None:
    parsed = parse('version: 1\nshop: {name: !!python/object/apply:os.system ["true"]}')
    assert [str(problem) for problem in parsed.problems] == [
        "journeys.yaml:2:14: yaml.tag got the tag !!python/object/apply:os.system, and tags are not allowed; "
        "remove it, or put text that begins with ! in quotes"
    ]
    assert parsed.spec is None


def test_words_of_older_yaml_stay_text() -> None:
    parsed = parse(
        HEAD + "  a:\n    entry: {event: on}\n    steps: [{id: a, send: email, text: 2026-13-45, at: 10:00}]\n"
    )
    assert parsed.problems == ()
    assert parsed.spec is not None
    assert parsed.spec.journeys["a"].entry.event == "on"


def test_true_null_and_numbers_follow_yaml_1_2() -> None:
    step = "{id: a, set: {b: true, c: 0123, d: 1.5, e: yes, f: 1_000, g: 0x10, h: .inf, i: 1e999}}"
    parsed = parse(HEAD + f"  a:\n    entry: {{event: A}}\n    steps: [{step}]\n")
    assert parsed.spec is not None
    assert parsed.spec.journeys["a"].steps[0].model_dump()["set"] == {
        "b": True,
        "c": 123,
        "d": 1.5,
        "e": "yes",
        "f": "1_000",
        "g": "0x10",
        "h": ".inf",
        "i": "1e999",
    }


def test_merge_keys_fill_in_what_is_not_written() -> None:
    steps = "[&first {id: a, send: email, text: one, purpose: transactional}, {<<: *first, id: b, text: two}]"
    parsed = parse(HEAD + f"  a:\n    entry: {{event: A}}\n    steps: {steps}\n")
    assert parsed.problems == ()
    assert parsed.spec is not None
    second = parsed.spec.journeys["a"].steps[1].model_dump()
    assert (second["id"], second["text"], second["purpose"].value) == ("b", "two", "transactional")


def bomb(levels: int) -> str:
    """Give the file of a billion laughs: each level unfolds to nine of the one before."""
    lines = ["a0: &a0 [lol]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, levels)]
    return "\n".join(lines)


@pytest.mark.parametrize(
    ("text", "code", "message"),
    [
        (bomb(10), "yaml.too_large", "the file may unfold to 200,000 values, and has more; use fewer aliases or split "
         "the file"),
        ("a: &a 1\nb: [" + "*a, " * 101 + "]", "yaml.aliases", "a file may have 100 aliases, and this is one more; "
         "write the values out"),
        ("\n".join(f"k{n}: &a{n} 1" for n in range(101)), "yaml.aliases", "a file may have 100 anchors, and this is "
         "one more; write the values out"),
        ("a: " + "[" * 100_000, "yaml.too_deep", "values may be nested 40 levels deep, and this goes deeper; flatten "
         "it"),
        ("a: " + "{a: " * 100_000, "yaml.too_deep", "values may be nested 40 levels deep, and this goes deeper; "
         "flatten it"),
        ("- " * 100_000, "yaml.too_deep", "values may be nested 40 levels deep, and this goes deeper; flatten it"),
        ("\n".join(" " * n + "a:" for n in range(1_000)), "yaml.too_deep", "values may be nested 40 levels deep, and "
         "this goes deeper; flatten it"),
        ("#" * 2_000_001, "yaml.too_large", "the file may have 2 MB, got 2.0 MB; split the journeys over several "
         "files"),
    ],
)  # fmt: skip
def test_a_file_made_to_exhaust_the_machine_is_refused_at_once(text: str, code: str, message: str) -> None:
    began = perf_counter()
    parsed = parse(text)
    took = perf_counter() - began
    assert [(problem.code, problem.message) for problem in parsed.problems] == [(code, message)]
    assert parsed.spec is None
    assert took < 5


def test_forty_levels_are_allowed() -> None:
    deep = "[" * 38 + "]" * 38
    parsed = parse(f"version: 1\nshop: {{name: X}}\nchannels: {{x: {{action: a, deep: {deep}}}}}\n")
    assert parsed.problems == ()


def test_two_thousand_lines_are_read_in_a_moment() -> None:
    journeys = "".join(GOOD.replace("good", f"good_{n}") for n in range(670))
    began = perf_counter()
    parsed = parse(HEAD + journeys)
    took = perf_counter() - began
    assert parsed.spec is not None
    assert len(parsed.spec.journeys) == 670
    assert took < 5


def test_all_problems_are_reported_at_once_in_the_files_order() -> None:
    text = """\
    version: 1
    shop: {name: X, timezon: UTC}
    journeys:
      cart:
        entry: {event: A, iff: event.value > 1}
        steps:
          - {id: a, wait: 3 dayz}
          - {id: b, sned: email}
          - {id: a, wait: 1d}
      hello:
        entry: {event: A}
        steps:
          - {wait: 1d}
    """
    parsed = parse(dedent(text), "shop.yaml")
    assert [
        (problem.file, problem.line, problem.column, problem.code, problem.journey) for problem in parsed.problems
    ] == [
        ("shop.yaml", 2, 17, "schema.unknown_key", ""),
        ("shop.yaml", 5, 23, "schema.unknown_key", "cart"),
        ("shop.yaml", 7, 23, "schema.wrong_value", "cart"),
        ("shop.yaml", 8, 17, "schema.unknown_step_kind", "cart"),
        ("shop.yaml", 9, 14, "schema.duplicate_step_id", "cart"),
        ("shop.yaml", 13, 9, "schema.missing_key", "hello"),
    ]


def test_one_bad_journey_is_set_aside_and_the_others_stay() -> None:
    bad = "  bad:\n    entry: {event: A}\n    steps: [{id: a, wait: soon}]\n"
    parsed = parse(HEAD + bad + GOOD)
    assert parsed.spec is not None
    assert list(parsed.spec.journeys) == ["good"]
    assert [problem.journey for problem in parsed.problems] == ["bad"]


def test_a_duplicate_key_inside_a_journey_sets_only_that_journey_aside() -> None:
    bad = "  bad:\n    entry: {event: A}\n    entry: {event: B}\n    steps: [{id: a, wait: 1d}]\n"
    parsed = parse(HEAD + bad + GOOD)
    assert parsed.spec is not None
    assert list(parsed.spec.journeys) == ["good"]
    assert [(problem.line, problem.code, problem.journey) for problem in parsed.problems] == [
        (7, "yaml.duplicate_key", "bad")
    ]


@pytest.mark.parametrize(
    ("shares", "got"),
    [
        ("{a: 50%, b: 30%}", "80%"),
        ("{a: 50%, b: 50%, c: 10%}", "110%"),
        ("{a: 33.3%, b: 33.3%, c: 33.3%}", ""),
        ("{a: 1, b: 2}", ""),
        ("{a: 50%, b: 2}", ""),
    ],
)
def test_percents_of_a_split_are_of_all_people(shares: str, got: str) -> None:
    parsed = parse(HEAD + f"  a: {{entry: {{event: A}}, steps: [{{id: b, split: {shares}}}]}}")
    assert [problem.message for problem in parsed.problems] == [
        f'step "b": the shares of a split are percents of all people and sum to 100%, got {got}; correct one, or write '
        "weights without %"
    ] * bool(got)


def test_a_right_file_has_a_spec_and_no_problems() -> None:
    parsed = parse(HEAD + GOOD)
    assert parsed.problems == ()
    assert parsed.spec is not None
    assert parsed.spec.shop.name == "Nordic Roast"


EVERY_CODE = (
    "a: [", "a:\n\t- b", "a: \x07", "", "- 1", "a: 1\n---\n", "a: 1\na: 2", "a: {{ x }}", "a: !b c", "a: {<<: 1}",
    "a: *b", "#" * 2_000_001, "[" * 50, "a: 1", "shop:", "version: 2", "channels: {Mail: {}}",
    HEAD + "  a: {entry: {event: A}, steps: [{id: b}, {id: b, go: b, exit: c}]}",
)  # fmt: skip


def with_part(steps: str, use: str = "use: p", arguments: str = "{}") -> str:
    """Write a file whose only journey uses a part."""
    part = f"parts: {{p: {{arguments: {arguments}, steps: [{steps}]}}}}\n"
    return HEAD.replace("journeys:", f"{part}journeys:") + f"  a: {{entry: {{event: A}}, steps: [{{id: b, {use}}}]}}"


EVERY_PART = (
    HEAD + "  a: {entry: {event: A}, steps: [{id: b, split: {x: 1, y: 1}, z: []}]}",
    HEAD + "  a: {entry: {event: A}, steps: [{id: b, split: {x: 50%, y: 30%}}]}",
    with_part("{id: c, wait: 1d}", "use: q"),
    with_part("{id: c, wait: 1d}", "use: p, with: {x: 1}"),
    with_part("{id: c, wait: $x}", arguments="{x: required}"),
    with_part("{id: c, send: email, text: 'a ${x}'}", "use: p, with: {x: [1]}", "{x: required}"),
    with_part("{id: c, use: p}"),
    with_part(", ".join(f"{{id: c{place}, wait: 1d}}" for place in range(700))).replace(
        "{id: b, use: p}", ", ".join(f"{{id: b{place}, use: p}}" for place in range(100))
    ),
    HEAD.replace("journeys:", "parts:")
    + "".join(f"  p{level}: {{steps: [{{id: a, use: p{level + 1}}}]}}\n" for level in range(11))
    + "  p11: {steps: [{id: a, wait: 1d}]}\njourneys: {a: {entry: {event: A}, steps: [{id: b, use: p0}]}}",
)
EVERY_INCLUDED = ("shop: {name: Other}", "include: [a.yaml]", f"journeys:\n{GOOD}")


def test_every_code_in_the_table_is_given_by_some_text_and_no_other() -> None:
    none: dict[str, str] = {}
    texts = [(text, none) for text in (*EVERY_CODE, *EVERY_PART)] + [
        (f"{HEAD}{GOOD}", {"more.yaml": text}) for text in EVERY_INCLUDED
    ]
    found = {problem.code for text, more in texts for problem in parse(text, included=more).problems}
    assert found == set(CODES)


PLACES = """\
version: 1
shop: {name: X}
journeys:
  cart:
    entry: {event: Checkout Started, if: event.value >= 20, in: profile.timezone}
    goal:
      event: Order Completed
      if: "event.value > 1"
    steps:
      - {id: mail, send: email, text: 'it''s here'}
      - id: watch
        wait_for:
          event: Email Clicked
          if: >
            event.value
            > 3
          at_most: 1d
"""


def located(*path: str | int, column: int = 1) -> tuple[int, int]:
    """Give the place of a fault in `PLACES`."""
    problem = parse(PLACES).locate(Fault(("journeys", "cart", *path), "journey.test", "wrong", column=column))
    return problem.line, problem.column


@pytest.mark.parametrize(
    ("path", "column", "place"),
    [
        (("entry", "event"), 1, (5, 20)),
        (("entry", "if"), 1, (5, 42)),
        (("entry", "if"), 7, (5, 48)),
        (("entry", "if_"), 7, (5, 48)),
        (("entry", "zone"), 1, (5, 65)),
        (("entry",), 1, (5, 5)),
        (("goal", "if"), 1, (8, 11)),
        (("goal", "if"), 2, (8, 13)),
        (("steps", 0), 1, (10, 9)),
        (("steps", 0, "text"), 3, (10, 42)),
        (("steps", 0, "text"), 6, (10, 39)),
        (("steps", 1), 1, (11, 9)),
        (("steps", 1, "wait_for"), 1, (12, 9)),
        (("steps", 1, "wait_for", "if"), 5, (14, 15)),
        (("steps", 1, "wait_for", "of"), 1, (12, 9)),
        (("steps", 9, "go"), 1, (9, 5)),
        ((), 1, (4, 3)),
    ],
)
def test_a_fault_is_found_where_it_stands(path: tuple[str | int, ...], column: int, place: tuple[int, int]) -> None:
    assert located(*path, column=column) == place


def test_a_fault_keeps_its_words_and_gets_its_journey() -> None:
    fault = Fault(("journeys", "cart", "entry", "if"), "condition.type", "wrong", "warning", 3)
    assert parse(PLACES, "a.yaml").locate(fault) == Problem(
        "a.yaml", 5, 44, "condition.type", "wrong", "warning", "cart"
    )


def test_an_anchor_does_not_move_the_columns_of_its_value() -> None:
    text = PLACES.replace("if: event.value >= 20", "if: &big event.value >= 20")
    assert parse(text).locate(Fault(("journeys", "cart", "entry", "if"), "x", "x", column=7)).column == 53


def test_a_byte_order_mark_does_not_move_the_columns() -> None:
    assert parse("\ufeff" + PLACES).place("version") == (1, 10)


def test_letters_beyond_the_basic_plane_count_as_one_column() -> None:
    assert parse('version: 1\nshop: {name: "\U0001f600 & co", url: x}').place("shop", "url") == (2, 29)


def test_a_file_that_is_not_yaml_has_its_places_at_the_beginning() -> None:
    parsed = parse("a: [")
    assert parsed.place("a") == (1, 1)
    assert parsed.locate(Fault(("a",), "x", "y")).line == 1


PIECES = st.sampled_from(
    (
        "version: 1\n", "shop: {name: X}\n", "journeys:\n", "  a:\n", "    entry: {event: A}\n", "    steps:\n",
        "      - ", "{id: a, wait: 3d}", "id: a\n", "go: b\n", "{", "}", "[", "]", ":", ",", "\n", "\t", " ", "- ",
        "? ", "&a ", "*a", "<<: ", "!!x ", '"', "'", "#", "|", ">", "%", "@", "\\U", "---\n", "{{ x }}", "\x00",
        "\ud800", "\x85", "é",
    )
)  # fmt: skip


def is_sound(parsed: Parsed) -> bool:
    """Whether what came back keeps its promises."""
    places = [(problem.line, problem.column) for problem in parsed.problems]
    known = all(problem.code in CODES and problem.message for problem in parsed.problems)
    return known and places == sorted(places) and all(min(place) >= 1 for place in places)


@settings(max_examples=300, deadline=None)
@given(st.lists(PIECES, max_size=40).map("".join))
def test_no_text_raises_and_a_file_without_a_spec_says_why(text: str) -> None:
    parsed = parse(text)
    assert is_sound(parsed)
    assert parsed.spec is not None or parsed.problems


@settings(max_examples=200, deadline=None)
@given(st.integers(0, len(PLACES) - 1), st.integers(0, 8), PIECES)
def test_no_slip_of_the_pen_raises(start: int, length: int, piece: str) -> None:
    parsed = parse(PLACES[:start] + piece + PLACES[start + length :])
    assert is_sound(parsed)
