"""What does a whole workspace do, in one process and with the clock in the test's hand?

The engine, dispatcher and store are the real ones; only the clock and the provider are fakes.
"""

import asyncio
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from actions.base import Action
from actions.render import Renderer, Shop
from journeys.spec import JourneysFile
from journeys.vocabulary import Delivery, Event, Outside
from orchestrator.dispatcher import Dispatcher, Post
from orchestrator.engine import Engine
from orchestrator.handover import Handover, Input, Moments, Report
from orchestrator.inquiries import Answered, Inquiry
from orchestrator.links import Links
from orchestrator.openings import OPENED_BY_TIME
from orchestrator.program import Program
from orchestrator.project import Project, check_project
from orchestrator.rulebooks import editions
from orchestrator.store import views
from orchestrator.store.base import Store
from orchestrator.store.codes import from_ms
from tests.fakes.calls import moment, read
from tests.fakes.provider import Provider, RecordingAction
from tests.fakes.stores import OpenStore

SHOP = """
version: 1
shop: {name: Nordic Roast, timezone: UTC, country: LV, currency: EUR, url: "https://shop.example"}
channels:
  email: {action: email.file}
  ads: {action: audience.file}
  crm: {action: crm.file}
"""
KEYS = ("key-for-tests",)
# Durability of a disk is the operating system's business; tests that open many databases keep them in memory.
MEMORY = Path("/dev/shm")
MOST_TURNS = 500


@dataclass(slots=True)
class Clock:
    """A live clock that stands still until it is told to move."""

    now: datetime
    follows_events: bool = False

    def claim_until(self) -> datetime:
        """Claim what is due now."""
        return self.now

    def leases_from(self) -> datetime:
        """Count leases from now."""
        return self.now


