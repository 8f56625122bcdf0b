"""Which sources does a workspace name, and are they named rightly?"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, cast

from journeys.errors import Fault
from journeys.spec import SourceSpec
from journeys.vocabulary import FactKind
from orchestrator.parameters import check_parameters
from orchestrator.silence import Terms
from orchestrator.sources.hooks import Hook, Secrets, SourceParams
from orchestrator.sources.registry import DEFAULT, Adapter, UnknownSource, is_called, load_adapter


@dataclass(frozen=True, slots=True)
class ConfiguredSource:
    """One entry under `sources`, checked: the adapter's class and its parameters."""

    name: str
    adapter: type[Adapter]
    params: SourceParams

    @property
    def tells(self) -> frozenset[FactKind]:
        """Name the kinds of facts it tells: those its parameters name, where they do, else the adapter's."""
        named: frozenset[FactKind] = getattr(self.params, "tells", self.adapter.tells)
        return named

    @property
    def is_called(self) -> bool:
        """Say whether it speaks by itself: only then does its silence mean something."""
        return is_called(self.adapter)


def check_source(name: str, spec: SourceSpec) -> Iterator[Fault]:
    """Find what is wrong with one entry under `sources`: its name, its adapter, the adapter's parameters."""
    path = ("sources", name)
    if name == DEFAULT:
        message = f'source "{name}": the name is taken by `tactful ingest`; choose another, such as shop or parcels'
        yield Fault(path, "source.name", message)
    try:
        adapter = load_adapter(spec.adapter)
    except UnknownSource as error:
        yield Fault((*path, "adapter"), "source.adapter", f'source "{name}": {error}')
        return
    who = f'source "{name}": {spec.adapter}'
    yield from check_parameters((*path, "adapter"), who, adapter.Params, spec.parameters(), code="source.parameter")


def configured_source(name: str, spec: SourceSpec) -> ConfiguredSource:
    """Give an entry that `check_source` finds nothing wrong with."""
    adapter = load_adapter(spec.adapter)
    return ConfiguredSource(name, adapter, adapter.Params.model_validate(spec.parameters()))


def terms_of(sources: Mapping[str, ConfiguredSource]) -> dict[str, Terms]:
    """Say what each source that calls us tells, and how long it may be silent; the others are asked, not heard."""
    return {
        name: Terms(source.tells, source.params.silent_after) for name, source in sources.items() if source.is_called
    }


def build_hooks(sources: Mapping[str, ConfiguredSource], secrets: Secrets) -> dict[str, Hook]:
    """Build the sources that call us. Raises MissingSecret when the environment does not hold what one needs."""
    built: dict[str, Hook] = {}
    for name, source in sources.items():
        if source.is_called:
            adapter = cast("type[Any]", source.adapter)
            built[name] = adapter(source.params, secrets)
    return built
