"""How do codes come into a pool?"""

import re
from itertools import islice
from pathlib import Path
from typing import Annotated

import typer

from orchestrator.cli.database import opened
from orchestrator.cli.options import HERE, AsJson, Database, Workspace
from orchestrator.cli.output import counted, print_json
from orchestrator.cli.workspace import understood
from orchestrator.clock import wall_now
from orchestrator.coupon_file import Line, Refused, read_codes
from orchestrator.store.base import Store

_TOGETHER = 1_000
_NAME = re.compile(r"[a-z][a-z0-9_]{0,59}")


def _named(pool: str) -> str:
    if not _NAME.fullmatch(pool):
        raise typer.BadParameter(f'expected a name such as spring_sale, got "{pool}"')
    return pool


def coupons_import(
    pool: Annotated[str, typer.Argument(metavar="POOL", callback=_named, help="The pool, as steps name it.")],
    path: Annotated[Path, typer.Argument(metavar="FILE", exists=True, dir_okay=False, help="One code a line, or CSV.")],
    *,
    folder: Workspace = HERE,
    database: Database = None,
    as_json: AsJson = False,
) -> None:
    """Put the codes of a file into a pool: one code a line, or a table with the column code.

    Messages that wait for a code are woken. A code that the pool has already is refused, line by line, and the others
    are taken; the exit code is then 1. The same code may be in two pools.

    \b
    Examples:
      tactful coupons import spring codes.txt
      tactful coupons import spring codes.csv --json
    """
    understood(folder)
    text = path.read_text(encoding="utf-8-sig", errors="replace")
    with opened(folder, database) as store:
        taken, refused = _import(store, pool, text)
    if as_json:
        lines = [{"line": each.number, "why": each.why} for each in refused]
        print_json({"pool": pool, "imported": taken, "refused": lines})
    else:
        for each in refused:
            typer.echo(f"{path}:{each.number}: {each.why}")
        typer.echo(f"{pool}: {counted(taken, 'code')} imported, {len(refused):,} refused")
    if refused:
        raise typer.Exit(1)


def _import(store: Store, pool: str, text: str) -> tuple[int, list[Refused]]:
    """Write the codes, some at a time, and say how many were taken and which lines were not."""
    taken, refused = 0, list[Refused]()
    coming = read_codes(text.split("\n"))
    while some := list(islice(coming, _TOGETHER)):
        lines = {each.code: each.number for each in some if isinstance(each, Line)}
        known = store.add_codes(pool, list(lines), wall_now())
        taken += len(lines) - len(known)
        refused += [each for each in some if isinstance(each, Refused)]
        refused += [Refused(lines[code], f'"{code}" is in the pool already') for code in known]
    return taken, sorted(refused, key=lambda each: each.number)
