"""What is known about one customer while they have a turn?

A `Customer` is everything about one person that decisions need, timers included, as plain values. What happens to them
is in `advance` (events and timers), `entering` (who is let into a journey), `sending` (what may leave, and what became
of it), `effects` (what a decision changes) and `absorb` (merges). All of it is pure of clock, chance and disk: the
engine runs it on stored customers, the backtest and the scenario tests on customers in memory, and the same inputs give
the same changes everywhere.
"""

from collections.abc import Container, Mapping
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Literal, TypeAlias

from msgspec import Struct, field

from journeys.decision import Snapshot, Trace
from journeys.keys import is_undo
from journeys.tallies import Tally
from journeys.vocabulary import Delivery, Doubt, FactKind, Facts, Item, Outside, Profile, Properties, Purpose, Reach
from operational_guards.verdict import Judgement
from orchestrator.facts import Change

DeliveryState = Literal["planned", "delayed", "attempting", "unknown", "sent", "suppressed", "rejected", "cancelled"]
JudgementKind = Literal["claim", "forecast", "membership"]
Doubts: TypeAlias = Mapping[FactKind, tuple[Doubt, ...]]
WAITING: tuple[DeliveryState, ...] = ("planned", "delayed")
# The priority of a journey that states none, and of what is left of one that is gone.
USUAL = 50
_NO_PRIORITIES: Mapping[str, int] = MappingProxyType({})


class Outgoing(Struct):
    """A delivery in the outbox that has not met its fate.

    `delivery` is as planned; `judged` is what is left of it after the guards, without the goods at `left_out`;
    `forecast` is what they said while it waits, `coupon` the code it carries. `entry`
    are the properties of the event that began its enrollment, for rendering. `on_change` means a changed fact wakes it
    before `due_at`. While it stands in line for room in its channel's rate `in_line` is its place: the lowest goes
    first. `is_metered` says that it was handed over under a rate, for which it counts.
    """

    delivery: Delivery
    due_at: datetime
    parameters: Properties
    entry: Properties
    version: str
    entry_seq: int = 0
    state: DeliveryState = "planned"
    reason: str = ""
    on_change: bool = False
    attempts: int = 0
    attempted_at: datetime | None = None
    lease_until: int | None = None
    token: int = 0
    worker: int = 0
    judged: Delivery | None = None
    left_out: tuple[int, ...] = ()
    forecast: str = ""
    coupon: str = ""
    settled_at: datetime | None = None
    provider_id: str = ""
    in_line: int | None = None
    is_metered: bool = False

    @property
    def counts_for_caps(self) -> bool:
        """Say whether frequency caps count it: a marketing message that was handed over, or may have been."""
        delivery = self.delivery
        may_have_left = self.state in ("attempting", "unknown", "sent")
        return may_have_left and delivery.purpose is Purpose.MARKETING and delivery.reach is Reach.MESSAGE

    @property
    def is_waiting(self) -> bool:
        """Say whether it waits for its time, so that it can be judged or taken back."""
        return self.state in WAITING


class Membership(Struct):
    """An audience the customer was put into, for which goods, and when to take them out again, if ever."""

    until: datetime | None
    delivery_id: int
    channel: str
    journey: str
    step: str
    items: tuple[Item, ...] = ()


class Watch(Struct, frozen=True):
    """Whether a condition that lets people in was true when it was last looked at, and when it may change by itself.

    `asks` names the condition: of another one nothing is known.
    """

    was_true: bool
    look_at: datetime | None = None
    asks: str = ""


class Memory(Struct, omit_defaults=True):
    """What a profile remembers between inputs; `clock` is the time of its newest input and never runs back.

    `asked` says when each source last answered a question about this customer. `tallies` is what the conditions that
    run count of the customer's events, by name, and `tallied` the edition of what they count: tallies of another
    edition are taken from the log anew. `absorbed` are the profiles that became part of this one.
    """

    clock: datetime
    enrollments: int = 0
    entered: dict[str, datetime] = field(default_factory=dict)
    scheduled: dict[str, datetime] = field(default_factory=dict)
    dates: dict[str, datetime] = field(default_factory=dict)
    watched: dict[str, Watch] = field(default_factory=dict)
    occurred: dict[str, str] = field(default_factory=dict)
    memberships: dict[str, Membership] = field(default_factory=dict)
    asked: dict[str, datetime] = field(default_factory=dict)
    tallies: dict[str, Tally] = field(default_factory=dict)
    tallied: str = ""
    absorbed: list[int] = field(default_factory=list)


class Judged(Struct, frozen=True):
    """One line of the ledger: a delivery was judged at this moment, and this was the answer.

    `kind` says on which occasion: in the claim right before it leaves, as a forecast while it waits, or because a fact
    changed about somebody who is in an audience. `edition` names the rules; `doubts` and `outside` are what was known
    beside the facts, and `saw_goods` whether the shop's goods were. `lag` is how long the platform takes to act.
    `cause` is why the address must not be written to, empty when it may be, None when nobody ever said so: the log
    alone does not tell whether an address was known already when something was said about it.
    """

    delivery_id: int
    at: datetime
    judgement: Judgement
    kind: JudgementKind = "claim"
    edition: int = 0
    doubts: Doubts = field(default_factory=dict)
    outside: Mapping[str, Outside] = field(default_factory=dict)
    saw_goods: bool = False
    lag: timedelta | None = None
    cause: str | None = None


