"""How are durations, times, dates, shares and limits written in YAML, and what do they mean?

Each kind is text in the file and a value in the model: a field of one of these types takes the text, says what it
expected where the text is something else, and shows as text in the JSON Schema.
"""

import re
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated, Literal, TypeAlias

from cronsim import CronSim, CronSimError
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, JsonValue, PlainSerializer

from journeys.duration import SHAPE, format_duration, parse_duration

WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_CLOCK = re.compile(r"(?:(Mon|Tue|Wed|Thu|Fri|Sat|Sun) )?([01]\d|2[0-3]):([0-5]\d)")
# No value that is computed looks like this: a weekday in another language, or an hour in another way of writing.
_NEARLY_CLOCK = re.compile(r"(?:[^\W\d_]+[.,]? +)?\d{1,2}(?:[:.h]\d\d)?(?: ?[ap]m)?", re.IGNORECASE)
_DATE = re.compile(r"(\d{4}-\d\d-\d\d)(?: ([01]\d|2[0-3]):([0-5]\d))?")
_RE_ENTRY = re.compile(r"(never|always)|after (.+)")
_LIMIT = re.compile(r"(\d{1,9}) per (?:(hour|day|week)|(\S+))")
# What an editor checks while a value is typed. Whatever the functions below take fits its pattern; what fits may still
# be refused, such as a duration of more than ten years.
_CLOCK_SHAPE = r"(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) )?(?:[01]\d|2[0-3]):[0-5]\d"
_NEARLY_CLOCK_SHAPE = r"(?:[^\W\d_]+[.,]? +)?\d{1,2}(?:[:.hH]\d\d)?(?: ?[AaPp][Mm])?"
_CRON_SHAPE = r"\s*(?:\S+\s+){4,5}\S+\s*"
_NUMBER_SHAPE = r"\s*[-+]?[\d_]*\.?[\d_]*(?:[eE][-+]?[\d_]+)?\s*"
_SOME_DAY = datetime(2026, 1, 1, tzinfo=UTC)


class LocalTime(BaseModel):
    """A time of day on the customer's clock, with a weekday (0 is Monday) when it is weekly."""

    model_config = ConfigDict(frozen=True)

    hour: int
    minute: int
    weekday: int | None = None

    def __str__(self) -> str:
        day = "" if self.weekday is None else f"{WEEKDAYS[self.weekday]} "
        return f"{day}{self.hour:02}:{self.minute:02}"


class LocalDate(BaseModel):
    """A day on the customer's clock, at this time of the day."""

    model_config = ConfigDict(frozen=True)

    day: date
    at: time = time(0)

    def __str__(self) -> str:
        return f"{self.day} {self.at:%H:%M}" if self.at != time(0) else f"{self.day}"


class Cron(BaseModel):
    """A schedule in the five fields of cron, on a clock of the shop or the customer."""

    model_config = ConfigDict(frozen=True)

    cron: str

    def __str__(self) -> str:
        return self.cron


class ReEntry(BaseModel):
    """Whether a person who has been through may enter again: never, or after this pause (zero means always)."""

    model_config = ConfigDict(frozen=True)

    allowed: bool = True
    after: timedelta = timedelta(0)

    def __str__(self) -> str:
        if not self.allowed:
            return "never"
        return f"after {format_duration(self.after)}" if self.after else "always"


class Limit(BaseModel):
    """So many in a calendar hour, day or week of the shop's clock, or in any stretch of this length."""

    model_config = ConfigDict(frozen=True)

    most: int
    calendar: Literal["hour", "day", "week"] | None = None
    window: timedelta | None = None

    def __str__(self) -> str:
        return f"{self.most} per {self.calendar or format_duration(self.window or timedelta(0))}"


def _duration(value: object) -> timedelta:
    return value if isinstance(value, timedelta) else parse_duration(str(value))


def _offset(value: object) -> timedelta:
    if isinstance(value, timedelta):
        return value
    text = str(value).replace(" ", "")
    try:
        length = parse_duration(text.lstrip("+-"))
    except ValueError:
        raise ValueError(f'expected an offset like -7d or +2h, got "{value}"') from None
    return -length if text.startswith("-") else length


