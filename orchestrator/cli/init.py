"""How does a workspace begin?"""

from pathlib import Path
from typing import Annotated

import typer

from journeys.errors import OrchestratorError
from orchestrator.bundled import copy_example, example_files
from orchestrator.cli.options import AsJson
from orchestrator.cli.output import counted, print_json


class FilesInTheWay(OrchestratorError):
    """The folder already holds files of the names that would be written."""


def init(
    folder: Annotated[Path, typer.Argument(metavar="DIR", file_okay=False, help="The folder; made if missing.")],
    *,
    force: Annotated[bool, typer.Option("--force", help="Overwrite files that are there.")] = False,
    as_json: AsJson = False,
) -> None:
    """Make a workspace to start from: the example shop with its journeys, their tests and templates.

    Files that are already there are not touched; with --force they are overwritten.

    \b
    Examples:
      tactful init shop
      tactful init . --force
    """
    in_the_way = [] if force else [name for name in example_files() if (folder / name).exists()]
    if in_the_way:
        names = "\n".join(f"  {folder / name}" for name in in_the_way)
        raise FilesInTheWay(
            f"{folder}: expected none of the example's files, got these; "
            f"choose another folder, or overwrite them with --force:\n{names}"
        )
    copied = copy_example(folder)
    if as_json:
        print_json({"folder": str(folder), "files": [str(name) for name in copied]})
        return
    where = "" if folder.resolve() == Path.cwd() else f" -C {folder}"
    typer.echo(f"{folder}: {counted(len(copied), 'file')}. What next:")
    typer.echo(f"  tactful check{where}      is the file right?")
    typer.echo(f"  tactful test{where}       do the journeys do what their tests say?")
    typer.echo(f"  tactful ingest{where} events.jsonl")
    typer.echo(f"  tactful run{where}")