class Changes(Struct):
    """What has to be written after a customer's turn; rows that did not change are not in it.

    `began` and `finished` are attempts: delivery, number, moment, and for the finished ones the outcome. `claimed` are
    codes of pools, each with the delivery that carries it from now on, `returned` deliveries without theirs. `late` are
    the places in the log of events that changed facts after something had been sent that they might have held,
    `known_late` those of events that came after later ones, each with the clock at which it was taken in.
    """

    facts: dict[Change, None] = field(default_factory=dict)
    entered: list[Snapshot] = field(default_factory=list)
    moved: dict[int, Snapshot] = field(default_factory=dict)
    planned: list[Outgoing] = field(default_factory=list)
    touched: dict[int, Outgoing] = field(default_factory=dict)
    judged: list[Judged] = field(default_factory=list)
    trace: list[Trace] = field(default_factory=list)
    began: list[tuple[int, int, datetime]] = field(default_factory=list)
    finished: list[tuple[int, int, datetime, str]] = field(default_factory=list)
    claimed: list[tuple[int, int, datetime]] = field(default_factory=list)
    returned: list[int] = field(default_factory=list)
    late: list[int] = field(default_factory=list)
    known_late: list[tuple[int, datetime]] = field(default_factory=list)


class Customer(Struct):
    """One person: facts, live enrollments by id, deliveries under way by id, and what is remembered.

    `converting` are the enrollments that have ended and whose goal still counts.
    `saved` is the profile as it was last written, so that one that did not change is not written again.
    `is_unforeseen` says that something waits for its time about which the guards have not been asked yet, and
    `is_in_review` that a fact changed and the audiences were not looked at yet. `ruled_by` is the program by whose
    versions and schedules they stand, None when that has to be looked at. While facts are asked for, `asking_until` is
    when that counts as lost; `answered_for` is the delivery they were asked for, and `unanswered` what could not be
    learned. `timer` is when the next timer comes, unless `is_retimed`: then something changed that a timer hangs on.
    """

    facts: Facts
    memory: Memory
    enrollments: dict[int, Snapshot] = field(default_factory=dict)
    converting: dict[int, Snapshot] = field(default_factory=dict)
    outbox: dict[int, Outgoing] = field(default_factory=dict)
    changes: Changes = field(default_factory=Changes)
    is_unforeseen: bool = False
    is_in_review: bool = False
    asking_until: datetime | None = None
    answered_for: int | None = None
    unanswered: Doubts = field(default_factory=dict)
    saved: Profile | None = None
    ruled_by: object | None = None
    timer: datetime | None = None
    is_retimed: bool = True

    @property
    def id(self) -> int:
        """The profile's id."""
        return self.facts.profile.id

    @property
    def is_calling(self) -> bool:
        """Say whether a delivery is being handed over."""
        for entry in self.outbox.values():  # noqa: SIM110 - asked in every turn; a generator takes twice as long
            if entry.state == "attempting":
                return True
        return False

    def version_behind(self, delivery: Delivery) -> str:
        """Say by which version of its journey a delivery goes: its person's, else the one it was planned by."""
        snapshot = self.enrollments.get(delivery.enrollment_id)
        if snapshot is not None:
            return snapshot.version
        entry = self.outbox.get(delivery.id)
        return "" if entry is None else entry.version

    def take_changes(self) -> Changes:
        """Hand over what has to be written and begin anew."""
        changes, self.changes = self.changes, Changes()
        return changes

    def next_delivery(
        self,
        running: Container[str] | None = None,
        priorities: Mapping[str, int] = _NO_PRIORITIES,
        now: datetime | None = None,
    ) -> Outgoing | None:
        """Give the waiting delivery that is due first; of two at once, by priority and then the one with the lower key.

        With `now` everything that is due by then counts as due at once: so what matters most takes the room of a cap.
        With `running` only of these journeys: what one that was switched off would say sleeps with it. Only audiences
        are left all the same. What stands in line for its channel's rate is called from there.
        """
        first: Outgoing | None = None
        for entry in self.outbox.values():
            if entry.state not in WAITING or entry.in_line is not None:
                continue
            if first is not None and not _is_before(entry, first, priorities, now):
                continue
            if running is None or entry.delivery.journey in running or is_undo(entry.delivery.id):
                first = entry
        return first

    def tick(self, now: datetime) -> None:
        """Let the customer's own clock go on; it never runs back."""
        if now > self.memory.clock:
            self.memory.clock = now


def _is_before(one: Outgoing, other: Outgoing, priorities: Mapping[str, int], now: datetime | None) -> bool:
    is_at_once = one.due_at == other.due_at or (now is not None and one.due_at <= now and other.due_at <= now)
    if is_at_once and priorities:
        mine, theirs = priorities.get(one.delivery.journey, USUAL), priorities.get(other.delivery.journey, USUAL)
        if mine != theirs:
            return mine > theirs
    return (one.due_at, one.delivery.id) < (other.due_at, other.delivery.id)
