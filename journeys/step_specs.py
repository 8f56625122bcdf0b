"""What may one step of a journey say?

Each kind of step has the one key that only it has; everything a step may hold is a field here with the sentence that
the documentation prints. Conditions and values stay text; `journeys.conditions` checks and compiles them. What
all steps have is in `journeys.step_base`, those that wait in `journeys.wait_specs`.
"""

from datetime import timedelta
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import ConfigDict, Discriminator, Field, Tag

from journeys.step_base import Given, Step, Strict
from journeys.texts import DurationText, Expression, LocalTimeText, Name, ShareText, Target, WeightText
from journeys.vocabulary import Intent, Purpose
from journeys.wait_specs import WaitForStep, WaitStep

OnSuppressed: TypeAlias = Target | Literal["continue", "exit"]
OnFailure: TypeAlias = Target | Literal["continue", "exit"]


# Choosing.


class Arm(Strict):
    """One way out of a branch."""

    if_: Expression | None = Field(None, alias="if", description="Go this way when it is true.")
    else_: Literal[True] | None = Field(None, alias="else", description="Go this way in any case; the last one.")
    go: Target = Field(description="The step it leads to.")


class BranchStep(Step):
    """Go the first way whose condition is true; with none, to the next step."""

    branch: tuple[Arm, ...] = Field(min_length=1, description="The ways, looked at from the first to the last.")


class ExperimentGoal(Strict):
    """What the arms of an experiment are compared by."""

    event: str = Field(description="The event that is the success.")
    if_: Expression | None = Field(None, alias="if", description="Only when this is true of it.")
    within: DurationText = Field(description="Counts this long after the person came to the split.")


class Experiment(Strict):
    """A split whose arms are compared; `tactful report experiment` says which one wins, by the rule stated here."""

    goal: ExperimentGoal = Field(description="What the arms are compared by.")
    sample: int = Field(100, ge=1, description="The fewest people in every arm before any of them can win.")
    confidence: ShareText = Field(0.95, description="How sure the report must be, however often it is looked at.")
    control: Name | None = Field(None, description="The arm the others are compared with; the first when left out.")


class SplitStep(Step):
    """Divide people by chance, for good: whoever comes again goes the same way.

    Each arm has a key of its own below: a list of steps, or the id of a step; an arm without one goes on.
    """

    model_config = ConfigDict(extra="allow", frozen=True, populate_by_name=True)
    __pydantic_extra__: "dict[Name, tuple[StepSpec, ...] | Target]" = Field(init=False)

    split: dict[Name, WeightText] = Field(min_length=2, description="The arms with their shares or weights.")
    experiment: Experiment | None = Field(None, description="Compare the arms.")

    def arm(self, name: str) -> "tuple[StepSpec, ...] | str":
        """Give the steps of an arm, or the id of the step it leads to; no steps when the arm just goes on."""
        found: tuple[StepSpec, ...] | str = (self.__pydantic_extra__ or {}).get(name, ())
        return found

    def shares(self) -> dict[str, float]:
        """Give each arm's share of all people, in the order of the file; they sum to 1."""
        whole = sum(self.split.values()) or 1.0
        return {name: weight / whole for name, weight in self.split.items()}


# Saying.


class Guarded(Step):
    """What every step has whose deliveries are guarded."""

    guards: dict[Name, dict[str, Any]] = Field(
        default_factory=dict, description="How a guard holds this message; it cannot be switched off here."
    )
    except_: dict[Name, Annotated[str, Field(min_length=3)]] = Field(
        default_factory=dict, alias="except", description="Guards that do not hold this message, each with the reason."
    )


class Late(Strict):
    """What becomes of a message that is due but could not be sent in time, because nothing ran."""

    after: DurationText = Field(description="A message is late when it is judged this long after it was due.")
    do: Literal["send", "skip", "reschedule"] = Field(
        "skip", description="`skip` settles it unsent, `reschedule` waits for the same time of the next day."
    )


class SendStep(Guarded):
    """Send a message on a channel and stay here until its fate is known."""

    send: Name = Field(description="The channel.")
    template: str | None = Field(None, description="The template, a file below templates/.")
    text: str | None = Field(None, description="The message itself, for channels without templates.")
    subject: str | None = Field(None, description="Overrides the template's own subject.")
    items: Expression | None = Field(None, description="The goods this message is about; guards judge them one by one.")
    min_items: int = Field(1, ge=1, description="With fewer goods left than this, the message is not sent.")
    purpose: Purpose = Field(Purpose.MARKETING, description="Whether the customer is owed it (`transactional`) or not.")
    intent: Intent = Field(
        Intent.PROMOTE, description="Whether it sells goods, or is about goods the customer owns (`follow_up`)."
    )
    at: LocalTimeText | None = Field(None, description="Not before this time on the customer's clock.")
    late: Late | None = Field(None, description="What becomes of it after an outage; the journey's rule when left out.")
    coupon: Name | None = Field(None, description="Take a code from this pool; templates show it as `coupon`.")
    if_suppressed: OnSuppressed = Field("continue", description="Where to go when it is not sent.")
    on_failure: OnFailure | None = Field(None, description="Where to go when the provider refused it for good.")


class Magnet(Strict):
    """The file that is given, and the message that brings its signed link."""

    file: str = Field(description="The file, below magnets/.")
    template: str = Field(description="The template of the message with the link.")
    expires: DurationText = Field(timedelta(days=7), description="How long the link works.")
    channel: Name = Field("email", description="The channel of the message.")


