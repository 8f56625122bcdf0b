"""May this address be written to at all?

Rule: nobody is written to, or matched for advertising, under an address that unsubscribed, bounced for good or
complained. A message the customer is owed still goes after an unsubscription, for that is about marketing, but never
to an address that bounced or complained. Always on. Source: RFC 8058 (one-click unsubscription), RFC 3463 (permanent
failures) and RFC 5965 (complaints).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from journeys.vocabulary import Delivery, FactKind, Facts, Purpose, Reach
from operational_guards.base import ALLOW, NOTHING_NEEDED, GuardParams
from operational_guards.verdict import Evidence, Suppress, Verdict


class SuppressionListParams(GuardParams):
    """The suppression list has nothing to set: it cannot be loosened."""


@dataclass(frozen=True, slots=True)
class SuppressionList:
    """Suppresses what would go to an address on the suppression list."""

    params: SuppressionListParams

    name: ClassVar[str] = "suppression_list"
    Params: ClassVar[type[GuardParams]] = SuppressionListParams
    always: ClassVar[bool] = True
    needs: ClassVar[frozenset[FactKind]] = NOTHING_NEEDED
    speaks_by: ClassVar[tuple[str, ...]] = ("profile.suppressed",)
    reasons: ClassVar[Mapping[str, str]] = {
        "suppression_list.unsubscribed": "The address unsubscribed from marketing.",
        "suppression_list.hard_bounce": "The address does not exist: a message to it came back for good.",
        "suppression_list.spam_complaint": "A message to the address was reported as spam.",
        "suppression_list.listed": "The address was put on the list for another cause.",
    }

    def applies_to(self, delivery: Delivery) -> bool:
        """Look at all messages and audiences, marketing or not."""
        return delivery.reach != Reach.CRM

    def judge(self, delivery: Delivery, facts: Facts, now: datetime) -> Verdict:  # noqa: ARG002 - the guard's contract
        """Suppress when the channel's address is listed; without an address it is the action that refuses."""
        address = facts.profile.address(delivery.channel)
        cause = facts.profile.suppressed.get(address, "") if address else ""
        if not cause:
            return ALLOW
        if delivery.purpose == Purpose.TRANSACTIONAL and cause not in ("hard_bounce", "spam_complaint"):
            return ALLOW
        reason = f"suppression_list.{cause}"
        evidence = Evidence("suppression", delivery.channel, cause)
        return Suppress(reason if reason in self.reasons else "suppression_list.listed", (evidence,))
