"""Do two profiles become one only when they are one person, and does nobody get mail they did not agree to by it?"""

from typing import Any

import pytest

from tests.conftest import OpenShop
from tests.fakes.calls import GRINDER, anonymous, call, identify, moment, track
from tests.fakes.journeys import CART, WELCOME
from tests.fakes.workspace import Workspace

NEWS = """
journeys:
  news:
    entry: {event: Form Submitted}
    steps:
      - {id: letter, send: email, text: "News.", at: "12:00"}
"""
CAPPED = """
guards:
  frequency_cap: {email: 1 per day}
journeys:
  news:
    entry: {event: Form Submitted, key: event.form}
    if_active: parallel
    steps:
      - {id: letter, send: email, text: "News."}
"""
ADVERTISED = """
journeys:
  shelf:
    entry: {event: Checkout Started}
    exit:
      - {event: Order Completed}
    steps:
      - {id: ads, audience: {add: cart_abandoners, for: 14d}}
      - {id: inside, wait: 14d}
"""
AGREES = {"marketing_consent": True}
REFUSES = {"marketing_consent": False}


def visitor_says(visitor: str, at: str, **traits: Any) -> bytes:
    """Let somebody who has not logged in say something about themselves."""
    return call("identify", at, f"identify/{at}/{visitor}", anonymousId=visitor, traits=traits)


def user_says(user: str, at: str, **traits: Any) -> bytes:
    """Let somebody who has logged in say something about themselves."""
    return call("identify", at, f"identify/{at}/{user}", userId=user, traits=traits)


def login(user: str, visitor: str, at: str) -> bytes:
    """Let a visitor log in without saying anything new about themselves."""
    return call("identify", at, f"login/{at}/{user}", userId=user, anonymousId=visitor, traits={})


def survivors(workspace: Workspace) -> dict[int, int | None]:
    """Give every profile and the one it was merged into."""
    return dict(workspace.rows("SELECT id, merged_into FROM profiles ORDER BY id"))


def owners(workspace: Workspace) -> dict[str, int]:
    return dict(workspace.rows("SELECT value, profile_id FROM identities"))


# Who survives.


def test_the_oldest_known_profile_survives_and_the_visitor_joins_it(shop: OpenShop) -> None:
    workspace = shop(WELCOME)
    workspace.ingest(anonymous("Page Viewed", "07:00", "v1"))
    workspace.ingest(identify("ann", "07:30"))
    workspace.ingest(identify("ann", "08:00", visitor="v1"))
    workspace.settle()
    assert survivors(workspace) == {1: 2, 2: None}


def test_every_id_of_both_leads_to_the_survivor_for_ever(shop: OpenShop) -> None:
    workspace = shop(WELCOME)
    workspace.ingest(anonymous("Page Viewed", "07:00", "v1"), anonymous("Page Viewed", "07:00", "v2"))
    workspace.ingest(identify("ann", "08:00"))
    workspace.ingest(identify("ann", "08:10", visitor="v1"))
    workspace.ingest(identify("ann", "08:20", visitor="v2"))
    workspace.settle()
    workspace.restart()
    assert owners(workspace) == {"v1": 3, "v2": 3, "ann": 3, "ann@example.com": 3}
    workspace.ingest(anonymous("Signed Up", "08:30", "v1"))
    workspace.settle()
    assert workspace.sent() == [("ann", "hello", "2026-03-02 09:00")]


def test_no_known_id_is_lost_by_an_alias(shop: OpenShop) -> None:
    workspace = shop(WELCOME)
    workspace.ingest(user_says("ann", "07:00", email="ann@example.com", phone="+37129123456"))
    workspace.ingest(anonymous("Page Viewed", "07:10", "v1"))
    workspace.ingest(call("alias", "07:20", "a1", userId="ann", previousId="v1"))
    workspace.settle()
    workspace.restart()
    found = owners(workspace)
    assert {found[value] for value in ("ann", "ann@example.com", "+37129123456", "v1")} == {1}


def test_an_audience_that_a_visitor_joined_is_left_by_the_survivor(shop: OpenShop) -> None:
    workspace = shop(ADVERTISED)
    workspace.ingest(user_says("ann", "07:00", email="ann@example.com", **AGREES))
    workspace.ingest(visitor_says("v1", "07:30", **AGREES), anonymous("Checkout Started", "08:00", "v1"))
    workspace.settle("08:10")
    workspace.ingest(identify("ann", "08:30", visitor="v1"))
    workspace.settle("08:30")
    workspace.restart()
    workspace.ingest(track("Order Completed", "09:00", order_id="o1"))
    workspace.settle("09:00")
    changes = [(given.parameters["operation"], given.profile.user_id) for given in workspace.actions["ads"].assignments]
    assert changes == [("add", ""), ("remove", "ann")]


