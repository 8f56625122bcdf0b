"""Which guards say what a test wants to hear?"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from journeys.vocabulary import Delivery, FactKind, Facts
from operational_guards.base import GuardParams
from operational_guards.verdict import Verdict


@dataclass(frozen=True)
class Says:
    """A guard of any name that gives one verdict, or raises it when it is an exception."""

    name: str
    verdict: Verdict | Exception | None
    applies: bool = True
    reasons: Mapping[str, str] = field(default_factory=dict)
    always: bool = False
    needs: frozenset[FactKind] = frozenset()
    Params: type[GuardParams] = GuardParams

    def applies_to(self, delivery: Delivery) -> bool:
        return self.applies

    def judge(self, delivery: Delivery, facts: Facts, now: datetime) -> Verdict:
        if isinstance(self.verdict, Exception):
            raise self.verdict
        return self.verdict
