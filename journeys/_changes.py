"""From when on may a condition be something else although nothing is learned?

Only two things change by themselves: `now`, and what is counted within a window. A comparison with `now` is solved
exactly where `now` is moved by durations, and to within what rounding may do where it is multiplied or divided; what
falls out of a window says so itself. Of conditions that are joined, one that is false for longer keeps the whole false.
Any other way in which a comparison could hang on `now` is looked at again after a day.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from math import ceil, floor
from typing import TypeAlias

from msgspec.structs import replace

from journeys._expression import (
    Arithmetic,
    Compare,
    Constant,
    Expression,
    Joined,
    Named,
    Not,
    Read,
    evaluate,
    judge,
    leaves_of,
)
from journeys.scope import NOW, Scope
from journeys.tallies import EPOCH, MICROSECOND

_A_DAY = 86_400_000_000
_MILLISECOND = 1_000
# After so many windows without another answer, look again at the next one.
_MOST_STEPS = 100
_HALF = Fraction(1, 2)
_LIMITS = {
    "date": (
        (datetime.min.replace(tzinfo=UTC) - EPOCH) // MICROSECOND,
        (datetime.max.replace(tzinfo=UTC) - EPOCH) // MICROSECOND,
    ),
    "duration": (timedelta.min // MICROSECOND, timedelta.max // MICROSECOND),
}

Outlook: TypeAlias = tuple[bool | None, datetime | None]


def changes_by_itself(expression: Expression) -> bool:
    """Say whether time alone can change the value."""
    return any(isinstance(leaf, Read) and (leaf.change or leaf.read is NOW) for leaf in leaves_of(expression))


def next_change(expression: Expression, scope: Scope) -> datetime | None:
    """Say from when on the value of a condition may differ; None when it never does by itself."""
    return _outlook(expression, scope)[1]


def _outlook(expression: Expression, scope: Scope) -> Outlook:
    """Give what a condition is now, and until when that is sure."""
    match expression:
        case Not():
            value, at = _outlook(expression.of, scope)
            return (None if value is None else not value), at
        case Named():
            return _outlook(expression.of, scope)
        case Joined():
            return _joined(expression, scope)
        case _:
            value = judge(expression, scope).value
            return value, _leaf(expression, value, scope) if changes_by_itself(expression) else None


def _joined(expression: Joined, scope: Scope) -> Outlook:
    """Let the part that decides alone for longest decide; without one every part matters."""
    decisive = expression.word == "or"
    outlooks = [_outlook(part, scope) for part in expression.parts]
    deciding = [at for value, at in outlooks if value is decisive]
    if deciding:
        return decisive, None if None in deciding else max(at for at in deciding if at is not None)
    value = None if any(value is None for value, _ in outlooks) else not decisive
    return value, min((at for _, at in outlooks if at is not None), default=None)


def _leaf(leaf: Expression, value: bool | None, scope: Scope) -> datetime | None:
    """Say until when one comparison surely stays what it is."""
    if not _hangs_on_now(leaf):
        return _first_difference(leaf, value, scope)
    now = (scope.now - EPOCH) // MICROSECOND
    moments = list(_crossings(leaf, scope, now)) if isinstance(leaf, Compare) else [now + _A_DAY]
    solved = _moment(min(moments)) if moments else None
    leaving = _next_leaving(leaf, scope)
    return min((at for at in (solved, leaving) if at is not None), default=None)


def _hangs_on_now(expression: Expression) -> bool:
    return any(isinstance(leaf, Read) and leaf.read is NOW for leaf in leaves_of(expression))


# Windows.


def _first_difference(leaf: Expression, value: bool | None, scope: Scope) -> datetime | None:
    """Look at each moment at which something falls out of a window, until the answer is another one."""
    at = _next_leaving(leaf, scope)
    for _ in range(_MOST_STEPS):
        if at is None:
            return None
        later = replace(scope, now=at)
        if judge(leaf, later).value is not value:
            return at
        at = _next_leaving(leaf, later)
    return at


def _next_leaving(expression: Expression, scope: Scope) -> datetime | None:
    """Say when the next thing falls out of a window that is counted in."""
    changes = [leaf.change for leaf in leaves_of(expression) if isinstance(leaf, Read) and leaf.change is not None]
    return min((at for change in changes if (at := change(scope)) is not None), default=None)


# Comparisons with `now`. All is in microseconds since 1970.


@dataclass(frozen=True, slots=True)
class _Line:
    """A value as time goes by: `base + slope * time`, give or take `error` for what was rounded."""

    base: Fraction
    slope: Fraction = Fraction(0)
    error: Fraction = Fraction(0)

    def minus(self, other: "_Line") -> "_Line":
        return _Line(self.base - other.base, self.slope - other.slope, self.error + other.error)

    def plus(self, other: "_Line") -> "_Line":
        return _Line(self.base + other.base, self.slope + other.slope, self.error + other.error)

    def times(self, factor: Fraction) -> "_Line":
        rounded = Fraction(0) if factor.denominator == 1 else _HALF
        return _Line(self.base * factor, self.slope * factor, self.error * abs(factor) + rounded)


def _crossings(leaf: Compare, scope: Scope, now: int) -> Iterator[int]:
    """Give the moments after now at which a comparison may become another."""
    solver = _Solver(scope, now)
    left = solver.line(leaf.left)
    rights = _sought(leaf.right) or [solver.line(leaf.right)]
    yield from solver.limits
    for right in rights:
        if left is None or right is None:
            continue
        difference = left.minus(right)
        for opens in _ways(leaf.sign, difference.slope > 0):
            crossing = _crossing(difference, now, opens=opens)
            if crossing is not None:
                yield crossing


def _ways(sign: str, rises: bool) -> tuple[bool, ...]:
    """Say whether a comparison still is at zero what it was before; an equation is true there and nowhere else."""
    if sign in ("==", "in"):
        return False, True
    return (sign in (">", "<=") if rises else sign in ("<", ">="),)


def _sought(right: Expression) -> "list[_Line | None]":
    """Give the written values of a list, of which each is compared; none when it is no such list."""
    if not isinstance(right, Constant) or not isinstance(right.value, frozenset):
        return []
    return [_Line(micros) for each in right.value if (micros := _micros(each)) is not None]


def _crossing(line: _Line, now: int, *, opens: bool) -> int | None:
    """Say at which whole millisecond after now a line may first be on the other side of zero.

    With `opens` the comparison is still at zero what it was before.
    """
    if line.slope == 0:
        return _next_millisecond(now) if 0 < line.error >= abs(line.base) else None
    middle, margin = -line.base / line.slope, line.error / abs(line.slope)
    early, late = (middle - margin) / _MILLISECOND, middle + margin
    first = (floor(early) + 1 if opens else ceil(early)) * _MILLISECOND
    if first > now:
        return first
    return _next_millisecond(now) if margin and late >= now else None


def _next_millisecond(now: int) -> int:
    return (now // _MILLISECOND + 1) * _MILLISECOND


class _Solver:
    """Turns the sides of a comparison into lines, and notes when one of them leaves what can be computed."""

    def __init__(self, scope: Scope, now: int) -> None:
        self.scope = scope
        self.now = now
        self.limits: list[int] = []

    def line(self, expression: Expression) -> _Line | None:
        """Give a date or a duration as a line; None when it is missing."""
        if isinstance(expression, Read) and expression.read is NOW:
            return _Line(Fraction(0), Fraction(1))
        if not isinstance(expression, Arithmetic) or not _hangs_on_now(expression):
            micros = _micros(evaluate(expression, self.scope))
            return None if micros is None else _Line(micros)
        found = self._computed(expression)
        if found is not None:
            self._note_limits(found, expression)
        return found

    def _computed(self, expression: Arithmetic) -> _Line | None:
        if expression.sign in ("+", "-"):
            left, right = self.line(expression.left), self.line(expression.right)
            if left is None or right is None:
                return None
            return left.plus(right) if expression.sign == "+" else left.minus(right)
        moving, number = expression.left, expression.right
        if moving.kind == "number":
            moving, number = number, moving
        line, factor = self.line(moving), evaluate(number, self.scope)
        if line is None or factor is None or (expression.sign == "/" and not factor):
            return None
        return line.times(1 / Fraction(factor) if expression.sign == "/" else Fraction(factor))

    def _note_limits(self, line: _Line, expression: Arithmetic) -> None:
        for limit in _LIMITS.get(expression.kind, ()):
            crossing = _crossing(line.minus(_Line(Fraction(limit))), self.now, opens=False)
            if crossing is not None:
                self.limits.append(crossing)


def _micros(value: object) -> Fraction | None:
    if isinstance(value, datetime):
        return Fraction((value - EPOCH) // MICROSECOND)
    return Fraction(value // MICROSECOND) if isinstance(value, timedelta) else None


def _moment(micros: int) -> datetime | None:
    """Give a moment; None when it lies beyond all dates."""
    try:
        return EPOCH + timedelta(microseconds=micros)
    except OverflowError:
        return None
