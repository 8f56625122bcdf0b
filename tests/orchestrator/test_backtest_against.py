"""Does a backtest say who would have got what instead, under another version of the journeys?"""

import json
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from orchestrator.cli import app
from tests.fakes.calls import identify, track

FILE = """version: 1
shop: {name: Shop, timezone: Europe/Riga}
channels: {email: {action: email.file, folder: out, from: "Shop <s@shop.example>"}}
guards: {consent: {}, suppression_list: {}, frequency_cap: {email: 2 per day}}
journeys:
  welcome:
    entry: {event: Signed Up, key: event.plan}
    if_active: parallel
    re_entry: after 0m
    steps:
      - {id: pause, wait: WAIT}
      - {id: hello, send: email, text: "Hello!"}
EXTRA"""
SECOND = """  thanks:
    entry: {event: Order Completed}
    steps:
      - {id: note, send: email, text: "Thank you."}
"""
HISTORY = [
    identify("ann", "08:00"),
    track("Signed Up", "09:00", "ann", plan="a"),
    identify("bob", "08:00"),
    track("Signed Up", "10:00", "bob", plan="a"),
    track("Order Completed", "11:00", "bob", order_id="o1"),
    identify("cid", "08:00"),
    track("Order Completed", "11:30", "cid", order_id="o2"),
    identify("dan", "08:00"),
    track("Visited", "2026-03-09 12:00", "dan"),
]


def written(wait: str, extra: str = "") -> str:
    return FILE.replace("WAIT", wait).replace("EXTRA", extra)


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """A workspace that waits an hour, with a file beside it that waits two and thanks for orders."""
    (tmp_path / "journeys.yaml").write_text(written("1h"), encoding="utf-8")
    (tmp_path / "new.yaml").write_text(written("2h", SECOND), encoding="utf-8")
    (tmp_path / "history.jsonl").write_bytes(b"\n".join(HISTORY))
    return tmp_path


def backtest(shop: Path, *more: object) -> Result:
    arguments = ["backtest", "-C", shop, "--history", shop / "history.jsonl", "--processes", 1, *more]
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def compared(shop: Path, against: object, *more: object) -> dict[str, Any]:
    done = backtest(shop, "--against", against, "--json", *more)
    assert done.exit_code == 0, done.output
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def git(shop: Path, *arguments: str) -> None:
    who = ["-c", "user.name=Ann", "-c", "user.email=ann@example.com"]
    subprocess.run(["git", "-C", str(shop), *who, *arguments], check=True, capture_output=True)


@pytest.fixture
def committed(shop: Path) -> Path:
    """The same workspace in git; after the commit the file was changed to wait three hours."""
    git(shop, "init")
    git(shop, "add", "journeys.yaml")
    git(shop, "commit", "-m", "First")
    (shop / "journeys.yaml").write_text(written("3h"), encoding="utf-8")
    return shop


def test_both_versions_are_counted_over_the_same_history(shop: Path) -> None:
    found = compared(shop, shop / "new.yaml")
    counts = found["journeys"]["welcome"]["sent"], found["against"]["journeys"]["thanks"]["sent"]
    assert (*counts, found["difference"]["journeys"]["thanks"]["sent"]) == (2, 2, -2)


def test_people_are_told_apart_by_what_became_of_their_messages(shop: Path) -> None:
    people = compared(shop, shop / "new.yaml")["difference"]["people"]
    assert people == {"same": 0, "changed": 2, "only_this": 0, "only_against": 1}


def test_a_message_at_another_time_has_moved_and_one_of_one_version_has_not(shop: Path) -> None:
    messages = compared(shop, shop / "new.yaml")["difference"]["messages"]
    found = {
        each["step"]: (each["moved"], each["only_this"], each["only_against"], each["people"]) for each in messages
    }
    assert found == {"hello": (2, 0, 0, 2), "note": (0, 0, 2, 2)}


def test_people_who_get_a_journey_in_one_version_only_are_counted_by_journey(shop: Path) -> None:
    journeys = compared(shop, shop / "new.yaml")["difference"]["journeys"]
    assert (journeys["thanks"]["people_only_against"], journeys["welcome"]["people_only_against"]) == (2, 0)


def test_a_version_against_itself_changes_nothing_for_anybody(shop: Path) -> None:
    difference = compared(shop, shop / "journeys.yaml")["difference"]
    assert (difference["people"]["same"], difference["people"]["changed"], difference["examples"]) == (2, 0, [])


def test_examples_show_the_differing_messages_side_by_side(shop: Path) -> None:
    (example,) = compared(shop, shop / "new.yaml", "--examples", 1)["difference"]["examples"]
    (pair,) = example["messages"]
    told = example["profile"], pair["this"]["at"], pair["against"]["at"]
    assert told == ("ann", "2026-03-02T10:00:00Z", "2026-03-02T11:00:00Z")


def test_the_first_version_counts_as_it_does_alone(shop: Path) -> None:
    alone = json.loads(backtest(shop, "--json").stdout)
    together = compared(shop, shop / "new.yaml")
    assert [together[name] for name in alone if name != "seconds"] == [
        alone[name] for name in alone if name != "seconds"
    ]


