"""What may the YAML say?

One pydantic model is loader, JSON Schema and reference documentation at once: a field that is accepted here is read
somewhere, and every description is the sentence a marketer reads. Conditions stay text here; `journeys.conditions`
checks and compiles them. The steps are in `journeys.step_specs` and `journeys.wait_specs`, how times and shares are
written in `journeys.texts`.
"""

from datetime import timedelta
from typing import Any, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field

from journeys.step_base import From, Given, Step, Strict
from journeys.step_specs import (
    STEP_KINDS,
    ActionStep,
    Arm,
    AudienceStep,
    BranchStep,
    CrmStep,
    ExitStep,
    Experiment,
    GoStep,
    Guarded,
    Late,
    LeadMagnetStep,
    SendStep,
    SetStep,
    SplitStep,
    StartStep,
    StepSpec,
    StopStep,
    UseStep,
    WebhookStep,
    step_kind,
)
from journeys.texts import (
    WEEKDAYS,
    Cron,
    DurationText,
    Expression,
    Limit,
    LimitText,
    LocalDate,
    LocalTime,
    LocalTimeText,
    Name,
    OffsetText,
    ReEntry,
    ReEntryText,
    ScheduleText,
    ShareText,
    Target,
)
from journeys.vocabulary import Purpose
from journeys.wait_specs import (
    WAIT_KINDS,
    Awaited,
    AwaitedEvent,
    ByMachine,
    IfPast,
    Until,
    WaitForStep,
    WaitStep,
    wait_kind,
)

__all__ = [
    "ENTRY_KINDS",
    "STEP_KINDS",
    "WAIT_KINDS",
    "WEEKDAYS",
    "ActionStep",
    "Arm",
    "AudienceStep",
    "Awaited",
    "AwaitedEvent",
    "BranchStep",
    "BusinessGoal",
    "ChannelSpec",
    "CrmStep",
    "Cron",
    "EntrySpec",
    "ExitSpec",
    "ExitStep",
    "Experiment",
    "Expression",
    "From",
    "Given",
    "GoStep",
    "GoalSpec",
    "Guarded",
    "IfPast",
    "JourneySpec",
    "JourneysFile",
    "Late",
    "LeadMagnetStep",
    "Limit",
    "LocalDate",
    "LocalTime",
    "Name",
    "PartSpec",
    "PropertyType",
    "ReEntry",
    "SendStep",
    "SetStep",
    "ShopSpec",
    "SourceSpec",
    "SplitStep",
    "StartStep",
    "Step",
    "StepSpec",
    "StopStep",
    "Strict",
    "Target",
    "Until",
    "UseStep",
    "Voice",
    "WaitForStep",
    "WaitStep",
    "WebhookStep",
    "step_kind",
    "wait_kind",
]

PropertyType: TypeAlias = Literal["text", "number", "boolean", "date", "items", "any"]
# Every way in, with the sentence that the documentation prints.
ENTRY_KINDS: dict[str, str] = {
    "event": "Whenever an event happens: `entry: {event: Checkout Started}`.",
    "when": "When a condition turns true, so when somebody joins a segment: `entry: {when: profile in segment.vip}`.",
    "schedule": 'Every day or week at a time, or by cron: `entry: {schedule: "Tue 10:00"}`.',
    "date": "On a date of the person's, or so long before or after: `entry: {date: profile.birthday, every: year}`.",
    "call": "When the API or another journey's `start` asks for it: `entry: {call: {order_id: text}}`.",
    "journey": "When the person leaves another journey: `entry: {journey: welcome}`.",
}
TEN_O_CLOCK = LocalTime(hour=10, minute=0)


class Voice(Strict):
    """The shop's one tone of voice, checked in every template."""

    never: tuple[str, ...] = Field(default=(), description="Words and phrases that no message may contain.")
    sign_off: str = Field(default="", description="How every message ends; templates use shop.voice.sign_off.")


