"""Does every live enrollment wait for exactly one thing: a time, an event with its deadline, or a delivery?"""

from datetime import datetime, timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from actions.base import Rejected, RetryLater, Unknown
from journeys.compile import Journey
from journeys.decide import decide, enter, leave
from journeys.decision import Decision, Due, Fate, Settled, Snapshot
from journeys.keys import enrollment_key
from journeys.scope import Scope
from journeys.vocabulary import Event, Facts, Profile
from orchestrator.program import build_program
from tests.fakes.calls import identify, moment, track
from tests.fakes.stores import OpenStore
from tests.fakes.workspace import Workspace, check, short_lived_workspace

STEPS = (
    "wait: 2h",
    'wait: {until: "10:00"}',
    "wait_for: {event: Email Clicked, at_most: 1d}",
    "wait_for: {event: Order Completed, at_most: 3h}, otherwise: last",
    'send: email, text: "Hello!"',
    'send: email, text: "Hello!", purpose: transactional, if_suppressed: last',
    'send: email, text: "Hello!", at: "10:00", purpose: transactional',
    "audience: {add: readers, for: 1d}",
    "branch: [{if: profile.orders.count > 0, go: last}]",
    'set: {mood: "curious"}',
)
EVENTS = ("Signed Up", "Email Clicked", "Order Completed", "Page Viewed", "Left")


@st.composite
def journeys_of(draw: st.DrawFn) -> str:
    """Write a journey of random steps, its own way of letting people in again, and perhaps a loop."""
    steps = draw(st.lists(st.sampled_from(STEPS), min_size=1, max_size=5))
    loop = draw(st.booleans())
    lines = [f"{{id: step_{place}, {step}}}" for place, step in enumerate(steps)]
    if loop:
        lines = ["{id: rest, wait: 5h}", *lines, "{id: back, go: rest}"]
    active = draw(st.sampled_from(("ignore", "restart")))
    body = "\n".join(f"      - {line}" for line in [*lines, "{id: last, exit: finished}"])
    return (
        "attributes: {mood: text}\njourneys:\n  random:\n    entry: {event: Signed Up}\n"
        f"    if_active: {active}\n    exit: [{{event: Left}}]\n    steps:\n{body}\n"
    )


happenings = st.lists(st.tuples(st.integers(0, 300), st.sampled_from(EVENTS)), max_size=12)
answers = st.lists(
    st.sampled_from((None, Rejected("email.refused"), RetryLater("email.busy"), Unknown("email.lost"))), max_size=6
)
calm = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@calm
@given(text=journeys_of(), story=happenings, answers=answers)
def test_after_every_turn_a_live_enrollment_waits_for_exactly_one_thing(
    open_store: OpenStore, text: str, story: list[tuple[int, str]], answers: list[object]
) -> None:
    with short_lived_workspace(text, open_store) as workspace:
        workspace.email.answers.extend(answer for answer in answers if answer is not None)  # type: ignore[misc]  # outcomes
        workspace.ingest(identify("ann", "09:00"), track("Signed Up", "09:00", message_id="first"))
        for place, (minutes, event) in enumerate(sorted(story)):
            workspace.clock.now = moment("09:00") + timedelta(minutes=10 * minutes)
            workspace.ingest(track(event, workspace.clock.now, message_id=str(place), order_id=f"o{place}"))
            handovers = workspace.turn()
            _assert_parked(workspace)
            workspace.turn(workspace.perform(handovers))
            _assert_parked(workspace)


def _assert_parked(workspace: Workspace) -> None:
    for step, due_at, delivery_id in workspace.rows(
        "SELECT step, due_at, delivery_id FROM enrollments WHERE ended_at IS NULL"
    ):
        assert (due_at is None) != (delivery_id is None), step
    orphans = workspace.rows(
        "SELECT n.id FROM enrollments n LEFT JOIN deliveries d ON d.id = n.delivery_id AND d.state < 4 "
        "WHERE n.ended_at IS NULL AND n.delivery_id IS NOT NULL AND d.id IS NULL"
    )
    assert orphans == []
    assert workspace.status().set_aside == {}


# The same law on the pure decision, one input at a time.


inputs = st.lists(st.sampled_from(("due", "sent", "failed", "suppressed", "stray", *EVENTS)), max_size=25)


@settings(max_examples=80, deadline=None)
@given(journeys_of(), inputs, st.booleans())
def test_every_decision_parks_at_one_thing_or_ends(text: str, given_inputs: list[str], leaves: bool) -> None:
    journey = build_program(check(text).journeys.values()).journeys["random"]
    now = moment("09:00")
    snapshot = Snapshot(enrollment_key(1, 0), "random", journey.version, now, journey.first, {})
    snapshot = _checked(enter(journey, snapshot, _scope(now)))
    for given_input in given_inputs:
        if not snapshot.is_live:
            return
        now += timedelta(hours=1)
        snapshot = _checked(_decided(journey, snapshot, given_input, _scope(now)))
    if leaves and snapshot.is_live:
        assert not _checked(leave(journey, snapshot, _scope(now), "restarted")).is_live


def _scope(now: datetime) -> Scope:
    return Scope(facts=Facts(Profile(1, moment("08:00"))), now=now)


def _decided(journey: Journey, snapshot: Snapshot, given_input: str, scope: Scope) -> Decision:
    if given_input == "due":
        if snapshot.due_at is None:
            return Decision(snapshot)
        return decide(journey, snapshot, Due(), scope)
    if given_input in ("sent", "failed", "suppressed"):
        return decide(journey, snapshot, Settled(snapshot.delivery_id or 0, Fate(given_input)), scope)
    if given_input == "stray":
        return decide(journey, snapshot, Settled(2, Fate.SENT), scope)
    return decide(journey, snapshot, Event("m1", "track", given_input, scope.now), scope)


def _checked(decision: Decision) -> Snapshot:
    snapshot = decision.snapshot
    waits = (snapshot.due_at is not None) + (snapshot.delivery_id is not None)
    assert waits == (1 if snapshot.is_live else 0)
    assert snapshot.is_live or snapshot.reason
    return snapshot
