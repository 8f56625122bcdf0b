"""Is the click stream that is measured what it says it is?"""

from collections import Counter

import msgspec
import pytest

from bench.clicks import BEGIN, LENGTH, click_stream
from orchestrator.history import HistoryReader
from orchestrator.sources.segment import SegmentSource

EVENTS = 20_000
Calls = list[dict[str, object]]


@pytest.fixture(scope="module")
def lines() -> list[bytes]:
    """Give a small stream."""
    return list(click_stream(EVENTS))


@pytest.fixture(scope="module")
def calls(lines: list[bytes]) -> Calls:
    """Give its calls."""
    return [msgspec.json.decode(line) for line in lines]


def test_it_has_as_many_events_as_were_asked_for_and_all_are_taken(lines: list[bytes]) -> None:
    history = HistoryReader(SegmentSource("GB"), BEGIN + 2 * LENGTH).read(enumerate(lines, 1), lambda _: None)
    assert (history.events, history.duplicates, history.refused) == (EVENTS, 0, 0)


@pytest.mark.parametrize(
    ("names", "share"),
    [
        (("page",), 0.703),
        (("Product Viewed",), 0.237),
        (("Product Added",), 0.0215),
        (("Checkout Started",), 0.008),
        (("Order Completed",), 0.0075),
        (("Order Shipped", "Order Delivered"), 0.0145),
        (("identify",), 0.0075),
    ],
)
def test_it_has_the_shares_it_promises(calls: Calls, names: tuple[str, ...], share: float) -> None:
    count = Counter(str(call.get("event", call["type"])) for call in calls)
    assert sum(count[name] for name in names) / EVENTS == pytest.approx(share, rel=0.15)


def test_an_order_is_of_two_goods_on_average(calls: Calls) -> None:
    orders = [call["properties"] for call in calls if call.get("event") == "Order Completed"]
    goods = [len(order["products"]) for order in orders if isinstance(order, dict)]
    assert sum(goods) / len(goods) == pytest.approx(2, rel=0.1)


def test_most_visitors_stay_anonymous(calls: Calls) -> None:
    visitors = {call["anonymousId"] for call in calls if "anonymousId" in call}
    members = {call["anonymousId"] for call in calls if "anonymousId" in call and "userId" in call}
    assert len(members) / len(visitors) < 0.2


def test_a_line_is_as_long_as_those_of_a_browser(lines: list[bytes]) -> None:
    assert sum(map(len, lines)) / EVENTS == pytest.approx(800, rel=0.05)


def test_events_come_in_the_order_of_their_time(calls: Calls) -> None:
    moments = [str(call["timestamp"]) for call in calls]
    assert moments == sorted(moments)


def test_it_is_the_same_every_time(lines: list[bytes]) -> None:
    assert list(click_stream(EVENTS)) == lines
