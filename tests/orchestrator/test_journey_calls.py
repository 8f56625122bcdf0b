"""Can a program that has the token let a person into a journey, and nobody else?"""

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from orchestrator.app import build_calls
from orchestrator.group_commit import GroupCommit
from orchestrator.http.application import web_application
from orchestrator.http.reception import Reception
from orchestrator.rejected import RejectedEvents
from orchestrator.sources.journey_calls import TOKEN
from orchestrator.store.sqlite import SqliteStore
from tests.fakes.workspace import check

JOURNEYS = """
journeys:
  care:
    entry: {call: {order_id: text, value: number}}
    steps:
      - {id: done, exit: done}
  cart:
    entry: {event: Checkout Started}
    steps:
      - {id: done, exit: done}
"""
ANN: dict[str, Any] = {"profile": {"email": "ann@shop.example"}, "with": {"order_id": "o1", "value": 3}}


@pytest.fixture
def application(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[FastAPI]:
    monkeypatch.setenv(TOKEN, "old, open-sesame")
    store = SqliteStore(f"sqlite:///{tmp_path / 'tactful.db'}")
    store.migrate()
    commits = GroupCommit(store, lambda: None)
    project = check(JOURNEYS)
    assert project.spec is not None
    calls = build_calls(project, project.spec, tmp_path, commits)
    yield web_application(Reception({}, commits, RejectedEvents(tmp_path)), store, {}, calls=calls)
    store.close()


def call(application: FastAPI, body: Any, journey: str = "care", token: str = "open-sesame") -> httpx.Response:
    async def calling() -> httpx.Response:
        transport = httpx.ASGITransport(application)
        async with httpx.AsyncClient(transport=transport, base_url="http://shop.test") as client:
            content = body if isinstance(body, bytes) else json.dumps(body).encode()
            headers = {"Authorization": f"Bearer {token}"}
            return await client.post(f"/journeys/{journey}/calls", content=content, headers=headers)

    return asyncio.run(calling())


def test_a_call_with_the_token_is_taken(application: FastAPI) -> None:
    answer = call(application, ANN)
    assert (answer.status_code, answer.json()) == (200, {"accepted": 1, "duplicate": 0, "rejected": 0})


def test_any_of_several_tokens_will_do(application: FastAPI) -> None:
    assert call(application, ANN, token="old").status_code == 200


def test_a_call_that_comes_again_with_its_id_is_the_same_call(application: FastAPI) -> None:
    call(application, {**ANN, "id": "c1"})
    assert call(application, {**ANN, "id": "c1"}).json()["duplicate"] == 1


def test_two_calls_without_an_id_are_two(application: FastAPI) -> None:
    call(application, ANN)
    assert call(application, ANN).json()["accepted"] == 1


@pytest.mark.parametrize("token", ["", "open", "open-sesame,"])
def test_a_call_without_the_token_is_refused(application: FastAPI, token: str) -> None:
    assert call(application, ANN, token=token).status_code == 401


def test_without_a_token_in_the_environment_nobody_may_call(
    application: FastAPI, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(TOKEN, "")
    assert call(application, ANN, token="").json()["message"] == (
        "/journeys/care/calls: nobody may call journeys here; set TACTFUL_API_TOKEN where tactful runs"
    )


@pytest.mark.parametrize(
    ("journey", "body", "message"),
    [
        ("car", ANN, 'no journey "car" runs; did you mean "care"?'),
        ("cart", ANN, 'journey "cart" has another entry than `call`; give it one, or send the event that begins it'),
        ("care", b"{", 'expected a JSON object such as {"profile": {"email": "..."}, "with": {}}, got something else'),
        ("care", {"with": ANN["with"]}, "profile needs one of user_id, email, phone, anonymous_id, as text"),
        (
            "care",
            {**ANN, "with": {"order": "o1", "value": "3"}},
            'the journey takes no "order"; it takes order_id, value; the argument "order_id" is missing; '
            '"value" expects number',
        ),
        ("care", {**ANN, "when": "now"}, 'unknown key "when"; known keys: id, profile, with'),
    ],
)
def test_what_is_wrong_with_a_call_is_said(application: FastAPI, journey: str, body: Any, message: str) -> None:
    answer = call(application, body, journey)
    assert (answer.status_code, answer.json()["message"]) == (400, f"/journeys/{journey}/calls: {message}")
