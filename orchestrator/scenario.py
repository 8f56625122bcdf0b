"""What is a scenario, and which moments does it speak of?

A customer's story: what happens when, and what the journeys must make of it. `orchestrator.scenario_file` reads it,
`orchestrator.imagined_life` lives through it, `orchestrator.scenarios` compares.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, TypeAlias
from zoneinfo import ZoneInfo

from journeys.decision import Fate
from journeys.duration import format_duration
from journeys.vocabulary import Item

KEYS = (
    "name",
    "journey",
    "at",
    "zone",
    "profile",
    "events",
    "until",
    "catalog",
    "fate",
    "expect",
    "never",
    "nothing_sent",
)
EXPECTATIONS: dict[str, tuple[str, ...]] = {
    "sent": ("journey", "step", "channel", "audience", "items", "subject"),
    "crm": ("journey", "step", "channel", "task", "note"),
    "failed": ("journey", "step", "channel", "reason"),
    "suppressed": ("journey", "step", "channel", "reason"),
    "delayed": ("journey", "step", "channel", "reason", "until"),
    "cancelled": ("journey", "step", "channel", "reason"),
    "left": ("journey", "step", "channel", "audience"),
    "entered": ("journey",),
    "waits": ("journey", "step", "until"),
    "set": ("journey", "step", "attribute", "value"),
    "exited": ("journey", "step", "reason"),
    "goal": ("journey", "step"),
}
# The keys that name who did it; the others say what was done.
NAMES = ("journey", "step")
LONGEST = timedelta(days=90)
AS_PLAYED = "scenario"

When: TypeAlias = timedelta | datetime


@dataclass(frozen=True, slots=True)
class Happening:
    """An event of the story. `of` names the step whose last message it is about, such as the one that was clicked."""

    when: When
    name: str
    properties: Mapping[str, Any] = field(default_factory=dict)
    of: str = ""


@dataclass(frozen=True, slots=True)
class Expectation:
    """What must come of it at a moment; `wanted` holds what else is asked of it, by the keys of `EXPECTATIONS`.

    What must never happen has no moment of its own: its `when` is not looked at.
    """

    when: When
    what: str
    wanted: Mapping[str, Any] = field(default_factory=dict)
    line: int = 1

    def __str__(self) -> str:
        asked = ", ".join(f"{key} {shown(value)}" for key, value in self.wanted.items())
        return f"{self.what}{', ' if asked else ''}{asked}"


@dataclass(frozen=True, slots=True)
class PlayedFate:
    """What becomes of a step's messages at the provider, and why it refuses them."""

    fate: Fate
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Scenario:
    """One story. A `When` is a time after `at`, or a time of its own on the clock of `zone`, the shop's when empty.

    Without `asks_all` only what is listed is looked at: a message that nobody expected is no difference.
    """

    name: str
    at: datetime
    journey: str = ""
    zone: str = ""
    profile: Mapping[str, Any] = field(default_factory=dict)
    happenings: tuple[Happening, ...] = ()
    until: When | None = None
    catalog: tuple[Item, ...] = ()
    fates: Mapping[str, PlayedFate] = field(default_factory=dict)
    expectations: tuple[Expectation, ...] = ()
    never: tuple[Expectation, ...] = ()
    asks_all: bool = True
    file: str = "journeys.test.yaml"
    line: int = 1


@dataclass(frozen=True, slots=True)
class Calendar:
    """When a scenario begins, and how its moments are read and written.

    A clock time that the spring change skips is taken an hour later, one that the autumn change repeats is its first
    occurrence: the rule of `journeys.localtime`, and what a `fold` of zero means.
    """

    begin: datetime
    zone: ZoneInfo

    def instant(self, when: When) -> datetime:
        """Give a moment of the scenario in UTC."""
        if isinstance(when, datetime):
            return when.replace(tzinfo=self.zone).astimezone(UTC)
        return self.instant(self.begin) + when

    def since(self, at: datetime) -> timedelta:
        """Say how long after the beginning a moment is."""
        return at - self.instant(self.begin)

    def line(self, at: datetime, words: str) -> str:
        """Write one line of a timeline: the time since the beginning, the clock, and what was seen."""
        since = self.since(at)
        offset = f"+{format_duration(since)}" if since >= timedelta(seconds=0.5) else "+0h"
        return f"{offset:<12} {self.clock(at)}  {words}"

    def clock(self, at: datetime) -> str:
        """Write a moment on the scenario's clock."""
        return f"{at.astimezone(self.zone):%a %Y-%m-%d %H:%M}"


def minute(at: datetime) -> datetime:
    """Give the minute a moment is in: scenarios are that exact."""
    return at.replace(second=0, microsecond=0)


def shown(value: Any) -> str:
    """Write a value of a scenario for a message."""
    match value:
        case None:
            return "nothing"
        case bool():
            return str(value).lower()
        case float():
            return f"{value:g}"
        case dict():
            return f"a mapping with {', '.join(map(str, value))}" if value else "an empty mapping"
        case list() | tuple():
            return f"[{', '.join(shown(entry).strip(chr(34)) for entry in value)}]"
        case timedelta():
            return f"+{format_duration(value)}"
        case datetime():
            return f"{value:%Y-%m-%d %H:%M}"
        case str():
            return f'"{value}"'
        case _:
            return str(value)
