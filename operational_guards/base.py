"""What is a guard?

A guard answers one question about one delivery: may it go now? It is a frozen object built from its parameters,
knows only the facts it is given and the moment it is given, and keeps nothing between two calls.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Annotated, Any, ClassVar, Final, Protocol, TypeAlias

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from journeys.duration import SHAPE, parse_duration
from journeys.vocabulary import Delivery, FactKind, Facts, Purpose, Reach
from operational_guards.verdict import Allow, Unsure, Verdict

ALLOW: Final = Allow()
NOTHING_NEEDED: Final[frozenset[FactKind]] = frozenset()


def _duration(value: object) -> timedelta:
    duration = value if isinstance(value, timedelta) else parse_duration(str(value))
    if duration <= timedelta(0):
        raise ValueError(f'expected a duration longer than none, got "{value}"; write one like 3d')
    return duration


DurationText: TypeAlias = Annotated[
    timedelta,
    BeforeValidator(_duration, json_schema_input_type=str),
    Field(examples=["3d"], json_schema_extra={"pattern": f"^{SHAPE}$"}),
]


class GuardParams(BaseModel):
    """The base of a guard's parameters, as written under `guards`: unknown keys are errors."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    def channels(self) -> frozenset[str]:
        """Name the channels these parameters speak of, so that a misspelt one is found."""
        return frozenset()

    def named_groups(self) -> frozenset[str]:
        """Name the groups of journeys these parameters speak of, so that a misspelt one is found."""
        return frozenset()


class Guard(Protocol):
    """What the entry-point group `tactful.guards` holds: a class built once per configuration.

    `name` is what YAML calls it and what every one of its reasons begins with. `reasons` maps each dotted code to
    one sentence. A guard that is `always` on holds without being configured and cannot be overridden by a step. `needs`
    are the kinds of facts it consults: while one of them cannot be relied on, its yes is not taken for an answer.

    A guard may also have `speaks_by`, the members of `Facts` it speaks by, or orders of one status such as
    `orders.cancelled` (see `operational_guards.panel`): while all of these are empty it allows. Then it is not asked in
    vain, and what it applies to must follow from the delivery's purpose, intent, reach and channel.
    """

    name: ClassVar[str]
    Params: ClassVar[type[GuardParams]]
    reasons: ClassVar[Mapping[str, str]]
    always: ClassVar[bool]
    needs: ClassVar[frozenset[FactKind]]

    def __init__(self, params: Any) -> None: ...

    def applies_to(self, delivery: Delivery) -> bool:
        """Tell whether this guard looks at such a delivery: by its purpose, its intent and what it reaches."""
        ...

    def judge(self, delivery: Delivery, facts: Facts, now: datetime) -> Verdict | Unsure:
        """Say whether the delivery may go at `now` (aware UTC), by the facts alone."""
        ...


def is_marketing(delivery: Delivery) -> bool:
    """Tell whether this is marketing that reaches the customer: a message or an audience, not a CRM entry."""
    return delivery.purpose == _MARKETING and delivery.reach != _CRM


def is_marketing_message(delivery: Delivery) -> bool:
    """Tell whether this is a marketing message in the customer's hand or inbox."""
    return delivery.purpose == _MARKETING and delivery.reach == _MESSAGE


# Reading a member off its enum runs Python code in 3.11, several times per judgement; a module's name does not.
_MARKETING = Purpose.MARKETING
_MESSAGE = Reach.MESSAGE
_CRM = Reach.CRM
