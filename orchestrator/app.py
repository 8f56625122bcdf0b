"""How is it all wired? The only place where the parts of a workspace are put together."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from pydantic import BaseModel

from actions.base import Action, Surroundings
from actions.lead_magnet import LINK_KEY, read_link_keys
from actions.render import Renderer, Shop
from journeys.errors import OrchestratorError
from journeys.spec import JourneysFile
from orchestrator.asking_sources import build_asked
from orchestrator.clock import HistoryMoments, LiveMoments, wall_now, worker_id
from orchestrator.dispatcher import Dispatcher, Post
from orchestrator.engine import Engine
from orchestrator.enquirer import Enquirer
from orchestrator.group_commit import GroupCommit
from orchestrator.http.reception import Desk, Reception
from orchestrator.letterbox import Letterbox
from orchestrator.links import Links
from orchestrator.people import MAGNETS, People
from orchestrator.program import Program
from orchestrator.project import Project, load_project
from orchestrator.rejected import RejectedEvents
from orchestrator.rulebooks import editions
from orchestrator.settings import database_url, read_secret
from orchestrator.sources.configured import build_hooks, terms_of
from orchestrator.sources.segment import SegmentSource
from orchestrator.store.base import Store
from orchestrator.store.sqlite import SqliteStore
from orchestrator.worker import Worker


class NotRunnable(OrchestratorError):
    """The journeys file as a whole cannot be used, so nothing can run."""


@dataclass(frozen=True, slots=True)
class App:
    """A workspace that can run."""

    project: Project
    spec: JourneysFile
    store: Store
    program: Program
    worker: Worker


def open_store(folder: Path, database: str | None) -> Store:
    """Open the workspace's database and bring its tables up to date."""
    store = SqliteStore(database_url(folder, database))
    store.migrate()
    return store


def runnable_project(folder: Path) -> tuple[Project, JourneysFile]:
    """Load a workspace. Raises NotRunnable, with every problem, when the file as a whole cannot be used."""
    project = load_project(folder)
    if project.spec is None or not project.is_runnable:
        problems = "\n".join(str(problem) for problem in project.errors if not problem.journey)
        raise NotRunnable(f"nothing can run:\n{problems}")
    return project, project.spec


def build(folder: Path, database: str | None, *, history_until: datetime | None = None) -> App:
    """Put a workspace together. With `history_until` time follows the events, up to that moment.

    Raises NotRunnable, or the error of a channel whose action cannot be built.
    """
    project, spec = runnable_project(folder)
    store = open_store(folder, database)
    program = project.program(store.catalog())
    store.deploy(
        {name: journey.version for name, journey in program.journeys.items()},
        [journey.name for journey in program.scheduled],
        editions(program.books),
    )
    note_sources(project, store)
    moments = LiveMoments() if history_until is None else HistoryMoments(history_until)
    asked = build_asked(project.sources, program, read_secret)
    engine = Engine(store, program, moments, worker=worker_id(), inquiries=asked.inquiries)
    engine.shared.terms = terms_of(project.sources)
    news = store if history_until is None else None
    dispatcher = Dispatcher(_post(project, spec, store, folder), program, news=news)
    readers = {name: SegmentSource(spec.shop.country, name=name) for name in project.sources}
    enquirer = Enquirer(store, RejectedEvents(folder), asked.asker, readers, asked.endpoints)
    return App(project, spec, store, program, Worker(engine, dispatcher, store, enquirer))


def note_sources(project: Project, store: Store) -> None:
    """Tell the store which sources are configured, so that their silence counts from now."""
    store.listen_to({name: source.adapter.name for name, source in project.sources.items()}, wall_now())


def build_reception(
    project: Project, spec: JourneysFile, store: Store, folder: Path, committed: Callable[[], None]
) -> Reception:
    """Put together what takes the calls of vendors; `committed` is called after each commit that brought news.

    Raises MissingSecret for a source whose calls cannot be checked.
    """
    hooks = build_hooks(project.sources, read_secret)
    desks = {name: Desk(hook, SegmentSource(spec.shop.country, name=name)) for name, hook in hooks.items()}
    return Reception(desks, GroupCommit(store, committed), RejectedEvents(folder))


def build_people(spec: JourneysFile, store: Store, folder: Path, commits: GroupCommit) -> People:
    """Put together what the links in messages lead to; what people do with them is committed like vendors' calls."""
    keys = _link_keys(store)
    links = Links(keys, spec.shop.url)
    return People(spec.shop.name, links, keys, folder / MAGNETS, Letterbox(store, commits))


def _link_keys(store: Store) -> tuple[str, ...]:
    """Give the keys that sign links: the environment's, else one that the database keeps."""
    return read_link_keys(read_secret(LINK_KEY)) or (store.secret("links"),)


def _post(project: Project, spec: JourneysFile, store: Store, folder: Path) -> Post:
    shop, voice = spec.shop, spec.shop.voice
    keys = _link_keys(store)
    surroundings = Surroundings(
        folder=str(folder),
        secrets=_SecretsOf({LINK_KEY: ",".join(keys)}),
        shop_name=shop.name,
        shop_url=shop.url,
    )
    return Post(
        shop=shop,
        actions=_actions(project, spec, surroundings),
        renderer=Renderer(project.templates, Shop(shop.name, shop.url, shop.currency, shop.country, voice.sign_off)),
        links=Links(keys, shop.url),
        link_keys=keys,
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
