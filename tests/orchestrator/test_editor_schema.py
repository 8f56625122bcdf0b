"""Does the schema for editors take what is right, refuse what is wrong, and know all that is installed?"""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft7Validator
from typer.testing import CliRunner

from actions.registry import load_actions
from journeys.examples import whole_file
from journeys.yaml_text import read
from operational_guards.registry import load_guards
from orchestrator.cli import app
from orchestrator.editor_schema import MODELINE, editor_schema

ROOT = Path(__file__).parents[2]
LIBRARY = [path for path in sorted((ROOT / "journeys" / "library").glob("*.yaml")) if ".test." not in path.name]
BLOCK = re.compile(r"^```yaml\n(.*?)^```", re.MULTILINE | re.DOTALL)
# Its guard is a plugin that the page shows how to write.
NOT_INSTALLED = {"writing-guards.md"}
SCHEMA = editor_schema()
VALIDATOR = Draft7Validator(SCHEMA)
HEAD = "version: 1\nshop: {name: Nordic Roast}\n"


def complaints(text: str) -> list[str]:
    reading = read(text)
    assert reading.root is not None
    return [f"{error.json_path} {error.message}" for error in VALIDATOR.iter_errors(reading.root.value)]


def step(text: str) -> str:
    return f"{HEAD}journeys:\n  a:\n    entry: {{event: E}}\n    steps:\n      - {text}\n"


def blocks() -> Iterator[Any]:
    """Give every YAML block of the documentation that is of a journeys file; scenarios are another language."""
    for page in sorted((ROOT / "docs").rglob("*.md")):
        if page.name in NOT_INSTALLED:
            continue
        for place, block in enumerate(BLOCK.findall(page.read_text(encoding="utf-8"))):
            if not block.startswith("- name:"):
                yield pytest.param(block, id=f"{page.stem}-{place}")


def test_the_schema_is_one() -> None:
    Draft7Validator.check_schema(SCHEMA)
    assert SCHEMA["$schema"] == "http://json-schema.org/draft-07/schema#"


@pytest.mark.parametrize("path", [ROOT / "journeys.yaml", *LIBRARY], ids=lambda path: path.stem)
def test_what_comes_with_tactful_is_right(path: Path) -> None:
    assert complaints(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("block", list(blocks()))
def test_every_example_of_the_documentation_is_right(block: str) -> None:
    assert complaints(whole_file(block)) == []


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("shop: {name: X}", id="no version"),
        pytest.param("version: 1\nchannels: {}", id="no shop"),
        pytest.param("version: 2\nshop: {name: X}", id="another version"),
        pytest.param('version: "1"\nshop: {name: X}', id="a version in quotes"),
        pytest.param(f"{HEAD}channel: {{}}", id="an unknown section"),
        pytest.param(f"{HEAD}shops: {{}}", id="a misspelt section"),
        pytest.param("version: 1\nshop: {name: X, country: latvia}", id="a country's name"),
        pytest.param(f"{HEAD}channels: {{email: {{action: email.flie}}}}", id="an unknown action"),
        pytest.param(f"{HEAD}channels: {{email: {{action: email.file, foldr: x}}}}", id="a parameter of no action"),
        pytest.param(f"{HEAD}channels: {{email: {{action: email.file, rate: often}}}}", id="a rate in words"),
        pytest.param(f"{HEAD}channels: {{Email: {{action: email.file}}}}", id="a name in capitals"),
        pytest.param(f"{HEAD}sources: {{shop: {{adapter: shopfy}}}}", id="an unknown adapter"),
        pytest.param(f"{HEAD}sources: {{shop: {{adapter: segment}}}}", id="an adapter for files"),
        pytest.param(f"{HEAD}guards: {{already_bougt: {{}}}}", id="an unknown guard"),
        pytest.param(f"{HEAD}guards: {{already_bought: {{within: 3 dayz}}}}", id="no duration"),
        pytest.param(f"{HEAD}guards: {{already_bought: {{divert: a}}}}", id="a way for all journeys"),
        pytest.param(f"{HEAD}guards: {{consent: {{mode: shadow}}}}", id="conduct of what is always on"),
        pytest.param(f"{HEAD}guards: {{quiet_hours: {{}}}}", id="a guard without what it needs"),
        pytest.param(f"{HEAD}journeys: {{a: {{entry: {{event: E}}, steps: []}}}}", id="no steps"),
        pytest.param(f"{HEAD}journeys: {{a: {{steps: [{{id: a, exit: b}}]}}}}", id="no entry"),
        pytest.param(f"{HEAD}journeys: {{a: {{entry: {{}}, steps: [{{id: a, exit: b}}]}}}}", id="an entry of no kind"),
        pytest.param(step("{id: a}"), id="a step of no kind"),
        pytest.param(step("{wait: 1h}"), id="a step without an id"),
        pytest.param(step("{id: a, wiat: 1h}"), id="a misspelt kind"),
        pytest.param(step("{id: a, wait: 1h, send: email}"), id="two kinds"),
        pytest.param(step("{id: A, wait: 1h}"), id="an id in capitals"),
        pytest.param(step("{id: a, wait: 30m2h}"), id="a duration the wrong way round"),
        pytest.param(step("{id: a, wait: {until: Tuesday 9:30}}"), id="a time in other words"),
        pytest.param(step("{id: a, wait_for: {event: E}}"), id="no at_most"),
        pytest.param(step("{id: a, branch: [{if: now, go: A}]}"), id="a way to no name"),
        pytest.param(step("{id: a, split: {a: 50%}}"), id="a split of one"),
        pytest.param(step("{id: a, split: {a: 1, b: 1}, b: [{id: b}]}"), id="a step of no kind in an arm"),
        pytest.param(step("{id: a, send: email, at: 9am}"), id="a time of another clock"),
        pytest.param(step("{id: a, send: email, guards: {consent: {}}}"), id="what is always on at a step"),
        pytest.param(step("{id: a, send: email, except: {already_bought: no}}"), id="an exemption without a reason"),
        pytest.param(step("{id: a, go: [b]}"), id="a list for a name"),
    ],
)
def test_what_is_built_wrongly_is_refused(text: str) -> None:
    assert complaints(text) != []


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "{id: a, send: email, temlate: x}",
            "Additional properties are not allowed ('temlate' was unexpected)",
        ),
        ("{id: a, wait_for: {event: E}, then: b}", "'at_most' is a required property"),
        ("{id: a, crm: {channel: 7}}", "7 is not of type 'string'"),
    ],
)
def test_a_mistake_in_a_step_is_said_once_and_about_its_kind(text: str, said: str) -> None:
    (complaint,) = complaints(step(text))
    assert complaint.endswith(said)


