"""What can be wrong with a journeys file?

    OrchestratorError            the root of everything this project raises on purpose
    └── JourneyError             a journey cannot do what it was asked to
        ├── ConditionError       one thing is wrong with a condition
        ├── ConditionErrors      a condition does not compile: all that is wrong with it
        └── EndlessLoop          a journey went round without ever waiting

Problems of a file are values, not exceptions: all of them are collected and reported together.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal


class OrchestratorError(Exception):
    """The root of the errors this project raises on purpose."""


class JourneyError(OrchestratorError):
    """A journey cannot do what it was asked to."""


class ConditionError(JourneyError):
    """One thing is wrong with a condition; `column` counts from 1 within the condition's own text."""

    def __init__(self, message: str, column: int = 1) -> None:
        super().__init__(message)
        self.column = column


class ConditionErrors(JourneyError):
    """A condition does not compile; `errors` holds all that is wrong with it, in order of column."""

    def __init__(self, errors: Iterable[ConditionError]) -> None:
        self.errors = sorted(errors, key=lambda error: error.column)
        super().__init__("; ".join(f"column {error.column}: {error}" for error in self.errors))


class EndlessLoop(JourneyError):
    """A journey went round without ever waiting."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong or unwise in a file, with its place (lines and columns count from 1).

    `journey` names the journey to quarantine; empty when the problem is the whole file's.
    """

    file: str
    line: int
    column: int
    code: str
    message: str
    severity: Literal["error", "warning"] = "error"
    journey: str = ""

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}: {self.code} {self.message}"


@dataclass(frozen=True, slots=True)
class Fault:
    """A problem whose place is still a path into the YAML, such as `("journeys", "winback", "steps", 2, "go")`.

    `column` counts from 1 within the value found there; 1 when the fault is about the whole value.
    """

    path: tuple[str | int, ...]
    code: str
    message: str
    severity: Literal["error", "warning"] = "error"
    column: int = 1