def _local_time(value: object) -> object:
    if isinstance(value, LocalTime):
        return value
    found = _clock_time(str(value))
    if found is None:
        raise ValueError(f'expected a time like "10:00" or "Tue 10:00", got "{value}"')
    return found


def _clock_time(text: str) -> LocalTime | None:
    match = _CLOCK.fullmatch(text)
    if not match:
        return None
    weekday, hour, minute = match.groups()
    return LocalTime(hour=int(hour), minute=int(minute), weekday=WEEKDAYS.index(weekday) if weekday else None)


def _schedule(value: object) -> object:
    if isinstance(value, LocalTime | Cron):
        return value
    text = str(value)
    found = _clock_time(text)
    if found is not None:
        return found
    try:
        CronSim(text, _SOME_DAY)
    except CronSimError:
        raise ValueError(
            f'expected a time like "10:00" or "Tue 10:00" or cron\'s five fields like "0 10 1 * *", got "{value}"'
        ) from None
    return Cron(cron=text)


def _moment(value: object) -> object:
    """Read a time of day, a date, or else an expression that gives a date."""
    if isinstance(value, LocalTime | LocalDate):
        return value
    if not isinstance(value, str):
        raise ValueError(f'expected a time like "Tue 10:00", a date like "2026-12-24" or a date\'s name, got "{value}"')
    found = _clock_time(value) or _local_date(value)
    if found is None and _NEARLY_CLOCK.fullmatch(value):
        raise ValueError(f'expected a time like "10:00" or "Tue 10:00", got "{value}"')
    return found or value


def _local_date(text: str) -> LocalDate | None:
    match = _DATE.fullmatch(text)
    if not match:
        return None
    try:
        day = date.fromisoformat(match[1])
    except ValueError:
        raise ValueError(f'expected a day of the calendar like "2026-12-24", got "{text}"') from None
    return LocalDate(day=day, at=time(int(match[2] or 0), int(match[3] or 0)))


def _re_entry(value: object) -> object:
    if isinstance(value, ReEntry):
        return value
    match = _RE_ENTRY.fullmatch(str(value))
    if not match:
        raise ValueError(f'expected never, always or "after 14d", got "{value}"')
    word, pause = match.groups()
    return ReEntry(allowed=word != "never", after=parse_duration(pause) if pause else timedelta(0))


def _share(value: object) -> object:
    text = str(value).strip()
    try:
        share = (
            float(text.removesuffix("%")) / 100
            if text.endswith("%")
            else float(value)
            if isinstance(value, float)
            else -1
        )
    except ValueError:
        share = -1
    if not 0 <= share <= 1:
        raise ValueError(f'expected a share like 5%, got "{value}"')
    return share


def _weight(value: object) -> object:
    text = str(value).strip().removesuffix("%")
    try:
        weight = -1.0 if isinstance(value, bool) else float(text)
    except ValueError:
        weight = -1.0
    if not 0 <= weight <= 1_000_000:
        raise ValueError(f'expected a share like 50%, or a weight like 2, got "{value}"')
    return weight


def _limit(value: object) -> object:
    if isinstance(value, Limit):
        return value
    wrong = ValueError(f'expected a limit like "100 per hour" or "20 per 10m", got "{value}"')
    match = _LIMIT.fullmatch(str(value).strip())
    if not match:
        raise wrong
    most, calendar, window = match.groups()
    try:
        window_length = parse_duration(window) if window else None
    except ValueError:
        raise wrong from None
    if window_length == timedelta(0):
        raise ValueError(f'expected a time that is not over at once, got "{value}"; write one like "20 per 10m"')
    return Limit.model_validate({"most": int(most), "calendar": calendar, "window": window_length})


def _percent(share: float) -> str:
    return f"{share * 100:.10g}%"


def _short(weight: float) -> float:
    return int(weight) if weight == int(weight) else weight


# In JSON a value is written the way the file writes it, so that a file that is dumped can be read again.
_AS_TEXT = PlainSerializer(str, return_type=str, when_used="json")


def _signed(offset: timedelta) -> str:
    return f"-{format_duration(-offset)}" if offset < timedelta(0) else f"+{format_duration(offset)}"


