"""G2: how fast are events decided on, judged and persisted?"""

from dataclasses import dataclass
from itertools import islice

from bench.raw import Recording, against_raw
from bench.result import Goal, Result, Sizes
from bench.shop import BEGIN, catalog, moments
from bench.turns import Bench, Clock, deploy
from bench.workspace import example
from orchestrator.program import Program
from orchestrator.store.sqlite import SqliteStore

THIS_RELEASE = "this release expects half the goal"


def measure(sizes: Sizes) -> tuple[Result, ...]:
    """Let events come in, 500 at a time and one by one, and hold the engine's turns against their writes alone."""
    program = example(catalog())
    return (
        _measure(Days(program, 500, sizes.turn_customers), sizes.repeats, Goal("ratio", 0.55)),
        _measure(Days(program, 1, sizes.single_customers), sizes.repeats, Goal("ratio", 0.4)),
    )


@dataclass(slots=True)
class Days:
    """The 13 days of the made-up shop: so many events come in, then everything that is due by then is done."""

    program: Program
    batch: int
    customers: int
    sent: int = 0

    def __call__(self, store: SqliteStore, recording: Recording) -> float:
        """Give the seconds of the engine's turns; the intake is not part of them."""
        deploy(store, self.program)
        recording.transactions.clear()
        bench = Bench(store, self.program, Clock(BEGIN), self.batch)
        coming = moments(self.customers)
        while arrived := list(islice(coming, self.batch)):
            bench.clock.now = arrived[-1][0]
            with recording.aside():
                bench.take_in(line for _, line in arrived)
            bench.settle()
        self.sent = bench.sent
        return bench.turn_seconds


def _measure(work: Days, repeats: int, goal: Goal) -> Result:
    pair, recording = against_raw(work, repeats)
    events = sum(1 for _ in moments(work.customers))
    note = (
        f"{events:,} events, {work.sent:,} sends, {recording.rows:,} rows; raw {events / pair.raw_seconds:,.0f}/s; "
        f"{THIS_RELEASE}"
    )
    return Result(f"G2 decided, batch {work.batch}", "events/s", events / pair.seconds, goal, pair.ratio, note)
