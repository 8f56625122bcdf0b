"""Which journeys are measured? The example's, as they stand."""

from pathlib import Path

from journeys.catalog import Catalog
from orchestrator.program import Program
from orchestrator.project import check_project, load_project

ROOT = Path(__file__).resolve().parent.parent


def example(catalog: Catalog | None = None) -> Program:
    """Give the example's five journeys under its guards."""
    return load_project(ROOT).program(catalog or Catalog())


def program_of(text: str) -> Program:
    """Give the journeys of a text; a problem in it is an error."""
    project = check_project(text, {}, ROOT)
    if project.errors:
        raise ValueError("\n".join(map(str, project.errors)))
    return project.program(Catalog())
