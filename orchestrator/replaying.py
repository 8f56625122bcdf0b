"""Are the judgements of a delivery given again on what was known then, also by rules the file no longer holds?"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import msgspec
from msgspec.structs import replace
from sqlalchemy import Connection

from journeys.errors import OrchestratorError
from journeys.vocabulary import Delivery, Item, Reach
from operational_guards.rule import Rule
from operational_guards.verdict import Allow, Judgement
from orchestrator.judging import with_lag
from orchestrator.replay import Member, PastJudgement, judge_again, one_person
from orchestrator.rulebooks import rebuild, rules_on
from orchestrator.store import past
from orchestrator.store.base import Store
from orchestrator.store.codec import encode_answers
from orchestrator.store.past import Line

_NOBODY_ASKED = b"[]"


class NothingToReplay(OrchestratorError):
    """There is no such delivery, or it was never judged, or its rules were not kept."""


@dataclass(frozen=True, slots=True)
class Replayed:
    """A line of the ledger, what it was given on, and the judgement that is given on the same now."""

    line: Line
    given: PastJudgement
    again: Judgement

    @property
    def reason(self) -> str:
        """The reason that is given now; empty when the delivery may go."""
        verdict = self.again.verdict
        return "" if isinstance(verdict, Allow) else verdict.reason

    @property
    def is_same(self) -> bool:
        """Say whether every guard answers as it did, byte for byte."""
        return self.reason == self.line.reason and encode_answers(self.again.answers) == self.line.answers


def replay(store: Store, delivery_id: int) -> tuple[Delivery, list[Replayed]]:
    """Give all judgements of a delivery again, in the order they were given.

    Raises NothingToReplay when there are none, GuardError when a guard of then is no longer installed.
    """
    with store.reading() as connection:
        delivery = past.delivery(connection, delivery_id)
        if delivery is None:
            raise NothingToReplay(f"expected the key of a delivery, got {delivery_id}; `tactful deliveries` lists them")
        lines = past.lines(connection, delivery_id)
        if not lines:
            raise NothingToReplay(
                f"delivery {delivery_id}: expected a judgement, got none yet; `tactful run` judges it"
            )
        family = past.family(connection, delivery.profile_id)
        return delivery, [
            replay_line(connection, line, judged, family)
            for line, judged in zip(lines, _as_judged(delivery, lines), strict=True)
        ]


def replay_line(connection: Connection, line: Line, delivery: Delivery, family: Mapping[int, Member]) -> Replayed:
    """Give one judgement again; `delivery` is as it stood before the guards then."""
    owner = line.profile_id if line.profile_id in family else delivery.profile_id
    given = PastJudgement(
        delivery=replace(delivery, profile_id=owner),
        at=line.at,
        rules=rules_on(line.kind, _rules(connection, line)),
        seen=line.seen,
        goods=past.goods_seen(connection, line),
        sends=past.sends_before(connection, line, family, one_person(owner, family, line.at, line.seen)),
        doubts=line.doubts,
        outside=line.outside,
        cause=line.cause,
    )
    return Replayed(line, given, with_lag(judge_again(given, family), delivery.channel, line.lag))


def _rules(connection: Connection, line: Line) -> tuple[Rule, ...]:
    body = past.rulebook(connection, line.edition)
    if body is not None:
        return rebuild(body)
    if line.edition == 0 and line.answers == _NOBODY_ASKED:
        return ()
    raise NothingToReplay(
        f"delivery {line.delivery_id}: expected the rules of edition {line.edition}, got none; "
        "they are kept since `tactful run` began to write them down"
    )


def _as_judged(delivery: Delivery, lines: Iterable[Line]) -> list[Delivery]:
    """Give the delivery as it stood before each judgement: a membership holds what guards have left of it so far."""
    found = []
    items = delivery.items
    for line in lines:
        if line.kind == "membership":
            found.append(replace(delivery, items=items, planned_at=line.at, reach=Reach.AUDIENCE, min_items=1))
            items = _left(items, line)
        else:
            found.append(delivery)
            items = _left(delivery.items, line)
    return found


def _left(items: tuple[Item, ...], line: Line) -> tuple[Item, ...]:
    if line.verdict != "drop_items":
        return items
    answers: list[dict[str, Any]] = msgspec.json.decode(line.answers)
    heeded = [answer for answer in answers if answer.get("verdict") == "drop_items" and not answer.get("unheeded")]
    dropped = {place for answer in heeded for place in answer["places"]}
    return tuple(item for place, item in enumerate(items) if place not in dropped)
