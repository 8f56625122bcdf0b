"""How is an earlier deployment put into force again?"""

from typing import Annotated

import typer

from orchestrator.bundle import write_bundle
from orchestrator.cli.database import opened
from orchestrator.cli.options import HERE, AsJson, Database, Workspace
from orchestrator.cli.output import print_json
from orchestrator.cli.planning import By, End, Expect, Keep, Note, choices_of, planned_from, show
from orchestrator.clock import wall_now
from orchestrator.in_force import check_expected, earlier, put_into_force, warnings_of
from orchestrator.plan_text import fields
from orchestrator.settings import login_name


def rollback(
    number: Annotated[
        int | None, typer.Argument(metavar="ID", help="The deployment; the one before when left out.")
    ] = None,
    *,
    write: Annotated[bool, typer.Option("--write", help="Write its files into the workspace as well.")] = False,
    expect: Expect = None,
    end: End = None,
    keep: Keep = None,
    by: By = None,
    note: Note = "",
    folder: Workspace = HERE,
    database: Database = None,
    as_json: AsJson = False,
) -> None:
    """Put an earlier deployment into force again, by the same plan and with the same safety as `tactful apply`.

    The files of the workspace stay as they are, and so differ from what runs, unless --write is given.

    \b
    Examples:
      tactful rollback
      tactful rollback 11 --write
    """
    with opened(folder, database) as store:
        made = planned_from(store, folder, earlier(store, number), choices_of(end, keep))
        check_expected(made, expect)
        if not as_json:
            show(made, explains=False)
        if made.refusals:
            if as_json:
                print_json({**fields(made), "deployment": None, "written": []})
            raise typer.Exit(1)
        new = put_into_force(store, made, at=wall_now(), by=by or login_name(), kind="rollback", note=note)
        written = write_bundle(made.bundle, folder) if write else []
        warnings = warnings_of(store, folder)
    if as_json:
        print_json({**fields(made), "deployment": new, "written": written})
        return
    typer.echo(f"deployment {new} is in force")
    for name in written:
        typer.echo(f"wrote {name}")
    for warning in warnings:
        typer.echo(warning, err=True)