# Weak ids.


def test_a_household_that_shares_an_address_stays_two_people(shop: OpenShop) -> None:
    workspace = shop(CART)
    shared = "home@example.com"
    workspace.ingest(user_says("ann", "07:00", email=shared), user_says("bob", "07:10", email=shared))
    workspace.ingest(track("Checkout Started", "08:00", "bob", checkout_id="k1", email=shared))
    workspace.settle()
    assert survivors(workspace) == {1: None, 2: None}
    assert workspace.rows("SELECT profile_id FROM enrollments") == [(2,)]


def test_a_reused_phone_number_joins_nobody(shop: OpenShop) -> None:
    workspace = shop(WELCOME)
    phone = "+37129123456"
    workspace.ingest(visitor_says("v1", "07:00", email="ann@example.com", phone=phone))
    workspace.ingest(visitor_says("v2", "08:00", email="bob@example.com", phone=phone))
    workspace.settle()
    assert survivors(workspace) == {1: None, 2: None}


def carrier_says(event: str, at: str, **properties: Any) -> bytes:
    """Let a carrier tell of a parcel, of which it knows the tracking number and not whose it is."""
    return call("track", at, f"carrier/{at}", event=event, properties=properties)


SHOP_SHIPS = track("Order Shipped", "09:00", order_id="o1", shipment_id="s1", tracking_number="T1")
CARRIER_DELIVERS = carrier_says("Order Delivered", "10:00", tracking_number="t 1")


@pytest.mark.parametrize("arrivals", [[SHOP_SHIPS, CARRIER_DELIVERS], [CARRIER_DELIVERS, SHOP_SHIPS]])
@pytest.mark.parametrize("turns", [1, 2])
def test_a_carriers_message_finds_whose_parcel_it_is_whichever_comes_first(
    shop: OpenShop, arrivals: list[bytes], turns: int
) -> None:
    workspace = shop(WELCOME)
    workspace.ingest(identify("ann", "08:00"))
    for line in arrivals:
        workspace.ingest(line)
        if turns == 2:
            workspace.settle("11:00")
    workspace.settle("11:00")
    assert workspace.rows(
        "SELECT f.id, f.status, json_extract(f.body, '$.order_id'), i.value FROM shipments f "
        "JOIN identities i ON i.profile_id = f.profile_id WHERE i.kind = 0"
    ) == [("T1", "delivered", "o1", "ann")]


def test_a_tracking_number_a_carrier_uses_again_joins_nobody(shop: OpenShop) -> None:
    workspace = shop(WELCOME)
    workspace.ingest(SHOP_SHIPS, visitor_says("v1", "09:10", email="bob@example.com"))
    guest = {"order_id": "o2", "email": "bob@example.com", "tracking_number": "T1"}
    workspace.ingest(carrier_says("Order Shipped", "09:30", **guest))
    assert survivors(workspace) == {1: None, 2: None}


def test_a_shared_computer_joins_nobody_who_has_logged_in(shop: OpenShop) -> None:
    workspace = shop(WELCOME)
    workspace.ingest(identify("ann", "07:00", visitor="family-pc"), identify("bob", "08:00", visitor="family-pc"))
    workspace.ingest(track("Signed Up", "08:30", "bob"))
    workspace.settle()
    assert survivors(workspace) == {1: None, 2: None}
    assert workspace.sent() == [("bob", "hello", "2026-03-02 09:00")]


# Consent.


def planned_for_a_visitor(shop: OpenShop, *, visitor_first: bool = False, **said: Any) -> Workspace:
    """Plan a marketing letter for twelve o'clock to a visitor who agreed to it and gave an address."""
    workspace = shop(NEWS)
    known = user_says("ann", "07:00", **said)
    visitor = visitor_says("v1", "07:30", email="ann@example.com", **AGREES)
    workspace.ingest(*((visitor, known) if visitor_first else (known, visitor)))
    workspace.ingest(anonymous("Form Submitted", "08:00", "v1"))
    workspace.settle()
    assert workspace.fates() == [("letter", "planned", "")]
    return workspace


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        pytest.param(REFUSES, "consent.refused", id="who refused"),
        pytest.param({"phone": "+37129123456"}, "consent.unknown", id="who was never asked"),
    ],
)
def test_joining_somebody_who_did_not_agree_stops_a_planned_letter(
    shop: OpenShop, said: dict[str, Any], reason: str
) -> None:
    workspace = planned_for_a_visitor(shop, **said)
    workspace.ingest(login("ann", "v1", "09:00"))
    workspace.live_until("13:00")
    assert workspace.fates() == [("letter", "suppressed", reason)]


