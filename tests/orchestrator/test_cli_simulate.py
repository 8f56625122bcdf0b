"""Does `tactful simulate` tell a story as it would happen, and can the story be kept as a test?"""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from orchestrator.bundled import copy_example
from orchestrator.cli import app
from orchestrator.demo_history import demo_history

AT = ("--at", "2026-03-02 09:00")
JOURNEYS = ("cart_recovery", "first_guide", "post_purchase", "winback", "weekly_newsletter")
CHECKOUT = {
    "type": "track",
    "event": "Checkout Started",
    "messageId": "1",
    "userId": "u1",
    "timestamp": "2026-03-02T07:00:30.5Z",
    "properties": {"checkout_id": "k1", "value": 90, "products": [{"product_id": "grinder", "price": 80}]},
}


def tactful(*arguments: object) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("shop")
    copy_example(folder)
    return folder


def simulated(workspace: Path, *arguments: object) -> Result:
    return tactful("simulate", "cart_recovery", "-C", workspace, *AT, *arguments)


def test_a_story_is_told_day_by_day(workspace: Path) -> None:
    done = simulated(workspace, "--until", "+3h")
    assert done.stdout.splitlines() == [
        "cart_recovery with ann@example.com, 2026-03-02 09:00 to 2026-03-02 12:00 on their clock (Europe/Riga)",
        "made up: {+0h: Checkout Started, checkout_id: checkout_1, products: [{product_id: product_1, name: Product 1, "
        "price: 10}], value: 100}",
        "",
        "Mon 2 Mar 2026",
        "  09:00  event      Checkout Started: checkout_id checkout_1, value 100, goods product_1",
        "  09:00  entered    cart_recovery for checkout_1",
        "  09:00  waits      cart_recovery.settle until Mon 2 Mar 2026, 10:00",
        "  10:00  judged     cart_recovery.reminder: allow (12 guards asked)",
        '  10:00  sent       cart_recovery.reminder on email: "Product 1 is still in your basket"',
        "  10:00  waits for  cart_recovery.watch Email Clicked until Tue 3 Mar 2026, 10:00",
        "",
        "entered cart_recovery once",
    ]


def test_the_documentation_shows_this_very_story(workspace: Path) -> None:
    page = (Path(__file__).parents[2] / "docs" / "testing.md").read_text(encoding="utf-8")
    assert simulated(workspace, "--until", "+3h").stdout in page


def test_the_story_is_told_on_the_customers_clock(workspace: Path) -> None:
    done = simulated(workspace, "--profile", "{timezone: America/New_York}", "--until", "+2h")
    assert "  02:00  event      Checkout Started" in done.stdout


def test_a_judgement_that_holds_a_message_gives_its_reasons(workspace: Path) -> None:
    done = simulated(workspace, "--profile", "{consent: {}}")
    assert "  10:00  judged     cart_recovery.reminder: suppress, consent.unknown" in done.stdout
    assert "consent says no: consent.unknown [journeys.yaml:" in done.stdout


def test_a_provider_can_be_played(workspace: Path) -> None:
    done = simulated(workspace, "--fate", "reminder=failed:no_such_mailbox", "--until", "+2h")
    assert "rejected   cart_recovery.reminder on email" in done.stdout
    assert "no_such_mailbox" in done.stdout


def test_events_of_a_file_are_lived_through(workspace: Path, tmp_path: Path) -> None:
    events = tmp_path / "story.yaml"
    events.write_text("- {+0h: Checkout Started, checkout_id: k1, value: 10}\n", encoding="utf-8")
    done = simulated(workspace, "--events", events)
    assert done.stdout.splitlines()[-1] == (
        "never entered cart_recovery: at 2026-03-02 09:00 event.value is 10, not >= 20"
    )


def test_json_lines_begin_the_story_with_the_first_of_them(workspace: Path, tmp_path: Path) -> None:
    events = tmp_path / "events.jsonl"
    events.write_text(json.dumps(CHECKOUT) + "\n", encoding="utf-8")
    done = tactful("simulate", "cart_recovery", "-C", workspace, "--events", events, "--json")
    found = json.loads(done.stdout)
    assert (found["at"], found["made_up"], found["entered"]) == ("2026-03-02T07:00:00Z", [], 1)


def test_the_json_has_exactly_these_members(workspace: Path) -> None:
    found = json.loads(simulated(workspace, "--json").stdout)
    assert list(found) == ["journey", "profile", "at", "until", "made_up", "timeline", "entered", "why_not"]


@pytest.mark.parametrize("journey", JOURNEYS)
def test_a_story_can_be_kept_as_a_scenario_that_passes(workspace: Path, journey: str, tmp_path: Path) -> None:
    kept = tmp_path / "kept.test.yaml"
    kept.write_text(tactful("simulate", journey, "-C", workspace, *AT, "--as-test").stdout, encoding="utf-8")
    done = tactful("test", kept, "-C", workspace)
    assert done.stdout == f"pass  {journey} as it was simulated\n1 scenario: 1 passed, 0 failed\n"


