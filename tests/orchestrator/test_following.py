"""Does a serving process go by what was put into force after it began?"""

import asyncio
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from orchestrator.bundle import read_bundle
from orchestrator.cli.serving import Workplace, follow
from orchestrator.clock import wall_now
from orchestrator.group_commit import GroupCommit
from orchestrator.http.following import Following
from orchestrator.in_force import Archive, in_force, put_into_force
from orchestrator.plan import make_plan
from orchestrator.project import load_project
from orchestrator.sources.journey_calls import TOKEN
from orchestrator.store.base import Store
from tests.fakes.hooks import SECRET, VARIABLE, install, order, payload, signed
from tests.fakes.stores import sqlite_store

HEAD = """version: 1
shop: {name: Nordic Roast, url: "https://shop.example"}
channels: {email: {action: email.file}}
"""
SOURCE = f"sources: {{shop: {{adapter: fake_shop, secret_env: {VARIABLE}}}}}\n"
CART = """journeys:
  cart:
    entry: {event: Checkout Started}
    steps: [{id: done, exit: done}]
"""
CARE = """  care:
    entry: {call: {}}
    steps: [{id: done, exit: done}]
"""
CALL = b'{"profile": {"email": "ann@shop.example"}}'
TAKEN = {"accepted": 1, "duplicate": 0, "rejected": 0}


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = sqlite_store(tmp_path)
    yield opened
    opened.close()


@pytest.fixture
def serving(tmp_path: Path, store: Store, monkeypatch: pytest.MonkeyPatch) -> Following:
    """Give the application of a workspace in which nothing can be called."""
    install(tmp_path / "packages")
    monkeypatch.syspath_prepend(str(tmp_path / "packages"))
    monkeypatch.setenv(TOKEN, "open-sesame")
    monkeypatch.setenv(VARIABLE, SECRET)
    write(tmp_path, HEAD + CART)
    running = in_force(store, tmp_path)
    assert running.deployment is not None
    work = Workplace(tmp_path, store, running.project, running.spec, running.deployment.id)
    return follow(work, GroupCommit(store, lambda: None))


def write(folder: Path, text: str) -> None:
    (folder / "journeys.yaml").write_text(text, encoding="utf-8")


def apply(store: Store, folder: Path, text: str) -> None:
    write(folder, text)
    plan = make_plan(Archive(store, folder).standing(), load_project(folder), read_bundle(folder))
    put_into_force(store, plan, at=wall_now(), by="ann", kind="apply")


def asked(application: Any, *calls: tuple[str, str, bytes, dict[str, str]]) -> list[httpx.Response]:
    async def asking() -> list[httpx.Response]:
        transport = httpx.ASGITransport(application)
        async with httpx.AsyncClient(transport=transport, base_url="http://shop.test") as client:
            return [await client.request(how, to, content=body, headers=headers) for how, to, body, headers in calls]

    return asyncio.run(asking())


def call(application: Any, journey: str) -> httpx.Response:
    headers = {"Authorization": "Bearer open-sesame"}
    return asked(application, ("POST", f"/journeys/{journey}/calls", CALL, headers))[0]


def hook(application: Any) -> httpx.Response:
    body = payload(order("o1", email="ann@shop.example"))
    return asked(application, ("POST", "/hooks/shop", body, signed(body)))[0]


def test_a_journey_that_was_applied_meanwhile_can_be_called(serving: Following, store: Store, tmp_path: Path) -> None:
    assert call(serving, "care").status_code == 400
    apply(store, tmp_path, HEAD + CART + CARE)
    assert (call(serving, "care").status_code, call(serving, "care").json()) == (200, TAKEN)


def test_a_journey_that_is_only_in_the_folder_cannot_be_called(serving: Following, tmp_path: Path) -> None:
    write(tmp_path, HEAD + CART + CARE)
    assert call(serving, "care").json()["message"].startswith('/journeys/care/calls: no journey "care" runs')


def test_a_journey_that_was_taken_out_of_force_cannot_be_called(
    serving: Following, store: Store, tmp_path: Path
) -> None:
    apply(store, tmp_path, HEAD + CART + CARE)
    apply(store, tmp_path, HEAD + CART)
    assert call(serving, "care").status_code == 400


def test_a_source_that_was_applied_meanwhile_is_listened_to(serving: Following, store: Store, tmp_path: Path) -> None:
    assert hook(serving).status_code == 404
    apply(store, tmp_path, HEAD + SOURCE + CART)
    assert (hook(serving).json()["accepted"], list(store.heard())) == (1, ["shop"])


def test_a_source_whose_secret_is_missing_leaves_what_was_served_in_place(
    serving: Following, store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    apply(store, tmp_path, HEAD + CART + CARE)
    call(serving, "care")
    monkeypatch.setenv(VARIABLE, "")
    apply(store, tmp_path, HEAD + SOURCE + CART + CARE)
    with caplog.at_level(logging.ERROR, "tactful.journeys"):
        assert [call(serving, "care").status_code for _ in range(2)] == [200, 200]
    assert [VARIABLE in record.message for record in caplog.records] == [True]


def test_the_figures_go_on_where_they_were(serving: Following, store: Store, tmp_path: Path) -> None:
    call(serving, "care")
    apply(store, tmp_path, HEAD + CART + CARE)
    call(serving, "care")
    assert 'tactful_hooks_received_total{source="api"} 2.0' in asked(serving, ("GET", "/metrics", b"", {}))[0].text


def test_health_is_told_without_a_look_at_the_database(serving: Following, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("orchestrator.store.sqlite.SqliteStore.reading", lambda _: pytest.fail("it was looked at"))
    assert asked(serving, ("GET", "/health/live", b"", {}))[0].json() == {"status": "alive"}
