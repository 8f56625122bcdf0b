"""Laws of facts: how often and in which order messages arrive makes no difference."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from journeys.vocabulary import Event, Facts, Profile
from orchestrator.facts import apply

T0 = datetime(2026, 3, 1, tzinfo=UTC)

NAMES = (
    "Order Completed",
    "Order Placed",
    "Order Updated",
    "Order Cancelled",
    "Order Refunded",
    "Payment Failed",
    "Order Shipped",
    "Shipment Updated",
    "Order Delivered",
    "Return Requested",
    "Return Shipped",
    "Return Received",
    "Return Closed",
    "Return Declined",
    "Return Cancelled",
)
STATUSES = ("paid", "cancelled", "refunded", "in_transit", "exception", "delivered", "lost", "nonsense")

products = st.lists(
    st.fixed_dictionaries(
        {"product_id": st.sampled_from(["p1", "p2", "p3"])},
        optional={"price": st.sampled_from([5.0, 10.0]), "quantity": st.integers(1, 2), "variant": st.just("red")},
    ),
    max_size=3,
)
properties = st.fixed_dictionaries(
    {"order_id": st.sampled_from(["o1", "o2", None])},
    optional={
        "return_id": st.sampled_from(["r1", "r2"]),
        "shipment_id": st.sampled_from(["s1", "s2"]),
        "products": products,
        "total": st.sampled_from([0, 10.0, 20.0, 30.0]),
        "status": st.sampled_from(STATUSES),
        "currency": st.sampled_from(["EUR", "GBP"]),
        "checkout_id": st.sampled_from(["k1", "k2"]),
        "carrier": st.sampled_from(["dpd", "omniva"]),
    },
)
events = st.builds(
    Event,
    message_id=st.just("m"),
    kind=st.just("track"),
    name=st.sampled_from(NAMES),
    at=st.integers(0, 5).map(lambda hours: T0 + timedelta(hours=hours)),
    properties=properties,
    source=st.sampled_from(["shop", "parcels"]),
)


def known(messages: list[Event]) -> Facts:
    facts = Facts(Profile(id=1, created_at=T0))
    for place, event in enumerate(messages):
        apply(facts, event, T0 + timedelta(days=place))
    return facts


def without_arrival(facts: Facts) -> Facts:
    """Leave out what tells of the arrival itself: when a fact was learned and how often its status moved."""
    return replace(
        facts,
        orders={key: replace(order, version=1, observed_at=T0) for key, order in facts.orders.items()},
        shipments={key: replace(parcel, version=1, observed_at=T0) for key, parcel in facts.shipments.items()},
        returns={key: replace(back, version=1, observed_at=T0) for key, back in facts.returns.items()},
    )


@given(st.lists(events, max_size=8), st.data())
@settings(max_examples=400, deadline=None)
def test_any_order_of_arrival_with_repeats_leaves_the_same_facts(messages: list[Event], data: st.DataObject) -> None:
    repeats = data.draw(st.lists(st.sampled_from(messages), max_size=4)) if messages else []
    shuffled = data.draw(st.permutations(messages + repeats))
    assert without_arrival(known(shuffled)) == without_arrival(known(messages))


@given(st.lists(events, min_size=1, max_size=8))
@settings(max_examples=200, deadline=None)
def test_a_message_heard_before_changes_nothing(messages: list[Event]) -> None:
    facts = known(messages)
    assert [apply(facts, event, T0 + timedelta(days=99)) for event in messages] == [()] * len(messages)


@given(st.lists(events, max_size=8))
@settings(max_examples=200, deadline=None)
def test_the_indexes_hold_exactly_what_the_facts_hold(messages: list[Event]) -> None:
    facts = known(messages)
    orders = sorted(facts.orders.values(), key=lambda order: (order.placed_at, order.order_id))
    expected: dict[str, list[str]] = {}
    for order in orders:
        for product_id in dict.fromkeys(line.product_id for line in order.lines):
            expected.setdefault(product_id, []).append(order.order_id)
    assert facts.orders_of_product == expected


@given(st.lists(events, max_size=8))
@settings(max_examples=200, deadline=None)
def test_a_change_is_reported_exactly_when_a_fact_is_different(messages: list[Event]) -> None:
    facts = Facts(Profile(id=1, created_at=T0))
    for event in messages:
        before = _all(facts)
        changes = apply(facts, event, T0)
        different = {key for key, fact in _all(facts).items() if before.get(key) != fact}
        assert {(change.kind, change.id) for change in changes} == different


def _all(facts: Facts) -> dict[tuple[str, str], object]:
    return {
        **{("order", key): order for key, order in facts.orders.items()},
        **{("shipment", key): parcel for key, parcel in facts.shipments.items()},
        **{("return", key): back for key, back in facts.returns.items()},
    }
