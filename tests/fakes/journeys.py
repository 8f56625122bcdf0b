"""Which journeys do the tests of the durable half run? Small ones, each with its own way of waiting."""

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

SERIES = """
journeys:
  series:
    entry: {event: Signed Up}
    steps:
      - {id: first, send: email, text: "One.", purpose: transactional}
      - {id: pause, wait: 1d}
      - {id: second, send: email, text: "Two.", purpose: transactional}
"""

LOOP = """
journeys:
  refill:
    entry: {event: Signed Up}
    exit:
      - {event: Left}
    steps:
      - {id: letter, send: email, text: "Time for a refill?", purpose: transactional}
      - {id: pause, wait: 7d}
      - {id: again, go: letter}
"""

LETTER = """
journeys:
  weekly:
    entry: {schedule: "Tue 10:00"}
    steps:
      - {id: letter, send: email, text: "News.", purpose: transactional}
"""

CARE = """
guards:
  in_delivery: {do: delay, until: delivered, at_most: 21d, then: suppress}
journeys:
  care:
    entry: {event: Guide Requested}
    steps:
      - {id: letter, send: email, text: "How to use it.", items: entry.products, intent: follow_up}
      - {id: thanks, exit: cared}
"""