def test_what_a_cap_held_back_is_counted_by_its_reason(shop: Path) -> None:
    lines = [
        identify("eve", "08:00"),
        *(track("Signed Up", f"09:0{minute}", "eve", plan=str(minute)) for minute in range(4)),
    ]
    (shop / "history.jsonl").write_bytes(b"\n".join([*lines, track("Visited", "2026-03-09 12:00", "dan")]))
    assert compared(shop, shop / "new.yaml")["capped"] == {"frequency_cap.channel": 2}


def test_several_processes_find_the_same(shop: Path) -> None:
    lines = [
        line
        for user in range(200)
        for line in (identify(f"u{user}", "08:00"), track("Signed Up", "09:00", f"u{user}", plan="a"))
    ]
    (shop / "history.jsonl").write_bytes(b"\n".join([*lines, *HISTORY]))
    one, two = (compared(shop, shop / "new.yaml", "--processes", number) for number in (1, 2))
    assert {**one, "seconds": 0} == {**two, "seconds": 0}


def test_people_read_both_versions_and_the_sentence_comes_last(shop: Path) -> None:
    lines = backtest(shop, "--against", shop / "new.yaml").stdout.splitlines()
    assert (
        "people: 0 get the same, 2 get something else, 0 get messages in this version only, 1 in the other only"
        in lines
    )
    assert lines[-1].startswith("mis-timed: 0 of 2 ")


def test_the_report_is_written_where_it_is_asked_for(shop: Path, tmp_path: Path) -> None:
    backtest(shop, "--against", shop / "new.yaml", "--html", tmp_path / "report.html")
    assert "Who gets what instead" in (tmp_path / "report.html").read_text(encoding="utf-8")


def test_a_revision_is_read_from_git_and_the_work_tree_stays_as_it_is(committed: Path) -> None:
    before = (committed / "journeys.yaml").read_bytes()
    (example, _) = compared(committed, "HEAD")["difference"]["examples"]
    times = [message["at"] for pair in example["messages"] for message in (pair["this"], pair["against"])]
    assert (times, (committed / "journeys.yaml").read_bytes() == before) == (
        ["2026-03-02T12:00:00Z", "2026-03-02T10:00:00Z"],
        True,
    )


@pytest.mark.parametrize(
    ("against", "said"),
    [
        ("nowhere", 'has no revision "nowhere"'),
        ("--all", 'has no revision "--all"'),
        ("other.yaml", 'got "other.yaml", which is not there'),
    ],
)
def test_a_version_that_is_not_there_is_wrong_usage(committed: Path, against: str, said: str) -> None:
    done = backtest(committed, f"--against={against}")
    assert (done.exit_code, said in " ".join(done.stderr.split())) == (2, True)


def test_a_revision_without_the_file_is_wrong_usage(committed: Path) -> None:
    done = backtest(committed, committed / "new.yaml", "--against", "HEAD")
    assert (done.exit_code, "there is no new.yaml" in done.stderr) == (2, True)


def test_a_revision_where_there_is_no_repository_is_wrong_usage(shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(shop.parent))
    done = backtest(shop, "--against", "HEAD")
    assert (done.exit_code, "is in no git repository" in " ".join(done.stderr.split())) == (2, True)


def test_without_git_a_revision_is_wrong_usage(committed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(committed))
    done = backtest(committed, "--against", "HEAD")
    assert (done.exit_code, "git is not installed" in " ".join(done.stderr.split())) == (2, True)


def test_another_version_that_cannot_be_used_is_one_message(shop: Path) -> None:
    (shop / "broken.yaml").write_text("version: 1\njourneys: 7\n", encoding="utf-8")
    done = backtest(shop, "--against", shop / "broken.yaml")
    assert (done.exit_code, "broken.yaml cannot be used" in done.stderr) == (1, True)


def test_a_file_without_templates_of_its_own_takes_those_of_the_workspace(shop: Path, tmp_path_factory: Any) -> None:
    (shop / "templates").mkdir()
    (shop / "templates" / "hello.txt").write_text("Subject: Hello\n\nHello!", encoding="utf-8")
    elsewhere = tmp_path_factory.mktemp("elsewhere") / "journeys.yaml"
    elsewhere.write_text(written("1h").replace('text: "Hello!"', "template: hello.txt"), encoding="utf-8")
    assert compared(shop, elsewhere)["against"]["journeys"]["welcome"]["sent"] == 2


def test_the_page_about_backtests_shows_exactly_the_members_there_are(shop: Path) -> None:
    page = (Path(__file__).parents[2] / "docs" / "backtest.md").read_text(encoding="utf-8")
    alone, more = (json.loads(block) for block in re.findall(r"```json\n(.*?)```", page, re.DOTALL))
    found = compared(shop, shop / "new.yaml")
    assert list(found) == [*alone, *more]
    assert list(found["against"]) == list(more["against"])
    assert list(found["difference"]) == list(more["difference"])
    assert list(found["difference"]["messages"][0]) == list(more["difference"]["messages"][0])
    assert list(found["difference"]["journeys"]["welcome"]) == list(more["difference"]["journeys"]["NAME"])
    shown = more["difference"]["examples"][0]["messages"][0]["this"]
    assert list(found["difference"]["examples"][0]["messages"][0]["this"]) == list(shown)
