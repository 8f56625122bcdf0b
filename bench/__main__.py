"""Which goals are reached? Measures them and prints one table.

python -m bench [--only G2,G8] [--quick] [--json]
"""

import argparse
import json
import os
import platform
import sys
from collections.abc import Iterable, Mapping
from typing import Any

from bench import g1_inbox, g2_turns, g3_runs, g5_judged, g7_backtest, g8_start, g9_memory, g10_facts
from bench.result import FULL, QUICK, Measure, Result, written
from orchestrator.garbage import rare_searches

GOALS: Mapping[str, Measure] = {
    "G1": g1_inbox.measure,
    "G2": g2_turns.measure,
    "G3": g3_runs.measure,
    "G5": g5_judged.measure,
    "G7": g7_backtest.measure,
    "G8": g8_start.measure,
    "G9": g9_memory.measure,
    "G10": g10_facts.measure,
}
HEADS = ("goal", "measured", "unit", "of raw", "wanted", "reached", "", "note")


def main(arguments: list[str]) -> int:
    """Measure what was asked for; the exit code is 0 whatever came of it, for the numbers are what is wanted."""
    wanted = _parser().parse_args(arguments)
    with rare_searches():  # as `tactful run` does
        results = [result for name in wanted.only for result in GOALS[name](QUICK if wanted.quick else FULL)]
    if wanted.json:
        print(json.dumps({"machine": machine(), "results": [fields(result) for result in results]}, indent=2))
    else:
        print(", ".join(f"{name} {value}" for name, value in machine().items()), end="\n\n")
        print_table([HEADS, *map(_cells, results)])
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bench", description="Measure the speed against its goals.")
    parser.add_argument("--only", type=_names, default=list(GOALS), metavar="G2,G8", help=f"of {', '.join(GOALS)}")
    parser.add_argument("--quick", action="store_true", help="small sizes: does it run, not how fast")
    parser.add_argument("--json", action="store_true", help="print JSON")
    return parser


def _names(text: str) -> list[str]:
    names = [name.strip().upper() for name in text.split(",")]
    for name in names:
        if name not in GOALS:
            raise argparse.ArgumentTypeError(f'expected goals like G2,G8, got "{name}"; known are {", ".join(GOALS)}')
    return names


def machine() -> dict[str, Any]:
    """Say where it was measured, and how busy the machine was with other things."""
    return {
        "python": platform.python_version(),
        "system": platform.system(),
        "processors": os.cpu_count(),
        "load": round(os.getloadavg()[0], 2),
    }


def fields(result: Result) -> dict[str, Any]:
    """Give a result as JSON has it."""
    return {
        "name": result.name,
        "value": round(result.value, 4),
        "unit": result.unit,
        "ratio": None if result.ratio is None else round(result.ratio, 3),
        "goal": str(result.goal),
        "gap": round(result.gap, 3),
        "passes": result.passes,
        "note": result.note,
    }


def _cells(result: Result) -> tuple[str, ...]:
    ratio = "" if result.ratio is None else f"{result.ratio:.2f}"
    verdict = "PASS" if result.passes else "short"
    value = written(result.value)
    return result.name, value, result.unit, ratio, str(result.goal), f"{result.gap:.2f} x", verdict, result.note


def print_table(rows: Iterable[tuple[str, ...]]) -> None:
    """Print rows in columns that line up."""
    table = list(rows)
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    for row in table:
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
