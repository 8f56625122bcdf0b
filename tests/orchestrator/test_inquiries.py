"""Are facts that are too old asked for right before a send, and does the shop's own endpoint have the last word?

Through the real worker: asking takes place between two turns, while everything else goes on.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any, TypeAlias

import pytest

from journeys.vocabulary import Delivery, FactKind, Facts, Item
from operational_guards.rule import Rule
from orchestrator.handover import Handover
from orchestrator.inquiries import PATIENCE, Inquiry
from orchestrator.program import Program
from orchestrator.rulebooks import rulebook
from orchestrator.sources.asked import Question
from orchestrator.sources.calls import Call
from orchestrator.sources.calls import track as tell
from orchestrator.store import views
from orchestrator.worker import Worker
from tests.fakes.asked_shop import FACTS_URL, sources
from tests.fakes.asking import AskingWorkspace, short_lived_asking
from tests.fakes.calls import GRINDER, identify, moment, track
from tests.fakes.stores import OpenStore

OpenAsking: TypeAlias = Callable[..., AskingWorkspace]
BOUGHT = "guards:\n  already_bought: {within: 30d}\n"
ENDPOINT = 'guards:\n  http: {url: "https://shop.example/may-send", timeout: 0.05s}\n'
JOURNEYS = """
journeys:
  offer:
    entry: {event: Offer Wanted}
    steps:
      - {id: letter, send: email, text: "Grinders.", items: entry.products}
      - {id: pause, wait: 30s}
      - {id: second, send: email, text: "Grinders again.", items: entry.products}
      - {id: rest, wait: 1h}
      - {id: third, send: email, text: "And again.", items: entry.products}
  owed:
    entry: {event: Receipt Wanted}
    steps:
      - {id: receipt, send: email, text: "Bought.", items: entry.products, purpose: transactional}
