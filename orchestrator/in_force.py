"""Which journeys run here, and what do people inside earlier versions go by?

As long as nobody has used `tactful apply` or `tactful rollback`, the files of the folder run as they stand and are put
into force when the process starts. When that would leave somebody at a step that is gone, what ran last goes on; where
nothing was ever put into force, nothing runs. From the first `apply` on, what was applied runs and the files are only
looked at to say that they differ.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from journeys.catalog import Catalog
from journeys.compile import Journey
from journeys.errors import OrchestratorError
from journeys.spec import JourneysFile
from orchestrator.bundle import project_of, read_bundle
from orchestrator.clock import wall_now
from orchestrator.deployment import Bundle, Deployment, DeploymentKind, Order, hash_of, versions_of
from orchestrator.plan import Plan, Standing, make_plan, order
from orchestrator.plan_stages import NobodyKnows, Refusal, Undecided
from orchestrator.plan_text import refused
from orchestrator.program import Lineage, Program, Version
from orchestrator.project import Project, load_project
from orchestrator.settings import login_name
from orchestrator.store import deployments
from orchestrator.store.base import Store


class NotRunnable(OrchestratorError):
    """The journeys file as a whole cannot be used, so nothing can run."""


class Overtaken(OrchestratorError):
    """Another deployment came in between, so a plan is no longer true."""


class NoDeployment(OrchestratorError):
    """There is no such deployment."""


class Refused(OrchestratorError):
    """A plan cannot be carried out: somebody would be lost."""


@dataclass(frozen=True, slots=True)
class InForce:
    """What runs: the project, the deployment it comes from, and those earlier ones that somebody finishes on.

    `warnings` say where the files of the folder are not what runs.
    """

    project: Project
    spec: JourneysFile
    deployment: Deployment | None = None
    former: Mapping[Version, Journey] = field(default_factory=dict)
    keepers: Mapping[Version, Project] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()

    @property
    def journeys(self) -> Mapping[str, Journey]:
        """Give the journeys that run, then those that only go on for people inside, in their newest version."""
        kept = {name: keeper.journeys[name] for (name, _), keeper in reversed(list(self.keepers.items()))}
        return {
            **self.project.journeys,
            **{name: each for name, each in kept.items() if name not in self.spec.journeys},
        }

    @property
    def names(self) -> tuple[str, ...]:
        """Name all that the file in force names, those with an error as well, and those that only go on."""
        return tuple(dict.fromkeys((*self.spec.journeys, *self.journeys)))

    def project_for(self, journey: str, version: str) -> Project:
        """Give the project whose words and guards hold for whoever is on this version."""
        return self.keepers.get((journey, version), self.project)

    def program(self, catalog: Catalog) -> Program:
        """Give what runs, with what is known of earlier versions."""
        kept = {version: keeper.program(catalog) for version, keeper in self.keepers.items()}
        program = self.project.program(catalog)
        if self.deployment is None:
            return program
        for (name, version), keeper in kept.items():
            kept[name, version] = keeper.with_journeys(_renamed(keeper.journeys.values(), name, version))
        return program.after(Lineage(self.deployment.at, self.former, kept, frozenset(self.deployment.ended)))


def _renamed(journeys: Iterable[Journey], name: str, version: str) -> list[Journey]:
    """Give a journey the version it went by when it was deployed: a later tactful may name the same text otherwise."""
    return [replace(each, version=version) if each.name == name else each for each in journeys]


class Archive:
    """The deployments of a workspace, each compiled when it is first needed."""

    def __init__(self, store: Store, folder: Path) -> None:
        self._store = store
        self._folder = folder
        self._projects: dict[int, Project] = {}

    def newest(self) -> Deployment | None:
        """Give the deployment in force."""
        with self._store.reading() as connection:
            return deployments.newest(connection)

    def is_by_hand(self) -> bool:
        """Say whether a person ever decided what runs."""
        with self._store.reading() as connection:
            return deployments.is_by_hand(connection)

    def bundle(self, deployment: Deployment) -> Bundle:
        """Give the texts of a deployment."""
        with self._store.reading() as connection:
            return deployments.bundle_of(connection, deployment.id)

    def project(self, deployment: Deployment) -> Project:
        """Check the texts of a deployment."""
        if deployment.id not in self._projects:
            self._projects[deployment.id] = project_of(self.bundle(deployment), self._folder)
        return self._projects[deployment.id]

    def standing(self) -> Standing:
        """Say what is in force and who is inside which version."""
        with self._store.reading() as connection:
            newest, inside = deployments.newest(connection), deployments.inside(connection)
        former = {version: found.journeys[version[0]] for version, found in self.holders(versions_of(inside)).items()}
        if newest is None:
            return Standing(inside=inside, former=former)
        return Standing(newest, self.project(newest), self.bundle(newest), inside, former)

    def holders(self, versions: Iterable[Version]) -> dict[Version, Project]:
        """Find the project that each of these versions was part of; one that no deployment holds is left out."""
        wanted, found = set(versions), dict[Version, Project]()
        if not wanted:
            return found
        with self._store.reading() as connection:
            known = list(deployments.newest_first(connection))
        for deployment in known:
            for name, version in sorted(wanted & deployment.journeys.items() - found.keys()):
                project = self.project(deployment)
                if name in project.journeys:
                    found[name, version] = project
        return found


def in_force(store: Store, folder: Path) -> InForce:
    """Say what runs in this workspace; files that may go into force by themselves do.

    Raises NotRunnable, with every problem, when what should run cannot be used as a whole, and when nothing was ever
    put into force and somebody inside would be lost.
    """
    archive = Archive(store, folder)
    newest = archive.newest()
    if newest is not None and archive.is_by_hand():
        return _as_deployed(archive, newest, differing(newest, folder))
    project, _ = runnable_project(folder)
    plan = make_plan(archive.standing(), project, read_bundle(folder))
    if plan.compared_with != (0 if newest is None else newest.id):
        # Somebody put journeys into force since the look at what was.
        return in_force(store, folder)
    if plan.refusals and newest is not None:
        return _as_deployed(archive, newest, held_back(plan))
    if newest is None and _lost(plan):
        raise NotRunnable(nothing_runs(plan))
    if newest is None or is_news(plan):
        _take_up(store, order(plan, at=wall_now(), by=login_name(), kind="run"), plan)
    return as_deployed(store, folder)


def deployed(store: Store, folder: Path) -> InForce | None:
    """Give what is in force, and say where the files differ; None when nothing was ever put into force."""
    archive = Archive(store, folder)
    newest = archive.newest()
    return None if newest is None else _as_deployed(archive, newest, differing(newest, folder))


def as_deployed(store: Store, folder: Path) -> InForce:
    """Give what is in force by the database alone. Raises NotRunnable when there is nothing, or it cannot be used."""
    archive = Archive(store, folder)
    newest = archive.newest()
    if newest is None:
        raise NotRunnable("nothing can run: no journeys are in force yet; `tactful run` or `tactful apply` does that")
    return _as_deployed(archive, newest, ())


def _as_deployed(archive: Archive, newest: Deployment, warnings: tuple[str, ...]) -> InForce:
    project = archive.project(newest)
    spec = usable(project)
    inside = archive.standing().inside
    current = set(newest.journeys.items())
    others = archive.holders(versions_of(inside) - current)
    keepers = {each: found for each, found in others.items() if each[1] in newest.kept.get(each[0], ())}
    former = {each: found.journeys[each[0]] for each, found in others.items() if each not in keepers}
    journeys = {name: _named(journey, newest) for name, journey in project.journeys.items()}
    return InForce(replace(project, journeys=journeys), spec, newest, former, keepers, warnings)


def _named(journey: Journey, deployment: Deployment) -> Journey:
    """Give a journey the version it was deployed under."""
    version = deployment.journeys.get(journey.name, journey.version)
    return journey if version == journey.version else replace(journey, version=version)


def runnable_project(folder: Path) -> tuple[Project, JourneysFile]:
    """Load a workspace. Raises NotRunnable, with every problem, when the file as a whole cannot be used."""
    project = load_project(folder)
    return project, usable(project)


def usable(project: Project) -> JourneysFile:
    """Give what a project says. Raises NotRunnable when it cannot be used as a whole."""
    if project.spec is None or not project.is_runnable:
        problems = "\n".join(str(problem) for problem in project.errors if not problem.journey)
        raise NotRunnable(f"nothing can run:\n{problems}")
    return project.spec


# What is said about the files.


def is_news(plan: Plan) -> bool:
    """Say whether carrying a plan out would put other texts into force."""
    deployment = plan.standing.deployment
    return deployment is None or deployment.hash != hash_of(plan.bundle)


def differing(newest: Deployment, folder: Path) -> tuple[str, ...]:
    """Say that the files are not what is in force, if they are not."""
    files = read_bundle(folder)
    if not files or hash_of(files) == newest.hash:
        return ()
    return (
        f"the files of {folder} differ from what runs: deployment {newest.id}, {newest.kind} by {newest.by}; "
        "`tactful plan` shows what they would change",
    )


def held_back(plan: Plan) -> tuple[str, ...]:
    """Say why the files did not go into force."""
    lost = "\n".join(f"  {refused(refusal)}" for refusal in plan.refusals)
    return (
        "the files are NOT in force, because somebody would be lost; "
        f"deployment {plan.compared_with} goes on:\n{lost}\n"
        "  `tactful plan` shows everything they would change",
    )


def nothing_runs(plan: Plan) -> str:
    """Say why nothing runs in a database that an earlier tactful left, which kept no journeys."""
    lost = "\n".join(f"  {refused(refusal)}" for refusal in _lost(plan))
    return (
        "nothing runs, because these files would lose people who are inside journeys of an earlier version:\n"
        f"{lost}\n"
        "  `tactful plan` shows everything; `tactful apply` takes --end. Or run once with the files as they were, "
        "and change them after that"
    )


def _lost(plan: Plan) -> list[Refusal]:
    return [refusal for refusal in plan.refusals if isinstance(refusal, NobodyKnows | Undecided)]


def warnings_of(store: Store, folder: Path) -> tuple[str, ...]:
    """Say how the files of a folder differ from what is in force, or why nothing can be yet."""
    archive = Archive(store, folder)
    newest = archive.newest()
    if newest is not None and (archive.is_by_hand() or hash_of(read_bundle(folder)) == newest.hash):
        return differing(newest, folder)
    project = load_project(folder)
    if not project.is_runnable:
        return ()
    plan = make_plan(archive.standing(), project, read_bundle(folder))
    if newest is None:
        return (nothing_runs(plan),) if _lost(plan) else ()
    return held_back(plan) if plan.refusals else ()


# Putting into force.


def earlier(store: Store, number: int | None) -> Deployment:
    """Give the deployment of this id, or the one before that in force. Raises NoDeployment when there is none."""
    with store.reading() as connection:
        if number is not None:
            found = deployments.of_id(connection, number)
        else:
            newest = deployments.newest(connection)
            others = (each for each in deployments.newest_first(connection) if newest and each.hash != newest.hash)
            found = next(others, None)
    if found is None:
        wanted = "an earlier deployment" if number is None else f"deployment {number}"
        raise NoDeployment(f"expected {wanted}, got none; `tactful deployments` lists what there is")
    return found


def check_expected(plan: Plan, expected: int | None) -> None:
    """Make sure that a plan was compared with what somebody looked at. Raises Overtaken when it was not."""
    if expected is not None and expected != plan.compared_with:
        raise Overtaken(_overtaken(expected, plan.compared_with))


def _overtaken(expected: int, current: int) -> str:
    return (
        f"expected deployment {expected} to be in force, got {current}: somebody else put journeys into force in "
        "between; look at `tactful plan` again"
    )


def put_into_force(store: Store, plan: Plan, *, at: datetime, by: str, kind: DeploymentKind, note: str = "") -> int:
    """Carry a plan out in one transaction, against those who are inside at that moment; give the new id.

    Raises Overtaken when another deployment came in between, and Refused when somebody would be lost.
    """
    with store.deploying() as deploying:
        current = deploying.deployment()
        if current != plan.compared_with:
            raise Overtaken(_overtaken(plan.compared_with, current))
        standing = replace(plan.standing, inside=deploying.inside())
        now_plan = make_plan(standing, plan.project, plan.bundle, plan.choices)
        if now_plan.refusals:
            refusals = "\n".join(f"  {refused(refusal)}" for refusal in now_plan.refusals)
            raise Refused(f"nothing was applied:\n{refusals}")
        return deploying.add(order(now_plan, at=at, by=by, kind=kind, note=note))


def _take_up(store: Store, wanted: Order, plan: Plan) -> None:
    """Put files into force by themselves, unless another process did so in between: then its journeys run."""
    with store.deploying() as deploying:
        if deploying.deployment() == plan.compared_with:
            deploying.add(wanted)
