"""How do a batch's changes become rows? One bulk statement a table, in one transaction that the caller holds."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import datetime

from sqlalchemy import Connection

from journeys.vocabulary import Order, Return, Shipment
from orchestrator.customer import Changes, Customer
from orchestrator.store import codec, statements
from orchestrator.store.codec import Row
from orchestrator.store.codes import to_ms, to_ms_or_none

FACT_TABLES = {"order": "orders", "shipment": "shipments", "return": "returns"}


@dataclass(slots=True)
class Batch:
    """Everything that a turn wants written."""

    profiles: list[Row] = field(default_factory=list)
    memories: list[Row] = field(default_factory=list)
    facts: dict[str, list[Row]] = field(default_factory=lambda: {kind: [] for kind in FACT_TABLES})
    entered: list[Row] = field(default_factory=list)
    moved: list[Row] = field(default_factory=list)
    planned: list[Row] = field(default_factory=list)
    touched: list[Row] = field(default_factory=list)
    judged: list[Row] = field(default_factory=list)
    trace: list[Row] = field(default_factory=list)
    began: list[Row] = field(default_factory=list)
    finished: list[Row] = field(default_factory=list)
    done: list[Row] = field(default_factory=list)
    absorbed: list[Row] = field(default_factory=list)
    moved_events: list[Row] = field(default_factory=list)
    moved_sends: list[Row] = field(default_factory=list)
    set_aside: list[Row] = field(default_factory=list)
    _lists: list[list[Row]] = field(init=False, repr=False)

    def add(self, customer: Customer, due_at: datetime | None, done: Iterable[int]) -> None:
        """Add what one customer's turn changed; `done` are the inbox places that are now decided on."""
        changes, profile_id = customer.take_changes(), customer.id
        profile, memory, due_ms = customer.facts.profile, codec.encode_text(customer.memory), to_ms_or_none(due_at)
        if profile is customer.saved:
            self.memories.append((memory, due_ms, profile_id))
        else:
            self.profiles.append((codec.encode_text(profile), memory, due_ms, profile_id))
            customer.saved = profile
        self.done.extend([(seq,) for seq in done])
        self._add_facts(customer, changes)
        self._add_enrollments(profile_id, changes)
        self._add_deliveries(profile_id, changes)
        self.judged.extend([codec.judgement_row(profile_id, judged) for judged in changes.judged])
        if changes.trace:
            self.trace.append((profile_id, codec.encode_trace(changes.trace)))

    def _add_facts(self, customer: Customer, changes: Changes) -> None:
        facts = customer.facts
        kept: dict[str, Mapping[str, Order | Shipment | Return]] = {
            "order": facts.orders,
            "shipment": facts.shipments,
            "return": facts.returns,
        }
        for change in changes.facts:
            fact = kept[change.kind][change.id]
            self.facts[change.kind].append(codec.fact_row(customer.id, change.id, fact))

    def _add_enrollments(self, profile_id: int, changes: Changes) -> None:
        for snapshot in changes.entered:
            self.entered.append(codec.enrollment_row(profile_id, changes.moved.pop(snapshot.id, snapshot)))
        for snapshot in changes.moved.values():
            row = codec.enrollment_row(profile_id, snapshot)
            self.moved.append((profile_id, row[3], *row[7:], snapshot.id))

    def _add_deliveries(self, profile_id: int, changes: Changes) -> None:
        for entry in changes.planned:
            changes.touched.pop(entry.delivery.id, None)
            self.planned.append(codec.delivery_row(profile_id, entry) + codec.delivery_state(entry))
        for entry in changes.touched.values():
            self.touched.append((*codec.delivery_state(entry), profile_id, entry.delivery.id))
        self.began.extend([(delivery_id, number, to_ms(at)) for delivery_id, number, at in changes.began])
        self.finished.extend(
            [(to_ms(at), outcome, delivery_id, number) for delivery_id, number, at, outcome in changes.finished]
        )

    def take_over(self, absorbed: Customer, survivor: int, moved: Iterable[int]) -> None:
        """Add a profile that was merged into another: nothing is ever due for it again, its unread events move."""
        self.add(absorbed, None, ())
        self.moved_events.extend([(survivor, seq) for seq in moved])
        self.moved_sends.append((survivor, absorbed.id))
        self.absorbed.append((absorbed.id,))

    def __post_init__(self) -> None:
        self._lists = [*self.facts.values(), *[getattr(self, name) for name in _ROWS]]

    def mark(self) -> list[int]:
        """Remember how much there is, so that what comes after can be taken out again."""
        return [len(rows) for rows in self._lists]

    def rewind(self, mark: list[int]) -> None:
        """Take out everything that was added since the mark."""
        for rows, length in zip(self._lists, mark, strict=True):
            del rows[length:]

    def put_aside(self, profile_id: int, error: str) -> None:
        """Keep a customer whose decision raised, and their events, out of the way until somebody has looked."""
        self.set_aside.append((error, profile_id))


_ROWS = tuple(each.name for each in fields(Batch) if each.name not in ("facts", "_lists"))


def write(connection: Connection, batch: Batch) -> None:
    """Write a batch with bulk statements."""
    for kind, table in FACT_TABLES.items():
        _many(connection, statements.save_fact(table), batch.facts[kind])
        _many(connection, statements.drop_facts(table), batch.absorbed)
    _many(connection, statements.ENTER, batch.entered)
    _many(connection, statements.MOVE, batch.moved)
    _many(connection, statements.PLAN, batch.planned)
    _many(connection, statements.TOUCH, batch.touched)
    _many(connection, statements.JUDGE, batch.judged)
    _many(connection, statements.TELL, batch.trace)
    _many(connection, statements.ATTEMPT, batch.began)
    _many(connection, statements.ATTEMPTED, batch.finished)
    _many(connection, statements.SAVE_PROFILE, batch.profiles)
    _many(connection, statements.SAVE_MEMORY, batch.memories)
    _many(connection, statements.MOVE_SENDS, batch.moved_sends)
    _many(connection, statements.MOVE_EVENT, batch.moved_events)
    _many(connection, statements.DROP_EVENTS, batch.absorbed)
    _many(connection, statements.DONE, batch.done)
    _many(connection, statements.SET_ASIDE, batch.set_aside)
    _many(connection, statements.SET_EVENTS_ASIDE, [(profile_id,) for _, profile_id in batch.set_aside])


def _many(connection: Connection, statement: str, rows: Sequence[Row]) -> None:
    if rows:
        connection.exec_driver_sql(statement, list(rows))
