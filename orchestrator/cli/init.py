"""How does a workspace begin?"""

from pathlib import Path
from typing import Annotated

import typer

from journeys.errors import OrchestratorError
from journeys.spelling import did_you_mean
from orchestrator.borrowing import borrow
from orchestrator.bundled import copy_example, example_files
from orchestrator.cli.options import AsJson
from orchestrator.cli.output import counted, print_json, print_table
from orchestrator.editor_schema import SCHEMA_FILE, schema_text
from orchestrator.library import ready_journeys


class FilesInTheWay(OrchestratorError):
    """The folder already holds files of the names that would be written."""


def init(
    folder: Annotated[
        Path | None, typer.Argument(metavar="DIR", file_okay=False, help="The folder; made if missing.")
    ] = None,
    *,
    library: Annotated[
        str | None,
        typer.Option(
            "--library",
            metavar="NAMES",
            help="Ready journeys instead of the example: names with commas between, or all; list names them.",
        ),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Overwrite files that are there.")] = False,
    as_json: AsJson = False,
) -> None:
    """Make a workspace to start from: the example shop, or ready journeys, with their tests and templates.

    Files that are already there are not touched; with --force those of the example are overwritten. With --library
    the journeys come into a workspace that is there as well: what it lacks is added, and what was left is said.

    \b
    Examples:
      tactful init shop
      tactful init . --force
      tactful init --library list
      tactful init shop --library abandoned_cart,review,win_back
      tactful init shop --library all
    """
    if library == "list":
        _list(as_json)
        return
    if folder is None:
        raise typer.BadParameter("name the folder to make, such as `tactful init shop`", param_hint="DIR")
    if library is None:
        _copy_example(folder, force=force, as_json=as_json)
    elif force:
        raise typer.BadParameter("--library never overwrites; leave --force out", param_hint="--force")
    else:
        _borrow(folder, _chosen(library), as_json)


def _copy_example(folder: Path, *, force: bool, as_json: bool) -> None:
    in_the_way = [] if force else [name for name in (*example_files(), Path(SCHEMA_FILE)) if (folder / name).exists()]
    if in_the_way:
        names = "\n".join(f"  {folder / name}" for name in in_the_way)
        raise FilesInTheWay(
            f"{folder}: expected none of the example's files, got these; "
            f"choose another folder, or overwrite them with --force:\n{names}"
        )
    copied = [*copy_example(folder), Path(SCHEMA_FILE)]
    (folder / SCHEMA_FILE).write_text(schema_text(), encoding="utf-8")
    if as_json:
        print_json({"folder": str(folder), "files": [str(name) for name in copied]})
        return
    typer.echo(f"{folder}: {counted(len(copied), 'file')}. What next:")
    _what_next(folder)


def _what_next(folder: Path) -> None:
    where = "" if folder.resolve() == Path.cwd() else f" -C {folder}"
    typer.echo(f"  tactful check{where}      is the file right?")
    typer.echo(f"  tactful test{where}       do the journeys do what their tests say?")
    typer.echo(f"  tactful ingest{where} events.jsonl")
    typer.echo(f"  tactful run{where}")


# The ready journeys.


def _list(as_json: bool) -> None:
    ready = ready_journeys().values()
    if as_json:
        keys = ("name", "description", "stage", "group", "entry", "needs", "channels", "templates")
        print_json([{key: getattr(each, key) for key in keys} for each in ready])
        return
    print_table(("name", "stage", "description"), [(each.name, each.stage, each.description) for each in ready])


def _chosen(said: str) -> list[str]:
    """Read the names that were asked for; raises BadParameter for one that is not there."""
    known = ready_journeys()
    names = list(known) if said == "all" else list(dict.fromkeys(name.strip() for name in said.split(",")))
    for name in names:
        if name not in known:
            hint = did_you_mean(name, known) or "; `tactful init --library list` names them"
            raise typer.BadParameter(f'there is no ready journey "{name}"{hint}', param_hint="--library")
    return names


def _borrow(folder: Path, names: list[str], as_json: bool) -> None:
    done = borrow(folder, names)
    if as_json:
        files, changed = ([str(path) for path in paths] for paths in (done.written, done.changed))
        print_json({"folder": str(folder), "files": files, "changed": changed, "left": done.left})
        return
    put_in = "".join(f", {path} changed" for path in done.changed)
    typer.echo(f"{folder}: {counted(len(done.written), 'file')}{put_in}. What next:")
    _what_next(folder)
    if done.left:
        typer.echo("left to you:")
        for reason in done.left:
            typer.echo(f"  {reason}")
