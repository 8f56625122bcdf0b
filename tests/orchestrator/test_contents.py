"""Is it found when templates and the steps that send them do not fit together?"""

from pathlib import Path

from journeys.errors import Problem
from orchestrator.project import check_project, load_project
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


# What lead magnets give.

GUIDE = """
journeys:
  guide:
    entry: {event: Form Submitted}
    steps: [{id: give, lead_magnet: {file: brewing-guide.pdf, template: one.txt}}]
"""


def given(folder: Path, *names: str) -> list[str]:
    """Check a workspace whose lead magnets can give these files."""
    for name in names:
        (folder / "magnets" / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / "magnets" / name).write_bytes(b"%PDF-1.4")
    (folder / "templates").mkdir()
    (folder / "templates" / "one.txt").write_text(f"{LETTER}{{{{ magnet_url }}}}\n", encoding="utf-8")
    (folder / "journeys.yaml").write_text(f"{SHOP}{GUIDE}", encoding="utf-8")
    return [str(problem) for problem in load_project(folder).problems]


def test_a_file_that_a_lead_magnet_can_give_is_no_problem(tmp_path: Path) -> None:
    assert given(tmp_path, "brewing-guide.pdf") == []


def test_a_file_that_is_not_there_is_warned_of_with_the_one_that_was_meant(tmp_path: Path) -> None:
    assert given(tmp_path, "brewing_guide.pdf") == [
        'journeys.yaml:12:44: magnet.missing step "give": there is no "brewing-guide.pdf" in magnets/, '
        'so its link gives nothing; did you mean "brewing_guide.pdf"?'
    ]


def test_a_workspace_without_files_to_give_is_told_to_put_it_there(tmp_path: Path) -> None:
    (problem,) = given(tmp_path)
    assert problem.endswith("; put the file there")


# Templates.


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
