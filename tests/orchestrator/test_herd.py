"""What happens after an outage of the provider? Each delivery is tried again by its own count, all spread out."""

from datetime import timedelta

from actions.base import RetryLater
from tests.conftest import OpenShop
from tests.fakes.calls import identify, track
from tests.fakes.workspace import Workspace

PEOPLE = 100
TWO_LETTERS = """
journeys:
  welcome:
    entry: {event: Signed Up}
    steps:
      - {id: hello, send: email, text: "Hello!", purpose: transactional}
      - {id: more, send: email, text: "And more.", purpose: transactional}
"""


def _in_an_outage(workspace: Workspace, people: int, attempts: int) -> Workspace:
    """Let these people sign up while the provider is down; each message is refused so often."""
    workspace.email.answers.extend([RetryLater("email.busy")] * people * attempts)
    for number in range(people):
        user = f"u{number}"
        workspace.ingest(identify(user, "08:00"), track("Signed Up", "09:00", user))
    workspace.settle("09:00")
    return workspace


def test_after_an_outage_the_second_attempts_are_spread_over_the_pause(shop: OpenShop) -> None:
    workspace = _in_an_outage(shop(TWO_LETTERS), PEOPLE, attempts=1)
    begin = min(row["due"] for row in workspace.deliveries())
    seconds = {int((row["due"] - begin) / timedelta(seconds=1)) for row in workspace.deliveries()}
    assert len(seconds) > 20


def test_the_jitter_is_the_deliverys_own_and_the_same_in_every_run(shop: OpenShop) -> None:
    one, other = (_in_an_outage(shop(TWO_LETTERS), 5, attempts=1) for _ in range(2))
    assert [row["due"] for row in one.deliveries()] == [row["due"] for row in other.deliveries()]


def test_attempts_are_counted_for_each_delivery_and_not_for_the_person(shop: OpenShop) -> None:
    workspace = _in_an_outage(shop(TWO_LETTERS), 1, attempts=3)
    workspace.live_until("2026-03-03 09:00")
    assert [(row["step"], row["attempts"], row["state"]) for row in workspace.deliveries()] == [
        ("hello", 4, "sent"),
        ("more", 1, "sent"),
    ]
