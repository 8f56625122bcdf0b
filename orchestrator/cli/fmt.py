"""Is this file written the way all are?"""

from collections.abc import Iterator
from dataclasses import dataclass
from difflib import unified_diff
from pathlib import Path
from typing import Annotated

import typer

from journeys.canonical import Unwritable, canonical
from journeys.errors import OrchestratorError
from journeys.yaml_text import read
from orchestrator.cli.options import HERE, AsJson, Workspace
from orchestrator.cli.output import counted, print_json
from orchestrator.including import Folder, read_included
from orchestrator.project import FILE


class NotText(OrchestratorError):
    """A file is not UTF-8 text."""


@dataclass(frozen=True, slots=True)
class _Formatted:
    path: Path
    before: str
    after: str
    refused: str = ""

    @property
    def state(self) -> str:
        if self.refused:
            return "refused"
        return "same" if self.before == self.after else "changed"


def fmt(
    files: Annotated[
        list[Path] | None,
        typer.Argument(metavar="[FILE]...", exists=True, dir_okay=False, help="The files; all of the workspace."),
    ] = None,
    *,
    check: Annotated[bool, typer.Option("--check", help="Change nothing; exit with 1 when a file would be.")] = False,
    diff: Annotated[bool, typer.Option("--diff", help="Change nothing, and show what would be.")] = False,
    folder: Workspace = HERE,
    as_json: AsJson = False,
) -> None:
    """Write journeys files in their one form: keys in order, short steps on one line, quotes where they are needed.

    Comments stay, and so does the order of all that has a name. What a file says never changes: a file for which that
    cannot be shown is left as it is, and the exit code is 1. Without FILE it is journeys.yaml and what that includes.

    \b
    Examples:
      tactful fmt
      tactful fmt --check
      tactful fmt journeys.d/shop.yaml --diff
    """
    formatted = [_formatted(path) for path in files or _of_workspace(folder)]
    if not (check or diff):
        for each in formatted:
            if each.state == "changed":
                each.path.write_bytes(each.after.encode("utf-8"))
    if as_json:
        print_json({"files": [{"file": str(e.path), "state": e.state, "reason": e.refused} for e in formatted]})
    else:
        for line in _lines(formatted, shows=diff, keeps=check or diff):
            typer.echo(line)
    if any(each.refused or (check and each.state == "changed") for each in formatted):
        raise typer.Exit(1)


def _of_workspace(folder: Path) -> list[Path]:
    main = folder / FILE
    included = read_included(read(_text(main), FILE), FILE, Folder(folder))
    return [main, *(folder / name for name in included.texts)]


def _formatted(path: Path) -> _Formatted:
    before = _text(path)
    match canonical(before):
        case Unwritable(reason):
            return _Formatted(path, before, before, reason)
        case after:
            return _Formatted(path, before, after)


def _text(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8")
    except UnicodeDecodeError as error:
        raise NotText(f"{path}: expected UTF-8 text, got other bytes; save it as UTF-8") from error


def _lines(formatted: list[_Formatted], *, shows: bool, keeps: bool) -> Iterator[str]:
    changed = 0
    for each in formatted:
        changed += each.state == "changed"
        if each.refused:
            yield f"{each.path}: left as it is: {each.refused}"
        elif each.state == "changed" and shows:
            yield from unified_diff(
                each.before.splitlines(), each.after.splitlines(), str(each.path), str(each.path), lineterm=""
            )
        elif each.state == "changed":
            yield f"{each.path}: {'would be written anew' if keeps else 'written anew'}"
    total = counted(len(formatted), "file")
    yield f"{total}, {changed} {'to be written anew' if keeps else 'written anew'}"
