"""Does nobody get marketing after unsubscribing, whatever the moment, and does what they are owed still go?"""

from dataclasses import dataclass

import pytest

from actions.base import RetryLater
from tests.conftest import OpenShop
from tests.fakes.calls import identify, moment, track
from tests.fakes.workspace import Workspace

LETTER = """
journeys:
  letters:
    entry: {{event: Signed Up}}
    steps:
      - {{id: letter, send: email, text: "Hello!", at: "12:00", purpose: {purpose}}}
      - {{id: pause, wait: 1d}}
      - {{id: second, send: email, text: "Hello again!", purpose: {purpose}}}
"""
PARCEL = """
guards:
  in_delivery: {{do: delay, until: delivered, at_most: 21d, then: suppress}}
journeys:
  letters:
    entry: {{event: Signed Up}}
    steps:
      - {{id: letter, send: email, text: "How do you like it?", items: entry.products, purpose: {purpose}}}
"""
GOODS = [{"product_id": "grinder", "price": 80}]


@dataclass(frozen=True, slots=True)
class Case:
    """What a purpose means for somebody who unsubscribed."""

    purpose: str
    fate: tuple[str, str, str]


MARKETING = Case("marketing", ("letter", "suppressed", "consent.refused"))
OWED = Case("transactional", ("letter", "sent", ""))
BOTH = pytest.mark.parametrize("case", [MARKETING, OWED], ids=["marketing", "transactional"])


def _signed_up(shop: OpenShop, case: Case, text: str = LETTER) -> Workspace:
    workspace = shop(text.format(purpose=case.purpose))
    workspace.ingest(identify("ann", "07:00"), track("Signed Up", "08:00", products=GOODS))
    return workspace


def _says(workspace: Workspace, event: str, at: str, **properties: str) -> None:
    workspace.clock.now = max(workspace.clock.now, moment(at))
    workspace.ingest(track(event, at, **properties))


def _unsubscribe(workspace: Workspace, at: str) -> None:
    _says(workspace, "Unsubscribed", at, channel="email")


@BOTH
def test_who_unsubscribed_before_the_journey_gets_only_what_they_are_owed(shop: OpenShop, case: Case) -> None:
    workspace = shop(LETTER.format(purpose=case.purpose))
    workspace.ingest(identify("ann", "07:00"))
    _unsubscribe(workspace, "07:30")
    workspace.ingest(track("Signed Up", "08:00"))
    workspace.live_until("13:00")
    assert workspace.fates() == [case.fate]


@BOTH
def test_who_unsubscribes_while_a_letter_is_planned_gets_it_only_if_it_is_owed(shop: OpenShop, case: Case) -> None:
    workspace = _signed_up(shop, case)
    workspace.settle()
    assert workspace.fates() == [("letter", "planned", "")]
    _unsubscribe(workspace, "09:30")
    workspace.live_until("13:00")
    assert workspace.fates() == [case.fate]


@BOTH
def test_an_unsubscription_that_lies_in_the_inbox_when_the_letter_comes_due_counts(shop: OpenShop, case: Case) -> None:
    workspace = _signed_up(shop, case)
    workspace.settle()
    _unsubscribe(workspace, "11:59")
    workspace.settle("12:00")
    assert workspace.fates() == [case.fate]


def test_marketing_that_is_held_is_judged_again_at_once_when_its_customer_unsubscribes(shop: OpenShop) -> None:
    workspace = shop(PARCEL.format(purpose="marketing"))
    workspace.ingest(identify("ann", "07:00"), track("Order Completed", "07:10", order_id="o1", products=GOODS))
    workspace.ingest(track("Signed Up", "08:00", products=GOODS))
    workspace.settle()
    assert workspace.fates() == [("letter", "delayed", "in_delivery.not_shipped")]
    _unsubscribe(workspace, "09:10")
    workspace.settle("09:10")
    assert workspace.fates() == [MARKETING.fate]
    _says(workspace, "Order Delivered", "09:20", order_id="o1", shipment_id="s1")
    workspace.live_until("2026-04-20 09:00")
    assert workspace.provider.asked == []


@BOTH
def test_who_unsubscribes_while_a_letter_waits_for_its_second_attempt_gets_it_only_if_it_is_owed(
    shop: OpenShop, case: Case
) -> None:
    workspace = _signed_up(shop, case)
    workspace.email.answers.append(RetryLater("email.busy"))
    workspace.settle()
    workspace.settle("12:00")
    assert workspace.fates() == [("letter", "planned", "email.busy")]
    _unsubscribe(workspace, "12:00")
    workspace.live_until("13:00")
    assert workspace.fates() == [case.fate]


@BOTH
def test_a_letter_that_was_claimed_before_goes_and_the_next_one_only_if_it_is_owed(shop: OpenShop, case: Case) -> None:
    workspace = _signed_up(shop, case)
    workspace.settle()
    workspace.clock.now = moment("12:00")
    handovers = workspace.turn()
    _unsubscribe(workspace, "12:00")
    workspace.turn(workspace.perform(handovers))
    workspace.live_until("2026-03-03 13:00")
    second = ("second", *case.fate[1:])
    assert workspace.fates() == [("letter", "sent", ""), second]


@BOTH
def test_an_attempt_under_way_that_must_come_again_is_judged_anew(shop: OpenShop, case: Case) -> None:
    workspace = _signed_up(shop, case)
    workspace.settle()
    workspace.email.answers.append(RetryLater("email.busy"))
    workspace.clock.now = moment("12:00")
    handovers = workspace.turn()
    _unsubscribe(workspace, "12:00")
    workspace.turn(workspace.perform(handovers))
    workspace.live_until("13:00")
    assert workspace.fates() == [case.fate]
    assert len(workspace.provider.taken) == (0 if case is MARKETING else 1)


def test_who_subscribes_again_gets_marketing_again(shop: OpenShop) -> None:
    workspace = _signed_up(shop, MARKETING)
    workspace.settle()
    _unsubscribe(workspace, "09:30")
    _says(workspace, "Subscribed", "10:00", channel="email")
    workspace.live_until("13:00")
    assert workspace.fates() == [("letter", "sent", "")]


@pytest.mark.parametrize("cause", ["Email Bounced", "Spam Complaint"])
def test_not_even_what_is_owed_goes_to_an_address_that_bounced_or_complained(shop: OpenShop, cause: str) -> None:
    workspace = _signed_up(shop, OWED)
    workspace.settle()
    _says(workspace, cause, "09:30", type="hard")
    workspace.live_until("13:00")
    reason = {"Email Bounced": "hard_bounce", "Spam Complaint": "spam_complaint"}[cause]
    assert workspace.fates() == [("letter", "suppressed", f"suppression_list.{reason}")]


def test_unsubscribing_from_another_channel_does_not_hold_back_an_email(shop: OpenShop) -> None:
    workspace = _signed_up(shop, MARKETING)
    _says(workspace, "Unsubscribed", "08:30", channel="sms")
    workspace.live_until("13:00")
    assert workspace.fates() == [("letter", "sent", "")]
