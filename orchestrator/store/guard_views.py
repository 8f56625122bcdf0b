"""What does the store hold about the work of guards? Read customer by customer, so that memory stays flat."""

from collections import defaultdict
from collections.abc import Collection, Iterator
from datetime import datetime, timedelta
from functools import lru_cache
from itertools import groupby
from operator import attrgetter
from typing import Any

import msgspec
from sqlalchemy import Connection

from journeys.vocabulary import Purpose, Reach, ReturnStatus
from operational_guards.rule import Conduct
from orchestrator.reports.guards import Line, Said
from orchestrator.reports.regrets import LateFact
from orchestrator.reports.worth import Doings, Outcome, outcome_of
from orchestrator.store import codec
from orchestrator.store.codes import KIND_CODES, KINDS, PURPOSE_CODES, REACH_CODES, STATE_CODES, from_ms, to_ms
from orchestrator.store.fact_rows import read_order, read_return
from orchestrator.store.views import profile_name

Fields = dict[str, Any]
Customer = list[Line]

MOST_CUSTOMERS = 500
_KEPT = frozenset({ReturnStatus.DECLINED, ReturnStatus.CANCELLED})
_MARKETING_MESSAGE = (PURPOSE_CODES[Purpose.MARKETING], REACH_CODES[Reach.MESSAGE])
_CUSTOMER = "COALESCE(p.merged_into, p.id)"
# Everybody of the batch, and whoever was merged into them.
_FAMILIES = (
    "p.id IN (SELECT value FROM json_each(?) UNION ALL "
    "SELECT m.id FROM profiles m WHERE m.merged_into IN (SELECT value FROM json_each(?)))"
)


class _Logged(msgspec.Struct, array_like=True, gc=False):
    """What a report needs of an event's row in the log."""

    message_id: str
    kind: str
    name: str
    at: int
    properties: dict[str, Any]


_read_logged = msgspec.json.Decoder(_Logged).decode
_decode_answers = msgspec.json.Decoder(tuple[Said, ...]).decode


# The answers of guards.


def judged_customers(connection: Connection) -> Iterator[list[Customer]]:
    """Give all judgements but forecasts, customer by customer, some hundred customers at a time.

    Those of one customer come in the order they were given, and so does what a merged profile was told before.
    """
    last = 0
    while batch := _next_customers(connection, last):
        last = batch[-1]
        lines = _lines(connection, codec.encode_text(batch))
        customers = [list(of_one) for _, of_one in groupby(lines, attrgetter("customer"))]
        if customers:
            yield customers


def _next_customers(connection: Connection, after: int) -> list[int]:
    rows = connection.exec_driver_sql(
        "SELECT id FROM profiles WHERE merged_into IS NULL AND id > ? ORDER BY id LIMIT ?", (after, MOST_CUSTOMERS)
    )
    return [row[0] for row in rows]


def _lines(connection: Connection, batch: str) -> Iterator[Line]:
    rows = connection.exec_driver_sql(
        f"SELECT {_CUSTOMER}, j.delivery_id, d.journey, j.at, j.kind, j.edition, j.answers "
        "FROM profiles p JOIN judgements j ON j.profile_id = p.id JOIN deliveries d ON d.id = j.delivery_id "
        f"WHERE {_FAMILIES} AND j.kind <> ? ORDER BY 1, j.id",
        (batch, batch, KIND_CODES["forecast"]),
    )
    for customer, delivery, journey, at, kind, edition, answers in rows:
        yield Line(customer, delivery, journey, from_ms(at), KINDS[kind], edition, _read_answers(answers))


@lru_cache(maxsize=1_024)
def _read_answers(answers: bytes) -> tuple[Said, ...]:
    """Read what the guards said; most letters get the same answer."""
    return _decode_answers(answers)


# What customers did.


def on_trial(connection: Connection) -> dict[int, frozenset[str]]:
    """Name by edition of the rules the guards that let a share through by chance; editions without any are left out."""
    found = {}
    for edition, body in connection.exec_driver_sql("SELECT edition, body FROM rulebooks"):
        if guards := frozenset(rule["guard"] for rule in msgspec.json.decode(body) if _has_holdout(rule["parameters"])):
            found[edition] = guards
    return found


def _has_holdout(parameters: Fields) -> bool:
    said = parameters.get("holdout")
    return said is not None and Conduct.model_validate({"holdout": said}).holdout > 0


