"""What would the journeys have done with this history?"""

import gc
import os
from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated, TypeAlias
from zoneinfo import ZoneInfo

import typer

from actions.template import read_templates
from journeys.localtime import zone_named
from operational_guards.already_bought import AlreadyBought
from orchestrator.backtest import Result, Settings
from orchestrator.backtest import run as run_families
from orchestrator.cli.backtest_text import print_backtest
from orchestrator.cli.moments import first_moment, last_moment
from orchestrator.cli.options import HERE, STANDARD_INPUT, AsJson, SourceName, Workspace, readable
from orchestrator.cli.output import Progress, print_json
from orchestrator.cli.workspace import split, usable, usable_project
from orchestrator.clock import stopwatch, wall_now
from orchestrator.contents import TEMPLATES
from orchestrator.garbage import no_search_for_garbage
from orchestrator.git_revision import NoSuchRevision, project_at
from orchestrator.history import History, HistoryReader
from orchestrator.intake import read_lines
from orchestrator.lives import Span
from orchestrator.mistimed import BOUGHT_WITHIN
from orchestrator.program import Program
from orchestrator.project import Project, check_project, load_project
from orchestrator.reports.backtest import Comparison, Outcome, backtest_fields, version_of
from orchestrator.reports.backtest_page import backtest_page
from orchestrator.sources.base import Source
from orchestrator.sources.registry import DEFAULT, load_source

JourneysFilePath: TypeAlias = Annotated[Path | None, typer.Argument(metavar="FILE", help="Another journeys file.")]
HistoryFile: TypeAlias = Annotated[
    Path,
    typer.Option("--history", metavar="EVENTS", callback=readable, help="JSON lines, gzip or plain; - for stdin."),
]
Begin: TypeAlias = Annotated[
    str | None, typer.Option("--from", metavar="WHEN", help="Count only what happens from here.")
]
End: TypeAlias = Annotated[str | None, typer.Option("--to", metavar="WHEN", help="Live up to here, and no further.")]
Against: TypeAlias = Annotated[
    str | None,
    typer.Option("--against", metavar="REV|FILE", help="Compare with a git revision, or another journeys file."),
]
Examples: TypeAlias = Annotated[
    int, typer.Option("--examples", metavar="N", min=0, help="Show so many people who get something else.")
]
Page: TypeAlias = Annotated[
    Path | None, typer.Option("--html", metavar="OUT", help="Write a report with plots: one file, for any browser.")
]
DeliveriesOut: TypeAlias = Annotated[
    Path | None,
    typer.Option("--deliveries", metavar="OUT", help="Write every delivery as `tactful deliveries --json` does."),
]
LedgerOut: TypeAlias = Annotated[
    Path | None,
    typer.Option("--ledger", metavar="OUT", help="Write every judgement as `tactful ledger --json` does."),
]
Processes: TypeAlias = Annotated[
    int, typer.Option("--processes", metavar="N", min=1, help="How many processors to use.")
]
ALL_PROCESSORS = os.cpu_count() or 1


def backtest(
    path: JourneysFilePath = None,
    *,
    events: HistoryFile,
    begin: Begin = None,
    end: End = None,
    against: Against = None,
    examples: Examples = 5,
    html: Page = None,
    deliveries: DeliveriesOut = None,
    ledger: LedgerOut = None,
    processes: Processes = ALL_PROCESSORS,
    shape: SourceName = DEFAULT,
    folder: Workspace = HERE,
    as_json: AsJson = False,
) -> None:
    """Say what the journeys would have done with a history of events; nothing is sent and no database is needed.

    Every customer lives through their own events under a virtual clock, with the code that runs live, and once more
    without operational guards. WHEN is a date or a time on the shop's clock: 2011-03-31 or "2011-03-31 18:00"; --to
    with a date includes that day. FILE is another journeys file than the workspace's.

    \b
    Examples:
      tactful backtest --history last_year.jsonl.gz
      tactful backtest new/journeys.yaml --history last_year.jsonl.gz --from 2011-03-01 --to 2011-03-31
      tactful backtest --history last_year.jsonl.gz --against HEAD~1 --html report.html
    """
    started = stopwatch()
    workspace, file = split(path, folder)
    project, spec = usable_project(workspace, file)
    other = None if against is None else _other(against, workspace, file)
    zone = zone_named(spec.shop.timezone)
    first, last = first_moment(begin, zone), last_moment(end, zone)
    history = _read(events, load_source(shape)(spec.shop.country), processes)
    settings = _settings(
        project,
        other,
        history,
        span=Span(last or history.last_at or wall_now(), first),
        zone=zone,
        examples=examples,
        keeps_deliveries=bool(deliveries or ledger),
    )
    result = _live(history, settings, processes)
    _write(deliveries, (line for _, line in sorted(result.deliveries, key=lambda kept: kept[0])))
    _write(ledger, (line for _, _, line in sorted(result.ledger, key=_place_in_ledger)))
    outcome = _outcome(history, settings, result, (file, against or ""), stopwatch() - started)
    if html is not None:
        html.write_text(backtest_page(outcome, zone), encoding="utf-8")
    _warn_of_quarantined(project, other)
    if as_json:
        print_json(backtest_fields(outcome))
    else:
        print_backtest(outcome, {"duplicates": history.duplicates, "refused": history.refused}, zone)


