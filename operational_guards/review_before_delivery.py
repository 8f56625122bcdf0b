"""Does the customer already have the goods that this message follows up on?

Rule: nobody is asked for a review of goods, told how to use or to care for them, before they are known to be delivered.
The newest order of the goods that counts as bought decides; goods that were never ordered are left out at once, as no
delay brings them. Goods that are coming back or were refunded are the business of `returned` and `refunded`. Unlike
`in_delivery` this guard does not take silence for a yes: without an order or a parcel the message stays.
Source: the rule for mis-timed messages in `docs/guards.md`.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar

from msgspec.structs import replace

from journeys.vocabulary import Delivery, FactKind, Facts, Intent, Item, Order, OrderStatus
from operational_guards.base import ALLOW, DurationText, GuardParams, is_marketing_message
from operational_guards.holds import Deadline, Do, Hold, Then, hold_or_doubt, merge_evidence
from operational_guards.parcels import AfterDelivery, ParcelParams, State, Tracing, comes_back, is_all_there
from operational_guards.sameness import Same, newest_bought
from operational_guards.verdict import Allow, DropItems, Evidence, Unsure, Verdict

# Reading a member off its enum runs Python code in 3.11, once an order and judgement; a module's name does not.
_REFUNDED = OrderStatus.REFUNDED
_NEVER = "review_before_delivery.never_ordered"
_REASONS: Mapping[State, str] = {
    "not_shipped": "review_before_delivery.not_delivered",
    "on_its_way": "review_before_delivery.not_delivered",
    "delivered": "review_before_delivery.just_delivered",
    "no_news": "review_before_delivery.no_news",
}
_DOUBTED = (_NEVER, _REASONS["no_news"])


class ReviewBeforeDeliveryParams(ParcelParams):
    """How goods that are not there yet hold a message about them: `until` is the while after delivery."""

    do: Do = "delay"
    until: AfterDelivery = timedelta(0)
    at_most: DurationText = timedelta(days=30)
    then: Then = "suppress"
    same: Same = "product"


@dataclass(frozen=True, slots=True)
class ReviewBeforeDelivery:
    """Holds messages about goods that the customer does not have yet."""

    params: ReviewBeforeDeliveryParams

    name: ClassVar[str] = "review_before_delivery"
    Params: ClassVar[type[GuardParams]] = ReviewBeforeDeliveryParams
    always: ClassVar[bool] = False
    needs: ClassVar[frozenset[FactKind]] = frozenset({"orders", "shipments"})
    speaks_by: ClassVar[tuple[str, ...]] = ("profile",)
    reasons: ClassVar[Mapping[str, str]] = {
        "review_before_delivery.never_ordered": "The customer has not bought the goods that the message follows up on.",
        "review_before_delivery.not_delivered": "The goods are ordered and not delivered.",
        "review_before_delivery.just_delivered": "The goods arrived, and the while after delivery is not over.",
        "review_before_delivery.no_news": "Nobody knows where the goods are: no news for longer than usual.",
        "review_before_delivery.at_most_passed": "The goods were not there when the longest delay had passed.",
    }

    def applies_to(self, delivery: Delivery) -> bool:
        """Look at marketing messages that follow up on goods the customer owns."""
        return is_marketing_message(delivery) and delivery.intent == Intent.FOLLOW_UP

    def judge(self, delivery: Delivery, facts: Facts, now: datetime) -> Verdict | Unsure:
        """Hold the message while its goods are not there; those that were never ordered are left out."""
        latest = delivery.planned_at + self.params.at_most
        found = [hold for hold in self._holds(delivery.items, facts, latest, now) if hold.on_change or now < hold.until]
        if not found:
            return ALLOW
        never = [hold for hold in found if hold.reason == _NEVER]
        doubts = [hold for hold in found if hold.reason == _REASONS["no_news"]]
        held = [hold for hold in found if hold.reason not in _DOUBTED]
        deadline = Deadline(latest, self.params.then, "review_before_delivery.at_most_passed")
        if self.params.do != "delay":
            return hold_or_doubt([*held, *never], doubts, self.params.do, now, deadline)
        return _leaving_out(never, hold_or_doubt(held, doubts, "delay", now, deadline))

    def _holds(self, items: tuple[Item, ...], facts: Facts, latest: datetime, now: datetime) -> Iterator[Hold]:
        is_there: dict[str, bool] = {}
        tracing = Tracing(facts, self.params, now)
        for place, item in enumerate(items):
            newest = newest_bought(item, facts, self.params.same)
            if newest is None:
                yield Hold(_NEVER, latest, (Evidence("purchase", item.product_id, "unknown"),), place=place)
                continue
            order, products = newest
            if order.order_id not in is_there:
                is_refunded = order.status is _REFUNDED
                is_there[order.order_id] = is_refunded or is_all_there(order.order_id, facts, now - self.params.until)
            if not is_there[order.order_id]:
                yield from self._holds_of(place, order, products, tracing, latest)

    def _holds_of(
        self, place: int, order: Order, products: tuple[str, ...], tracing: Tracing, latest: datetime
    ) -> Iterator[Hold]:
        for product_id in products:
            if not comes_back(product_id, order, tracing.facts):
                goods = tracing.where_is(product_id, order)
                arrived = goods.arrived_at
                until = latest if arrived is None else arrived + self.params.until
                yield Hold(_REASONS[goods.state], until, goods.evidence, on_change=arrived is None, place=place)


def _leaving_out(never: list[Hold], verdict: Verdict | Unsure) -> Verdict | Unsure:
    """Let the goods that were never ordered drop out of whatever may go."""
    if not never:
        return verdict
    places = frozenset(hold.place for hold in never)
    evidence = merge_evidence([hold.evidence for hold in never])
    match verdict:
        case Allow():
            return DropItems(places, _NEVER, evidence)
        case DropItems():
            return replace(
                verdict, places=verdict.places | places, evidence=merge_evidence([verdict.evidence, evidence])
            )
        case Unsure():
            return replace(verdict, known=DropItems(places, _NEVER, evidence))
        case _:
            return verdict
