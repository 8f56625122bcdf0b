"""What would the journeys have done with this history?"""

import os
from collections.abc import Iterable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any, TypeAlias

import msgspec
import typer

from journeys.localtime import zone_named
from operational_guards.already_bought import AlreadyBought
from orchestrator.backtest import JourneyCount, Settings, Span, Tally
from orchestrator.backtest import run as run_families
from orchestrator.cli.moments import first_moment, last_moment
from orchestrator.cli.options import HERE, STANDARD_INPUT, AsJson, SourceName, Workspace, readable
from orchestrator.cli.output import Progress, counted, listed, print_json, print_table
from orchestrator.cli.workspace import split, usable_project
from orchestrator.clock import stopwatch, wall_now
from orchestrator.history import History, HistoryReader
from orchestrator.intake import read_lines
from orchestrator.listing import delivery_lines, ledger_lines, profile_names
from orchestrator.mistimed import BOUGHT_WITHIN
from orchestrator.program import Program
from orchestrator.project import Project
from orchestrator.sources.base import Source
from orchestrator.sources.registry import DEFAULT, load_source

_HEADS = ("journey", "entered", "sent", "delayed", "suppressed", "dropped items", "exited", "goals")
_WHY = {"in_delivery": "in delivery", "bought": "bought", "returned": "returned", "called_off": "called off"}

JourneysFilePath: TypeAlias = Annotated[Path | None, typer.Argument(metavar="FILE", help="Another journeys file.")]
HistoryFile: TypeAlias = Annotated[
    Path,
    typer.Option("--history", metavar="EVENTS", callback=readable, help="JSON lines, gzip or plain; - for stdin."),
]
Begin: TypeAlias = Annotated[
    str | None, typer.Option("--from", metavar="WHEN", help="Count only what happens from here.")
]
End: TypeAlias = Annotated[str | None, typer.Option("--to", metavar="WHEN", help="Live up to here, and no further.")]
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
    """
    started = stopwatch()
    project, spec = usable_project(*split(path, folder))
    zone = zone_named(spec.shop.timezone)
    first, last = first_moment(begin, zone), last_moment(end, zone)
    history = _read(events, load_source(shape)(spec.shop.country))
    span = Span(last or history.last_at or wall_now(), first)
    settings = _settings(project, history, span, keeps_deliveries=bool(deliveries or ledger))
    tally = _live(history, settings, processes)
    if deliveries is not None:
        _write(deliveries, delivery_lines(tally.outgoing, profile_names(history.families)))
    if ledger is not None:
        _write(ledger, ledger_lines(tally.ledger))
    counts = {name: tally.journeys.get(name, JourneyCount()) for name in settings.program.journeys}
    if as_json:
        print_json(_fields(history, tally, counts, stopwatch() - started))
    else:
        _print_counts(project, history, counts, stopwatch() - started)
        typer.echo(_sentence(tally))


def _read(events: Path, source: Source) -> History:
    name = "stdin" if str(events) == STANDARD_INPUT else events.name
    with Progress(f"reading {name}", stopwatch) as progress:
        return HistoryReader(source, wall_now()).read(read_lines(events), progress.show)


def _settings(project: Project, history: History, span: Span, *, keeps_deliveries: bool) -> Settings:
    program = project.program(history.catalog)
    return Settings(program, span, _bought_within(program), keeps_deliveries)


def _bought_within(program: Program) -> timedelta:
    """Give the window in which a promotion of bought goods counts as mis-timed: the guard's own."""
    windows = [rule.guard.params.within for rule in program.book.rules if isinstance(rule.guard, AlreadyBought)]
    return windows[0] if windows else BOUGHT_WITHIN


def _live(history: History, settings: Settings, processes: int) -> Tally:
    total, lived = Tally(), 0
    with Progress("customers", stopwatch) as progress:
        for number, tally in run_families(history.families, settings, processes):
            total.add(tally)
            lived += number
            progress.show(lived, len(history.families))
    return total


def _write(path: Path, lines: Iterable[dict[str, Any]]) -> None:
    encode = msgspec.json.Encoder().encode
    with path.open("wb") as file:
        file.writelines(encode(line) + b"\n" for line in lines)


def _fields(history: History, tally: Tally, counts: dict[str, JourneyCount], seconds: float) -> dict[str, Any]:
    return {
        "events": history.events,
        "profiles": history.profiles,
        "seconds": round(seconds, 3),
        "journeys": {name: _count_fields(count) for name, count in counts.items()},
        "mistimed": {"with_guards": tally.mistimed.total(), "without_guards": tally.unguarded.total()},
    }


def _count_fields(count: JourneyCount) -> dict[str, Any]:
    return {
        "entered": count.entered,
        "sent": count.sent,
        "delayed": count.delayed,
        "dropped_items": count.dropped_items,
        "suppressed": dict(sorted(count.suppressed.items())),
        "exited": dict(sorted(count.exited.items())),
        "goals": count.goals,
    }


def _print_counts(project: Project, history: History, counts: dict[str, JourneyCount], seconds: float) -> None:
    for name, why in project.quarantined.items():
        typer.echo(f"{name} is quarantined and did not run: {why}", err=True)
    left_out = {"duplicates": history.duplicates, "refused": history.refused}
    rest = listed({name: count for name, count in left_out.items() if count})
    typer.echo(
        f"{counted(history.events, 'event')} of {counted(history.profiles, 'profile')} in {seconds:.1f} s"
        + (f" (left out: {rest})" if rest != "none" else "")
    )
    typer.echo()
    print_table(_HEADS, (_cells(name, count) for name, count in counts.items()), right=range(1, len(_HEADS)))
    for heading, of in (("suppressed because of", "suppressed"), ("left the journey", "exited")):
        typer.echo(f"\n{heading}")
        for name, count in counts.items():
            if reasons := getattr(count, of):
                typer.echo(f"  {name}: {listed(dict(reasons.most_common()))}")
    typer.echo()


def _cells(name: str, count: JourneyCount) -> tuple[str, ...]:
    numbers = (
        count.entered,
        count.sent,
        count.delayed,
        count.suppressed.total(),
        count.dropped_items,
        count.exited.total(),
        count.goals,
    )
    return name, *(f"{number:,}" for number in numbers)


def _sentence(tally: Tally) -> str:
    return (
        f"mis-timed: {tally.mistimed.total():,} of {tally.marketing_sent:,} marketing messages with guards"
        f"{''.join(_reasons(tally.mistimed))}, {tally.unguarded.total():,} of {tally.unguarded_sent:,} without"
        f"{''.join(_reasons(tally.unguarded))}"
    )


def _reasons(counts: Any) -> Iterator[str]:
    if counts:
        yield f" ({listed({_WHY[why]: count for why, count in counts.most_common()})})"
