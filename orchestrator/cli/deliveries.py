"""What was sent, held back, or waits?"""

from typing import Annotated, Any

import typer

from journeys.spelling import did_you_mean
from orchestrator.cli.database import opened
from orchestrator.cli.options import HERE, AsJson, Database, Workspace
from orchestrator.cli.output import clock, print_json_lines, print_table
from orchestrator.customer import DeliveryState
from orchestrator.store import views
from orchestrator.store.codes import STATES

_HEADS = ("key", "profile", "journey", "step", "state", "reason", "due", "settled")


def deliveries(
    *,
    state: Annotated[str | None, typer.Option("--state", metavar="STATE", help="Only those of this state.")] = None,
    folder: Workspace = HERE,
    database: Database = None,
    as_json: AsJson = False,
) -> None:
    """List deliveries in order of their keys: what was sent, suppressed (and why), or waits. Times are in UTC.

    The states are planned, delayed, attempting, unknown, sent, suppressed, rejected and cancelled. With --json each
    delivery is one object on a line.

    \b
    Examples:
      tactful deliveries --state suppressed
      tactful deliveries --json | jq -r 'select(.state == "sent") | .profile'
    """
    wanted = _known(state)
    with opened(folder, database) as store, store.reading() as connection:
        found = views.deliveries(connection, wanted)
        if as_json:
            print_json_lines(found)
        else:
            print_table(_HEADS, (_cells(fields) for fields in found))


def _known(state: str | None) -> DeliveryState | None:
    if state is None:
        return None
    for known in STATES:
        if state == known:
            return known
    hint = did_you_mean(state, STATES)
    raise typer.BadParameter(f'expected one of {", ".join(STATES)}, got "{state}"{hint}', param_hint="--state")


def _cells(fields: dict[str, Any]) -> tuple[str, ...]:
    words = tuple(str(fields[name]) for name in _HEADS[:6])
    return *words, clock(fields["due"]), clock(fields["settled"])
