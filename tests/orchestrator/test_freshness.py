"""Which sources are asked again before a delivery is judged?"""

from datetime import UTC, datetime, timedelta

import pytest

from journeys.vocabulary import Facts, Order, OrderStatus, Profile, Shipment, ShipmentStatus
from orchestrator.freshness import Askable, stale

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
SHOP = Askable("shop", frozenset({"orders", "shipments"}), 2 * HOUR)
NEEDED = frozenset({"orders"})


def facts(observed_at: datetime | None = None, source: str = "shop") -> Facts:
    known = Facts(Profile(1, NOW))
    if observed_at is not None:
        order = Order("17", NOW, OrderStatus.PLACED, (), 0.0, NOW, observed_at, source=source)
        known.orders["17"] = order
    return known


@pytest.mark.parametrize(
    ("case", "known", "asked", "heard", "expected"),
    [
        ("never said anything", facts(), {}, {}, ("shop",)),
        ("a fact of its own is young enough", facts(NOW - 2 * HOUR), {}, {}, ()),
        ("its newest fact is too old", facts(NOW - 3 * HOUR), {}, {}, ("shop",)),
        ("another source's fact is young", facts(NOW, "carrier"), {}, {}, ("shop",)),
        ("it answered lately", facts(NOW - 3 * HOUR), {"shop": NOW - HOUR}, {}, ()),
        ("its answer is too old", facts(), {"shop": NOW - 3 * HOUR}, {}, ("shop",)),
        ("it spoke of the customer lately", facts(), {}, {"shop": NOW - HOUR}, ()),
        ("another one was asked lately", facts(), {"carrier": NOW}, {}, ("shop",)),
    ],
)
def test_a_source_is_asked_when_what_it_said_is_older_than_allowed(case, known, asked, heard, expected):
    assert stale([SHOP], known, NEEDED, asked=asked, heard=heard, now=NOW) == expected


def test_a_source_that_tells_nothing_the_guards_need_is_not_asked():
    assert stale([SHOP], facts(), frozenset({"tickets"}), asked={}, heard={}, now=NOW) == ()


def test_a_source_without_an_age_is_never_asked():
    silent = Askable("shop", SHOP.tells, None)
    assert stale([silent], facts(), NEEDED, asked={}, heard={}, now=NOW) == ()


def test_a_young_fact_of_one_kind_does_not_make_another_kind_fresh():
    needed = frozenset({"orders", "shipments"})
    assert stale([SHOP], facts(NOW), needed, asked={}, heard={}, now=NOW) == ("shop",)


def test_each_kind_that_is_young_makes_the_source_fresh():
    known = facts(NOW)
    known.shipments["p1"] = Shipment("p1", "17", ShipmentStatus.SHIPPED, NOW, NOW, source="shop")
    needed = frozenset({"orders", "shipments"})
    assert stale([SHOP], known, needed, asked={}, heard={}, now=NOW) == ()


def test_the_sources_are_named_in_their_order():
    carrier = Askable("carrier", frozenset({"orders"}), HOUR)
    assert stale([SHOP, carrier], facts(), NEEDED, asked={}, heard={}, now=NOW) == ("shop", "carrier")
