"""What does a whole workspace do that asks before it sends? The one of `tests.fakes.workspace`, with its sources.

Engine, store, dispatcher, enquirer and adapters are the real ones; the network, the clock and the provider are fakes.
"""

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from orchestrator.asking_sources import AskedSources, build_asked
from orchestrator.enquirer import Enquirer
from orchestrator.handover import Handover, Input, Output
from orchestrator.inquiries import Inquiry
from orchestrator.rejected import RejectedEvents
from orchestrator.sources.configured import terms_of
from orchestrator.sources.segment import SegmentSource
from orchestrator.worker import Worker
from tests.fakes.asked_shop import ENVIRONMENT, AskedShop
from tests.fakes.calls import moment
from tests.fakes.heard import environment
from tests.fakes.stores import OpenStore
from tests.fakes.workspace import MEMORY, MOST_TURNS, Workspace, open_workspace


@dataclass(slots=True)
class AskingWorkspace:
    """A workspace, and the shop it asks."""

    workspace: Workspace
    shop: AskedShop
    asked: AskedSources
    inquiries: list[Inquiry] = field(default_factory=list)

    def enquirer(self) -> Enquirer:
        """Make what asks, on the store as it is open now."""
        workspace = self.workspace
        readers = {name: SegmentSource("LV", name=name) for name in workspace.project.sources}
        rejected = RejectedEvents(workspace.folder)
        return Enquirer(workspace.store, rejected, self.asked.asker, readers, self.asked.endpoints)

    def worker(self) -> Worker:
        """Make a worker: it belongs to the event loop it is used in."""
        workspace = self.workspace
        return Worker(workspace.engine, workspace.dispatcher(), workspace.store, self.enquirer())

    def equip(self) -> None:
        """Tell the engine which sources there are."""
        engine = self.workspace.engine
        engine.inquiries = self.asked.inquiries
        engine.shared.terms = terms_of(self.workspace.project.sources)

    def restart(self) -> None:
        """Be a new process on the same database: nothing in memory is left, and no answer will be heard."""
        self.workspace.restart()
        self.equip()

    def hear(self, at: str, *names: str) -> None:
        """Let these sources call, without any news."""
        self.workspace.store.append([], moment(at), heard=names)

    def turn(self, inputs: Sequence[Input] = ()) -> list[Output]:
        """Give one turn of the engine; nothing is asked and nothing performed."""
        return self.workspace.engine.run_turn(inputs)[0]

    def follow(self, outputs: Sequence[Output]) -> list[Input]:
        """Ask what must be asked and perform what may leave, as a worker does."""
        inquiries = [output for output in outputs if isinstance(output, Inquiry)]
        handovers = [output for output in outputs if isinstance(output, Handover)]
        self.inquiries.extend(inquiries)
        self.workspace.handovers.extend(handovers)
        answers: list[Input] = list(asyncio.run(self.enquirer().ask(inquiries))) if inquiries else []
        return [*answers, *self.workspace.perform(handovers)]

    def settle(self, at: str | datetime = "", inputs: Sequence[Input] = ()) -> None:
        """Run turns, asking and performing what they lead to, until nothing is left to do at this moment."""
        workspace = self.workspace
        if at:
            workspace.clock.now = moment(at) if isinstance(at, str) else at
        for _ in range(MOST_TURNS):
            outputs, customers = workspace.engine.run_turn(inputs)
            if not outputs and not customers:
                return
            inputs = self.follow(outputs)
        raise AssertionError(f"still busy at {workspace.clock.now} after {MOST_TURNS} turns")

    def live_until(self, at: str) -> None:
        """Let time pass, waking whenever something is due."""
        end = moment(at)
        self.settle()
        while (due := self.workspace.next_due()) is not None and due <= end:
            self.settle(max(due, self.workspace.clock.now))
        self.settle(end)


def open_asking(folder: Path, text: str, open_store: OpenStore, *, now: str = "09:00") -> AskingWorkspace:
    """Open a workspace with these sources, guards and journeys; its sources count as configured from now."""
    workspace = open_workspace(folder, text, open_store, now=now)
    shop = AskedShop()
    asked = build_asked(workspace.project.sources, workspace.program, environment(**ENVIRONMENT), shop)
    asking = AskingWorkspace(workspace, shop, asked)
    asking.equip()
    adapters = {name: source.adapter.name for name, source in workspace.project.sources.items()}
    workspace.store.listen_to(adapters, workspace.clock.now)
    return asking


@contextmanager
def clock_of(asking: AskingWorkspace) -> Iterator[None]:
    """Let those who read the wall clock read the workspace's."""
    with pytest.MonkeyPatch.context() as patch:
        for module in ("enquirer", "worker"):
            patch.setattr(f"orchestrator.{module}.wall_now", lambda: asking.workspace.clock.now)
        yield


@contextmanager
def short_lived_asking(text: str, open_store: OpenStore, **options: Any) -> Iterator[AskingWorkspace]:
    """Open such a workspace under its own clock; nothing of it stays."""
    with TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None) as folder:
        asking = open_asking(Path(folder), text, open_store, **options)
        try:
            with clock_of(asking):
                yield asking
        finally:
            asking.workspace.store.close()
