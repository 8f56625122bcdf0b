"""What runs: the valid journeys of a workspace, indexed by what sets them going."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from journeys.catalog import Catalog
from journeys.compile import Journey
from journeys.vocabulary import Delivery
from operational_guards.base import Guard

GuardsOfStep = Mapping[tuple[str, str], tuple[Guard, ...]]


@dataclass(frozen=True, slots=True)
class Program:
    """The journeys that run and the guards that hold their messages.

    `guards` hold everywhere; `guards_of_step` replaces them at the steps that say how a guard holds there.
    """

    journeys: Mapping[str, Journey]
    guards: tuple[Guard, ...] = ()
    guards_of_step: GuardsOfStep = field(default_factory=dict)
    catalog: Catalog = field(default_factory=Catalog)
    entered_by: Mapping[str, tuple[Journey, ...]] = field(default_factory=dict)
    scheduled: tuple[Journey, ...] = ()

    def guards_for(self, delivery: Delivery) -> tuple[Guard, ...]:
        """Give the guards that hold this delivery."""
        return self.guards_of_step.get((delivery.journey, delivery.step), self.guards)

    def with_only_the_always_on(self) -> "Program":
        """Give the same program with no guard but those that cannot be switched off."""
        return replace(self, guards=tuple(guard for guard in self.guards if guard.always), guards_of_step={})


def build_program(
    journeys: Iterable[Journey],
    guards: tuple[Guard, ...] = (),
    guards_of_step: GuardsOfStep | None = None,
    catalog: Catalog | None = None,
) -> Program:
    """Index journeys by the event that lets people in, and by being scheduled."""
    by_name = {journey.name: journey for journey in journeys}
    entered_by: dict[str, list[Journey]] = defaultdict(list)
    for journey in by_name.values():
        if journey.entry.event:
            entered_by[journey.entry.event].append(journey)
    return Program(
        journeys=by_name,
        guards=guards,
        guards_of_step=guards_of_step or {},
        catalog=catalog or Catalog(),
        entered_by={event: tuple(found) for event, found in entered_by.items()},
        scheduled=tuple(journey for journey in by_name.values() if journey.spec.entry.schedule),
    )
