"""Is everything that is wrong with a template found when it is loaded?"""

from pathlib import Path

import pytest

from actions.errors import TemplateError
from actions.template import Templates, read_templates
from journeys.errors import Problem
from journeys.vocabulary import Purpose

BASE = """<mjml><mj-head><mj-preview>{{ preview }}</mj-preview></mj-head><mj-body>
<!-- content -->
<mj-section><mj-column><mj-text>{{ shop.voice.sign_off }} <a href="{{ unsubscribe_url }}">Unsubscribe</a></mj-text>
</mj-column></mj-section></mj-body></mjml>
"""


def mail(text: str, head: str = "subject: Hello") -> str:
    return f"---\n{head}\n---\n<mj-section><mj-column>\n<mj-text>{text}</mj-text>\n</mj-column></mj-section>\n"


def problems(source: str, name: str = "letter.mjml", never: tuple[str, ...] = (), **others: str) -> list[str]:
    templates = Templates({"base.mjml": BASE, name: source, **others}, never)
    return [str(problem) for problem in templates.check(name, ["first_name"], ["value"])]


def test_a_good_template_has_no_problems():
    assert problems(mail("Hello {{ profile.first_name }}, {{ entry.value | money }}")) == []


def test_a_misspelt_name_is_found_with_line_column_and_suggestion():
    assert problems(mail("Hello {{ custmer }}{{ profil.first_name }}")) == [
        'letter.mjml:5:19: template.unknown_name there is no "custmer" in a template; known: coupon, entry, items, '
        "magnet_url, now, preview, profile, shop, subject, unsubscribe_url",
        'letter.mjml:5:32: template.unknown_name there is no "profil" in a template; did you mean "profile"?',
    ]


FIELDS = {
    "{{ profile.frist_name }}": 'profile has no "frist_name"; did you mean "first_name"?',
    "{{ profile['frist_name'] }}": 'profile has no "frist_name"; did you mean "first_name"?',
    "{{ shop.nam }}": 'shop has no "nam"; did you mean "name"?',
    "{{ shop.voice.signoff }}": 'voice has no "signoff"; did you mean "sign_off"?',
    "{{ entry.valeu }}": 'entry has no "valeu"; did you mean "value"?',
    "{% for item in items %}{{ item.prise }}{% endfor %}": 'item has no "prise"; did you mean "price"?',
    "{% for i in items | sort(attribute='price') %}{{ i.nam }}{% endfor %}": 'item has no "nam"; did you mean "name"?',
    "{% for r in items | batch(2) %}{% for i in r %}{{ i.nam }}{% endfor %}{% endfor %}": (
        'item has no "nam"; did you mean "name"?'
    ),
    "{{ (items | first).nam }}": 'item has no "nam"; did you mean "name"?',
    "{{ items[0].nam }}": 'item has no "nam"; did you mean "name"?',
    "{% set best = items | first %}{{ best.nam }}": 'item has no "nam"; did you mean "name"?',
    "{% for item in items %}{{ loop.indx }}{% endfor %}": 'loop has no "indx"; did you mean "index"?',
    "{{ items.name }}": '"name" is asked of a list; write {% for item in items %} and ask the item, or items[0]',
    "{% for item in items %}{% endfor %}{{ item.name }}": 'there is no "item" in a template; did you mean "items"?',
}


@pytest.mark.parametrize(("text", "message"), FIELDS.items())
def test_a_field_that_does_not_exist_is_found(text, message):
    (problem,) = problems(mail(text))
    assert problem.endswith(f"template.unknown_name {message}")


def test_anything_may_be_asked_of_an_entry_whose_event_is_not_declared():
    templates = Templates({"letter.txt": "{{ entry.anything }}"})
    assert templates.check("letter.txt", [], None) == []


def test_names_of_the_template_itself_are_known():
    assert problems(mail("{% set n = 1 %}{{ n }}{% for a, b in entry.value %}{{ a }}{{ b }}{% endfor %}")) == []


def test_a_name_in_the_subject_is_checked_on_its_own_line():
    found = problems(mail("x", "stage: decision\nsubject: '{{ shop.nam }}'"))
    assert found == ['letter.mjml:3:19: template.unknown_name shop has no "nam"; did you mean "name"?']


def test_a_problem_of_the_base_is_reported_in_the_base():
    templates = Templates({"base.mjml": BASE.replace("sign_off", "signoff"), "letter.mjml": mail("x")})
    (problem,) = templates.check("letter.mjml", [])
    assert (problem.file, problem.line) == ("base.mjml", 3)


