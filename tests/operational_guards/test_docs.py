"""Does docs/guards.md say what the guards do?"""

import re
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from journeys.duration import format_duration
from operational_guards.judge import COMMON_REASONS
from operational_guards.registry import CODES, build_guards, check_guards, check_overrides
from tests.operational_guards.people import BUILT_IN

PAGE = (Path(__file__).parents[2] / "docs" / "guards.md").read_text(encoding="utf-8")
SECTIONS = dict(re.findall(r"^## (.+?)\n(.*?)(?=^## |\Z)", PAGE, re.MULTILINE | re.DOTALL))
NAMES = sorted(BUILT_IN)


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


def test_every_guard_has_a_section():
    assert [name for name in SECTIONS if name in BUILT_IN] == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_the_reasons_of_a_guard_are_documented_word_for_word(name):
    rows = {code.strip("`"): sentence for code, sentence in tables(SECTIONS[name])["reason"]}
    assert rows == dict(BUILT_IN[name].reasons)


def test_the_reasons_of_the_judge_are_documented_word_for_word():
    rows = tables(SECTIONS["Reasons every guard can have"])["reason"]
    assert {code.strip("`"): text for code, text in rows} == {
        f"<guard>.{suffix}": sentence for suffix, sentence in COMMON_REASONS.items()
    }


def test_the_codes_of_faults_are_documented_word_for_word():
    rows = tables(SECTIONS["What can be wrong in the file"])["code"]
    assert {code.strip("`"): sentence for code, sentence in rows} == CODES


@pytest.mark.parametrize("name", NAMES)
def test_the_parameters_of_a_guard_are_documented(name):
    rows = tables(SECTIONS[name]).get("parameter", [])
    documented = {row[0].strip("`") for row in rows if not row[0].startswith("*")}
    assert documented == {field.alias or key for key, field in BUILT_IN[name].Params.model_fields.items()}


@pytest.mark.parametrize("name", NAMES)
def test_the_documented_defaults_are_the_defaults(name):
    fields = BUILT_IN[name].Params.model_fields
    for parameter, _, default, _ in tables(SECTIONS[name]).get("parameter", []):
        field = fields.get(parameter.strip("`"))
        if field is None or field.is_required() or default in ("`shop.timezone`", "for ever"):
            continue
        written = default.strip("`").removeprefix("delivered + ")
        assert written == (field.default if isinstance(field.default, str) else format_duration(field.default))


@pytest.mark.parametrize("name", NAMES)
def test_the_example_of_a_guard_is_right(name):
    (example,) = examples(SECTIONS[name])
    assert list(example["guards"]) == [name]
    assert check_guards(example["guards"], known=BUILT_IN) == []


@pytest.mark.parametrize("name", NAMES)
def test_the_example_of_a_guard_can_be_built(name):
    (example,) = examples(SECTIONS[name])
    assert name in {guard.name for guard in build_guards(example["guards"], "Europe/Riga", known=BUILT_IN)}


def test_the_example_of_a_step_that_overrides_is_right():
    example = examples(PAGE)[0]
    (step,) = example["journeys"]["weekly_newsletter"]["steps"]
    assert check_overrides(example["guards"], step["guards"], ("guards",), known=BUILT_IN) == []


def test_every_built_in_guard_is_declared_as_an_entry_point():
    text = (Path(__file__).parents[2] / "pyproject.toml").read_text(encoding="utf-8")
    declared = text.split('[project.entry-points."tactful.guards"]')[1].split("\n[")[0]
    assert dict(re.findall(r'^(\w+) = "(.+)"$', declared, re.MULTILINE)) == {
        name: f"{kind.__module__}:{kind.__name__}" for name, kind in BUILT_IN.items()
    }
