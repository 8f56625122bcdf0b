"""What if customers buy while the dispatcher works through a backlog?

The promise, in the words of `orchestrator.store.base`: once `Store.append` has returned for an event about a
customer, no call begins for that customer which was not judged with the event. It stands on three things that every
database has to give. A turn sees all events whose append returned before it was opened. `Turn.last_seq` names a place
in the log up to which nothing is added any more, so that what is appended meanwhile lies beyond it. And
`Store.has_news`, the last look with which every call begins, sees all events whose append has returned by then.
SQLite gives the first two by its one write lock; a lock on the customer's row, taken by the claim and by the append,
gives the same.
"""

import asyncio
import random
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from functools import cache
from itertools import count
from threading import Event, Thread

import pytest

from actions.base import Assignment, Outcome, Sent
from orchestrator.store import views
from orchestrator.store.base import Store
from orchestrator.worker import Worker
from tests.fakes.calls import GRINDER, identify, moment, read, track
from tests.fakes.stores import STORES
from tests.fakes.workspace import Workspace, short_lived_workspace

CUSTOMERS = 10_000
TILLS = 4
NOON = moment("12:00")
OFFER = """
guards:
  already_bought: {within: 30d}
journeys:
  offer:
    entry: {event: Offer Wanted}
    steps:
      - {id: letter, send: email, text: "Grinders.", items: entry.products, at: "12:00"}
"""
BOUGHT = ("suppressed", "already_bought.no_items_left")
SENT = ("sent", "")

every_database = pytest.mark.parametrize("database", sorted(STORES))


@dataclass(slots=True)
class Log:
    """What happened, in the order it did, told by the provider and by the tills: all look at one counter."""

    looked: dict[str, int] = field(default_factory=dict)
    called: dict[str, int] = field(default_factory=dict)
    bought: dict[str, int] = field(default_factory=dict)
    calls: Counter[str] = field(default_factory=Counter)
    _places: Iterator[int] = field(default_factory=count)

    def look(self, user: str) -> None:
        """The last look at this customer begins, and with it the call that follows."""
        self.looked[user] = next(self._places)

    def call(self, user: str) -> None:
        """The provider is called about this customer."""
        self.called.setdefault(user, self.looked[user])
        self.calls[user] += 1

    def buy(self, store: Store, user: str) -> None:
        """Let this customer buy; it counts from when the append of the order has returned."""
        order = track("Order Completed", "11:59", user, order_id=f"o-{user}", products=GRINDER)
        store.append([read(order, NOON)], NOON)
        self.bought[user] = next(self._places)

    @property
    def bought_in_time(self) -> list[str]:
        """Name those who bought before their call, or were never called."""
        return [user for user, place in self.bought.items() if place < self.called.get(user, place + 1)]


@dataclass(frozen=True, slots=True)
class LastLook:
    """Asks the store for news, and notes down before it does."""

    store: Store
    log: Log
    users: dict[int, str]

    def has_news(self, profile_id: int, seen: int) -> bool:
        """Say whether anything came in about this customer."""
        self.log.look(self.users[profile_id])
        return self.store.has_news(profile_id, seen)


@dataclass(frozen=True, slots=True)
class Past:
    """A backlog that was worked through: what happened, what became of each message, how many calls were not made."""

    log: Log
    fates: dict[str, tuple[str, str]]
    called_off: int


def backlog(workspace: Workspace, customers: int) -> None:
    """Make messages due for everybody at noon."""
    users = [f"u{number}" for number in range(customers)]
    workspace.ingest(*(identify(user, "08:00") for user in users))
    workspace.ingest(*(track("Offer Wanted", "09:00", user, products=GRINDER) for user in users))
    workspace.settle("09:00")
    workspace.clock.now = NOON


def work(
    workspace: Workspace, log: Log, perform: Callable[[Assignment], Outcome | Awaitable[Outcome]], room: int = 100
) -> None:
    """Let a worker with this provider work until nothing is left to do."""
    workspace.email.perform = perform  # type: ignore[method-assign,assignment]  # the provider of this test
    users = dict(workspace.rows("SELECT id, json_extract(body, '$.user_id') FROM profiles"))
    dispatcher = workspace.dispatcher(news=LastLook(workspace.store, log, users), most_at_once=room)
    asyncio.run(Worker(workspace.engine, dispatcher, workspace.store).run(until_idle=True))


