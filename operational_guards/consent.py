"""Has this person agreed to marketing on this channel?

Rule: marketing goes only to people who said yes, to this channel or to marketing as a whole; a person who was never
asked has not agreed. Always on. Source: GDPR article 6(1)(a) and the ePrivacy Directive 2002/58/EC, article 13.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from journeys.vocabulary import Delivery, FactKind, Facts
from operational_guards.base import ALLOW, NOTHING_NEEDED, GuardParams, is_marketing
from operational_guards.verdict import Evidence, Suppress, Verdict


class ConsentParams(GuardParams):
    """Consent has nothing to set: it cannot be loosened."""


@dataclass(frozen=True, slots=True)
class Consent:
    """Suppresses marketing to people who refused it or were never asked."""

    params: ConsentParams

    name: ClassVar[str] = "consent"
    Params: ClassVar[type[GuardParams]] = ConsentParams
    always: ClassVar[bool] = True
    needs: ClassVar[frozenset[FactKind]] = NOTHING_NEEDED
    speaks_by: ClassVar[tuple[str, ...]] = ("profile",)
    reasons: ClassVar[Mapping[str, str]] = {
        "consent.refused": "The person said no to marketing on this channel.",
        "consent.unknown": "The person was never asked about marketing on this channel.",
    }

    def applies_to(self, delivery: Delivery) -> bool:
        """Look at marketing messages and audiences."""
        return is_marketing(delivery)

    def judge(self, delivery: Delivery, facts: Facts, now: datetime) -> Verdict:  # noqa: ARG002 - the guard's contract
        """Suppress without a yes to this channel or to marketing."""
        agreed = facts.profile.consents_to(delivery.channel)
        if agreed:
            return ALLOW
        answer = "unknown" if agreed is None else "refused"
        return Suppress(f"consent.{answer}", (Evidence("consent", delivery.channel, answer),))
