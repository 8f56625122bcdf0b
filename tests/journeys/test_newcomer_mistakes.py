"""Does each mistake a newcomer makes give exactly one message, with the line and the remedy?"""

from pathlib import Path
from textwrap import wrap

from inline_snapshot import snapshot

from orchestrator.project import check_project

RIGHT = """\
version: 1
shop: {name: Nordic Roast, timezone: Europe/Riga}
channels:
  email: {action: email.file}
journeys:
  cart_recovery:
    entry: {event: Checkout Started, if: event.value >= 20}
    steps:
      - {id: settle, wait: 1h}
      - id: reminder
        send: email
        template: cart.txt
        items: entry.products
        if_suppressed: exit
      - id: watch
        wait_for: {event: Email Clicked, of: reminder, at_most: 1d}
        then: thanks
        otherwise: done
      - {id: thanks, send: email, text: "Thank you, {{ profile.first_name }}!"}
      - {id: done, exit: finished}
guards: {frequency_cap: {any: 4 per 7d}}
"""
TEMPLATES = {"cart.txt": "---\nsubject: Your basket\n---\nStill thinking it over?\n"}


def problems_of(text: str) -> list[str]:
    """Check a file as `tactful check` does."""
    return [str(problem) for problem in check_project(text, TEMPLATES, Path("shop")).problems]


def said(*slips: tuple[str, str]) -> str:
    """Give the one message, in lines that fit, about the file with these slips of the pen in it."""
    text = RIGHT
    for right, wrong in slips:
        assert right in text
        text = text.replace(right, wrong, 1)
    (message,) = problems_of(text)
    return "\n".join(wrap(message, 100, break_on_hyphens=False))


def test_the_file_without_a_mistake_has_no_message() -> None:
    assert problems_of(RIGHT) == []


def test_a_tab_instead_of_spaces() -> None:
    assert said(("    steps:\n", "\tsteps:\n")) == snapshot(
        "journeys.yaml:8:1: yaml.tab got a tab where YAML wants spaces; replace it by spaces"
    )


def test_a_colon_without_a_space() -> None:
    assert said(("        send: email\n", "        send:email\n")) == snapshot("""\
journeys.yaml:12:9: yaml.syntax the line has no ": "; write "key: value", or indent the text under
its key\
""")


def test_steps_that_are_indented_like_their_journey() -> None:
    assert said(("    steps:\n", "  steps:\n")) == snapshot("""\
journeys.yaml:8:3: schema.wrong_value journey "steps": "steps" is a key of a journey, not a journey;
indent it like the other keys of the one above\
""")


def test_a_key_of_a_step_that_is_indented_one_space_less() -> None:
    assert said(("        items: entry.products", "       items: entry.products")) == snapshot("""\
journeys.yaml:13:8: yaml.syntax the line does not fit the lines above; indent it like those it
belongs with\
""")


def test_an_entry_that_is_only_an_event() -> None:
    assert said(("{event: Checkout Started, if: event.value >= 20}", "Checkout Started")) == snapshot("""\
journeys.yaml:7:12: schema.wrong_value journey "cart_recovery": entry expects a mapping with keys
such as event, when or schedule, got "Checkout Started"; did you mean {event: Checkout Started}?\
""")


def test_a_duration_without_a_unit() -> None:
    assert said(("wait: 1h", "wait: 1")) == snapshot("""\
journeys.yaml:9:28: schema.wrong_value step "settle": wait expects a duration like 3d, 90m or 2h30m,
got 1; add a unit: 1d for days, 1h for hours, 1m for minutes\
""")


def test_a_duration_in_words() -> None:
    assert said(("wait: 1h", "wait: 3 days")) == snapshot("""\
journeys.yaml:9:28: schema.wrong_value step "settle": wait expects a duration like 3d, 90m or 2h30m,
got "3 days"; did you mean "3d"?\
""")


def test_a_wait_that_names_its_duration() -> None:
    assert said(("wait: 1h", "wait: {duration: 1h}")) == snapshot("""\
journeys.yaml:9:22: schema.wrong_value step "settle": wait expects a duration like 3d as it is, or
{until: ...}, got a mapping without until; write wait: 3d\
""")


def test_one_equals_sign() -> None:
    assert said(("event.value >= 20", "event.value = 20")) == snapshot("""\
journeys.yaml:7:54: condition.invalid entry: in "event.value = 20": "=" is not part of the language;
two things are compared with "=="\
""")


def test_a_misspelt_step() -> None:
    assert said(("then: thanks", "then: thank")) == snapshot("""\
journeys.yaml:17:15: journey.unknown_target step "watch": then names no step of this journey, got
"thank"; did you mean "thanks"?\
""")