def test_joining_somebody_who_agreed_too_lets_the_letter_go(shop: OpenShop) -> None:
    workspace = planned_for_a_visitor(shop, **AGREES, email="ann@example.com")
    workspace.ingest(login("ann", "v1", "09:00"))
    workspace.live_until("13:00")
    assert workspace.sent() == [("ann", "letter", "2026-03-02 12:00")]


@pytest.mark.parametrize("batch_size", [500, 1], ids=["one batch", "a batch each"])
@pytest.mark.parametrize("visitor_first", [False, True], ids=["the person came first", "the visitor came first"])
def test_a_merge_that_lies_in_the_inbox_when_the_letter_comes_due_counts(
    shop: OpenShop, visitor_first: bool, batch_size: int
) -> None:
    workspace = planned_for_a_visitor(shop, visitor_first=visitor_first, **REFUSES)
    workspace.engine.batch_size = batch_size
    workspace.clock.now = moment("12:00")
    workspace.ingest(login("ann", "v1", "11:59"))
    workspace.settle()
    assert workspace.fates() == [("letter", "suppressed", "consent.refused")]


def test_an_address_suppressed_for_one_is_suppressed_for_both(shop: OpenShop) -> None:
    workspace = shop(NEWS)
    workspace.ingest(user_says("ann", "07:00", **AGREES))
    workspace.ingest(visitor_says("v1", "07:10", email="ann@example.com", **AGREES))
    workspace.ingest(anonymous("Email Bounced", "07:20", "v1", type="hard"))
    workspace.ingest(login("ann", "v1", "07:30"), track("Form Submitted", "08:00"))
    workspace.live_until("13:00")
    assert workspace.fates() == [("letter", "suppressed", "suppression_list.hard_bounce")]


@pytest.mark.parametrize("restarts", [False, True], ids=["in memory", "after a restart"])
def test_what_either_was_sent_counts_for_the_cap_of_both(shop: OpenShop, restarts: bool) -> None:
    workspace = shop(CAPPED)
    workspace.ingest(user_says("ann", "07:00", **AGREES))
    workspace.ingest(visitor_says("v1", "07:10", email="ann@example.com", **AGREES))
    workspace.ingest(anonymous("Form Submitted", "08:00", "v1", form="a"))
    workspace.settle()
    workspace.ingest(login("ann", "v1", "08:30"))
    workspace.settle()
    if restarts:
        workspace.restart()
    workspace.ingest(track("Form Submitted", "08:40", form="b"))
    workspace.settle()
    assert sorted(workspace.fates()) == [("letter", "delayed", "frequency_cap.channel"), ("letter", "sent", "")]


# A different address at the checkout.


@pytest.mark.parametrize("address", ["ann@example.com", "ann.at.work@example.com"])
def test_whoever_buys_under_another_address_gets_no_reminder(shop: OpenShop, address: str) -> None:
    workspace = shop(CART)
    workspace.ingest(visitor_says("v1", "07:30", email="ann@example.com", **AGREES))
    workspace.ingest(anonymous("Checkout Started", "09:00", "v1", checkout_id="k1", products=GRINDER))
    workspace.settle()
    workspace.clock.now = moment("09:30")
    bought = {"order_id": "o1", "checkout_id": "k1", "email": address, "products": GRINDER}
    workspace.ingest(
        call("track", "09:30", "order", anonymousId="another-browser", event="Order Completed", properties=bought)
    )
    workspace.live_until("2026-03-05 09:00")
    assert (workspace.enrollments(), workspace.sent()) == ([("cart", "settle", "bought")], [])


def test_an_order_known_by_its_number_alone_ends_the_basket(shop: OpenShop) -> None:
    workspace = shop(CART)
    workspace.ingest(identify("ann", "07:30"))
    workspace.ingest(track("Checkout Started", "09:00", checkout_id="k1", products=GRINDER))
    workspace.settle()
    workspace.clock.now = moment("09:30")
    bought = {"order_id": "o1", "checkout_id": "k1", "products": GRINDER}
    workspace.ingest(call("track", "09:30", "order", event="Order Completed", properties=bought))
    workspace.live_until("2026-03-05 09:00")
    assert (workspace.enrollments(), workspace.sent()) == ([("cart", "settle", "bought")], [])
