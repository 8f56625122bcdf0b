"""Is the guard that docs/writing-guards.md walks through a complete one, and does the page show its very text?"""

import os
import re
import subprocess
import sys
import tomllib
from datetime import timedelta
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ruamel.yaml import YAML

from journeys.duration import format_duration
from journeys.vocabulary import Facts, Profile
from operational_guards.judge import judge
from operational_guards.registry import GROUP, build_rules, check_guards
from operational_guards.testing import check_guard
from operational_guards.verdict import Allow, Answer, Delay, Evidence
from tests.operational_guards.people import BUILT_IN, DAY, NOW, about

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "examples" / "guard_plugin"
FILES = {path.name: path.read_text(encoding="utf-8") for path in EXAMPLE.iterdir() if path.is_file()}
README = FILES["README.md"]
PAGE = (ROOT / "docs" / "writing-guards.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
SHADOW, ACT = (YAML(typ="safe").load(text)["guards"] for text in re.findall(r"```yaml\n(.*?)```", README, re.DOTALL))
VIP = {"tags": ["VIP"]}


def load_guard():
    spec = spec_from_file_location("vip_call_first", EXAMPLE / "vip_call_first.py")
    module = module_from_spec(spec)
    # A dataclass looks its own module up by name while it is made.
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module.VipCallFirst


VipCallFirst = load_guard()
KNOWN = {**BUILT_IN, "vip_call_first": VipCallFirst}


def judged(configured, traits):
    rules = build_rules(configured, known={"vip_call_first": VipCallFirst})
    return judge(rules, about("grinder"), Facts(Profile(1, NOW - 400 * DAY, traits=traits)), NOW)


def test_the_page_has_blocks():
    assert len(BLOCKS) == PAGE.count("```") / 2 == 15


@pytest.mark.parametrize(("language", "text"), BLOCKS)
def test_every_block_of_the_page_is_cut_from_a_file_of_the_example(language, text):
    endings = {"python": ".py", "toml": ".toml", "yaml": ".md", "console": ".md"}
    holding = [name for name, content in FILES.items() if text in content and name.endswith(endings[language])]
    assert len(holding) == 1


def test_the_page_shows_all_of_the_guard_but_its_imports():
    shown = "\n".join(text for _, text in BLOCKS)
    kept = [line for line in FILES["vip_call_first.py"].split("\n\n\n", 1)[1].splitlines() if line.strip()]
    assert [line for line in kept if line not in shown.splitlines()] == []


def test_the_examples_own_tests_pass():
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-c", "pyproject.toml"]
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1", "PYTEST_ADDOPTS": ""}
    run = subprocess.run(command, cwd=EXAMPLE, env=environment, capture_output=True, text=True)
    assert (run.returncode, re.search(r"\d+ passed in", run.stdout) is not None) == (0, True), run.stdout


def test_the_entry_point_leads_to_the_guard():
    project = tomllib.loads(FILES["pyproject.toml"])["project"]
    assert project["entry-points"][GROUP] == {VipCallFirst.name: "vip_call_first:VipCallFirst"}


def test_everything_the_entry_point_needs_is_packed():
    packed = tomllib.loads(FILES["pyproject.toml"])["tool"]["hatch"]["build"]["targets"]["wheel"]["only-include"]
    assert packed == ["vip_call_first.py"]


@pytest.mark.parametrize("configured", [SHADOW, ACT])
def test_the_guard_is_set_up_beside_the_built_in_ones(configured):
    assert check_guards(configured, known=KNOWN) == []
    assert "vip_call_first" in {rule.name for rule in build_rules(configured, known=KNOWN)}


def test_a_misspelt_parameter_is_reported_with_a_suggestion():
    (fault,) = check_guards({"vip_call_first": {"wihtin": "30d"}}, known=KNOWN)
    assert fault.message == 'guard "vip_call_first" has no parameter "wihtin"; did you mean "within"?'


def test_in_shadow_mode_its_answer_is_written_down_and_holds_nothing():
    held = Delay(NOW + 5 * DAY, "vip_call_first.not_called", (Evidence("trait", "tags", "VIP", None),), on_change=True)
    judgement = judged(SHADOW, VIP)
    assert judgement.verdict == Allow()
    assert judgement.answers == (Answer("vip_call_first", held, "shadow"),)


def test_in_earnest_it_holds():
    assert judged(ACT, VIP).verdict.reason == "vip_call_first.not_called"


def test_what_it_cannot_know_makes_marketing_wait():
    verdict = judged(ACT, {**VIP, "called_at": "yesterday"}).verdict
    assert (type(verdict), verdict.reason) == (Delay, "vip_call_first.unreadable")


def rows(heading):
    """Read the rows of the table of the README that begins with this heading, the first cell without its quotes."""
    table = re.search(rf"^\| {heading} \|.*\n\|[-|]+\n((?:\|.*\n?)+)", README, re.MULTILINE)[1]
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in table.splitlines()]
    return {first.strip("`"): second.strip("`") for first, second, *_ in cells}


def test_the_readme_says_its_reasons_word_for_word():
    assert rows("reason") == dict(VipCallFirst.reasons)


def test_the_readme_says_its_parameters_and_their_defaults():
    fields = VipCallFirst.Params.model_fields
    assert rows("parameter") == {
        name: format_duration(field.default) if isinstance(field.default, timedelta) else field.default
        for name, field in fields.items()
    }


@pytest.mark.parametrize("called_at", ["0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59"])
def test_a_moment_beyond_the_calendar_is_unknown(called_at):
    assert judged(ACT, {**VIP, "called_at": called_at}).verdict.reason == "vip_call_first.unreadable"


@given(
    tags=st.one_of(st.none(), st.text(), st.lists(st.sampled_from(["VIP", "gold"])), st.integers()),
    called_at=st.one_of(st.text(), st.integers(0, 60).map(lambda days: (NOW - days * DAY).isoformat())),
    waited=st.integers(0, 10),
)
def test_it_keeps_the_contract(tags, called_at, waited):
    facts = Facts(Profile(1, NOW - 400 * DAY, traits={"tags": tags, "called_at": called_at}))
    check_guard(VipCallFirst(VipCallFirst.Params()), about("grinder", planned_at=NOW - waited * DAY), facts, NOW)
