"""Is what happens to a customer the same however often and whenever the engine looks?

Over journeys of every kind of entry, step and wait, with customers who move from zone to zone and messages of every
fate: nobody is ever stuck, nothing that is due is left, and a history in pieces, in one, or live in time is the same.
"""

from collections import Counter, deque
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from journeys.decision import Fate
from journeys.vocabulary import Event, Facts, Profile
from orchestrator.advance import advance, next_due
from orchestrator.customer import Customer, Memory, Outgoing
from orchestrator.program import Program
from orchestrator.sending import judge_next, settle
from tests.property.journey_strategies import ENTRY, EVENTS, program_of, suites
from tests.property.test_liveness import check_all_can_move

T0 = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
MOST_TURNS = 3_000
pauses = st.integers(0, 100).map(lambda hours: timedelta(hours=hours))
END = T0 + timedelta(days=24)
ZONES = ("Europe/Riga", "America/Los_Angeles", "Australia/Lord_Howe", "Pacific/Kiritimati", "")
SAID: dict[str, dict[str, Any]] = {
    "moves": {"timezone": "America/Los_Angeles"},
    "moves back": {"timezone": "Europe/Riga"},
    "renews": {"renewal": "2026-03-12"},
    "renews late": {"renewal": "2026-02-12"},
    "cheers up": {"mood": "merry"},
    "calls journey_1": {"journey": "journey_1", "form": "guide"},
    "asks": {"form": "guide", "due": "2026-03-10"},
}
NAMES = {"asks": ENTRY, "calls journey_1": "Journey Called"}
DONE = (*EVENTS, "asks", "asks", "buys", "buys", "gets it", "complains", "Left", "Unsubscribed", *SAID)
lives = st.lists(st.tuples(pauses, st.sampled_from(DONE)), max_size=14)
wakings = st.lists(st.integers(1, 24 * 24), max_size=12).map(sorted)


def traveller(zone: str) -> Customer:
    traits = {"birthday": "1990-03-09", "renewal": "2026-03-06"}
    said: dict[str, Any] = {
        "email": "ann@example.com",
        "consent": {"marketing": True},
        "traits": traits,
        "timezone": zone,
    }
    return Customer(Facts(Profile(1, T0, **said)), Memory(T0))


def life_of(story: list[tuple[timedelta, str]]) -> deque[Event]:
    """Tell a story as events: no two happen at the same millisecond."""
    at, events = T0, deque[Event]()
    for place, (pause, done) in enumerate(story):
        at += pause + timedelta(milliseconds=1)
        order = {"order_id": f"o{place // 3}", "shipment_id": f"o{place // 3}", "ticket_id": f"t{place}"}
        names = {"buys": "Order Completed", "gets it": "Order Delivered", "complains": "Ticket Opened", **NAMES}
        name = names.get(done, "Identified" if done in SAID else done)
        said = {
            **order,
            "products": [{"product_id": "beans"}],
            "form": "guide",
            "channel": "email",
            **SAID.get(done, {}),
        }
        events.append(Event(f"m{place}", "track", name, at, said, seq=place + 1))
    return events


@dataclass(frozen=True, slots=True)
class Fates:
    """Gives every delivery the fate that was drawn for its key: the same one whenever it is asked."""

    drawn: tuple[Fate, ...]

    def of(self, entry: Outgoing) -> Fate:
        return self.drawn[entry.delivery.id % len(self.drawn)]


some_fates = st.lists(st.sampled_from(Fate), min_size=1, max_size=5).map(lambda drawn: Fates(tuple(drawn)))


def hand_over(customer: Customer, until: datetime, program: Program, fates: Fates, *, is_live: bool) -> bool:
    """Judge what is due first and give it its fate; False when nothing is due."""
    due = customer.next_delivery(program.running)
    if due is None or due.due_at > until:
        return False
    now = until if is_live else max(due.due_at, customer.memory.clock)
    entry = judge_next(customer, now, program, is_live=is_live)
    if entry is not None:
        settle(customer, entry, fates.of(entry), "", customer.memory.clock, program)
    check_all_can_move(customer, program)
    return True


def live_through(customer: Customer, events: deque[Event], until: datetime, program: Program, fates: Fates) -> None:
    """Live as in a history: every delivery is judged when it is due."""
    for _ in range(MOST_TURNS):
        advance(customer, events, until, program, by_delivery=True)
        check_all_can_move(customer, program)
        if not hand_over(customer, until, program, fates, is_live=False):
            return
    raise AssertionError(f"still busy after {MOST_TURNS} turns")


