"""Do the pages about guards say what the guards do?"""

import re
from pathlib import Path
from textwrap import dedent

import pytest
from ruamel.yaml import YAML

from journeys.vocabulary import FactKind
from operational_guards.judge import COMMON_REASONS
from operational_guards.registry import CODES, build_rules, check_guards
from operational_guards.rule import Conduct
from orchestrator.project import check_project
from tests.fakes.workspace import SHOP
from tests.operational_guards.explained import CASES, explained
from tests.operational_guards.people import BUILT_IN

DOCS = Path(__file__).parents[2] / "docs"
INDEX = (DOCS / "guards.md").read_text(encoding="utf-8")
SECTIONS = dict(re.findall(r"^## (.+?)\n(.*?)(?=^## |\Z)", INDEX, re.MULTILINE | re.DOTALL))
PAGES = {page.stem: page.read_text(encoding="utf-8") for page in (DOCS / "guards").glob("*.md")}
NAMES = sorted(BUILT_IN)
FACT_KINDS: tuple[FactKind, ...] = FactKind.__args__
NOTHING = ("–", "for ever")
LETTER = """---
subject: New in the shop
---
<mjml><mj-body><mj-section><mj-column><mj-text>
New. <a href="{{ unsubscribe_url }}">Unsubscribe</a>
</mj-text></mj-column></mj-section></mj-body></mjml>
"""


def tables(section):
    """Read the rows of a section's tables by their first heading."""
    found, heading = {}, ""
    for line in section.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")] if line.startswith("|") else []
        if not cells:
            heading = ""
        elif not heading:
            heading = cells[0]
            found[heading] = []
        elif cells[0].strip("-"):
            found[heading].append(cells)
    return found


def examples(text):
    return [YAML(typ="safe").load(block) for block in re.findall(r"```yaml\n(.*?)```", text, re.DOTALL)]


def example(name):
    """Give what the one example of a guard's page says under `guards`."""
    (found,) = examples(PAGES[name])
    return found["guards"]


def parameters(name):
    return [row for row in tables(PAGES[name]).get("parameter", []) if not row[0].startswith("*")]


def check_default(model, said, row):
    """Compare a documented default with the one the model has, both as the model understands them."""
    key, default = row[0].strip("`"), row[2].strip("`")
    names = {field.alias or name: (name, field) for name, field in model.model_fields.items()}
    name, field = names[key]
    if field.is_required():
        assert (default, "required" in row[3]) == ("–", True)
        return
    others = {other: value for other, value in said.items() if other != key}
    is_default = getattr(model.model_validate(others), name)
    if default in NOTHING:
        assert is_default in (None, (), "")
    else:
        written = YAML(typ="safe").load(default)
        assert getattr(model.model_validate({**others, key: written}), name) == is_default


# The pages.


def test_every_guard_has_a_page():
    assert sorted(PAGES) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_a_page_is_called_like_its_guard(name):
    assert PAGES[name].startswith(f"# {name}\n\n**What:** ")


@pytest.mark.parametrize("name", NAMES)
def test_a_page_says_when_its_guard_looks(name):
    assert PAGES[name].count("\n**When:** ") == 1


@pytest.mark.parametrize("name", NAMES)
def test_the_reasons_of_a_guard_are_documented_word_for_word(name):
    rows = {code.strip("`"): sentence for code, sentence in tables(PAGES[name])["reason"]}
    assert rows == dict(BUILT_IN[name].reasons)


@pytest.mark.parametrize("name", NAMES)
def test_the_parameters_of_a_guard_are_documented(name):
    documented = {row[0].strip("`") for row in parameters(name)}
    assert documented == {field.alias or key for key, field in BUILT_IN[name].Params.model_fields.items()}


@pytest.mark.parametrize("name", NAMES)
def test_the_documented_defaults_are_the_defaults(name):
    for row in parameters(name):
        if row[2] != "`shop.timezone`":
            check_default(BUILT_IN[name].Params, example(name)[name] or {}, row)


@pytest.mark.parametrize("name", NAMES)
def test_the_words_a_parameter_may_be_are_all_documented(name):
    schema = BUILT_IN[name].Params.model_json_schema()["properties"]
    for row in parameters(name):
        words = schema[row[0].strip("`")].get("enum")
        if words:
            assert sorted(re.findall(r"`(\w+)`", row[1])) == sorted(words)


@pytest.mark.parametrize("name", NAMES)
def test_the_example_of_a_guard_is_right(name):
    assert list(example(name)) == [name]
    assert check_guards(example(name), known=BUILT_IN) == []


@pytest.mark.parametrize("name", NAMES)
def test_the_example_of_a_guard_can_be_built(name):
    assert name in {rule.name for rule in build_rules(example(name), known=BUILT_IN)}


@pytest.mark.parametrize("name", NAMES)
def test_a_page_shows_what_explain_shows(name):
    (shown,) = re.findall(r"```text\n(.*?)\n```", PAGES[name], re.DOTALL)
    assert shown == dedent(explained(name, build_rules(example(name), known=BUILT_IN)))


@pytest.mark.parametrize("name", NAMES)
def test_what_a_page_shows_is_the_guard_holding_something(name):
    delivery, facts = CASES[name]
    (rule,) = [rule for rule in build_rules(example(name), known=BUILT_IN) if rule.name == name]
    assert rule.guard.judge(delivery, facts, delivery.planned_at).reason in BUILT_IN[name].reasons


# The index.


def test_the_index_lists_every_guard_with_the_facts_it_needs():
    rows = {row[0]: row[2] for row in tables(SECTIONS["Which guards there are"])["guard"]}
    assert rows == {
        f"[{name}](guards/{name}.md)": ", ".join(kind for kind in FACT_KINDS if kind in BUILT_IN[name].needs) or "–"
        for name in NAMES
    }


def test_the_parameters_of_every_guard_are_documented():
    rows = tables(SECTIONS["Setting them up"])["parameter"]
    assert [row[0].strip("`") for row in rows] == list(Conduct.model_fields)


def test_the_documented_defaults_of_every_guard_are_the_defaults():
    for row in tables(SECTIONS["Setting them up"])["parameter"]:
        check_default(Conduct, {}, row)


def test_the_example_of_a_file_is_right_and_reminds_of_its_exemption():
    (text,) = re.findall(r"```yaml\n(.*?)```", INDEX, re.DOTALL)
    project = check_project(f"{SHOP}{text}", {"weekly.mjml": LETTER}, Path())
    assert [problem.code for problem in project.problems] == ["guard.exempt"]


def test_the_reasons_of_the_judge_are_documented_word_for_word():
    rows = tables(SECTIONS["Reasons every guard can have"])["reason"]
    assert {code.strip("`"): text for code, text in rows} == {
        f"<guard>.{suffix}": sentence for suffix, sentence in COMMON_REASONS.items()
    }


def test_the_codes_of_faults_are_documented_word_for_word():
    rows = tables(SECTIONS["What can be wrong in the file"])["code"]
    assert {code.strip("`"): sentence for code, sentence in rows} == CODES


def test_every_built_in_guard_is_declared_as_an_entry_point():
    text = (DOCS.parent / "pyproject.toml").read_text(encoding="utf-8")
    declared = text.split('[project.entry-points."tactful.guards"]')[1].split("\n[")[0]
    assert dict(re.findall(r'^(\w+) = "(.+)"$', declared, re.MULTILINE)) == {
        name: f"{kind.__module__}:{kind.__name__}" for name, kind in BUILT_IN.items()
    }
