"""What does the file say about one guard: how far does its word go?

Beside a guard's own parameters every guard that can be switched off takes the four of `Conduct`. A `Rule` is a guard
that was built, with its conduct, the exemption a step gives from it, and the line that says all this.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from journeys.vocabulary import Delivery, FactKind, Purpose
from operational_guards.base import ALLOW, Guard
from operational_guards.verdict import Answer

IfUnknown: TypeAlias = Literal["delay", "suppress", "allow"]

# What waits when nothing is known is marketing; what the customer is owed goes.
UNKNOWN: Mapping[Purpose, IfUnknown] = {Purpose.MARKETING: "delay", Purpose.TRANSACTIONAL: "allow"}


def _share(value: object) -> object:
    text = str(value).strip()
    number = text[:-1] if text.endswith("%") else ""
    try:
        share = float(number) / 100
    except ValueError:
        raise ValueError(f'expected a share like 2%, got "{value}"; write one like 2%') from None
    if not 0 <= share <= 1:
        raise ValueError(f'expected a share from 0% to 100%, got "{value}"; write one like 2%')
    return share


ShareText: TypeAlias = Annotated[
    float, BeforeValidator(_share, json_schema_input_type=str), Field(examples=["2%"], validate_default=False)
]


class Conduct(BaseModel):
    """How far a guard's word goes."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    mode: Literal["act", "shadow"] = Field("act", description="`shadow` judges and records without holding anything.")
    holdout: ShareText = Field(0.0, description="Let this share through by chance, to measure what the guard is worth.")
    if_unknown: IfUnknown | None = Field(
        None, description="What to do while the facts cannot be relied on; by default marketing waits, the rest goes."
    )
    divert: str = Field("", description="At a step: the step to go to instead of waiting or being suppressed.")


CONDUCT = frozenset(Conduct.model_fields)
PLAIN = Conduct.model_validate({})


@dataclass(frozen=True, slots=True)
class Rule:
    """A guard as the file sets it up. `place` is its line, such as `journeys.yaml:31`; `exempt` says why it is waived.

    `parameters` are what the file says, from which the same rule can be built again. `yes` is its answer to most
    deliveries, made once; `is_plain` says that its objections count as they are, always.
    """

    guard: Guard
    name: str
    needs: frozenset[FactKind]
    conduct: Conduct = PLAIN
    exempt: str = ""
    place: str = ""
    unknown: Mapping[Purpose, IfUnknown] = field(default_factory=lambda: UNKNOWN)
    parameters: Mapping[str, Any] = field(default_factory=dict)
    yes: Answer = field(init=False, repr=False, compare=False)
    is_plain: bool = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        conduct = self.conduct
        is_plain = not (self.exempt or conduct.divert or conduct.mode == "shadow" or conduct.holdout > 0)
        object.__setattr__(self, "yes", Answer(self.name, ALLOW))
        object.__setattr__(self, "is_plain", is_plain)

    @property
    def always(self) -> bool:
        """Say whether it cannot be switched off."""
        return self.guard.always

    def if_unknown(self, delivery: Delivery) -> IfUnknown:
        """Say what happens to such a delivery while the facts cannot be relied on."""
        return self.conduct.if_unknown or self.unknown[delivery.purpose]

    def unheeded(self, delivery: Delivery) -> Literal["", "shadow", "holdout", "exempt"]:
        """Say why the guard's objection to this delivery is only written down; empty when it counts."""
        if self.exempt:
            return "exempt"
        if self.conduct.mode == "shadow":
            return "shadow"
        return "holdout" if self.conduct.holdout > 0 and self._draw(delivery) < self.conduct.holdout else ""

    def _draw(self, delivery: Delivery) -> float:
        """Draw the chance from the delivery itself: judged again, it is drawn the same."""
        digest = blake2b(f"{delivery.id}/{self.name}".encode(), digest_size=8).digest()
        return int.from_bytes(digest) / 2**64


def rule_of(guard: Guard) -> Rule:
    """Give the plain rule of a guard: it acts, on everything it looks at."""
    return Rule(guard, guard.name, guard.needs)
