"""What did the guards answer, and on which facts?"""

from typing import Any

from orchestrator.cli.database import opened
from orchestrator.cli.options import HERE, AsJson, Database, Workspace
from orchestrator.cli.output import clock, print_json_lines, print_table
from orchestrator.store import views

_HEADS = ("key", "at", "occasion", "verdict", "reason", "answers")


def ledger(*, folder: Workspace = HERE, database: Database = None, as_json: AsJson = False) -> None:
    """List every judgement: which delivery, when, the verdict, and what each guard answered. Times are in UTC.

    Most are given in the claim, right before a delivery leaves. A forecast is given while one waits for its time, and
    membership is about somebody who is in an audience already.

    With --json each judgement is one object on a line, with the facts every answer was given on.

    \b
    Examples:
      tactful ledger
      tactful ledger --json | jq 'select(.verdict == "delay")'
    """
    with opened(folder, database) as store, store.reading() as connection:
        found = views.ledger(connection)
        if as_json:
            print_json_lines(found)
        else:
            print_table(_HEADS, (_cells(fields) for fields in found))


def _cells(fields: dict[str, Any]) -> tuple[str, ...]:
    said = [f"{answer['guard']}: {answer['verdict']}" for answer in fields["answers"] if "verdict" in answer]
    return str(fields["key"]), clock(fields["at"]), fields["kind"], fields["verdict"], fields["reason"], ", ".join(said)
