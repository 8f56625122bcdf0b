"""What is left when two statements about the same thing are united?"""

from datetime import UTC, datetime
from typing import Any, TypeVar

from msgspec.structs import replace

from journeys.vocabulary import Item, Order, Payment, Refund, Return, Shipment, Ticket
from orchestrator.statuses import rank

FactT = TypeVar("FactT", Order, Payment, Refund, Shipment, Return, Ticket)

_NEVER = datetime.min.replace(tzinfo=UTC)


def changed(known: FactT, joined: dict[str, Any]) -> FactT:
    """Give the fact with these members; the very same one when that is what they are already."""
    differences = {name: value for name, value in joined.items() if getattr(known, name) != value}
    return replace(known, **differences) if differences else known


def newest_status(
    known: Order | Payment | Shipment | Return | Ticket, stated: Order | Payment | Shipment | Return | Ticket
) -> dict[str, Any]:
    """Say how the status moves: to the one stated last, of the same instant to the one further along.

    Version 0 means that nobody stated a status: it holds since the first that was heard, until somebody states one.
    """
    if not stated.version:
        if known.version:
            return {}
        return {
            "changed_at": min(known.changed_at, stated.changed_at),
            "source": max(known.source, stated.source),
        }
    mine = (stated.changed_at, rank(stated.status), stated.source)
    if known.version and mine <= (known.changed_at, rank(known.status), known.source):
        return {}
    return {
        "status": stated.status,
        "changed_at": stated.changed_at,
        "source": stated.source,
        "observed_at": stated.observed_at,
        "version": known.version + stated.version,
    }


def said_last(
    known: tuple[datetime | None, datetime | None], stated: tuple[datetime | None, datetime | None]
) -> tuple[datetime | None, datetime | None]:
    """Choose between two dates, each after the moment it was said: the one said last, of the same moment the later."""
    return max(known, stated, key=lambda pair: (pair[0] or _NEVER, pair[1] or _NEVER))


def united(known: tuple[Item, ...], lines: tuple[Item, ...] = ()) -> tuple[Item, ...]:
    """Unite two lists of goods, each product once and with its larger quantity, in order of the products' ids."""
    if lines == known:
        return known
    goods: dict[tuple[str, str], Item] = {}
    for item in known + lines:
        key = (item.product_id, item.variant)
        other = goods.get(key)
        goods[key] = item if other is None else max(other, item, key=_fullness)
    return tuple([goods[key] for key in sorted(goods)])


def _fullness(item: Item) -> tuple[float, float, str]:
    return item.quantity, item.price, repr(item)
