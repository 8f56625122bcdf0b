"""What may the YAML say?

One pydantic model is loader, JSON Schema and reference documentation at once: a field that is accepted here is read
somewhere, and every description is the sentence a marketer reads. Conditions stay text here; `journeys.conditions`
checks and compiles them.
"""

import re
from datetime import timedelta
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import BaseModel, BeforeValidator, ConfigDict, Discriminator, Field, Tag

from journeys.duration import parse_duration
from journeys.vocabulary import Intent, Purpose

WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_CLOCK = re.compile(r"(?:(Mon|Tue|Wed|Thu|Fri|Sat|Sun) )?([01]\d|2[0-3]):([0-5]\d)")
_RE_ENTRY = re.compile(r"(never|always)|after (.+)")


class LocalTime(BaseModel):
    """A time of day on the customer's clock, with a weekday (0 is Monday) when it is weekly."""

    model_config = ConfigDict(frozen=True)

    hour: int
    minute: int
    weekday: int | None = None


class ReEntry(BaseModel):
    """Whether a person who has been through may enter again: never, or after this pause (zero means always)."""

    model_config = ConfigDict(frozen=True)

    allowed: bool = True
    after: timedelta = timedelta(0)


def _duration(value: object) -> timedelta:
    return value if isinstance(value, timedelta) else parse_duration(str(value))


def _local_time(value: object) -> object:
    if isinstance(value, LocalTime | dict):
        return value
    match = _CLOCK.fullmatch(str(value))
    if not match:
        raise ValueError(f'expected a time like "10:00" or "Tue 10:00", got "{value}"')
    weekday, hour, minute = match.groups()
    return LocalTime(hour=int(hour), minute=int(minute), weekday=WEEKDAYS.index(weekday) if weekday else None)


def _re_entry(value: object) -> object:
    if isinstance(value, ReEntry | dict):
        return value
    match = _RE_ENTRY.fullmatch(str(value))
    if not match:
        raise ValueError(f'expected never, always or "after 14d", got "{value}"')
    word, pause = match.groups()
    return ReEntry(allowed=word != "never", after=parse_duration(pause) if pause else timedelta(0))


Expression: TypeAlias = Annotated[str, Field(json_schema_extra={"format": "tactful-condition"})]
DurationText: TypeAlias = Annotated[
    timedelta, BeforeValidator(_duration, json_schema_input_type=str), Field(examples=["3d", "2h30m"])
]
LocalTimeText: TypeAlias = Annotated[
    LocalTime, BeforeValidator(_local_time, json_schema_input_type=str), Field(examples=["10:00", "Tue 10:00"])
]
ReEntryText: TypeAlias = Annotated[
    ReEntry, BeforeValidator(_re_entry, json_schema_input_type=str), Field(examples=["never", "after 14d"])
]
ByMachine: TypeAlias = Annotated[bool, Field(description="Whether what a machine opened or clicked counts as well.")]
Name: TypeAlias = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$", max_length=60)]
Target: TypeAlias = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$", max_length=60)]


class Strict(BaseModel):
    """The base of all that is written in YAML: unknown keys are errors."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class Voice(Strict):
    """The shop's one tone of voice, checked in every template."""

    never: tuple[str, ...] = Field(default=(), description="Words and phrases that no message may contain.")
    sign_off: str = Field(default="", description="How every message ends; templates use shop.voice.sign_off.")


class ShopSpec(Strict):
    """Who is speaking, and where."""

    name: str
    timezone: str = Field("UTC", description="IANA zone of profiles that have none of their own.")
    country: str = Field("GB", pattern=r"^[A-Z]{2}$", description="Region of phone numbers written without a country.")
    currency: str = Field("EUR", pattern=r"^[A-Z]{3}$")
    url: str = ""
    voice: Voice = Voice()


class ChannelSpec(BaseModel):
    """How one channel goes out: the action, and the action's own parameters beside it."""

    model_config = ConfigDict(extra="allow", frozen=True)

    action: str
    hold: DurationText | None = Field(
        None, description="Keep every message this long in the outbox before it goes, so that it can still be recalled."
    )
    lag: DurationText | None = Field(
        None, description="How long the platform takes to act on an audience's change; stated wherever one is made."
    )

    def parameters(self) -> dict[str, Any]:
        """Give the action's own parameters."""
        return dict(self.model_extra or {})


