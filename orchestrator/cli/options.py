"""Which options do commands share?"""

from pathlib import Path
from typing import Annotated, TypeAlias

import typer

HERE = Path(".")
LOCALHOST = "127.0.0.1"
PORT = 8080
STANDARD_INPUT = "-"


def readable(path: Path | None) -> Path | None:
    """Refuse a file that is not there as wrong usage; typer's own check does not know `-`."""
    if path is not None and str(path) != STANDARD_INPUT and not path.is_file():
        raise typer.BadParameter(f'expected a file of events, got "{path}", which is not there')
    return path


Workspace: TypeAlias = Annotated[
    Path,
    typer.Option(
        "-C", metavar="DIR", exists=True, file_okay=False, help="The workspace: the folder with journeys.yaml."
    ),
]
Database: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--db", metavar="URL", envvar="TACTFUL_DB", help="The database; sqlite:///tactful.db in the workspace."
    ),
]
EventsFile: TypeAlias = Annotated[
    Path, typer.Argument(metavar="FILE", callback=readable, help="JSON lines, gzip or plain; - for the standard input.")
]
SourceName: TypeAlias = Annotated[
    str, typer.Option("--source", metavar="NAME", help="The shape of the events; segment when left out.")
]
Host: TypeAlias = Annotated[
    str, typer.Option("--host", metavar="ADDRESS", help="Where to listen; 0.0.0.0 is every address of this machine.")
]
Port: TypeAlias = Annotated[
    int, typer.Option("--port", metavar="PORT", min=0, max=65_535, help="The port; 0 is any that is free.")
]
AsJson: TypeAlias = Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")]
