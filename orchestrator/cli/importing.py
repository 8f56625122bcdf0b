"""How is an import read, written and reported, whoever made the flow?"""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, TypeAlias

import typer

from orchestrator.cli.options import STANDARD_INPUT
from orchestrator.cli.output import counted, print_json
from orchestrator.importers.page import Imported
from orchestrator.importers.reading import LARGEST_FILE, read_json
from orchestrator.importers.stubs import write_stubs

Importer: TypeAlias = Callable[[object, list[object], str], Imported]


def there(path: Path | None) -> Path | None:
    """Refuse a file that is not there as wrong usage."""
    if path is not None and str(path) != STANDARD_INPUT and not path.is_file():
        raise typer.BadParameter(f'expected a file, got "{path}", which is not there')
    return path


def all_there(paths: list[Path]) -> list[Path]:
    """Refuse files that are not there as wrong usage."""
    for path in paths:
        there(path)
    return paths


def new(path: Path | None) -> Path | None:
    """Refuse to write over a file."""
    if path is not None and path.exists():
        raise typer.BadParameter(f'"{path}" is there already; name a new file, or remove this one')
    return path


Export: TypeAlias = Annotated[
    Path, typer.Argument(metavar="FILE", callback=there, help="The exported JSON; - for the standard input.")
]
Names: TypeAlias = Annotated[
    list[Path],
    typer.Option(
        "--names", metavar="FILE", callback=all_there, help="JSON with the names behind the ids; may be given again."
    ),
]
Out: TypeAlias = Annotated[
    Path | None, typer.Option("--out", metavar="FILE", callback=new, help="Write the YAML here, not on the output.")
]
TemplatesFolder: TypeAlias = Annotated[
    Path | None,
    typer.Option("--templates", metavar="DIR", file_okay=False, help="Write a template to fill for every message."),
]


def import_file(
    file: Path, importer: Importer, names: list[Path], out: Path | None, templates: Path | None, *, as_json: bool
) -> None:
    """Import one file, write what it became, and say what could not be said; that is exit code 1."""
    imported = importer(_content(file), [_content(path) for path in names], str(file))
    if out is not None:
        out.write_text(imported.yaml, encoding="utf-8")
    made, kept = ([], []) if templates is None else write_stubs(templates, imported.stubs)
    if as_json:
        print_json(_fields(imported, made))
    elif out is None:
        typer.echo(imported.yaml, nl=False)
    if not as_json:
        _report(imported, made, kept)
    if imported.unsaid:
        raise typer.Exit(1)


def _content(path: Path) -> object:
    """Read the JSON of a file, no more of it than may be."""
    if str(path) == STANDARD_INPUT:
        return read_json(sys.stdin.buffer.read(LARGEST_FILE + 1), "the standard input")
    with path.open("rb") as file:
        return read_json(file.read(LARGEST_FILE + 1), str(path))


def _report(imported: Imported, made: list[str], kept: list[str]) -> None:
    for unsaid in imported.unsaid:
        typer.echo(str(unsaid), err=True)
    if made:
        typer.echo(f"templates to fill: {', '.join(made)}", err=True)
    if kept:
        typer.echo(f"left alone, because they are there: {', '.join(kept)}", err=True)
    missed = f"{counted(len(imported.unsaid), 'thing')} could not be said" if imported.unsaid else "all was said"
    typer.echo(f"{counted(len(imported.journeys), 'journey')}; {missed}", err=True)


def _fields(imported: Imported, made: list[str]) -> dict[str, object]:
    return {
        "journeys": imported.journeys,
        "events": imported.events,
        "attributes": imported.attributes,
        "templates": made,
        "unsaid": [{"where": one.where, "what": one.what, "remedy": one.remedy} for one in imported.unsaid],
    }
