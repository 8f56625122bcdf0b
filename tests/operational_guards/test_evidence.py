"""Does every piece of evidence say who told it, and when it was learned?"""

import pytest

from journeys.vocabulary import (
    Item,
    Order,
    OrderStatus,
    Payment,
    PaymentStatus,
    Product,
    Refund,
    Return,
    ReturnStatus,
    Shipment,
    ShipmentStatus,
    Stock,
    Ticket,
    TicketStatus,
)
from operational_guards.evidence import (
    of_order,
    of_parcel,
    of_payment,
    of_price,
    of_purchase,
    of_refund,
    of_return,
    of_stock,
    of_ticket,
)
from operational_guards.verdict import Evidence
from tests.operational_guards.people import DAY, HOUR, NOW

AT, LEARNED, EARLIER = NOW - HOUR, NOW, NOW - DAY
ORDER = Order("o9", EARLIER, OrderStatus.REFUNDED, (Item("grinder"),), 80.0, AT, LEARNED, source="shop")


@pytest.mark.parametrize(
    ("cited", "expected"),
    [
        (of_order(ORDER), Evidence("order", "o9", "refunded", AT, "shop", LEARNED)),
        (of_purchase(ORDER), Evidence("order", "o9", "refunded", EARLIER, "shop", LEARNED)),
        (
            of_payment(Payment("p1", "o9", PaymentStatus.FAILED, AT, LEARNED, source="bank")),
            Evidence("payment", "p1", "failed", AT, "bank", LEARNED),
        ),
        (
            of_parcel(Shipment("s1", "o9", ShipmentStatus.LOST, AT, LEARNED, source="carrier")),
            Evidence("shipment", "s1", "lost", AT, "carrier", LEARNED),
        ),
        (
            of_return(Return("r1", "o9", ReturnStatus.RECEIVED, (), EARLIER, AT, LEARNED, source="loop")),
            Evidence("return", "r1", "received", AT, "loop", LEARNED),
        ),
        (
            of_refund(Refund("f1", "o9", (), 5.0, AT, LEARNED, source="shop")),
            Evidence("refund", "f1", "refunded", AT, "shop", LEARNED),
        ),
        (
            of_ticket(Ticket("t1", "o9", TicketStatus.OPEN, EARLIER, AT, LEARNED, source="desk")),
            Evidence("ticket", "t1", "open", AT, "desk", LEARNED),
        ),
        (
            of_stock(Stock("grinder/", "riga", False, 0, AT, LEARNED, source="store")),
            Evidence("stock", "grinder@riga", "out_of_stock", AT, "store", LEARNED),
        ),
        (
            of_price(Product("grinder", changed_at=AT, observed_at=LEARNED, source="feed"), "steel", 99.0),
            Evidence("price", "grinder/steel", "99.00", AT, "feed", LEARNED),
        ),
    ],
    ids=["order", "purchase", "payment", "parcel", "return", "refund", "ticket", "stock", "price"],
)
def test_a_fact_is_cited_with_its_source_and_when_it_was_learned(cited, expected):
    assert cited == expected
