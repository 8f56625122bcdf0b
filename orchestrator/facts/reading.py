"""What does an event say about money and ids?"""

from journeys.vocabulary import Event, Item

_MOST_MONEY = 2**53


def text(event: Event, key: str) -> str:
    """Read an id or a name from the event's properties; empty when absent or null."""
    return identity(event.properties.get(key))


def identity(value: object) -> str:
    """Read an id or a name, which may have been written as a number."""
    if type(value) is str:
        return value.strip()
    return str(value) if type(value) is int else ""


def total(event: Event, lines: tuple[Item, ...]) -> float | None:
    """Read the sum of money, else add up the goods; None when the event says neither."""
    get = event.properties.get
    for key in ("total", "revenue", "value"):
        value = get(key)
        # As a float, which is how it comes back from a database; a sum with more digits than a float has is none.
        if type(value) is float or (type(value) is int and abs(value) < _MOST_MONEY):
            return float(value)
    return sum(line.price * line.quantity for line in lines) if lines else None