def past_of(workspace: Workspace, log: Log) -> Past:
    """Read what became of the messages."""
    fates = {row["profile"]: (row["state"], row["reason"]) for row in workspace.deliveries()}
    called_off = workspace.rows("SELECT COUNT(*) FROM attempts WHERE outcome = 'retry_later attempt.overtaken'")
    return Past(log, fates, called_off[0][0])


# Tills of their own, as webhooks would be: nobody tells the worker.


@cache
def busy_noon(database: str) -> Past:
    """Work through the backlog while people buy."""
    with short_lived_workspace(OFFER, STORES[database], now="08:00") as workspace:
        backlog(workspace, CUSTOMERS)
        log, is_over = Log(), Event()
        tills = [Thread(target=sell, args=(workspace, log, is_over, number)) for number in range(TILLS)]
        for till in tills:
            till.start()

        async def perform(assignment: Assignment) -> Outcome:
            log.call(assignment.profile.user_id)
            await asyncio.sleep(0.04)
            return Sent(assignment.key)

        try:
            work(workspace, log, perform)
        finally:
            is_over.set()
            for till in tills:
                till.join()
        return past_of(workspace, log)


def sell(workspace: Workspace, log: Log, is_over: Event, number: int) -> None:
    """Let customers buy over a connection of one's own, mostly those whose turn it nearly is."""
    chance, store = random.Random(number), workspace.open_store(workspace.folder)
    while not is_over.wait(0.001):
        ahead = chance.choice([200, 2_000, CUSTOMERS, CUSTOMERS])
        # Each till has its own customers, so that nobody buys twice.
        place = (len(log.called) + chance.randrange(ahead)) // TILLS * TILLS + number
        if place < CUSTOMERS and f"u{place}" not in log.bought:
            log.buy(store, f"u{place}")
    store.close()


@every_database
def test_no_promotion_is_handed_over_once_its_goods_are_bought(database: str) -> None:
    log = busy_noon(database).log
    late = {user: (place, log.called[user]) for user, place in log.bought.items() if place < log.called.get(user, -1)}
    assert late == {}


@every_database
def test_every_promotion_whose_goods_were_bought_in_time_is_suppressed_for_it(database: str) -> None:
    past = busy_noon(database)
    assert {past.fates[user] for user in past.log.bought_in_time} == {BOUGHT}


@every_database
def test_everybody_else_gets_the_promotion_once(database: str) -> None:
    past = busy_noon(database)
    others = {user for user, fate in past.fates.items() if fate != BOUGHT}
    assert len(past.fates) == CUSTOMERS
    assert {past.fates[user] for user in others} == {SENT}
    assert past.log.calls == Counter(others)


@every_database
def test_hundreds_bought_in_time_some_of_them_between_the_judgement_and_the_call(database: str) -> None:
    past = busy_noon(database)
    assert len(past.log.bought_in_time) >= 300
    assert past.called_off >= 50


# The closest it can come: each call is the moment at which the next customer buys.


def bought_during_the_call_before(database: str, *, is_async: bool) -> Past:
    with short_lived_workspace(OFFER, STORES[database], now="08:00") as workspace:
        backlog(workspace, 100)
        log, store = Log(), workspace.open_store(workspace.folder)

        def perform(assignment: Assignment) -> Outcome:
            user = assignment.profile.user_id
            log.call(user)
            log.buy(store, f"u{int(user[1:]) + 1}")
            return Sent(assignment.key)

        async def perform_slowly(assignment: Assignment) -> Outcome:
            await asyncio.sleep(0)
            return perform(assignment)

        work(workspace, log, perform_slowly if is_async else perform, room=1)
        store.close()
        return past_of(workspace, log)


@every_database
@pytest.mark.parametrize("is_async", [False, True])
def test_who_buys_during_the_call_before_is_called_off(database: str, is_async: bool) -> None:
    past = bought_during_the_call_before(database, is_async=is_async)
    fates = [past.fates[f"u{number}"] for number in range(100)]
    assert fates == [SENT, BOUGHT] * 50
    assert past.called_off == 50


@every_database
def test_what_was_called_off_is_in_the_ledger_with_the_order(database: str) -> None:
    with short_lived_workspace(OFFER, STORES[database], now="08:00") as workspace:
        backlog(workspace, 1)
        (handover,) = workspace.turn()
        Log().buy(workspace.store, "u0")
        dispatcher = workspace.dispatcher(news=workspace.store)
        workspace.turn([asyncio.run(dispatcher.hand_over(handover))])
        with workspace.store.reading() as connection:
            claims = [line["verdict"] for line in views.ledger(connection) if line["kind"] == "claim"]
    assert (claims, workspace.provider.asked) == (["allow", "suppress"], [])
