"""Does a scanner that opens a letter or follows its links decide nothing about the person it was for?"""

from typing import Any

import pytest

from tests.conftest import OpenShop
from tests.fakes.calls import GRINDER, identify, track
from tests.fakes.workspace import Workspace

LETTER = """
journeys:
  letters:
    entry: {{event: Signed Up}}
    goal: {{event: Email Clicked}}
    exit:
      - {{event: Email Opened, reason: read}}
    steps:
      - {{id: letter, send: email, text: "Hello!", if_suppressed: exit}}
      - {{id: watch, wait_for: {{event: {event}, at_most: 1d{more}}}, then: liked, otherwise: quiet}}
      - {{id: liked, exit: came}}
      - {{id: quiet, exit: stayed_away}}
"""


def _sent(shop: OpenShop, event: str = "Email Clicked", more: str = "") -> Workspace:
    workspace = shop(LETTER.format(event=event, more=more))
    workspace.ingest(identify("ann", "07:00"), track("Signed Up", "08:00"))
    workspace.settle()
    return workspace


def _happens(workspace: Workspace, event: str, at: str, **properties: Any) -> None:
    delivery = workspace.deliveries()[0]["key"]
    workspace.settle(at)
    workspace.ingest(track(event, at, delivery=delivery, step="letter", **properties))
    workspace.settle()


def _left(workspace: Workspace) -> str:
    return workspace.enrollments()[0][2]


@pytest.mark.parametrize("about", ["", ", of: letter"], ids=["any letter", "this letter"])
@pytest.mark.parametrize(
    ("said", "left"),
    [
        pytest.param({"machine": True}, "stayed_away", id="a machine"),
        pytest.param({"machine": False}, "came", id="nobody but them"),
        pytest.param({}, "came", id="nobody said"),
        pytest.param({"machine": "true"}, "came", id="some text"),
    ],
)
def test_a_click_is_waited_for_until_it_is_a_persons(
    shop: OpenShop, about: str, said: dict[str, Any], left: str
) -> None:
    workspace = _sent(shop, more=about)
    _happens(workspace, "Email Clicked", "09:10", **said)
    workspace.live_until("2026-03-04 09:00")
    assert _left(workspace) == left


def test_an_opening_by_a_machine_is_passed_over_as_well(shop: OpenShop) -> None:
    workspace = _sent(shop, event="Email Opened")
    _happens(workspace, "Email Opened", "09:10", machine=True)
    workspace.live_until("2026-03-04 09:00")
    assert _left(workspace) == "stayed_away"


def test_a_person_who_clicks_after_the_machine_did_is_heard(shop: OpenShop) -> None:
    workspace = _sent(shop)
    _happens(workspace, "Email Clicked", "09:01", machine=True)
    _happens(workspace, "Email Clicked", "09:30")
    assert _left(workspace) == "came"


def test_a_step_may_say_that_machines_count_as_well(shop: OpenShop) -> None:
    workspace = _sent(shop, more=", machine: true")
    _happens(workspace, "Email Clicked", "09:10", machine=True)
    assert _left(workspace) == "came"


def test_only_letters_are_opened_by_machines_and_a_coffee_machine_is_goods(shop: OpenShop) -> None:
    workspace = _sent(shop, event="Order Completed")
    _happens(workspace, "Order Completed", "09:10", machine=True, order_id="o1", products=GRINDER)
    assert _left(workspace) == "came"


@pytest.mark.parametrize(
    ("machine", "goal_and_reason"),
    [
        pytest.param("", (0, ""), id="machines left out"),
        pytest.param(", machine: true", (1, "read"), id="machines let in"),
    ],
)
def test_goals_and_exits_pass_a_machine_over_unless_they_say_otherwise(
    shop: OpenShop, machine: str, goal_and_reason: tuple[int, str]
) -> None:
    text = LETTER.format(event="Order Completed", more="").replace("{event: Email Clicked", "{event: Email Clicked%s")
    workspace = shop(text.replace("{event: Email Opened", "{event: Email Opened%s").replace("%s", machine))
    workspace.ingest(identify("ann", "07:00"), track("Signed Up", "08:00"))
    workspace.settle()
    _happens(workspace, "Email Clicked", "09:05", machine=True)
    _happens(workspace, "Email Opened", "09:10", machine=True)
    assert workspace.rows("SELECT goal_at IS NOT NULL, reason FROM enrollments") == [goal_and_reason]


def test_a_persons_click_is_a_goal_and_an_exit(shop: OpenShop) -> None:
    workspace = _sent(shop, event="Order Completed")
    _happens(workspace, "Email Clicked", "09:05")
    _happens(workspace, "Email Opened", "09:10")
    assert workspace.rows("SELECT goal_at IS NOT NULL, reason FROM enrollments") == [(1, "read")]


@pytest.mark.parametrize(
    ("said", "more", "entered"),
    [
        pytest.param({"machine": True}, "", [], id="a machine"),
        pytest.param({"machine": True}, ", machine: true", [("curious", "hello", "completed")], id="machines let in"),
        pytest.param({}, "", [("curious", "hello", "completed")], id="a person"),
    ],
)
def test_a_machine_enters_no_journey_unless_it_says_otherwise(
    shop: OpenShop, said: dict[str, Any], more: str, entered: list[tuple[str, str, str]]
) -> None:
    workspace = shop(
        f"""
journeys:
  curious: {{entry: {{event: Email Clicked{more}}}, steps: [{{id: hello, send: email, text: "You looked!"}}]}}
"""
    )
    workspace.ingest(identify("ann", "07:00"), track("Email Clicked", "08:00", **said))
    workspace.settle()
    assert workspace.enrollments() == entered


def test_the_story_says_that_a_machines_click_was_passed_over(shop: OpenShop) -> None:
    workspace = _sent(shop)
    _happens(workspace, "Email Clicked", "09:10", machine=True)
    assert workspace.story("ann")[-1] == ("watch", "passed_over")