def test_a_template_that_does_not_exist_is_answered_with_the_nearest():
    assert Templates({"cart_reminder.mjml": mail("x")}).check("cart_remind.mjml", []) == [
        Problem(
            "cart_remind.mjml",
            1,
            1,
            "template.unknown",
            'there is no template "cart_remind.mjml"; did you mean "cart_reminder.mjml"?',
        )
    ]


def test_a_misspelt_mjml_tag_is_found():
    assert problems("---\nsubject: x\n---\n<mj-section>\n  <mj-txt>a</mj-txt>\n</mj-section>") == [
        'letter.mjml:5:3: template.mjml <mj-txt> is not an MJML tag; did you mean "mj-text"?'
    ]


def test_an_mj_include_is_refused():
    assert problems('<mj-section><mj-include path="/etc/passwd"/></mj-section>') == [
        "letter.mjml:1:13: template.mjml mj-include is not offered; name a base in the front matter instead"
    ]


def test_a_tag_in_a_comment_is_nobodys_concern():
    assert problems(mail("x") + "<!-- <mj-txt> -->") == []


def test_mjml_that_is_not_well_formed_names_its_line():
    assert problems("---\nsubject: x\n---\n<mj-section>\n <mj-column>\n</mj-section>") == [
        "letter.mjml:5:2: template.mjml <mj-column> is not closed before </mj-section>; add </mj-column>"
    ]


def test_mjml_that_ends_early_names_the_tag_that_is_open():
    assert problems("<mj-section>\n<mj-column><mj-text>a</mj-text></mj-column>\n") == [
        "letter.mjml:1:1: template.mjml <mj-section> is never closed; add </mj-section>"
    ]


def test_mjml_that_closes_too_much_is_found():
    assert problems(mail("x") + "</mj-section>") == [
        "letter.mjml:7:1: template.mjml </mj-section> closes nothing; remove it"
    ]


def test_a_bare_less_than_sign_names_its_line():
    (problem,) = problems(mail("one\n\n2 < 3"))
    assert problem.startswith("letter.mjml:7:1: template.mjml this is not well-formed MJML")


def test_an_unclosed_tag_names_its_line():
    assert problems(mail("one\n{{ profile.first_name")) == [
        "letter.mjml:6:1: template.syntax unexpected '/'; check that the tag on this line is spelt right and closed"
    ]


def test_an_unclosed_tag_of_the_base_is_the_bases():
    templates = Templates({"base.mjml": BASE.replace("sign_off }}", "sign_off"), "letter.mjml": mail("x")})
    (problem,) = templates.check("letter.mjml", [])
    assert (problem.file, problem.code) == ("base.mjml", "template.syntax")


def test_an_unclosed_block_names_a_line_of_the_template():
    (problem,) = problems(mail("one\n{% if items %}two"))
    assert problem.startswith("letter.mjml:6:1: template.syntax Unexpected end of template")


def test_what_is_refused_names_its_line():
    assert problems(mail("one\n{{ 9 ** 9 }}")) == [
        "letter.mjml:6:1: template.forbidden templates may not hold a power (**); multiply with * instead"
    ]


def test_problems_of_subject_and_body_come_together():
    found = problems(mail("<mj-txt>x</mj-txt>", "subject: '{{ 2 ** 2 }}'"))
    assert [problem.partition(" ")[0] for problem in found] == ["letter.mjml:2:1:", "letter.mjml:5:10:"]


def test_raw_is_refused():
    (problem,) = problems(mail("{% raw %}x{% endraw %}"))
    assert "template.forbidden {% raw %} is not offered" in problem


def test_words_the_shop_never_says_are_found_in_any_case_and_across_lines():
    assert problems(mail("Hurry\nLAST\nchance"), never=("last chance",)) == [
        'letter.mjml:6:1: template.voice "last chance" is among the words the shop never says (shop.voice.never); '
        "say it in the shop's own voice"
    ]


def test_words_the_shop_never_says_are_found_in_the_subject():
    (problem,) = problems(mail("x", "subject: CHEAP!!! now"), never=("cheap!!!",))
    assert problem.startswith("letter.mjml:2:1: template.voice")


def test_a_longer_word_is_not_the_word_the_shop_never_says():
    assert problems(mail("cheaper, ancheap"), never=("cheap",)) == []


