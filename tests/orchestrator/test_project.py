"""Is a wrong journey set aside with its place while the others run, and does a wrong head stop everything?"""

from pathlib import Path

import pytest

from journeys.catalog import Catalog
from orchestrator.app import build
from orchestrator.in_force import NotRunnable
from orchestrator.project import Project, check_project, load_project

HEAD = """\
version: 1
shop: {name: Nordic Roast, timezone: Europe/Riga, url: "https://shop.example"}
channels:
  email: {action: email.file}
  crm: {action: crm.file}
guards:
  frequency_cap: {email: 1 per day}
"""
GOOD = """\
journeys:
  good:
    entry: {event: Signed Up}
    steps:
      - {id: hello, send: email, text: "Hello!"}
"""
TEMPLATES = {
    "hello.txt": '---\nsubject: "Hello"\nstage: retention\n---\nHello {{ profile.first_name }}\n',
    "wrong.txt": '---\nsubject: "Hello"\n---\nHello {{ profile.frist_name }}\n',
    "loud.txt": '---\nsubject: "Hello"\n---\nThe last chance!\n',
}


def checked(*lines: str, head: str = HEAD, templates: dict[str, str] | None = None) -> Project:
    """Check a good journey on lines 8 to 12 and below it, from line 13, what is given."""
    text = head + GOOD + "".join(f"  {line}\n" for line in lines)
    return check_project(text, TEMPLATES if templates is None else templates, Path())


def bad(*steps: str, **options: object) -> Project:
    """Check the good journey and one named `bad` with these steps, the first of them on line 16."""
    entry = str(options.get("entry", "{event: Checkout Started}"))
    return checked("bad:", f"  entry: {entry}", "  steps:", *(f"    - {step}" for step in steps))


def running(project: Project) -> list[str]:
    return sorted(project.program(Catalog()).journeys)


WRONG = [
    pytest.param(
        "{id: a, wait: 1h, unitl: Tue}",
        'schema.unknown_key step "a": unknown key "unitl"',
        id="an unknown key",
    ),
    pytest.param(
        "{id: a, wiat: 1h}",
        'journeys.yaml:16:17: schema.unknown_step_kind step "a": unknown step kind "wiat"; did you mean "wait"?',
        id="an unknown kind of step",
    ),
    pytest.param(
        "{id: a, send: email, template: hallo.txt}",
        'journeys.yaml:16:40: template.unknown there is no template "hallo.txt"; did you mean "hello.txt"?',
        id="an unknown template",
    ),
    pytest.param(
        "{id: a, send: email, template: wrong.txt}",
        'templates/wrong.txt:4:18: template.unknown_name profile has no "frist_name"; did you mean "first_name"?',
        id="an unknown field in a template",
    ),
    pytest.param(
        '{id: a, send: email, text: "Hello {{ profile.frist_name }}"}',
        'journeys.yaml:16:54: template.unknown_name profile has no "frist_name"; did you mean "first_name"?',
        id="an unknown field in a text",
    ),
    pytest.param(
        "{id: a, go: b}",
        'journeys.yaml:16:21: journey.unknown_target step "a": go names no step of this journey, got "b"; '
        "the steps are a",
        id="a step that does not exist",
    ),
    pytest.param(
        "{id: a, go: a}",
        'journeys.yaml:16:9: journey.loop_without_wait step "a": the loop a → a never waits; '
        "put a wait or wait_for step on it",
        id="a loop without a wait",
    ),
    pytest.param(
        "{id: a, branch: [{if: entry.valeu > 20, go: b}]}\n      - {id: b, exit: done}",
        'journeys.yaml:16:37: condition.invalid step "a": in "entry.valeu > 20": "Checkout Started" has no '
        'property "valeu"; did you mean "value"?',
        id="a wrong condition",
    ),
    pytest.param(
        "{id: a, send: fax, text: Hello}",
        'journeys.yaml:16:23: journey.unknown_channel step "a": the channel "fax" is not set up',
        id="an unknown channel",
    ),
    pytest.param(
        "{id: a, send: email, text: Hello, guards: {frequency_cap: {email: often}}}",
        "journeys.yaml:16:",
        id="a guard that cannot be read",
    ),
]


@pytest.mark.parametrize(("step", "problem"), WRONG)
def test_a_wrong_journey_is_set_aside_with_its_place_and_the_others_run(step: str, problem: str) -> None:
    project = bad(step)
    assert (project.is_runnable, running(project), list(project.quarantined)) == (True, ["good"], ["bad"])
    assert problem in project.quarantined["bad"]


def test_a_wrong_condition_at_the_entry_sets_its_journey_aside() -> None:
    project = bad("{id: a, wait: 1h}", entry="{event: Checkout Started, if: event.value > yesterday}")
    assert running(project) == ["good"]
    assert project.quarantined["bad"].startswith("journeys.yaml:14:")


def test_everything_that_is_wrong_is_reported_at_once() -> None:
    project = bad(
        "{id: a, go: b}", "{id: c, send: email, template: hallo.txt}", "{id: d, branch: [{if: entry.valeu > 1, go: a}]}"
    )
    assert [problem.code for problem in project.errors] == [
        "journey.unknown_target",
        "template.unknown",
        "condition.invalid",
    ]


def test_a_warning_keeps_nothing_from_running() -> None:
    project = bad("{id: a, exit: done}", "{id: b, wait: 1h}")
    assert [(problem.code, problem.severity) for problem in project.problems if problem.journey] == [
        ("journey.unreachable_step", "warning")
    ]
    assert running(project) == ["bad", "good"]


# Stages and tone.


