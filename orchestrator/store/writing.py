"""How do a batch's changes become rows? One bulk statement a table, in one transaction that the caller holds."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, fields
from datetime import datetime

from sqlalchemy import Connection

from orchestrator.customer import Changes, Customer
from orchestrator.fact_index import facts_by_kind
from orchestrator.store import codec, coupons, statements
from orchestrator.store.codec import Row
from orchestrator.store.codes import to_ms, to_ms_or_none
from orchestrator.store.fact_rows import fact_row
from orchestrator.store.statements import FACT_TABLES


@dataclass(slots=True)
class Batch:
    """Everything that a turn wants written.

    `seen` is the newest place in the log at its beginning; `now` is the moment it is for everybody, None in a history.
    """

    seen: int = 0
    now: datetime | None = None
    profiles: list[Row] = field(default_factory=list)
    memories: list[Row] = field(default_factory=list)
    facts: dict[str, list[Row]] = field(default_factory=lambda: {kind: [] for kind in FACT_TABLES})
    gone_facts: dict[str, list[Row]] = field(default_factory=lambda: {kind: [] for kind in FACT_TABLES})
    entered: list[Row] = field(default_factory=list)
    moved: list[Row] = field(default_factory=list)
    planned: list[Row] = field(default_factory=list)
    touched: list[Row] = field(default_factory=list)
    judged: list[Row] = field(default_factory=list)
    claimed: list[Row] = field(default_factory=list)
    returned: list[Row] = field(default_factory=list)
    late: list[Row] = field(default_factory=list)
    known_late: list[Row] = field(default_factory=list)
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
        changes, profile = customer.take_changes(), customer.facts.profile
        profile_id, memory, due_ms = profile.id, codec.encode_text(customer.memory), to_ms_or_none(due_at)
        if profile is customer.saved:
            self.memories.append((memory, due_ms, profile_id))
        else:
            self.profiles.append((codec.encode_text(profile), memory, due_ms, profile_id))
            customer.saved = profile
        self.done.extend([(seq,) for seq in done])
        if changes.facts:
            self._add_facts(customer, changes)
        if changes.moved or changes.entered:
            self._add_enrollments(profile_id, changes)
        if changes.planned or changes.touched:
            self._add_deliveries(profile_id, changes)
        if changes.began or changes.finished:
            self._add_attempts(changes)
        if changes.judged:
            self.judged.extend([codec.judgement_row(profile_id, judged, self.seen) for judged in changes.judged])
        if changes.late:
            clock = customer.memory.clock
            learned_ms = to_ms(clock if self.now is None else max(clock, self.now))
            self.late.extend([(seq, profile_id, learned_ms) for seq in changes.late])
        if changes.known_late:
            self.known_late.extend([(seq, to_ms(at)) for seq, at in changes.known_late])
        if changes.trace:
            self.trace.append((profile_id, codec.encode_trace(changes.trace)))

    def _add_facts(self, customer: Customer, changes: Changes) -> None:
        known, profile_id = facts_by_kind(customer.facts), customer.facts.profile.id
        for change in changes.facts:
            fact = known[change.kind].get(change.id)
            if fact is None:
                self.gone_facts[change.kind].append((profile_id, change.id))
            else:
                self.facts[change.kind].append(fact_row(profile_id, change.id, fact))

    def _add_enrollments(self, profile_id: int, changes: Changes) -> None:
        for snapshot in changes.entered:
            self.entered.append(codec.enrollment_row(profile_id, changes.moved.pop(snapshot.id, snapshot)))
        for snapshot in changes.moved.values():
            self.moved.append((profile_id, snapshot.version, *codec.enrollment_state(snapshot), snapshot.id))

    def _add_deliveries(self, profile_id: int, changes: Changes) -> None:
        for entry in changes.planned:
            changes.touched.pop(entry.delivery.id, None)
            self.planned.append(codec.delivery_row(profile_id, entry) + codec.delivery_state(entry))
        for entry in changes.touched.values():
            self.touched.append((*codec.delivery_state(entry), profile_id, entry.delivery.id))
        if changes.claimed or changes.returned:
            self.claimed.extend([(delivery, to_ms(at), code) for code, delivery, at in changes.claimed])
            self.returned.extend([(delivery,) for delivery in changes.returned])

    def _add_attempts(self, changes: Changes) -> None:
        for delivery_id, number, at in changes.began:
            self.began.append((delivery_id, number, to_ms(at)))
        for delivery_id, number, at, outcome in changes.finished:
            self.finished.append((to_ms(at), outcome, delivery_id, number))

    def take_over(self, absorbed: Customer, survivor: int, moved: Iterable[int]) -> None:
        """Add a profile that was merged into another: nothing is ever due for it again, its unread events move."""
        self.add(absorbed, None, ())
        self.moved_events.extend([(survivor, seq) for seq in moved])
        self.moved_sends.append((survivor, absorbed.id))
        self.absorbed.append((absorbed.id,))

    def __post_init__(self) -> None:
        self._lists = [*self.facts.values(), *self.gone_facts.values(), *[getattr(self, name) for name in _ROWS]]

    def mark(self) -> list[int]:
        """Remember how much there is, so that what comes after can be taken out again."""
        return list(map(len, self._lists))

    def rewind(self, mark: list[int]) -> None:
        """Take out everything that was added since the mark."""
        for rows, length in zip(self._lists, mark, strict=True):
            del rows[length:]

    def put_aside(self, profile_id: int, error: str) -> None:
        """Keep a customer whose decision raised, and their events, out of the way until somebody has looked."""
        self.set_aside.append((error, profile_id))


_ROWS = tuple(each.name for each in fields(Batch) if each.name not in ("seen", "now", "facts", "gone_facts", "_lists"))


def write(connection: Connection, batch: Batch) -> None:
    """Write a batch with bulk statements."""
    for kind, table in FACT_TABLES.items():
        _many(connection, statements.save_fact(table), batch.facts[kind])
        _many(connection, statements.drop_fact(table), batch.gone_facts[kind])
        _many(connection, statements.drop_facts(table), batch.absorbed)
    _many(connection, statements.ENTER, batch.entered)
    _many(connection, statements.MOVE, batch.moved)
    _many(connection, statements.PLAN, batch.planned)
    _many(connection, statements.TOUCH, batch.touched)
    _many(connection, coupons.RETURN, batch.returned)
    _many(connection, coupons.CLAIM, batch.claimed)
    _many(connection, statements.JUDGE, batch.judged)
    _many(connection, statements.LATE, batch.late)
    _many(connection, statements.KNOW_LATE, batch.known_late)
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
