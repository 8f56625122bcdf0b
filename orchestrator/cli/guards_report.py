"""What did the guards do, and what are they worth?"""

from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any

import typer

from journeys.duration import format_duration
from journeys.localtime import zone_named
from journeys.spec import JourneysFile
from journeys.spelling import did_you_mean
from operational_guards.registry import load_guards
from orchestrator.cli.database import opened
from orchestrator.cli.in_force import what_runs
from orchestrator.cli.moments import duration, first_moment, last_moment
from orchestrator.cli.options import HERE, AsJson, Database, Workspace
from orchestrator.cli.output import counted, print_json, print_table
from orchestrator.cli.workspace import understood
from orchestrator.clock import wall_now
from orchestrator.reports.guards import OBJECTIONS, Count, GuardReport, Place, Question
from orchestrator.reports.worth import OUTCOMES, Difference, Group, Outcome, Trial, WorthReport, compare
from orchestrator.settings import database_url, is_made
from orchestrator.store.base import Store
from orchestrator.weighing import weigh_guards

Fields = dict[str, Any]

_FIGURES = (
    "judged", "suppressed", "delayed", "dropped items", "would suppress", "would delay", "would drop items",
    "let through by chance", "exempt", "left audiences",
)  # fmt: skip
_DID: dict[Outcome, str] = {
    "ordered": "placed an order",
    "unsubscribed": "unsubscribed",
    "complained": "complained",
    "returned": "returned something",
}


def guards_report(
    *,
    begin: Annotated[
        str | None, typer.Option("--from", metavar="WHEN", help="Count only deliveries first judged from here on.")
    ] = None,
    end: Annotated[
        str | None, typer.Option("--to", metavar="WHEN", help="Count only deliveries first judged up to here.")
    ] = None,
    guard: Annotated[str | None, typer.Option("--guard", metavar="GUARD", help="Only this guard.")] = None,
    journey: Annotated[str | None, typer.Option("--journey", metavar="JOURNEY", help="Only this journey.")] = None,
    within: Annotated[
        str, typer.Option("--within", metavar="DURATION", help="How long after an objection customers are watched.")
    ] = "14d",
    folder: Workspace = HERE,
    database: Database = None,
    as_json: AsJson = False,
) -> None:
    """Say what the guards did and would have done, by journey and week, and what they are worth.

    A delivery counts once per guard, in the week it was first judged. Guards with a holdout are weighed: customers they
    held against those that chance let through. WHEN is a date or a time on the shop's clock: 2011-03-31 or
    "2011-03-31 18:00"; --to with a date includes that day.

    \b
    Examples:
      tactful guards report --from 2011-03-01 --to 2011-03-31
      tactful guards report --guard in_delivery --within 30d
    """
    span = duration(within, "--within")
    if not is_made(database_url(folder, database)):
        # A file that cannot be understood leaves no database behind.
        understood(folder)
    with opened(folder, database) as store:
        spec, journeys = _in_force(store, folder)
        question = _question(spec, journeys, (begin, end), guard=guard, journey=journey)
        report, worth = weigh_guards(store, question, span, currency=spec.shop.currency, now=wall_now())
    if as_json:
        print_json(_fields(question, report, worth))
        return
    _print_counts(report)
    for name in sorted(worth.trials):
        _print_trial(name, worth.trials[name], worth.within, spec.shop.currency)
    if not worth.trials:
        typer.echo("\nno guard had a holdout, so nobody can say what one is worth: give one `holdout: 2%`")


def _in_force(store: Store, folder: Path) -> tuple[JourneysFile, tuple[str, ...]]:
    """Give what is in force and its journeys, else what the file says, even where some of it is wrong."""
    running = what_runs(store, folder)
    if running is not None:
        return running.spec, running.names
    spec = understood(folder)
    return spec, tuple(spec.journeys)


def _question(
    spec: JourneysFile,
    journeys: Iterable[str],
    span: tuple[str | None, str | None],
    *,
    guard: str | None,
    journey: str | None,
) -> Question:
    zone = zone_named(spec.shop.timezone)
    begin, end = span
    return Question(
        zone,
        first_moment(begin, zone),
        last_moment(end, zone),
        _known("guard", guard, load_guards()),
        _known("journey", journey, journeys),
    )


