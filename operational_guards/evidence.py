"""How does a fact look as evidence? One line each, with its source and when we learned of it."""

from journeys.vocabulary import Order, PastSend, Payment, Product, Refund, Return, Shipment, Stock, Ticket
from operational_guards.verdict import Evidence


def of_order(order: Order) -> Evidence:
    """Cite an order for the status it has."""
    return Evidence("order", order.order_id, order.status.value, order.changed_at, order.source, order.observed_at)


def of_purchase(order: Order) -> Evidence:
    """Cite an order for having been placed."""
    return Evidence("order", order.order_id, order.status.value, order.placed_at, order.source, order.observed_at)


def of_payment(payment: Payment) -> Evidence:
    """Cite a payment."""
    return Evidence(
        "payment", payment.payment_id, payment.status.value, payment.changed_at, payment.source, payment.observed_at
    )


def of_parcel(parcel: Shipment) -> Evidence:
    """Cite a parcel for where it is."""
    return Evidence(
        "shipment", parcel.shipment_id, parcel.status.value, parcel.changed_at, parcel.source, parcel.observed_at
    )


def of_return(back: Return) -> Evidence:
    """Cite a return."""
    return Evidence("return", back.return_id, back.status.value, back.changed_at, back.source, back.observed_at)


def of_refund(refund: Refund) -> Evidence:
    """Cite a refund."""
    return Evidence("refund", refund.refund_id, "refunded", refund.refunded_at, refund.source, refund.observed_at)


def of_ticket(ticket: Ticket) -> Evidence:
    """Cite a ticket."""
    return Evidence(
        "ticket", ticket.ticket_id, ticket.status.value, ticket.changed_at, ticket.source, ticket.observed_at
    )


def of_stock(stock: Stock) -> Evidence:
    """Cite what one place has of a thing."""
    thing = stock.key.removesuffix("/")  # A product without variants has an empty one.
    name = f"{thing}@{stock.location}" if stock.location else thing
    state = "in_stock" if stock.in_stock else "out_of_stock"
    return Evidence("stock", name, state, stock.changed_at, stock.source, stock.observed_at)


def of_send(send: PastSend) -> Evidence:
    """Cite a message that was handed over, or may have been."""
    return Evidence("send", f"{send.channel}/{send.journey}", "sent", send.at)


def of_price(product: Product, variant: str, asked: float) -> Evidence:
    """Cite what the shop asks for a product, or for one of its variants."""
    name = f"{product.product_id}/{variant}" if variant else product.product_id
    return Evidence("price", name, f"{asked:.2f}", product.changed_at, product.source, product.observed_at)
