"""Which things can a plan hold? What becomes of journeys and people, and what keeps it from being carried out."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from journeys.rebase import Landing

Parameters: TypeAlias = Mapping[str, Any] | None


@dataclass(frozen=True, slots=True)
class Unchanged:
    """A journey that says what it said."""

    journey: str
    version: str
    people: int


@dataclass(frozen=True, slots=True)
class Added:
    """A journey that is new, or back."""

    journey: str
    version: str
    people: int


@dataclass(frozen=True, slots=True)
class Changed:
    """A journey that says something else."""

    journey: str
    before: str
    after: str
    people: int


@dataclass(frozen=True, slots=True)
class Removed:
    """A journey that is gone."""

    journey: str
    before: str
    people: int


@dataclass(frozen=True, slots=True)
class Sleeps:
    """A journey with an error in it: it does not run, and whoever is inside waits until it does."""

    journey: str
    people: int


@dataclass(frozen=True, slots=True)
class Moves:
    """What happens to the people at one step of one version; `before` and `after` say how it changed."""

    journey: str
    version: str
    step: str
    people: int
    landing: Landing
    before: str = ""
    after: str = ""


@dataclass(frozen=True, slots=True)
class Finishes:
    """People who finish on the version they are on."""

    journey: str
    version: str
    people: int


@dataclass(frozen=True, slots=True)
class Ends:
    """People who leave because their journey is gone."""

    journey: str
    version: str
    step: str
    people: int


@dataclass(frozen=True, slots=True)
class StepAdded:
    """A step that is new."""

    journey: str
    step: str
    kind: str


@dataclass(frozen=True, slots=True)
class StepGone:
    """A step that is gone; `to` is what takes its place, if anything does."""

    journey: str
    step: str
    to: str


@dataclass(frozen=True, slots=True)
class GuardChanged:
    """A guard that holds something else; `place` is empty for those that hold everywhere."""

    place: str
    guard: str
    before: Parameters
    after: Parameters


@dataclass(frozen=True, slots=True)
class FileChanged:
    """A template, or an included file, that reads otherwise."""

    name: str
    how: str


@dataclass(frozen=True, slots=True)
class NobodyKnows:
    """A refusal: a step with people is gone, and nothing says what becomes of them."""

    journey: str
    step: str
    people: int


@dataclass(frozen=True, slots=True)
class NoTarget:
    """A refusal: `moved:` names a step that is not there."""

    journey: str
    step: str
    target: str


@dataclass(frozen=True, slots=True)
class Undecided:
    """A refusal: a journey with people is gone, and nobody said whether they leave or finish.

    They cannot finish on a version of which nothing `is_kept`.
    """

    journey: str
    people: int
    is_kept: bool = True


@dataclass(frozen=True, slots=True)
class Misnamed:
    """A refusal: an option names a journey of which it can mean nothing."""

    option: str
    journey: str
    why: str


Refusal: TypeAlias = NobodyKnows | NoTarget | Undecided | Misnamed
Stage: TypeAlias = (
    Unchanged
    | Added
    | Changed
    | Removed
    | Sleeps
    | Moves
    | Finishes
    | Ends
    | StepAdded
    | StepGone
    | GuardChanged
    | FileChanged
    | Refusal
)
