"""Do the ready journeys pass their check and tests, together and alone, and come into a workspace unharmed?"""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from orchestrator.borrowing import borrow
from orchestrator.bundled import copy_example
from orchestrator.cli import app
from orchestrator.library import TESTS, library_folder, ready_journeys
from orchestrator.main_file import Needs, adapted, starter
from orchestrator.project import load_project
from orchestrator.scenarios import read_scenarios
from tests.fakes.brewing_guide import brewing_guide
from tests.fakes.calls import identify, track

NAMES = tuple(ready_journeys())
FEWEST_STORIES = 3
NEEDS = Needs(("ads", "email"), ("promo",))
HEAD = "version: 1\nshop: {name: Nordic Roast, voice: {sign_off: Yours}}\n"


def tactful(*arguments: object) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace with the whole library; tests only look at it."""
    folder = tmp_path_factory.mktemp("library")
    assert tactful("init", folder, "--library", "all").exit_code == 0
    return folder


@pytest.fixture(scope="module")
def told(whole: Path) -> dict[str, Any]:
    """What the library's scenarios came to."""
    said: dict[str, Any] = json.loads(tactful("test", "-C", whole, "--coverage", "--json").stdout)
    return said


# The journeys themselves.


def test_the_whole_library_has_no_problem(whole: Path) -> None:
    assert json.loads(tactful("check", "-C", whole, "--json").stdout)["problems"] == []


def test_the_library_is_written_in_the_one_form(whole: Path) -> None:
    assert tactful("fmt", "--check", "-C", whole).exit_code == 0


def test_every_story_of_the_library_comes_true(told: dict[str, Any]) -> None:
    assert ([each for each in told["scenarios"] if not each["passed"]], told["problems"]) == ([], [])


def test_the_stories_go_every_step(told: dict[str, Any]) -> None:
    covered = told["coverage"]["journeys"]
    assert {name: each["never_visited"] for name, each in covered.items()} == {name: [] for name in NAMES}


@pytest.mark.parametrize("name", NAMES)
def test_the_stories_go_nine_of_ten_ways(name: str, told: dict[str, Any]) -> None:
    covered = told["coverage"]["journeys"][name]
    assert covered["taken"] >= 0.9 * covered["ways"]


@pytest.mark.parametrize("name", NAMES)
def test_a_ready_journey_stands_alone(name: str, tmp_path: Path) -> None:
    borrow(tmp_path, [name])
    assert load_project(tmp_path).problems == ()


@pytest.mark.parametrize("name", NAMES)
def test_a_ready_journey_is_told_in_stories_of_its_own(name: str) -> None:
    scenarios, problems = read_scenarios((library_folder() / f"{name}{TESTS}").read_text(encoding="utf-8"))
    assert problems == []
    assert len(scenarios) >= FEWEST_STORIES
    assert {scenario.journey for scenario in scenarios} == {name}


def test_a_ready_journey_says_what_it_is_for_and_what_it_needs() -> None:
    silent = [each.name for each in ready_journeys().values() if not (each.description and each.needs and each.stage)]
    assert silent == []


def test_every_template_of_the_library_is_sent() -> None:
    lying = {path.name for path in (library_folder() / "templates").glob("*.mjml")}
    assert lying == {template for each in ready_journeys().values() for template in each.templates}


def test_what_is_owed_is_transactional_and_nothing_else(whole: Path) -> None:
    spec = load_project(whole).spec
    assert spec is not None
    owed = {
        (name, step.id)
        for name, journey in spec.journeys.items()
        for step in journey.steps
        if getattr(step, "purpose", "") == "transactional"
    }
    assert owed == {
        ("late_parcel_apology", "sorry"),
        ("webinar_nurture", "ticket"),
        ("webinar_nurture", "soon"),
    }


def test_a_backtest_goes_through_every_journey_and_mistimes_nothing(whole: Path, tmp_path: Path) -> None:
    """The stories are the history: each is a person of their own."""
    history = tmp_path / "history.jsonl"
    history.write_bytes(b"\n".join(line for _, line in sorted(_history())))
    said = json.loads(tactful("backtest", "-C", whole, "--history", history, "--json").stdout)
    entered = {name: journey["entered"] > 0 for name, journey in said["journeys"].items()}
    assert (said["mistimed"]["with_guards"], said["mistimed"]["without_guards"] > 0) == (0, True)
    assert entered == dict.fromkeys(NAMES, True)


