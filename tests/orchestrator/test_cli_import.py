"""Do the import commands read, write and exit as they promise?"""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from orchestrator.cli import app
from orchestrator.project import load_project
from tests.fakes.flows import (
    EMAILS,
    HUBSPOT_NURTURE,
    HUBSPOT_RENEWAL,
    HUBSPOT_WELCOME,
    HUBSPOT_WINBACK,
    KLAVIYO_BIRTHDAY,
    KLAVIYO_CART,
    KLAVIYO_NURTURE,
    KLAVIYO_WELCOME,
    KLAVIYO_WINBACK,
    METRICS,
)
from tests.fakes.workspace import SHOP

CHANNELS = "  sms: {action: email.file}\n  webhook: {action: email.file}\n"
BASE = Path(__file__).parents[2] / "templates" / "base.mjml"


def tactful(*arguments: object, given: str | None = None) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments], input=given)


def saved(folder: Path, content: Any, name: str = "flow.json") -> Path:
    path = folder / name
    path.write_text(json.dumps(content), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("vendor", "flow"),
    [
        ("klaviyo", KLAVIYO_WELCOME),
        ("klaviyo", KLAVIYO_CART),
        ("klaviyo", KLAVIYO_WINBACK),
        ("klaviyo", KLAVIYO_BIRTHDAY),
        ("klaviyo", KLAVIYO_NURTURE),
        ("hubspot", HUBSPOT_NURTURE),
        ("hubspot", HUBSPOT_WELCOME),
        ("hubspot", HUBSPOT_WINBACK),
        ("hubspot", HUBSPOT_RENEWAL),
    ],
    ids=lambda value: value if isinstance(value, str) else "flow",
)
def test_a_workspace_with_the_journey_and_its_templates_has_no_errors(tmp_path: Path, vendor: str, flow: Any) -> None:
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates" / "base.mjml").write_text(BASE.read_text(encoding="utf-8"), encoding="utf-8")
    names = saved(tmp_path, METRICS if vendor == "klaviyo" else EMAILS, "names.json")
    done = tactful("import", vendor, saved(tmp_path, flow), "--names", names, "--templates", tmp_path / "templates")
    (tmp_path / "journeys.yaml").write_text(SHOP + CHANNELS + done.stdout, encoding="utf-8")
    assert load_project(tmp_path).errors == ()


def test_all_that_was_said_is_exit_code_0(tmp_path: Path) -> None:
    assert tactful("import", "klaviyo", saved(tmp_path, KLAVIYO_BIRTHDAY)).exit_code == 0


def test_something_unsaid_is_exit_code_1_and_on_the_error_output(tmp_path: Path) -> None:
    done = tactful("import", "hubspot", saved(tmp_path, HUBSPOT_RENEWAL))
    assert (done.exit_code, "could not be said: action 4 (0-14): " in done.stderr) == (1, True)


def test_the_yaml_goes_to_a_file_when_asked(tmp_path: Path) -> None:
    out = tmp_path / "birthday.yaml"
    done = tactful("import", "klaviyo", saved(tmp_path, KLAVIYO_BIRTHDAY), "--out", out)
    assert (done.stdout, out.read_text(encoding="utf-8").splitlines()[0]) == ("", "journeys:")


def test_a_file_that_is_there_is_not_written_over(tmp_path: Path) -> None:
    flow = saved(tmp_path, KLAVIYO_BIRTHDAY)
    assert tactful("import", "klaviyo", flow, "--out", flow).exit_code == 2


def test_json_lists_what_could_not_be_said(tmp_path: Path) -> None:
    done = tactful(
        "import", "klaviyo", saved(tmp_path, KLAVIYO_CART), "--names", saved(tmp_path, METRICS, "m"), "--json"
    )
    assert json.loads(done.stdout)["unsaid"][2] == {
        "where": "action 6 (send-mobile-push)",
        "what": "there is no channel for push messages",
        "remedy": "send an e-mail or SMS, or set up an action",
    }


def test_a_template_that_is_there_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "happy_birthday.mjml").write_text("mine", encoding="utf-8")
    done = tactful("import", "klaviyo", saved(tmp_path, KLAVIYO_BIRTHDAY), "--templates", tmp_path)
    kept = (tmp_path / "happy_birthday.mjml").read_text(encoding="utf-8")
    assert (kept, "left alone, because they are there: happy_birthday.mjml" in done.stderr) == ("mine", True)


def test_the_flow_may_come_from_the_standard_input() -> None:
    assert tactful("import", "klaviyo", "-", given=json.dumps(KLAVIYO_BIRTHDAY)).exit_code == 0


def test_what_is_no_json_is_refused_with_its_place(tmp_path: Path) -> None:
    path = tmp_path / "flow.json"
    path.write_text('{"data": oops}', encoding="utf-8")
    done = tactful("import", "klaviyo", path)
    assert (done.exit_code, "flow.json: expected the JSON of an exported flow" in done.stderr) == (1, True)


def test_json_that_is_nested_without_end_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "flow.json"
    path.write_text("[" * 100_000, encoding="utf-8")
    assert tactful("import", "hubspot", path).exit_code == 1


def test_a_file_that_is_not_there_is_wrong_usage(tmp_path: Path) -> None:
    assert tactful("import", "hubspot", tmp_path / "none.json").exit_code == 2


def test_a_huge_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "flow.json"
    path.write_bytes(b" " * 10_000_001)
    done = tactful("import", "hubspot", path)
    assert (done.exit_code, "expected at most 10,000,000 bytes, got more" in done.stderr) == (1, True)
