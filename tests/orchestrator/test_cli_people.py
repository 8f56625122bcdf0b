"""Does a running process serve the links in messages, signed as they are, and log nothing of them?"""

import sqlite3
from contextlib import closing
from pathlib import Path

import httpx
import pytest

from actions.lead_magnet import sign_link
from journeys.duration import parse_duration
from orchestrator.clock import wall_now
from orchestrator.links import Links
from orchestrator.sources.event_log import decode_event
from orchestrator.store.running import secret
from orchestrator.store.sqlite import SqliteStore
from tests.fakes.hooks import signed
from tests.orchestrator.test_cli_serve import CALL, running
from tests.orchestrator.test_cli_serve import workspace as workspace

ADDRESS = "ann@shop.example"


def _link_key(folder: Path) -> str:
    """Give the key that the database keeps where the environment names none."""
    store = SqliteStore(f"sqlite:///{folder / 'tactful.db'}")
    with closing(store), store.transaction() as connection:
        return secret(connection, "links")


def _events(folder: Path) -> list[str]:
    with closing(sqlite3.connect(folder / "tactful.db")) as database:
        rows = database.execute("SELECT body, seq FROM events ORDER BY seq").fetchall()
    return [decode_event(body, seq).name for body, seq in rows]


@pytest.mark.parametrize("command", [("serve",), ("run", "--serve")], ids=["serve", "run --serve"])
def test_a_running_process_serves_the_links_in_messages_and_logs_nothing_of_them(
    workspace: Path, command: tuple[str, ...]
) -> None:
    (workspace / "magnets").mkdir()
    (workspace / "magnets" / "guide.txt").write_text("Brew.", encoding="utf-8")
    with running(workspace, *command) as (process, url):
        assert httpx.post(f"{url}/hooks/shop", content=CALL, headers=signed(CALL)).status_code == 200
        key = _link_key(workspace)
        leave = Links([key], url).unsubscribe(1, "email")
        file = sign_link([key], url, "guide.txt", "none", wall_now() + parse_duration("1h"))
        answers = [httpx.get(leave), httpx.post(leave), httpx.get(file), httpx.get(f"{leave}x"), httpx.post(f"{file}x")]
        process.terminate()
        said = "".join(process.communicate(timeout=20))
    assert [answer.status_code for answer in answers] == [200, 200, 200, 404, 405]
    assert answers[2].text == "Brew."
    assert _events(workspace) == ["Order Completed", "Email Unsubscribed"]
    tokens = [link.rpartition("/")[2] for link in (leave, file)]
    assert [word for word in (*tokens, ADDRESS) if word in said] == []
