"""Has this customer had enough messages for now?

Rule: at most so many marketing messages per channel, over `any` channel, and per group of journeys, in a period. `per
day` and `per week` are calendar periods on the customer's clock (a week begins on Monday), `per 24h` and `per 7d` roll.
Only marketing messages count, each for its own channel, for `any` and for the group of its journey, and never a
delivery against itself (one that may have been handed over before). `0 per day` is a limit of zero. Source: the
frequency capping of the large engines, whose calendar days alone let 23:59 and 00:01 both go; here both kinds are
offered.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache
from operator import attrgetter
from typing import Annotated, ClassVar, Literal, Self, TypeAlias
from zoneinfo import ZoneInfo

from pydantic import BeforeValidator, ConfigDict, Field, model_validator

from journeys.duration import parse_duration
from journeys.vocabulary import Delivery, FactKind, Facts, PastSend
from operational_guards.base import ALLOW, NOTHING_NEEDED, DurationText, GuardParams, is_marketing_message
from operational_guards.holds import Deadline, Hold, hold_back
from operational_guards.local_time import MIDNIGHT, ZoneText, next_reading, start_of_day, zone_of
from operational_guards.verdict import Evidence, Suppress, Verdict

_AT = attrgetter("at")
_CAP = re.compile(r"(\d+) per (\S+)")
# No calendar day or week is longer than this, not even where a zone crossed the date line.
_LONGEST = {"day": timedelta(days=3), "week": timedelta(days=9)}
# Messages are remembered for a month; over a longer period a cap would let through what it should hold.
_REMEMBERED = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Cap:
    """At most `limit` messages in a calendar `day` or `week`, or in a rolling period. `text` is how it was written."""

    text: str
    limit: int
    period: Literal["day", "week"] | timedelta

    @property
    def reach(self) -> timedelta:
        """How far back a message may lie and still count, at the very most."""
        return self.period if isinstance(self.period, timedelta) else _LONGEST[self.period]


def _cap(text: str) -> Cap:
    match = _CAP.fullmatch(text.strip())
    if not match:
        raise ValueError(f'expected a limit and a period, got "{text}"; write one like "1 per day" or "2 per 7d"')
    limit = int(match[1])
    if match[2] == "day":
        return Cap(text, limit, "day")
    if match[2] == "week":
        return Cap(text, limit, "week")
    return Cap(text, limit, _period(match[2], text))


def _period(period: str, text: str) -> timedelta:
    try:
        length = parse_duration(period)
    except ValueError:
        length = timedelta(0)
    if length <= timedelta(0):
        raise ValueError(f'expected "per day", "per week" or a period like 7d, got "{text}"; write one like "2 per 7d"')
    if length > _REMEMBERED:
        raise ValueError(f'expected a period of at most 30d, got "{text}"; write one like "2 per 30d"')
    return length


def _caps(value: object) -> object:
    if isinstance(value, list | tuple):
        return tuple(part if isinstance(part, Cap) else _cap(str(part)) for part in value)
    return (_cap(str(value)),)


CapsText: TypeAlias = Annotated[
    tuple[Cap, ...], BeforeValidator(_caps, json_schema_input_type=str | list[str]), Field(examples=["1 per day"])
]


Scope: TypeAlias = Literal["channel", "any", "group"]


@dataclass(frozen=True, slots=True)
class Share:
    """A cap that holds a delivery, and what it counts: one channel, all of them, or the journeys of a group."""

    scope: Scope
    cap: Cap
    group: str = ""
    journeys: frozenset[str] = frozenset()

    @property
    def cited(self) -> Evidence:
        """Name the cap the way the file does."""
        return Evidence("cap", self.group or self.scope, self.cap.text)

    def counts(self, send: PastSend, delivery: Delivery) -> bool:
        """Say whether a message that left takes room from this delivery."""
        if self.scope == "any":
            return True
        return send.journey in self.journeys if self.scope == "group" else send.channel == delivery.channel


class FrequencyCapParams(GuardParams):
    """One key per channel, or `any`, each with a cap such as `2 per 7d` or a list of them; `zone` is the shop's.

    `groups` has caps by group; which journeys are of which group is filled in from the journeys themselves.
    """

    model_config = ConfigDict(extra="allow", frozen=True)
    __pydantic_extra__: dict[str, CapsText] = Field(init=False)

    do: Literal["delay", "suppress"] = "delay"
    at_most: DurationText = timedelta(days=3)
    groups: dict[str, CapsText] = Field(default_factory=dict)
    journeys: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    zone: ZoneText = "UTC"

    @model_validator(mode="after")
    def _caps_something(self) -> Self:
        if not self.__pydantic_extra__ and not self.groups:
            raise ValueError('expected a cap for at least one channel, got none; add one like any: "4 per 7d"')
        return self

    def channels(self) -> frozenset[str]:
        """Name the capped channels."""
        return frozenset(self.__pydantic_extra__) - {"any"}

    def named_groups(self) -> frozenset[str]:
        """Name the capped groups."""
        return frozenset(self.groups)

    def longest_reach(self) -> timedelta:
        """Say how far back a message may lie and still count for one of the caps."""
        return max((cap.reach for cap in self.caps()), default=timedelta(0))

    def caps(self) -> list[Cap]:
        """List all caps, of channels and of groups."""
        return [cap for caps in (*self.__pydantic_extra__.values(), *self.groups.values()) for cap in caps]

    def by_channel(self) -> dict[str, tuple[Share, ...]]:
        """List for each capped channel, and for `any`, the caps that a message on it counts for."""
        caps = self.__pydantic_extra__
        over_all = tuple(Share("any", cap) for cap in caps.get("any", ()))
        own = {name: tuple(Share("channel", cap) for cap in caps[name]) for name in self.channels()}
        return {"any": over_all, **{name: (*shares, *over_all) for name, shares in own.items()}}

    def by_journey(self) -> dict[str, tuple[Share, ...]]:
        """List for each journey of a capped group the caps that its messages count for."""
        found: dict[str, tuple[Share, ...]] = {}
        for group, caps in self.groups.items():
            journeys = frozenset(self.journeys.get(group, ()))
            shares = tuple(Share("group", cap, group, journeys) for cap in caps)
            found |= {journey: (*found.get(journey, ()), *shares) for journey in journeys}
        return found


@dataclass(frozen=True, slots=True)
class FrequencyCap:
    """Delays messages for which the customer's measure is full until there is room."""

    params: FrequencyCapParams
    _reach: timedelta = field(init=False, repr=False, compare=False)
    _least: int = field(init=False, repr=False, compare=False)
    _is_shut: bool = field(init=False, repr=False, compare=False)
    _by_channel: Mapping[str, tuple[Share, ...]] = field(init=False, repr=False, compare=False)
    _by_journey: Mapping[str, tuple[Share, ...]] = field(init=False, repr=False, compare=False)

    name: ClassVar[str] = "frequency_cap"
    Params: ClassVar[type[GuardParams]] = FrequencyCapParams
    always: ClassVar[bool] = False
    needs: ClassVar[frozenset[FactKind]] = NOTHING_NEEDED
    reasons: ClassVar[Mapping[str, str]] = {
        "frequency_cap.channel": "The customer has had as many messages on this channel as the cap allows.",
        "frequency_cap.any": "The customer has had as many messages over all channels as the cap allows.",
        "frequency_cap.group": "The customer has had as many messages of this group of journeys as the cap allows.",
    }

    def __post_init__(self) -> None:
        object.__setattr__(self, "_reach", self.params.longest_reach())
        object.__setattr__(self, "_least", min((cap.limit for cap in self.params.caps()), default=1))
        object.__setattr__(self, "_is_shut", self._least == 0)
        object.__setattr__(self, "_by_channel", self.params.by_channel())
        object.__setattr__(self, "_by_journey", self.params.by_journey())

    @property
    def speaks_by(self) -> tuple[str, ...]:
        """By what was sent, unless a cap has no room for anything."""
        return ("profile",) if self._is_shut else ("sends",)

    def applies_to(self, delivery: Delivery) -> bool:
        """Look at marketing messages."""
        return is_marketing_message(delivery)

    def judge(self, delivery: Delivery, facts: Facts, now: datetime) -> Verdict:
        """Delay until every full cap has room again; suppress where a cap never has any."""
        shares = self._shares_of(delivery)
        for share in shares if self._is_shut else ():
            if share.cap.limit == 0:
                return Suppress(f"frequency_cap.{share.scope}", (share.cited,))
        if len(facts.sends) < self._least:
            return ALLOW
        # 0 stands for no id at all: two without one are not the same delivery.
        earliest, own = now - self._reach, delivery.id or None
        recent = [send for send in facts.sends if send.at > earliest and send.delivery_id != own]
        many = [share for share in shares if len(recent) >= share.cap.limit]
        if not many:
            return ALLOW
        zone = zone_of(facts.profile.timezone, self.params.zone)
        holds = [hold for share in many for hold in _full(share, _counting(share, delivery, recent), zone, now)]
        if not holds:
            return ALLOW
        # With the deadline passed there is no room by then either, so the cap itself stays the reason.
        _, reason = max((hold.until, hold.reason) for hold in holds)
        return hold_back(
            holds, self.params.do, now, Deadline(delivery.planned_at + self.params.at_most, "suppress", reason)
        )

    def _shares_of(self, delivery: Delivery) -> tuple[Share, ...]:
        shares = self._by_channel.get(delivery.channel) or self._by_channel["any"]
        of_group = self._by_journey.get(delivery.journey)
        return (*shares, *of_group) if of_group else shares


