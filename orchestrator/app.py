"""How is it all wired? The only place where the parts of a workspace are put together."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from pydantic import BaseModel

from actions.base import Action, Surroundings
from actions.lead_magnet import LINK_KEY, read_link_keys
from journeys.spec import JourneysFile
from orchestrator.asking_sources import build_asked
from orchestrator.clock import HistoryMoments, LiveMoments, wall_now, worker_id
from orchestrator.contents import MAGNETS
from orchestrator.dispatcher import Dispatcher, Post
from orchestrator.engine import Engine
from orchestrator.enquirer import Enquirer
from orchestrator.group_commit import GroupCommit
from orchestrator.http.reception import Desk, Reception
from orchestrator.in_force import InForce, as_deployed, in_force, runnable_project
from orchestrator.letterbox import Letterbox
from orchestrator.links import Links
from orchestrator.people import People
from orchestrator.phrasing import renderer_of, utm_of
from orchestrator.program import Program
from orchestrator.project import Project
from orchestrator.rejected import RejectedEvents
from orchestrator.rulebooks import editions
from orchestrator.settings import database_url, is_made, public_url, read_secret
from orchestrator.sources.configured import build_hooks, terms_of
from orchestrator.sources.journey_calls import SOURCE as CALLS
from orchestrator.sources.journey_calls import JourneyCalls
from orchestrator.sources.segment import SegmentSource
from orchestrator.store.base import Store
from orchestrator.store.sqlite import SqliteStore
from orchestrator.worker import Parts, Worker


@dataclass(frozen=True, slots=True)
class App:
    """A workspace that can run; `warnings` say where its files are not what runs."""

    project: Project
    spec: JourneysFile
    store: Store
    program: Program
    worker: Worker
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Place:
    """Where a workspace lives: its folder and its open database; `lives_live` when time is the wall clock's."""

    folder: Path
    store: Store
    lives_live: bool = True


def open_store(folder: Path, database: str | None) -> Store:
    """Open the workspace's database and bring its tables up to date."""
    store = SqliteStore(database_url(folder, database))
    store.migrate()
    return store


def build(folder: Path, database: str | None, *, history_until: datetime | None = None) -> App:
    """Put a workspace together. With `history_until` time follows the events, up to that moment.

    Raises NotRunnable, or the error of a channel whose action cannot be built.
    """
    if not is_made(database_url(folder, database)):
        # A file that cannot be used leaves no database behind.
        runnable_project(folder)
    store = open_store(folder, database)
    place = Place(folder, store, history_until is None)
    running = in_force(store, folder)
    parts = _parts(running, place)
    moments = LiveMoments() if history_until is None else HistoryMoments(history_until)
    engine = Engine(store, parts.program, moments, worker=worker_id())
    worker = Worker(engine, parts.dispatcher, store, renew=lambda: _parts(as_deployed(store, folder), place))
    worker.take_up(parts)
    return App(running.project, running.spec, store, parts.program, worker, running.warnings)


def _parts(running: InForce, place: Place) -> Parts:
    """Put together what depends on the journeys in force, and tell the database about their rules and sources."""
    project, store = running.project, place.store
    program = running.program(store.catalog())
    store.keep_rulebooks(editions(program.books))
    note_sources(project, store)
    asked = build_asked(project.sources, program, read_secret)
    dispatcher = Dispatcher(_post(running, place), program, news=store if place.lives_live else None)
    readers = {name: SegmentSource(running.spec.shop.country, name=name) for name in project.sources}
    return Parts(
        program=program,
        dispatcher=dispatcher,
        enquirer=Enquirer(store, RejectedEvents(place.folder), asked.asker, readers, asked.endpoints),
        inquiries=asked.inquiries,
        terms=terms_of(project.sources),
        deployment=0 if running.deployment is None else running.deployment.id,
    )


def note_sources(project: Project, store: Store) -> None:
    """Tell the store which sources are configured, so that their silence counts from now."""
    store.listen_to({name: source.adapter.name for name, source in project.sources.items()}, wall_now())


def build_reception(project: Project, spec: JourneysFile, folder: Path, commits: GroupCommit) -> Reception:
    """Put together what takes the calls of vendors.

    Raises MissingSecret for a source whose calls cannot be checked.
    """
    hooks = build_hooks(project.sources, read_secret)
    desks = {name: Desk(hook, SegmentSource(spec.shop.country, name=name)) for name, hook in hooks.items()}
    return Reception(desks, commits, RejectedEvents(folder))


def build_calls(project: Project, spec: JourneysFile, folder: Path, commits: GroupCommit) -> Reception:
    """Put together what takes the calls of journeys, which everybody may make who has the token."""
    desk = Desk(JourneyCalls(project.journeys, read_secret), SegmentSource(spec.shop.country, name=CALLS))
    return Reception({CALLS: desk}, commits, RejectedEvents(folder))


def build_people(spec: JourneysFile, store: Store, folder: Path, commits: GroupCommit) -> People:
    """Put together what the links in messages lead to; what people do with them is committed like vendors' calls."""
    keys = _link_keys(store)
    links = Links(keys, public_url() or spec.shop.url, shop_url=spec.shop.url)
    return People(spec.shop.name, links, keys, folder / MAGNETS, Letterbox(store, commits))


def _link_keys(store: Store) -> tuple[str, ...]:
    """Give the keys that sign links: the environment's, else one that the database keeps."""
    return read_link_keys(read_secret(LINK_KEY)) or (store.secret("links"),)


def _post(running: InForce, place: Place) -> Post:
    spec, shop = running.spec, running.spec.shop
    keys = _link_keys(place.store)
    surroundings = Surroundings(
        folder=str(place.folder),
        secrets=_SecretsOf({LINK_KEY: ",".join(keys)}),
        shop_name=shop.name,
        shop_url=shop.url,
    )
    return Post(
        shop=shop,
        actions=_actions(running.project, running.spec, surroundings),
        renderer=renderer_of(running.project.templates, shop),
        links=Links(keys, public_url() or shop.url, shop_url=shop.url),
        link_keys=keys,
        utm=utm_of(spec),
        # Without an address of our own, links lead to the shop directly: nobody else would know what /l/ is.
        tracked=frozenset(name for name, channel in spec.channels.items() if channel.tracking and public_url()),
        former={each: renderer_of(keeper.templates, shop) for each, keeper in running.keepers.items()},
    )


def _actions(project: Project, spec: JourneysFile, surroundings: Surroundings) -> dict[str, Action]:
    """Build each channel's action once."""
    built: dict[str, Action] = {}
    for name, channel in spec.channels.items():
        action = project.actions[channel.action]
        params: BaseModel = action.Params.model_validate(channel.parameters())
        built[name] = action(params, surroundings)
    return built


@dataclass(frozen=True, slots=True)
class _SecretsOf:
    """The environment's secrets, and those of the workspace that it does not name."""

    own: Mapping[str, str]

    def __call__(self, name: str) -> str:
        return read_secret(name) or self.own.get(name, "")
