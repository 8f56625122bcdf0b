"""Is the synthetic history readable, always the same, and does its heroine meet what she should?"""

import json
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest

from orchestrator.demo_history import BEGIN, CUSTOMERS, END, HEROINE, demo_history
from orchestrator.history import HistoryReader
from orchestrator.lives import Life, Span, live
from orchestrator.project import load_project
from orchestrator.sources.event_log import decode_event
from orchestrator.sources.segment import Accepted, SegmentSource

ROOT = Path(__file__).parents[2]
HISTORY = demo_history()


def lines() -> list[tuple[int, bytes]]:
    return [(place, json.dumps(line).encode()) for place, line in enumerate(HISTORY, start=1)]


def accepted() -> list[Accepted]:
    source = SegmentSource("LV")
    readings = [source.read(line, END, f"line {place}") for place, line in lines()]
    return [reading for reading in readings if isinstance(reading, Accepted)]


def test_every_line_is_accepted():
    assert len(accepted()) == len(HISTORY)


def test_the_same_seed_gives_the_same_history():
    assert demo_history(7) == HISTORY


def test_another_seed_gives_another_history():
    assert demo_history(8) != HISTORY


def test_the_history_has_the_promised_size():
    assert 700 <= len(HISTORY) <= 1_200
    assert len({line["userId"] for line in HISTORY if "userId" in line}) == CUSTOMERS == 60


def test_every_event_is_marked_as_synthetic_and_has_an_id_of_its_own():
    assert all(line["context"]["synthetic"] is True for line in HISTORY)
    assert len({line["messageId"] for line in HISTORY}) == len(HISTORY)


def test_events_come_in_order_of_time_within_six_weeks():
    times = [datetime.fromisoformat(line["timestamp"]) for line in HISTORY]
    assert times == sorted(times)
    assert times[0] >= BEGIN
    assert times[-1] < END


def test_every_phone_number_and_address_can_be_used():
    properties = [reading.event.properties for reading in accepted()]
    assert not any("invalid_phone" in said or "invalid_email" in said for said in properties)
    assert "anna1@example.com" not in {line.get("traits", {}).get("email") for line in HISTORY}
    assert "janis1@example.com" in {said.get("email") for said in properties}


def test_every_kind_of_event_happens():
    happened = Counter(line.get("event", line["type"]) for line in HISTORY)
    assert set(happened) == {
        "page", "identify", "Product List Viewed", "Form Submitted", "Checkout Started", "Order Completed",
        "Order Shipped", "Shipment Updated", "Order Delivered", "Return Requested", "Return Received",
        "Order Refunded", "Order Cancelled", "Payment Failed", "Email Unsubscribed", "Product Reviewed",
    }  # fmt: skip


# The heroine.


@pytest.fixture(scope="module")
def ilze() -> Life:
    history = HistoryReader(SegmentSource("LV"), END).read(lines(), lambda number: None)
    program = load_project(ROOT).program(history.catalog)
    [family] = [
        family
        for family in history.families
        if any(profile.email == HEROINE or profile.user_id == "u0" for profile in family.profiles)
    ]
    events = [(profile_id, decode_event(body, seq)) for profile_id, seq, body in family.events]
    return live(family, events, program, Span(END))


def sent(life: Life, journey: str, step: str) -> list[tuple[datetime, list[str]]]:
    found = [entry for entry in life.sent if (entry.delivery.journey, entry.delivery.step) == (journey, step)]
    return [(entry.settled_at, [item.product_id for item in entry.judged.items]) for entry in found]


def test_the_heroine_gets_the_guide_the_moment_she_asks(ilze):
    assert sent(ilze, "first_guide", "guide") == [(datetime(2026, 1, 12, 17, 56, tzinfo=UTC), [])]


def test_the_heroine_is_not_reminded_of_the_grinder_she_has_bought(ilze):
    touched = list(ilze.outgoing.values())
    reasons = [entry.reason for entry in touched if entry.delivery.step == "reminder"]
    assert reasons == ["already_bought.no_items_left"]


def test_the_grinder_on_its_way_is_left_out_of_the_heroines_newsletter(ilze):
    letters = dict(sent(ilze, "weekly_newsletter", "letter"))
    before, after = datetime(2026, 1, 20, 8, tzinfo=UTC), datetime(2026, 1, 27, 8, tzinfo=UTC)
    assert "grinder" in letters[before]
    assert letters[after] == ["carafe", "espresso_machine", "yirgacheffe", "huila", "scale"]


def test_the_heroine_is_asked_for_a_review_three_days_after_the_parcel_came(ilze):
    assert sent(ilze, "post_purchase", "review") == [(datetime(2026, 2, 8, 12, 0, tzinfo=UTC), ["grinder"])]