def _history() -> Iterator[tuple[datetime, bytes]]:
    for name in NAMES:
        scenarios, _ = read_scenarios((library_folder() / f"{name}{TESTS}").read_text(encoding="utf-8"))
        for number, story in enumerate(scenarios):
            user, begin = f"{name}{number}", story.at.replace(tzinfo=UTC)
            traits = {key: story.profile[key] for key in ("birthday", "timezone") if key in story.profile}
            yield begin, identify(user, begin, **traits)
            for place, each in enumerate(story.happenings):
                at = begin + each.when if isinstance(each.when, timedelta) else each.when.replace(tzinfo=UTC)
                about = f"{user}/{place}"
                yield at, track(each.name, at, user, message_id=about, **_of_their_own(user, each.properties))


def _of_their_own(user: str, properties: Any) -> dict[str, Any]:
    """Make the ids of a story's orders, parcels and returns different from those of every other story."""
    ids = ("order_id", "checkout_id", "shipment_id", "return_id", "ticket_id")
    return {key: f"{user}/{value}" if key in ids else value for key, value in properties.items()}


# How they come into a workspace.


def test_the_list_names_every_ready_journey() -> None:
    assert [each["name"] for each in json.loads(tactful("init", "--library", "list", "--json").stdout)] == list(NAMES)


def test_a_new_workspace_has_the_journeys_that_were_asked_for_and_no_others(tmp_path: Path) -> None:
    tactful("init", tmp_path, "--library", "birthday,review")
    assert sorted(load_project(tmp_path).journeys) == ["birthday", "review"]


def test_a_caps_group_comes_only_with_a_journey_of_it(tmp_path: Path) -> None:
    tactful("init", tmp_path, "--library", "review")
    assert "groups: {care: 2 per 7d}" in (tmp_path / "journeys.yaml").read_text(encoding="utf-8")


def test_the_example_takes_them_in_beside_its_own(tmp_path: Path) -> None:
    copy_example(tmp_path)
    tactful("init", tmp_path, "--library", "all")
    project = load_project(tmp_path)
    assert (project.problems, {"cart_recovery", *NAMES} <= set(project.journeys)) == ((), True)


def test_the_guide_that_a_journey_gives_comes_with_it(tmp_path: Path) -> None:
    tactful("init", tmp_path, "--library", "lead_magnet")
    assert (tmp_path / "magnets" / "brewing-guide.pdf").read_bytes() == brewing_guide()


@pytest.mark.parametrize(("target", "left"), [("5%", 0), ("9%", 1)])
def test_a_goal_that_is_there_is_no_hindrance_when_it_is_the_same(tmp_path: Path, target: str, left: int) -> None:
    goals = f"goals: {{first_order: {{kpi: conversion_rate, target: {target}}}}}\njourneys: {{}}\n"
    (tmp_path / "journeys.yaml").write_text(
        f"{HEAD}channels:\n  email: {{action: email.file}}\n{goals}", encoding="utf-8"
    )
    done = json.loads(tactful("init", tmp_path, "--library", "welcome", "--json").stdout)
    assert len([reason for reason in done["left"] if 'goal "first_order"' in reason]) == left


def test_asked_twice_nothing_more_is_written(tmp_path: Path) -> None:
    tactful("init", tmp_path, "--library", "review")
    done = json.loads(tactful("init", tmp_path, "--library", "review", "--json").stdout)
    assert (done["files"], done["changed"], done["left"]) == ([], [], [])


def test_a_file_that_is_there_stays_and_is_said(tmp_path: Path) -> None:
    copy_example(tmp_path)
    mine = tmp_path / "templates" / "review_ask.mjml"
    mine.write_text("mine", encoding="utf-8")
    done = json.loads(tactful("init", tmp_path, "--library", "review", "--json").stdout)
    kept = "templates/review_ask.mjml: there is another file of this name; it stays as it is"
    assert (mine.read_text(encoding="utf-8"), done["left"]) == ("mine", [kept])


