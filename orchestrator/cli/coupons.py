"""How do the pools of coupons stand?"""

import typer

from orchestrator.cli.database import opened
from orchestrator.cli.options import HERE, AsJson, Database, Workspace
from orchestrator.cli.output import print_json, print_table
from orchestrator.coupons import POOL_EMPTY
from orchestrator.store import coupons as stored


def coupons(
    ctx: typer.Context,
    *,
    folder: Workspace = HERE,
    database: Database = None,
    as_json: AsJson = False,
) -> None:
    """Say how many codes each pool has left, how many are used, and which messages wait for one.

    `tactful coupons import` fills a pool.

    \b
    Examples:
      tactful coupons
      tactful coupons --json
      tactful coupons import spring codes.csv
    """
    if ctx.invoked_subcommand is not None:
        return
    with opened(folder, database) as store, store.reading() as connection:
        pools = stored.pools(connection)
        waiting = stored.waiting(connection, POOL_EMPTY)
    if as_json:
        steps = [{"journey": journey, "step": step, "deliveries": count} for journey, step, count in waiting]
        print_json({"pools": [{"pool": p.name, "left": p.left, "used": p.used} for p in pools], "waiting": steps})
        return
    if not pools:
        typer.echo("no pool holds a code; fill one with `tactful coupons import POOL FILE`")
    else:
        rows = [(pool.name, f"{pool.left:,}", f"{pool.used:,}") for pool in pools]
        print_table(("pool", "left", "used"), rows, right={1, 2})
    for journey, step, count in waiting:
        typer.echo(f"{journey}.{step}: {count:,} waiting for a code")