class SourceSpec(BaseModel):
    """Who tells us about orders, parcels and returns: the adapter, and the adapter's own parameters beside it."""

    model_config = ConfigDict(extra="allow", frozen=True)

    adapter: str

    def parameters(self) -> dict[str, Any]:
        """Give the adapter's own parameters."""
        return dict(self.model_extra or {})


class EntrySpec(Strict):
    """What lets a person in: an event, or a schedule on their clock."""

    event: str | None = None
    schedule: LocalTimeText | None = Field(None, description="Every week or day at this time.")
    zone: Literal["profile.timezone", "shop.timezone"] = Field(
        "profile.timezone", alias="in", description="On whose clock a schedule runs."
    )
    if_: Expression | None = Field(None, alias="if")
    machine: ByMachine = False
    key: Expression | None = Field(None, description="One enrollment per value of this, such as event.checkout_id.")


class GoalSpec(Strict):
    """What counts as success, judged on every event while the person is in the journey."""

    event: str
    if_: Expression | None = Field(None, alias="if")
    machine: ByMachine = False
    within: DurationText | None = Field(None, description="Only this long after entry.")


class ExitSpec(Strict):
    """An event that takes the person out at once, wherever they are."""

    event: str
    if_: Expression | None = Field(None, alias="if")
    machine: ByMachine = False
    reason: Name | None = Field(None, description="The exit reason; the event's name in snake_case when left out.")


class Step(Strict):
    """What every step has."""

    id: Name


class Until(Strict):
    """A moment on the customer's clock."""

    until: LocalTimeText


class WaitStep(Step):
    """Pause: for a duration, or until the next time of day or weekday on the customer's clock."""

    wait: Until | DurationText


class Awaited(Strict):
    """The event that is waited for, and for how long at most."""

    event: str
    of: Name | None = Field(None, description="Only an event about the message of this step.")
    if_: Expression | None = Field(None, alias="if")
    machine: ByMachine = False
    at_most: DurationText


class WaitForStep(Step):
    """Pause until an event comes (`then`) or `at_most` has passed (`otherwise`); both default to the next step."""

    wait_for: Awaited
    then: Target | None = None
    otherwise: Target | None = None


class Arm(Strict):
    """One way out of a branch."""

    if_: Expression | None = Field(None, alias="if")
    else_: Literal[True] | None = Field(None, alias="else")
    go: Target


class BranchStep(Step):
    """Go the first way whose condition is true; with none, to the next step."""

    branch: tuple[Arm, ...] = Field(min_length=1)


class Guarded(Step):
    """What every step has whose deliveries are guarded."""

    guards: dict[Name, dict[str, Any]] = Field(
        default_factory=dict, description="How a guard holds this message; it cannot be switched off here."
    )
    except_: dict[Name, Annotated[str, Field(min_length=3)]] = Field(
        default_factory=dict, alias="except", description="Guards that do not hold this message, each with the reason."
    )


class SendStep(Guarded):
    """Send a message on a channel and stay here until its fate is known."""

    send: Name = Field(description="The channel.")
    template: str | None = None
    text: str | None = Field(None, description="The message itself, for channels without templates.")
    subject: str | None = Field(None, description="Overrides the template's own subject.")
    items: Expression | None = Field(None, description="The goods this message is about; guards judge them one by one.")
    min_items: int = Field(1, ge=1, description="With fewer goods left than this, the message is not sent.")
    purpose: Purpose = Purpose.MARKETING
    intent: Intent = Intent.PROMOTE
    at: LocalTimeText | None = Field(None, description="Not before this time on the customer's clock.")
    if_suppressed: Target | Literal["continue", "exit"] = "continue"


class AudienceChange(Strict):
    """Which audience to join or to leave."""

    add: Name | None = None
    remove: Name | None = None
    items: Expression | None = None
    for_: DurationText | None = Field(None, alias="for", description="Leave again after this long, or on an exit rule.")
    channel: Name = "ads"


class AudienceStep(Guarded):
    """Put the person into a retargeting audience, or take them out."""

    audience: AudienceChange