class LeadMagnetStep(Step):
    """Send what the person asked for: a signed, expiring link in a message of its own."""

    lead_magnet: Magnet = Field(description="What is given, and by which message.")
    if_suppressed: OnSuppressed = Field("continue", description="Where to go when it is not sent.")
    on_failure: OnFailure | None = Field(None, description="Where to go when the provider refused it for good.")


class AudienceChange(Strict):
    """Which audience to join or to leave."""

    add: Name | None = Field(None, description="The audience to join.")
    remove: Name | None = Field(None, description="The audience to leave.")
    items: Expression | None = Field(None, description="The goods that are advertised; guards judge them one by one.")
    for_: DurationText | None = Field(None, alias="for", description="Leave again after this long, or on an exit rule.")
    channel: Name = Field("ads", description="The channel of the advertising platform.")


# What changes another system is not waited for, unless somebody wants to know whether it worked.
_WAITED_FOR = "Where to go when the other system refused it; the journey waits for its answer when this is said."


class AudienceStep(Guarded):
    """Put the person into a retargeting audience, or take them out."""

    audience: AudienceChange = Field(description="Which audience, and the goods it is shown.")
    on_failure: OnFailure | None = Field(None, description=_WAITED_FOR)


class CrmEntry(Strict):
    """What the sales manager sees. `task`, `note` and `deal` are templates."""

    task: str | None = Field(None, description="A task for the sales manager; a template.")
    note: str | None = Field(None, description="A note; a template.")
    deal: str | None = Field(None, description="The stage of the pipeline that the person's deal moves to.")
    channel: Name = Field("crm", description="The channel of the CRM.")


class CrmStep(Step):
    """Tell the CRM a task, a note, or the stage of a deal."""

    crm: CrmEntry = Field(description="What is written.")
    on_failure: OnFailure | None = Field(None, description=_WAITED_FOR)


class WebhookCall(Strict):
    """What another system is told: values by name, beside who the person is and the journey's own names."""

    channel: Name = Field("webhook", description="The channel of the other system.")
    with_: dict[Name, Given] = Field(
        default_factory=dict, alias="with", description="Values by name, fixed or computed with `from`."
    )
    items: Expression | None = Field(None, description="The goods it is about.")


class WebhookStep(Step):
    """Tell another system by a signed call."""

    webhook: WebhookCall = Field(description="What is told.")
    on_failure: OnFailure | None = Field(None, description=_WAITED_FOR)


class ActionCall(Strict):
    """The channel whose action is carried out, and what it is given."""

    channel: Name = Field(description="The channel.")
    with_: dict[Name, Given] = Field(
        default_factory=dict, alias="with", description="Values by name, fixed or computed with `from`."
    )
    items: Expression | None = Field(None, description="The goods it is about.")


class ActionStep(Step):
    """Carry out any action that a plugin brings, through the channel that is set up for it."""

    action: ActionCall = Field(description="Which channel, and what it is given.")
    on_failure: OnFailure | None = Field(None, description=_WAITED_FOR)


# Other journeys, and the profile.


class SetStep(Step):
    """Set attributes of the profile."""

    set: dict[Name, Given] = Field(
        min_length=1, description="Attributes and their values, fixed or computed with `from`."
    )


class StartStep(Step):
    """Let the person into another journey, whose entry is `call`, and go on at once."""

    start: Name = Field(description="The other journey.")
    with_: dict[Name, Given] = Field(
        default_factory=dict, alias="with", description="What the other journey's entry is given."
    )


class StopStep(Step):
    """Take the person out of another journey, with all that has not left yet."""

    stop: Name = Field(description="The other journey.")


class UseStep(Step):
    """Put the steps of a part here, with these arguments; their ids begin with the id of this step."""

    use: Name = Field(description="The part, from `parts`.")
    with_: dict[Name, Any] = Field(default_factory=dict, alias="with", description="The part's arguments.")


class GoStep(Step):
    """Continue at another step."""

    go: Target = Field(description="The step to continue at.")


class ExitStep(Step):
    """Leave the journey with this reason."""

    exit: Name = Field(description="The reason, as reports show it.")


STEP_KINDS: dict[str, type[Step]] = {
    "wait": WaitStep,
    "wait_for": WaitForStep,
    "branch": BranchStep,
    "split": SplitStep,
    "send": SendStep,
    "audience": AudienceStep,
    "lead_magnet": LeadMagnetStep,
    "crm": CrmStep,
    "webhook": WebhookStep,
    "action": ActionStep,
    "set": SetStep,
    "start": StartStep,
    "stop": StopStep,
    "use": UseStep,
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
    | Annotated[SplitStep, Tag("split")]
    | Annotated[SendStep, Tag("send")]
    | Annotated[AudienceStep, Tag("audience")]
    | Annotated[LeadMagnetStep, Tag("lead_magnet")]
    | Annotated[CrmStep, Tag("crm")]
    | Annotated[WebhookStep, Tag("webhook")]
    | Annotated[ActionStep, Tag("action")]
    | Annotated[SetStep, Tag("set")]
    | Annotated[StartStep, Tag("start")]
    | Annotated[StopStep, Tag("stop")]
    | Annotated[UseStep, Tag("use")]
    | Annotated[GoStep, Tag("go")]
    | Annotated[ExitStep, Tag("exit")],
    Discriminator(step_kind),
]
SplitStep.model_rebuild()
