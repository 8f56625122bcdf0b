"""How many letters a second leave to an action that takes 100 ms? Fills a database, or sends what it holds.

Worker, engine, store, renderer and dispatcher are the real ones, set up as `tactful run` does; the action waits without
doing anything, as one does that waits for the network. Guards are the example's.
"""

import asyncio
import json
import os
import resource
import sys
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any, ClassVar, cast

import msgspec

from actions.base import Action, Assignment, Outcome, Sent
from actions.render import Renderer, Shop
from bench.raw import new_store
from bench.turns import Clock, deploy, reading_of
from bench.workspace import ROOT, example
from journeys.catalog import Catalog
from orchestrator.dispatcher import Dispatcher, Post
from orchestrator.engine import Engine
from orchestrator.garbage import rare_searches
from orchestrator.links import Links
from orchestrator.project import Project, check_project
from orchestrator.worker import Worker

BATCH = 500
SECONDS = 0.1
NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)
PAGE = os.sysconf("SC_PAGE_SIZE")
LETTER = """
version: 1
shop: {name: Nordic Roast, timezone: UTC, country: LV, currency: EUR, url: "https://shop.example"}
channels:
  email: {action: email.file}
journeys:
  letters:
    entry: {event: Subscribed}
    steps:
      - {id: letter, send: email, text: "Good morning, {{ profile.first_name }}! This is what is new."}
"""


@dataclass(slots=True)
class SlowAction:
    """Takes 100 ms for everything, and notes how much memory the process has when a quarter was sent."""

    quarter: int
    sent: int = 0
    at_once: int = 0
    most_at_once: int = 0
    early_mb: float = 0.0
    name: ClassVar[str] = "bench.slow"
    finds: ClassVar[bool] = False

    async def perform(self, assignment: Assignment) -> Outcome:
        """Take one letter."""
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        await asyncio.sleep(SECONDS)
        self.at_once -= 1
        self.sent += 1
        if self.sent == self.quarter:
            self.early_mb = resident_mb()
        return Sent(f"slow-{assignment.key}")


def fill(folder: Path, letters: int) -> None:
    """Put the subscriptions of so many people into the inbox."""
    store = new_store(folder)
    coming = iter(range(letters))
    while people := list(islice(coming, BATCH)):
        store.append([reading_of(_subscribed(number), NOON) for number in people], NOON)
    store.close()


def _subscribed(number: int) -> bytes:
    """Write a subscription: it brings the consent without which the letter would be suppressed."""
    call = {
        "type": "track",
        "event": "Subscribed",
        "messageId": f"letter-{number}",
        "userId": f"u{number}",
        "timestamp": NOON.isoformat(),
        "properties": {"channel": "email", "email": f"customer{number}@example.com"},
    }
    return msgspec.json.encode(call)


def send(folder: Path, letters: int) -> dict[str, Any]:
    """Let the worker send everything, and say how long it took and how much memory."""
    store = new_store(folder)
    project = check_project(LETTER, {}, ROOT)
    program = example().with_journeys(project.program(Catalog()).journeys.values())
    deploy(store, program)
    action = SlowAction(quarter=letters // 4)
    engine = Engine(store, program, Clock(NOON), worker=1)
    worker = Worker(engine, Dispatcher(_post(project, action), program), store)
    started, used = time.perf_counter(), time.process_time()
    asyncio.run(worker.run(until_idle=True))
    seconds, cpu_seconds = time.perf_counter() - started, time.process_time() - used
    store.close()
    if action.sent != letters or engine.errors:
        raise RuntimeError(f"{letters} letters should leave, got {action.sent}, {engine.errors[:1]}; no measurement")
    return {
        "seconds": seconds,
        "cpu_seconds": cpu_seconds,
        "at_once": action.most_at_once,
        "early_mb": action.early_mb,
        "late_mb": resident_mb(),
    }


def _post(project: Project, action: SlowAction) -> Post:
    assert project.spec is not None
    shop, keys = project.spec.shop, ("key-of-the-benchmark",)
    return Post(
        shop=shop,
        actions={"email": cast(Action, action)},
        renderer=Renderer(project.templates, Shop(shop.name, shop.url, shop.currency, shop.country)),
        links=Links(keys, shop.url),
        link_keys=keys,
    )


def resident_mb() -> float:
    """Give the memory that this process has now, in MB; where the system does not say, the most it ever had."""
    statm = Path("/proc/self/statm")
    if statm.exists():
        return int(statm.read_text().split()[1]) * PAGE / 1_000_000
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    if sys.argv[1] == "fill":
        fill(Path(sys.argv[2]), int(sys.argv[3]))
    else:
        with rare_searches():  # as `tactful run` does
            print(json.dumps(send(Path(sys.argv[2]), int(sys.argv[3]))))
