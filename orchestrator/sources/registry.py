"""Which sources are there? Built-ins and plugins come in through the entry-point group `tactful.sources`."""

from importlib.metadata import entry_points

from journeys.errors import OrchestratorError
from journeys.spelling import did_you_mean
from orchestrator.sources.base import Source

GROUP = "tactful.sources"
DEFAULT = "segment"


class UnknownSource(OrchestratorError):
    """No source has this name, or the one that has it cannot be used."""


def load_source(name: str) -> type[Source]:
    """Give a source's class. Raises UnknownSource, with a suggestion, where there is none or it cannot be imported."""
    declared = {point.name: point for point in entry_points(group=GROUP)}
    if name not in declared:
        known = ", ".join(sorted(declared)) or "none; install tactful with pip"
        raise UnknownSource(f'there is no source "{name}"{did_you_mean(name, declared)}; installed: {known}')
    try:
        loaded: type[Source] = declared[name].load()
    except Exception as error:  # whatever a plugin raises while it is imported
        raise UnknownSource(
            f'source "{name}" ({declared[name].value}) cannot be imported: {type(error).__name__}: {error}; '
            "repair or uninstall the package that brings it"
        ) from error
    return loaded
