"""Laws of facts: how often and in which order messages arrive makes no difference."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs

from journeys.vocabulary import Event, Facts, Profile
from orchestrator.fact_index import facts_by_kind
from orchestrator.facts import apply, join_facts

T0 = datetime(2026, 3, 1, tzinfo=UTC)

STATUSES = ("paid", "held", "cancelled", "refunded", "in_transit", "exception", "delivered", "solved", "nonsense")
ORDERS = ("Order Completed", "Order Placed", "Order Updated", "Order Cancelled")
MONEY = ("Payment Failed", "Payment Received", "Order Refunded")
PARCELS = ("Order Shipped", "Shipment Updated", "Order Delivered")
RETURNS = (
    "Return Requested",
    "Return Shipped",
    "Return Received",
    "Return Closed",
    "Return Declined",
    "Return Cancelled",
    "Order Refunded",
)
TICKETS = ("Ticket Opened", "Ticket Updated", "Ticket Closed")

products = st.lists(
    st.fixed_dictionaries(
        {"product_id": st.sampled_from(["p1", "p2", "p3"])},
        optional={"price": st.sampled_from([5.0, 10.0]), "quantity": st.integers(1, 2), "variant": st.just("red")},
    ),
    max_size=3,
)
PROPERTIES: dict[str, st.SearchStrategy[Any]] = {
    "order_id": st.sampled_from(["o1", "o2", None]),
    "return_id": st.sampled_from(["r1", "r2"]),
    "refund_id": st.sampled_from(["f1", "f2", "f3"]),
    "payment_id": st.sampled_from(["y1", "y2"]),
    "ticket_id": st.sampled_from(["t1", "t2"]),
    "shipment_id": st.sampled_from(["s1", "s2", "T1"]),
    "tracking_number": st.sampled_from(["T1", "T2", "T3"]),
    "expected_at": st.sampled_from(["2026-03-04", "2026-03-09T10:00:00Z", "soon"]),
    "promised_at": st.sampled_from(["2026-03-05", "2026-03-06"]),
    "payment_status": st.sampled_from(["paid", "failed"]),
    "products": products,
    "total": st.sampled_from([0, 10.0, 20.0, 30.0]),
    "status": st.sampled_from(STATUSES),
    "currency": st.sampled_from(["EUR", "GBP"]),
    "checkout_id": st.sampled_from(["k1", "k2"]),
    "carrier": st.sampled_from(["dpd", "omniva"]),
}


def told(names: tuple[str, ...], always: str, *sometimes: str) -> st.SearchStrategy[Event]:
    """Make up an event that always has one property and sometimes others."""
    properties = st.fixed_dictionaries(
        {always: PROPERTIES[always]}, optional={name: PROPERTIES[name] for name in sometimes}
    )
    return st.builds(
        Event,
        message_id=st.just("m"),
        kind=st.just("track"),
        name=st.sampled_from(names),
        at=st.integers(0, 5).map(lambda hours: T0 + timedelta(hours=hours)),
        properties=properties,
        source=st.sampled_from(["shop", "parcels"]),
    )


orders = told(
    ORDERS, "order_id", "products", "total", "status", "payment_status", "promised_at", "currency", "checkout_id"
)
money = told(MONEY, "order_id", "payment_id", "refund_id", "total", "products")
parcels = told(PARCELS, "shipment_id", "tracking_number", "order_id", "status", "expected_at", "carrier", "products")
carried = told(PARCELS, "tracking_number", "order_id", "status", "expected_at")
returns = told(RETURNS, "return_id", "order_id", "status", "total", "products", "tracking_number")
tickets = told(TICKETS, "ticket_id", "order_id", "status", "products")
anything = told((*ORDERS, *MONEY, *PARCELS, *RETURNS, *TICKETS), "order_id", *sorted(PROPERTIES.keys() - {"order_id"}))
# Laws break where messages are about the same thing; so most histories are about one kind of it.
histories = st.one_of(
    *[
        st.lists(st.one_of(kinds), max_size=8)
        for kinds in ([orders, money], [money], [parcels, carried], [returns], [tickets], [anything])
    ]
)


def known(messages: list[Event]) -> Facts:
    facts = Facts(Profile(id=1, created_at=T0))
    for place, event in enumerate(messages):
        apply(facts, event, T0 + timedelta(days=place))
    return facts


def without_arrival(facts: Facts) -> Facts:
    """Leave out what tells of the arrival itself: when a fact was learned and how often its status moved.

    That a status was stated at all (a version above 0) does not depend on the arrival.
    """
    kinds = ("orders", "payments", "refunds", "shipments", "returns", "tickets")
    return replace(facts, **{kind: _timeless(getattr(facts, kind)) for kind in kinds})


def _timeless(known_facts: dict[str, Any]) -> dict[str, Any]:
    return {
        key: structs.replace(fact, version=min(fact.version, 1), observed_at=T0) for key, fact in known_facts.items()
    }


@given(histories, st.data())
@settings(max_examples=400, deadline=None)
def test_any_order_of_arrival_with_repeats_leaves_the_same_facts(messages: list[Event], data: st.DataObject) -> None:
    repeats = data.draw(st.lists(st.sampled_from(messages), max_size=4)) if messages else []
    shuffled = data.draw(st.permutations(messages + repeats))
    assert without_arrival(known(shuffled)) == without_arrival(known(messages))


@given(histories, st.data())
@settings(max_examples=400, deadline=None)
def test_profiles_that_heard_a_part_each_know_the_same_after_their_merge(
    messages: list[Event], data: st.DataObject
) -> None:
    of_one = data.draw(st.lists(st.booleans(), min_size=len(messages), max_size=len(messages)))
    both = data.draw(st.lists(st.sampled_from(messages), max_size=3)) if messages else []
    one = known([event for event, is_ones in zip(messages, of_one, strict=True) if is_ones] + both)
    other = known(both + [event for event, is_ones in zip(messages, of_one, strict=True) if not is_ones])
    join_facts(one, other)
    assert without_arrival(one) == without_arrival(known(messages))


@given(histories)
@settings(max_examples=200, deadline=None)
def test_joining_what_is_known_already_changes_nothing(messages: list[Event]) -> None:
    facts = known(messages)
    assert join_facts(facts, known(messages)) == ()


@given(histories)
@settings(max_examples=200, deadline=None)
def test_a_message_heard_before_changes_nothing(messages: list[Event]) -> None:
    facts = known(messages)
    assert [apply(facts, event, T0 + timedelta(days=99)) for event in messages] == [()] * len(messages)


@given(histories)
@settings(max_examples=200, deadline=None)
def test_the_indexes_hold_exactly_what_the_facts_hold(messages: list[Event]) -> None:
    facts = known(messages)
    orders = sorted(facts.orders.values(), key=lambda order: (order.placed_at, order.order_id))
    expected: dict[str, list[str]] = {}
    for order in orders:
        for product_id in dict.fromkeys(line.product_id for line in order.lines):
            expected.setdefault(product_id, []).append(order.order_id)
    assert facts.orders_of_product == expected
    parcels = {(parcel.order_id, key) for key, parcel in facts.shipments.items()}
    assert {(order_id, key) for order_id, keys in facts.shipments_of_order.items() for key in keys} == parcels


@given(histories)
@settings(max_examples=200, deadline=None)
def test_no_two_parcels_go_by_one_name(messages: list[Event]) -> None:
    names = [name for parcel in known(messages).shipments.values() for name in (parcel.shipment_id, *parcel.also)]
    assert len(names) == len(set(names))


@given(histories)
@settings(max_examples=200, deadline=None)
def test_a_change_is_reported_exactly_when_a_fact_is_different(messages: list[Event]) -> None:
    facts = Facts(Profile(id=1, created_at=T0))
    for event in messages:
        before = _all(facts)
        changes = apply(facts, event, T0)
        after = _all(facts)
        different = {key for key in before.keys() | after.keys() if before.get(key) != after.get(key)}
        assert {(change.kind, change.id) for change in changes} == different


def _all(facts: Facts) -> dict[tuple[str, str], object]:
    return {
        (kind, key): fact for kind, known_facts in facts_by_kind(facts).items() for key, fact in known_facts.items()
    }
