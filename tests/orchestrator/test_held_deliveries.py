"""Does what a guard holds back go only if it may go when its time comes, and never when it is too late?"""

import pytest

from actions.base import Sent
from orchestrator.handover import Report
from orchestrator.program import Program
from orchestrator.project import check_project
from tests.conftest import OpenShop
from tests.fakes.calls import identify, moment, track
from tests.fakes.workspace import SHOP, Workspace, check

GOODS = [{"product_id": "grinder", "price": 80}]
PARCEL = "in_delivery: {do: delay, until: delivered, at_most: 21d, then: suppress}"
NIGHT = 'quiet_hours: {from: "21:00", to: "11:00"}'
CAPPED = "frequency_cap: {email: 1 per 24h}"
CARE = """
guards:
  {guard}
journeys:
  care:
    entry: {{event: Guide Requested}}
    steps:
      - {{id: letter, send: email, text: "How to use it.", items: entry.products, intent: follow_up}}
      - {{id: thanks, exit: cared}}
"""
OTHER = """
guards:
  {guard}
journeys:
  other:
    entry: {{event: Somebody Called}}
    steps:
      - {{id: hello, send: email, text: "Hello!"}}
"""
BROKEN = CARE.replace("exit: cared", "go: nowhere")
RENAMED = CARE.replace("id: letter", "id: note")
HELD = {
    PARCEL: ("letter", "delayed", "in_delivery.not_shipped"),
    NIGHT: ("letter", "delayed", "quiet_hours.night"),
    CAPPED: ("letter", "delayed", "frequency_cap.channel"),
}
GUARDS = pytest.mark.parametrize("guard", HELD, ids=["until a fact changes", "until a time", "until there is room"])


def _held(shop: OpenShop, guard: str) -> Workspace:
    """Let a letter be held back at nine."""
    both = CARE.format(guard=guard) + OTHER.format(guard=guard).partition("journeys:\n")[2]
    workspace = shop(both)
    workspace.ingest(identify("ann", "07:00"), track("Order Completed", "07:10", order_id="o1", products=GOODS))
    if guard == CAPPED:
        workspace.ingest(track("Somebody Called", "08:00"))
        workspace.settle("08:30")
    workspace.ingest(track("Guide Requested", "08:40", products=GOODS))
    workspace.settle("09:00")
    assert _letter(workspace) == HELD[guard]
    return workspace


def _letter(workspace: Workspace) -> tuple[str, str, str]:
    return next(fate for fate in workspace.fates() if fate[0] in ("letter", "note"))


def _program(workspace: Workspace, text: str) -> Program:
    """Give what runs of a file that may be wrong."""
    return check_project(f"{SHOP}{text}", {}, workspace.folder).program(workspace.store.catalog())


def _switched_off(workspace: Workspace, guard: str) -> None:
    workspace.run_by(check(OTHER.format(guard=guard)).program(workspace.store.catalog()))


def _switched_on(workspace: Workspace, guard: str) -> None:
    workspace.run_by(check(CARE.format(guard=guard)).program(workspace.store.catalog()))


def _delivered(workspace: Workspace, at: str) -> None:
    workspace.clock.now = max(workspace.clock.now, moment(at))
    workspace.ingest(track("Order Delivered", at, order_id="o1", shipment_id="s1"))


# The journey is switched off.


@GUARDS
def test_what_is_held_is_not_released_after_its_journey_left_the_file(shop: OpenShop, guard: str) -> None:
    workspace = _held(shop, guard)
    _switched_off(workspace, guard)
    _delivered(workspace, "10:00")
    workspace.live_until("2026-05-02 09:00")
    assert _letter(workspace) == HELD[guard]
    assert [step for _, step, _ in workspace.sent()] == (["hello"] if guard == CAPPED else [])


@GUARDS
def test_what_is_held_is_not_released_while_its_journey_is_quarantined(shop: OpenShop, guard: str) -> None:
    workspace = _held(shop, guard)
    workspace.run_by(_program(workspace, BROKEN.format(guard=guard)))
    _delivered(workspace, "10:00")
    workspace.live_until("2026-03-20 09:00")
    assert [step for _, step, _ in workspace.sent()] == (["hello"] if guard == CAPPED else [])


