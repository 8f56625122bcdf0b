"""Do the journeys do what their tests say?"""
# ruff: noqa: PT028 - the command is called test and is none

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer

from journeys.catalog import Catalog
from journeys.errors import OrchestratorError, Problem
from orchestrator.cli.options import HERE, AsJson, Workspace
from orchestrator.cli.output import coloured, counted, print_json, print_table
from orchestrator.cli.workspace import usable_project
from orchestrator.clock import stopwatch
from orchestrator.coverage import Coverage, Footprints, coverage_of, percent
from orchestrator.junit import Case, Suite, junit_xml
from orchestrator.project import Project
from orchestrator.scenarios import Result, Scenario, read_scenarios, run_scenario
from orchestrator.wording import wording_of

FILE = "journeys.test.yaml"
PATTERN = "*.test.yaml"
INCLUDED = "journeys.d"


class UnreadableScenarios(OrchestratorError):
    """The file of scenarios cannot be read."""


@dataclass(frozen=True, slots=True)
class Ran:
    """A file of scenarios: what came of those that ran, how long each took, and what is wrong with the file."""

    file: str
    results: Sequence[tuple[Scenario, Result, float]]
    problems: Sequence[Problem]

    @property
    def failed(self) -> int:
        """How many scenarios failed."""
        return sum(not result.passed for _, result, _ in self.results)


def test(
    paths: Annotated[
        list[Path] | None, typer.Argument(metavar="[FILE]...", help="Only these files of scenarios.")
    ] = None,
    *,
    text: Annotated[
        str | None, typer.Option("-k", metavar="TEXT", help="Only scenarios with this text in their name.")
    ] = None,
    shows_coverage: Annotated[
        bool, typer.Option("--coverage", help="Say which steps and ways no scenario goes.")
    ] = False,
    fail_under: Annotated[
        float | None,
        typer.Option("--fail-under", metavar="PERCENT", min=0, max=100, help="Fail when coverage is lower than this."),
    ] = None,
    junit: Annotated[
        Path | None, typer.Option("--junit", metavar="OUT", dir_okay=False, help="Write the results as JUnit XML.")
    ] = None,
    folder: Workspace = HERE,
    as_json: AsJson = False,
) -> None:
    """Run the scenarios of the workspace: given these events, are these messages sent, delayed and suppressed?

    They are in journeys.test.yaml, and in every *.test.yaml beside it and in journeys.d/. Every scenario runs with a
    virtual clock through the code that runs live; nothing is sent. A difference is shown with the timeline around it.

    \b
    Examples:
      tactful test
      tactful test -C shop -k parcel
      tactful test --coverage --fail-under 80 --junit report.xml
      tactful test more.test.yaml --json
    """
    project, spec = usable_project(folder)
    files = _run(project, paths or found_in(folder, spec.include), (text or "").casefold())
    if text is not None and not any(ran.results for ran in files):
        raise typer.BadParameter(f'no scenario has "{text}" in its name; leave -k out to run all', param_hint="-k")
    covered = _covered(project, files)
    if junit is not None:
        junit.write_bytes(junit_xml([_suite(ran) for ran in files]))
    if as_json:
        print_json(_fields(files, covered))
    else:
        _print(files)
        if shows_coverage:
            _print_coverage(covered)
    is_too_low = fail_under is not None and percent(covered) < fail_under
    if is_too_low:
        typer.echo(f"coverage is {percent(covered):.1f} %, expected at least {fail_under:g} %", err=True)
    if is_too_low or any(ran.failed or ran.problems for ran in files):
        raise typer.Exit(1)


def found_in(folder: Path, include: Sequence[str] = ()) -> list[Path]:
    """Find the files of scenarios beside the files of journeys: journeys.test.yaml first, then the others by name."""
    main = folder / FILE
    folders = {INCLUDED, *(str(Path(pattern).parent) for pattern in include)}
    beside = {file for place in folders for file in folder.glob(f"{place}/{PATTERN}")}
    others = sorted({*folder.glob(PATTERN), *beside} - {main})
    return [main, *others] if main.exists() or not others else others