def _other(against: str, folder: Path, file: str) -> Project:
    """Load the version to compare with: a file with the templates beside it or else the workspace's, or a revision."""
    path = Path(against)
    if path.is_file():
        beside = path.parent / TEMPLATES
        if beside.is_dir() or not (folder / TEMPLATES).is_dir():
            return usable(load_project(path.parent, path.name))[0]
        text = path.read_text(encoding="utf-8")
        return usable(check_project(text, read_templates(folder / TEMPLATES), path.parent, path.name))[0]
    if path.suffix in (".yaml", ".yml"):
        raise typer.BadParameter(
            f'expected a journeys file or a git revision, got "{against}", which is not there', param_hint="--against"
        )
    try:
        return usable(project_at(folder, file, against))[0]
    except NoSuchRevision as error:
        raise typer.BadParameter(str(error), param_hint="--against") from error


def _read(events: Path, source: Source, processes: int) -> History:
    name = "stdin" if str(events) == STANDARD_INPUT else events.name
    with Progress(f"reading {name}", stopwatch) as progress, no_search_for_garbage():
        history = HistoryReader(source, wall_now(), processes).read(read_lines(events), progress.show)
        # It is there until the command ends, so neither here nor in other processes is it ever searched for garbage.
        gc.freeze()
        return history


def _settings(
    project: Project,
    other: Project | None,
    history: History,
    *,
    span: Span,
    zone: ZoneInfo,
    examples: int,
    keeps_deliveries: bool,
) -> Settings:
    program = project.program(history.catalog)
    return Settings(
        program,
        span,
        _bought_within(program),
        keeps_deliveries,
        zone,
        None if other is None else other.program(history.catalog),
        examples,
    )


def _bought_within(program: Program) -> timedelta:
    """Give the window in which a promotion of bought goods counts as mis-timed: the guard's own."""
    windows = [rule.guard.params.within for rule in program.book.rules if isinstance(rule.guard, AlreadyBought)]
    return windows[0] if windows else BOUGHT_WITHIN


def _live(history: History, settings: Settings, processes: int) -> Result:
    total, lived = Result(), 0
    with Progress("customers", stopwatch) as progress:
        for number, result in run_families(history.families, settings, processes):
            total.add(result, settings.examples)
            lived += number
            progress.show(lived, len(history.families))
    return total


def _place_in_ledger(kept: tuple[int, datetime, bytes]) -> tuple[int, datetime]:
    return kept[0], kept[1]


def _write(path: Path | None, lines: Iterable[bytes]) -> None:
    if path is not None:
        with path.open("wb") as file:
            file.writelines(line + b"\n" for line in lines)


def _outcome(history: History, settings: Settings, result: Result, names: tuple[str, str], seconds: float) -> Outcome:
    this = version_of(names[0], result.tally, settings.program.journeys)
    compared = None
    if settings.against is not None:
        compared = Comparison(version_of(names[1], result.against, settings.against.journeys), result.differences)
    return Outcome(history.events, history.profiles, seconds, this, compared)


def _warn_of_quarantined(project: Project, other: Project | None) -> None:
    for name, why in project.quarantined.items():
        typer.echo(f"{name} is quarantined and did not run: {why}", err=True)
    for name, why in (other.quarantined if other else {}).items():
        typer.echo(f"{name} of the other version is quarantined and did not run: {why}", err=True)
