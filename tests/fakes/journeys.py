"""Which journeys do the tests of the durable half run? Small ones, each with one way of waiting."""

CART = """
journeys:
  cart:
    entry: {event: Checkout Started, key: event.checkout_id}
    re_entry: never
    if_active: parallel
    exit:
      - {event: Order Completed, if: event.checkout_id == entry.checkout_id, reason: bought}
    steps:
      - {id: settle, wait: 1h}
      - {id: reminder, send: email, text: "Your basket is waiting.", items: entry.products}
      - {id: watch, wait_for: {event: Email Clicked, of: reminder, at_most: 1d}, then: done, otherwise: nudge}
      - {id: nudge, send: email, text: "May we help?", items: entry.products}
      - {id: done, exit: finished}
"""

WELCOME = """
journeys:
  welcome:
    entry: {event: Signed Up}
    steps:
      - {id: hello, send: email, text: "Hello!", purpose: transactional}
"""
