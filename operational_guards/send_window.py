"""Is this an hour at which the shop sends?

Rule: marketing messages leave only on these `days`, from `from` and before `to`, on the customer's own clock; the
shop's clock where the customer's zone is missing or not a zone. Left out, `days` are all, `from` is the beginning of
the day and `to` its end. A window that ends before it begins goes past midnight and belongs to the day it opens on; one
that is empty is refused. On `holidays` it does not open. With `channels` only these are held. Source: the send windows
of the large engines, whose overnight windows never open or swap their ends.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import Annotated, ClassVar, Final, Literal, Self, TypeAlias
from zoneinfo import ZoneInfo

from pydantic import BeforeValidator, Field, model_validator

from journeys.vocabulary import Delivery, FactKind, Facts
from operational_guards.base import ALLOW, NOTHING_NEEDED, DurationText, GuardParams, is_marketing_message
from operational_guards.holds import Deadline, Hold, hold_back
from operational_guards.local_time import MIDNIGHT, ZoneText, moment_of, zone_of
from operational_guards.verdict import Evidence, Verdict

Weekday: TypeAlias = Literal["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
WEEK: Final[tuple[Weekday, ...]] = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
DAY: Final = timedelta(days=1)
_CLOCK = re.compile(r"([01]\d|2[0-3]):([0-5]\d)")


def _minutes(value: object) -> object:
    """Read a time of day as minutes since midnight; the end of the day is 24:00."""
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    match = _CLOCK.fullmatch(str(value))
    if str(value) == "24:00":
        return 24 * 60
    if not match:
        raise ValueError(f'expected a time of day from 00:00 to 24:00, got "{value}"; write one like "09:00"')
    return int(match[1]) * 60 + int(match[2])


def _days(value: object) -> object:
    days = tuple(value) if isinstance(value, list | tuple) else (value,)
    for day in days:
        if day not in WEEK:
            raise ValueError(f'expected days like [Mon, Tue], got "{day}"; choose from {", ".join(WEEK)}')
    if not days:
        raise ValueError("expected at least one day, got none; leave days out for all of them")
    return days


def _dates(value: object) -> object:
    days = value if isinstance(value, list | tuple) else (value,)
    try:
        return tuple(day if isinstance(day, date) else date.fromisoformat(str(day)) for day in days)
    except ValueError:
        raise ValueError(f'expected days like [2026-12-25], got "{value}"; write each as year-month-day') from None


MinutesText: TypeAlias = Annotated[int, BeforeValidator(_minutes, json_schema_input_type=str), Field(ge=0, le=1440)]
DaysText: TypeAlias = Annotated[tuple[Weekday, ...], BeforeValidator(_days)]
DatesText: TypeAlias = Annotated[tuple[date, ...], BeforeValidator(_dates, json_schema_input_type=list[str])]


class SendWindowParams(GuardParams):
    """When the window is open on the customer's clock; `zone` is the shop's, and filled in from it."""

    days: DaysText = WEEK
    from_: MinutesText = Field(0, alias="from", examples=["09:00"])
    to: MinutesText = Field(24 * 60, examples=["18:00"])
    holidays: DatesText = ()
    channels_: tuple[str, ...] = Field((), alias="channels")
    at_most: DurationText = timedelta(days=14)
    zone: ZoneText = "UTC"

    @model_validator(mode="after")
    def _is_open_at_all(self) -> Self:
        if self.from_ == self.to or self.from_ == 24 * 60:
            raise ValueError("expected from and to to differ, got one that never opens; leave both out for whole days")
        return self

    def channels(self) -> frozenset[str]:
        """Name the channels it is for."""
        return frozenset(self.channels_)


@dataclass(frozen=True, slots=True)
class Window:
    """When messages may leave, on a clock: minutes since midnight, past 24:00 when it goes past midnight."""

    days: frozenset[int]
    opens: int
    closes: int
    holidays: frozenset[date]

    def on(self, day: date, zone: ZoneInfo) -> tuple[datetime, datetime] | None:
        """Give the moments between which it is open on a day; None when it does not open."""
        if day.weekday() not in self.days or day in self.holidays:
            return None
        opens, closes = _moment(day, self.opens, zone), _moment(day, self.closes, zone)
        # The clock can skip all of a window.
        return (opens, closes) if opens < closes else None

    def openings(self, today: date, zone: ZoneInfo) -> Iterator[tuple[datetime, datetime]]:
        """Give every window from yesterday's on: that one may go past midnight."""
        days = 7 * (len(self.holidays) + 3)
        found = (self.on(today + ahead * DAY, zone) for ahead in range(-1, days))
        return (window for window in found if window is not None)


def _moment(day: date, minutes: int, zone: ZoneInfo) -> datetime:
    days, rest = divmod(minutes, 24 * 60)
    return moment_of(day + days * DAY, time(rest // 60, rest % 60) if rest else MIDNIGHT, zone)


@dataclass(frozen=True, slots=True)
class SendWindow:
    """Delays messages until the shop sends again."""

    params: SendWindowParams
    _window: Window = field(init=False, repr=False, compare=False)

    name: ClassVar[str] = "send_window"
    Params: ClassVar[type[GuardParams]] = SendWindowParams
    always: ClassVar[bool] = False
    needs: ClassVar[frozenset[FactKind]] = NOTHING_NEEDED
    speaks_by: ClassVar[tuple[str, ...]] = ("profile",)
    reasons: ClassVar[Mapping[str, str]] = {
        "send_window.closed": "It is outside the send window on the customer's clock.",
    }

    def __post_init__(self) -> None:
        params = self.params
        closes = params.to if params.to > params.from_ else params.to + 24 * 60
        days = frozenset(WEEK.index(day) for day in params.days)
        object.__setattr__(self, "_window", Window(days, params.from_, closes, frozenset(params.holidays)))

    def applies_to(self, delivery: Delivery) -> bool:
        """Look at marketing messages, on its channels when it names any."""
        channels = self.params.channels_
        return is_marketing_message(delivery) and (not channels or delivery.channel in channels)

    def judge(self, delivery: Delivery, facts: Facts, now: datetime) -> Verdict:
        """Delay until the window opens."""
        zone = zone_of(facts.profile.timezone, self.params.zone)
        until = _opens_at(self._window, zone, now)
        if until is None:
            return ALLOW
        hold = Hold("send_window.closed", until, (_clock(zone, now),), on_change=False)
        deadline = Deadline(delivery.planned_at + self.params.at_most, "suppress", "send_window.closed")
        return hold_back([hold], "delay", now, deadline)


def _clock(zone: ZoneInfo, now: datetime) -> Evidence:
    local = now.astimezone(zone)
    return Evidence("clock", zone.key, f"{WEEK[local.weekday()]} {local:%H:%M}", now)


@lru_cache(maxsize=1_024)
def _opens_at(window: Window, zone: ZoneInfo, now: datetime) -> datetime | None:
    """Say when the window opens next; None while it is open. All who are judged at once in a zone get this answer."""
    for opens, closes in window.openings(now.astimezone(zone).date(), zone):
        if opens <= now < closes:
            return None
        if opens > now:
            return opens
    raise AssertionError("a window of some weekday opens again after the holidays")