def wake(customer: Customer, told: deque[Event], now: datetime, program: Program, fates: Fates) -> None:
    """Give the customer their turns at this moment, as a live engine does, until nothing is due."""
    for _ in range(MOST_TURNS):
        advance(customer, told, now, program)
        check_all_can_move(customer, program)
        assert not told
        assert [each for each in customer.enrollments.values() if each.due_at and each.due_at <= now] == []
        if not hand_over(customer, now, program, fates, is_live=True):
            break
    due = next_due(customer, program)
    assert due is None or due > now


def live_in_time(customer: Customer, events: deque[Event], until: datetime, program: Program, fates: Fates) -> None:
    """Live with an engine that wakes at the very moment of everything that happens or comes due."""
    wake(customer, deque(), T0, program, fates)
    for _ in range(MOST_TURNS):
        due = next_due(customer, program)
        now = min((at for at in (due, events[0].at if events else None) if at is not None), default=None)
        if now is None or now > until:
            return
        wake(customer, take(events, now), now, program, fates)
    raise AssertionError(f"still busy after {MOST_TURNS} turns")


def take(events: deque[Event], now: datetime) -> deque[Event]:
    """Take what happened by now."""
    told = deque[Event]()
    while events and events[0].at <= now:
        told.append(events.popleft())
    return told


def left_behind(customer: Customer) -> tuple[object, ...]:
    """Give all that a life leaves: enrollments, deliveries with their fates, and the story."""
    changes = customer.take_changes()
    outgoing = {entry.delivery.id: entry for entry in changes.planned} | changes.touched
    fates = [(key, each.delivery, each.state, each.reason, each.due_at) for key, each in sorted(outgoing.items())]
    return changes.moved, fates, changes.trace, customer.facts.profile


@given(suites(), lives, wakings, some_fates, st.sampled_from(ZONES))
@settings(max_examples=150, deadline=None)
def test_however_the_engine_wakes_nobody_is_stuck_and_nothing_due_is_left(
    documents: tuple[dict[str, Any], ...],
    story: list[tuple[timedelta, str]],
    hours: list[int],
    fates: Fates,
    zone: str,
) -> None:
    program, customer, events = program_of(*documents), traveller(zone), life_of(story)
    for hour in (0, *hours, 24 * 24):
        now = T0 + timedelta(hours=hour)
        wake(customer, take(events, now), now, program, fates)


@given(suites(), lives, some_fates, st.sampled_from(ZONES))
@settings(max_examples=100, deadline=None)
def test_everybody_leaves_a_journey_once(
    documents: tuple[dict[str, Any], ...], story: list[tuple[timedelta, str]], fates: Fates, zone: str
) -> None:
    program, customer = program_of(*documents), traveller(zone)
    live_through(customer, life_of(story), END, program, fates)
    changes = customer.take_changes()
    left = Counter(line.enrollment_id for line in changes.trace if line.what == "exited")
    assert left == Counter(key for key, snapshot in changes.moved.items() if not snapshot.is_live)


@given(suites(), lives, some_fates, st.sampled_from(ZONES))
@settings(max_examples=100, deadline=None)
def test_nobody_is_inside_a_journey_twice_unless_it_runs_in_parallel(
    documents: tuple[dict[str, Any], ...], story: list[tuple[timedelta, str]], fates: Fates, zone: str
) -> None:
    program, customer = program_of(*documents), traveller(zone)
    live_through(customer, life_of(story), END, program, fates)
    once = [each.journey for each in customer.enrollments.values() if not _is_parallel(program, each.journey)]
    assert len(once) == len(set(once))


def _is_parallel(program: Program, journey: str) -> bool:
    return program.journeys[journey].spec.if_active == "parallel"


@given(suites(), lives, wakings, some_fates, st.sampled_from(ZONES))
@settings(max_examples=100, deadline=None)
def test_a_history_that_is_lived_in_pieces_is_the_same_as_in_one(
    documents: tuple[dict[str, Any], ...],
    story: list[tuple[timedelta, str]],
    hours: list[int],
    fates: Fates,
    zone: str,
) -> None:
    program, whole, pieces, events = program_of(*documents), traveller(zone), traveller(zone), life_of(story)
    live_through(whole, life_of(story), END, program, fates)
    for hour in (*hours, 24 * 24):
        live_through(pieces, events, T0 + timedelta(hours=hour), program, fates)
    assert left_behind(pieces) == left_behind(whole)


@given(suites(), lives, some_fates, st.sampled_from(ZONES))
@settings(max_examples=100, deadline=None)
def test_an_engine_that_is_always_in_time_does_what_a_history_does(
    documents: tuple[dict[str, Any], ...], story: list[tuple[timedelta, str]], fates: Fates, zone: str
) -> None:
    program, history, live = program_of(*documents), traveller(zone), traveller(zone)
    live_through(history, life_of(story), END, program, fates)
    live_in_time(live, life_of(story), END, program, fates)
    assert left_behind(live) == left_behind(history)
