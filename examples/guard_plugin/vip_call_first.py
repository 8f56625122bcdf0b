"""Has the sales manager called this VIP before we promote to them?

Rule: a promotion to a customer whose trait `tags` names the tag waits until the sales manager has called. The CRM notes
the newest call in the trait `called_at`, and a call counts for `within`, including the last moment. Nothing noted means
nothing happened: a customer without tags is no VIP, and a VIP without `called_at` was not called. A `called_at` that is
no moment says nothing either way, and so does the guard. Source: the agreement between the shop's sales and marketing.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import ClassVar

from journeys.vocabulary import Delivery, FactKind, Facts, Intent, Profile
from operational_guards import (
    ALLOW,
    Delay,
    DurationText,
    Evidence,
    GuardParams,
    Suppress,
    Unsure,
    Verdict,
    is_marketing_message,
)


class VipCallFirstParams(GuardParams):
    """Which tag makes a VIP, for how long a call counts, and how long a promotion waits for one."""

    tag: str = "VIP"
    within: DurationText = timedelta(days=30)
    at_most: DurationText = timedelta(days=5)


@dataclass(frozen=True, slots=True)
class VipCallFirst:
    """Holds promotions to VIPs until somebody has called them."""

    params: VipCallFirstParams

    name: ClassVar[str] = "vip_call_first"
    Params: ClassVar[type[GuardParams]] = VipCallFirstParams
    always: ClassVar[bool] = False
    needs: ClassVar[frozenset[FactKind]] = frozenset()
    reasons: ClassVar[Mapping[str, str]] = {
        "vip_call_first.not_called": "The sales manager has not called this VIP lately.",
        "vip_call_first.at_most_passed": "Nobody had called this VIP when the longest delay had passed.",
        "vip_call_first.unreadable": "The CRM notes a call to this VIP, but not when.",
    }

    def applies_to(self, delivery: Delivery) -> bool:
        """Look at marketing messages that promote."""
        return is_marketing_message(delivery) and delivery.intent == Intent.PROMOTE

    def judge(self, delivery: Delivery, facts: Facts, now: datetime) -> Verdict | Unsure:
        """Delay the promotion until the call, or suppress it when it has waited long enough."""
        traits = facts.profile.traits
        if self.params.tag not in _tags(traits.get("tags")):
            return ALLOW
        called_at = _moment(traits.get("called_at"))
        if called_at is None and "called_at" in traits:
            return Unsure("vip_call_first.unreadable", (Evidence("trait", "called_at", "unknown"),))
        if called_at and now - called_at <= self.params.within:
            return ALLOW
        return self._hold(delivery, self._evidence(facts.profile, called_at), now)

    def _hold(self, delivery: Delivery, evidence: tuple[Evidence, ...], now: datetime) -> Verdict:
        latest = delivery.planned_at + self.params.at_most
        if now >= latest:
            return Suppress("vip_call_first.at_most_passed", evidence)
        return Delay(latest, "vip_call_first.not_called", evidence, on_change=True)

    def _evidence(self, profile: Profile, called_at: datetime | None) -> tuple[Evidence, ...]:
        tagged = Evidence("trait", "tags", self.params.tag, profile.changed_at.get("traits.tags"))
        return (Evidence("trait", "called_at", "too_long_ago", called_at), tagged) if called_at else (tagged,)


def _tags(value: object) -> frozenset[str]:
    """Read tags, which shops give as a list or as text with commas."""
    tags = value.split(",") if isinstance(value, str) else value
    return frozenset(str(tag).strip() for tag in tags) if isinstance(tags, list | tuple) else frozenset()


def _moment(value: object) -> datetime | None:
    """Read a moment with its offset from UTC; None for anything else."""
    try:
        moment = datetime.fromisoformat(str(value))
        return moment.astimezone(UTC) if moment.tzinfo else None
    except (ValueError, OverflowError):
        return None
