"""Which messages went out only because a fact came too late?

A turn notes every event that changed facts after something had been sent that it might have held. Here each such
message is judged once more, at its own moment and by its own rules, but by everything that is known now. A guard that
would have held it then is a regret: with the source of the fact and how late it was, the one figure that says how far
the data can be trusted. Looking into it takes the whole past of a customer, so it is done beside the turns and a few at
a time.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import Connection

from journeys.vocabulary import Event
from operational_guards.errors import GuardError
from operational_guards.verdict import Allow, Answer, Delay, DropItems, Judgement, Suppress
from orchestrator.replay import Member, judge_knowing_all
from orchestrator.replaying import NothingToReplay, Replayed, replay_line
from orchestrator.store import past
from orchestrator.store.base import Store
from orchestrator.store.past import LateFact, RegretLine

AT_ONCE = 200


@dataclass(frozen=True, slots=True)
class Regret:
    """A guard that would have held a message back, had it known, and the reason it would have given."""

    guard: str
    reason: str


def find_regrets(store: Store, most: int = AT_ONCE) -> int:
    """Look into late facts, the oldest first, and write down what is regretted; give how many were looked into."""
    with store.reading() as connection:
        late = past.late_facts(connection, most)
        found = [regret for fact in late for regret in _regrets_of(connection, fact)]
    if late:
        store.keep_regrets(found, [fact.seq for fact in late])
    return len(late)


def _regrets_of(connection: Connection, late: LateFact) -> Iterator[RegretLine]:
    """Judge everything again that was sent to this customer between the fact and our learning of it."""
    family = past.family(connection, late.profile_id)
    event = _event_of(family, late)
    if event is None:
        return
    for delivery, line in past.sent_between(connection, list(family), event.at, late.learned_at):
        try:
            sent = replay_line(connection, line, delivery, family)
        except (NothingToReplay, GuardError):
            # By rules that cannot be built any more nobody can say what they would have held.
            continue
        for regret in regretted(sent, judge_knowing_all(sent.given, family)):
            yield RegretLine(delivery.id, regret.guard, regret.reason, line.at, event, late.learned_at)


def _event_of(family: dict[int, Member], late: LateFact) -> Event | None:
    return next((event for member in family.values() for event in member.events if event.seq == late.seq), None)


def regretted(sent: Replayed, knowing_all: Judgement) -> tuple[Regret, ...]:
    """Name the guards that let a message go and would not have, had everything been known."""
    before = {answer.guard: answer for answer in sent.again.answers}
    return tuple(
        Regret(answer.guard, answer.verdict.reason)
        for answer in knowing_all.answers
        if not isinstance(answer.verdict, Allow) and not answer.unheeded and _is_stricter(answer, before)
    )


def _is_stricter(now: Answer, before: dict[str, Answer]) -> bool:
    then = before.get(now.guard)
    if then is None or isinstance(then.verdict, Allow):
        return True
    if isinstance(now.verdict, DropItems) and isinstance(then.verdict, DropItems):
        return not now.verdict.places <= then.verdict.places
    return isinstance(now.verdict, Delay | Suppress) and isinstance(then.verdict, DropItems)
