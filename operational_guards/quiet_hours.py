"""Is it night where the customer is?

Rule: no marketing message between `from` and `to` on the customer's own clock; the shop's clock where the customer's
zone is missing or not a zone. The window includes `from` and excludes `to`, may wrap midnight, and is empty when both
are equal. Audiences and messages the customer is owed are not held. Source: common e-mail and text-message practice,
and for texts the calling hours of 47 CFR 64.1200(c)(1).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, time
from functools import lru_cache
from typing import Annotated, ClassVar, TypeAlias
from zoneinfo import ZoneInfo

from pydantic import BeforeValidator, Field

from journeys.vocabulary import Delivery, FactKind, Facts
from operational_guards.base import ALLOW, NOTHING_NEEDED, GuardParams, is_marketing_message
from operational_guards.local_time import ZoneText, next_reading, zone_of
from operational_guards.verdict import Delay, Evidence, Verdict

_CLOCK = re.compile(r"([01]\d|2[0-3]):([0-5]\d)")


def _clock(value: object) -> object:
    if isinstance(value, time):
        return value
    match = _CLOCK.fullmatch(str(value))
    if not match:
        raise ValueError(f'expected a time of day from 00:00 to 23:59, got "{value}"; write one like "21:00"')
    return time(int(match[1]), int(match[2]))


ClockText: TypeAlias = Annotated[time, BeforeValidator(_clock, json_schema_input_type=str)]


class QuietHoursParams(GuardParams):
    """The window on the customer's clock; `zone` is the shop's, and filled in from it."""

    from_: ClockText = Field(alias="from", examples=["21:00"])
    to: ClockText = Field(examples=["09:00"])
    zone: ZoneText = "UTC"


@dataclass(frozen=True, slots=True)
class QuietHours:
    """Delays messages that would arrive at night until the morning."""

    params: QuietHoursParams
    _window: tuple[time, time, str] = field(init=False, repr=False, compare=False)

    name: ClassVar[str] = "quiet_hours"
    Params: ClassVar[type[GuardParams]] = QuietHoursParams
    always: ClassVar[bool] = False
    needs: ClassVar[frozenset[FactKind]] = NOTHING_NEEDED
    speaks_by: ClassVar[tuple[str, ...]] = ("profile",)
    reasons: ClassVar[Mapping[str, str]] = {
        "quiet_hours.night": "It is within the quiet hours on the customer's clock.",
    }

    def __post_init__(self) -> None:
        object.__setattr__(self, "_window", (self.params.from_, self.params.to, self.params.zone))

    def applies_to(self, delivery: Delivery) -> bool:
        """Look at marketing messages."""
        return is_marketing_message(delivery)

    def judge(self, delivery: Delivery, facts: Facts, now: datetime) -> Verdict:  # noqa: ARG002 - the guard's contract
        """Delay until the quiet hours are over."""
        start, end, zone = self._window
        return _verdict_at(start, end, zone_of(facts.profile.timezone, zone), now)


@lru_cache(maxsize=1_024)
def _verdict_at(start: time, end: time, zone: ZoneInfo, now: datetime) -> Verdict:
    """Give the answer that all who are judged at this moment get in this zone."""
    local = now.astimezone(zone)
    if not _is_quiet(local.time(), start, end):
        return ALLOW
    evidence = Evidence("clock", zone.key, f"{local:%H:%M}", now)
    return Delay(next_reading(end, zone, now), "quiet_hours.night", (evidence,))


def _is_quiet(clock: time, start: time, end: time) -> bool:
    if start <= end:
        return start <= clock < end
    return clock >= start or clock < end
