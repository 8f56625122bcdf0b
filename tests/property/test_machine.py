"""Is the table that `decide` walks the machine itself?"""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from transitions import MachineError

from journeys.compile import Journey, build_machine
from journeys.decide import decide, enter
from journeys.decision import Decision, Due, Fate, Given, Settled, Snapshot
from journeys.moves import EXIT
from journeys.scope import Scope
from journeys.vocabulary import Event, Facts, Profile
from tests.property.journey_strategies import EVENTS, journey_documents, journey_of

T0 = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
MOST_INPUTS = 20


class Model:
    """What the machine moves: it holds nothing but its state."""

    state: str


@dataclass(frozen=True, slots=True)
class Recorder:
    """A table that remembers which of its cells were read, in order: the triggers a walk took."""

    table: Any
    read: list[tuple[str, str]] = field(default_factory=list)

    def __getitem__(self, state: str) -> "Row":
        return Row(self, state)


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a recorded table."""

    recorder: Recorder
    state: str

    def __getitem__(self, trigger: str) -> str:
        self.recorder.read.append((self.state, trigger))
        target: str = self.recorder.table[self.state][trigger]
        return target


def machine_model(journey: Journey, state: str) -> Model:
    """Put a model into a fresh machine of this journey, at this state."""
    model = Model()
    build_machine(journey.spec).add_model(model, initial=state)
    return model


def scope_at(now: datetime) -> Scope:
    return Scope(facts=Facts(Profile(1, T0, email="ann@example.com")), now=now)


@given(journey_documents(), st.data())
@settings(max_examples=60, deadline=None)
def test_every_walk_over_the_table_is_a_walk_of_the_machine(document: dict[str, Any], data: st.DataObject) -> None:
    journey = journey_of(document)
    model = machine_model(journey, journey.first)
    for _ in range(MOST_INPUTS):
        ways = journey.moves[model.state]
        if not ways:
            break
        trigger = data.draw(st.sampled_from(sorted(ways)))
        expected = ways[trigger]
        getattr(model, trigger)()
        assert model.state == expected


@given(journey_documents())
@settings(max_examples=30, deadline=None)
def test_a_way_that_is_not_in_the_table_is_refused_by_the_machine(document: dict[str, Any]) -> None:
    journey = journey_of(document)
    triggers = {trigger for ways in journey.moves.values() for trigger in ways}
    for state, ways in journey.moves.items():
        for trigger in sorted(triggers - ways.keys()):
            with pytest.raises(MachineError):
                getattr(machine_model(journey, state), trigger)()


@given(journey_documents(), st.data())
@settings(max_examples=60, deadline=None)
def test_what_decide_does_is_what_the_machines_triggers_do(document: dict[str, Any], data: st.DataObject) -> None:
    recorder = Recorder(journey_of(document).moves)
    journey = replace(journey_of(document), moves=recorder)  # type: ignore[arg-type]  # reads like a mapping
    model = machine_model(journey, journey.first)
    now = T0
    begun = Snapshot(1 << 32, journey.name, journey.version, now, journey.first, {"form": "guide"})
    decision = enter(journey, begun, scope_at(now))
    for _ in range(MOST_INPUTS):
        assert follow(model, recorder) == state_of(decision)
        snapshot = decision.snapshot
        if not snapshot.is_live:
            break
        now = snapshot.due_at or now + timedelta(hours=1)
        decision = decide(journey, snapshot, data.draw(inputs_for(snapshot)), scope_at(now))


def follow(model: Model, recorder: Recorder) -> str:
    """Call the triggers a decision took and give the state they lead to."""
    for state, trigger in recorder.read:
        assert model.state == state
        getattr(model, trigger)()
    recorder.read.clear()
    return model.state


def state_of(decision: Decision) -> str:
    """Say at which state of the machine a decision ended."""
    return EXIT if decision.snapshot.reason == "completed" else decision.snapshot.step


def inputs_for(snapshot: Snapshot) -> st.SearchStrategy[Given]:
    """Give what can happen to an enrollment: events always, a timer or a fate when it waits for one."""
    about = {"delivery": str(snapshot.id | 2), "step": "s0", "form": "guide"}
    events: st.SearchStrategy[Given] = st.builds(
        lambda name: Event("m", "track", name, T0, about), st.sampled_from(EVENTS)
    )
    if snapshot.delivery_id is None:
        return st.one_of(st.just(Due()), events)
    fates = st.builds(Settled, st.sampled_from([snapshot.delivery_id, 99]), st.sampled_from(Fate))
    return st.one_of(fates, events)
