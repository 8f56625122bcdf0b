"""How is everything kept? The tables, and nothing else; those of facts are in `orchestrator.store.fact_tables`.

Instants are integers: milliseconds since 1970 in UTC. Closed sets of words are stored as the small integers of
`orchestrator.store.codes`. The hot path writes these tables with bulk statements; the classes are the one definition
that migrations, reports and tests share.
"""

from sqlalchemy import BigInteger, Column, Index, Integer, LargeBinary, text
from sqlmodel import Field, SQLModel

OPEN_STATES = "state < 4"
SENT_MARKETING = "counts_for_caps = 1"
IN_LINE = "in_line IS NOT NULL"
METERED = "is_metered = 1"


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


class EnrollmentRow(SQLModel, table=True):
    """One pass of a person through a journey; live while `ended_at` is empty.

    `given` is what an entry without an event began with, `since` when the person came to the step; the goal of one that
    has ended still counts up to `converts_until`.
    """

    __tablename__ = "enrollments"
    __table_args__ = (
        Index("ix_enrollments_live", "profile_id", sqlite_where=text("ended_at IS NULL")),
        Index("ix_enrollments_due", "journey", "due_at", sqlite_where=text("due_at IS NOT NULL")),
        Index("ix_enrollments_converting", "profile_id", sqlite_where=text("converts_until IS NOT NULL")),
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
    given: str = ""
    since: int | None = Field(default=None, sa_type=BigInteger)
    converts_until: int | None = Field(default=None, sa_type=BigInteger)


class DeliveryRow(SQLModel, table=True):
    """The outbox. `token` fences off a worker whose lease ran out: its late answer is refused.

    `forecast` is what the guards said while it waited, before its time; `left_out` names the places of the goods that
    were dropped when it last left. `coupon` is the code it carries. `in_line` is its place while it stands in line for
    its channel's rate, `is_metered` says that it was handed over under one.
    """

    __tablename__ = "deliveries"
    __table_args__ = (
        Index("ix_deliveries_open", "profile_id", sqlite_where=text(OPEN_STATES)),
        Index("ix_deliveries_leased", "lease_until", sqlite_where=text("lease_until IS NOT NULL")),
        Index("ix_deliveries_caps", "profile_id", "attempted_at", sqlite_where=text(SENT_MARKETING)),
        Index("ix_deliveries_line", "channel", "in_line", "due_at", sqlite_where=text(IN_LINE)),
        Index("ix_deliveries_metered", "attempted_at", sqlite_where=text(METERED)),
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
    forecast: str = ""
    left_out: str = ""
    coupon: str = ""
    in_line: int | None = None
    is_metered: int = 0


class CouponRow(SQLModel, table=True):
    """One code of a pool; `delivery_id` is the message that carries it, empty as long as nobody has it."""

    __tablename__ = "coupons"
    __table_args__ = (
        Index("ux_coupons_code", "pool", "code", unique=True),
        Index("ux_coupons_delivery", "delivery_id", unique=True, sqlite_where=text("delivery_id IS NOT NULL")),
        Index("ix_coupons_free", "pool", "id", sqlite_where=text("delivery_id IS NULL")),
    )
    id: int = Field(sa_column=_key("id"))
    pool: str
    code: str
    imported_at: int = Field(sa_type=BigInteger)
    delivery_id: int | None = Field(default=None, sa_type=BigInteger)
    claimed_at: int | None = Field(default=None, sa_type=BigInteger)


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
    """The ledger: every answer to "may this leave now?", with the facts it was given on.

    `kind` says on which occasion. `edition` names the rulebook, `seen` the newest event in the log at the time, and
    `given` holds what came from elsewhere: with them the judgement can be given again.
    """

    __tablename__ = "judgements"
    __table_args__ = (Index("ix_judgements_profile", "profile_id"),)
    id: int = Field(sa_column=_key("id"))
    delivery_id: int = Field(sa_type=BigInteger)
    profile_id: int = Field(sa_type=BigInteger)
    at: int = Field(sa_type=BigInteger)
    verdict: int
    reason: str
    answers: bytes
    kind: int = 0
    edition: int = Field(default=0, sa_type=BigInteger)
    seen: int = Field(default=0, sa_type=BigInteger)
    given: str = ""


class RulebookRow(SQLModel, table=True):
    """What an edition of the rules says, kept as long as there are judgements by it."""

    __tablename__ = "rulebooks"
    edition: int = Field(sa_column=_key("edition"))
    body: str


class LateFactRow(SQLModel, table=True):
    """An event that changed facts after something had been sent that it might have held: to be looked into."""

    __tablename__ = "late_facts"
    seq: int = Field(sa_column=_key("seq"))
    profile_id: int = Field(sa_type=BigInteger)
    learned_at: int = Field(sa_type=BigInteger)


class KnownLateRow(SQLModel, table=True):
    """When an event was taken in that came after later ones, or after something was done on what was known till then.

    Evidence tells when a fact was learned of; this is what it takes to give a judgement again. All other events were
    taken in as they happened, by the customer's own clock.
    """

    __tablename__ = "known_late"
    seq: int = Field(sa_column=_key("seq"))
    at: int = Field(sa_type=BigInteger)


class RegretRow(SQLModel, table=True):
    """A message that was sent and would not have been, had a fact been known in time."""

    __tablename__ = "regrets"
    __table_args__ = ({"sqlite_with_rowid": False},)
    delivery_id: int = Field(primary_key=True, sa_type=BigInteger)
    guard: str = Field(primary_key=True)
    reason: str
    sent_at: int = Field(sa_type=BigInteger)
    event_seq: int = Field(sa_type=BigInteger)
    source: str
    happened_at: int = Field(sa_type=BigInteger)
    learned_at: int = Field(sa_type=BigInteger)


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


class SourceRow(SQLModel, table=True):
    """A source: since when it is configured with this adapter (empty when it is not), and when it was last heard."""

    __tablename__ = "sources"
    name: str = Field(primary_key=True)
    adapter: str = ""
    since: int = Field(sa_type=BigInteger)
    heard_at: int | None = Field(default=None, sa_type=BigInteger)


class MetaRow(SQLModel, table=True):
    """Single values about the workspace, such as which journeys are deployed."""

    __tablename__ = "meta"
    key: str = Field(primary_key=True)
    value: str


class DeploymentRow(SQLModel, table=True):
    """A set of journeys that was put into force: by whom, with every text it is made of, and what it named.

    `journeys` maps names to versions. `kept` lists the versions that people inside finish on, by journey, and `ended`
    the journeys whose people leave. `parent` is the deployment it was compared with.
    """

    __tablename__ = "deployments"
    id: int = Field(sa_column=_key("id"))
    at: int = Field(sa_type=BigInteger)
    by: str
    kind: str
    hash: str
    bundle: str
    journeys: str
    kept: str = "{}"
    ended: str = "[]"
    note: str = ""
    parent: int | None = Field(default=None, sa_type=BigInteger)
