"""How does a value become a row, and a row a value again?

Bodies are JSON, written and read by msgspec with the types of `journeys.vocabulary`; what is empty is left out.
"""

from typing import Any, TypeVar

import msgspec

from journeys.decision import Snapshot, Trace
from journeys.vocabulary import Item, Profile, Properties
from operational_guards.verdict import Allow, Answer, Delay, DropItems, Evidence, Suppress
from orchestrator.customer import Judged, Memory, Outgoing
from orchestrator.store.codes import (
    INTENT_CODES,
    KIND_CODES,
    PURPOSE_CODES,
    REACH_CODES,
    STATE_CODES,
    VERDICT_CODES,
    VERDICT_WORDS,
    to_ms,
)

Row = tuple[Any, ...]
T = TypeVar("T")

_encode = msgspec.json.Encoder().encode
_read_profile = msgspec.json.Decoder(Profile).decode
_read_memory = msgspec.json.Decoder(Memory).decode
_read_items = msgspec.json.Decoder(tuple[Item, ...]).decode
_read_places = msgspec.json.Decoder(tuple[int, ...]).decode
_read_item = msgspec.json.Decoder(Item).decode
_read_properties = msgspec.json.Decoder(dict[str, Any]).decode


def encode_text(value: object) -> str:
    """Write any value of ours as JSON text."""
    return _encode(value).decode()


def read_profile(body: str) -> Profile:
    """Read a profile back."""
    return _read_profile(body)


def read_memory(body: str) -> Memory:
    """Read a profile's memory back."""
    return _read_memory(body)


def read_properties(body: str) -> Properties:
    """Read a delivery's parameters back."""
    return _read_properties(body)


def read_items(body: bytes) -> tuple[Item, ...]:
    """Read a delivery's goods back."""
    return _read_items(body)


def read_places(body: str) -> tuple[int, ...]:
    """Read the places of goods that were left out."""
    return _read_places(body) if body else ()


def read_goods_sent(items: bytes, left_out: str) -> tuple[str, ...]:
    """Name the goods a message was about when it left."""
    without = read_places(left_out)
    return tuple([item.product_id for place, item in enumerate(_read_items(items)) if place not in without])


def encode_items(items: tuple[Item, ...]) -> bytes:
    """Write goods without what is empty."""
    return _encode(items)


def encode_item(item: Item) -> bytes:
    """Write one of the shop's goods."""
    return _encode(item)


def read_item(body: bytes) -> Item:
    """Read one of the shop's goods back."""
    return _read_item(body)


def enrollment_row(profile_id: int, snapshot: Snapshot) -> Row:
    """Give an enrollment's row, in the order of the statements in `orchestrator.store.writing`."""
    return (
        snapshot.id,
        profile_id,
        snapshot.journey,
        snapshot.version,
        snapshot.key,
        to_ms(snapshot.entered_at),
        snapshot.entry_seq,
        # What an entry without an event of its own was given stands nowhere else.
        encode_text(snapshot.entry) if snapshot.entry and not snapshot.entry_seq else "",
        *enrollment_state(snapshot),
    )


def enrollment_state(snapshot: Snapshot) -> Row:
    """Give the part of an enrollment's row that changes as it moves on."""
    due_at, goal_at, ended_at = snapshot.due_at, snapshot.goal_at, snapshot.ended_at
    since, converts_until = snapshot.since, snapshot.converts_until
    return (
        snapshot.step,
        None if due_at is None else to_ms(due_at),
        snapshot.delivery_id,
        snapshot.visits,
        None if goal_at is None else to_ms(goal_at),
        None if ended_at is None else to_ms(ended_at),
        snapshot.reason,
        None if since is None else to_ms(since),
        None if converts_until is None else to_ms(converts_until),
    )


def delivery_row(profile_id: int, entry: Outgoing) -> Row:
    """Give the part of a delivery's row that never changes after it was planned."""
    delivery = entry.delivery
    return (
        delivery.id,
        profile_id,
        delivery.journey,
        delivery.step,
        entry.version,
        delivery.channel,
        REACH_CODES[delivery.reach],
        PURPOSE_CODES[delivery.purpose],
        INTENT_CODES[delivery.intent],
        delivery.min_items,
        encode_items(delivery.items),
        encode_text(entry.parameters) if entry.parameters else "{}",
        entry.entry_seq,
        to_ms(delivery.planned_at),
    )


