"""Is every code that `tactful check` can give explained, and is the page what the code says?"""

import re
from pathlib import Path

import pytest

from orchestrator.checks import REMEDIES, all_checks, explain, page
from orchestrator.project import check_project
from orchestrator.scenario_file import CODES as OF_SCENARIOS

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "checks.md"
# Packages whose modules find problems, and the beginnings of their codes; reasons of guards look alike.
PACKAGES = ("actions", "journeys", "operational_guards", "orchestrator")
CODE = re.compile(rf'"((?:{"|".join({*REMEDIES, "journey"})})\.[a-z_]+)"')
# Words that look like codes: reasons of deliveries, events of the log, names of values.
NO_PROBLEMS = re.compile(
    r"journey\.(step_gone|step_removed|step_changed|journey_removed|restarted|left|quarantined)"
    r"|channel\.gone|template\.gone"
)
HEAD = "version: 1\nshop: {name: X}\nchannels: {email: {action: email.file}}\n"
JOURNEY = 'journeys:\n  a: {entry: {event: E}, steps: [{id: s, send: email, text: "Hello!"%s}, {id: t, exit: done}]}\n'


def test_the_page_is_what_the_code_says() -> None:
    assert PAGE.read_text(encoding="utf-8") == page()


def test_every_code_in_the_code_has_a_section() -> None:
    known = {check.code for check in all_checks()} | set(OF_SCENARIOS)
    sources = [path for package in PACKAGES for path in (ROOT / package).rglob("*.py") if path.name != "checks.py"]
    said = {code for path in sources for code in CODE.findall(path.read_text(encoding="utf-8"))}
    assert {code for code in said - known if not NO_PROBLEMS.fullmatch(code)} == set()


def test_every_code_has_one_section_with_a_remedy() -> None:
    codes = [check.code for check in all_checks()]
    assert len(codes) == len(set(codes))
    assert [
        check.code for check in all_checks() if not (check.explanation.endswith(".") and check.fix.endswith("."))
    ] == []


def test_a_code_is_explained_by_its_section() -> None:
    assert explain("journey.unreachable_step") == (
        "## journey.unreachable_step\n\nNo way leads to a step, so nobody will ever be there. This is a warning.\n\n"
        "Wrong:\n\n```yaml\n- {id: done, exit: finished}\n- {id: pause, wait: 1d}\n```\n\n"
        "Right:\n\n```yaml\n- {id: pause, wait: 1d}\n- {id: done, exit: finished}\n```\n\n"
        "What to do: Let a step lead here, or remove it.\n"
    )


# Messages that no guard holds.


def unguarded(guards: str, step: str = "") -> list[str]:
    problems = check_project(f"{HEAD}{guards}{JOURNEY % step}", {}, Path()).problems
    return [str(problem) for problem in problems if problem.code == "send.unguarded"]


def test_marketing_without_any_guard_is_one_warning() -> None:
    assert unguarded("") == [
        "journeys.yaml:5:34: send.unguarded no guard is set up, and 1 marketing message goes out as soon as consent "
        "allows; add guards such as frequency_cap, quiet_hours and in_delivery"
    ]


@pytest.mark.parametrize(
    ("guards", "step"),
    [
        pytest.param("guards: {frequency_cap: {any: 1 per day}}\n", "", id="a guard"),
        pytest.param("", ", purpose: transactional", id="what the customer is owed"),
        pytest.param("", ", guards: {frequency_cap: {any: 1 per day}}", id="a guard at the step"),
    ],
)
def test_what_a_guard_holds_or_need_not_hold_is_not_warned_of(guards: str, step: str) -> None:
    assert unguarded(guards, step) == []


@pytest.mark.parametrize(
    ("guards", "step"),
    [
        pytest.param("{any: 1 per day}", ', except: {frequency_cap: "it was asked for"}', id="exempt"),
        pytest.param("{any: 1 per day, mode: shadow}", "", id="only written down"),
    ],
)
def test_a_message_that_its_guards_do_not_hold_is_warned_of(guards: str, step: str) -> None:
    assert unguarded(f"guards: {{frequency_cap: {guards}}}\n", step) == [
        'journeys.yaml:6:34: send.unguarded step "s": no guard holds this marketing message; exempt it from fewer, '
        "or add guards such as frequency_cap, quiet_hours and in_delivery"
    ]
