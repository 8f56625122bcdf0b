"""What do `count`, `sum`, `first` and `last` stand for?

Each is said of an event by its name, or of the orders that stand: `count("Product Viewed", 30d)`,
`sum(orders.total, 365d)`. What is counted within a window changes by itself when something falls out of it; the reader
of such a value comes with the function that says when.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from types import MappingProxyType

from journeys.scope import Change, Known, Reader, Scope, standing_orders
from journeys.tallies import Counted, after, count_of, from_ms, next_to_leave, sum_of
from journeys.vocabulary import Order

# How each is written, for messages.
COUNTING: Mapping[str, str] = MappingProxyType(
    {
        "count": 'count("Product Viewed"), count("Product Viewed", 30d) or count(orders, 90d)',
        "sum": 'sum("Order Completed", "total", 90d) or sum(orders.total, 365d), also without a duration',
        "first": 'first("Email Clicked") or first(orders)',
        "last": 'last("Email Clicked") or last(orders)',
    }
)


def events_counted(event: str, window: timedelta | None) -> Known:
    """Count events by name."""

    def read(scope: Scope) -> object:
        tally = scope.tallies.get(event)
        return 0 if tally is None else count_of(tally, window, scope.now)

    return _of_events(read, Counted(event, window))


def events_summed(event: str, name: str, window: timedelta | None) -> Known:
    """Add up a number of events."""

    def read(scope: Scope) -> object:
        tally = scope.tallies.get(event)
        return 0 if tally is None else sum_of(tally, name, window, scope.now)

    return _of_events(read, Counted(event, window, name))


def _of_events(read: Reader, counted: Counted) -> Known:
    window = counted.window
    if window is None:
        return Known("number", read, is_always=True, counted=counted)

    def change(scope: Scope) -> datetime | None:
        tally = scope.tallies.get(counted.event)
        return None if tally is None else next_to_leave(tally, window, scope.now)

    return Known("number", read, is_always=True, change=change, counted=counted)


def first_event(event: str) -> Known:
    """Say when something first happened."""

    def read(scope: Scope) -> object:
        tally = scope.tallies.get(event)
        return from_ms(tally.first) if tally is not None and tally.count else None

    return Known("date", read, counted=Counted(event))


def last_event(event: str) -> Known:
    """Say when something last happened."""

    def read(scope: Scope) -> object:
        tally = scope.tallies.get(event)
        return from_ms(tally.last) if tally is not None and tally.count else None

    return Known("date", read, counted=Counted(event))


def orders_counted(window: timedelta | None) -> Known:
    """Count the orders that stand, by when they were placed."""
    return Known("number", lambda scope: len(_within(scope, window)), True, _leaving(window))


def orders_summed(window: timedelta | None) -> Known:
    """Add up what the orders that stand cost."""
    return Known("number", lambda scope: sum(o.total for o in _within(scope, window)), True, _leaving(window))


def first_order() -> Known:
    """Say when the first order that stands was placed."""
    return Known("date", lambda scope: min((o.placed_at for o in standing_orders(scope)), default=None))


def last_order() -> Known:
    """Say when the last order that stands was placed."""
    return Known("date", lambda scope: max((o.placed_at for o in standing_orders(scope)), default=None))


def _within(scope: Scope, window: timedelta | None) -> list[Order]:
    """List the orders of a window that ends now: each is in it for less than its length."""
    orders = standing_orders(scope)
    return orders if window is None else [order for order in orders if scope.now - order.placed_at < window]


def _leaving(window: timedelta | None) -> Change | None:
    """Say when the next order falls out of the window."""
    if window is None:
        return None

    def change(scope: Scope) -> datetime | None:
        placed = min((order.placed_at for order in _within(scope, window)), default=None)
        return None if placed is None else after(placed, window)

    return change