def doings(connection: Connection, customers: Collection[int], since: datetime, currency: str) -> dict[int, Doings]:
    """Say what these customers did from a moment on. Orders in another currency are orders, but no revenue."""
    batch = codec.encode_text(sorted(customers))
    moments: dict[int, dict[Outcome, list[datetime]]] = {each: defaultdict(list) for each in customers}
    revenue: dict[int, list[tuple[datetime, float]]] = {each: [] for each in customers}
    for customer, body in _facts(connection, "orders", batch):
        order = read_order(body)
        if order.counts_as_bought:
            moments[customer]["ordered"].append(order.placed_at)
            if order.currency in ("", currency):
                revenue[customer].append((order.placed_at, order.total))
    for customer, body in _facts(connection, "returns", batch):
        returned = read_return(body)
        if returned.status not in _KEPT:
            moments[customer]["returned"].append(returned.requested_at)
    for customer, outcome, at in _words_of_customers(connection, batch, since):
        moments[customer][outcome].append(at)
    return {
        each: Doings({outcome: tuple(found) for outcome, found in moments[each].items()}, tuple(revenue[each]))
        for each in customers
    }


def _facts(connection: Connection, table: str, batch: str) -> Iterator[tuple[int, bytes]]:
    rows = connection.exec_driver_sql(
        f"SELECT {_CUSTOMER}, f.body FROM profiles p JOIN {table} f ON f.profile_id = p.id WHERE {_FAMILIES} "
        "ORDER BY 1, f.id",
        (batch, batch),
    )
    return ((customer, body) for customer, body in rows)


def _words_of_customers(connection: Connection, batch: str, since: datetime) -> Iterator[tuple[int, Outcome, datetime]]:
    rows = connection.exec_driver_sql(
        f"SELECT {_CUSTOMER}, e.at, e.body FROM profiles p JOIN events e ON e.profile_id = p.id "
        f"WHERE {_FAMILIES} AND e.at >= ? ORDER BY e.at, e.seq",
        (batch, batch, to_ms(since)),
    )
    for customer, at, body in rows:
        logged = _read_logged(body)
        if outcome := outcome_of(logged.name, logged.properties):
            yield customer, outcome, from_ms(at)


# Regrets.


def late_facts_regretted(connection: Connection) -> Iterator[LateFact]:
    """Give every regret as what it says about a source."""
    rows = connection.exec_driver_sql(
        "SELECT delivery_id, event_seq, source, learned_at - happened_at FROM regrets ORDER BY delivery_id, guard"
    )
    for delivery, event_seq, source, delay in rows:
        yield LateFact(delivery, event_seq, source, timedelta(milliseconds=delay))


def regrets(connection: Connection) -> Iterator[Fields]:
    """Give every regret, the message sent last first."""
    rows = connection.exec_driver_sql(
        "SELECT r.delivery_id, p.body, d.journey, d.step, r.guard, r.reason, r.sent_at, r.happened_at, r.learned_at, "
        "r.source FROM regrets r JOIN deliveries d ON d.id = r.delivery_id JOIN profiles o ON o.id = d.profile_id "
        "JOIN profiles p ON p.id = COALESCE(o.merged_into, o.id) ORDER BY r.sent_at DESC, r.delivery_id, r.guard"
    )
    for row in rows:
        yield {
            "key": row[0],
            "profile": profile_name(codec.read_profile(row[1])),
            "journey": row[2],
            "step": row[3],
            "guard": row[4],
            "reason": row[5],
            "sent": from_ms(row[6]),
            "happened": from_ms(row[7]),
            "learned": from_ms(row[8]),
            "delay_seconds": (row[8] - row[7]) / 1000,
            "source": row[9],
        }


def sent_marketing(connection: Connection) -> tuple[int, int]:
    """Count the marketing messages that were sent, and how many of them are regretted."""
    of_these = (STATE_CODES["sent"], *_MARKETING_MESSAGE)
    where = "d.state = ? AND d.purpose = ? AND d.reach = ?"
    sent: int = connection.exec_driver_sql(f"SELECT COUNT(*) FROM deliveries d WHERE {where}", of_these).scalar_one()
    regretted: int = connection.exec_driver_sql(
        f"SELECT COUNT(DISTINCT r.delivery_id) FROM regrets r JOIN deliveries d ON d.id = r.delivery_id WHERE {where}",
        of_these,
    ).scalar_one()
    return sent, regretted
