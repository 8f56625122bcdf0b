"""What does broken code of others look like? A condition and a guard that raise."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import ClassVar

from journeys.compile import Rule
from journeys.scope import Scope
from journeys.vocabulary import Delivery, FactKind, Facts
from operational_guards.base import NOTHING_NEEDED, GuardParams
from operational_guards.verdict import Allow, Verdict
from orchestrator.program import Program


class BrokenRule(Exception):
    """What a broken condition raises."""


@dataclass(frozen=True, slots=True)
class BreaksFor:
    """A condition that holds for everybody but raises for one user."""

    user_id: str
    text: str = "breaks"

    def holds(self, scope: Scope) -> bool:
        """Raise for the one, hold for the others."""
        if scope.facts.profile.user_id == self.user_id:
            raise BrokenRule("this decision cannot be made")
        return True


def with_broken_entry(program: Program, journey: str, user_id: str) -> Program:
    """Give a program whose journey raises when this user would enter it."""
    return _with_rule(program, journey, user_id, entry=True)


def with_broken_exit(program: Program, journey: str, user_id: str) -> Program:
    """Give a program whose journey raises when this user's exit is considered."""
    return _with_rule(program, journey, user_id, entry=False)


def _with_rule(program: Program, name: str, user_id: str, *, entry: bool) -> Program:
    journey = program.journeys[name]
    rule = journey.entry if entry else journey.exits[0]
    broken = Rule(rule.event, BreaksFor(user_id), rule.reason)  # type: ignore[arg-type]  # stands in for a compiled one
    changed = replace(journey, entry=broken) if entry else replace(journey, exits=(broken,))
    changed = replace(changed, version=f"broken-{journey.version}")
    journeys = [changed if each.name == name else each for each in program.journeys.values()]
    return program.with_journeys(journeys)


@dataclass(frozen=True, slots=True)
class PoisonGuard:
    """A guard that raises for one user, with something personal in its message."""

    user_id: str

    name: ClassVar[str] = "poison"
    Params: ClassVar[type[GuardParams]] = GuardParams
    always: ClassVar[bool] = False
    needs: ClassVar[frozenset[FactKind]] = NOTHING_NEEDED
    reasons: ClassVar[Mapping[str, str]] = {}

    def applies_to(self, delivery: Delivery) -> bool:
        """Look at everything."""
        return True

    def judge(self, delivery: Delivery, facts: Facts, now: datetime) -> Verdict:
        """Raise for the one."""
        if facts.profile.user_id == self.user_id:
            raise LookupError(f"{facts.profile.email} is not there")
        return Allow()
