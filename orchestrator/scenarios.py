"""Do the journeys do what this scenario expects?

A scenario runs with a virtual clock through the code that runs live; nothing is sent. What came of it is held against
what was expected, to the minute: every expectation must have happened, every delivery that was handed over must have
been expected, and what must never happen did not. `docs/testing.md` describes the file.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from journeys.localtime import zone_named
from journeys.spelling import did_you_mean
from orchestrator.coverage import Footprints
from orchestrator.imagined_life import ImaginedLife, staged
from orchestrator.program import Program
from orchestrator.scenario import EXPECTATIONS, Calendar, Expectation, Happening, Scenario
from orchestrator.scenario_differences import differences_of
from orchestrator.scenario_file import CODES, read_scenarios
from orchestrator.wording import Wording

__all__ = ["CODES", "EXPECTATIONS", "Expectation", "Happening", "Result", "Scenario", "read_scenarios", "run_scenario"]


@dataclass(frozen=True, slots=True)
class Result:
    """Whether a scenario passed, what was different (each with the timeline around it), and the whole timeline.

    `footprints` say where its customer went.
    """

    passed: bool
    differences: tuple[str, ...]
    timeline: tuple[str, ...]
    footprints: Footprints = field(default_factory=Footprints)


def run_scenario(scenario: Scenario, program: Program, zone: str, wording: Wording | None = None) -> Result:
    """Live through a scenario and compare; `zone` is the shop's time zone, which its local times are in.

    With a `journey` only that one runs; with a `wording` messages are rendered. Pure: the same scenario and program
    give the same result.
    """
    stage = staged(scenario, program)
    unknown = tuple(unknown_names(scenario, stage))
    if unknown:
        return Result(False, unknown, ())
    calendar = Calendar(scenario.at, zone_named(scenario.zone, zone))
    record = ImaginedLife(scenario, stage, calendar, wording=wording).live()
    story = record.story()
    differences = (*record.problems, *differences_of(scenario, story, calendar))
    timeline = tuple(calendar.line(seen.at, str(seen)) for seen in story)
    return Result(not differences, differences, timeline, record.footprints)


def unknown_names(scenario: Scenario, program: Program) -> Iterator[str]:
    """Find journeys and steps that do not exist: an expectation about one could never fail for the right reason."""
    place = f'{scenario.file}:{scenario.line}: scenario "{scenario.name}"'
    if not program.journeys:
        remedy = "correct the name, or run `tactful check` to see whether it is quarantined"
        yield f'{place}: no journey "{scenario.journey or "at all"}" runs; {remedy}'
        return
    steps = {step for journey in program.journeys.values() for step in journey.steps}
    for line, kind, name in dict.fromkeys(_named(scenario)):
        known = steps if kind == "step" else set(program.journeys)
        if name and name not in known:
            hint = did_you_mean(name, sorted(known)) or f"; the {kind}s that run are {', '.join(sorted(known))}"
            yield f'{scenario.file}:{line}: scenario "{scenario.name}": no {kind} is called "{name}"{hint}'


def _named(scenario: Scenario) -> Iterator[tuple[int, str, str]]:
    """Give every journey and step a scenario names, with the line and which of the two it is."""
    for step in scenario.fates:
        yield scenario.line, "step", step
    for happening in scenario.happenings:
        yield scenario.line, "step", happening.of
    for expectation in (*scenario.expectations, *scenario.never):
        for key in ("journey", "step"):
            yield expectation.line, key, expectation.wanted.get(key, "")