def delivery_state(entry: Outgoing) -> Row:
    """Give the part of a delivery's row that changes, in the order of the statements in `writing`."""
    attempted_at, settled_at = entry.attempted_at, entry.settled_at
    return (
        to_ms(entry.due_at),
        STATE_CODES[entry.state],
        entry.reason,
        1 if entry.on_change else 0,
        len(entry.left_out),
        entry.attempts,
        None if attempted_at is None else to_ms(attempted_at),
        1 if entry.counts_for_caps else 0,
        entry.lease_until,
        entry.token,
        entry.worker,
        None if settled_at is None else to_ms(settled_at),
        entry.provider_id,
        entry.forecast,
        encode_text(entry.left_out) if entry.left_out else "",
        entry.coupon,
        None if entry.in_line is None or not entry.is_waiting else entry.in_line,
        1 if entry.is_metered else 0,
    )


def judgement_row(profile_id: int, judged: Judged, seen: int) -> Row:
    """Give a ledger row; its answers are the guards' own, each with its evidence. `seen` is the place in the log."""
    verdict = judged.judgement.verdict
    return (
        judged.delivery_id,
        profile_id,
        to_ms(judged.at),
        VERDICT_CODES[type(verdict).__name__],
        "" if isinstance(verdict, Allow) else verdict.reason,
        encode_answers(judged.judgement.answers),
        KIND_CODES[judged.kind],
        judged.edition,
        encode_given(judged),
        seen,
    )


def encode_given(judged: Judged) -> str:
    """Write what a judgement was given on beside the events of the log; what is as usual is left out."""
    given: dict[str, Any] = {}
    if judged.doubts:
        given["doubts"] = judged.doubts
    if judged.outside:
        given["outside"] = judged.outside
    if not judged.saw_goods:
        given["saw_goods"] = False
    if judged.cause is not None:
        given["cause"] = judged.cause
    if judged.lag is not None:
        given["lag_seconds"] = round(judged.lag.total_seconds())
    return encode_text(given) if given else ""


def encode_answers(answers: tuple[Answer, ...]) -> bytes:
    """Write what every guard answered. Guards that allow are named only, so that a quiet ledger stays small."""
    known = _WRITTEN.get(id(answers))
    if known is not None and known[0] is answers:
        return known[1]
    written = _encode([_ALLOWS[one.guard] if type(one.verdict) is Allow else _objects(one) for one in answers])
    for one in answers:
        if type(one.verdict) is not Allow:
            return written
    if len(_WRITTEN) >= _MOST_WRITTEN:
        _WRITTEN.clear()
    _WRITTEN[id(answers)] = answers, written
    return written


# Most letters get the very same answers, which are found by what they are and not by what they say.
_WRITTEN: dict[int, tuple[tuple[Answer, ...], bytes]] = {}
_MOST_WRITTEN = 1_000


class _Allowances(dict[str, msgspec.Raw]):
    """The answer most guards give, by guard, each written once."""

    def __missing__(self, guard: str) -> msgspec.Raw:
        written = self[guard] = msgspec.Raw(_encode({"guard": guard}))
        return written


_ALLOWS = _Allowances()


def _objects(given: Answer) -> dict[str, Any]:
    verdict = given.verdict
    assert not isinstance(verdict, Allow)
    word = VERDICT_WORDS[VERDICT_CODES[type(verdict).__name__]]
    answer: dict[str, Any] = {"guard": given.guard, "verdict": word, "reason": verdict.reason}
    match verdict:
        case DropItems(places=places):
            answer["places"] = sorted(places)
        case Delay(until=until, on_change=on_change):
            answer["until"] = until
            answer["on_change"] = on_change
        case Suppress(divert=divert):
            if divert:
                answer["divert"] = divert
    if given.unheeded:
        answer["unheeded"] = given.unheeded
    answer["evidence"] = [_fact(fact) for fact in verdict.evidence]
    return answer


def _fact(fact: Evidence) -> dict[str, Any]:
    cited = {"kind": fact.kind, "id": fact.id, "state": fact.state, "at": fact.at}
    if fact.source:
        cited |= {"source": fact.source, "observed_at": fact.observed_at}
    return cited


def encode_trace(lines: list[Trace]) -> bytes:
    """Write the lines of a turn's story; there is one at least."""
    at, ms, rows = lines[0].at, to_ms(lines[0].at), []
    for line in lines:
        # Most lines of a turn tell of one moment.
        if line.at is not at:
            at, ms = line.at, to_ms(line.at)
        rows.append((ms, line.enrollment_id, line.journey, line.step, line.what, line.why))
    return _encode(rows)
