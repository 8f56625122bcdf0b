"""How does a file of events come in?"""

import typer

from orchestrator.cli.database import opened
from orchestrator.cli.options import HERE, STANDARD_INPUT, AsJson, Database, EventsFile, SourceName, Workspace
from orchestrator.cli.output import Progress, counted, numbered, print_json
from orchestrator.cli.workspace import understood
from orchestrator.clock import stopwatch
from orchestrator.importing import import_lines
from orchestrator.intake import Rejects, read_lines
from orchestrator.sources.registry import DEFAULT, load_source


def ingest(
    path: EventsFile,
    *,
    shape: SourceName = DEFAULT,
    folder: Workspace = HERE,
    database: Database = None,
    as_json: AsJson = False,
) -> None:
    """Take in a file of events in the shape of the Segment spec, one JSON object a line, gzip or plain.

    Every event is taken in once, however often its file is read. Lines that are not taken are written to
    FILE.rejected.jsonl, each with its reason, and the exit code is then 1. Journeys act on the events at the next
    `tactful run`.

    \b
    Examples:
      tactful ingest events.jsonl
      zcat events.jsonl.gz | tactful ingest -
    """
    is_stdin = str(path) == STANDARD_INPUT
    name = "stdin" if is_stdin else path.name
    source = load_source(shape)(understood(folder).shop.country)
    with (
        opened(folder, database) as store,
        Rejects(folder / "stdin" if is_stdin else path) as rejects,
        Progress(name, stopwatch) as progress,
    ):
        lines = numbered(progress, read_lines(path))
        appended = import_lines(lines, name=name, source=source, store=store, rejects=rejects)
    if as_json:
        print_json({"accepted": appended.accepted, "duplicate": appended.duplicate, "rejected": rejects.count})
    else:
        duplicates = counted(appended.duplicate, "duplicate")
        typer.echo(f"{name}: {appended.accepted:,} accepted, {duplicates}, {rejects.count:,} rejected")
        if rejects.count:
            typer.echo(f"rejected lines, each with its reason: {rejects.path}")
    if rejects.count:
        raise typer.Exit(1)
