"""How is a backtest printed for people?"""

from collections import Counter
from collections.abc import Iterator
from itertools import islice
from zoneinfo import ZoneInfo

import typer

from orchestrator.cli.output import counted, listed, print_table
from orchestrator.reports.backtest import COMPARED, Comparison, Outcome, Version, compared_numbers, signed
from orchestrator.reports.differences import Message
from orchestrator.reports.tally import JourneyCount, Tally

WHY_MISTIMED = {"in_delivery": "in delivery", "bought": "bought", "returned": "returned", "called_off": "called off"}
_HEADS = ("journey", "entered", "sent", "delayed", "suppressed", "dropped items", "exited", "goals")
_MESSAGES_OF_EXAMPLE = 12


def print_backtest(outcome: Outcome, left_out: dict[str, int], zone: ZoneInfo) -> None:
    """Print everything; `left_out` says which lines of the history do not count and why."""
    rest = listed({name: count for name, count in left_out.items() if count})
    typer.echo(
        f"{counted(outcome.events, 'event')} of {counted(outcome.profiles, 'profile')} in {outcome.seconds:.1f} s"
        + (f" (left out: {rest})" if rest != "none" else "")
    )
    typer.echo()
    _print_counts(outcome.this)
    if outcome.compared is not None:
        _print_comparison(outcome.this, outcome.compared, zone)
    typer.echo(_mistimed(outcome.this.tally))


def _print_counts(version: Version) -> None:
    counts = version.journeys
    print_table(_HEADS, (_cells(name, count) for name, count in counts.items()), right=range(1, len(_HEADS)))
    for heading, of in (("suppressed because of", "suppressed"), ("left the journey", "exited")):
        typer.echo(f"\n{heading}")
        for name, count in counts.items():
            if reasons := getattr(count, of):
                typer.echo(f"  {name}: {listed(dict(reasons.most_common()))}")
    typer.echo()


def _cells(name: str, count: JourneyCount) -> tuple[str, ...]:
    numbers = (
        count.entered,
        count.sent,
        count.delayed,
        count.suppressed.total(),
        count.dropped_items,
        count.exited.total(),
        count.goals,
    )
    return name, *(f"{number:,}" for number in numbers)


def _mistimed(tally: Tally) -> str:
    return (
        f"mis-timed: {tally.mistimed.total():,} of {tally.marketing_sent:,} marketing messages with guards"
        f"{''.join(_reasons(tally.mistimed))}, {tally.unguarded.total():,} of {tally.unguarded_sent:,} without"
        f"{''.join(_reasons(tally.unguarded))}"
    )


def _reasons(counts: Counter[str]) -> Iterator[str]:
    if counts:
        yield f" ({listed({WHY_MISTIMED[why]: count for why, count in counts.most_common()})})"


# Two versions.


def _print_comparison(this: Version, compared: Comparison, zone: ZoneInfo) -> None:
    against = compared.against
    typer.echo(f"{this.name} against {against.name}")
    heads = ("journey", *(head for name in COMPARED for head in (name, "against", "+/-")))
    rows = [
        (
            journey,
            *(cell for _, mine, theirs in compared_numbers(this, against, journey) for cell in _side(mine, theirs)),
        )
        for journey in compared.journeys(this)
    ]
    print_table(heads, rows, right=range(1, len(heads)))
    _print_people(compared)
    _print_messages(compared)
    typer.echo(f"\nheld back by a cap: {listed(dict(sorted(this.tally.capped.items())))}")
    typer.echo(f"  against: {listed(dict(sorted(against.tally.capped.items())))}")
    _print_examples(this, compared, zone)
    typer.echo(f"\nagainst {_mistimed(against.tally)}")


def _side(mine: int, theirs: int) -> tuple[str, str, str]:
    return f"{mine:,}", f"{theirs:,}", signed(mine - theirs)


def _print_people(compared: Comparison) -> None:
    people = compared.differences.people
    typer.echo(
        f"\npeople: {people['same']:,} get the same, {people['changed']:,} get something else, "
        f"{people['only_this']:,} get messages in this version only, {people['only_against']:,} in the other only"
    )


def _print_messages(compared: Comparison) -> None:
    rows = [
        (journey, step, *(f"{number:,}" for number in (found.only_this, found.only_against, found.moved, found.people)))
        for (journey, step), found in sorted(compared.differences.steps.items())
        if found.people
    ]
    if rows:
        typer.echo("\nmessages that differ")
        heads = ("journey", "step", "this only", "against only", "other time", "people")
        print_table(heads, rows, right=range(2, len(heads)))


def _print_examples(this: Version, compared: Comparison, zone: ZoneInfo) -> None:
    for example in compared.differences.examples:
        typer.echo(f"\n{example.profile}")
        rows = [(f"  {_told(pair.this, zone)}", _told(pair.against, zone)) for pair in example.pairs]
        print_table((f"  {this.name}", compared.against.name), islice(rows, _MESSAGES_OF_EXAMPLE))
        if len(rows) > _MESSAGES_OF_EXAMPLE:
            typer.echo(f"  and {counted(len(rows) - _MESSAGES_OF_EXAMPLE, 'message')} more")


def _told(message: Message | None, zone: ZoneInfo) -> str:
    if message is None:
        return "-"
    goods = f", {counted(message.goods, 'item')}" if message.goods else ""
    return f"{message.at.astimezone(zone):%Y-%m-%d %H:%M} {message.journey}/{message.step}{goods}"
