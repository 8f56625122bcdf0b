"""What is known once a fact is stated, and which facts are then not what they were?

`place` is the only code that changes `Facts`, but for loading them. A payment or a refund may move the status of its
order, and a parcel's message may show that two parcels are one: then the row of the one that is gone has changed too.
"""

from collections.abc import Iterable
from functools import reduce
from typing import NamedTuple

from journeys.vocabulary import Facts, Order, Payment, Refund, Return, Shipment, Ticket
from orchestrator.fact_index import Fact, FactWord, put, put_order, put_return, put_shipment, remove_shipment
from orchestrator.facts.orders import as_stated, join_orders, settled
from orchestrator.facts.payments import join_payments
from orchestrator.facts.refunds import join_refunds
from orchestrator.facts.returns import join_returns
from orchestrator.facts.shipments import join_shipments
from orchestrator.facts.tickets import join_tickets


class Change(NamedTuple):
    """One fact that is not what it was; it is gone when `Facts` does not hold it."""

    kind: FactWord
    id: str


def place(facts: Facts, stated: Iterable[Fact]) -> tuple[Change, ...]:
    """Join what is stated to what is known, and list each fact that changed once."""
    changes: dict[Change, None] = {}
    for fact in stated:
        changes.update(dict.fromkeys(_place(facts, fact)))
    return tuple(changes)


def _place(facts: Facts, fact: Fact) -> tuple[Change, ...]:
    match fact:
        case Order():
            return _place_order(facts, fact)
        case Shipment():
            return _place_shipment(facts, fact)
        case Payment():
            return _place_payment(facts, fact)
        case Refund():
            return _place_refund(facts, fact)
        case Return():
            return _place_return(facts, fact)
        case Ticket():
            return _place_ticket(facts, fact)


def _place_order(facts: Facts, stated: Order) -> tuple[Change, ...]:
    known = facts.orders.get(stated.order_id)
    stated = as_stated(stated)
    return _keep_order(facts, known, stated if known is None else join_orders(as_stated(known), stated))


def _keep_order(facts: Facts, known: Order | None, stated: Order) -> tuple[Change, ...]:
    order = settled(facts, stated)
    if order is known or order == known:
        return ()
    put_order(facts, order)
    return (Change("order", order.order_id),)


def _place_shipment(facts: Facts, stated: Shipment) -> tuple[Change, ...]:
    """Unite a parcel with those that go by one of its names: mostly one, and two when they turn out to be the same."""
    same = _same_parcels(facts, stated)
    parcel = reduce(join_shipments, [*same, stated])
    if len(same) == 1 and parcel is same[0]:
        return ()
    gone = [known for known in same if known.shipment_id != parcel.shipment_id]
    for known in gone:
        remove_shipment(facts, known)
    put_shipment(facts, parcel)
    return (*[Change("shipment", known.shipment_id) for known in gone], Change("shipment", parcel.shipment_id))


def _same_parcels(facts: Facts, stated: Shipment) -> list[Shipment]:
    names = {stated.shipment_id, *stated.also}
    known = [facts.shipments[name] for name in names if name in facts.shipments]
    if len(known) == len(names):
        return known
    return [
        parcel
        for parcel in facts.shipments.values()
        if parcel.shipment_id in names or not names.isdisjoint(parcel.also)
    ]


def _place_payment(facts: Facts, stated: Payment) -> tuple[Change, ...]:
    known = facts.payments.get(stated.payment_id)
    payment = stated if known is None else join_payments(known, stated)
    if payment is known:
        return ()
    put(facts, payment)
    return (Change("payment", payment.payment_id), *_settle_orders(facts, known, payment))


def _place_refund(facts: Facts, stated: Refund) -> tuple[Change, ...]:
    known = facts.refunds.get(stated.refund_id)
    refund = stated if known is None else join_refunds(known, stated)
    if refund is known:
        return ()
    put(facts, refund)
    return (Change("refund", refund.refund_id), *_settle_orders(facts, known, refund))


def _settle_orders(facts: Facts, *money: Payment | Refund | None) -> Iterable[Change]:
    """Work out again where the order stands that a payment or refund is of, and the one it seemed to be of."""
    for order_id in {each.order_id for each in money if each is not None}:
        order = facts.orders.get(order_id)
        if order is not None:
            yield from _keep_order(facts, order, as_stated(order))


def _place_return(facts: Facts, stated: Return) -> tuple[Change, ...]:
    known = facts.returns.get(stated.return_id)
    back = stated if known is None else join_returns(known, stated)
    if back is known:
        return ()
    put_return(facts, back)
    return (Change("return", back.return_id),)


def _place_ticket(facts: Facts, stated: Ticket) -> tuple[Change, ...]:
    known = facts.tickets.get(stated.ticket_id)
    ticket = stated if known is None else join_tickets(known, stated)
    if ticket is known:
        return ()
    put(facts, ticket)
    return (Change("ticket", ticket.ticket_id),)
