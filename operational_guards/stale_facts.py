"""Can the facts be relied on right now?

Rule: no marketing of any kind while a source of orders, parcels or returns has gone silent, or was asked and did not
answer. Source: WooCommerce switches a webhook off after five failures in a row, without a word, and for the guards this
looks like a quiet week in which nobody bought anything.

The judge looks at doubts too, but only for guards that need the doubted facts: their yes becomes unknown, and each
one's `if_unknown` decides. This guard is for shops that want to stop earlier: it holds messages that no such guard
looks at, and those whose guards were told to let the unknown go. It needs no facts itself (`needs` is empty): a doubt
is what it knows, not what it lacks. So it is never unsure, its `if_unknown` has nothing to decide, and its `then: send`
is a yes that counts. Only its own hold ends with that: guards that need the doubted facts go on as they were told.

A source is heard again without any fact of this customer changing, so a delay is looked at again in pauses that grow
with the wait, like those of the judge.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar, Literal

from journeys.vocabulary import Delivery, FactKind, Facts
from operational_guards.base import ALLOW, NOTHING_NEEDED, DurationText, GuardParams, is_marketing
from operational_guards.holds import Deadline, Hold, growing_pause, hold_back
from operational_guards.judge import FIRST_PAUSE
from operational_guards.verdict import Evidence, Verdict


class StaleFactsParams(GuardParams):
    """Which kinds of facts have to be in order, and what happens while they are not."""

    kinds: tuple[FactKind, ...] = ("orders", "shipments", "returns")
    do: Literal["delay", "suppress"] = "delay"
    at_most: DurationText = timedelta(days=7)
    then: Literal["suppress", "send"] = "suppress"


@dataclass(frozen=True, slots=True)
class StaleFacts:
    """Holds all marketing while it is not known what customers bought, got or sent back."""

    params: StaleFactsParams

    name: ClassVar[str] = "stale_facts"
    Params: ClassVar[type[GuardParams]] = StaleFactsParams
    always: ClassVar[bool] = False
    needs: ClassVar[frozenset[FactKind]] = NOTHING_NEEDED
    speaks_by: ClassVar[tuple[str, ...]] = ("doubts",)
    reasons: ClassVar[Mapping[str, str]] = {
        "stale_facts.silent": "A source has said nothing for longer than is usual for it.",
        "stale_facts.no_answer": "A source was asked about the customer and did not answer.",
    }

    def applies_to(self, delivery: Delivery) -> bool:
        """Look at marketing messages and audiences, with goods or without."""
        return is_marketing(delivery)

    def judge(self, delivery: Delivery, facts: Facts, now: datetime) -> Verdict:
        """Hold the delivery while one of the kinds is in doubt."""
        if not facts.doubts:
            return ALLOW
        holds = list(self._holds(delivery, facts, now))
        if not holds:
            return ALLOW
        # When the wait is over the cause is still the same, and stays the reason.
        reason = max(hold.reason for hold in holds)
        deadline = Deadline(delivery.planned_at + self.params.at_most, self.params.then, reason)
        return hold_back(holds, self.params.do, now, deadline)

    def _holds(self, delivery: Delivery, facts: Facts, now: datetime) -> Iterator[Hold]:
        again = now + growing_pause(now - delivery.planned_at, FIRST_PAUSE)
        for kind in self.params.kinds:
            for doubt in facts.doubts.get(kind, ()):
                evidence = Evidence("source", doubt.source, "unknown", doubt.since, doubt.state)
                yield Hold(f"stale_facts.{doubt.state}", again, (evidence,))
