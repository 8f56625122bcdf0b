"""Which sources are there? Built-ins and plugins come in through the entry-point group `tactful.sources`.

Two kinds lie side by side in it. Shapes of lines (`orchestrator.sources.base`) are for files: `tactful ingest`.
Adapters (`orchestrator.sources.hooks`, `orchestrator.sources.asked`) are for systems that call us or that we ask: they
stand in `journeys.yaml` under `sources`.
"""

from importlib.metadata import EntryPoint, entry_points
from typing import Any, ClassVar, Protocol, cast

from journeys.errors import OrchestratorError
from journeys.spelling import did_you_mean
from journeys.vocabulary import FactKind
from orchestrator.sources.base import Source, WholeFile
from orchestrator.sources.hooks import SourceParams

GROUP = "tactful.sources"
DEFAULT = "segment"
_ADAPTER = ("name", "tells", "Params")


class UnknownSource(OrchestratorError):
    """No source has this name, or the one that has it cannot be used for this."""


class Adapter(Protocol):
    """What hooks and sources that are asked have in common: what may stand under `adapter`."""

    name: ClassVar[str]
    tells: ClassVar[frozenset[FactKind]]
    Params: ClassVar[type[SourceParams]]


def load_source(name: str) -> type[Source]:
    """Give the class that reads a shape of lines.

    Raises UnknownSource, with a suggestion, where there is none, it cannot be imported, or it reads no lines.
    """
    declared = _declared()
    loaded = _load(name, declared)
    if not hasattr(loaded, "read"):
        raise UnknownSource(
            f'source "{name}" ({declared[name].value}): expected one that reads lines, got one that is called or '
            f"asked; name it under sources: in journeys.yaml, or read the file as {DEFAULT}"
        )
    return cast("type[Source]", loaded)


def load_whole_file(name: str) -> type[WholeFile] | None:
    """Give the class that reads a file as a whole; None where this source reads lines, or there is none."""
    declared = _declared()
    loaded = _load(name, declared) if name in declared else None
    return loaded if hasattr(loaded, "tell") else None


def load_adapter(name: str) -> type[Adapter]:
    """Give the class that may stand under `adapter`: one that can be called, asked, or both.

    Raises UnknownSource, with a suggestion, where there is none, it cannot be imported, or it can be neither.
    """
    declared = _declared()
    loaded = _load(name, declared)
    if not is_called(loaded) and not hasattr(loaded, "ask"):
        raise UnknownSource(
            f'source "{name}" ({declared[name].value}): expected an adapter that can be called or asked, got one that '
            f"reads files; take its events in with `tactful ingest --source {name}`"
        )
    missing = [part for part in _ADAPTER if not hasattr(loaded, part)]
    if missing:
        raise UnknownSource(
            f'source "{name}" ({declared[name].value}) lacks {", ".join(missing)} of the contract of adapters; '
            "repair or uninstall the package that brings it"
        )
    return cast("type[Adapter]", loaded)


def source_names() -> tuple[str, ...]:
    """List everything that is installed, files' shapes and adapters alike."""
    return tuple(sorted(_declared()))


def is_called(loaded: Any) -> bool:
    """Say whether a class is a hook: its vendor calls us."""
    return hasattr(loaded, "receive")


def _declared() -> dict[str, EntryPoint]:
    return {point.name: point for point in entry_points(group=GROUP)}


def _load(name: str, declared: dict[str, EntryPoint]) -> Any:
    if name not in declared:
        known = ", ".join(sorted(declared)) or "none; install tactful with pip"
        raise UnknownSource(f'there is no source "{name}"{did_you_mean(name, declared)}; installed: {known}')
    try:
        return declared[name].load()
    except Exception as error:  # whatever a plugin raises while it is imported
        raise UnknownSource(
            f'source "{name}" ({declared[name].value}) cannot be imported: {type(error).__name__}: {error}; '
            "repair or uninstall the package that brings it"
        ) from error