def test_a_name_that_is_taken_keeps_the_journey_out(tmp_path: Path) -> None:
    copy_example(tmp_path)
    main = tmp_path / "journeys.yaml"
    main.write_text(main.read_text(encoding="utf-8") + "segments: {lapsed: not profile.email}\n", encoding="utf-8")
    done = tactful("init", tmp_path, "--library", "win_back", "--json")
    reason = (
        'journeys.d/win_back.yaml: journeys.yaml gives the segment "lapsed" already; '
        "take it out there, or copy by hand what is missing"
    )
    assert (json.loads(done.stdout)["left"], (tmp_path / "journeys.d").exists()) == ([reason], False)


def test_a_main_file_that_cannot_be_read_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "journeys.yaml").write_text("version: [", encoding="utf-8")
    done = tactful("init", tmp_path, "--library", "review")
    assert (done.exit_code, "cannot be read" in done.stderr, list(tmp_path.iterdir())) == (
        1,
        True,
        [tmp_path / "journeys.yaml"],
    )


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("shop", "--library", "welcom"), 'did you mean "welcome"?'),
        (("shop", "--library", "all", "--force"), "--library never overwrites"),
        ((), "name the folder to make"),
    ],
)
def test_wrong_usage_is_said(arguments: tuple[str, ...], message: str) -> None:
    done = tactful("init", *arguments)
    assert (done.exit_code, message in done.stderr) == (2, True)


# What the main file gets.


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("version: 1\n", "version: 1\ninclude: [journeys.d/*.yaml]\n"),
        ("version: 1\ninclude: [mine.yaml]\n", "version: 1\ninclude: [mine.yaml, journeys.d/*.yaml]\n"),
        ("version: 1\ninclude: [journeys.d/*.yaml]\n", "version: 1\ninclude: [journeys.d/*.yaml]\n"),
        ('version: 1\ninclude: ["*/*.yaml"]\n', 'version: 1\ninclude: ["*/*.yaml"]\n'),
    ],
)
def test_the_folder_is_included(before: str, after: str) -> None:
    assert adapted(before, Needs((), ())).text == after


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("channels:\n  email: {action: email.file}\n", "channels:\n  ads: ADS\n  email: {action: email.file}\n"),
        (
            "channels:  # all\n\n    # one\n    email:\n      action: email.file\n",
            "channels:  # all\n    ads: ADS\n\n    # one\n    email:\n      action: email.file\n",
        ),
        ("journeys: {}\n", "channels:\n  ads: ADS\n  email: EMAIL\n\njourneys: {}\n"),
    ],
)
def test_channels_that_are_missing_are_set_up_as_the_example_has_them(before: str, after: str) -> None:
    text = adapted("version: 1\n" + before, Needs(("ads", "email"), ())).text
    ads = "{action: audience.file, folder: out/audiences}"
    email = '{action: email.file, folder: out/mail, from: "Nordic Roast <hello@shop.example>"}'
    wanted = "version: 1\ninclude: [journeys.d/*.yaml]\n" + after.replace("ADS", ads).replace("EMAIL", email)
    assert text == wanted


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("{email: 1 per day}", "{email: 1 per day, groups: {promo: 2 per 7d}}"),
        ("{}  # none yet", "{groups: {promo: 2 per 7d}}  # none yet"),
        ("{groups: {care: 1 per 7d}}", "{groups: {promo: 2 per 7d, care: 1 per 7d}}"),
        ("{groups: {promo: 9 per 7d}}", "{groups: {promo: 9 per 7d}}"),
    ],
)
def test_a_group_gets_its_cap(before: str, after: str) -> None:
    text = adapted(f"version: 1\nguards:\n  frequency_cap: {before}\n", Needs((), ("promo",))).text
    assert text == f"version: 1\ninclude: [journeys.d/*.yaml]\nguards:\n  frequency_cap: {after}\n"


def test_what_cannot_be_put_in_is_left_to_a_person() -> None:
    text = "version: 1\ninclude:\n  - mine.yaml\nchannels: {email: {action: email.file}}\n"
    said = adapted(text, NEEDS)
    assert (said.text, [line.partition(": add")[0] for line in said.left]) == (
        text,
        ["journeys.yaml: include", "journeys.yaml: channels", "journeys.yaml: guards: frequency_cap"],
    )


def test_the_main_file_to_start_from_has_the_guards_of_the_example_and_no_journeys(tmp_path: Path) -> None:
    (tmp_path / "journeys.yaml").write_text(starter(), encoding="utf-8")
    spec = load_project(tmp_path).spec
    assert spec is not None
    assert ("in_delivery" in spec.guards, dict(spec.journeys)) == (True, {})
