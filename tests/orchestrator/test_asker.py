"""How are many customers' questions asked with few calls, and what if a source fails?"""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from orchestrator.asker import Asker
from orchestrator.sources.asked import Answer, NoAnswer, Question, Told

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
ANN = Question("orders", "ann@customers.example")
BEN = Question("orders", "ben@customers.example")


def told(question: Question) -> Told:
    return Told(({"type": "track", "about": question.about},))


class Answering:
    """Answers everything, and remembers what it was asked in which call."""

    def __init__(self) -> None:
        self.calls: list[list[Question]] = []

    async def ask(self, questions: Sequence[Question], now: datetime) -> Mapping[Question, Answer]:
        self.calls.append(list(questions))
        return {question: told(question) for question in questions}


class Sleeping(Answering):
    """Answers the first call, and no other."""

    async def ask(self, questions: Sequence[Question], now: datetime) -> Mapping[Question, Answer]:
        answers = await super().ask(questions, now)
        if len(self.calls) > 1:
            await asyncio.Event().wait()
        return answers


class Broken(Answering):
    """Has a fault."""

    async def ask(self, questions: Sequence[Question], now: datetime) -> Mapping[Question, Answer]:
        raise KeyError("orders")


class Forgetful(Answering):
    """Leaves a question out."""

    async def ask(self, questions: Sequence[Question], now: datetime) -> Mapping[Question, Answer]:
        return {question: told(question) for question in questions if question != BEN}


def ask(sources, wanted, seconds=None):
    return asyncio.run(Asker(sources, seconds).ask(wanted, NOW))


def test_each_customer_gets_the_answers_to_their_questions():
    answers = ask({"shop": Answering()}, {1: [("shop", ANN)], 2: [("shop", BEN)]})
    assert answers == {1: {"shop": (told(ANN),)}, 2: {"shop": (told(BEN),)}}


def test_the_questions_of_many_customers_go_into_one_call():
    shop = Answering()
    ask({"shop": shop}, {1: [("shop", ANN)], 2: [("shop", BEN)]})
    assert shop.calls == [[ANN, BEN]]


def test_equal_questions_are_asked_once():
    shop = Answering()
    ask({"shop": shop}, {1: [("shop", ANN)], 2: [("shop", ANN)]})
    assert shop.calls == [[ANN]]


def test_an_equal_question_has_its_answer_for_both():
    answers = ask({"shop": Answering()}, {1: [("shop", ANN)], 2: [("shop", ANN)]})
    assert answers[1] == answers[2] == {"shop": (told(ANN),)}


def test_a_call_has_at_most_fifty_questions():
    shop = Answering()
    ask({"shop": shop}, {n: [("shop", Question("orders", str(n)))] for n in range(120)})
    assert [len(call) for call in shop.calls] == [50, 50, 20]


def test_the_sources_are_asked_at_the_same_time():
    class Waiting(Answering):
        async def ask(self, questions: Sequence[Question], now: datetime) -> Mapping[Question, Answer]:
            met.append(1)
            while len(met) < 2:
                await asyncio.sleep(0)
            return await super().ask(questions, now)

    met: list[int] = []
    answers = ask({"shop": Waiting(), "carrier": Waiting()}, {1: [("shop", ANN), ("carrier", ANN)]})
    assert answers == {1: {"shop": (told(ANN),), "carrier": (told(ANN),)}}


def test_a_source_that_takes_too_long_gives_no_answer():
    slow = Sleeping()
    slow.calls.append([])
    assert ask({"shop": slow}, {1: [("shop", ANN)]}, {"shop": 0.02}) == {1: {"shop": (NoAnswer("shop.timeout"),)}}


def test_what_was_told_before_the_time_was_over_stays_told():
    wanted = {n: [("shop", Question("orders", str(n)))] for n in range(51)}
    answers = ask({"shop": Sleeping()}, wanted, {"shop": 0.02})
    assert (answers[0]["shop"][0], answers[50]["shop"][0]) == (
        told(Question("orders", "0")),
        NoAnswer("shop.timeout"),
    )


def test_a_slow_source_takes_nothing_from_the_others():
    slow = Sleeping()
    slow.calls.append([])
    answers = ask({"slow": slow, "shop": Answering()}, {1: [("slow", ANN), ("shop", ANN)]}, {"slow": 0.02})
    assert answers[1]["shop"] == (told(ANN),)


def test_a_source_that_raises_gives_no_answer():
    assert ask({"shop": Broken()}, {1: [("shop", ANN)]}) == {1: {"shop": (NoAnswer("shop.raised.KeyError"),)}}


def test_a_question_that_was_forgotten_has_no_answer():
    assert ask({"shop": Forgetful()}, {1: [("shop", ANN), ("shop", BEN)]}) == {
        1: {"shop": (told(ANN), NoAnswer("shop.no_answer"))}
    }


def test_a_source_that_is_not_there_gives_no_answer():
    assert ask({}, {1: [("shop", ANN)]}) == {1: {"shop": (NoAnswer("shop.not_configured"),)}}


def test_a_customer_who_wants_nothing_gets_nothing():
    assert ask({"shop": Answering()}, {1: []}) == {1: {}}
