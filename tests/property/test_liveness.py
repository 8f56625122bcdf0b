"""Does every live enrollment always have something that will move it: a due time or a delivery in flight?

Whatever the journeys say, however the engine wakes, and whatever becomes of the messages. And is what happens the same
however often and whenever it is looked at?
"""

from collections import deque
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from journeys.decision import Fate
from journeys.vocabulary import Event, Facts, Profile
from orchestrator.absorb import absorb
from orchestrator.advance import advance, next_due
from orchestrator.customer import WAITING, Customer, Memory, Outgoing
from orchestrator.program import Program
from orchestrator.sending import judge_next, settle
from tests.property.journey_strategies import ENTRY, EVENTS, journey_documents, program_of

T0 = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)

pauses = st.integers(0, 100).map(lambda hours: timedelta(hours=hours))
happenings = st.lists(st.tuples(pauses, st.sampled_from([ENTRY, *EVENTS, "Unsubscribed", "Identified"])), max_size=8)
fates = st.sampled_from([*Fate, None])


def person(profile_id: int) -> Customer:
    profile = Profile(profile_id, T0, email=f"person{profile_id}@example.com", consent={"marketing": True})
    return Customer(Facts(profile), Memory(T0))


def event(place: int, name: str, at: datetime) -> Event:
    return Event(f"m{place}", "track", name, at, {"form": "guide", "channel": "email"}, seq=place + 1)


def check_all_can_move(customer: Customer, program: Program) -> None:
    """Every live enrollment waits for exactly one thing, that thing exists, and the customer wakes for it."""
    for snapshot in customer.enrollments.values():
        assert snapshot.is_live
        assert (snapshot.due_at is None) != (snapshot.delivery_id is None)
        if snapshot.delivery_id is not None:
            assert customer.outbox[snapshot.delivery_id].state in (*WAITING, "attempting")
    due = next_due(customer, program)
    # The timer that is remembered is the one that would be found.
    customer.is_retimed = True
    assert due == next_due(customer, program)
    if any(entry.state == "attempting" for entry in customer.outbox.values()):
        # The outcome of a call under way brings the customer back, and then what is due.
        assert due is None
        return
    times = [snapshot.due_at for snapshot in customer.enrollments.values() if snapshot.due_at is not None]
    times += [entry.due_at for entry in customer.outbox.values() if entry.is_waiting]
    assert not times or (due is not None and due <= min(times))


def live(customer: Customer, events: deque[Event], until: datetime, program: Program, data: st.DataObject) -> None:
    """Let everything happen up to a moment, with fates that come at once or, when none is drawn, at the end."""
    held: list[Outgoing] = []
    while True:
        advance(customer, events, until, program, by_delivery=True)
        check_all_can_move(customer, program)
        due = customer.next_delivery()
        if due is None or due.due_at > until:
            break
        entry = judge_next(customer, max(due.due_at, customer.memory.clock), program)
        check_all_can_move(customer, program)
        if entry is not None:
            fate = data.draw(fates)
            if fate is None:
                held.append(entry)
            else:
                settle(customer, entry, fate, "", customer.memory.clock, program)
                check_all_can_move(customer, program)
    for entry in held:
        settle(customer, entry, Fate.SENT, "", customer.memory.clock, program)
        check_all_can_move(customer, program)


def timeline(story: list[tuple[timedelta, str]]) -> deque[Event]:
    at, events = T0, deque[Event]()
    for place, (pause, name) in enumerate(story):
        at += pause
        events.append(event(place, name, at))
    return events


@given(journey_documents(), journey_documents(), happenings, st.data())
@settings(max_examples=120, deadline=None)
def test_no_live_enrollment_waits_for_nothing(
    one: dict[str, Any], two: dict[str, Any], story: list[tuple[timedelta, str]], data: st.DataObject
) -> None:
    program, customer = program_of(one, two), person(1)
    live(customer, timeline(story), T0 + timedelta(days=20), program, data)


@given(journey_documents(), happenings, happenings, st.data())
@settings(max_examples=80, deadline=None)
def test_after_a_merge_no_live_enrollment_waits_for_nothing(
    document: dict[str, Any],
    mine: list[tuple[timedelta, str]],
    theirs: list[tuple[timedelta, str]],
    data: st.DataObject,
) -> None:
    program, survivor, absorbed = program_of(document), person(1), person(2)
    for customer, story in ((survivor, mine), (absorbed, theirs)):
        live(customer, timeline(story), T0 + timedelta(days=3), program, data)
    absorb(survivor, absorbed, T0 + timedelta(days=3), program)
    check_all_can_move(survivor, program)
    live(survivor, deque(), T0 + timedelta(days=20), program, data)


@given(journey_documents(), st.data())
@settings(max_examples=80, deadline=None)
def test_every_delivery_of_a_customer_has_a_key_of_its_own(document: dict[str, Any], data: st.DataObject) -> None:
    program, customer = program_of(document), person(1)
    story = [(timedelta(hours=30), ENTRY)] * 5
    live(customer, timeline(story), T0 + timedelta(days=20), program, data)
    keys = [entry.delivery.id for entry in customer.take_changes().planned]
    assert len(keys) == len(set(keys))
