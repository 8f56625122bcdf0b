"""Does the event that is made up for a journey let somebody in?"""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from journeys.schema import Schema
from journeys.scope import Scope
from journeys.vocabulary import Facts, Profile
from orchestrator.made_up import MadeUp, made_up_entry
from orchestrator.project import check_project
from orchestrator.scenario import Happening

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
HEAD = """
version: 1
shop: {name: Nordic Roast, timezone: Europe/Riga}
channels: {email: {action: email.file, from: a@shop.example, folder: out}}
guards: {consent: {}, suppression_list: {}}
journeys:
  it:
    entry: ENTRY
    steps: [{id: letter, send: email, text: Hello}]
"""


def made(entry: str, *texts: str) -> MadeUp | None:
    project = check_project(HEAD.replace("ENTRY", entry), {}, Path())
    assert not project.errors, project.errors
    scope = Scope(Facts(Profile(1, NOW, email="ann@example.com")), NOW)
    return made_up_entry(project.journeys["it"], Schema.of({}, {}), scope, texts)


@pytest.mark.parametrize(
    ("condition", "properties"),
    [
        ("event.value >= 20", {"value": 100}),
        ("event.value > 250.5", {"value": 251.5}),
        ("event.value < 50", {"value": 49}),
        ('event.currency == "EUR"', {"currency": "EUR"}),
        ('event.currency != "EUR" and event.total == 7', {"currency": "currency_1", "total": 7}),
        ('event.coupon == "A" or event.coupon == "B"', {"coupon": "A"}),
    ],
)
def test_what_is_made_up_is_let_in(condition: str, properties: dict[str, object]) -> None:
    assert made(f"{{event: Order Completed, if: '{condition}'}}") == MadeUp(
        Happening(timedelta(), "Order Completed", properties), lets_in=True
    )


def test_the_key_and_what_messages_print_are_there() -> None:
    found = made("{event: Checkout Started, key: event.checkout_id}", "{{ entry.url }} of {{ entry.products }}")
    assert found is not None
    assert found.happening.properties == {
        "checkout_id": "checkout_1",
        "url": "url_1",
        "products": [{"product_id": "product_1", "name": "Product 1", "price": 10.0}],
    }


@pytest.mark.parametrize(
    ("condition", "promised"),
    [
        ("event.promised_at > now", "2026-03-09T09:00:00+00:00"),
        ("event.promised_at < now", "2026-02-23T09:00:00+00:00"),
    ],
)
def test_a_date_that_is_made_up_is_a_date(condition: str, promised: str) -> None:
    found = made(f"{{event: Order Completed, if: {condition}}}")
    assert found == MadeUp(Happening(timedelta(), "Order Completed", {"promised_at": promised}), lets_in=True)


def test_what_lets_nobody_in_says_so() -> None:
    found = made("{event: Order Completed, if: event.value > 5 and profile.phone}")
    assert found is not None
    assert not found.lets_in


def test_a_schedule_needs_no_event() -> None:
    assert made('{schedule: "Tue 10:00"}') is None


def test_a_call_names_the_journey_and_its_arguments() -> None:
    found = made("{call: {order_id: text}, if: event.order_id}")
    assert found == MadeUp(
        Happening(timedelta(), "Journey Called", {"journey": "it", "order_id": "order_1"}), lets_in=True
    )
