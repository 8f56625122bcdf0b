"""Can this workspace be used, and for what?"""

from pathlib import Path

from journeys.errors import OrchestratorError
from journeys.spec import JourneysFile
from orchestrator.project import FILE, Project, load_project


class UnusableFile(OrchestratorError):
    """The journeys file as a whole cannot be used."""


def usable_project(folder: Path, file: str = FILE) -> tuple[Project, JourneysFile]:
    """Load a workspace whose file as a whole is right; journeys with an error are quarantined.

    Raises UnusableFile with every problem of the whole file.
    """
    return usable(load_project(folder, file))


def usable(project: Project) -> tuple[Project, JourneysFile]:
    """Give a workspace back whose file as a whole is right, with what it says; raises UnusableFile."""
    if project.spec is None or not project.is_runnable:
        problems = "\n".join(f"  {problem}" for problem in project.errors if not problem.journey)
        raise UnusableFile(f"{project.folder / project.file} cannot be used; correct it first:\n{problems}")
    return project, project.spec


def understood(folder: Path, file: str = FILE) -> JourneysFile:
    """Give what the file says about the shop, even where some of the rest is wrong; raises UnusableFile."""
    project = load_project(folder, file)
    if project.spec is None:
        problems = "\n".join(f"  {problem}" for problem in project.errors)
        raise UnusableFile(f"{folder / file} cannot be used; correct it first:\n{problems}")
    return project.spec


def split(path: Path | None, folder: Path) -> tuple[Path, str]:
    """Give the workspace and the file's name in it: of the file that was named, else of the workspace's own."""
    return (folder, FILE) if path is None else (path.parent, path.name)