class ShopSpec(Strict):
    """Who is speaking, and where."""

    name: str = Field(description="The shop's name; templates use shop.name.")
    timezone: str = Field("UTC", description="IANA zone of profiles that have none of their own.")
    country: str = Field("GB", pattern=r"^[A-Z]{2}$", description="Region of phone numbers written without a country.")
    currency: str = Field("EUR", pattern=r"^[A-Z]{3}$", description="Three letters, of all prices that name no other.")
    url: str = Field("", description="The shop's address; templates use shop.url.")
    address: str = Field("", description="The postal address; when it is said, every marketing e-mail must show it.")
    voice: Voice = Field(Voice(), description="The one tone of voice.")


class ChannelSpec(BaseModel):
    """How one channel goes out: the action, and the action's own parameters beside it."""

    model_config = ConfigDict(extra="allow", frozen=True)

    action: str = Field(description="Which action carries the messages out.")
    hold: DurationText | None = Field(
        None, description="Keep every message this long in the outbox before it goes, so that it can still be recalled."
    )
    lag: DurationText | None = Field(
        None, description="How long the platform takes to act on an audience's change; stated wherever one is made."
    )
    rate: LimitText | None = Field(None, description="So many messages of this channel at most, over all customers.")
    cost: float | None = Field(None, ge=0, description="What one message costs, in the shop's currency.")
    utm: dict[str, str] | None = Field(None, description="Overrides the utm_ parameters that link() adds.")
    tracking: bool = Field(True, description="Whether links lead over our own address, so that clicks are seen.")

    def parameters(self) -> dict[str, Any]:
        """Give the action's own parameters."""
        return dict(self.model_extra or {})


class SourceSpec(BaseModel):
    """Who tells us about orders, parcels and returns: the adapter, and the adapter's own parameters beside it."""

    model_config = ConfigDict(extra="allow", frozen=True)

    adapter: str = Field(description="Which adapter understands the source.")

    def parameters(self) -> dict[str, Any]:
        """Give the adapter's own parameters."""
        return dict(self.model_extra or {})


class EntrySpec(Strict):
    """What lets a person in: exactly one of event, when, schedule, date, call and journey."""

    event: str | None = Field(None, description="Whenever this happens.")
    when: Expression | None = Field(None, description="When this turns true: a person joins a segment.")
    schedule: ScheduleText | None = Field(None, description="Every day or week at this time, or by cron's five fields.")
    date: Expression | None = Field(
        None, description="On this date of the person's, such as profile.birthday, at the time of `at`."
    )
    offset: OffsetText = Field(timedelta(0), description="So long before (-7d) or after (+2h) the date.")
    every: Literal["year"] | None = Field(None, description="The date comes round every year, like a birthday.")
    at: LocalTimeText = Field(TEN_O_CLOCK, description="The time of day at which a date begins.")
    call: dict[Name, PropertyType] | None = Field(
        None, description="When another journey's `start` or the API asks for it, with these arguments."
    )
    journey: Name | None = Field(None, description="When the person leaves this journey, for any reason `if` lets in.")
    zone: Literal["profile.timezone", "shop.timezone"] = Field(
        "profile.timezone", alias="in", description="On whose clock a schedule or a date runs."
    )
    if_: Expression | None = Field(None, alias="if", description="Only when this is true.")
    machine: ByMachine = False
    key: Expression | None = Field(None, description="One enrollment per value of this, such as event.checkout_id.")
    at_most: LimitText | None = Field(
        None, description="Let so many people in at most; the others are not let in at all."
    )

    @property
    def kind(self) -> str:
        """Say what opens this entry, by its key; empty when nothing does."""
        return next((kind for kind in ENTRY_KINDS if getattr(self, kind) is not None), "")


class GoalSpec(Strict):
    """What counts as success, judged on every event while the person is inside, and until `within` has passed."""

    event: str = Field(description="The event that is the success.")
    if_: Expression | None = Field(None, alias="if", description="Only when this is true of it.")
    machine: ByMachine = False
    within: DurationText | None = Field(
        None, description="The conversion window: counts this long after entry, also when the person has left by then."
    )
    serves: Name | None = Field(None, description="Which of the file's goals this is for.")


