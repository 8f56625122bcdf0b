"""G9: how much memory does a worker need, for few customers and for many?"""

import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.result import Goal, Result, Sizes
from bench.workspace import ROOT

MOST = 200


def measure(sizes: Sizes) -> tuple[Result, ...]:
    """Run a worker in a process of its own over more and more customers and ask the system for its peak."""
    peaks = {customers: _peak(customers) for customers in sizes.worker_customers}
    results = [
        Result(f"G9 worker, {customers:,} customers", "MB", peak, Goal("value", MOST, at_least=False))
        for customers, peak in peaks.items()
    ]
    first, last = peaks[min(peaks)], peaks[max(peaks)]
    note = f"{max(peaks) / min(peaks):.0f} times the customers"
    return (*results, Result("G9 growth", "times", last / first, Goal("value", 1.25, at_least=False), note=note))


def _peak(customers: int) -> float:
    """Fill a database in one process, run the worker in another, and give its peak in MB."""
    with TemporaryDirectory() as scratch:
        _child("fill", scratch, str(customers))
        return float(_child("run", scratch))


def _child(*arguments: str) -> str:
    command = [sys.executable, "-m", "bench.memory_child", *arguments]
    return subprocess.run(command, cwd=Path(ROOT), check=True, stdout=subprocess.PIPE, text=True).stdout
