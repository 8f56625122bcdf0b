"""What would change, and for whom, if the files were put into force?"""

import typer

from orchestrator.cli.database import opened
from orchestrator.cli.options import HERE, AsJson, Database, Workspace
from orchestrator.cli.output import print_json
from orchestrator.cli.planning import End, Explain, Keep, choices_of, planned_from_folder, show
from orchestrator.plan_text import fields


def plan(
    *,
    end: End = None,
    keep: Keep = None,
    explain: Explain = False,
    folder: Workspace = HERE,
    database: Database = None,
    as_json: AsJson = False,
) -> None:
    """Compare the files with what is in force: journeys, and what happens to the people at each of their steps.

    Nothing is changed. It exits with 1 when it could not be applied: files have problems, or somebody would be lost.

    \b
    Examples:
      tactful plan
      tactful plan --explain
      tactful plan --keep winback       those inside finish as they began
    """
    with opened(folder, database) as store:
        made = planned_from_folder(store, folder, choices_of(end, keep))
    if as_json:
        print_json(fields(made))
    else:
        show(made, explains=explain)
        if not made.refusals and made.changes_anything:
            typer.echo(f"`tactful apply --expect {made.compared_with}` puts this into force")
    if made.refusals:
        raise typer.Exit(1)
