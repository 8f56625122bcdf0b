"""What has to be asked before a delivery is judged, and what came of it?

Right before a send, facts that are older than their source's `max_age` are asked for again, and the shop's own endpoint
is asked where the guard `http` holds the delivery. Asking takes the network, so it happens outside every transaction:
the turn gives out an `Inquiry`, the customer's delivery waits, and the `Answered` of a later turn is an input like any
other. Nothing is written while it is under way: should the process die, the delivery is simply due again.
"""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from journeys.vocabulary import Delivery, Doubt, FactKind, Facts, Item, Outside, Profile
from operational_guards.http import Http
from operational_guards.rule import Rule
from orchestrator.asker import Wanted
from orchestrator.customer import Customer, Doubts
from orchestrator.freshness import Askable, stale
from orchestrator.rulebooks import Rulebook
from orchestrator.sources.asked import Question

# How long an inquiry may take before it counts as lost; sources and endpoints answer, or not, within seconds.
PATIENCE = timedelta(seconds=60)
_LOG = logging.getLogger("tactful.inquiries")


@dataclass(frozen=True, slots=True)
class Inquiry:
    """What to ask about one customer before a delivery is judged. `edition` names its rules: they know the endpoint.

    The `speechless` are sources that failed to say what they would ask.
    """

    delivery: Delivery
    profile: Profile
    wanted: Wanted
    asks_endpoint: bool
    edition: int
    speechless: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Answered:
    """What came of an inquiry: the sources that answered and those that did not, and what the endpoint said.

    What the sources told is in the inbox by now.
    """

    delivery_id: int
    profile_id: int
    told: frozenset[str] = frozenset()
    untold: frozenset[str] = frozenset()
    outside: Outside | None = None


class Questioner(Protocol):
    """A source that can be asked, as far as it is pure: `orchestrator.sources.asked.Asked`."""

    def questions(self, facts: Facts, items: Sequence[Item]) -> tuple[Question, ...]: ...


@dataclass(frozen=True, slots=True)
class Inquiries:
    """Knows the sources of a workspace that can be asked."""

    sources: Sequence[Askable] = ()
    questioners: Mapping[str, Questioner] = field(default_factory=dict)

    def plan(self, customer: Customer, delivery: Delivery, book: Rulebook, now: datetime) -> Inquiry | None:
        """Say what must be asked before this delivery is judged; None when nothing has to be."""
        if not self.sources and not book.has_endpoint:
            return None
        if customer.answered_for == delivery.id:
            return None
        rules = [rule for rule in book.rules if _concerns(rule, delivery)]
        asks_endpoint = any(rule.name == Http.name for rule in rules)
        needed = frozenset(kind for rule in rules for kind in rule.needs)
        questions = self._questions(customer, delivery, needed, now)
        wanted = tuple((name, question) for name, asked in questions.items() for question in asked or ())
        speechless = frozenset(name for name, asked in questions.items() if asked is None)
        if not wanted and not speechless and not asks_endpoint:
            return None
        return Inquiry(delivery, customer.facts.profile, wanted, asks_endpoint, book.edition, speechless)

    def _questions(
        self, customer: Customer, delivery: Delivery, needed: frozenset[FactKind], now: datetime
    ) -> dict[str, tuple[Question, ...] | None]:
        """Give what each source would ask whose word is too old; None for one that cannot say."""
        if not self.sources or not needed:
            return {}
        names = stale(self.sources, customer.facts, needed, asked=customer.memory.asked, heard={}, now=now)
        found: dict[str, tuple[Question, ...] | None] = {}
        for name in names:
            try:
                found[name] = self.questioners[name].questions(customer.facts, delivery.items)
            except Exception as error:  # a plugin broke its contract; its message may hold personal data
                _LOG.warning("event=source.speechless source=%s error=%s", name, type(error).__name__)
                found[name] = None
        return found

    def hear(self, customer: Customer, answered: Answered, now: datetime) -> None:
        """Take an answer: who answered is not asked again so soon, who did not makes what it tells doubtful."""
        for name in answered.told:
            customer.memory.asked[name] = now
        customer.asking_until = None
        customer.answered_for = answered.delivery_id
        customer.unanswered = self._unanswered(customer, answered.untold)
        customer.facts.outside = {} if answered.outside is None else {Http.name: answered.outside}

    def _unanswered(self, customer: Customer, untold: frozenset[str]) -> Doubts:
        found: dict[FactKind, tuple[Doubt, ...]] = {}
        for source in self.sources:
            if source.name in untold:
                doubt = Doubt(source.name, "no_answer", customer.memory.asked.get(source.name))
                for kind in sorted(source.tells):
                    found[kind] = (*found.get(kind, ()), doubt)
        return found


def _concerns(rule: Rule, delivery: Delivery) -> bool:
    """Say whether a rule looks at such a delivery; of one that fails the judge will say so."""
    try:
        return rule.guard.applies_to(delivery)
    except Exception:  # whatever a plugin does
        return False


def forget_answer(customer: Customer) -> None:
    """A delivery was judged: what was answered for it is of no use for another."""
    customer.answered_for = None
    customer.unanswered = {}
    customer.facts.outside = {}
