"""Is the life without guards only lived where it would be another one, and are the figures the same for that?"""

from pathlib import Path

import msgspec
import pytest

from orchestrator import backtest
from orchestrator.backtest import Settings, run_chunk
from orchestrator.clock import wall_now
from orchestrator.demo_history import demo_history
from orchestrator.history import History, HistoryReader
from orchestrator.lives import Life, Span
from orchestrator.project import load_project
from orchestrator.reports.tally import Tally
from orchestrator.sources.segment import SegmentSource

EXAMPLE = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def history() -> History:
    """Read the bundled history."""
    lines = enumerate(map(msgspec.json.encode, demo_history()), 1)
    return HistoryReader(SegmentSource("LV"), wall_now()).read(lines, lambda _: None)


def tally_of(history: History) -> Tally:
    """Let everybody in it live under the example's journeys and guards."""
    assert history.last_at is not None
    program = load_project(EXAMPLE).program(history.catalog)
    return run_chunk(history.families, Settings(program, Span(history.last_at))).tally


def count_lives(history: History, monkeypatch: pytest.MonkeyPatch) -> int:
    """Say how many lives are lived for it."""
    lived = []
    live = backtest.live
    monkeypatch.setattr(backtest, "live", lambda *given: lived.append(given) or live(*given))
    tally_of(history)
    return len(lived)


def test_the_figures_are_those_of_living_twice_everywhere(history: History, monkeypatch: pytest.MonkeyPatch) -> None:
    short = tally_of(history)
    monkeypatch.setattr(Life, "was_held", lambda *_: True)
    assert short == tally_of(history)


def test_whom_no_guard_held_up_lives_once(history: History, monkeypatch: pytest.MonkeyPatch) -> None:
    families = len(history.families)
    assert families < count_lives(history, monkeypatch) < 2 * families