def _run(project: Project, files: Sequence[Path], name_part: str) -> list[Ran]:
    """Run the scenarios of these files that have this in their names."""
    program, wording = project.program(Catalog()), wording_of(project)
    ran = []
    for file in files:
        scenarios, problems = read_scenarios(_text(file), str(file))
        results = []
        for scenario in scenarios:
            if name_part in scenario.name.casefold():
                begun = stopwatch()
                result = run_scenario(scenario, program, wording.zone, wording)
                results.append((scenario, result, stopwatch() - begun))
        ran.append(Ran(str(file), results, problems))
    return ran


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise UnreadableScenarios(f"{file}: expected UTF-8 text, got other bytes; save it as UTF-8") from None
    except OSError as error:
        raise UnreadableScenarios(
            f"{file}: expected a file of scenarios, got none ({error.strerror}); "
            "`tactful init DIR` makes a workspace with one to start from"
        ) from None


def _covered(project: Project, files: Sequence[Ran]) -> list[Coverage]:
    footprints = Footprints()
    for ran in files:
        for _, result, _ in ran.results:
            footprints.add(result.footprints)
    return [coverage_of(journey, footprints) for journey in project.journeys.values()]


def _suite(ran: Ran) -> Suite:
    cases = [Case(scenario, result.differences, seconds) for scenario, result, seconds in ran.results]
    return Suite(ran.file, cases, ran.problems)


def _fields(files: Sequence[Ran], covered: Sequence[Coverage]) -> dict[str, Any]:
    failed = sum(ran.failed for ran in files)
    return {
        "passed": sum(len(ran.results) for ran in files) - failed,
        "failed": failed,
        "scenarios": [
            {
                "name": scenario.name,
                "file": ran.file,
                "line": scenario.line,
                "passed": result.passed,
                "differences": result.differences,
                "timeline": result.timeline,
            }
            for ran in files
            for scenario, result, _ in ran.results
        ],
        "problems": [str(problem) for ran in files for problem in ran.problems],
        "coverage": {
            "percent": round(percent(covered), 1),
            "journeys": {each.journey: _coverage_fields(each) for each in covered},
        },
    }


def _coverage_fields(covered: Coverage) -> dict[str, Any]:
    return {
        "steps": covered.steps,
        "visited": covered.visited,
        "ways": covered.ways,
        "taken": covered.taken,
        "never_visited": covered.unvisited,
        "never_taken": [{"step": step, "way": way, "to": target} for step, way, target in covered.untaken],
    }


def _print(files: Sequence[Ran]) -> None:
    for ran in files:
        if len(files) > 1:
            typer.echo(ran.file)
        for scenario, result, _ in ran.results:
            verdict = coloured("pass", "green") if result.passed else coloured("FAIL", "red")
            typer.echo(f"{verdict}  {scenario.name}")
            for difference in result.differences:
                typer.echo("\n".join(f"      {line}" for line in difference.splitlines()))
        for problem in ran.problems:
            typer.echo(str(problem))
    ran_at_all, failed = sum(len(ran.results) for ran in files), sum(ran.failed for ran in files)
    problems = sum(len(ran.problems) for ran in files)
    where = "file" if len(files) == 1 else "files"
    broken = f", {counted(problems, 'problem')} in the {where}" if problems else ""
    typer.echo(f"{counted(ran_at_all, 'scenario')}: {ran_at_all - failed:,} passed, {failed:,} failed{broken}")


def _print_coverage(covered: Sequence[Coverage]) -> None:
    rows = [[each.journey, f"{each.visited}/{each.steps}", f"{each.taken}/{each.ways}"] for each in covered]
    typer.echo("")
    print_table(("journey", "steps", "ways"), rows, right={1, 2})
    typer.echo(f"coverage {percent(covered):.1f} %")
    never = [f"  {each.journey}.{step}" for each in covered for step in each.unvisited]
    never += [
        f"  {each.journey}.{step} {way} -> {target}"
        for each in covered
        for step, way, target in each.untaken
        if step not in each.unvisited
    ]
    if never:
        typer.echo("\n".join(["", "never gone", *never]))
