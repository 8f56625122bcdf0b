"""How does a fact become a row, and a row a fact again?

Bodies are JSON, written and read by msgspec with the types of `journeys.vocabulary`.
"""

from collections.abc import Callable, Mapping

import msgspec

from journeys.vocabulary import Order, Payment, Product, Refund, Return, Shipment, Stock, Ticket
from orchestrator.fact_index import Fact, FactWord
from orchestrator.store.codec import Row
from orchestrator.store.codes import to_ms

_encode = msgspec.json.Encoder().encode
_read_order = msgspec.json.Decoder(Order).decode
_read_return = msgspec.json.Decoder(Return).decode
_READERS: Mapping[FactWord, Callable[[bytes], Fact]] = {
    "order": _read_order,
    "payment": msgspec.json.Decoder(Payment).decode,
    "refund": msgspec.json.Decoder(Refund).decode,
    "shipment": msgspec.json.Decoder(Shipment).decode,
    "return": _read_return,
    "ticket": msgspec.json.Decoder(Ticket).decode,
}
_read_product = msgspec.json.Decoder(Product).decode
_read_stock = msgspec.json.Decoder(Stock).decode


def fact_row(profile_id: int, fact_id: str, fact: Fact) -> Row:
    """Give a fact's row, in the order of `orchestrator.store.statements.save_fact`."""
    if isinstance(fact, Refund):
        status, changed_at = "refunded", fact.refunded_at
    else:
        status, changed_at = fact.status.value, fact.changed_at
    return (
        profile_id,
        fact_id,
        status,
        to_ms(changed_at),
        to_ms(fact.observed_at),
        fact.version,
        fact.source,
        _encode(fact),
    )


def read_fact(kind: FactWord, body: bytes) -> Fact:
    """Read a fact of this kind back."""
    return _READERS[kind](body)


def read_order(body: bytes) -> Order:
    """Read an order back."""
    return _read_order(body)


def read_return(body: bytes) -> Return:
    """Read a return back."""
    return _read_return(body)


def product_row(product: Product) -> Row:
    """Give the row of one of the shop's goods, in the order of the statement in `orchestrator.store.goods`."""
    assert product.changed_at is not None
    assert product.observed_at is not None
    times = (to_ms(product.changed_at), to_ms(product.observed_at))
    return product.product_id, *times, product.version, product.source, _encode(product)


def read_product(body: bytes) -> Product:
    """Read one of the shop's goods back."""
    return _read_product(body)


def stock_row(stock: Stock) -> Row:
    """Give the row of one thing's stock at one place, in the order of the statement in `orchestrator.store.goods`."""
    return (
        stock.key,
        stock.location,
        to_ms(stock.changed_at),
        to_ms(stock.observed_at),
        stock.version,
        stock.source,
        _encode(stock),
    )


def read_stock(body: bytes) -> Stock:
    """Read one thing's stock at one place back."""
    return _read_stock(body)