def _known(what: str, name: str | None, names: Iterable[str]) -> str:
    known = sorted(names)
    if name is None or name in known:
        return name or ""
    hint = did_you_mean(name, known) or f"; the {what}s are {', '.join(known)}"
    raise typer.BadParameter(f'there is no {what} "{name}"{hint}', param_hint=f"--{what}")


# For people.


def _print_counts(report: GuardReport) -> None:
    rows = [(place, _figures(count)) for place, count in report.in_order()]
    if not rows:
        typer.echo("no delivery was judged in this time")
        return
    # A figure that is zero everywhere says nothing and takes room.
    shown = [column for column in range(len(_FIGURES)) if column == 0 or any(figures[column] for _, figures in rows)]
    heads = ("guard", "journey", "week", *(_FIGURES[column] for column in shown))
    print_table(heads, (_cells(place, figures, shown) for place, figures in rows), right=range(3, len(heads)))


def _figures(count: Count) -> tuple[int, ...]:
    held, shadow = ([counts[word] for word in OBJECTIONS] for counts in (count.held, count.shadow))
    return count.judged, *held, *shadow, count.holdout, count.exempt, count.left_audiences


def _cells(place: Place, figures: tuple[int, ...], shown: Iterable[int]) -> tuple[str, ...]:
    return place.guard, place.journey, place.week, *(f"{figures[column]:,}" for column in shown)


def _print_trial(guard: str, trial: Trial, within: timedelta, currency: str) -> None:
    held, let_through = trial.heeded, trial.let_through
    recent = f"; too recent to count: {trial.too_recent:,}" if trial.too_recent else ""
    typer.echo(
        f"\n{guard}: {counted(held.customers, 'customer')} held, {let_through.customers:,} let through by chance; "
        f"what they did within {format_duration(within)} of the first objection{recent}"
    )
    heads = ("", "held", "let through", "difference", "95 % interval", "")
    print_table(heads, [_outcome_cells(trial, outcome) for outcome in OUTCOMES], right=range(1, 5))
    typer.echo(
        f"revenue per customer: {held.revenue_per_customer:,.2f} {currency} held, "
        f"{let_through.revenue_per_customer:,.2f} {currency} let through; a few large orders can make all of it"
    )


def _outcome_cells(trial: Trial, outcome: Outcome) -> tuple[str, ...]:
    found, says = compare(trial, outcome)
    shares = (_percent(group, outcome) for group in (trial.heeded, trial.let_through))
    return _DID[outcome], *shares, *_difference_cells(found), says


def _percent(group: Group, outcome: Outcome) -> str:
    return f"{100 * group.share(outcome):.1f} %"


def _difference_cells(found: Difference | None) -> tuple[str, str]:
    if found is None:
        return "", ""
    return f"{100 * found.value:+.1f} points", f"{100 * found.low:+.1f} to {100 * found.high:+.1f}"


# For programs.


def _fields(question: Question, report: GuardReport, worth: WorthReport) -> Fields:
    return {
        "from": question.begin,
        "to": question.end,
        "counts": [_count_fields(place, count) for place, count in report.in_order()],
        "within": format_duration(worth.within),
        "known_until": worth.known_until,
        "worth": [_trial_fields(name, worth.trials[name]) for name in sorted(worth.trials)],
    }


def _count_fields(place: Place, count: Count) -> Fields:
    return {
        "guard": place.guard,
        "journey": place.journey,
        "week": place.week,
        "judged": count.judged,
        "held": {word: count.held[word] for word in OBJECTIONS},
        "shadow": {word: count.shadow[word] for word in OBJECTIONS},
        "holdout": count.holdout,
        "exempt": count.exempt,
        "left_audiences": count.left_audiences,
    }


def _trial_fields(guard: str, trial: Trial) -> Fields:
    return {
        "guard": guard,
        "held": _group_fields(trial.heeded),
        "let_through": _group_fields(trial.let_through),
        "too_recent": trial.too_recent,
        "differences": {outcome: _difference_fields(trial, outcome) for outcome in OUTCOMES},
    }


def _group_fields(group: Group) -> Fields:
    return {
        "customers": group.customers,
        **{outcome: group.did[outcome] for outcome in OUTCOMES},
        "revenue": round(group.revenue, 2),
        "revenue_per_customer": round(group.revenue_per_customer, 2),
    }


def _difference_fields(trial: Trial, outcome: Outcome) -> Fields:
    found, says = compare(trial, outcome)
    value, low, high = (None, None, None) if found is None else (found.value, found.low, found.high)
    return {"difference": value, "low": low, "high": high, "says": says}