def test_what_sleeps_with_its_journey_costs_no_turn(shop: OpenShop) -> None:
    workspace = _held(shop, NIGHT)
    _switched_off(workspace, NIGHT)
    workspace.settle("12:00")
    assert workspace.next_due() is None


def test_a_plain_letter_sleeps_with_its_journey_as_well(shop: OpenShop) -> None:
    text = CARE.format(guard=PARCEL).replace('text: "How to use it."', 'text: "How to use it.", at: "12:00"')
    workspace = shop(text)
    workspace.ingest(identify("ann", "07:00"), track("Guide Requested", "08:00", products=GOODS))
    workspace.settle()
    _switched_off(workspace, PARCEL)
    workspace.live_until("2026-03-20 09:00")
    assert workspace.fates() == [("letter", "planned", "")]


def test_a_journey_that_is_switched_on_again_has_its_letter_judged_from_scratch_and_sent(shop: OpenShop) -> None:
    workspace = _held(shop, PARCEL)
    _switched_off(workspace, PARCEL)
    _delivered(workspace, "10:00")
    workspace.live_until("2026-03-04 09:00")
    _switched_on(workspace, PARCEL)
    workspace.live_until("2026-03-05 09:00")
    assert workspace.sent() == [("ann", "letter", "2026-03-04 09:00")]
    assert workspace.enrollments() == [("care", "thanks", "cared")]


def test_a_journey_that_is_switched_on_again_has_its_letter_judged_from_scratch_and_held(shop: OpenShop) -> None:
    workspace = _held(shop, NIGHT)
    _switched_off(workspace, NIGHT)
    workspace.live_until("12:00")
    workspace.ingest(track("Unsubscribed", "12:00", channel="email"))
    workspace.settle()
    _switched_on(workspace, NIGHT)
    workspace.settle("13:00")
    assert workspace.fates() == [("letter", "suppressed", "consent.refused")]


def test_a_journey_that_is_switched_on_again_too_late_finds_its_letter_expired(shop: OpenShop) -> None:
    workspace = _held(shop, PARCEL)
    _switched_off(workspace, PARCEL)
    workspace.live_until("2026-03-30 09:00")
    _switched_on(workspace, PARCEL)
    workspace.settle("2026-03-30 09:00")
    assert workspace.fates() == [("letter", "suppressed", "in_delivery.at_most_passed")]


def test_an_outcome_that_is_found_while_its_journey_is_switched_off_leaves_nobody_inside_for_ever(
    shop: OpenShop,
) -> None:
    workspace = _held(shop, NIGHT)
    workspace.clock.now = moment("11:00")
    (handover,) = workspace.turn()
    _switched_off(workspace, NIGHT)
    workspace.turn([Report(handover.delivery.id, handover.delivery.profile_id, handover.token, Sent("p1"))])
    assert workspace.fates() == [("letter", "sent", "")]
    assert workspace.enrollments() == [("care", "letter", "journey_removed")]


# Its step is taken out of the journey.


@GUARDS
def test_what_is_held_at_a_step_that_is_gone_is_taken_back_and_its_person_leaves(shop: OpenShop, guard: str) -> None:
    workspace = _held(shop, guard)
    workspace.run_by(_program(workspace, RENAMED.format(guard=guard)))
    workspace.live_until("2026-05-02 09:00")
    assert _letter(workspace) == ("letter", "cancelled", "journey.step_removed")
    assert ("care", "letter", "step_removed") in workspace.enrollments()
    assert workspace.status().set_aside == {}


