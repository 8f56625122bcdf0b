"""How does a command print?"""

import os
import sys
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from itertools import chain, islice
from types import TracebackType
from typing import Any

import msgspec
import typer

_LOOKED_AT_FOR_WIDTH = 500
_GAP = "  "


def print_json(value: object) -> None:
    """Print one JSON value on one line; times are ISO 8601 in UTC."""
    typer.echo(msgspec.json.encode(value).decode())


def print_json_lines(values: Iterable[object]) -> None:
    """Print one JSON value a line, as they come."""
    write = sys.stdout.write
    encode = msgspec.json.Encoder().encode
    for value in values:
        write(f"{encode(value).decode()}\n")


def print_table(heads: Sequence[str], rows: Iterable[Sequence[str]], right: Container[int] = ()) -> None:
    """Print rows under their heads; columns are as wide as the first 500 rows need, those in `right` hold numbers."""
    coming = iter(rows)
    first = list(islice(coming, _LOOKED_AT_FOR_WIDTH))
    widths = [max(map(len, column)) for column in zip(heads, *first, strict=True)]
    for row in chain([heads], first, coming):
        cells = [
            cell.rjust(width) if place in right else cell.ljust(width)
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        typer.echo(_GAP.join(cells).rstrip())


def counted(number: int, noun: str, nouns: str = "") -> str:
    """Write a number with its noun: `1 journey`, `1,250 journeys`."""
    return f"{number:,} {noun if number == 1 else nouns or f'{noun}s'}"


def listed(counts: Mapping[str, int]) -> str:
    """Write counts by name, as in `sent 12, suppressed 3`; `none` when there are none."""
    return ", ".join(f"{name} {count:,}" for name, count in counts.items()) or "none"


def clock(at: datetime | None) -> str:
    """Write an instant in UTC for a table; empty when there is none."""
    return "" if at is None else f"{at.astimezone(UTC):%Y-%m-%d %H:%M}"


def coloured(text: str, colour: str) -> str:
    """Give the text in this colour where there is somebody to see it: not with NO_COLOR, not in a file."""
    if os.environ.get("NO_COLOR") or not sys.stdout.isatty():
        return text
    return typer.style(text, fg=colour)


class Progress:
    """One line on the terminal that says how far a command has come; silent where stderr is no terminal."""

    _EVERY = 0.1

    def __init__(self, what: str, seconds: Any) -> None:
        self._what = what
        self._seconds = seconds
        self._is_seen = sys.stderr.isatty()
        self._last = 0.0

    def __enter__(self) -> "Progress":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._is_seen and self._last:
            sys.stderr.write("\r\033[K")
            sys.stderr.flush()

    def show(self, done: int, of: int = 0) -> None:
        """Show a count, and how much of the whole it is where that is known."""
        if not self._is_seen or (now := self._seconds()) - self._last < self._EVERY:
            return
        self._last = now
        share = f" of {of:,} ({100 * done // of} %)" if of else ""
        sys.stderr.write(f"\r\033[K{self._what}: {done:,}{share}")
        sys.stderr.flush()


def numbered(progress: Progress, lines: Iterable[tuple[int, bytes]]) -> Iterator[tuple[int, bytes]]:
    """Pass lines on and show each thousandth."""
    for number, line in lines:
        if number % 1000 == 0:
            progress.show(number)
        yield number, line
