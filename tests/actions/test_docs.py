"""Do the pages about actions and templates say what the code does?"""

import re
import tomllib
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from actions._filters import FILTERS
from actions.registry import GROUP, Actions
from actions.template import Templates

ROOT = Path(__file__).parents[2]
ACTIONS = (ROOT / "docs" / "actions.md").read_text(encoding="utf-8")
TEMPLATES = (ROOT / "docs" / "templates.md").read_text(encoding="utf-8")
DECLARED = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["entry-points"][GROUP]
BUILT_IN = Actions(EntryPoint(name, value, GROUP) for name, value in DECLARED.items())


def section(name: str) -> str:
    return ACTIONS.partition(f"\n## {name}\n")[2].partition("\n## ")[0]


def sources(name: str) -> str:
    """Give the source of an action's own module."""
    file = ROOT / f"{DECLARED[name].partition(':')[0].replace('.', '/')}.py"
    return file.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", DECLARED)
def test_every_parameter_has_its_row(name):
    fields = BUILT_IN[name].Params.model_fields.items()
    assert [key for key, field in fields if f"| `{field.alias or key}` |" not in section(name)] == []


@pytest.mark.parametrize("name", DECLARED)
def test_every_example_is_a_channel_that_can_be_loaded(name):
    (example,) = re.findall(r"```yaml\n(.*?)```", section(name), re.DOTALL)
    (channel,) = YAML(typ="safe", pure=True).load(example)["channels"].values()
    assert channel.pop("action") == name
    BUILT_IN[name].Params.model_validate(channel)


@pytest.mark.parametrize("name", DECLARED)
def test_every_reason_has_its_row(name):
    reasons = re.findall(r'"((?:email|webhook|audience|lead_magnet|crm)\.[a-z_]+)"', sources(name))
    assert [reason for reason in reasons if reason not in (*DECLARED, "") and f"`{reason}`" not in section(name)] == []


@pytest.mark.parametrize("kind", ["mjml", "html", "text"])
def test_every_example_is_a_template_without_problems(kind):
    (example,) = re.findall(rf"```{kind}\n(.*?)```", TEMPLATES, re.DOTALL)
    name = f"example.{kind.replace('text', 'txt')}"
    assert Templates({name: example}).check(name, ["first_name"]) == []


def test_every_filter_is_listed():
    listed = TEMPLATES.partition("Filters: `")[2].partition("`")[0].split()
    assert listed == sorted(FILTERS)


def test_every_code_of_a_problem_is_listed():
    used = {
        code
        for file in (ROOT / "actions").glob("*.py")
        for code in re.findall(r'"((?:template|content)\.[a-z_]+)"', file.read_text(encoding="utf-8"))
    }
    assert [code for code in sorted(used) if f"`{code}`" not in TEMPLATES] == []
