"""What follows from the outcome of a handover?

The journey is told the fate of what left or was refused; what may be tried again waits for its next attempt.
"""

from datetime import datetime
from hashlib import blake2b

from actions.backoff import next_attempt
from actions.base import Outcome, Rejected, RetryLater, Sent, Unknown
from journeys.decision import Fate
from orchestrator.customer import Customer, Outgoing
from orchestrator.handover import NEVER_LEFT, Report
from orchestrator.program import Program
from orchestrator.sending import OVERTAKEN, settle
from orchestrator.store.codes import from_ms, to_ms


def reported(customer: Customer, report: Report) -> Outgoing | None:
    """Give the delivery that a report speaks of; None when it comes after its lease was taken over."""
    entry = customer.outbox.get(report.delivery_id)
    if entry is None or entry.token != report.token or entry.state not in ("attempting", "unknown"):
        return None
    return entry


def take_outcome(customer: Customer, entry: Outgoing, outcome: Outcome, at: datetime, program: Program) -> None:
    """Write an attempt's outcome down, and let the delivery come to its end or to its next attempt."""
    customer.changes.finished.append((entry.delivery.id, entry.attempts, at, _word(outcome)))
    customer.changes.touched[entry.delivery.id] = entry
    entry.lease_until = None
    match outcome:
        case Sent(provider_id=provider_id):
            entry.provider_id = provider_id
            settle(customer, entry, Fate.SENT, "", at, program)
        case Rejected(reason=reason):
            settle(customer, entry, Fate.FAILED, reason, at, program)
        case RetryLater():
            _retry(customer, entry, outcome, at, program)
        case Unknown(reason=reason):
            entry.state, entry.reason = "unknown", reason


def _retry(customer: Customer, entry: Outgoing, later: RetryLater, now: datetime, program: Program) -> None:
    pause = next_attempt(entry.attempts, chance_of(entry.delivery.id, entry.attempts), later.after)
    if pause is None and later.reason != OVERTAKEN:
        settle(customer, entry, Fate.FAILED, "attempts_exhausted", now, program)
        return
    entry.state, entry.reason = "planned", later.reason
    if pause is not None and later.reason not in (NEVER_LEFT, OVERTAKEN):
        # In whole milliseconds, as it is stored: memory and database must agree on when it is due.
        entry.due_at = from_ms(to_ms(now + pause))
    # It surely did not leave, so caps must not count it while it waits.
    customer.facts.sends[:] = [send for send in customer.facts.sends if send.delivery_id != entry.delivery.id]


def chance_of(delivery_id: int, attempt: int) -> float:
    """Draw the chance for a retry's jitter from the delivery itself, so that a replay draws the same."""
    digest = blake2b(f"{delivery_id}/{attempt}".encode(), digest_size=8).digest()
    return int.from_bytes(digest) / 2**64


def _word(outcome: Outcome) -> str:
    match outcome:
        case Sent():
            return "sent"
        case Rejected(reason=reason, detail=detail):
            return f"rejected {reason}{f': {detail}' if detail else ''}"
        case RetryLater(reason=reason):
            return f"retry_later {reason}"
        case Unknown(reason=reason):
            return f"unknown {reason}"
