"""Which codes does a file hold, and which of its lines are none?"""

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

MOST_CHARACTERS = 100
COLUMN = "code"
_SEPARATORS = ",;\t"


@dataclass(frozen=True, slots=True)
class Line:
    """One code of a file, and the number of its line."""

    number: int
    code: str


@dataclass(frozen=True, slots=True)
class Refused:
    """A line that is not taken, and why."""

    number: int
    why: str


def read_codes(lines: Iterable[str]) -> Iterator[Line | Refused]:
    """Read one code a line, or the column `code` of a table; what comes twice is taken once. Empty lines are none."""
    seen: dict[str, int] = {}
    for number, code in _cells(lines):
        if not code:
            continue
        if why := _fault(code):
            yield Refused(number, why)
        elif code in seen:
            yield Refused(number, f'"{code}" is on line {seen[code]} already; it was taken once')
        else:
            seen[code] = number
            yield Line(number, code)


def _cells(lines: Iterable[str]) -> Iterator[tuple[int, str]]:
    """Give the cell of each line that holds the code."""
    coming = enumerate((line.rstrip("\r\n") for line in lines), start=1)
    first = next(coming, None)
    if first is None:
        return
    head = first[1].removeprefix("\ufeff")
    separator = next((each for each in _SEPARATORS if each in head), ",")
    names = [name.strip().lower() for name in next(csv.reader([head], delimiter=separator), [])]
    if COLUMN not in names:
        yield first[0], head.strip()
        yield from ((number, line.strip()) for number, line in coming)
        return
    place = names.index(COLUMN)
    for number, line in coming:
        cells = next(csv.reader([line], delimiter=separator), [])
        yield number, cells[place].strip() if place < len(cells) else ""


def _fault(code: str) -> str:
    if len(code) > MOST_CHARACTERS:
        return f"a code has at most {MOST_CHARACTERS} characters, this one has {len(code)}"
    if not code.isprintable() or any(letter.isspace() for letter in code):
        return "a code has no spaces in it; write one code a line, or a table with the column code"
    if any(letter in code for letter in _SEPARATORS):
        return f'expected one code, got "{code}"; give the table a first line that names the column code'
    return ""
