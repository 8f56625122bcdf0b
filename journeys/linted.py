"""What is a rule of the linter, and what does it look at?"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from textwrap import dedent
from typing import Literal, TypeAlias

from journeys._graph import Graph
from journeys._positions import Path
from journeys.moves import Placed, placed_steps, successors
from journeys.spec import JourneysFile, JourneySpec, StepSpec

Finding: TypeAlias = tuple[Path, str]
Severity: TypeAlias = Literal["error", "warning"]


@dataclass(frozen=True, slots=True)
class Linted:
    """What is linted: the file, and the names of the events that are known besides its own."""

    spec: JourneysFile
    known_events: frozenset[str] = frozenset()
    _placed: dict[str, tuple[Placed, ...]] = field(default_factory=dict, repr=False, compare=False)
    _ways: dict[str, dict[str, dict[str, str]]] = field(default_factory=dict, repr=False, compare=False)

    def journeys(self) -> Iterator[tuple[Path, JourneySpec]]:
        """Give each journey with its path."""
        for name, journey in self.spec.journeys.items():
            yield ("journeys", name), journey

    def placed(self, name: str) -> tuple[Placed, ...]:
        """List the steps of a journey, those in the arms of splits too."""
        if name not in self._placed:
            self._placed[name] = placed_steps(self.spec.journeys[name])
        return self._placed[name]

    def steps_of(self, name: str) -> Iterator[tuple[Path, StepSpec]]:
        """Give each step of a journey with its path in the file."""
        for each in self.placed(name):
            yield ("journeys", name, *each.path), each.step

    def steps(self) -> Iterator[tuple[Path, StepSpec]]:
        """Give each step of each journey with its path."""
        for name in self.spec.journeys:
            yield from self.steps_of(name)

    def ways(self, name: str) -> dict[str, dict[str, str]]:
        """Map each step of a journey to its triggers and where they lead."""
        if name not in self._ways:
            self._ways[name] = successors(self.spec.journeys[name])
        return self._ways[name]

    def graph(self, name: str) -> Graph:
        """Map each step of a journey to where it may lead."""
        return {step: tuple(ways.values()) for step, ways in self.ways(name).items()}


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule. `explanation` is what the documentation says about its code, and `fix` what to do.

    `bad` and `good` are examples: a list of steps, keys of one journey, or keys of the file; `journeys.examples` makes
    a whole file of them. `bad` gives this code once, `good` gives none.
    """

    code: str
    find: Callable[[Linted], Iterator[Finding]]
    severity: Severity = "error"
    fix: str = ""
    bad: str = ""
    good: str = ""

    @property
    def explanation(self) -> str:
        """Give the rule's docstring."""
        return " ".join((self.find.__doc__ or "").split())

    @property
    def examples(self) -> tuple[str, str]:
        """Give the bad and the good example as they are shown."""
        return dedent(self.bad).strip("\n"), dedent(self.good).strip("\n")
