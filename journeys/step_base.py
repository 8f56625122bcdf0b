"""What does every step have, and all else that is written in YAML?"""

from typing import TypeAlias

from pydantic import BaseModel, ConfigDict, Field

from journeys.texts import Expression, Name


class Strict(BaseModel):
    """The base of all that is written in YAML: unknown keys are errors."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class From(Strict):
    """A value that is computed from the event that began the enrollment, the profile or the facts."""

    from_: Expression = Field(alias="from", description="How the value is computed.")


Given: TypeAlias = str | float | bool | From


class Step(Strict):
    """What every step has."""

    id: Name = Field(description="Unique in the journey, and stable: people inside are found again by it.")
