"""What would the guards say now, before it is time?

A delivery that has to wait for its time is judged when it is planned and again whenever a fact of the customer changes:
nothing is done about the answer, which is kept for whoever asks what will become of it. Whoever is in an audience is
judged anew as well, and there the answer counts: an audience is a message that goes on being sent.
"""

from journeys.vocabulary import Delivery, Purpose, Reach
from operational_guards.verdict import Allow, Delay, DropItems, Judgement, Suppress
from orchestrator.customer import Customer, Membership, Outgoing
from orchestrator.effects import leave_audience
from orchestrator.judging import ask, note, with_lag
from orchestrator.program import Program

GOES = "allow"


def foresee(customer: Customer, program: Program) -> None:
    """Forecast every delivery that waits for a later time; what is new about it goes into the ledger."""
    customer.is_unforeseen = False
    now = customer.memory.clock
    for entry in customer.outbox.values():
        if entry.state == "planned" and entry.due_at > now:
            _forecast(customer, entry, program)


def _forecast(customer: Customer, entry: Outgoing, program: Program) -> None:
    judgement = ask(customer, entry.delivery, "forecast", customer.memory.clock, program)
    verdict = judgement.verdict
    said = GOES if isinstance(verdict, Allow) else verdict.reason
    if said != entry.forecast:
        entry.forecast = said
        customer.changes.touched[entry.delivery.id] = entry
        note(customer, entry.delivery, "forecast", judgement, program)


def review_memberships(customer: Customer, program: Program) -> None:
    """Judge every audience the customer is in: goods a guard holds leave it, and without any left the customer does."""
    customer.is_in_review = False
    for audience, membership in list(customer.memory.memberships.items()):
        delivery = _as_delivery(customer, membership)
        judgement = _ask_what_is_known(customer, delivery, program)
        match judgement.verdict:
            case Allow():
                continue
            case DropItems(places=places):
                membership.items = delivery.without(places).items
            case Delay(reason=reason) | Suppress(reason=reason):
                leave_audience(customer, audience, membership, reason)
        lag = program.lags.get(membership.channel)
        note(customer, delivery, "membership", with_lag(judgement, membership.channel, lag), program)


def _ask_what_is_known(customer: Customer, delivery: Delivery, program: Program) -> Judgement:
    """Judge without regard to silent sources: nobody leaves an audience because nothing was heard."""
    facts = customer.facts
    doubts, facts.doubts = facts.doubts, {}
    try:
        return ask(customer, delivery, "membership", customer.memory.clock, program)
    finally:
        facts.doubts = doubts


def _as_delivery(customer: Customer, membership: Membership) -> Delivery:
    """Give the delivery that put the customer in, about the goods that are left of it."""
    return Delivery(
        id=membership.delivery_id,
        profile_id=customer.id,
        enrollment_id=membership.delivery_id >> 14 << 14,
        journey=membership.journey,
        step=membership.step,
        channel=membership.channel,
        planned_at=customer.memory.clock,
        reach=Reach.AUDIENCE,
        purpose=Purpose.MARKETING,
        items=membership.items,
    )