def _counting(share: Share, delivery: Delivery, sends: list[PastSend]) -> list[PastSend]:
    return sends if share.scope == "any" else [send for send in sends if share.counts(send, delivery)]


def _full(share: Share, sends: list[PastSend], zone: ZoneInfo, now: datetime) -> Iterator[Hold]:
    """Hold the message when the cap has no room, until it has."""
    cap = share.cap
    if len(sends) < cap.limit:
        return
    counted = _counted(cap, sends, zone, now)
    if len(counted) < cap.limit:
        return
    evidence = tuple(Evidence("send", f"{send.channel}/{send.journey}", "sent", send.at) for send in counted)
    yield Hold(
        f"frequency_cap.{share.scope}",
        _room_at(cap, counted, zone, now),
        (share.cited, *evidence),
        on_change=False,
    )


def _counted(cap: Cap, sends: list[PastSend], zone: ZoneInfo, now: datetime) -> list[PastSend]:
    """List the messages within the cap's period, newest first."""
    if isinstance(cap.period, timedelta):
        after = now - cap.period
        counted = [send for send in sends if send.at > after]
    else:
        start = _beginning(cap.period, zone, now)
        counted = [send for send in sends if send.at >= start]
    counted.sort(key=_AT, reverse=True)
    return counted


@lru_cache(maxsize=1_024)
def _beginning(period: Literal["day", "week"], zone: ZoneInfo, now: datetime) -> datetime:
    """Give the moment at which the day or the week began: the same for all who are judged at once in one zone."""
    return start_of_day(zone, now, now.astimezone(zone).weekday() if period == "week" else 0)


def _room_at(cap: Cap, counted: list[PastSend], zone: ZoneInfo, now: datetime) -> datetime:
    """Give the moment when the cap has room for one more message."""
    if isinstance(cap.period, timedelta):
        return counted[cap.limit - 1].at + cap.period
    return _end(cap.period, zone, now)


@lru_cache(maxsize=1_024)
def _end(period: Literal["day", "week"], zone: ZoneInfo, now: datetime) -> datetime:
    """Give the moment at which the day or the week is over."""
    return next_reading(MIDNIGHT, zone, now, 7 - now.astimezone(zone).weekday() if period == "week" else 1)