@dataclass(slots=True)
class Workspace:
    """Everything that a process would hold, and the provider that outlives it.

    `endpoint` is what the shop's own endpoint says of a delivery; None when it does not answer, as here by default.
    """

    folder: Path
    open_store: OpenStore
    project: Project
    program: Program
    clock: Clock
    store: Store
    engine: Engine
    provider: Provider
    actions: dict[str, RecordingAction]
    handovers: list[Handover] = field(default_factory=list)
    endpoint: Callable[[Delivery], Mapping[str, Any] | None] = lambda _: None

    @property
    def spec(self) -> JourneysFile:
        """The checked file."""
        assert self.project.spec is not None
        return self.project.spec

    @property
    def email(self) -> RecordingAction:
        """The action behind the channel email."""
        return self.actions["email"]

    # What tests do.

    def ingest(self, *lines: bytes) -> tuple[int, int]:
        """Take in lines as one batch; say how many were new and how many were repeats.

        They are received now, or at the end of the history that is run through.
        """
        moments = self.engine.moments
        received_at = moments.claim_until() if moments.follows_events else self.clock.now
        appended = self.store.append([read(line, received_at) for line in lines], received_at)
        return appended.accepted, appended.duplicate

    def turn(self, reports: Sequence[Report] = ()) -> list[Handover]:
        """Give one turn of the engine; what may leave is not performed."""
        return [output for output in self.engine.run_turn(reports)[0] if isinstance(output, Handover)]

    def perform(self, handovers: Sequence[Handover]) -> list[Report]:
        """Perform these deliveries; a channel's `gate` must be open."""
        return asyncio.run(self.dispatcher().hand_over_all(handovers))

    def settle(self, at: str | datetime = "") -> None:
        """Run turns, performing what they hand over, until nothing is left to do at this moment."""
        if at:
            self.clock.now = moment(at) if isinstance(at, str) else at
        inputs: list[Input] = []
        for _ in range(MOST_TURNS):
            outputs, customers = self.engine.run_turn(inputs)
            if not outputs and not customers:
                return
            handovers = [output for output in outputs if isinstance(output, Handover)]
            self.handovers.extend(handovers)
            inputs = [self._answer(output) for output in outputs if isinstance(output, Inquiry)]
            inputs += self.perform(handovers) if handovers else []
        raise AssertionError(f"still busy at {self.clock.now} after {MOST_TURNS} turns")

    def _answer(self, inquiry: Inquiry) -> Answered:
        """Ask the endpoint; no source answers here."""
        delivery = inquiry.delivery
        outside = Outside(self.clock.now, self.endpoint(delivery)) if inquiry.asks_endpoint else None
        untold = frozenset(name for name, _ in inquiry.wanted)
        return Answered(delivery.id, delivery.profile_id, untold=untold, outside=outside)

    def live_until(self, at: str | datetime) -> None:
        """Let time pass, waking whenever something is due."""
        end = moment(at) if isinstance(at, str) else at
        self.settle()
        while (due := self.next_due()) is not None and due <= end:
            self.settle(max(due, self.clock.now))
        self.settle(end)

    def restart(self) -> None:
        """Be a new process on the same database: nothing in memory is left."""
        self.store.close()
        self.store = self.open_store(self.folder)
        self.engine = Engine(self.store, self.program, self.engine.moments, worker=self.engine.worker + 1)

    def another(self) -> "Workspace":
        """Give a second process on the same database, with the same clock and the same provider."""
        store = self.open_store(self.folder)
        engine = Engine(store, self.program, self.engine.moments, worker=self.engine.worker + 100)
        return Workspace(
            self.folder,
            self.open_store,
            self.project,
            self.program,
            self.clock,
            store,
            engine,
            self.provider,
            self.actions,
        )

    def run_by(self, program: Program) -> None:
        """Deploy another program and go on with it, as after a restart."""
        self.program = program
        self.deploy()
        self.restart()

    def deploy(self) -> None:
        """Tell the store which journeys run."""
        journeys = {name: journey.version for name, journey in self.program.journeys.items()}
        self.store.deploy(
            journeys,
            [name for name, journey in self.program.journeys.items() if journey.spec.entry.kind in OPENED_BY_TIME],
            editions(self.program.books),
        )

    def recover(self, at: str | datetime) -> list[Report]:
        """Look for lost attempts at this moment, as a worker does when it starts."""
        now = moment(at) if isinstance(at, str) else at
        lost = self.store.take_lost(now, now + timedelta(minutes=5), self.engine.worker)
        return [self.dispatcher().find_lost(entry) for entry in lost]

    def dispatcher(self, **options: Any) -> Dispatcher:
        """Make a dispatcher: it belongs to the event loop it is used in. Only with `news` it takes a last look."""
        return Dispatcher(self._post(), self.program, **options)

    def _post(self) -> Post:
        shop = self.spec.shop
        actions: Mapping[str, Action] = self.actions  # type: ignore[assignment]  # `finds` differs from test to test
        renderer = Renderer(self.project.templates, Shop(shop.name, shop.url, shop.currency, shop.country, ""))
        return Post(shop, actions, renderer, Links(KEYS, shop.url), KEYS)

    # What tests see.

    def next_due(self) -> datetime | None:
        """Say when the next customer has something to do by themselves."""
        due = self.rows("SELECT MIN(due_at) FROM profiles WHERE set_aside IS NULL AND due_at IS NOT NULL")[0][0]
        return None if due is None else from_ms(due)

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """Read plain SQL that every database understands."""
        with self.store.reading() as connection:
            return [tuple(row) for row in connection.exec_driver_sql(query)]

    def deliveries(self) -> list[dict[str, Any]]:
        """Give every delivery in order of its key."""
        with self.store.reading() as connection:
            return list(views.deliveries(connection))

    def fates(self) -> list[tuple[str, str, str]]:
        """Give step, state and reason of every delivery."""
        return [(row["step"], row["state"], row["reason"]) for row in self.deliveries()]

    def sent(self) -> list[tuple[str, str, str]]:
        """Give profile, step and moment (UTC) of everything that was sent, in that order of time."""
        sent = [row for row in self.deliveries() if row["state"] == "sent"]
        sent.sort(key=lambda row: (row["settled"], row["key"]))
        return [(row["profile"], row["step"], f"{row['settled']:%Y-%m-%d %H:%M}") for row in sent]

    def enrollments(self) -> list[tuple[str, str, str]]:
        """Give journey, step and the reason it ended for (empty while live) of every enrollment."""
        rows = self.rows("SELECT journey, step, reason FROM enrollments ORDER BY id")
        return [(journey, step, reason) for journey, step, reason in rows]

    def status(self) -> views.Status:
        """Count everything."""
        with self.store.reading() as connection:
            return views.status(connection, self.clock.now)

    def events_of(self, name: str) -> list[Event]:
        """Give the events of a person, in order of time."""
        with self.store.reading() as connection:
            return views.events(connection, views.find_profiles(connection, name))

    def story(self, name: str) -> list[tuple[str, str]]:
        """Give step and what happened there, line by line, for one person."""
        with self.store.reading() as connection:
            lines = views.trace(connection, views.find_profiles(connection, name))
            return [(line["step"], line["what"]) for line in lines]


@contextmanager
def short_lived_workspace(text: str, open_store: OpenStore, **options: Any) -> Iterator[Workspace]:
    """Open a workspace for one example of many; nothing of it stays."""
    with TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None) as folder:
        workspace = open_workspace(Path(folder), text, open_store, **options)
        try:
            yield workspace
        finally:
            workspace.store.close()


def check(text: str, templates: Mapping[str, str] | None = None, folder: Path = Path(), head: str = SHOP) -> Project:
    """Check journeys (and guards) beside the shop that all tests have, or another; a problem fails the test."""
    project = check_project(f"{head}{text}", templates or {}, folder)
    assert not project.errors, "\n".join(map(str, project.errors))
    return project


def open_workspace(
    folder: Path,
    text: str,
    open_store: OpenStore,
    *,
    now: str = "09:00",
    moments: Moments | None = None,
    finds: bool = True,
    head: str = SHOP,
) -> Workspace:
    """Open a workspace with these journeys; `moments` other than the clock are for runs through history."""
    project = check(text, folder=folder, head=head)
    store = open_store(folder)
    program = project.program(store.catalog())
    clock, provider = Clock(moment(now)), Provider()
    engine = Engine(store, program, moments or clock, worker=1)
    actions = {channel: RecordingAction(provider, finds=finds) for channel in ("email", "ads", "crm")}
    workspace = Workspace(folder, open_store, project, program, clock, store, engine, provider, actions)
    workspace.deploy()
    return workspace
