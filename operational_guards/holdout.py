"""Is this customer kept out on purpose, so that the others can be compared with them?

Rule: a share of the customers gets no marketing, of the whole `shop` or of one `journey`. Who they are is drawn from
the profile's id, and the journey's name where it is about one: the same customers every time, without a list of them.
A larger share keeps those of a smaller one and adds some; another `salt` draws anew. Where two profiles turn out to be
one person, the one that stays decides. What the customer is owed goes all the same. Source: the holdouts and global
control groups of the large engines; without one nobody can say what a journey brought that would not have come anyway.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b
from typing import ClassVar, Literal

from journeys.vocabulary import Delivery, FactKind, Facts
from operational_guards.base import ALLOW, NOTHING_NEEDED, GuardParams, is_marketing
from operational_guards.rule import ShareText
from operational_guards.verdict import Evidence, Suppress, Verdict


class HoldoutParams(GuardParams):
    """How many are kept out, and of what; whoever writes another `salt` gets others."""

    share: ShareText = 0.05
    of: Literal["shop", "journey"] = "shop"
    salt: str = ""


@dataclass(frozen=True, slots=True)
class Holdout:
    """Suppresses all marketing to the customers who were drawn."""

    params: HoldoutParams

    name: ClassVar[str] = "holdout"
    Params: ClassVar[type[GuardParams]] = HoldoutParams
    always: ClassVar[bool] = False
    needs: ClassVar[frozenset[FactKind]] = NOTHING_NEEDED
    speaks_by: ClassVar[tuple[str, ...]] = ("profile",)
    reasons: ClassVar[Mapping[str, str]] = {
        "holdout.kept_out": "The customer is kept out on purpose, so that the others can be compared with them.",
    }

    def applies_to(self, delivery: Delivery) -> bool:
        """Look at marketing messages and audiences."""
        return is_marketing(delivery)

    def judge(self, delivery: Delivery, facts: Facts, now: datetime) -> Verdict:  # noqa: ARG002 - the guard's contract
        """Suppress when the customer was drawn, whenever it is asked."""
        journey = delivery.journey if self.params.of == "journey" else ""
        if self._draw(facts.profile.id, journey) >= self.params.share:
            return ALLOW
        return Suppress("holdout.kept_out", (Evidence("holdout", journey or "shop", "kept_out"),))

    def _draw(self, profile_id: int, journey: str) -> float:
        """Give the customer's number from 0 to 1: neither an id nor a journey's name holds a slash."""
        digest = blake2b(f"{profile_id}/{journey}/{self.params.salt}".encode(), digest_size=8).digest()
        return int.from_bytes(digest) / 2**64