def test_a_misspelt_key() -> None:
    assert said(("template: cart.txt", "tempalte: cart.txt")) == snapshot("""\
journeys.yaml:12:9: schema.unknown_key step "reminder": unknown key "tempalte"; did you mean
"template"? Known keys: id, guards, except, send, template, text, subject, items, min_items,
purpose, intent, at, late, coupon, if_suppressed, on_failure\
""")


def test_another_products_name_of_a_key() -> None:
    assert said(("entry: {event", "trigger: {event")) == snapshot("""\
journeys.yaml:7:5: schema.unknown_key journey "cart_recovery": unknown key "trigger"; did you mean
"entry"? Known keys: description, stage, group, priority, entry, re_entry, if_active, holdout, goal,
exit, late, moved, steps\
""")


def test_two_things_in_one_step() -> None:
    assert said(("wait: 1h}", "wait: 1h, send: email}")) == snapshot("""\
journeys.yaml:9:32: schema.two_step_kinds step "settle": a step does one thing, got wait and send;
give each a step of its own\
""")


def test_a_template_value_without_quotes() -> None:
    assert said(('text: "Thank you, {{ profile.first_name }}!"', "text: {{ profile.first_name }}")) == snapshot("""\
journeys.yaml:19:42: yaml.key step "thanks": a key must be text, got a mapping or a list; a value
that begins with {{ needs quotes: "{{ … }}"\
""")


def test_a_weekday_in_another_language() -> None:
    assert said(("wait: 1h", 'wait: {until: "Mar 10:00"}')) == snapshot("""\
journeys.yaml:9:36: schema.wrong_value step "settle": wait.until expects a time like "10:00" or "Tue
10:00", got "Mar 10:00"; the weekdays are Mon, Tue, Wed, Thu, Fri, Sat, Sun\
""")


def test_a_misspelt_event() -> None:
    assert said(("event: Email Clicked", "event: Email Cliked")) == snapshot("""\
journeys.yaml:16:27: journey.misspelt_event journey "cart_recovery": no event "Email Cliked" is
known; did you mean "Email Clicked"? If not, list it under events\
""")


def test_a_wait_for_an_event_without_an_end() -> None:
    assert said((", at_most: 1d", "")) == snapshot("""\
journeys.yaml:16:9: schema.missing_key step "watch": missing key "at_most" in wait_for; add it, for
example at_most: 3d\
""")


def test_steps_without_dashes() -> None:
    steps = RIGHT[RIGHT.index("      - {id: settle") :]
    assert said((steps, "      settle: {wait: 1h}\n      reminder: {send: email, text: Hello}\n")) == snapshot("""\
journeys.yaml:8:5: schema.wrong_value journey "cart_recovery": steps expects a list, got a mapping;
write each entry on a line of its own, beginning with "- "\
""")


def test_a_step_without_an_id() -> None:
    assert said(("- {id: settle, wait: 1h}", "- {wait: 1h}")) == snapshot("""\
journeys.yaml:9:9: schema.missing_key step 1: missing key "id"; add a short name that never changes,
for example id: reminder\
""")


def test_two_steps_of_one_id() -> None:
    assert said(("id: settle", "id: thanks")) == snapshot("""\
journeys.yaml:19:14: schema.duplicate_step_id step "thanks": the id is taken by the step on line 9;
give each step an id of its own\
""")


def test_a_template_that_is_not_there() -> None:
    assert said(("template: cart.txt", "template: basket.txt")) == snapshot(
        'journeys.yaml:12:19: template.unknown there is no template "basket.txt"; did you mean "cart.txt"?'
    )


def test_a_channel_that_is_not_set_up() -> None:
    assert said(("id: thanks, send: email", "id: thanks, send: mail")) == snapshot("""\
journeys.yaml:19:28: journey.unknown_channel step "thanks": the channel "mail" is not set up; did
you mean "email"?\
""")


def test_a_channel_as_the_kind_of_a_step() -> None:
    assert said(
        ("        send: email\n", "        email: cart.txt\n"), ("        template: cart.txt\n", "")
    ) == snapshot("""\
journeys.yaml:11:9: schema.unknown_step_kind step "reminder": unknown step kind "email"; did you
mean "send"? Known kinds: wait, wait_for, branch, split, send, audience, lead_magnet, crm, webhook,
action, set, start, stop, use, go, exit\
""")


def test_a_name_with_spaces() -> None:
    assert said(("  cart_recovery:", "  Cart Recovery:")) == snapshot("""\
journeys.yaml:6:3: schema.wrong_name journey "Cart Recovery": a name has at most 60 lower-case
letters, digits and _, beginning with a letter; did you mean "cart_recovery"?\
""")


def test_an_unknown_property_of_the_person() -> None:
    assert said(("event.value >= 20", "profile.frist_name")) == snapshot("""\
journeys.yaml:7:50: condition.invalid entry: in "profile.frist_name": profile has no "frist_name";
did you mean "first_name"? Correct it, or declare it under attributes:\
""")