@pytest.mark.parametrize(("stage", "journeys"), [("retention", ["bad", "good"]), ("awareness", ["good"])])
def test_a_template_made_for_another_stage_is_an_error_at_the_step(stage: str, journeys: list[str]) -> None:
    project = checked(
        "bad:",
        f"  stage: {stage}",
        "  entry: {event: Checkout Started}",
        "  steps:",
        "    - {id: a, send: email, template: hello.txt}",
    )
    assert running(project) == journeys
    wanted = (
        'journeys.yaml:17:40: template.stage template "hello.txt" is made for retention, journey "bad" for awareness'
    )
    assert [wanted in str(problem) for problem in project.errors] == ([True] if stage == "awareness" else [])


def test_words_the_shop_never_says_set_a_journey_aside() -> None:
    head = HEAD.replace("timezone:", 'voice: {never: ["last chance"]}, timezone:')
    project = checked(
        "bad:",
        "  entry: {event: Checkout Started}",
        "  steps:",
        "    - {id: a, send: email, template: loud.txt}",
        head=head,
    )
    assert [(problem.code, problem.file) for problem in project.problems if problem.journey] == [
        ("template.voice", "templates/loud.txt")
    ]


# The head.


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        pytest.param(
            "action: email.file",
            "action: email.flie",
            'journeys.yaml:4:19: channel.action channel "email": there is no action "email.flie"; '
            'did you mean "email.file"?',
            id="an unknown action",
        ),
        pytest.param(
            "{action: email.file}",
            "{action: email.file, foldr: out}",
            'journeys.yaml:4:38: channel.parameter channel "email": email.file: "foldr": '
            'Extra inputs are not permitted; did you mean "folder"?; it knows folder, from, fsync',
            id="an unknown parameter",
        ),
        pytest.param("frequency_cap:", "frequency_cup:", 'did you mean "frequency_cap"?', id="an unknown guard"),
        pytest.param("version: 1", "version: 2", "journeys.yaml:1:10: schema.wrong_value", id="another version"),
        pytest.param("Europe/Riga", "Europe/Rga", 'did you mean "Europe/Riga"?', id="a zone that is none"),
        pytest.param("shop:", "shpo:", 'did you mean "shop"?', id="a key that is none"),
    ],
)
def test_a_wrong_head_stops_everything_and_says_where(old: str, new: str, problem: str) -> None:
    project = checked(head=HEAD.replace(old, new))
    assert not project.is_runnable
    assert problem in "\n".join(str(found) for found in project.errors if not found.journey)


def test_nothing_is_built_from_a_file_with_a_wrong_head(tmp_path: Path) -> None:
    (tmp_path / "journeys.yaml").write_text(HEAD.replace("email.file", "email.flie") + GOOD, encoding="utf-8")
    with pytest.raises(NotRunnable, match=r"(?s)nothing can run:\njourneys.yaml:4:19: channel.action"):
        build(tmp_path, None)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["journeys.yaml"]


def test_a_folder_without_a_file_says_how_to_begin(tmp_path: Path) -> None:
    project = load_project(tmp_path)
    assert [str(problem) for problem in project.problems] == [
        f"journeys.yaml:1:1: file.unreadable {tmp_path / 'journeys.yaml'} cannot be read; "
        "`tactful init DIR` makes a workspace to start from"
    ]


def test_a_file_in_another_encoding_says_so(tmp_path: Path) -> None:
    (tmp_path / "journeys.yaml").write_bytes("shop: {name: Kafē}".encode("utf-16"))
    project = load_project(tmp_path)
    assert (project.is_runnable, project.problems[0].code) == (False, "file.unreadable")
    assert "is not UTF-8 text; save it as UTF-8" in project.problems[0].message


def test_a_workspace_whose_one_journey_is_wrong_still_runs_the_others(tmp_path: Path) -> None:
    text = HEAD + GOOD + "  bad:\n    entry: {event: X}\n    steps:\n      - {id: a, go: b}\n"
    (tmp_path / "journeys.yaml").write_text(text, encoding="utf-8")
    app = build(tmp_path, None)
    assert sorted(app.program.journeys) == ["good"]
    app.store.close()


@pytest.mark.parametrize(
    ("old", "new", "place"),
    [
        ("{action: email.file}", "{action: email.file, rate: 5 per 0m}", "journeys.yaml:4:37"),
        ("{event: Signed Up}", "{event: Signed Up, at_most: 5 per 0s}", "journeys.yaml:10:40"),
        ("{email: 1 per day}", "{email: 5 per 0h}", "journeys.yaml:7:26"),
    ],
)
def test_a_limit_over_no_time_at_all_is_refused(old: str, new: str, place: str) -> None:
    limit = new.rpartition(": ")[2].rstrip("}")
    project = check_project((HEAD + GOOD).replace(old, new), {}, Path())
    (problem,) = [f"{each.file}:{each.line}:{each.column} {each.message}" for each in project.errors]
    assert problem.startswith(place)
    assert f'got "{limit}"; write one like' in problem


GOODS = '"{% for item in entry.products %}{{ item.name }}{% endfor %}"'


@pytest.mark.parametrize(
    ("step", "codes"),
    [
        (f"{{id: a, send: email, text: {GOODS}}}", ["template.unjudged"]),
        (f"{{id: a, send: email, subject: {GOODS}, text: x}}", ["template.unjudged"]),
        (f"{{id: a, send: email, text: {GOODS}, purpose: transactional}}", []),
        (f"{{id: a, crm: {{note: {GOODS}}}}}", []),
    ],
)
def test_goods_that_no_guard_has_judged_are_refused_in_marketing_alone(step: str, codes: list[str]) -> None:
    project = bad(step, entry="{event: Order Completed}")
    assert [problem.code for problem in project.errors] == codes