def test_a_kept_story_reads_like_any_other(workspace: Path) -> None:
    done = simulated(workspace, "--as-test", "--fate", "reminder=failed", "--profile", "{timezone: Europe/Lisbon}")
    assert done.stdout.splitlines() == [
        "- name: cart_recovery as it was simulated",
        "  journey: cart_recovery",
        "  at: 2026-03-02 09:00",
        "  profile: {timezone: Europe/Lisbon}",
        "  fate: {reminder: failed}",
        "  events:",
        "    - {+0h: Checkout Started, checkout_id: checkout_1, products: [{product_id: product_1, name: Product 1, "
        "price: 10}], value: 100}",
        "  expect:",
        "    - {+0h: entered, journey: cart_recovery}",
        "    - {+1h: delayed, step: reminder, reason: quiet_hours.night}",
        "    - {+2h: failed, step: reminder, reason: scenario}",
        "    - {2026-03-03 12:00: sent, step: nudge, items: [product_1]}",
        "    - {2026-03-03 12:00: sent, step: ads, audience: cart_abandoners, items: [product_1]}",
        "    - {2026-03-17 12:00: exited, step: done, reason: not_bought}",
        "    - {2026-03-17 12:00: left, step: ads, audience: cart_abandoners}",
    ]


# Somebody who is known.


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("lived")
    copy_example(folder)
    events = folder / "events.jsonl"
    events.write_text("".join(json.dumps(line) + "\n" for line in demo_history()), encoding="utf-8")
    assert tactful("ingest", events, "-C", folder).exit_code == 0
    assert tactful("run", "--virtual-clock", "-C", folder).exit_code == 0
    return folder


def test_somebody_who_is_known_brings_their_history(lived: Path) -> None:
    done = tactful("simulate", "winback", "-C", lived, "--like", "ilze@example.com", "--json")
    found = json.loads(done.stdout)
    assert (done.exit_code, found["profile"]) == (0, "u0")


def test_nothing_of_them_is_written(lived: Path) -> None:
    before = tactful("explain", "u0", "-C", lived).stdout
    tactful("simulate", "winback", "-C", lived, "--like", "u0")
    assert tactful("explain", "u0", "-C", lived).stdout == before


def test_a_story_cannot_begin_before_their_own_has_come_to(lived: Path) -> None:
    done = tactful("simulate", "winback", "-C", lived, "--like", "u0", "--at", "2000-01-01")
    assert (done.exit_code, "their own story has come to" in done.stderr) == (2, True)


def test_nobody_is_one_message(lived: Path) -> None:
    done = tactful("simulate", "winback", "-C", lived, "--like", "nobody")
    assert (done.exit_code, 'expected a person known here, got "nobody"' in done.stderr) == (1, True)


# Wrong usage, and input with problems.


@pytest.mark.parametrize(
    ("arguments", "exit_code", "message"),
    [
        (("--fate", "remindr=failed"), 2, 'no step is called "remindr"; did you mean "reminder"?'),
        (("--fate", "reminder=lost"), 2, "expected STEP=failed or STEP=failed:reason"),
        (("--until", "soon"), 2, 'expected a moment like +30d or "2026-03-02 09:00", got "soon"'),
        (("--at", "soon"), 2, 'expected a time like "2026-03-02 09:00" or a date, got "soon"'),
        (("--profile", "@nothing.yaml"), 2, "nothing.yaml"),
        (("--profile", "{timezone: Mars/Base}"), 1, "expects an IANA name such as Europe/Riga"),
        (("--profile", "7"), 1, "--profile:1:1"),
        (("--like", "u0", "--as-test"), 2, "--like does not go together with --as-test"),
        (("--like", "u0", "--profile", "{}"), 2, "--like does not go together with --profile"),
    ],
)
def test_what_cannot_be_used_is_named(
    workspace: Path, arguments: tuple[str, ...], exit_code: int, message: str
) -> None:
    done = tactful("simulate", "cart_recovery", "-C", workspace, *arguments)
    # Words may be broken over lines in a message about wrong usage.
    assert (done.exit_code, message in " ".join(done.stderr.split())) == (exit_code, True)


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("a.yaml", "- {+0h: 7}\n- {+1x: Order Completed}\n", "a.yaml:2:"),
        ("a.yaml", "- {+0h: Email Clicked, of: remindr}\n", 'no step is called "remindr"'),
        ("a.yaml", "- {+0h: Email Clicked, of: reminder}\n", "that step had sent nothing yet"),
        ("a.jsonl", "nonsense\n", "a.jsonl:1:"),
        ("a.jsonl", json.dumps(CHECKOUT | {"timestamp": None}) + "\n", 'expected a "timestamp", got none'),
        ("a.jsonl", json.dumps(CHECKOUT | {"timestamp": "2026-03-01T00:00:00Z"}) + "\n", "before the story begins"),
    ],
)
def test_what_is_wrong_with_a_file_of_events_is_named(
    workspace: Path, tmp_path: Path, name: str, text: str, message: str
) -> None:
    (tmp_path / name).write_text(text, encoding="utf-8")
    done = simulated(workspace, "--events", tmp_path / name)
    assert (done.exit_code, message in done.stderr) == (1, True)


def test_an_unknown_journey_is_wrong_usage_with_a_suggestion(workspace: Path) -> None:
    done = tactful("simulate", "winbak", "-C", workspace)
    assert (done.exit_code, 'did you mean "winback"?' in done.stderr) == (2, True)
