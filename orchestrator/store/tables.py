"""How is everything kept? The tables, and nothing else.

Instants are integers: milliseconds since 1970 in UTC. Closed sets of words are stored as the small integers of
`orchestrator.store.codes`. The hot path writes these tables with bulk statements; the classes are the one definition
that migrations, reports and tests share.
"""

from sqlalchemy import BigInteger, Column, Index, Integer, LargeBinary, text
from sqlmodel import Field, SQLModel

OPEN_STATES = "state < 4"
SENT_MARKETING = "counts_for_caps = 1"


def _key(name: str) -> Column[int]:
    return Column(name, BigInteger().with_variant(Integer, "sqlite"), primary_key=True)


class ProfileRow(SQLModel, table=True):
    """A person. `due_at` is when the next timer or delivery of theirs comes due; costs follow it, not the row count."""

    __tablename__ = "profiles"
    __table_args__ = (
        Index("ix_profiles_due", "due_at", sqlite_where=text("due_at IS NOT NULL AND set_aside IS NULL")),
        Index("ix_profiles_merged", "merged_into", sqlite_where=text("merged_into IS NOT NULL")),
        Index("ix_profiles_set_aside", "id", sqlite_where=text("set_aside IS NOT NULL")),
    )
    id: int = Field(sa_column=_key("id"))
    created_at: int = Field(sa_type=BigInteger)
    body: str
    memory: str
    due_at: int | None = Field(default=None, sa_type=BigInteger)
    version: int = 0
    set_aside: str | None = None
    merged_into: int | None = Field(default=None, sa_type=BigInteger)
    merged_at: int | None = Field(default=None, sa_type=BigInteger)


class IdentityRow(SQLModel, table=True):
    """One way to recognise a person; it points to the profile that survived, for ever."""

    __tablename__ = "identities"
    __table_args__ = (
        Index("ix_identities_profile", "profile_id", sqlite_where=text("kind IN (0, 2, 3)")),
        {"sqlite_with_rowid": False},
    )
    kind: int = Field(primary_key=True)
    value: str = Field(primary_key=True)
    profile_id: int = Field(sa_type=BigInteger)


class EventRow(SQLModel, table=True):
    """The log of what happened, append-only. `dedup` is the hour of the event and a hash of source and message id."""

    __tablename__ = "events"
    __table_args__ = (Index("ux_events_dedup", "dedup", unique=True), Index("ix_events_profile", "profile_id"))
    seq: int = Field(sa_column=_key("seq"))
    profile_id: int = Field(sa_type=BigInteger)
    dedup: bytes = Field(sa_column=Column("dedup", LargeBinary, nullable=False))
    at: int = Field(sa_type=BigInteger)
    received_at: int = Field(sa_type=BigInteger)
    body: bytes = Field(sa_column=Column("body", LargeBinary, nullable=False))


class InboxRow(SQLModel, table=True):
    """Events that have not been decided on yet. `absorbs` names the profiles that this event merged into its own."""

    __tablename__ = "inbox"
    __table_args__ = (Index("ix_inbox_profile", "profile_id"),)
    seq: int = Field(sa_column=_key("seq"))
    profile_id: int = Field(sa_type=BigInteger)
    absorbs: str | None = None
    aside: int = 0


class _FactRow(SQLModel):
    profile_id: int = Field(primary_key=True, sa_type=BigInteger)
    id: str = Field(primary_key=True)
    status: str
    changed_at: int = Field(sa_type=BigInteger)
    observed_at: int = Field(sa_type=BigInteger)
    version: int
    source: str
    body: bytes


class OrderRow(_FactRow, table=True):
    """The newest known state of an order, by the time it happened."""

    __tablename__ = "orders"
    __table_args__ = ({"sqlite_with_rowid": False},)


class ShipmentRow(_FactRow, table=True):
    """The newest known state of a parcel."""

    __tablename__ = "shipments"
    __table_args__ = ({"sqlite_with_rowid": False},)


class ReturnRow(_FactRow, table=True):
    """The newest known state of a return."""

    __tablename__ = "returns"
    __table_args__ = ({"sqlite_with_rowid": False},)


class ProductRow(SQLModel, table=True):
    """One of the shop's goods and when it was first seen: the catalog, learned from events."""

    __tablename__ = "products"
    __table_args__ = ({"sqlite_with_rowid": False},)
    id: str = Field(primary_key=True)
    first_seen_at: int = Field(sa_type=BigInteger)
    body: bytes


