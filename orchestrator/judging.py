"""What do the guards say about a delivery of this customer, and how is it written down?"""

from datetime import datetime, timedelta

from msgspec.structs import replace

from journeys.duration import format_duration
from journeys.vocabulary import NO_GOODS, Delivery, Profile
from operational_guards.judge import judge
from operational_guards.verdict import Allow, Answer, Evidence, Judgement
from orchestrator.customer import Customer, Judged, JudgementKind
from orchestrator.program import Program
from orchestrator.rulebooks import Rulebook


def write_down(customer: Customer, delivery: Delivery, now: datetime, program: Program) -> Judgement:
    """Judge a claimed delivery and put the answer into the ledger, with everything that is needed to give it again."""
    book = book_of(customer, delivery, program)
    judgement = judge(book.on("claim"), delivery, customer.facts, now)
    _write(customer, delivery, judgement, kind="claim", edition=book.edition)
    return judgement


def ask(customer: Customer, delivery: Delivery, kind: JudgementKind, now: datetime, program: Program) -> Judgement:
    """Judge a delivery by the rules that hold it and what is known now."""
    return judge(book_of(customer, delivery, program).on(kind), delivery, customer.facts, now)


def book_of(customer: Customer, delivery: Delivery, program: Program) -> Rulebook:
    """Give the rules that hold a delivery of this customer."""
    version = customer.version_behind(delivery) if program.lineage.kept else ""
    return program.book_for(delivery, version)


def with_lag(judgement: Judgement, channel: str, lag: timedelta | None) -> Judgement:
    """State beside every objection how long the platform goes on showing ads: it is part of what happened."""
    if lag is None:
        return judgement
    platform = Evidence("platform", channel, f"acts_within_{format_duration(lag)}")
    return Judgement(judgement.verdict, tuple(_beside(answer, platform) for answer in judgement.answers))


def _beside(answer: Answer, platform: Evidence) -> Answer:
    verdict = answer.verdict
    if isinstance(verdict, Allow) or answer.unheeded:
        return answer
    return replace(answer, verdict=replace(verdict, evidence=(*verdict.evidence, platform)))


def note(customer: Customer, delivery: Delivery, kind: JudgementKind, judgement: Judgement, program: Program) -> None:
    """Put an answer into the ledger; beside that to an audience, how long its platform takes."""
    lag = program.lags.get(delivery.channel) if kind == "membership" else None
    edition = book_of(customer, delivery, program).edition
    _write(customer, delivery, judgement, kind=kind, edition=edition, lag=lag)


def _write(
    customer: Customer,
    delivery: Delivery,
    judgement: Judgement,
    *,
    kind: JudgementKind,
    edition: int,
    lag: timedelta | None = None,
) -> None:
    facts = customer.facts
    # Memberships are judged without regard to what is in doubt.
    doubts = {} if kind == "membership" else facts.doubts
    customer.changes.judged.append(
        Judged(
            delivery.id,
            customer.memory.clock,
            judgement,
            kind,
            edition,
            doubts,
            facts.outside,
            saw_goods=facts.goods is not NO_GOODS,
            lag=lag,
            cause=_cause(facts.profile, delivery.channel),
        )
    )


def _cause(profile: Profile, channel: str) -> str | None:
    if not profile.suppressed and False not in profile.consent.values():
        return None
    return profile.suppressed.get(profile.address(channel), "")
