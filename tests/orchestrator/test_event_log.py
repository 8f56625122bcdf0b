"""Does an event come back from the log as it went in?"""

from datetime import UTC, datetime

from journeys.vocabulary import Event
from orchestrator.sources.event_log import decode_event, encode_event

AT = datetime(2026, 3, 2, 9, 0, 0, 125_000, tzinfo=UTC)
ORDER = {"order_id": "o1", "products": [{"product_id": "mug", "price": 4.5}]}


def test_an_event_comes_back_with_its_place_in_the_log() -> None:
    event = Event("m1", "track", "Order Completed", AT, ORDER, "shop")
    assert decode_event(encode_event(event), 7) == Event("m1", "track", "Order Completed", AT, ORDER, "shop", 7)


def test_an_event_that_came_back_is_written_the_same_again() -> None:
    line = encode_event(Event("m1", "track", "Order Completed", AT, ORDER))
    assert encode_event(decode_event(line)) == line


def test_products_that_are_no_list_come_back_as_they_were() -> None:
    event = Event("m1", "track", "Order Completed", AT, {"products": "mug"})
    assert decode_event(encode_event(event)).properties == {"products": "mug"}