_AS_DURATION = PlainSerializer(format_duration, return_type=str, when_used="json")


def _shaped(shape: str, expected: str) -> dict[str, JsonValue]:
    return {"pattern": f"^{shape}$", "patternErrorMessage": f"expected {expected}"}


Expression: TypeAlias = Annotated[str, Field(json_schema_extra={"format": "tactful-condition"})]
DurationText: TypeAlias = Annotated[
    timedelta,
    BeforeValidator(_duration, json_schema_input_type=str),
    _AS_DURATION,
    Field(examples=["3d", "2h30m"], json_schema_extra=_shaped(SHAPE, "a duration like 3d, 90m or 2h30m")),
]
OffsetText: TypeAlias = Annotated[
    timedelta,
    BeforeValidator(_offset, json_schema_input_type=str),
    PlainSerializer(_signed, return_type=str, when_used="json"),
    Field(examples=["-7d", "+2h"], json_schema_extra=_shaped(rf"[-+ ]*{SHAPE}", "an offset like -7d or +2h")),
]
LocalTimeText: TypeAlias = Annotated[
    LocalTime,
    BeforeValidator(_local_time, json_schema_input_type=str),
    _AS_TEXT,
    Field(
        examples=["10:00", "Tue 10:00"],
        json_schema_extra=_shaped(_CLOCK_SHAPE, 'a time like "10:00" or "Tue 10:00"'),
    ),
]
ScheduleText: TypeAlias = Annotated[
    LocalTime | Cron,
    BeforeValidator(_schedule, json_schema_input_type=str),
    _AS_TEXT,
    Field(
        examples=["10:00", "Tue 10:00", "0 10 1 * *"],
        json_schema_extra=_shaped(
            f"(?:{_CLOCK_SHAPE}|{_CRON_SHAPE})", 'a time like "10:00" or "Tue 10:00", or cron like "0 10 1 * *"'
        ),
    ),
]
MomentText: TypeAlias = Annotated[
    LocalTime | LocalDate | str,
    BeforeValidator(_moment, json_schema_input_type=str),
    _AS_TEXT,
    Field(
        examples=["Tue 10:00", "2026-12-24 10:00", "entry.expected_at - 1d"],
        json_schema_extra=_shaped(
            rf"(?:{_CLOCK_SHAPE}|(?!{_NEARLY_CLOCK_SHAPE}$)[\s\S]*)",
            'a time like "10:00", a date, or a value that is one',
        ),
    ),
]
ReEntryText: TypeAlias = Annotated[
    ReEntry,
    BeforeValidator(_re_entry, json_schema_input_type=str),
    _AS_TEXT,
    Field(
        examples=["never", "after 14d"],
        json_schema_extra=_shaped(f"(?:never|always|after {SHAPE})", 'never, always or "after 14d"'),
    ),
]
ShareText: TypeAlias = Annotated[
    float,
    BeforeValidator(_share, json_schema_input_type=str | float),
    PlainSerializer(_percent, return_type=str, when_used="json"),
    Field(examples=["5%"], json_schema_extra=_shaped(f"{_NUMBER_SHAPE}%\\s*", "a share like 5%")),
]
WeightText: TypeAlias = Annotated[
    float,
    BeforeValidator(_weight, json_schema_input_type=str | float),
    PlainSerializer(_short, return_type=float, when_used="json"),
    Field(
        examples=["50%", 2],
        json_schema_extra=_shaped(f"{_NUMBER_SHAPE}%?\\s*", "a share like 50%, or a weight like 2"),
    ),
]
LimitText: TypeAlias = Annotated[
    Limit,
    BeforeValidator(_limit, json_schema_input_type=str),
    _AS_TEXT,
    Field(
        examples=["100 per hour", "20 per 10m"],
        json_schema_extra=_shaped(r"\s*\d{1,9} per \S+\s*", "a limit like 100 per hour or 20 per 10m"),
    ),
]
_NAMED = "expected a name of lower-case letters, digits and _, beginning with a letter"
Name: TypeAlias = Annotated[
    str,
    Field(pattern=r"^[a-z][a-z0-9_]*$", max_length=60, json_schema_extra={"patternErrorMessage": _NAMED}),
]
Target: TypeAlias = Name
