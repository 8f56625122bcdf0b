"""Which lines does the log tell of a customer's turn?

One for every judgement, and one for every enrollment and delivery that changed, as it stands when the turn is over: at
which step, and why. Nothing in them is personal: ids, names out of the journeys file and reason codes.
"""

import re
from collections.abc import Iterator
from datetime import datetime

from journeys.decision import Snapshot
from operational_guards.verdict import Allow
from orchestrator.customer import Customer, Judged, Outgoing
from orchestrator.store.codes import VERDICT_CODES, VERDICT_WORDS

# A reason is a code. What a plugin gives instead may say anything, and is not repeated.
_CODE = re.compile(r"[\w.:/-]*", re.ASCII)
_NO_CODE = "not_a_code"


def lines_of(customer: Customer) -> Iterator[str]:
    """Tell what has changed and is not written yet: `event=delivery.delayed at=2026-03-02T10:00:00Z profile=7 ...`."""
    changes, when = customer.changes, f"at={_shown(customer.memory.clock)} profile={customer.facts.profile.id}"
    for snapshot in changes.entered:
        yield f"event=enrollment.entered {when} {_of_enrollment(snapshot)}"
    for snapshot in changes.moved.values():
        yield f"event=enrollment.{_standing(snapshot)} {when} {_of_enrollment(snapshot)}{_because(snapshot.reason)}"
    for judged in changes.judged:
        yield f"event=delivery.judged {when} {_of_judgement(judged)}"
    for entry in {id(entry): entry for entry in (*changes.planned, *changes.touched.values())}.values():
        yield f"event=delivery.{entry.state} {when} {_of_delivery(entry)}"


def _standing(snapshot: Snapshot) -> str:
    return "waits" if snapshot.is_live else "ended"


def _of_enrollment(snapshot: Snapshot) -> str:
    return f"enrollment={snapshot.id} journey={snapshot.journey} step={snapshot.step}"


def _of_judgement(judged: Judged) -> str:
    verdict = judged.judgement.verdict
    reason = "" if isinstance(verdict, Allow) else verdict.reason
    word = VERDICT_WORDS[VERDICT_CODES[type(verdict).__name__]]
    return f"delivery={judged.delivery_id} kind={judged.kind} verdict={word}{_because(reason)}"


def _of_delivery(entry: Outgoing) -> str:
    delivery = entry.delivery
    what = f"delivery={delivery.id} journey={delivery.journey} step={delivery.step} channel={delivery.channel}"
    return f"{what} due={_shown(entry.due_at)}{_because(entry.reason)}"


def _because(reason: str) -> str:
    if not reason:
        return ""
    return f" reason={reason if _CODE.fullmatch(reason) else _NO_CODE}"


def _shown(at: datetime) -> str:
    return f"{at:%Y-%m-%dT%H:%M:%SZ}"
