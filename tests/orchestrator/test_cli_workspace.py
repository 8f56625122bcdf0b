"""Do the commands of a living workspace fit together: init, ingest, run, status, deliveries, ledger, explain?"""

import io
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from orchestrator.bundled import copy_example, example_files
from orchestrator.cli import app
from orchestrator.clock import wall_now
from orchestrator.demo_history import demo_history


def tactful(*arguments: object) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def ingested(workspace: Path, lines: bytes) -> Result:
    (workspace / "events.jsonl").write_bytes(lines)
    return tactful("ingest", workspace / "events.jsonl", "-C", workspace, "--json")


def lines_of(done: Result) -> list[dict[str, Any]]:
    return [json.loads(line) for line in done.stdout.splitlines()]


def lived_workspace(folder: Path) -> Path:
    copy_example(folder)
    events = folder / "events.jsonl"
    events.write_text("".join(json.dumps(line) + "\n" for line in demo_history()), encoding="utf-8")
    assert tactful("ingest", events, "-C", folder).exit_code == 0
    assert tactful("run", "--virtual-clock", "-C", folder).exit_code == 0
    return folder


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace in which the demo's history was lived through; tests only look at it."""
    return lived_workspace(tmp_path_factory.mktemp("lived"))


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    copy_example(tmp_path)
    return tmp_path


def event(message: str, **rest: object) -> bytes:
    call = {"type": "track", "event": "Product Viewed", "messageId": message, "userId": "u1", **rest}
    return json.dumps(call).encode() + b"\n"


# init


def test_init_copies_the_whole_example(tmp_path: Path) -> None:
    done = tactful("init", tmp_path / "shop", "--json")
    assert json.loads(done.stdout)["files"] == [*(str(name) for name in example_files()), "journeys.schema.json"]


def test_the_copy_is_right_as_it_stands(tmp_path: Path) -> None:
    tactful("init", tmp_path / "shop")
    assert tactful("check", "-C", tmp_path / "shop").exit_code == 0


def test_init_overwrites_nothing(workspace: Path) -> None:
    (workspace / "journeys.yaml").write_text("mine", encoding="utf-8")
    done = tactful("init", workspace)
    kept = (workspace / "journeys.yaml").read_text(encoding="utf-8")
    assert (done.exit_code, kept, f"{workspace / 'journeys.yaml'}\n" in done.stderr) == (1, "mine", True)


def test_init_overwrites_when_told_to(workspace: Path) -> None:
    (workspace / "journeys.yaml").write_text("mine", encoding="utf-8")
    done = tactful("init", workspace, "--force")
    kept = (workspace / "journeys.yaml").read_text(encoding="utf-8")
    assert (done.exit_code, "# The example shop" in kept) == (0, True)


# ingest


def test_an_event_is_taken_in_once(workspace: Path) -> None:
    ingested(workspace, event("m1") + event("m2") + event("m1"))
    done = ingested(workspace, event("m1") + event("m2") + event("m1"))
    assert (done.exit_code, json.loads(done.stdout)) == (0, {"accepted": 0, "duplicate": 3, "rejected": 0})


def test_a_rejected_line_is_kept_with_its_reason_and_is_a_failure(workspace: Path) -> None:
    done = ingested(workspace, event("m1") + b"not json\n")
    rejected = json.loads((workspace / "events.jsonl.rejected.jsonl").read_text(encoding="utf-8"))
    assert (done.exit_code, rejected["line"], rejected["reason"]) == (1, 2, "line.not_json")


def test_what_the_standard_input_is_refused_lies_in_the_workspace(workspace: Path) -> None:
    command = [sys.executable, "-m", "orchestrator.cli", "ingest", "-", "-C", str(workspace), "--json"]
    done = subprocess.run(command, input=event("m1") + b"not json\n", capture_output=True)
    accepted = json.loads(done.stdout)["accepted"]
    assert (done.returncode, accepted, (workspace / "stdin.rejected.jsonl").exists()) == (1, 1, True)


def test_an_event_dated_ahead_happened_at_its_receipt(workspace: Path) -> None:
    ahead = wall_now() + timedelta(hours=1)
    ingested(workspace, event("m1", timestamp=ahead.isoformat()))
    timeline = json.loads(tactful("explain", "u1", "-C", workspace, "--json").stdout)["timeline"]
    assert datetime.fromisoformat(timeline[0]["at"]) < ahead


def test_a_file_that_is_not_there_is_wrong_usage(workspace: Path) -> None:
    assert tactful("ingest", workspace / "none.jsonl", "-C", workspace).exit_code == 2


