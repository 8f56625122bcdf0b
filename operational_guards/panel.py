"""Which of these guards have to be asked about a delivery at all?

Most guards speak by a few kinds of facts that most customers have none of: without a return nothing was returned. Rules
that are asked again and again are bound into a panel, which knows for every kind of delivery whom it concerns, and by
what the customer has facts of, who could object. The others allow, as they would if they were asked.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeAlias

from journeys.vocabulary import Delivery, Facts, Intent, OrderStatus, Purpose, Reach
from operational_guards.base import ALLOW
from operational_guards.rule import Rule
from operational_guards.verdict import Judgement, Unsure, Verdict

# What guards may name in `speaks_by`, beside `orders` and those of one status such as `orders.cancelled`; a customer
# always has a profile.
MEMBERS = (
    "payments",
    "refunds",
    "shipments",
    "returns",
    "tickets",
    "sends",
    "goods.products",
    "goods.stock",
    "profile.suppressed",
)
ALWAYS = "profile"
_NO_ORDERS: frozenset[OrderStatus] = frozenset()
_Kind: TypeAlias = tuple[Purpose, Intent, Reach, str]
_Empty: TypeAlias = tuple[bool, ...]
_Seen: TypeAlias = tuple[frozenset[OrderStatus], _Empty]
_Ask: TypeAlias = Callable[[Delivery, Facts, datetime], Verdict | Unsure]
_Asked: TypeAlias = tuple[tuple[int, Rule, _Ask], ...]


@dataclass(frozen=True, slots=True)
class Hearing:
    """The rules that look at one kind of delivery, in order of their names, and what it comes to when all allow."""

    rules: tuple[Rule, ...]
    yes: Judgement
    _asked: dict[_Seen, _Asked] = field(default_factory=dict)

    def asked(self, facts: Facts) -> _Asked:
        """Give the rules that could object to something about this customer, each with its place and what to ask."""
        seen = _look(facts)
        known = self._asked.get(seen)
        if known is None:
            full = _names(seen)
            placed = enumerate(self.rules)
            concerned = [(place, rule) for place, rule in placed if not full.isdisjoint(speaks_by(rule))]
            known = self._asked[seen] = tuple((place, rule, rule.guard.judge) for place, rule in concerned)
        return known


def _look(facts: Facts) -> _Seen:
    """See what statuses the customer's orders have, and which of `MEMBERS` are empty."""
    orders, goods = facts.orders, facts.goods
    return frozenset([order.status for order in orders.values()]) if orders else _NO_ORDERS, (
        not facts.payments,
        not facts.refunds,
        not facts.shipments,
        not facts.returns,
        not facts.tickets,
        not facts.sends,
        not goods.products,
        not goods.stock,
        not facts.profile.suppressed,
    )


def _names(seen: _Seen) -> set[str]:
    """Name all that is not empty, as guards do in `speaks_by`."""
    statuses, empty = seen
    members = {name for name, is_empty in zip(MEMBERS, empty, strict=True) if not is_empty}
    orders = {"orders", *[f"orders.{status}" for status in statuses]} if statuses else set()
    return {ALWAYS} | members | orders


class Panel(tuple[Rule, ...]):
    """Rules that are asked again and again, with what was found out about them."""

    _hearings: dict[_Kind, Hearing]
    _is_known: bool

    @classmethod
    def of(cls, rules: Sequence[Rule]) -> "Panel":
        """Bind rules together."""
        panel = cls(rules)
        panel._hearings = {}
        # Whoever does not say by what they speak has to be asked each time, and whether it concerns them as well.
        panel._is_known = all(speaks_by(rule) for rule in rules)
        return panel

    def hearing(self, delivery: Delivery) -> Hearing | None:
        """Give the rules that look at such a delivery; None when that cannot be known beforehand."""
        if not self._is_known:
            return None
        kind = (delivery.purpose, delivery.intent, delivery.reach, delivery.channel)
        known = self._hearings.get(kind)
        if known is None:
            known = self._hearings[kind] = _hearing(self, delivery)
        return known


def speaks_by(rule: Rule) -> tuple[str, ...]:
    """Name what a rule's guard speaks by; nothing when it does not say."""
    named: tuple[str, ...] = getattr(rule.guard, "speaks_by", ())
    return named


def _hearing(rules: Sequence[Rule], delivery: Delivery) -> Hearing:
    concerned = sorted([rule for rule in rules if rule.guard.applies_to(delivery)], key=lambda rule: rule.name)
    return Hearing(tuple(concerned), Judgement(ALLOW, tuple(rule.yes for rule in concerned)))
