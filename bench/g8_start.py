"""G8: what does it cost to start?"""

import os
import subprocess
import sys
from collections.abc import Sequence

from bench.result import Goal, Result, Sizes, middle_of
from bench.workspace import ROOT

TACTFUL = (sys.executable, "-m", "orchestrator.cli")


def measure(sizes: Sizes) -> tuple[Result, ...]:
    """Start the command line and add up the processor time of its whole process: median of some starts."""
    return (
        _measure("G8 tactful --help", ("--help",), 0.3, sizes.starts),
        _measure("G8 tactful check", ("check",), 1.0, sizes.starts),
    )


def _measure(name: str, arguments: Sequence[str], goal: float, starts: int) -> Result:
    seconds = middle_of(cpu_seconds(arguments) for _ in range(starts))
    return Result(name, "CPU s", seconds, Goal("value", goal, at_least=False), note=f"median of {starts}")


def cpu_seconds(arguments: Sequence[str]) -> float:
    """Run one command on the example and give its user and system time; an unsuccessful one is an error."""
    # The process is waited for by its id, because only then does the system tell what it used.
    process = subprocess.Popen([*TACTFUL, *arguments], cwd=ROOT, stdout=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"tactful {' '.join(arguments)} ended with {process.returncode}; its time means nothing")
    return used.ru_utime + used.ru_stime