class Magnet(Strict):
    """The file that is given, and the message that brings its signed link."""

    file: str
    template: str
    expires: DurationText = timedelta(days=7)
    channel: Name = "email"


class LeadMagnetStep(Step):
    """Send what the person asked for: a signed, expiring link in a message of its own."""

    lead_magnet: Magnet
    if_suppressed: Target | Literal["continue", "exit"] = "continue"


class CrmEntry(Strict):
    """What the sales manager sees. `task` and `note` are templates."""

    task: str | None = None
    note: str | None = None
    channel: Name = "crm"


class CrmStep(Step):
    """Write a task or a note into the CRM."""

    crm: CrmEntry


class From(Strict):
    """A value that is computed from the event that began the enrollment, the profile or the facts."""

    from_: Expression = Field(alias="from")


class SetStep(Step):
    """Set attributes of the profile."""

    set: dict[Name, str | float | bool | From] = Field(min_length=1)


class GoStep(Step):
    """Continue at another step."""

    go: Target


class ExitStep(Step):
    """Leave the journey with this reason."""

    exit: Name


STEP_KINDS: dict[str, type[Step]] = {
    "wait": WaitStep,
    "wait_for": WaitForStep,
    "branch": BranchStep,
    "send": SendStep,
    "audience": AudienceStep,
    "lead_magnet": LeadMagnetStep,
    "crm": CrmStep,
    "set": SetStep,
    "go": GoStep,
    "exit": ExitStep,
}


def step_kind(value: object) -> str | None:
    """Tell a step's kind by the key that only this kind has; None when there is none."""
    if isinstance(value, Step):
        return next(kind for kind, model in STEP_KINDS.items() if isinstance(value, model))
    keys = value if isinstance(value, dict) else {}
    return next((kind for kind in STEP_KINDS if kind in keys), None)


StepSpec: TypeAlias = Annotated[
    Annotated[WaitStep, Tag("wait")]
    | Annotated[WaitForStep, Tag("wait_for")]
    | Annotated[BranchStep, Tag("branch")]
    | Annotated[SendStep, Tag("send")]
    | Annotated[AudienceStep, Tag("audience")]
    | Annotated[LeadMagnetStep, Tag("lead_magnet")]
    | Annotated[CrmStep, Tag("crm")]
    | Annotated[SetStep, Tag("set")]
    | Annotated[GoStep, Tag("go")]
    | Annotated[ExitStep, Tag("exit")],
    Discriminator(step_kind),
]


class JourneySpec(Strict):
    """One journey: what lets a person in, what takes them out, and the steps between."""

    description: str = ""
    stage: Literal["awareness", "consideration", "decision", "retention"] | None = Field(
        None, description="The part of the funnel; a template that declares another stage is a problem."
    )
    entry: EntrySpec
    re_entry: ReEntryText = ReEntry()
    if_active: Literal["ignore", "restart", "parallel"] = Field(
        "ignore", description="What an entry does while the person is inside; parallel is one enrollment per key."
    )
    goal: GoalSpec | None = None
    exit: tuple[ExitSpec, ...] = ()
    steps: tuple[StepSpec, ...] = Field(min_length=1)


PropertyType: TypeAlias = Literal["text", "number", "boolean", "date", "items", "any"]


class JourneysFile(Strict):
    """The whole file."""

    version: Literal[1]
    shop: ShopSpec
    channels: dict[Name, ChannelSpec] = Field(default_factory=dict)
    sources: dict[Name, SourceSpec] = Field(
        default_factory=dict, description="Who tells us, by a name of the shop's own; calls come to /hooks/<name>."
    )
    guards: dict[Name, dict[str, Any]] = Field(
        default_factory=dict, description="Guards that hold for every marketing message of every journey."
    )
    if_unknown: dict[Purpose, Literal["delay", "suppress", "allow"]] = Field(
        default_factory=dict,
        description="What a guard does while its facts cannot be relied on, by purpose; it may say otherwise itself.",
    )
    events: dict[str, dict[Name, PropertyType]] = Field(
        default_factory=dict, description="The shop's own events and their properties, so that conditions are checked."
    )
    attributes: dict[Name, PropertyType] = Field(default_factory=dict, description="The shop's own profile attributes.")
    journeys: dict[Name, JourneySpec] = Field(default_factory=dict)
