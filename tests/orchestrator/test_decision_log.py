"""Is every decision told in the log, once it is written, and nothing personal with it?"""

import logging
import re

import pytest
from inline_snapshot import snapshot

from actions.base import Rejected
from orchestrator.decision_log import lines_of
from orchestrator.engine import DECISIONS
from tests.conftest import OpenShop
from tests.fakes.calls import identify, track
from tests.fakes.faulty import with_broken_entry
from tests.fakes.journeys import WELCOME
from tests.fakes.workspace import Workspace


@pytest.fixture
def told(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    """Listen to what is decided."""
    caplog.set_level(logging.INFO, DECISIONS)
    return caplog


def _lines(told: pytest.LogCaptureFixture) -> list[str]:
    """Give the lines without what is the same in all of them, and without keys, which are long."""
    same = r" (enrollment=\d+|delivery=\d+|at=2026-03-02T09:00:00Z|profile=1|journey=welcome|step=hello)(?= |$)"
    return [re.sub(same, "", record.getMessage()) for record in told.records]


def _welcomed(shop: OpenShop) -> Workspace:
    workspace = shop(WELCOME, now="09:00")
    workspace.ingest(identify("zoe", "08:00", email="zoe@example.com"), track("Signed Up", "09:00", "zoe"))
    workspace.settle()
    return workspace


def test_every_decision_and_change_of_state_has_a_line(shop: OpenShop, told: pytest.LogCaptureFixture) -> None:
    _welcomed(shop)
    assert _lines(told) == snapshot(
        [
            "event=enrollment.entered",
            "event=enrollment.waits",
            "event=delivery.judged kind=claim verdict=allow",
            "event=delivery.attempting channel=email due=2026-03-02T09:00:00Z",
            "event=enrollment.ended reason=completed",
            "event=delivery.sent channel=email due=2026-03-02T09:00:00Z",
        ]
    )


def test_a_line_says_which_delivery_where_and_when(shop: OpenShop, told: pytest.LogCaptureFixture) -> None:
    workspace = _welcomed(shop)
    (row,) = workspace.deliveries()
    said = f"at=2026-03-02T09:00:00Z profile=1 delivery={row['key']} journey=welcome step=hello channel=email"
    assert f"event=delivery.sent {said} due=2026-03-02T09:00:00Z" in told.messages


def test_nothing_personal_is_told(shop: OpenShop, told: pytest.LogCaptureFixture) -> None:
    _welcomed(shop)
    assert told.records
    assert "zoe" not in told.text


def test_a_reason_that_is_no_code_is_not_repeated(shop: OpenShop, told: pytest.LogCaptureFixture) -> None:
    workspace = shop(WELCOME, now="09:00")
    workspace.email.answer_for = lambda _: Rejected("no such box: ann@example.com")
    workspace.ingest(track("Signed Up", "09:00", "ann"))
    workspace.settle()
    (line,) = [line for line in _lines(told) if line.startswith("event=delivery.rejected")]
    assert line.endswith(" reason=not_a_code")


def test_of_a_turn_that_failed_only_the_failure_is_told(shop: OpenShop, told: pytest.LogCaptureFixture) -> None:
    workspace = shop(WELCOME)
    workspace.run_by(with_broken_entry(workspace.program, "welcome", "zoe"))
    workspace.ingest(track("Signed Up", "09:00", "zoe"))
    workspace.settle()
    assert _lines(told) == ["event=customer.set_aside error=BrokenRule"]


def test_nothing_is_told_while_nobody_listens(shop: OpenShop, caplog: pytest.LogCaptureFixture) -> None:
    _welcomed(shop)
    assert caplog.records == []


def test_what_is_written_already_is_not_told_again(shop: OpenShop) -> None:
    workspace = _welcomed(shop)
    (seat,) = workspace.engine.seats.values()
    assert list(lines_of(seat.customer)) == []
