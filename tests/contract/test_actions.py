"""Do the built-in actions keep the contract that plugins are held to?"""

import socket
import tomllib
from collections.abc import Callable, Iterator
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller

from actions.base import Action, Assignment, Rejected
from actions.registry import GROUP, Actions
from actions.testing import assignment, check_action, perform, surroundings

SECRETS = {"TACTFUL_WEBHOOK_SECRET": "whsec_dGVzdCBzZWNyZXQgb2YgdGhlIHNob3A=", "TACTFUL_LINK_KEY": "key"}
PYPROJECT = Path(__file__).parents[2] / "pyproject.toml"
DECLARED = tomllib.loads(PYPROJECT.read_text(encoding="utf-8"))["project"]["entry-points"][GROUP]
BUILT_IN = Actions(EntryPoint(name, value, GROUP) for name, value in DECLARED.items())
PARAMETERS: dict[str, dict[str, Any]] = {
    "email.file": {},
    "email.smtp": {"from": "Shop <hello@shop.example>", "host": "127.0.0.1", "start_tls": False},
    "webhook": {},
    "audience.file": {},
    "lead_magnet": {},
    "crm.file": {},
}
STEPS: dict[str, dict[str, Any]] = {
    "audience.file": {"operation": "add", "audience": "cart_abandoners"},
    "crm.file": {"note": "Left 80 EUR in the basket"},
    "lead_magnet": {"file": "guide.pdf"},
}


class Mailbox:
    """A mail server that takes everything and counts it."""

    def __init__(self) -> None:
        self.count = 0

    async def handle_DATA(self, server: object, session: object, envelope: object) -> str:
        self.count += 1
        return "250 taken"


@pytest.fixture
def build(request, tmp_path, httpserver) -> Iterator[Callable[[], Action]]:
    """Give a way to build the built-in of this name anew, in a world of its own."""
    name = request.param
    params = dict(PARAMETERS[name])
    controller = Controller(Mailbox(), hostname="127.0.0.1", port=_free_port()) if name == "email.smtp" else None
    if controller:
        controller.start()
        params["port"] = controller.port
    if name == "webhook":
        httpserver.expect_request("/in").respond_with_data("ok")
        params["url"] = httpserver.url_for("/in")
    kind = BUILT_IN[name]
    yield lambda: kind(kind.Params.model_validate(params), surroundings(tmp_path, SECRETS))
    if controller:
        controller.stop()


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def given(name: str) -> Assignment:
    return assignment(parameters=STEPS.get(name, {}))


every_built_in = pytest.mark.parametrize(("build", "name"), [(name, name) for name in DECLARED], indirect=["build"])


def test_every_built_in_is_tried_here():
    assert set(PARAMETERS) == set(DECLARED)


def test_every_built_in_can_be_loaded():
    assert BUILT_IN.problems() == ()


@every_built_in
def test_a_built_in_keeps_the_contract(build, name, tmp_path):
    check_action(build, given(name), lambda: sum(path.stat().st_size for path in tmp_path.rglob("*") if path.is_file()))


@every_built_in
def test_a_built_in_documents_every_parameter(build, name):
    described = {key: field.description for key, field in type(build()).Params.model_fields.items()}
    undescribed = [key for key, words in described.items() if not words]
    assert undescribed == []


@every_built_in
def test_a_built_in_survives_an_assignment_without_anything(build, name):
    empty = assignment("k-empty", content=None)
    outcome = perform(build(), empty)
    assert name == "webhook" or isinstance(outcome, Rejected)
