"""Can a shop call a running process, is what it says acted on at once, and does the process end in good order?"""

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from typer.testing import CliRunner, Result

from orchestrator.cli import app
from tests.fakes.hooks import SECRET, VARIABLE, install, order, payload, signed

ROOT = Path(__file__).parents[2]
FILE = f"""version: 1
shop: {{name: Nordic Roast, country: LV, url: "https://shop.example"}}
channels:
  email: {{action: email.file}}
sources:
  shop: {{adapter: fake_shop, secret_env: {VARIABLE}, silent_after: 6h}}
journeys:
  thanks:
    entry: {{event: Order Completed}}
    steps:
      - {{id: mark, set: {{stage: customer}}}}
      - {{id: thanks, send: email, subject: Thanks, text: "Thank you.", purpose: transactional}}
"""
CALL = payload(order("o1", email="ann@shop.example"))
QUICKLY = 10.0


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    install(tmp_path / "packages")
    folder = tmp_path / "shop"
    folder.mkdir()
    (folder / "journeys.yaml").write_text(FILE, encoding="utf-8")
    return folder


@contextmanager
def running(workspace: Path, *arguments: str, secret: str = SECRET) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Run a command that serves at a free port; gives the process and its address, which it prints first."""
    paths = os.pathsep.join([str(workspace.parent / "packages"), str(ROOT)])
    environment = {**os.environ, "PYTHONPATH": paths, VARIABLE: secret}
    command = [sys.executable, "-m", "orchestrator.cli", *arguments, "--port", "0", "-C", str(workspace), "--json"]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment
    ) as process:
        try:
            assert process.stdout is not None
            line = process.stdout.readline()
            yield process, json.loads(line)["url"] if line else ""
        finally:
            process.kill()


def ended(process: subprocess.Popen[str]) -> tuple[int, str, str]:
    process.send_signal(signal.SIGTERM)
    out, errors = process.communicate(timeout=20)
    return process.returncode, out, errors


def rows(workspace: Path, query: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(workspace / "tactful.db")) as connection:
        return connection.execute(query).fetchall()


def test_a_shop_is_served_until_a_signal_ends_it_in_good_order(workspace: Path) -> None:
    with running(workspace, "serve") as (process, url):
        assert httpx.get(f"{url}/health/ready").json() == {"status": "ready"}
        answer = httpx.post(f"{url}/hooks/shop", content=CALL, headers=signed(CALL))
        assert answer.json() == {"accepted": 1, "duplicate": 0, "rejected": 0}
        assert ended(process) == (0, "", "")
    assert rows(workspace, "SELECT COUNT(*) FROM inbox") == [(1,)]


def test_what_was_acknowledged_survives_a_kill(workspace: Path) -> None:
    with running(workspace, "serve") as (process, url):
        answer = httpx.post(f"{url}/hooks/shop", content=CALL, headers=signed(CALL))
        process.kill()
        process.wait()
    assert (answer.status_code, rows(workspace, "SELECT COUNT(*) FROM inbox")) == (200, [(1,)])


def test_a_body_that_says_it_is_too_large_is_refused_on_the_wire(workspace: Path) -> None:
    with running(workspace, "serve") as (_, url):
        large = b"x" * 3_000_000
        assert httpx.post(f"{url}/hooks/shop", content=large, headers=signed(large)).status_code == 413


def test_a_run_that_serves_acts_on_a_call_and_ends_in_good_order(workspace: Path) -> None:
    with running(workspace, "run", "--serve") as (process, url):
        httpx.post(f"{url}/hooks/shop", content=CALL, headers=signed(CALL)).raise_for_status()
        deadline = time.monotonic() + QUICKLY
        while time.monotonic() < deadline and not list((workspace / "mail").rglob("new/*")):
            time.sleep(0.05)
        assert len(list((workspace / "mail").rglob("new/*"))) == 1
        code, out, _ = ended(process)
    assert (code, json.loads(out)["handed_over"]) == (0, 1)


def test_without_the_secret_nothing_is_served_and_the_variable_is_named(workspace: Path) -> None:
    with running(workspace, "serve", secret="") as (process, url):
        _, errors = process.communicate(timeout=20)
    assert (url, process.returncode) == ("", 1)
    assert f"in the environment variable {VARIABLE}, got nothing" in errors


def test_an_address_that_is_taken_is_one_message(workspace: Path) -> None:
    with running(workspace, "serve") as (_, url):
        port = url.rpartition(":")[2]
        second = tactful(workspace, "serve", "--port", port)
    assert (second.exit_code, f"--port {port}: expected an address that is free" in second.stderr) == (1, True)


# In this process.


@pytest.fixture(autouse=True)
def _installed(workspace: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(workspace.parent / "packages"))
    monkeypatch.setenv(VARIABLE, SECRET)


def tactful(workspace: Path, *arguments: str) -> Result:
    return CliRunner().invoke(app, [*arguments, "-C", str(workspace)])


@pytest.mark.parametrize("option", ["--until-idle", "--virtual-clock"])
def test_a_run_that_ends_by_itself_does_not_serve(workspace: Path, option: str) -> None:
    done = tactful(workspace, "run", "--serve", option)
    assert (done.exit_code, "expected to run until stopped" in done.stderr) == (2, True)


def status(workspace: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(tactful(workspace, "status", "--json").stdout)
    return found


def test_status_lists_the_sources_and_nothing_is_wrong_at_first(workspace: Path) -> None:
    tactful(workspace, "run", "--until-idle")
    found = status(workspace)
    assert found["sources"] == [
        {"name": "shop", "adapter": "fake_shop", "heard_at": None, "silent": False, "silent_since": None}
    ]
    assert found["alerts"] == []


def silenced(workspace: Path) -> Path:
    """Let the source have spoken on the first of March 2026, and not since."""
    tactful(workspace, "run", "--until-idle")
    with closing(sqlite3.connect(workspace / "tactful.db")) as connection, connection:
        connection.execute("UPDATE sources SET since = 1772323200000, heard_at = 1772355600000")
    return workspace


def test_status_says_which_source_is_silent_since_when(workspace: Path) -> None:
    found = status(silenced(workspace))
    assert found["sources"] == [
        {
            "name": "shop",
            "adapter": "fake_shop",
            "heard_at": "2026-03-01T09:00:00Z",
            "silent": True,
            "silent_since": "2026-03-01T09:00:00Z",
        }
    ]
    assert found["alerts"] == [
        'source "shop": expected news every 6h, got none since 2026-03-01 09:00 UTC; what it tells (orders, payments) '
        "counts as unknown: look whether its webhook is still switched on at the sender, "
        "or give it a longer silent_after"
    ]


def test_status_shows_an_alert_and_is_no_failure(workspace: Path) -> None:
    done = tactful(silenced(workspace), "status")
    assert done.exit_code == 0
    assert 'alert        source "shop": expected news every 6h' in done.stdout
