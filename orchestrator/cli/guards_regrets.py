"""Which messages went out because a fact came too late?"""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import typer

from journeys.duration import format_duration
from orchestrator.cli.database import opened
from orchestrator.cli.options import HERE, AsJson, Database, Workspace
from orchestrator.cli.output import clock, print_json, print_table
from orchestrator.reports.regrets import SourceDelays, delays_by_source
from orchestrator.store import guard_views

Fields = dict[str, Any]

_HEADS = ("key", "profile", "journey", "step", "reason", "sent", "fact happened", "learned", "delay", "source")
_SOURCE_HEADS = ("source", "messages", "late facts", "median delay", "9 of 10 within", "longest")
_DAY = timedelta(days=1)
_HOUR = timedelta(hours=1)
_MINUTE = timedelta(minutes=1)


def guards_regrets(*, folder: Workspace = HERE, database: Database = None, as_json: AsJson = False) -> None:
    """List messages that were sent and would not have been, had a fact been known in time, the last one first.

    Their share of all marketing messages says how far the data can be trusted; the delays say which source to talk to.
    Times are in UTC.

    \b
    Examples:
      tactful guards regrets
      tactful guards regrets --json | jq .share
    """
    with opened(folder, database) as store, store.reading() as connection:
        sent, regretted = guard_views.sent_marketing(connection)
        sources = delays_by_source(guard_views.late_facts_regretted(connection))
        found = guard_views.regrets(connection)
        if as_json:
            print_json({**_figures(sent, regretted), "sources": [*map(_source_fields, sources)], "regrets": [*found]})
            return
        typer.echo(_sentence(sent, regretted))
        if sources:
            typer.echo()
            print_table(_SOURCE_HEADS, map(_source_cells, sources), right=range(1, len(_SOURCE_HEADS)))
            typer.echo()
            print_table(_HEADS, _rows(found))


def _figures(sent: int, regretted: int) -> Fields:
    return {"sent": sent, "regretted": regretted, "share": regretted / sent if sent else None}


def _sentence(sent: int, regretted: int) -> str:
    if not sent:
        return "no marketing message was sent yet, so there is nothing to regret"
    return f"{regretted:,} of {sent:,} marketing messages ({100 * regretted / sent:.2f} %) went out on facts too late"


def _source_fields(found: SourceDelays) -> Fields:
    delays = {"median": found.median, "p90": found.p90, "max": found.longest}
    return {
        "source": found.source,
        "messages": found.messages,
        "facts": found.facts,
        "delay_seconds": {name: delay.total_seconds() for name, delay in delays.items()},
    }


def _source_cells(found: SourceDelays) -> tuple[str, ...]:
    delays = (_readable(delay) for delay in (found.median, found.p90, found.longest))
    return found.source, f"{found.messages:,}", f"{found.facts:,}", *delays


def _rows(found: Iterator[Fields]) -> Iterator[tuple[str, ...]]:
    for fields in found:
        words = [str(fields[name]) for name in ("key", "profile", "journey", "step", "reason")]
        moments = [clock(fields[name]) for name in ("sent", "happened", "learned")]
        yield *words, *moments, _readable(timedelta(seconds=fields["delay_seconds"])), fields["source"]


def _readable(delay: timedelta) -> str:
    """Write a delay as people read it, without what is too fine for its size: `3d4h`, `2h5m`, `40s`."""
    unit = _HOUR if delay >= _DAY else _MINUTE if delay >= _HOUR else timedelta(seconds=1)
    return format_duration(delay // unit * unit)
