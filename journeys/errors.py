"""What can be wrong with a journeys file?

    OrchestratorError            the root of everything this project raises on purpose
    └── JourneyError             a journey cannot do what it was asked to
        ├── ConditionError       a condition does not compile
        └── EndlessLoop          a journey went round without ever waiting

Problems of a file are values, not exceptions: all of them are collected and reported together.
"""

from dataclasses import dataclass
from typing import Literal


class OrchestratorError(Exception):
    """The root of the errors this project raises on purpose."""


class JourneyError(OrchestratorError):
    """A journey cannot do what it was asked to."""


class ConditionError(JourneyError):
    """A condition does not compile; `column` counts from 1 within the condition's own text."""

    def __init__(self, message: str, column: int = 1) -> None:
        super().__init__(message)
        self.column = column


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
