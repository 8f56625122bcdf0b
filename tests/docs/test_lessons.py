"""Does docs/lessons.md name tests that exist, and at least one for every lesson?"""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "lessons.md").read_text(encoding="utf-8")
ROWS = dict(re.findall(r"^\| (\d+) \|(.+)\|$", PAGE, re.MULTILINE))
NAMED = {int(number): re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", row) for number, row in ROWS.items()}
COVERED = [*range(1, 9), *range(10, 48)]


@cache
def names_in(file: str) -> frozenset[str]:
    """Name the tests of a file without running it."""
    path = ROOT / file
    if not path.is_file():
        return frozenset()
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return frozenset(node.name for node in tree.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


@pytest.mark.parametrize("number", sorted(NAMED))
def test_every_test_of_a_lesson_exists(number: int) -> None:
    assert NAMED[number]
    assert [f"{file}::{name}" for file, name in NAMED[number] if name not in names_in(file)] == []


def test_every_lesson_that_is_covered_has_a_row_and_in_order() -> None:
    assert list(NAMED) == COVERED


def test_everything_that_looks_like_a_test_can_be_read() -> None:
    assert PAGE.count("::test_") == sum(len(named) for named in NAMED.values())
