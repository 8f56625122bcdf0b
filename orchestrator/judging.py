"""What do the guards say about a delivery of this customer, and how is it written down?"""

from datetime import datetime

from journeys.vocabulary import Delivery
from operational_guards.judge import judge
from operational_guards.verdict import Judgement
from orchestrator.customer import Customer, Judged, JudgementKind
from orchestrator.program import Program


def write_down(
    customer: Customer, delivery: Delivery, kind: JudgementKind, now: datetime, program: Program
) -> Judgement:
    """Judge a delivery and put the answer into the ledger, with everything that is needed to give it again."""
    judgement = ask(customer, delivery, now, program)
    note(customer, delivery, kind, judgement, program)
    return judgement


def ask(customer: Customer, delivery: Delivery, now: datetime, program: Program) -> Judgement:
    """Judge a delivery by the rules that hold it and what is known now."""
    return judge(program.book_for(delivery).rules, delivery, customer.facts, now)


def note(customer: Customer, delivery: Delivery, kind: JudgementKind, judgement: Judgement, program: Program) -> None:
    """Put an answer into the ledger."""
    facts = customer.facts
    # Memberships are judged without regard to what is in doubt.
    doubts = {} if kind == "membership" else facts.doubts
    customer.changes.judged.append(
        Judged(
            delivery.id,
            customer.memory.clock,
            judgement,
            kind,
            program.book_for(delivery).edition,
            doubts,
            facts.outside,
        )
    )
