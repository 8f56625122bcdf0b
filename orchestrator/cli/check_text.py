"""How are proofs, costs and problems of a pull request printed?"""

from collections.abc import Mapping, Sequence
from datetime import timedelta

import typer

from journeys.bounds import Bound
from journeys.costs import ChannelUse, Estimate
from journeys.duration import format_duration
from journeys.errors import Problem
from orchestrator.cli.output import counted, print_table
from orchestrator.proofs import Proof, Proved

_NONE = "-"
_MESSAGE = {"%": "%25", "\r": "%0D", "\n": "%0A"}
_PROPERTY = {**_MESSAGE, ":": "%3A", ",": "%2C"}


def as_github(problem: Problem) -> str:
    """Write a problem as a command of a workflow, which shows it beside its line."""
    places = {"file": problem.file, "line": problem.line, "col": problem.column, "title": problem.code}
    named = ",".join(f"{key}={_escaped(str(value), _PROPERTY)}" for key, value in places.items())
    return f"::{problem.severity} {named}::{_escaped(problem.message, _MESSAGE)}"


def _escaped(text: str, escapes: Mapping[str, str]) -> str:
    return "".join(escapes.get(letter, letter) for letter in text)


# Proofs.


def show_proofs(proved: Sequence[Proved], whole: Bound, most: int) -> None:
    """Print the ways to every marketing message, and how many messages a week there can be."""
    for each in proved:
        typer.echo(f"\n{each.journey}")
        shown = each.proofs[:most]
        if shown:
            # What holds most messages alike is said once, below the ways.
            guards = list(dict.fromkeys(_held(proof) for proof in shown))
            marks = {held: f"[{number}]" for number, held in enumerate(guards, start=1)}
            heads = ("message", "after", "waits", "conditions", "held by")
            print_table(heads, [_row(proof, marks[_held(proof)]) for proof in shown])
            for held, mark in marks.items():
                typer.echo(f"  {mark} {held}")
        left = len(each.proofs) - len(shown)
        if left or not each.complete:
            beyond = f"{counted(left, 'way')} more" if left else "more ways"
            typer.echo(f"  ... and {beyond}{'' if each.complete else ', not all of them looked at'}")
        typer.echo(f"  messages a week, for one customer: {each.bound.words}")
    typer.echo(f"\nall journeys: messages a week, for one customer: {whole.words}")


def _row(proof: Proof, mark: str) -> tuple[str, ...]:
    way = proof.way
    return way.to, _length(way.soonest), ", ".join(way.waits) or _NONE, " and ".join(way.conditions) or _NONE, mark


def _held(proof: Proof) -> str:
    exempt = f"; exempt from {'; '.join(proof.exempt)}" if proof.exempt else ""
    return f"{', '.join(proof.guards)}{exempt}"


def _length(length: timedelta) -> str:
    return format_duration(length) if length else "at once"


def proof_fields(proved: Sequence[Proved], whole: Bound) -> dict[str, object]:
    """Give the proofs for programs."""
    return {
        "proofs": [
            {
                "journey": each.journey,
                "complete": each.complete,
                "bound": _bound(each.bound),
                "ways": [
                    {
                        "step": proof.way.to,
                        "soonest_seconds": int(proof.way.soonest.total_seconds()),
                        "waits": proof.way.waits,
                        "conditions": proof.way.conditions,
                        "guards": proof.guards,
                        "exempt": proof.exempt,
                    }
                    for proof in each.proofs
                ],
            }
            for each in proved
        ],
        "bound": _bound(whole),
    }


def _bound(bound: Bound) -> dict[str, object]:
    return {"messages_a_week": bound.most, "why": bound.why}


# Costs.


def show_costs(estimates: Mapping[str, Estimate], currency: str, people: int | None) -> None:
    """Print what one enrollment can use and cost at the most, and so many of them."""
    heads = ["journey", "at the most", "cost", *([f"for {people:,} entries"] if people else [])]
    rows = [
        (name, _uses(found), _money(found, currency), *([_money(found, currency, people)] if people else []))
        for name, found in estimates.items()
    ]
    typer.echo("")
    print_table(heads, rows, right={2, 3})
    unpriced = sorted({channel for found in estimates.values() for channel in found.unpriced})
    if unpriced:
        typer.echo(f"no cost is said of {', '.join(unpriced)}; add cost: to the channel")


def _uses(found: Estimate) -> str:
    said = [f"{_number(use)} by {use.channel}" for use in found.uses]
    return f"{', '.join(said)} a{'n' if found.per == 'enrollment' else ''} {found.per}" if said else "no message"


def _number(use: ChannelUse) -> str:
    return "any number" if use.messages is None else str(use.messages)


def _money(found: Estimate, currency: str, people: int | None = None) -> str:
    if found.cost == 0 and found.unpriced:
        return _NONE
    return "unbounded" if found.cost is None else f"{found.cost * (people or 1):,.2f} {currency}"


def cost_fields(estimates: Mapping[str, Estimate], currency: str, people: int | None) -> dict[str, object]:
    """Give the costs for programs."""
    journeys = {
        name: {
            "per": found.per,
            "channels": {use.channel: use.messages for use in found.uses},
            "cost": found.cost,
            "cost_of_all": None if people is None or found.cost is None else found.cost * people,
            "unpriced": found.unpriced,
        }
        for name, found in estimates.items()
    }
    return {"currency": currency, "people": people, "journeys": journeys}
