"""Is a source so ill that it should be left alone for a while?

A circuit is closed while calls go through. After so many failures in a row it opens: nothing goes through until a pause
is over. Then one call is let through to try, and no other before it is back: if it fails, the next pause is twice as
long, up to a limit; if it succeeds, the circuit closes. Pure: `now` is an argument, and each step gives a new circuit.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal, TypeAlias

Standing: TypeAlias = Literal["closed", "open", "half_open"]


@dataclass(frozen=True, slots=True)
class Patience:
    """How many failures in a row open a circuit, how long the first pause is, and how long the longest."""

    failures: int = 5
    pause: timedelta = timedelta(seconds=30)
    longest: timedelta = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Circuit:
    """Where a circuit stands; it is closed without `open_until`.

    `turn` counts how often it opened and closed. A call belongs to the turn it was let through in: what becomes of it
    later than that says nothing any more, and ten calls that fail together open it once.
    """

    failures: int = 0
    pause: timedelta = timedelta(0)
    open_until: datetime | None = None
    is_tried: bool = False
    turn: int = 0


def standing(circuit: Circuit, now: datetime) -> Standing:
    """Name where it stands, for people."""
    if circuit.open_until is None:
        return "closed"
    return "half_open" if circuit.is_tried or now >= circuit.open_until else "open"


def admit(circuit: Circuit, now: datetime) -> Circuit | None:
    """Let a call through; None when it must not go."""
    if circuit.open_until is None:
        return circuit
    if circuit.is_tried or now < circuit.open_until:
        return None
    return replace(circuit, is_tried=True)


def succeed(circuit: Circuit, turn: int) -> Circuit:
    """Take into account that a call of this turn was answered."""
    if circuit.turn != turn:
        return circuit
    return Circuit(turn=turn if circuit.open_until is None else turn + 1)


def fail(circuit: Circuit, turn: int, patience: Patience, now: datetime) -> Circuit:
    """Take into account that a call of this turn was not answered."""
    if circuit.turn != turn:
        return circuit
    failures = circuit.failures + 1
    if circuit.open_until is None and failures < patience.failures:
        return replace(circuit, failures=failures)
    pause = patience.pause if circuit.open_until is None else min(circuit.pause * 2, patience.longest)
    return Circuit(failures=failures, pause=pause, open_until=now + pause, turn=turn + 1)
