"""Which goods of a message did the customer not keep?

What the guards over returns, refunds and cancelled orders share. Of each good the newest thing that undid a purchase
decides; an order of the same goods placed after it makes it good.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from operator import attrgetter
from typing import TypeAlias

from msgspec import Struct

from journeys.vocabulary import Delivery, Facts, Item, OrderStatus
from operational_guards.base import ALLOW, DurationText, GuardParams
from operational_guards.holds import TICK, Deadline, Do, Hold, Then, hold_back
from operational_guards.sameness import Same, orders_like
from operational_guards.verdict import Evidence, Verdict

# Reading a member off its enum runs Python code in 3.11, once an order and judgement; a module's name does not.
_STANDS = frozenset({OrderStatus.PLACED, OrderStatus.HELD})
_NEWEST = attrgetter("at", "reason", "evidence.id")


class UndoneParams(GuardParams):
    """For how long goods that were not kept hold a message, and how; without `within` for ever."""

    within: DurationText | None = None
    same: Same = "product"
    do: Do = "drop_items"
    at_most: DurationText = timedelta(days=30)
    then: Then = "suppress"


class Undoing(Struct, frozen=True, gc=False):
    """One thing that undid a purchase, as it stands since `at`; an order placed after `began_at` makes it good."""

    at: datetime
    began_at: datetime
    reason: str
    evidence: Evidence


Find: TypeAlias = Callable[[Item, Facts], Sequence[Undoing]]


def still_undone(delivery: Delivery, facts: Facts, same: Same, find: Find) -> dict[int, Undoing]:
    """Give, by the places of the delivery's goods, the newest thing that undid their purchase for good."""
    undone = {}
    for place, item in enumerate(delivery.items):
        undoings = find(item, facts)
        if undoings:
            placed = [order.placed_at for order, _ in orders_like(item, facts, same) if order.status in _STANDS]
            again = max(placed, default=None)
            standing = [each for each in undoings if again is None or again <= each.began_at]
            if standing:
                undone[place] = max(standing, key=_NEWEST)
    return undone


def hold_undone(
    undone: Mapping[int, Undoing], delivery: Delivery, params: UndoneParams, now: datetime, *, late: str
) -> Verdict:
    """Hold these goods, each for as long as what undid it counts; `late` is the reason after the longest delay."""
    if not undone:
        return ALLOW
    latest = delivery.planned_at + params.at_most
    holds = [
        Hold(newest.reason, _end(newest, params, latest), (newest.evidence,), place=place)
        for place, newest in undone.items()
        if params.within is None or now - newest.at <= params.within
    ]
    return hold_back(holds, params.do, now, Deadline(latest, params.then, late))


def _end(newest: Undoing, params: UndoneParams, latest: datetime) -> datetime:
    return latest if params.within is None else newest.at + params.within + TICK
