"""Does no change of a journey lose or double anybody, whatever is changed and whenever?"""

from collections.abc import Mapping
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from orchestrator.in_force import Refused
from orchestrator.plan import NO_CHOICES, Choices
from tests.fakes.calls import identify, track
from tests.fakes.deployed import put_in_force
from tests.fakes.stores import sqlite_store
from tests.fakes.workspace import Workspace, short_lived_workspace

PEOPLE = ("ann", "bob")
TIMES = ("03-02 10:00", "03-02 12:00", "03-03 09:00", "03-05 09:00", "03-09 09:00", "03-20 09:00")
WAITS = ("{wait: 4h}", "{wait: 3d}", "{wait: 9d}", '{wait: {until: "Tue 10:00"}}')
FOR_EVENTS = ("{wait_for: {event: Order Completed, at_most: 2d}}", "{wait_for: {event: Cart Viewed, at_most: 8d}}")
MESSAGES = (
    '{send: email, text: "Hello!", purpose: transactional}',
    '{send: email, text: "Later!", at: "12:00", purpose: transactional}',
    '{send: crm, text: "Note!", purpose: transactional}',
)
OTHERS = ("{set: {city: Riga}}", "{audience: {add: readers, for: 3d}}", "{crm: {note: Seen.}}")
IDS = ("a", "b", "c", "d")
Steps = Mapping[str, str]

steps = st.lists(st.sampled_from(IDS), min_size=1, max_size=4, unique=True).flatmap(
    lambda ids: st.fixed_dictionaries({step: st.sampled_from(WAITS + FOR_EVENTS + MESSAGES + OTHERS) for step in ids})
)


def written(said: Steps, moved: Mapping[str, str]) -> str:
    lines = [f"      - {{id: {step}, {what[1:]}\n" for step, what in said.items()]
    pairs = ", ".join(f"{step}: {target}" for step, target in moved.items())
    head = f"    entry: {{event: Signed Up}}\n    moved: {{{pairs}}}\n    steps:\n"
    return f"journeys:\n  series:\n{head}{''.join(lines)}      - {{id: z, exit: finished}}\n"


@st.composite
def changes(draw: st.DrawFn) -> tuple[str, str, Choices]:
    """Write another version: some step ids are gone, and `moved:` speaks of some of them."""
    said = draw(steps)
    targets = st.sampled_from([*said, "exit"])
    moved = {step: draw(targets) for step in IDS if step not in said and draw(st.booleans())}
    keeps = draw(st.sampled_from([NO_CHOICES, NO_CHOICES, Choices(keep=frozenset({"series"}))]))
    return draw(st.sampled_from(TIMES)), written(said, moved), keeps


def standing(workspace: Workspace) -> list[tuple[Any, ...]]:
    return workspace.rows(
        "SELECT n.step, n.version, n.due_at, n.delivery_id, n.ended_at, n.reason, "
        "(SELECT COUNT(*) FROM deliveries d WHERE d.id = n.delivery_id AND d.state < 4) FROM enrollments n"
    )


def check_everybody(workspace: Workspace) -> None:
    """Make sure that everybody stands at one step that exists, with one thing to wait for, or has left for a reason."""
    rows = standing(workspace)
    assert len(rows) == len(PEOPLE)
    for step, version, due_at, delivery_id, ended_at, reason, in_outbox in rows:
        if ended_at is not None:
            assert reason in ("finished", "completed", "step_removed")
            continue
        journey = workspace.program.journey_at("series", version)
        assert journey is not None
        assert step in journey.steps
        assert (due_at is None) != (delivery_id is None)
        assert in_outbox == (delivery_id is not None)
    awaited = {row[3] for row in rows if row[3] is not None}
    open_letters = workspace.rows("SELECT id FROM deliveries WHERE state < 4 AND channel = 'email'")
    assert {key for (key,) in open_letters} <= awaited


@settings(max_examples=60, deadline=None)
@given(first=steps, later=st.lists(changes(), min_size=1, max_size=3))
def test_nobody_is_lost_or_doubled_by_any_changes(first: Steps, later: list[tuple[str, str, Choices]]) -> None:
    with short_lived_workspace(written(first, {}), sqlite_store) as workspace:
        put_in_force(workspace, written(first, {}))
        workspace.ingest(*(identify(who, "08:00") for who in PEOPLE))
        workspace.ingest(*(track("Signed Up", "08:30", who) for who in PEOPLE))
        workspace.settle("09:00")
        for at, text, choices in sorted(later, key=lambda change: change[0]):
            workspace.live_until(f"2026-{at}")
            _try(workspace, text, choices)
            workspace.settle()
            check_everybody(workspace)
        workspace.live_until("2026-05-01 09:00")
        check_everybody(workspace)
        keys = [row["key"] for row in workspace.deliveries()]
        assert len(keys) == len(set(keys))
        assert workspace.provider.doubled == []
        assert workspace.status().set_aside == {}
        assert all(row[4] is not None for row in standing(workspace))


def _try(workspace: Workspace, text: str, choices: Choices) -> None:
    """Change the journey; a change that would lose somebody is refused and changes nothing."""
    inside = [row for row in standing(workspace) if row[4] is None]
    try:
        put_in_force(workspace, text, choices if inside else NO_CHOICES)
    except Refused:
        assert inside