@pytest.mark.parametrize(
    ("model", "key", "default"),
    [
        ("EntrySpec", "at", "10:00"),
        ("EntrySpec", "offset", "+0s"),
        ("JourneySpec", "re_entry", "always"),
        ("JourneySpec", "holdout", "0%"),
        ("JourneySpec", "priority", 50),
        ("Magnet", "expires", "7d"),
        ("Experiment", "confidence", "95%"),
        ("SendStep", "purpose", "marketing"),
        ("guard.already_bought", "within", "30d"),
        ("guard.holdout", "share", "5%"),
        ("adapter.shopify", "silent_after", "1d"),
    ],
)
def test_a_default_is_written_as_in_a_file(model: str, key: str, default: object) -> None:
    assert SCHEMA["definitions"][model]["properties"][key]["default"] == default


@pytest.mark.parametrize("name", sorted(load_guards()))
def test_every_installed_guard_is_known_with_its_parameters(name: str) -> None:
    keys = SCHEMA["definitions"][f"guard.{name}"]["properties"].keys()
    params = load_guards()[name].Params
    assert {field.alias or key for key, field in params.model_fields.items()} <= keys


@pytest.mark.parametrize("name", load_actions().names())
def test_every_installed_action_is_known_with_its_parameters(name: str) -> None:
    keys = SCHEMA["definitions"][f"action.{name}"]["properties"].keys()
    params = load_actions()[name].Params
    assert {field.alias or key for key, field in params.model_fields.items()} <= keys


def described(value: Any, path: str) -> Iterator[tuple[str, Any]]:
    for key, each in value.get("properties", {}).items():
        yield f"{path}.{key}", each


def test_every_key_of_the_language_says_what_it_is() -> None:
    models = {name: each for name, each in SCHEMA["definitions"].items() if "." not in name and name != "step"}
    keys = [pair for name, model in models.items() for pair in described(model, name)]
    mute = [path for path, each in keys if "markdownDescription" not in each and "$ref" not in each]
    assert len(keys) > 150
    assert mute == []


def test_an_example_stands_at_every_kind_of_step() -> None:
    snippets = SCHEMA["definitions"]["step"]["defaultSnippets"]
    assert all(snippet["body"][snippet["label"]] for snippet in snippets)


def test_the_command_writes_the_schema_and_says_how_editors_find_it(tmp_path: Path) -> None:
    out = tmp_path / "journeys.schema.json"
    done = CliRunner().invoke(app, ["schema", "--out", str(out)])
    assert done.stdout.splitlines()[-1] == f"  {MODELINE}"
    assert json.loads(out.read_text(encoding="utf-8")) == SCHEMA


def test_the_command_prints_the_schema() -> None:
    assert json.loads(CliRunner().invoke(app, ["schema"]).stdout) == SCHEMA


def test_a_new_workspace_has_the_schema_its_first_line_names(tmp_path: Path) -> None:
    CliRunner().invoke(app, ["init", str(tmp_path)])
    assert (tmp_path / "journeys.yaml").read_text(encoding="utf-8").startswith(f"{MODELINE}\n")
    assert json.loads((tmp_path / "journeys.schema.json").read_text(encoding="utf-8")) == SCHEMA
