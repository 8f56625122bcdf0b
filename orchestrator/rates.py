"""How many messages may leave on a channel now, over all customers?

A channel's rate holds for calls: one counts from the moment it is made, and until the window has passed since its end,
because only then it surely left before. So no window, wherever it begins, sees more than the rate says. What finds no
room stands in line, in the database: what the customer is owed first, then by priority, then by when it was due. As
much is called from the line as there is room for, so nobody is looked at in vain.
"""

from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal, Protocol
from zoneinfo import ZoneInfo

from journeys.decision import Trace
from journeys.texts import Limit
from journeys.vocabulary import Delivery, Purpose
from operational_guards.local_time import start_of_day
from orchestrator.customer import USUAL, Customer, Outgoing

# The reason of a delivery that stands in line.
NO_ROOM = "rate_limit.channel"
# Calls of a worker that died may have been made this long before they count as over.
LONGEST_CALL = timedelta(minutes=10)
_HIGHEST = 101


@dataclass(frozen=True, slots=True)
class Rate:
    """A channel's limit, and the shop's clock by which its hours, days and weeks are counted."""

    limit: Limit
    zone: ZoneInfo

    def begin(self, now: datetime) -> datetime:
        """Give the moment from which on calls count: in a calendar window included, in a rolling one not."""
        match self.limit.calendar:
            case None:
                return now - (self.limit.window or timedelta(0))
            case "hour":
                local = now.astimezone(self.zone)
                return now - timedelta(minutes=local.minute, seconds=local.second, microseconds=local.microsecond)
            case "day" | "week" as calendar:
                return start_of_day(self.zone, now, _days_before(calendar, now.astimezone(self.zone)))


def _days_before(calendar: Literal["day", "week"], local: datetime) -> int:
    return local.weekday() if calendar == "week" else 0


@dataclass(slots=True)
class Meter:
    """Counts the calls of one channel: those under way by delivery, and by the moment of their end those that were."""

    rate: Rate
    under_way: set[int] = field(default_factory=set)
    ended: deque[datetime] = field(default_factory=deque)

    def room(self, now: datetime) -> int:
        """Say how many may be called now."""
        ended, begin, rolls = self.ended, self.rate.begin(now), self.rate.limit.calendar is None
        while ended and (ended[0] < begin or (rolls and ended[0] == begin)):
            ended.popleft()
        return max(0, self.rate.limit.most - len(self.under_way) - len(ended))

    def end(self, delivery_id: int, now: datetime) -> None:
        """Note that a call came to its end."""
        if delivery_id in self.under_way:
            self.under_way.discard(delivery_id)
            self.ended.append(now)


@dataclass(frozen=True, slots=True)
class Call:
    """A call under a rate that was made lately; `ended_at` is None when its end was not heard of."""

    channel: str
    delivery_id: int
    ended_at: datetime | None


class Line(Protocol):
    """The line as the database keeps it: see `orchestrator.store.base.Turn`."""

    def channels_in_line(self) -> list[str]: ...

    def calls_since(self, since: datetime) -> list[Call]: ...

    def first_in_line(self, channel: str, most: int) -> list[tuple[int, int]]: ...


@dataclass(slots=True)
class Gate:
    """Lets as many deliveries through as their channels' rates allow. It belongs to the one engine that calls.

    `tight` are the channels that cannot serve everybody in this turn, so that all stand in line; `called` are the
    deliveries that were called from it for this turn.
    """

    rates: Mapping[str, Rate]
    priorities: Mapping[str, int]
    meters: dict[str, Meter] = field(default_factory=dict)
    lines: set[str] = field(default_factory=set)
    tight: frozenset[str] = frozenset()
    called: frozenset[int] = frozenset()
    is_loaded: bool = False

    def call(self, line: Line, now: datetime, most: int) -> dict[int, list[int]]:
        """Call whom there is room for: the deliveries by customer. A channel without a rate has room for all."""
        if not self.is_loaded:
            self._load(line, now)
        found: dict[int, list[int]] = {}
        for channel in sorted(self.lines):
            meter = self.meters.get(channel)
            room = most if meter is None else min(most, meter.room(now))
            first = line.first_in_line(channel, room) if room else []
            for profile_id, delivery_id in first:
                found.setdefault(profile_id, []).append(delivery_id)
            if room and not first:
                self.lines = set(line.channels_in_line())
        return found

    def open(self, called: Mapping[int, Iterable[int]], customers: int, now: datetime) -> None:
        """Begin a turn of so many customers: each hands over one delivery at most."""
        self.called = frozenset(delivery_id for ids in called.values() for delivery_id in ids)
        if self.meters:
            self.tight = frozenset(
                name for name, meter in self.meters.items() if name in self.lines or meter.room(now) < customers
            )

    def lets_through(self, customer: Customer, entry: Outgoing, now: datetime) -> bool:
        """Say whether a delivery may be called now: there is room, and nobody stands before it."""
        delivery = entry.delivery
        meter = self.meters.get(delivery.channel)
        if meter is None:
            return True
        if meter.room(now) == 0:
            return False
        # Who was asked about meanwhile had been called before.
        is_called = delivery.id in self.called or customer.answered_for == delivery.id
        return is_called or delivery.channel not in self.tight

    def line_up(self, customer: Customer, entry: Outgoing) -> None:
        """Let a delivery stand in line."""
        delivery = entry.delivery
        if entry.reason != NO_ROOM:
            told = (delivery.enrollment_id, delivery.journey, delivery.step)
            customer.changes.trace.append(Trace(customer.memory.clock, *told, "in_line", NO_ROOM))
        entry.state, entry.reason, entry.on_change = "delayed", NO_ROOM, False
        entry.in_line = self._place(delivery)
        customer.changes.touched[delivery.id] = entry
        self.lines.add(delivery.channel)

    def _place(self, delivery: Delivery) -> int:
        if delivery.purpose is Purpose.TRANSACTIONAL:
            return 0
        return _HIGHEST - self.priorities.get(delivery.journey, USUAL)

    def begin(self, entry: Outgoing) -> None:
        """Note that a delivery is handed over."""
        meter = self.meters.get(entry.delivery.channel)
        if meter is not None:
            entry.is_metered = True
            meter.under_way.add(entry.delivery.id)

    def end(self, channel: str, delivery_id: int, now: datetime) -> None:
        """Note that a handover came to its end."""
        meter = self.meters.get(channel)
        if meter is not None:
            meter.end(delivery_id, now)

    def forget(self) -> None:
        """Count anew: a turn did not come about."""
        self.is_loaded = False

    def _load(self, line: Line, now: datetime) -> None:
        self.meters = {name: Meter(rate) for name, rate in self.rates.items()}
        self.lines = set(line.channels_in_line())
        self.is_loaded = True
        if not self.rates:
            return
        since = min(rate.begin(now) for rate in self.rates.values()) - LONGEST_CALL
        for call in _by_end(line.calls_since(since)):
            meter = self.meters.get(call.channel)
            if meter is None:
                continue
            if call.ended_at is None:
                meter.under_way.add(call.delivery_id)
            else:
                meter.ended.append(call.ended_at)


def _by_end(calls: Iterable[Call]) -> Iterator[Call]:
    ended = sorted((call for call in calls if call.ended_at is not None), key=lambda call: str(call.ended_at))
    yield from ended
    yield from (call for call in calls if call.ended_at is None)