def test_without_a_usable_file_nothing_comes_in(workspace: Path) -> None:
    (workspace / "journeys.yaml").write_text("version: 7\n", encoding="utf-8")
    done = ingested(workspace, event("m1"))
    assert (done.exit_code, "cannot be used; correct it first" in done.stderr) == (1, True)


# run, status


def test_a_run_sums_up_what_it_did(workspace: Path) -> None:
    done = json.loads(tactful("run", "--until-idle", "-C", workspace, "--json").stdout)
    assert (done["handed_over"], done["set_aside"]) == (0, 0)


def test_a_worker_is_known_before_its_first_lease(workspace: Path) -> None:
    tactful("run", "--until-idle", "-C", workspace)
    (worker,) = json.loads(tactful("status", "-C", workspace, "--json").stdout)["workers"]
    assert worker["pid"] == os.getpid()


def test_history_ends_with_an_empty_inbox(lived: Path) -> None:
    assert json.loads(tactful("status", "-C", lived, "--json").stdout)["inbox"] == 0


def test_status_counts_deliveries_as_they_are_listed(lived: Path) -> None:
    states = [line["state"] for line in lines_of(tactful("deliveries", "-C", lived, "--json"))]
    counted = json.loads(tactful("status", "-C", lived, "--json").stdout)["deliveries"]
    assert counted == {state: states.count(state) for state in set(states)}


def test_status_has_exactly_these_members(workspace: Path) -> None:
    found = json.loads(tactful("status", "-C", workspace, "--json").stdout)
    assert list(found) == [
        "deliveries",
        "enrollments",
        "inbox",
        "set_aside",
        "lateness_seconds",
        "quarantined",
        "workers",
        "sources",
        "alerts",
        "deployment",
        "warnings",
    ]


def test_status_names_quarantined_journeys_and_why(workspace: Path) -> None:
    file = workspace / "journeys.yaml"
    file.write_text(
        file.read_text(encoding="utf-8").replace("event.value >= 20", "event.valeu >= 20"), encoding="utf-8"
    )
    quarantined = json.loads(tactful("status", "-C", workspace, "--json").stdout)["quarantined"]
    assert (list(quarantined), "condition.invalid" in quarantined["cart_recovery"]) == (["cart_recovery"], True)


def test_a_folder_without_a_workspace_is_left_as_it_was(tmp_path: Path) -> None:
    done = tactful("status", "-C", tmp_path)
    assert (done.exit_code, "expected a workspace" in done.stderr, list(tmp_path.iterdir())) == (1, True, [])


def test_a_damaged_database_is_one_message(workspace: Path) -> None:
    (workspace / "tactful.db").write_bytes(b"junk" * 1000)
    done = tactful("status", "-C", workspace)
    assert (done.exit_code, "cannot be opened" in done.stderr, "Traceback" in done.stderr) == (1, True, False)


def test_a_database_of_another_kind_is_refused(workspace: Path) -> None:
    done = tactful("status", "-C", workspace, "--db", "postgresql://localhost/x")
    assert (done.exit_code, "only SQLite is built in" in done.stderr) == (1, True)


# deliveries, ledger


def test_only_deliveries_of_a_state_are_listed(lived: Path) -> None:
    found = lines_of(tactful("deliveries", "-C", lived, "--state", "suppressed", "--json"))
    assert {line["state"] for line in found} == {"suppressed"}


def test_a_delivery_has_exactly_these_members(lived: Path) -> None:
    first = lines_of(tactful("deliveries", "-C", lived, "--json"))[0]
    members = "key profile journey step state reason due settled channel dropped_items attempts forecast"
    assert " ".join(first) == members


def test_a_state_that_is_none_is_wrong_usage_and_lists_the_states(lived: Path) -> None:
    done = tactful("deliveries", "-C", lived, "--state", "snt")
    assert (done.exit_code, "cancelled" in done.stderr, 'did you mean "sent"?' in done.stderr) == (2, True, True)


def test_the_table_has_a_row_for_each_delivery(lived: Path) -> None:
    rows = tactful("deliveries", "-C", lived).stdout.splitlines()
    assert len(rows) == 1 + len(lines_of(tactful("deliveries", "-C", lived, "--json")))


