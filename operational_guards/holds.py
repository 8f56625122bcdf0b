"""What do several reasons to hold one delivery come to?

A guard first finds what it holds against a delivery, one `Hold` per good and fact, and then lets `hold_back` turn
them into the verdict that its `do` asks for. The hold that lasts longest gives the reason. What it cannot know becomes
`Unsure` in the same way, beside what it knows.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from operator import attrgetter
from typing import Literal, TypeAlias, assert_never

from msgspec import Struct

from operational_guards.base import ALLOW
from operational_guards.verdict import Delay, DropItems, Evidence, Suppress, Unsure, Verdict

Do: TypeAlias = Literal["delay", "drop_items", "suppress"]
Then: TypeAlias = Literal["suppress", "send", "drop_items"]

# Windows include their last moment, so what they hold is free one clock tick later; instants are whole milliseconds.
TICK = timedelta(milliseconds=1)
# What only a fact can tell is looked at again once a day; the fact itself wakes the delivery at once.
LONG_PAUSE = timedelta(days=1)
_NEVER = datetime.min.replace(tzinfo=UTC)
_LASTING = attrgetter("until", "reason")
_ON_CHANGE = attrgetter("on_change")
_EVIDENCE = attrgetter("evidence")


class Hold(Struct, frozen=True, gc=False):
    """One fact that speaks against a delivery.

    `until` is when it ends if no fact changes; `on_change` says that a changed fact may end it sooner. `place` is the
    good it concerns in `delivery.items`, -1 when it concerns the whole message.
    """

    reason: str
    until: datetime
    evidence: tuple[Evidence, ...]
    on_change: bool = True
    place: int = -1


class Deadline(Struct, frozen=True, gc=False):
    """When a guard stops delaying, what it does then, and the reason it gives."""

    at: datetime
    then: Then
    reason: str


def hold_back(holds: Sequence[Hold], do: Do, now: datetime, deadline: Deadline | None = None) -> Verdict:
    """Turn holds into the verdict that `do` asks for; none of them allow."""
    if not holds:
        return ALLOW
    if do == "delay" and deadline and now >= deadline.at:
        return _verdict(holds, deadline.then, deadline.reason)
    if do != "delay":
        return _verdict(holds, do, max(holds, key=_LASTING).reason)
    until, reason = max(map(_LASTING, holds))
    if deadline and deadline.at < until:
        until, reason = max([(min(hold.until, deadline.at), hold.reason) for hold in holds])
    return Delay(until, reason, _evidence(holds), any(map(_ON_CHANGE, holds)))


def hold_or_doubt(
    holds: Sequence[Hold], doubts: Sequence[Hold], do: Do, now: datetime, deadline: Deadline | None = None
) -> Verdict | Unsure:
    """Turn holds, and those that only may be, into a verdict. Where goods are dropped both are told apart good by good.

    Where the whole delivery is held, one sure hold is enough, and only without any the guard is unsure.
    """
    known = hold_back(holds, do, now, deadline)
    if not doubts or isinstance(known, Delay | Suppress):
        return known
    reason = max((doubt.until, doubt.reason) for doubt in doubts)[1]
    evidence = merge_evidence([_evidence(doubts), *([known.evidence] if isinstance(known, DropItems) else [])])
    places = frozenset(doubt.place for doubt in doubts) if do == "drop_items" else frozenset[int]()
    return Unsure(reason, evidence, places, known, LONG_PAUSE)


def _verdict(holds: Sequence[Hold], what: Then, reason: str) -> Verdict:
    match what:
        case "send":
            return ALLOW
        case "suppress":
            return Suppress(reason, _evidence(holds))
        case "drop_items":
            return DropItems(frozenset([hold.place for hold in holds]), reason, _evidence(holds))
        case _:
            assert_never(what)


def _evidence(holds: Sequence[Hold]) -> tuple[Evidence, ...]:
    return merge_evidence(list(map(_EVIDENCE, holds)))


def growing_pause(waited: timedelta, first: timedelta) -> timedelta:
    """Say how long to wait before asking again what nobody knew: half of the time waited, at least the first pause."""
    return max(first, timedelta(seconds=round(waited.total_seconds() / 2)))


def merge_evidence(pieces: Sequence[tuple[Evidence, ...]]) -> tuple[Evidence, ...]:
    """Put evidence together, each piece once and in one order, whatever order it was found in."""
    if len(pieces) == 1 and len(pieces[0]) < 2:
        return pieces[0]
    found = {evidence for piece in pieces for evidence in piece}
    if len(found) < 2:
        return tuple(found)
    try:
        return tuple(sorted(found))
    except TypeError:
        # Two of one name, and one of them without a moment, which has no place among moments.
        return tuple(sorted(found, key=_place_of))


def _place_of(evidence: Evidence) -> tuple[str, str, str, datetime, str, datetime]:
    at, observed_at = evidence.at or _NEVER, evidence.observed_at or _NEVER
    return evidence.kind, evidence.id, evidence.state, at, evidence.source, observed_at
