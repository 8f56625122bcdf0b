"""Laws of goods: how often and in which order messages arrive makes no difference."""

from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from journeys.vocabulary import Event, Goods
from orchestrator.goods import apply_goods

T0 = datetime(2026, 3, 1, tzinfo=UTC)
PRODUCTS = st.sampled_from(["p1", "p2", "p3"])
prices = st.sampled_from([None, 0.0, 5.0, 10])
variants = st.fixed_dictionaries(
    {"variant": st.sampled_from(["", "red", "blue"])},
    optional={"price": prices, "inventory_id": st.sampled_from(["i1", 2])},
)
properties = st.fixed_dictionaries(
    {"product_id": PRODUCTS},
    optional={
        "name": st.sampled_from(["Kit", "Box"]),
        "category": st.sampled_from(["sets", "cups"]),
        "price": prices,
        "parts": st.lists(PRODUCTS, max_size=3),
        "variants": st.lists(variants, max_size=2),
        "variant": st.sampled_from(["", "red"]),
        "location": st.sampled_from(["Riga", "Ogre"]),
        "quantity": st.sampled_from([0, 1, 2.5]),
        "in_stock": st.booleans(),
    },
)
events = st.builds(
    Event,
    message_id=st.just("m"),
    kind=st.just("track"),
    name=st.sampled_from(["Product Updated", "Stock Changed"]),
    at=st.integers(0, 2).map(lambda hours: T0 + timedelta(hours=hours)),
    properties=properties,
    source=st.sampled_from(["shop", "stock"]),
)


def known(messages: list[Event]) -> Goods:
    goods = Goods()
    for place, event in enumerate(messages):
        apply_goods(goods, event, T0 + timedelta(days=place))
    return goods


def without_arrival(goods: Goods) -> Goods:
    """Leave out what tells of the arrival itself: when something was learned, and how often it changed."""
    return Goods(
        {key: replace(product, version=1, observed_at=T0) for key, product in goods.products.items()},
        {
            key: {place: replace(stock, version=1, observed_at=T0) for place, stock in places.items()}
            for key, places in goods.stock.items()
        },
        goods.bundles_of,
    )


@given(st.lists(events, max_size=8), st.data())
@settings(max_examples=400, deadline=None)
def test_any_order_of_arrival_with_repeats_leaves_the_same_goods(messages: list[Event], data: st.DataObject) -> None:
    repeats = data.draw(st.lists(st.sampled_from(messages), max_size=4)) if messages else []
    shuffled = data.draw(st.permutations(messages + repeats))
    assert without_arrival(known(shuffled)) == without_arrival(known(messages))


@given(st.lists(events, max_size=8))
@settings(max_examples=200, deadline=None)
def test_the_bundles_of_a_part_are_exactly_those_that_name_it(messages: list[Event]) -> None:
    goods = known(messages)
    expected: dict[str, tuple[str, ...]] = {}
    for bundle in sorted(goods.products):
        for part in goods.products[bundle].parts:
            expected[part] = (*expected.get(part, ()), bundle)
    assert goods.bundles_of == expected
