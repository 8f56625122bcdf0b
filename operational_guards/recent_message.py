"""Did the customer hear about the same goods not long ago?

Rule: a message does not promote goods that another message was about within `within`, on whatever channel and from
whatever journey it came. The window includes its last moment. Marketing messages that were handed over, or may have
been, count, and never a delivery against itself. A message whose goods are not known is about no goods in particular:
it matches with `same: any` only, where any message counts for all goods. Of what was sent only the product is known, so
`variant` matches all variants. Messages that follow up on a purchase are not held, and neither are audiences: both say
something else than "buy this". Source: frequency caps count messages and not what they say, so two journeys, each
within its measure, may praise the same grinder on two days.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, ClassVar, TypeAlias

from pydantic import AfterValidator, Field

from journeys.duration import format_duration
from journeys.vocabulary import Delivery, FactKind, Facts, Intent, Item, PastSend
from operational_guards.base import ALLOW, NOTHING_NEEDED, DurationText, GuardParams, is_marketing_message
from operational_guards.evidence import of_send
from operational_guards.holds import TICK, Deadline, Do, Hold, Then, hold_back
from operational_guards.sameness import Same, products_like
from operational_guards.verdict import Verdict

# Messages are remembered for a month; a longer window would see no more than this one does.
LONGEST = timedelta(days=30)
_REASON = "recent_message.same_goods"


def _remembered(window: timedelta) -> timedelta:
    if window > LONGEST:
        raise ValueError(f'expected at most 30d, got "{format_duration(window)}"; older messages are not remembered')
    return window


WindowText: TypeAlias = Annotated[DurationText, AfterValidator(_remembered)]


class RecentMessageParams(GuardParams):
    """For how long a message about some goods holds back promotions of the same goods, and how.

    Only messages on `channels` count, or on all where none are named, and with `other_journeys_only` only those of
    other journeys. `at_most` and `then` are about delays: after that long the message is suppressed, or what `then`
    says.
    """

    within: WindowText = timedelta(days=7)
    same: Same = "product"
    do: Do = "drop_items"
    heard_on: tuple[str, ...] = Field((), alias="channels")
    other_journeys_only: bool = False
    at_most: DurationText = timedelta(days=14)
    then: Then = "suppress"

    def channels(self) -> frozenset[str]:
        """Name the channels whose messages count, where they are named."""
        return frozenset(self.heard_on)


@dataclass(frozen=True, slots=True)
class RecentMessage:
    """Holds goods that another message was about not long ago."""

    params: RecentMessageParams

    name: ClassVar[str] = "recent_message"
    Params: ClassVar[type[GuardParams]] = RecentMessageParams
    always: ClassVar[bool] = False
    needs: ClassVar[frozenset[FactKind]] = NOTHING_NEEDED
    speaks_by: ClassVar[tuple[str, ...]] = ("sends",)
    reasons: ClassVar[Mapping[str, str]] = {
        _REASON: "The customer heard about these goods, or goods that count as the same, not long ago.",
    }

    def applies_to(self, delivery: Delivery) -> bool:
        """Look at marketing messages that promote."""
        return is_marketing_message(delivery) and delivery.intent == Intent.PROMOTE

    def judge(self, delivery: Delivery, facts: Facts, now: datetime) -> Verdict:
        """Hold each of the goods for as long as the newest message about it is recent."""
        if not facts.sends:
            return ALLOW
        holds = [
            Hold(_REASON, self._free_at(send), (of_send(send),), on_change=False, place=place)
            for send in facts.sends
            if now < self._free_at(send) and self._counts(send, delivery)
            for place in self._places(send, delivery, facts)
        ]
        if not holds:
            return ALLOW
        deadline = Deadline(delivery.planned_at + self.params.at_most, self.params.then, _REASON)
        return hold_back(holds, self.params.do, now, deadline)

    def _free_at(self, send: PastSend) -> datetime:
        return send.at + self.params.within + TICK

    def _counts(self, send: PastSend, delivery: Delivery) -> bool:
        if send.delivery_id == delivery.id:
            return False
        if self.params.other_journeys_only and send.journey == delivery.journey:
            return False
        return not self.params.heard_on or send.channel in self.params.heard_on

    def _places(self, send: PastSend, delivery: Delivery, facts: Facts) -> Iterator[int]:
        """Name the places of the goods that this message was about."""
        lines = [Item(product_id) for product_id in send.product_ids]
        for place, item in enumerate(delivery.items):
            if self.params.same == "any" or products_like(item, lines, facts, self.params.same):
                yield place
