"""How does a file of events come in?"""

import typer

from orchestrator.cli.database import opened
from orchestrator.cli.options import HERE, STANDARD_INPUT, AsJson, Database, EventsFile, SourceName, Workspace
from orchestrator.cli.output import Progress, counted, numbered, print_json
from orchestrator.cli.workspace import understood
from orchestrator.clock import stopwatch, wall_now
from orchestrator.importing import import_lines, import_stated
from orchestrator.intake import Rejects, read_lines
from orchestrator.sources.registry import DEFAULT, load_source, load_whole_file
from orchestrator.sources.segment import SegmentSource


def ingest(
    path: EventsFile,
    *,
    shape: SourceName = DEFAULT,
    folder: Workspace = HERE,
    database: Database = None,
    as_json: AsJson = False,
) -> None:
    """Take in a file of events in the shape of the Segment spec, one JSON object a line, gzip or plain.

    With --source catalog the file is the shop's goods instead, as CSV with a header or as JSON lines.

    Every event is taken in once, however often its file is read. Lines that are not taken are written to
    FILE.rejected.jsonl, each with its reason, and the exit code is then 1. Journeys act on the events at the next
    `tactful run`.

    \b
    Examples:
      tactful ingest events.jsonl
      zcat events.jsonl.gz | tactful ingest -
      tactful ingest goods.csv --source catalog
    """
    is_stdin = str(path) == STANDARD_INPUT
    name = "stdin" if is_stdin else path.name
    country = understood(folder).shop.country
    whole = load_whole_file(shape)
    source = load_source(shape)(country) if whole is None else SegmentSource(country, name=whole.name)
    with (
        opened(folder, database) as store,
        Rejects(folder / "stdin" if is_stdin else path) as rejects,
        Progress(name, stopwatch) as progress,
    ):
        lines = numbered(progress, read_lines(path))
        if whole is None:
            appended = import_lines(lines, name=name, source=source, store=store, rejects=rejects)
        else:
            told = whole(country).tell(lines, name, wall_now())
            appended = import_stated(told, name=name, reader=source, store=store, rejects=rejects)
    if as_json:
        print_json({"accepted": appended.accepted, "duplicate": appended.duplicate, "rejected": rejects.count})
    else:
        duplicates = counted(appended.duplicate, "duplicate")
        typer.echo(f"{name}: {appended.accepted:,} accepted, {duplicates}, {rejects.count:,} rejected")
        if rejects.count:
            typer.echo(f"rejected lines, each with its reason: {rejects.path}")
    if rejects.count:
        raise typer.Exit(1)
