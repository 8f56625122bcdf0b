"""G3: how many runs a second of the work that other workflow engines are measured on?

An event, two durable steps, a durable wait, and one step with guards that are judged before the send.
"""

from dataclasses import dataclass
from datetime import timedelta
from itertools import islice

import msgspec

from bench.raw import Recording, against_raw
from bench.result import Goal, Result, Sizes
from bench.shop import BEGIN
from bench.turns import Bench, Clock, deploy
from bench.workspace import program_of
from orchestrator.program import Program
from orchestrator.store.sqlite import SqliteStore

BATCH = 500
RUN = """
version: 1
shop: {name: Nordic Roast, timezone: UTC, country: LV, currency: EUR, url: "https://shop.example"}
channels:
  email: {action: email.file}
  crm: {action: crm.file}
guards:
  in_delivery: {do: delay, until: delivered + 2d, at_most: 21d, then: suppress}
journeys:
  run:
    entry: {event: Subscribed}
    steps:
      - {id: first, crm: {note: "Signed up."}}
      - {id: second, crm: {note: "Was welcomed."}}
      - {id: pause, wait: 1h}
      - {id: letter, send: email, text: "Good morning!"}
"""


def measure(sizes: Sizes) -> tuple[Result, ...]:
    """Take in one event for each of many people and let all their runs come to their end, intake included."""
    pair, _ = against_raw(_Runs(program_of(RUN), sizes.runs), sizes.repeats)
    value, note = sizes.runs / pair.seconds, f"{sizes.runs:,} runs; raw {sizes.runs / pair.raw_seconds:,.0f}/s"
    return (
        Result("G3 runs, of raw", "runs/s", value, Goal("ratio", 0.4), pair.ratio, note),
        Result("G3 runs, absolute", "runs/s", value, Goal("value", 8_000), note=note),
    )


@dataclass(frozen=True, slots=True)
class _Runs:
    """Lets so many runs begin, wait and end."""

    program: Program
    runs: int

    def __call__(self, store: SqliteStore, recording: Recording) -> float:
        deploy(store, self.program)
        recording.transactions.clear()
        bench = Bench(store, self.program, Clock(BEGIN), BATCH)
        coming = iter(range(self.runs))
        while people := list(islice(coming, BATCH)):
            bench.take_in(map(_subscribed, people))
            bench.settle()
        bench.clock.now += timedelta(hours=1)
        bench.settle()
        if bench.sent != 3 * self.runs:
            raise RuntimeError(f"{self.runs} runs should hand over {3 * self.runs}, got {bench.sent}; no measurement")
        return bench.turn_seconds + bench.append_seconds


def _subscribed(number: int) -> bytes:
    """Write a subscription: it brings the consent without which the letter would be suppressed."""
    call = {
        "type": "track",
        "event": "Subscribed",
        "messageId": f"run-{number}",
        "userId": f"u{number}",
        "timestamp": BEGIN.isoformat(),
        "properties": {"channel": "email", "email": f"customer{number}@example.com"},
    }
    return msgspec.json.encode(call)
