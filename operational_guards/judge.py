"""May this delivery go now?

Every guard that applies answers, and the strictest answer wins: suppress, then delay, then drop_items, then allow.
The order of the guards does not matter, and one more guard never lets more through. A yes is no answer while the facts
the guard needs cannot be relied on, nor is a guard that raised: what happens then is `if_unknown`. Answers of guards
that only record, and those that chance or an exemption waived, are written down and do not count.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from operator import attrgetter

from journeys.vocabulary import Delivery, Facts
from operational_guards.base import ALLOW
from operational_guards.holds import growing_pause, merge_evidence
from operational_guards.panel import Hearing, Panel
from operational_guards.rule import Rule
from operational_guards.verdict import Allow, Answer, Delay, DropItems, Evidence, Judgement, Suppress, Unsure, Verdict

# What is not known is asked again after a while that grows with the wait, and not for ever.
FIRST_PAUSE = timedelta(minutes=15)
LONGEST_UNKNOWN = timedelta(days=7)

# What the judge itself can say in a guard's name: `in_delivery.no_items_left`.
COMMON_REASONS = {
    "no_items_left": "Guards dropped all goods of the message; named after the first of them by name.",
    "too_few_items": "Guards left fewer goods than the message needs; named after the first of them by name.",
    "unknown": "The facts the guard needs cannot be relied on; `if_unknown` decided.",
    "failed": "The guard itself failed; `if_unknown` decided.",
}

_VERDICTS = (Delay, DropItems, Suppress, Unsure, Allow)
_NOBODY_ASKED = Judgement(ALLOW, ())
_BY_GUARD = attrgetter("guard")


def judge(rules: Sequence[Rule], delivery: Delivery, facts: Facts, now: datetime) -> Judgement:
    """Let the strictest guard win; `now` is aware UTC. Of a `Panel` only those are asked who could object."""
    if not rules:
        return _NOBODY_ASKED
    hearing = rules.hearing(delivery) if isinstance(rules, Panel) and not facts.doubts else None
    return _ask_all(rules, delivery, facts, now) if hearing is None else _ask(hearing, delivery, facts, now)


def _ask(hearing: Hearing, delivery: Delivery, facts: Facts, now: datetime) -> Judgement:
    """Ask the guards that could object; mostly none does, and the answers are those that everybody gets."""
    answers: list[Answer] = []
    held: list[Answer] = []
    for place, rule, ask in hearing.asked(facts):
        said: Verdict | Unsure
        try:
            said = ask(delivery, facts, now)
            if said is ALLOW:
                continue
            _check(rule.name, said, now)
        except Exception as error:
            said = _failed(rule, error)
        # Nothing is in doubt where there is a hearing, so that only what the guard itself could not tell is open.
        verdict = _if_unknown(rule, said, delivery, now) if isinstance(said, Unsure) else said
        answer = _answer(rule, verdict, delivery)
        if answer is rule.yes:
            continue
        answers = answers or list(hearing.yes.answers)
        answers[place] = answer
        if not answer.unheeded:
            held.append(answer)
    if not answers:
        return hearing.yes
    return Judgement(_strictest(held, delivery) if held else ALLOW, tuple(answers))


def _ask_all(rules: Sequence[Rule], delivery: Delivery, facts: Facts, now: datetime) -> Judgement:
    answers: list[Answer] = []
    held: list[Answer] = []
    doubts = facts.doubts
    for rule in rules:
        guard = rule.guard
        said: Verdict | Unsure
        try:
            if not guard.applies_to(delivery):
                continue
            said = guard.judge(delivery, facts, now)
            if said is not ALLOW:
                _check(guard.name, said, now)
        except Exception as error:
            said = _failed(rule, error)
        if said is ALLOW and not doubts:
            answers.append(rule.yes)
            continue
        answer = _answer(rule, _settled(rule, said, delivery, facts, now), delivery)
        answers.append(answer)
        if answer is not rule.yes and not answer.unheeded:
            held.append(answer)
    answers.sort(key=_BY_GUARD)
    held.sort(key=_BY_GUARD)
    return Judgement(_strictest(held, delivery) if held else ALLOW, tuple(answers))


def _failed(rule: Rule, error: Exception) -> Unsure:
    """Take an error for not knowing. Only its class is kept: its message may hold personal facts."""
    return Unsure(f"{rule.name}.failed", (Evidence("guard", type(error).__name__, "unknown"),))


def _check(name: str, verdict: object, now: datetime) -> None:
    """Refuse what is no verdict; a delay that is over already would be asked for again for ever."""
    if not isinstance(verdict, _VERDICTS):
        raise TypeError(f'guard "{name}": expected a verdict, got {verdict!r}; return Allow() to let it go')
    if isinstance(verdict, Delay) and verdict.until <= now:
        raise ValueError(f'guard "{name}": expected a delay until after {now}, got {verdict.until}; return a later one')


def _settled(rule: Rule, said: Verdict | Unsure, delivery: Delivery, facts: Facts, now: datetime) -> Verdict:
    """Turn what is unsure into a verdict: what the guard could not tell, and a yes on facts nobody can rely on."""
    if isinstance(said, Unsure):
        return _if_unknown(rule, said, delivery, now)
    doubted = _doubted(rule, facts)
    if not doubted or isinstance(said, Delay | Suppress):
        return said
    unknown = _if_unknown(rule, Unsure(f"{rule.name}.unknown", doubted), delivery, now)
    return said if isinstance(unknown, Allow) else unknown


def _doubted(rule: Rule, facts: Facts) -> tuple[Evidence, ...]:
    return merge_evidence(
        [
            tuple(Evidence("source", doubt.source, "unknown", doubt.since, doubt.state) for doubt in facts.doubts[kind])
            for kind in rule.needs
            if kind in facts.doubts
        ]
    )


def _if_unknown(rule: Rule, unsure: Unsure, delivery: Delivery, now: datetime) -> Verdict:
    known = ALLOW if isinstance(unsure.known, Allow) else unsure.known
    match rule.if_unknown(delivery):
        case "allow":
            return known
        case _ if unsure.places:
            places = unsure.places | (known.places if isinstance(known, DropItems) else frozenset())
            return DropItems(places, unsure.reason, unsure.evidence)
        case "suppress":
            return Suppress(unsure.reason, unsure.evidence)
        case "delay":
            waited = now - delivery.planned_at
            if waited >= LONGEST_UNKNOWN:
                return Suppress(unsure.reason, unsure.evidence)
            first = unsure.first_pause
            pause = min(growing_pause(waited, first), max(FIRST_PAUSE, LONGEST_UNKNOWN - waited))
            return Delay(now + pause, unsure.reason, unsure.evidence, on_change=True)


def _answer(rule: Rule, verdict: Verdict, delivery: Delivery) -> Answer:
    if isinstance(verdict, Allow):
        return rule.yes
    if rule.is_plain:
        return Answer(rule.name, verdict)
    if rule.conduct.divert and isinstance(verdict, Delay | Suppress):
        verdict = Suppress(verdict.reason, verdict.evidence, rule.conduct.divert)
    return Answer(rule.name, verdict, rule.unheeded(delivery))


def _strictest(held: Sequence[Answer], delivery: Delivery) -> Verdict:
    suppressed: Suppress | None = None
    delays: list[tuple[str, Delay]] = []
    for answer in held:
        verdict = answer.verdict
        if isinstance(verdict, Delay):
            delays.append((answer.guard, verdict))
        # One that only diverts is milder than one that ends it: the way out is for those nothing else speaks against.
        elif isinstance(verdict, Suppress) and (suppressed is None or (suppressed.divert and not verdict.divert)):
            suppressed = verdict
    if suppressed is not None:
        return suppressed
    if len(delays) == len(held):
        return _latest(delays)
    remaining = _without_goods(held, delivery)
    # Too few goods is a suppression: it is stricter than any delay, or a second guard would soften the first.
    return remaining if isinstance(remaining, Suppress) or not delays else _latest(delays)


def _without_goods(held: Sequence[Answer], delivery: Delivery) -> Suppress | DropItems:
    """Drop all goods that any guard drops; without enough of them left, suppress."""
    drops = [(answer.guard, answer.verdict) for answer in held if isinstance(answer.verdict, DropItems)]
    first, all_of = drops[0]
    if len(drops) > 1:
        places = frozenset().union(*[drop.places for _, drop in drops])
        all_of = DropItems(places, all_of.reason, merge_evidence([drop.evidence for _, drop in drops]))
    left = len(delivery.items) - len(all_of.places)
    if left < delivery.min_items:
        return Suppress(f"{first}.too_few_items" if left > 0 else f"{first}.no_items_left", all_of.evidence)
    return all_of


def _latest(delays: Sequence[tuple[str, Delay]]) -> Delay:
    """Wait for the last of the delays; of several that end together the first guard by name gives the reason."""
    if len(delays) == 1:
        return delays[0][1]
    until = max([delay.until for _, delay in delays])
    reason = min([(name, delay.reason) for name, delay in delays if delay.until == until])[1]
    evidence = merge_evidence([delay.evidence for _, delay in delays])
    return Delay(until, reason, evidence, any([delay.on_change for _, delay in delays]))