def test_every_suppressed_delivery_is_in_the_ledger(lived: Path) -> None:
    suppressed = {
        line["key"] for line in lines_of(tactful("deliveries", "-C", lived, "--state", "suppressed", "--json"))
    }
    refused = {
        line["key"]
        for line in lines_of(tactful("ledger", "-C", lived, "--json"))
        if line["verdict"] == "suppress" and line["kind"] == "claim"
    }
    assert refused == suppressed


# explain


def test_the_reminder_that_was_held_back_is_explained_with_its_facts(lived: Path) -> None:
    told = tactful("explain", "ilze@example.com", "--journey", "cart_recovery", "-C", lived).stdout
    assert "suppressed cart_recovery.reminder on email: already_bought.no_items_left" in told


def _suppressed_reminder(lived: Path) -> int:
    found = lines_of(tactful("deliveries", "-C", lived, "--state", "suppressed", "--json"))
    return next(line["key"] for line in found if line["reason"] == "already_bought.no_items_left")


def test_one_delivery_is_explained_with_the_lines_of_its_rules_and_the_age_of_its_facts(lived: Path) -> None:
    told = tactful("explain", "--delivery", _suppressed_reminder(lived), "-C", lived).stdout
    assert "suppressed, already_bought.no_items_left\n" in told
    assert "already_bought.recent_order [journeys.yaml:" in told
    assert ", told by segment " in told


def test_the_explanation_of_one_delivery_for_programs(lived: Path) -> None:
    key = _suppressed_reminder(lived)
    answer = json.loads(tactful("explain", "--delivery", key, "-C", lived, "--json").stdout)
    assert (answer["delivery"]["key"], answer["delivery"]["state"]) == (key, "suppressed")
    assert [line["kind"] for line in answer["timeline"]] == ["judgement", "delivery"]
    bought = next(said for said in answer["timeline"][0]["answers"] if said["guard"] == "already_bought")
    assert bought["rule"].startswith("journeys.yaml:")
    assert bought["evidence"][0]["source"] == "segment"


def test_a_delivery_that_is_not_there_cannot_be_explained(lived: Path) -> None:
    done = tactful("explain", "--delivery", "5", "-C", lived)
    assert (done.exit_code, "expected the key of a delivery, got 5" in done.stderr) == (1, True)


def test_an_explanation_is_of_a_person_or_of_a_delivery(lived: Path) -> None:
    assert tactful("explain", "u0", "--delivery", "5", "-C", lived).exit_code == 2


def test_a_past_judgement_is_given_again(lived: Path) -> None:
    answer = json.loads(tactful("replay", _suppressed_reminder(lived), "-C", lived, "--json").stdout)
    assert (answer["same"], [each["same"] for each in answer["judgements"]]) == (True, [True])


@pytest.mark.parametrize("name", ["u0", "ILZE@Example.com ", "+371 2000 0100", "20000100"])
def test_a_person_is_found_by_every_name(lived: Path, name: str) -> None:
    assert json.loads(tactful("explain", name, "-C", lived, "--json").stdout)["profile"] == "u0"


def test_a_person_is_found_by_their_number(lived: Path) -> None:
    number = tactful("explain", "u0", "-C", lived).stdout.splitlines()[0].split(", ")[-1]
    assert json.loads(tactful("explain", number, "-C", lived, "--json").stdout)["profile"] == "u0"


def test_an_unknown_person_is_one_message(lived: Path) -> None:
    done = tactful("explain", "nobody@example.com", "-C", lived)
    assert (done.exit_code, 'got "nobody@example.com"' in done.stderr) == (1, True)


def test_whoever_never_entered_is_told_why(workspace: Path) -> None:
    small = event("m1", event="Checkout Started", timestamp="2026-03-02T07:00:00Z", properties={"value": 12})
    ingested(workspace, small)
    tactful("run", "--virtual-clock", "-C", workspace)
    answer = json.loads(tactful("explain", "u1", "-C", workspace, "--json").stdout)["journeys"]["cart_recovery"]
    assert answer == {"entered": 0, "why_not": "at 2026-03-02 09:00 event.value is 12, not >= 20"}


def test_an_unknown_journey_is_wrong_usage(lived: Path) -> None:
    assert tactful("explain", "u0", "--journey", "cart", "-C", lived).exit_code == 2


# backtest


def test_a_backtest_lists_the_very_deliveries_that_were_made(lived: Path, tmp_path: Path) -> None:
    out = tmp_path / "deliveries.jsonl"
    tactful("backtest", "-C", lived, "--history", lived / "events.jsonl", "--deliveries", out, "--processes", 1)
    assert out.read_text(encoding="utf-8") == tactful("deliveries", "-C", lived, "--json").stdout