class ExitSpec(Strict):
    """What takes the person out at once, wherever they are: an event, or a condition that is true after any event."""

    event: str | None = Field(None, description="The event that ends it; without one, any does.")
    if_: Expression | None = Field(None, alias="if", description="Only when this is true.")
    machine: ByMachine = False
    reason: Name | None = Field(None, description="The exit reason; the event's name in snake_case when left out.")


class BusinessGoal(Strict):
    """What the business wants, before any channel; journeys say which one they serve."""

    kpi: Literal[
        "repeat_rate", "acquisition_cost", "lifetime_value", "conversion_rate", "revenue", "margin", "order_value"
    ] = Field(description="Which figure it is about.")
    target: float | str = Field(description="The number to reach, such as 0.30 or 12 EUR.")
    at_most: bool = Field(False, description="Whether less is better, as with a cost.")


class PartSpec(Strict):
    """Steps that several journeys use. `$name` stands for an argument, within text as `${name}`."""

    description: str = Field("", description="For people.")
    arguments: dict[Name, Any] = Field(
        default_factory=dict,
        description="The arguments with what they are when left out; `required` when they must be given.",
    )
    steps: tuple[dict[str, Any], ...] = Field(min_length=1, description="The steps, as in a journey.")


class JourneySpec(Strict):
    """One journey: what lets a person in, what takes them out, and the steps between."""

    description: str = Field("", description="For people.")
    stage: Literal["awareness", "consideration", "decision", "retention"] | None = Field(
        None, description="The part of the funnel; a template that declares another stage is a problem."
    )
    group: Name | None = Field(None, description="Journeys that share a frequency cap.")
    priority: int = Field(50, ge=0, le=100, description="Who goes first when a cap has room for one: the higher.")
    entry: EntrySpec = Field(description="What lets a person in.")
    re_entry: ReEntryText = Field(ReEntry(), description="Who may enter again; a pause counts from the last entry.")
    if_active: Literal["ignore", "restart", "parallel"] = Field(
        "ignore", description="What an entry does while the person is inside; parallel is one enrollment per key."
    )
    holdout: ShareText = Field(0.0, description="This share of people is let in and gets nothing, to be compared with.")
    goal: GoalSpec | None = Field(None, description="What counts as success; it takes nobody out.")
    exit: tuple[ExitSpec, ...] = Field((), description="What takes the person out at once, wherever they are.")
    late: Late | None = Field(None, description="What becomes of its messages after an outage; they go when left out.")
    moved: dict[Name, Target | Literal["exit"]] = Field(
        default_factory=dict, description="Where people inside go who stand at a step that is gone: old id to new id."
    )
    steps: tuple[StepSpec, ...] = Field(min_length=1, description="One leads to the next unless it says otherwise.")


class JourneysFile(Strict):
    """The whole file."""

    version: Literal[1] = Field(description="The version of the language.")
    include: tuple[str, ...] = Field(
        default=(), description="More files, such as journeys.d/*.yaml; each may hold journeys, segments and the like."
    )
    shop: ShopSpec = Field(description="Who is speaking, and where.")
    channels: dict[Name, ChannelSpec] = Field(
        default_factory=dict, description="How each channel goes out, by its name."
    )
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
    segments: dict[Name, Expression] = Field(
        default_factory=dict, description="People of one kind by a condition; used as `profile in segment.vip`."
    )
    conditions: dict[Name, Expression] = Field(
        default_factory=dict, description="Conditions that are used several times, as `condition.big_basket`."
    )
    goals: dict[Name, BusinessGoal] = Field(default_factory=dict, description="What the business wants.")
    parts: dict[Name, PartSpec] = Field(
        default_factory=dict, description="Steps for several journeys, put in by `use`."
    )
    journeys: dict[Name, JourneySpec] = Field(default_factory=dict, description="The journeys by name.")