class EnrollmentRow(SQLModel, table=True):
    """One pass of a person through a journey; live while `ended_at` is empty."""

    __tablename__ = "enrollments"
    __table_args__ = (
        Index("ix_enrollments_live", "profile_id", sqlite_where=text("ended_at IS NULL")),
        Index("ix_enrollments_due", "journey", "due_at", sqlite_where=text("due_at IS NOT NULL")),
    )
    id: int = Field(sa_column=_key("id"))
    profile_id: int = Field(sa_type=BigInteger)
    journey: str
    version: str
    key: str
    entered_at: int = Field(sa_type=BigInteger)
    entry_seq: int = Field(sa_type=BigInteger)
    step: str
    due_at: int | None = Field(default=None, sa_type=BigInteger)
    delivery_id: int | None = Field(default=None, sa_type=BigInteger)
    visits: int = 0
    goal_at: int | None = Field(default=None, sa_type=BigInteger)
    ended_at: int | None = Field(default=None, sa_type=BigInteger)
    reason: str = ""


class DeliveryRow(SQLModel, table=True):
    """The outbox. `token` fences off a worker whose lease ran out: its late answer is refused."""

    __tablename__ = "deliveries"
    __table_args__ = (
        Index("ix_deliveries_open", "profile_id", sqlite_where=text(OPEN_STATES)),
        Index("ix_deliveries_leased", "lease_until", sqlite_where=text("lease_until IS NOT NULL")),
        Index("ix_deliveries_caps", "profile_id", "attempted_at", sqlite_where=text(SENT_MARKETING)),
    )
    id: int = Field(sa_column=_key("id"))
    profile_id: int = Field(sa_type=BigInteger)
    journey: str
    step: str
    version: str
    channel: str
    reach: int
    purpose: int
    intent: int
    min_items: int
    items: bytes
    parameters: str
    entry_seq: int = Field(sa_type=BigInteger)
    planned_at: int = Field(sa_type=BigInteger)
    due_at: int = Field(sa_type=BigInteger)
    state: int
    reason: str = ""
    on_change: int = 0
    dropped: int = 0
    attempts: int = 0
    attempted_at: int | None = Field(default=None, sa_type=BigInteger)
    counts_for_caps: int = 0
    lease_until: int | None = Field(default=None, sa_type=BigInteger)
    token: int = Field(default=0, sa_type=BigInteger)
    worker: int = Field(default=0, sa_type=BigInteger)
    settled_at: int | None = Field(default=None, sa_type=BigInteger)
    provider_id: str = ""


class AttemptRow(SQLModel, table=True):
    """One call to a provider for a delivery, and what came of it."""

    __tablename__ = "attempts"
    __table_args__ = ({"sqlite_with_rowid": False},)
    delivery_id: int = Field(primary_key=True, sa_type=BigInteger)
    number: int = Field(primary_key=True)
    started_at: int = Field(sa_type=BigInteger)
    finished_at: int | None = Field(default=None, sa_type=BigInteger)
    outcome: str = ""


class JudgementRow(SQLModel, table=True):
    """The ledger: every answer to "may this leave now?", with the facts it was given on."""

    __tablename__ = "judgements"
    __table_args__ = (Index("ix_judgements_profile", "profile_id"),)
    id: int = Field(sa_column=_key("id"))
    delivery_id: int = Field(sa_type=BigInteger)
    profile_id: int = Field(sa_type=BigInteger)
    at: int = Field(sa_type=BigInteger)
    verdict: int
    reason: str
    answers: bytes


class TraceRow(SQLModel, table=True):
    """What journeys did with a person in one turn: the lines of their story."""

    __tablename__ = "trace"
    __table_args__ = (Index("ix_trace_profile", "profile_id"),)
    id: int = Field(sa_column=_key("id"))
    profile_id: int = Field(sa_type=BigInteger)
    body: bytes


class WorkerRow(SQLModel, table=True):
    """A process that runs journeys: its heartbeat, and how late it is."""

    __tablename__ = "workers"
    id: int = Field(sa_column=_key("id"))
    host: str
    pid: int
    started_at: int = Field(sa_type=BigInteger)
    beat_at: int = Field(sa_type=BigInteger)
    lateness_seconds: float = 0.0


class MetaRow(SQLModel, table=True):
    """Single values about the workspace, such as which journeys are deployed."""

    __tablename__ = "meta"
    key: str = Field(primary_key=True)
    value: str
