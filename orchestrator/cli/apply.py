"""How are the files put into force?"""

import typer

from orchestrator.cli.database import opened
from orchestrator.cli.options import HERE, AsJson, Database, Workspace
from orchestrator.cli.output import print_json
from orchestrator.cli.planning import By, End, Expect, Keep, Note, choices_of, planned_from_folder, show
from orchestrator.clock import wall_now
from orchestrator.in_force import check_expected, put_into_force
from orchestrator.plan_text import fields
from orchestrator.settings import login_name


def apply(
    *,
    expect: Expect = None,
    end: End = None,
    keep: Keep = None,
    by: By = None,
    note: Note = "",
    folder: Workspace = HERE,
    database: Database = None,
    as_json: AsJson = False,
) -> None:
    """Put the files into force, with what `tactful plan` says happens to people inside.

    From then on `tactful run` goes by what was applied and no longer by the files; a running one notices at once. It is
    refused, and nothing changes, when somebody would be lost or another deployment came in between.

    \b
    Examples:
      tactful apply
      tactful apply --expect 12         only what the plan against deployment 12 showed
      tactful apply --end old_journey --note "the autumn campaign is over"
    """
    with opened(folder, database) as store:
        made = planned_from_folder(store, folder, choices_of(end, keep))
        check_expected(made, expect)
        if not as_json:
            show(made, explains=False)
        if made.refusals:
            if as_json:
                print_json({**fields(made), "deployment": None})
            raise typer.Exit(1)
        number = put_into_force(store, made, at=wall_now(), by=by or login_name(), kind="apply", note=note)
    if as_json:
        print_json({**fields(made), "deployment": number})
    else:
        typer.echo(f"deployment {number} is in force")
