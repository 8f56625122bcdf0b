"""May this delivery go now?

Every guard that applies answers, and the strictest answer wins: suppress, then delay, then drop_items, then allow.
The order of the guards does not matter, and one more guard never lets more through. A guard that raises has not said
yes: marketing waits an hour and is judged again, while what the customer is owed goes.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from operator import itemgetter
from typing import TypeAlias

from journeys.vocabulary import Delivery, Facts, Purpose
from operational_guards.base import ALLOW, Guard
from operational_guards.holds import merge_evidence
from operational_guards.verdict import Allow, Delay, DropItems, Evidence, Judgement, Suppress, Verdict

PAUSE_AFTER_FAILURE = timedelta(hours=1)

# What the judge itself can say in a guard's name: `in_delivery.no_items_left`.
COMMON_REASONS = {
    "no_items_left": "Guards dropped all goods of the message; named after the first of them by name.",
    "too_few_items": "Guards left fewer goods than the message needs; named after the first of them by name.",
    "failed": "The guard itself failed; the message is judged again an hour later.",
}

_VERDICTS = (Allow, DropItems, Delay, Suppress)

Named: TypeAlias = tuple[str, Verdict]


def judge(guards: Sequence[Guard], delivery: Delivery, facts: Facts, now: datetime) -> Judgement:
    """Let the strictest guard win; `now` is aware UTC."""
    answers: list[Named] = []
    for guard in guards:
        try:
            if not guard.applies_to(delivery):
                continue
            verdict = guard.judge(delivery, facts, now)
            if verdict is not ALLOW:
                _check(guard.name, verdict)
        except Exception as error:
            verdict = _without_answer(guard.name, error, delivery, now)
        answers.append((guard.name, verdict))
    answers.sort(key=itemgetter(0))
    return Judgement(_strictest(answers, delivery), tuple(answers))


def _check(name: str, verdict: object) -> None:
    if not isinstance(verdict, _VERDICTS):
        raise TypeError(f'guard "{name}": expected a verdict, got {verdict!r}; return Allow() to let it go')


def _without_answer(name: str, error: Exception, delivery: Delivery, now: datetime) -> Verdict:
    """Decide for a guard that raised. Only the error's class is kept: its message may hold personal facts."""
    if delivery.purpose == Purpose.TRANSACTIONAL:
        return ALLOW
    evidence = Evidence("guard", type(error).__name__, "unknown")
    return Delay(now + PAUSE_AFTER_FAILURE, f"{name}.failed", (evidence,))


def _strictest(answers: Sequence[Named], delivery: Delivery) -> Verdict:
    held = [answer for answer in answers if answer[1] is not ALLOW and not isinstance(answer[1], Allow)]
    if not held:
        return ALLOW
    for _, verdict in held:
        if isinstance(verdict, Suppress):
            return verdict
    remaining = _without_goods([(name, verdict) for name, verdict in held if isinstance(verdict, DropItems)], delivery)
    delays = [(verdict.until, name, verdict) for name, verdict in held if isinstance(verdict, Delay)]
    # Too few goods is a suppression: it is stricter than any delay, or a second guard would soften the first.
    return remaining if isinstance(remaining, Suppress) or not delays else _latest(delays)


def _without_goods(drops: Sequence[tuple[str, DropItems]], delivery: Delivery) -> Verdict:
    """Drop all goods that any guard drops; without enough of them left, suppress."""
    if not drops:
        return ALLOW
    first, reason = drops[0][0], drops[0][1].reason
    places = frozenset().union(*(drop.places for _, drop in drops))
    evidence = merge_evidence(drop.evidence for _, drop in drops)
    left = len(delivery.items) - len(places)
    if left < delivery.min_items:
        return Suppress(f"{first}.too_few_items" if left > 0 else f"{first}.no_items_left", evidence)
    return DropItems(places, reason, evidence)


def _latest(delays: Sequence[tuple[datetime, str, Delay]]) -> Delay:
    """Wait for the last of the delays; of several that end together the first guard by name gives the reason."""
    until = max(end for end, _, _ in delays)
    reason = min((name, delay.reason) for end, name, delay in delays if end == until)[1]
    evidence = merge_evidence(delay.evidence for _, _, delay in delays)
    return Delay(until, reason, evidence, any(delay.on_change for _, _, delay in delays))