def test_a_name_in_a_tag_is_not_said():
    assert problems(mail("{{ entry.value }}"), never=("value", "entry", "mj-text")) == []


def test_a_marketing_mail_without_a_way_out_is_refused():
    templates = Templates({"letter.html": "---\nsubject: x\n---\n<p>x</p>"})
    (problem,) = templates.check("letter.html", [])
    assert (problem.code, problem.severity) == ("template.no_unsubscribe", "error")


def test_a_transactional_mail_needs_no_way_out():
    templates = Templates({"letter.html": "---\nsubject: x\n---\n<p>x</p>"})
    assert templates.check("letter.html", [], purpose=Purpose.TRANSACTIONAL) == []


def test_a_mail_without_a_subject_is_warned_of():
    templates = Templates({"letter.html": '<a href="{{ unsubscribe_url }}">out</a>'})
    (problem,) = templates.check("letter.html", [])
    assert (problem.code, problem.severity) == ("template.no_subject", "warning")


HEADS = {
    "subjct: x": 'letter.mjml:2:1: template.front_matter the front matter has no "subjct"; did you mean "subject"?',
    "subject: 5": (
        'letter.mjml:2:1: template.front_matter subject expects a text, got int; put it in quotes: subject: "..."'
    ),
    "subject: x\nstage: decison": (
        "letter.mjml:3:1: template.front_matter stage expects one of awareness, consideration, decision, retention, "
        'got "decison"; did you mean "decision"?'
    ),
    "subject: {{ profile.first_name }}, hello": (
        "letter.mjml:2:34: template.front_matter the front matter is not YAML; put texts that hold braces or colons in "
        'quotes: subject: "{{ ... }}"'
    ),
    "- a\n- b": (
        "letter.mjml:2:1: template.front_matter the front matter expects lines such as subject: Hello; "
        "known: subject, preview, stage, base"
    ),
    "base: other.mjml": (
        'letter.mjml:2:1: template.base there is no base "other.mjml" for a .mjml template; did you mean "base.mjml"?'
    ),
}


@pytest.mark.parametrize(("head", "message"), HEADS.items())
def test_a_wrong_front_matter_is_found(head, message):
    assert problems(mail("x", head)) == [message]


def test_all_problems_of_a_front_matter_come_together():
    assert len(problems(mail("x", "subjct: x\nstag: y"))) == 2


def test_a_front_matter_that_never_ends_is_cut_off():
    assert "more than 4,000 characters" in problems(mail("x", "subject: " + "x" * 5_000))[0]


def test_a_template_of_a_megabyte_is_refused():
    assert "template.too_long" in problems("x" * 1_000_000, "letter.txt")[0]


def test_the_stage_of_a_template_is_known():
    templates = Templates({"letter.txt": "---\nstage: decision\n---\nx", "other.txt": "x"})
    assert [templates.stage(name) for name in ("letter.txt", "other.txt", "none.txt")] == ["decision", "", ""]


def test_a_base_is_no_template():
    assert Templates({"base.mjml": BASE, "a.mjml": mail("x"), "b.txt": "x"}).names() == ("a.mjml", "b.txt")


def test_a_broken_template_cannot_be_loaded_and_the_others_can():
    templates = Templates({"bad.txt": "{{ 1 ** 2 }}", "good.txt": "x"})
    with pytest.raises(TemplateError, match=r"bad.txt:1:1: template.forbidden"):
        templates.load("bad.txt")
    assert templates.load("good.txt").name == "good.txt"


def test_a_text_in_the_journeys_file_is_checked_at_its_column():
    assert [str(problem) for problem in Templates({}, ("cheap",)).check_text("So cheap, {{ profil.x }}", [])] == [
        'text:1:14: template.unknown_name there is no "profil" in a template; did you mean "profile"?',
        'text:1:1: template.voice "cheap" is among the words the shop never says (shop.voice.never); '
        "say it in the shop's own voice",
    ]


def test_templates_are_read_from_a_folder_and_its_folders(tmp_path: Path):
    (tmp_path / "letters").mkdir()
    (tmp_path / "letters" / "weekly.mjml").write_text("x", encoding="utf-8")
    (tmp_path / "sms.txt").write_text("y", encoding="utf-8")
    (tmp_path / "notes.md").write_text("z", encoding="utf-8")
    assert read_templates(tmp_path) == {"letters/weekly.mjml": "x", "sms.txt": "y"}
