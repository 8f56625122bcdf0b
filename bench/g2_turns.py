"""G2: how fast are events decided on, judged and persisted?"""

from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.raw import Recording, new_store, record, replay
from bench.result import Goal, Pair, Result, Sizes, middle
from bench.shop import BEGIN, moments
from bench.turns import Bench, Clock, deploy
from bench.workspace import example
from orchestrator.program import Program

THIS_RELEASE = "this release expects half the goal"


def measure(sizes: Sizes) -> tuple[Result, ...]:
    """Let events come in, 500 at a time and one by one, and hold the engine's turns against their writes alone."""
    program = example()
    return (
        _measure(program, 500, sizes.turn_customers, sizes.repeats, Goal("ratio", 0.55)),
        _measure(program, 1, sizes.single_customers, sizes.repeats, Goal("ratio", 0.4)),
    )


def _measure(program: Program, batch: int, customers: int, repeats: int, goal: Goal) -> Result:
    events = sum(1 for _ in moments(customers))
    pairs = []
    with TemporaryDirectory() as scratch:
        for repeat in range(repeats):
            folder = Path(scratch) / str(repeat)
            folder.mkdir()
            bench, recording = run(program, batch, customers, folder)
            pairs.append(Pair(bench.turn_seconds, replay(recording, folder)))
    pair = middle(pairs)
    note = (
        f"{events:,} events, {bench.sent:,} sends, {recording.rows:,} rows; raw {events / pair.raw_seconds:,.0f}/s; "
        f"{THIS_RELEASE}"
    )
    return Result(f"G2 decided, batch {batch}", "events/s", events / pair.seconds, goal, pair.ratio, note)


def run(program: Program, batch: int, customers: int, folder: Path) -> tuple[Bench, Recording]:
    """Live through the 13 days: so many events come in, then everything that is due by then is done."""
    store = new_store(folder)
    deploy(store, program)
    recording = record(store)
    bench = Bench(store, program, Clock(BEGIN), batch)
    coming = moments(customers)
    while arrived := list(islice(coming, batch)):
        bench.clock.now = arrived[-1][0]
        with recording.aside():
            bench.take_in(line for _, line in arrived)
        bench.settle()
    store.close()
    return bench, recording
