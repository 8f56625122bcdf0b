"""Who put what into force, and when?"""

from dataclasses import asdict

from orchestrator.cli.database import opened
from orchestrator.cli.options import HERE, AsJson, Database, Workspace
from orchestrator.cli.output import clock, print_json_lines, print_table
from orchestrator.store import deployments as kept

_HEADS = ("id", "at", "by", "kind", "content", "journeys", "note")


def deployments(*, folder: Workspace = HERE, database: Database = None, as_json: AsJson = False) -> None:
    """List every deployment, the newest first: who put it into force, when, and why. The first one is what runs.

    `run` means that the files went into force by themselves when `tactful run` started.

    \b
    Examples:
      tactful deployments
      tactful deployments --json
    """
    with opened(folder, database) as store, store.reading() as connection:
        found = list(kept.newest_first(connection))
    if as_json:
        print_json_lines(asdict(each) for each in found)
        return
    rows = [
        (str(each.id), clock(each.at), each.by, each.kind, each.hash, str(len(each.journeys)), each.note)
        for each in found
    ]
    print_table(_HEADS, rows, right={0, 5})
