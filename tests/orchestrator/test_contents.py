"""Is it found when templates and the steps that send them do not fit together?"""

from pathlib import Path

from journeys.errors import Problem
from orchestrator.project import check_project
from tests.fakes.workspace import SHOP

TWO_LETTERS = """
journeys:
  letters:
    entry: {event: Signed Up}
    steps:
      - {id: one, send: email, template: one.txt}
      - {id: two, send: email, template: two.txt}
guards: {frequency_cap: {any: 4 per 7d}}
"""
LETTER = '---\nsubject: "Hello"\n---\nHello\n'


def found(text: str = TWO_LETTERS, **more: str) -> list[Problem]:
    templates = {"one.txt": LETTER, "two.txt": LETTER}
    templates |= {name.replace("__", "/").replace("_", "."): source for name, source in more.items()}
    return list(check_project(f"{SHOP}{text}", templates, Path()).problems)


def test_templates_that_are_sent_are_no_problem() -> None:
    assert found() == []


def test_a_template_nobody_sends_is_warned_of_by_its_file() -> None:
    (problem,) = found(old_txt=LETTER)
    assert (problem.file, problem.code, problem.severity) == ("templates/old.txt", "template.unused", "warning")


def test_a_block_nobody_asks_for_is_warned_of_by_its_file() -> None:
    (problem,) = found(blocks__old_txt="x")
    assert (problem.file, problem.code) == ("templates/blocks/old.txt", "template.unused_block")


def test_a_block_that_only_another_block_asks_for_is_used() -> None:
    assert found(one_txt=f"{LETTER}{{{{ block('a') }}}}", blocks__a_txt="{{ block('b') }}", blocks__b_txt="x") == []


def test_a_language_that_only_some_messages_are_written_in_is_warned_of_at_the_others() -> None:
    (problem,) = found(one_lv_txt=LETTER)
    assert str(problem).startswith(
        'journeys.yaml:14:42: template.language "two.txt" is not written in lv, and other messages of journey "letters"'
    )


def test_a_language_that_all_messages_are_written_in_is_no_problem() -> None:
    assert found(one_lv_txt=LETTER, two_lv_txt=LETTER) == []