def test_a_backtest_counts_the_same_whether_or_not_its_ledger_is_kept(lived: Path, tmp_path: Path) -> None:
    asked = ("backtest", "-C", lived, "--history", lived / "events.jsonl", "--processes", 1, "--json")
    bare = json.loads(tactful(*asked).stdout)
    kept = json.loads(tactful(*asked, "--ledger", tmp_path / "ledger.jsonl").stdout)
    assert (bare | {"seconds": 0}) == (kept | {"seconds": 0})


def test_a_backtest_gives_the_very_judgements_that_were_given(lived: Path, tmp_path: Path) -> None:
    out = tmp_path / "ledger.jsonl"
    tactful("backtest", "-C", lived, "--history", lived / "events.jsonl", "--ledger", out, "--processes", 1)
    assert out.read_text(encoding="utf-8") == tactful("ledger", "-C", lived, "--json").stdout


def test_a_backtest_has_exactly_these_members(lived: Path) -> None:
    done = tactful("backtest", "-C", lived, "--history", lived / "events.jsonl", "--json", "--processes", 1)
    found = json.loads(done.stdout)
    assert (list(found), list(found["journeys"]["winback"])) == (
        ["events", "profiles", "seconds", "journeys", "mistimed", "capped", "delays", "sends_per_day"],
        ["entered", "sent", "delayed", "dropped_items", "suppressed", "exited", "goals"],
    )


def test_a_backtest_ends_with_a_sentence_on_mistimed_messages(lived: Path) -> None:
    done = tactful("backtest", "-C", lived, "--history", lived / "events.jsonl", "--processes", 1)
    assert done.stdout.splitlines()[-1].startswith("mis-timed: 0 of ")


def test_a_backtest_counts_nothing_before_its_beginning(lived: Path) -> None:
    done = tactful(
        "backtest", "-C", lived, "--history", lived / "events.jsonl", "--json", "--from", "2027-01-01", "--processes", 1
    )
    assert sum(count["entered"] for count in json.loads(done.stdout)["journeys"].values()) == 0


def test_a_date_that_is_none_is_wrong_usage(lived: Path) -> None:
    done = tactful("backtest", "-C", lived, "--history", lived / "events.jsonl", "--to", "2026-02-30")
    assert (done.exit_code, "expected a date like 2011-03-31" in done.stderr) == (2, True)


def test_a_backtest_needs_a_history(lived: Path) -> None:
    assert tactful("backtest", "-C", lived).exit_code == 2


# demo


def test_the_demo_keeps_its_letters_for_a_look(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    folder = Path(json.loads(tactful("demo", "--json").stdout)["folder"])
    assert any(path.is_file() for path in (folder / "out" / "mail").rglob("*"))


# The process


@pytest.fixture
def daemon(workspace: Path) -> Iterator[subprocess.Popen[bytes]]:
    command = [sys.executable, "-m", "orchestrator.cli", "run", "-C", str(workspace)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        yield process
        process.kill()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_a_run_in_good_order(daemon: subprocess.Popen[bytes], number: signal.Signals) -> None:
    assert isinstance(daemon.stderr, io.BufferedReader)
    daemon.stderr.readline()
    time.sleep(0.5)
    daemon.send_signal(number)
    out, _ = daemon.communicate(timeout=20)
    assert (daemon.returncode, b"handed over" in out) == (0, True)


@pytest.mark.parametrize(("options", "told"), [(["--log"], True), ([], False)])
def test_decisions_are_told_only_when_asked_for(workspace: Path, options: list[str], *, told: bool) -> None:
    ingested(
        workspace,
        event("m1", event="Order Completed", properties={"order_id": "o1", "products": [{"product_id": "p1"}]}),
    )
    command = [sys.executable, "-m", "orchestrator.cli", "run", "--until-idle", *options, "-C", str(workspace)]
    done = subprocess.run(command, capture_output=True, text=True)
    assert (done.returncode, "event=enrollment.entered " in done.stderr) == (0, told)


def test_a_reader_that_goes_away_is_no_traceback(lived: Path) -> None:
    command = f"{sys.executable} -m orchestrator.cli ledger --json -C {lived} | head -n 1 > {os.devnull}"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True)
    assert done.stderr == ""


def test_debugging_shows_where_an_error_comes_from(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "orchestrator.cli", "status", "-C", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, env={**os.environ, "TACTFUL_DEBUG": "1"})
    assert "Traceback" in done.stderr
