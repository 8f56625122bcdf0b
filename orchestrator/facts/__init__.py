"""What do we know about a customer's orders, payments, refunds, parcels, returns and tickets, and since when?

Every event states facts (`events`), and a fact that is stated joins what is known of it (`placing`). A join takes the
status stated last by the time it happened, the goods stated last, the earliest date and the largest sum; it is
commutative, associative and idempotent. So what is known does not depend on the order in which messages arrive, nor on
how often, nor on whether two profiles heard them before they turned out to be one person. `version` and `observed_at`
tell of the arrival itself and are exempt from that.
"""

from datetime import datetime

from journeys.vocabulary import Event, Facts
from orchestrator.fact_index import facts_by_kind
from orchestrator.facts.events import facts_in
from orchestrator.facts.placing import Change, place

__all__ = ["Change", "apply", "join_facts"]


def apply(facts: Facts, event: Event, observed_at: datetime) -> tuple[Change, ...]:
    """Take an event into account and say which facts changed; `observed_at` is when we learned of it."""
    stated = facts_in(event, observed_at)
    return place(facts, stated) if stated else ()


def join_facts(facts: Facts, theirs: Facts) -> tuple[Change, ...]:
    """Take over what another profile of the same person knows and say which facts changed."""
    return place(facts, [fact for known in facts_by_kind(theirs).values() for fact in known.values()])
