"""How does a value become a row, and a row a value again?

Bodies are JSON, written and read by msgspec with the types of `journeys.vocabulary`; what is empty is left out.
"""

from functools import lru_cache
from typing import Any, TypeVar

import msgspec

from journeys.compile import Journey
from journeys.decision import Snapshot, Trace
from journeys.vocabulary import Item, Order, Profile, Properties, Return, Shipment
from operational_guards.verdict import Allow, Delay, DropItems, Evidence, Suppress, Verdict
from orchestrator.customer import Judged, Memory, Outgoing
from orchestrator.store.codes import (
    INTENT_CODES,
    PURPOSE_CODES,
    REACH_CODES,
    STATE_CODES,
    VERDICT_CODES,
    VERDICT_WORDS,
    to_ms,
    to_ms_or_none,
)

Row = tuple[Any, ...]
T = TypeVar("T")

_encode = msgspec.json.Encoder().encode
_read_profile = msgspec.json.Decoder(Profile).decode
_read_memory = msgspec.json.Decoder(Memory).decode
_read_items = msgspec.json.Decoder(tuple[Item, ...]).decode
_read_item = msgspec.json.Decoder(Item).decode
_read_order = msgspec.json.Decoder(Order).decode
_read_shipment = msgspec.json.Decoder(Shipment).decode
_read_return = msgspec.json.Decoder(Return).decode
_read_properties = msgspec.json.Decoder(dict[str, Any]).decode
_ITEM_DEFAULTS = Item("")


def read_order(body: bytes) -> Order:
    """Read an order back."""
    return _read_order(body)


def read_shipment(body: bytes) -> Shipment:
    """Read a parcel back."""
    return _read_shipment(body)


def read_return(body: bytes) -> Return:
    """Read a return back."""
    return _read_return(body)


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


def encode_items(items: tuple[Item, ...]) -> bytes:
    """Write goods without what is empty."""
    return _encode([lean_item(item) for item in items])


def encode_item(item: Item) -> bytes:
    """Write one of the shop's goods."""
    return _encode(lean_item(item))


def read_item(body: bytes) -> Item:
    """Read one of the shop's goods back."""
    return _read_item(body)


def lean_item(item: Item) -> dict[str, Any]:
    """Give an item as a mapping without what is empty; orders and letters hold dozens of them."""
    lean: dict[str, Any] = {"product_id": item.product_id}
    if item.name:
        lean["name"] = item.name
    if item.price:
        lean["price"] = item.price
    if item.quantity != 1:
        lean["quantity"] = item.quantity
    for name in ("variant", "category", "url", "image_url"):
        if value := getattr(item, name):
            lean[name] = value
    return lean


def fact_row(profile_id: int, fact_id: str, fact: Order | Shipment | Return) -> Row:
    """Give the row of an order, a shipment or a return."""
    body = {name: getattr(fact, name) for name in fact.__slots__}
    if not isinstance(fact, Shipment):
        body["lines"] = [lean_item(item) for item in fact.lines]
    return (
        profile_id,
        fact_id,
        fact.status.value,
        to_ms(fact.changed_at),
        to_ms(fact.observed_at),
        fact.version,
        fact.source,
        _encode(body),
    )


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
        snapshot.step,
        to_ms_or_none(snapshot.due_at),
        snapshot.delivery_id,
        snapshot.visits,
        to_ms_or_none(snapshot.goal_at),
        to_ms_or_none(snapshot.ended_at),
        snapshot.reason,
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
        encode_text(entry.parameters),
        entry.entry_seq,
        to_ms(delivery.planned_at),
    )


def delivery_state(entry: Outgoing) -> Row:
    """Give the part of a delivery's row that changes, in the order of the statements in `writing`."""
    return (
        to_ms(entry.due_at),
        STATE_CODES[entry.state],
        entry.reason,
        int(entry.on_change),
        entry.dropped,
        entry.attempts,
        to_ms_or_none(entry.attempted_at),
        int(entry.counts_for_caps),
        entry.lease_until,
        entry.token,
        entry.worker,
        to_ms_or_none(entry.settled_at),
        entry.provider_id,
    )


def judgement_row(profile_id: int, judged: Judged) -> Row:
    """Give a ledger row; its answers are the guards' own, each with its evidence."""
    verdict = judged.judgement.verdict
    return (
        judged.delivery_id,
        profile_id,
        to_ms(judged.at),
        VERDICT_CODES[type(verdict).__name__],
        "" if isinstance(verdict, Allow) else verdict.reason,
        encode_answers(judged.judgement.answers),
    )


def encode_answers(answers: tuple[tuple[str, Verdict], ...]) -> bytes:
    """Write what every guard answered. Guards that allow are named only, so that a quiet ledger stays small."""
    if all(isinstance(verdict, Allow) for _, verdict in answers):
        return _all_allow(tuple([guard for guard, _ in answers]))
    return _encode([_answer(guard, verdict) for guard, verdict in answers])


@lru_cache(maxsize=1_024)
def _all_allow(guards: tuple[str, ...]) -> bytes:
    """Write the answer most letters get; there are as many of these as sets of guards."""
    return _encode([{"guard": guard} for guard in guards])


def _answer(guard: str, verdict: Verdict) -> dict[str, Any]:
    answer: dict[str, Any] = {"guard": guard}
    if isinstance(verdict, Allow):
        return answer
    answer["verdict"] = VERDICT_WORDS[VERDICT_CODES[type(verdict).__name__]]
    answer["reason"] = verdict.reason
    match verdict:
        case DropItems(places=places):
            answer["places"] = sorted(places)
        case Delay(until=until, on_change=on_change):
            answer["until"] = until
            answer["on_change"] = on_change
        case Suppress():
            pass
    answer["evidence"] = [_fact(fact) for fact in verdict.evidence]
    return answer


def _fact(fact: Evidence) -> dict[str, Any]:
    return {"kind": fact.kind, "id": fact.id, "state": fact.state, "at": fact.at}


def encode_trace(lines: list[Trace]) -> bytes:
    """Write the lines of a turn's story."""
    return _encode(
        [(to_ms(line.at), line.enrollment_id, line.journey, line.step, line.what, line.why) for line in lines]
    )


def describe_journey(journey: Journey) -> str:
    """Write a journey's content, so that a past version can be looked up."""
    return journey.spec.model_dump_json(by_alias=True, exclude_defaults=True)
