"""How does each part of the language look? One example for every kind; tests read and run them all."""

from collections.abc import Mapping

STEP_EXAMPLES: Mapping[str, str] = {
    "wait": '{id: pause, wait: {until: "Tue 10:00"}}',
    "wait_for": "{id: watch, wait_for: {event: Email Clicked, of: letter, at_most: 2d}, then: call, otherwise: nudge}",
    "branch": "{id: sort, branch: [{if: entry.value >= 150, go: call}, {else: true, go: letter}]}",
    "split": "{id: half, split: {short: 50%, long: 50%}, short: letter, long: [{id: pause, wait: 2d}]}",
    "send": '{id: letter, send: email, template: letter.mjml, items: entry.products, at: "10:00", if_suppressed: exit}',
    "audience": "{id: ads, audience: {add: cart_abandoners, items: entry.products, for: 14d}}",
    "lead_magnet": "{id: guide, lead_magnet: {file: brewing-guide.pdf, template: guide.mjml, expires: 7d}}",
    "crm": '{id: call, crm: {task: "Call {{ profile.email }} about the basket"}, on_failure: continue}',
    "webhook": "{id: tell, webhook: {with: {basket: {from: entry.value}}}}",
    "action": "{id: print, action: {channel: printer, with: {card: thanks}}}",
    "set": "{id: mark, set: {nudged_at: {from: now}}}",
    "start": "{id: next, start: welcome, with: {source: guide}}",
    "stop": "{id: quiet, stop: winback}",
    "use": '{id: care, use: ask_twice, with: {subject: "Your order", pause: 5d}}',
    "go": "{id: again, go: letter}",
    "exit": "{id: done, exit: not_bought}",
}
ENTRY_EXAMPLES: Mapping[str, str] = {
    "event": "{event: Checkout Started, if: event.value >= 20, key: event.checkout_id}",
    "when": "{when: profile.orders.total > 500}",
    "schedule": '{schedule: "Tue 10:00", in: profile.timezone, if: profile.consent.email}',
    "date": '{date: profile.birthday, every: year, offset: -7d, at: "10:00"}',
    "call": "{call: {order_id: text, value: number}}",
    "journey": '{journey: welcome, if: event.reason == "completed"}',
}
WAIT_EXAMPLES: Mapping[str, str] = {
    "duration": "{id: pause, wait: 3d}",
    "time": '{id: pause, wait: {until: "Tue 10:00"}}',
    "date": '{id: pause, wait: {until: "2026-12-24 10:00", if_past: exit}}',
    "value": '{id: pause, wait: {until: entry.expected_at - 1d, at: "10:00", if_past: send}}',
    "event": "{id: watch, wait_for: {event: Email Clicked, of: letter, at_most: 2d}, otherwise: done}",
    "first_of": "{id: watch, wait_for: {first_of: [{event: Email Clicked, of: letter, go: call}, "
    "{event: Order Completed, go: done}], at_most: 7d}}",
    "condition": "{id: watch, wait_for: {condition: profile.orders.count >= 2, at_most: 30d}, then: call}",
}