"""
TWO_GOODS = [{"product_id": "grinder", "price": 80}, {"product_id": "kettle", "price": 40}]


@pytest.fixture
def asking(open_store: OpenStore) -> Iterator[OpenAsking]:
    """Give a way to open a workspace with these guards, at nine."""
    with ExitStack() as stack:

        def open_it(guards: str = BOUGHT, *users: str) -> AskingWorkspace:
            text = sources("orders") + guards + JOURNEYS
            asking = stack.enter_context(short_lived_asking(text, open_store))
            asking.workspace.ingest(*(identify(user, "09:00") for user in users or ("ann",)))
            asking.settle("09:00")
            return asking

        yield open_it


def wants(asking: AskingWorkspace, *users: str, at: str = "09:00", products: Any = GRINDER) -> None:
    """Let these customers want the letter."""
    asking.workspace.clock.now = moment(at)
    asking.workspace.ingest(*(track("Offer Wanted", at, user, products=products) for user in users or ("ann",)))


def order_of(user: str, number: str = "o1", **properties: Any) -> Call:
    """Write what the order system says of an order."""
    order = tell("Order Completed", f"erp/{number}", moment("08:00"), {"order_id": number, "products": GRINDER})
    return {**order, "userId": user}


def work(asking: AskingWorkspace, at: str | datetime = "") -> None:
    """Let a worker do all there is to do at this moment."""
    if at:
        asking.workspace.clock.now = moment(at) if isinstance(at, str) else at
    asyncio.run(asking.worker().run(until_idle=True))


def claims(asking: AskingWorkspace) -> list[tuple[str, str]]:
    """Give verdict and reason of everything that was judged for good."""
    with asking.workspace.store.reading() as connection:
        lines = [line for line in views.ledger(connection) if line["kind"] == "claim"]
    return [(line["verdict"], line["reason"]) for line in lines]


# Facts that are too old.


def test_who_was_never_asked_about_is_asked_about_before_the_send(asking: OpenAsking) -> None:
    shop = asking()
    wants(shop)
    work(shop)
    assert shop.shop.questions == [("orders", "ann")]
    assert shop.workspace.fates() == [("letter", "sent", "")]


def test_within_max_age_nobody_is_asked_again(asking: OpenAsking) -> None:
    shop = asking()
    wants(shop)
    work(shop)
    work(shop, "09:01")
    assert [step for _, step, _ in shop.workspace.sent()] == ["letter", "second"]
    assert shop.shop.questions == [("orders", "ann")]


def test_after_max_age_the_source_is_asked_anew(asking: OpenAsking) -> None:
    shop = asking()
    wants(shop)
    for at in ("09:00", "09:01", "11:00"):
        work(shop, at)
    assert [step for _, step, _ in shop.workspace.sent()] == ["letter", "second", "third"]
    assert shop.shop.questions == [("orders", "ann")] * 2


def test_that_somebody_was_asked_about_is_known_after_a_restart(asking: OpenAsking) -> None:
    shop = asking()
    wants(shop)
    work(shop)
    shop.restart()
    work(shop, "09:01")
    assert shop.shop.questions == [("orders", "ann")]


def test_the_answer_is_in_the_log_under_the_name_of_its_source(asking: OpenAsking) -> None:
    shop = asking()
    shop.shop.known["ann"] = [order_of("ann")]
    wants(shop)
    work(shop)
    order = next(event for event in shop.workspace.events_of("ann") if event.name == "Order Completed")
    assert (order.source, order.properties["order_id"]) == ("erp", "o1")


def test_the_answer_is_what_the_judgement_stands_on(asking: OpenAsking) -> None:
    shop = asking()
    shop.shop.known["ann"] = [order_of("ann")]
    wants(shop)
    work(shop)
    assert shop.workspace.fates() == [("letter", "suppressed", "already_bought.no_items_left")]
    with shop.workspace.store.reading() as connection:
        (line,) = [line for line in views.ledger(connection) if line["kind"] == "claim"]
    cited = [answer["evidence"] for answer in line["answers"] if answer["guard"] == "already_bought"]
    assert [(each["id"], each["source"]) for each in cited[0]] == [("o1", "erp")]


def test_an_answer_that_repeats_what_is_known_is_one_event(asking: OpenAsking) -> None:
    shop = asking()
    shop.shop.known["ann"] = [order_of("ann")]
    for at in ("09:00", "10:00"):
        wants(shop, at=at)
        work(shop)
    assert shop.shop.questions == [("orders", "ann")] * 2
    assert [event.name for event in shop.workspace.events_of("ann")].count("Order Completed") == 1


def test_what_cannot_be_read_of_an_answer_is_kept_aside_and_the_rest_counts(asking: OpenAsking) -> None:
    shop = asking()
    shop.shop.known["ann"] = [{"type": "track", "userId": "ann"}, order_of("ann")]
    wants(shop)
    work(shop)
    assert shop.workspace.fates() == [("letter", "suppressed", "already_bought.no_items_left")]
    (kept,) = [path for path in shop.workspace.folder.rglob("*") if path.is_file() and "erp" in path.name]
    assert len(kept.read_text().splitlines()) == 1


def test_what_is_owed_is_not_asked_about_and_goes(asking: OpenAsking) -> None:
    shop = asking()
    shop.workspace.ingest(track("Receipt Wanted", "09:00", products=GRINDER))
    work(shop)
    assert shop.workspace.fates() == [("receipt", "sent", "")]
    assert shop.shop.asked == []


def test_nothing_is_asked_while_nothing_is_due(asking: OpenAsking) -> None:
    shop = asking()
    wants(shop)
    work(shop)
    shop.shop.asked.clear()
    work(shop, "09:01")
    for at in ("09:10", "09:30", "10:00"):
        shop.workspace.clock.now = moment(at)
        shop.workspace.ingest(track("Page Viewed", at))
        work(shop)
    assert shop.shop.asked == []


# Many customers at once.


def test_the_customers_of_a_turn_are_asked_about_in_one_call(asking: OpenAsking) -> None:
    users = [f"u{number}" for number in range(40)]
    shop = asking(BOUGHT, *users)
    wants(shop, *users)
    work(shop)
    assert len(shop.shop.asked) == 1
    assert sorted(shop.shop.questions) == sorted(("orders", user) for user in users)


def test_equal_questions_of_two_customers_are_asked_once(open_store: OpenStore) -> None:
    text = sources("products") + "guards:\n  out_of_stock: {}\n" + JOURNEYS
    with short_lived_asking(text, open_store) as shop:
        shop.workspace.ingest(*(identify(user, "09:00") for user in ("ann", "bob")))
        wants(shop, "ann", "bob")
        work(shop)
        assert shop.shop.questions == [("products", "grinder")]
        assert [user for user, _, _ in shop.workspace.sent()] == ["ann", "bob"]


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not condition():
            await asyncio.sleep(0.001)


def living(shop: AskingWorkspace, life: Callable[[Worker, asyncio.Event], Awaitable[None]]) -> None:
    """Let a worker run while this happens; the shop does not answer before the gate is opened."""

    async def live() -> None:
        gate = shop.shop.gate = asyncio.Event()
        worker = shop.worker()
        running = asyncio.ensure_future(worker.run(until_idle=False))
        try:
            await life(worker, gate)
        finally:
            gate.set()
            worker.stopping.set()
            await running

    asyncio.run(live())


def test_an_inquiry_about_five_hundred_starves_nobody(asking: OpenAsking) -> None:
    users = [f"u{number}" for number in range(500)]
    shop = asking(BOUGHT, "ann", *users)
    wants(shop, *users)
    sent_meanwhile: list[tuple[str, str, str]] = []

    async def life(worker: Worker, gate: asyncio.Event) -> None:
        await until(lambda: bool(shop.shop.asked))
        shop.workspace.ingest(track("Receipt Wanted", "09:00", "ann", products=GRINDER))
        worker.woken.set()
        await until(lambda: bool(shop.workspace.sent()))
        sent_meanwhile.extend(shop.workspace.sent())

    living(shop, life)
    assert sent_meanwhile == [("ann", "receipt", "2026-03-02 09:00")]


def has_had_another(worker: Worker, turns: int) -> bool:
    return worker.done.turns > turns


def test_an_inquiry_under_way_is_not_made_again(asking: OpenAsking) -> None:
    shop = asking()
    wants(shop)

    async def life(worker: Worker, gate: asyncio.Event) -> None:
        await until(lambda: bool(shop.shop.asked))
        for _ in range(20):
            turns = worker.done.turns
            shop.workspace.ingest(track("Page Viewed", "09:00", message_id=f"page {turns}"))
            worker.woken.set()
            await until(partial(has_had_another, worker, turns))

    living(shop, life)
    assert shop.shop.questions == [("orders", "ann")]


def test_what_comes_in_while_an_inquiry_is_under_way_counts(asking: OpenAsking) -> None:
    shop = asking()
    order = track("Order Completed", "09:00", order_id="o1", products=GRINDER)
    shop.shop.meanwhile = partial(shop.workspace.ingest, order)
    wants(shop)
    work(shop)
    assert shop.workspace.fates() == [("letter", "suppressed", "already_bought.no_items_left")]


# The process dies while an inquiry is under way.


def test_a_delivery_whose_inquiry_was_lost_waits_until_nobody_can_answer_any_more(asking: OpenAsking) -> None:
    shop = asking()
    wants(shop)
    (inquiry,) = shop.turn()
    assert isinstance(inquiry, Inquiry)
    shop.restart()
    shop.workspace.clock.now = moment("09:00") + PATIENCE / 2
    assert shop.turn() == []


def test_a_delivery_whose_inquiry_was_lost_is_judged_later_and_once(asking: OpenAsking) -> None:
    shop = asking()
    wants(shop)
    shop.turn()
    shop.restart()
    work(shop, moment("09:00") + PATIENCE)
    assert claims(shop) == [("allow", "")]
    assert shop.workspace.provider.doubled == []
    assert [step for _, step, _ in shop.workspace.sent()] == ["letter"]


def test_an_answer_that_comes_after_the_delivery_was_judged_changes_nothing(asking: OpenAsking) -> None:
    shop = asking()
    wants(shop)
    first = shop.turn()
    late = shop.follow(first)
    work(shop, moment("09:00") + PATIENCE)
    shop.turn(late)
    assert claims(shop) == [("allow", "")]
    assert len(shop.workspace.provider.asked) == 1


def test_of_two_answers_to_one_delivery_the_first_is_enough(asking: OpenAsking) -> None:
    shop = asking()
    wants(shop)
    answers = shop.follow(shop.turn())
    (handover,) = shop.turn([*answers, *answers])
    assert isinstance(handover, Handover)
    assert claims(shop) == [("allow", "")]


def test_what_was_told_before_the_process_died_is_not_lost(asking: OpenAsking) -> None:
    shop = asking()
    shop.shop.known["ann"] = [order_of("ann")]
    wants(shop)
    shop.follow(shop.turn())
    shop.restart()
    shop.shop.known.clear()
    work(shop, moment("09:00") + PATIENCE)
    assert shop.workspace.fates() == [("letter", "suppressed", "already_bought.no_items_left")]


# The shop's own endpoint.

ANSWERS: dict[str, tuple[object, tuple[str, str, str]]] = {
    "allow": ({"verdict": "allow"}, ("letter", "sent", "")),
    "suppress": ({"verdict": "suppress"}, ("letter", "suppressed", "http.suppressed")),
    "delay": (
        {"verdict": "delay", "until": "2026-03-02T11:00:00+00:00"},
        ("letter", "delayed", "http.delayed"),
    ),
    "drop of all": (
        {"verdict": "drop_items", "product_ids": ["grinder", "kettle"]},
        ("letter", "suppressed", "http.no_items_left"),
    ),
    "drop of others": ({"verdict": "drop_items", "product_ids": ["beans"]}, ("letter", "sent", "")),
    "no verdict": ({"reason": "none"}, ("letter", "delayed", "http.malformed")),
    "unknown verdict": ({"verdict": "maybe"}, ("letter", "delayed", "http.malformed")),
    "delay into the past": (
        {"verdict": "delay", "until": "2026-03-02T08:00:00+00:00"},
        ("letter", "delayed", "http.malformed"),
    ),
    "no object": (["allow"], ("letter", "delayed", "http.unknown")),
}


@pytest.mark.parametrize("answer", ANSWERS)
def test_the_message_does_as_the_endpoint_says(asking: OpenAsking, answer: str) -> None:
    said, becomes = ANSWERS[answer]
    shop = asking(ENDPOINT)
    shop.shop.objections["grinder"] = said
    wants(shop, products=TWO_GOODS)
    work(shop)
    assert shop.workspace.fates() == [becomes]


def test_goods_the_endpoint_objects_to_are_left_out(asking: OpenAsking) -> None:
    shop = asking(ENDPOINT)
    shop.shop.objections["grinder"] = {"verdict": "drop_items", "product_ids": ["grinder"]}
    wants(shop, products=TWO_GOODS)
    work(shop)
    (letter,) = shop.workspace.email.assignments
    assert [item.product_id for item in letter.delivery.items] == ["kettle"]


@pytest.mark.parametrize("health", ["slow", "refused", "broken"])
def test_without_an_answer_of_the_endpoint_the_message_waits(asking: OpenAsking, health: Any) -> None:
    shop = asking(ENDPOINT)
    shop.shop.health = health
    wants(shop)
    work(shop)
    assert shop.workspace.fates() == [("letter", "delayed", "http.unknown")]


def test_after_a_delay_the_endpoint_is_asked_again_and_its_last_word_counts(asking: OpenAsking) -> None:
    shop = asking(ENDPOINT)
    shop.shop.objections["grinder"] = {"verdict": "delay", "until": "2026-03-02T11:00:00+00:00"}
    wants(shop)
    work(shop)
    shop.shop.objections.clear()
    work(shop, "10:59")
    assert len(shop.shop.words_asked_for) == 1
    work(shop, "11:00")
    assert len(shop.shop.words_asked_for) == 2
    assert shop.workspace.fates() == [("letter", "sent", "")]


def test_each_message_is_a_question_of_its_own_however_short_ago_the_last_was(asking: OpenAsking) -> None:
    shop = asking(ENDPOINT)
    wants(shop)
    work(shop)
    work(shop, "09:01")
    assert len(set(shop.shop.words_asked_for)) == 2


def test_the_endpoint_and_the_sources_are_asked_at_the_same_time(asking: OpenAsking) -> None:
    shop = asking(ENDPOINT + "  already_bought: {within: 30d}\n")
    wants(shop)

    async def life(worker: Worker, gate: asyncio.Event) -> None:
        await until(lambda: len(shop.shop.asked) == 2)

    living(shop, life)
    assert {request.url == FACTS_URL for request in shop.shop.asked} == {True, False}


def test_the_word_of_the_endpoint_is_not_taken_for_another_message(asking: OpenAsking) -> None:
    shop = asking(ENDPOINT)
    shop.shop.objections["grinder"] = {"verdict": "suppress"}
    wants(shop)
    work(shop)
    shop.shop.objections.clear()
    shop.shop.health = "refused"
    work(shop, "09:01")
    assert shop.workspace.fates() == [
        ("letter", "suppressed", "http.suppressed"),
        ("second", "delayed", "http.unknown"),
    ]


def test_the_endpoint_is_told_of_the_goods_and_not_of_the_person(asking: OpenAsking) -> None:
    shop = asking(ENDPOINT)
    wants(shop)
    work(shop)
    assert sorted(json.loads(shop.shop.asked[0].body)) == ["at", "channel", "delivery", "items", "journey", "step"]


# The process is told to stop while an inquiry is under way.


def test_a_worker_that_stops_while_it_asks_leaves_the_delivery_to_the_next(asking: OpenAsking) -> None:
    shop = asking()
    shop.workspace.email.finds = False
    wants(shop)

    async def life(worker: Worker, gate: asyncio.Event) -> None:
        await until(lambda: bool(shop.shop.asked))

    living(shop, life)
    assert [state for _, state, _ in shop.workspace.fates()] == ["planned"]
    shop.restart()
    work(shop, moment("09:00") + PATIENCE)
    assert shop.workspace.fates() == [("letter", "sent", "")]


# A plugin breaks its contract.


class BreaksWhenAsked:
    """A guard that cannot even say whether a delivery is its business."""

    name = "breaks"
    always = False
    needs: frozenset[FactKind] = frozenset()

    def applies_to(self, delivery: Delivery) -> bool:
        """Raise, with something personal in the message."""
        raise LookupError("ann@example.com")


class Speechless:
    """A source that cannot say what it would ask."""

    def questions(self, facts: Facts, items: Sequence[Item]) -> tuple[Question, ...]:
        """Raise, with something personal in the message."""
        raise LookupError(facts.profile.email)


def with_rule(program: Program, guard: Any) -> Program:
    """Give the program with one more guard."""
    return replace(program, book=rulebook((*program.book.rules, Rule(guard, guard.name, guard.needs))))


def test_a_guard_that_fails_before_anything_is_asked_is_one_that_failed(asking: OpenAsking) -> None:
    shop = asking()
    shop.workspace.engine.program = with_rule(shop.workspace.program, BreaksWhenAsked())
    wants(shop)
    work(shop)
    assert shop.workspace.fates() == [("letter", "delayed", "breaks.failed")]


def test_a_source_that_fails_to_say_what_it_asks_has_not_answered(asking: OpenAsking) -> None:
    shop = asking()
    shop.workspace.engine.inquiries = replace(shop.asked.inquiries, questioners={"erp": Speechless()})
    wants(shop)
    work(shop)
    assert shop.workspace.fates() == [("letter", "delayed", "already_bought.unknown")]