def test_an_outcome_that_is_found_after_its_step_is_gone_sets_nobody_aside(shop: OpenShop) -> None:
    workspace = _held(shop, NIGHT)
    workspace.clock.now = moment("11:00")
    (handover,) = workspace.turn()
    workspace.run_by(_program(workspace, RENAMED.format(guard=NIGHT)))
    workspace.turn([Report(handover.delivery.id, handover.delivery.profile_id, handover.token, Sent("p1"))])
    assert workspace.fates() == [("letter", "sent", "")]
    assert workspace.enrollments() == [("care", "letter", "step_removed")]
    assert workspace.status().set_aside == {}


# The customer says no.

NO = [
    pytest.param("Unsubscribed", {"channel": "email"}, "consent.refused", id="unsubscribed"),
    pytest.param("Email Unsubscribed", {"channel": "all"}, "consent.refused", id="unsubscribed from everything"),
    pytest.param("Email Bounced", {"type": "hard"}, "suppression_list.hard_bounce", id="bounced"),
    pytest.param("Spam Complaint", {}, "suppression_list.spam_complaint", id="complained"),
]


@GUARDS
@pytest.mark.parametrize(("event", "properties", "reason"), NO)
def test_what_is_held_never_goes_to_whom_may_no_longer_be_written_to(
    shop: OpenShop, guard: str, event: str, properties: dict[str, str], reason: str
) -> None:
    workspace = _held(shop, guard)
    workspace.clock.now = moment("09:30")
    workspace.ingest(track(event, "09:30", **properties))
    _delivered(workspace, "10:00")
    workspace.live_until("2026-05-02 09:00")
    assert _letter(workspace) == ("letter", "suppressed", reason)


# Time runs out.

EXPIRED = [
    pytest.param(PARCEL, ("letter", "suppressed", "in_delivery.at_most_passed"), "2026-03-23 09:00", id="suppress"),
    pytest.param(PARCEL.replace("then: suppress", "then: send"), ("letter", "sent", ""), "2026-03-23 09:00", id="send"),
]


@pytest.mark.parametrize(("guard", "fate", "at"), EXPIRED)
def test_what_is_held_expires_after_at_most_as_then_says(
    shop: OpenShop, guard: str, fate: tuple[str, str, str], at: str
) -> None:
    workspace = shop(CARE.format(guard=guard))
    workspace.ingest(identify("ann", "07:00"), track("Order Completed", "07:10", order_id="o1", products=GOODS))
    workspace.ingest(track("Guide Requested", "09:00", products=GOODS))
    workspace.live_until("2026-03-23 08:59")
    assert workspace.fates() == [("letter", "delayed", "in_delivery.not_shipped")]
    workspace.live_until("2026-05-02 09:00")
    assert workspace.fates() == [fate]
    assert f"{workspace.deliveries()[0]['settled']:%Y-%m-%d %H:%M}" == at


def test_what_was_held_is_judged_again_by_every_guard_and_not_only_by_the_one_that_held_it(shop: OpenShop) -> None:
    workspace = shop(CARE.format(guard=f"{PARCEL}\n  {NIGHT}"))
    workspace.ingest(identify("ann", "07:00"), track("Order Completed", "07:10", order_id="o1", products=GOODS))
    workspace.ingest(track("Guide Requested", "12:00", products=GOODS))
    workspace.settle("12:00")
    _delivered(workspace, "22:00")
    workspace.live_until("2026-03-04 09:00")
    assert workspace.sent() == [("ann", "letter", "2026-03-03 11:00")]


# Audiences.


def test_nobody_stays_in_an_audience_because_the_journey_that_put_them_there_is_gone(shop: OpenShop) -> None:
    workspace = shop(
        """
journeys:
  care:
    entry: {event: Guide Requested}
    steps:
      - {id: readers, audience: {add: readers, for: 7d}}
"""
    )
    workspace.ingest(identify("ann", "07:00"), track("Guide Requested", "08:00"))
    workspace.settle()
    _switched_off(workspace, NIGHT)
    workspace.live_until("2026-03-20 09:00")
    left = workspace.actions["ads"].assignments[-1]
    assert left.parameters == {"operation": "remove", "audience": "readers"}
    assert [state for _, state, _ in workspace.fates()] == ["sent", "sent"]
