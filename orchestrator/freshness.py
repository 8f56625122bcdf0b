"""Which sources must be asked before a delivery is judged?

A source is asked when it tells something the guards need and what it last said of this customer is older than its
`max_age`. It said something when a fact of its own changed, when it was heard about the customer, or when it answered.
Each kind counts by itself: a parcel told of a minute ago does not make the orders known of yesterday any fresher.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from journeys.vocabulary import FactKind, Facts


@dataclass(frozen=True, slots=True)
class Askable:
    """What matters of a source here; without `max_age` it is never asked. `name` is what its facts call it."""

    name: str
    tells: frozenset[FactKind]
    max_age: timedelta | None


class _Told(Protocol):
    """A fact: who told it, and when."""

    @property
    def source(self) -> str: ...

    @property
    def observed_at(self) -> datetime | None: ...


def stale(
    sources: Sequence[Askable],
    facts: Facts,
    kinds_needed: frozenset[FactKind],
    *,
    asked: Mapping[str, datetime],
    heard: Mapping[str, datetime],
    now: datetime,
) -> tuple[str, ...]:
    """Name the sources to ask, in their order.

    `asked` says when each source last answered about this customer, `heard` when it last spoke of them by itself.
    """
    return tuple(
        source.name
        for source in sources
        if source.max_age is not None
        and any(
            _is_old(_last_word(source, kind, facts, (asked, heard)), source.max_age, now)
            for kind in source.tells & kinds_needed
        )
    )


def _is_old(said_at: datetime | None, max_age: timedelta, now: datetime) -> bool:
    return said_at is None or now - said_at > max_age


def _last_word(
    source: Askable, kind: FactKind, facts: Facts, talks: Iterable[Mapping[str, datetime]]
) -> datetime | None:
    """Say when the source last said anything of this kind; None when it never did."""
    told = [fact.observed_at for fact in _facts_of(kind, facts) if fact.source == source.name]
    return max([at for at in (*told, *(talk.get(source.name) for talk in talks)) if at is not None], default=None)


def _facts_of(kind: FactKind, facts: Facts) -> Iterable[_Told]:
    kept: Mapping[FactKind, Mapping[str, _Told]] = {
        "orders": facts.orders,
        "payments": facts.payments,
        "refunds": facts.refunds,
        "shipments": facts.shipments,
        "returns": facts.returns,
        "tickets": facts.tickets,
        "products": facts.goods.products,
    }
    return kept[kind].values()
