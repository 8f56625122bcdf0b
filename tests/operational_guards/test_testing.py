"""Does the contract kit find every way to break the contract?"""

from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest

from operational_guards.testing import BrokenContract, check_guard
from operational_guards.verdict import Allow, Delay, DropItems, Evidence, Suppress
from tests.operational_guards.people import DAY, NOW, about, known
from tests.operational_guards.stub_guards import Says

SEEN = (Evidence("weather", "riga", "rain"),)
REASONS = {"weather.rain": "It rains."}


def check(verdict, *, reasons=REASONS, applies=True):
    guard = Says("weather", verdict, applies=applies, reasons=reasons)
    return check_guard(guard, about("beans", "grinder"), known(), NOW)


def test_a_guard_that_keeps_the_contract_gives_its_verdict():
    assert check(Suppress("weather.rain", SEEN)) == Suppress("weather.rain", SEEN)


def test_a_guard_that_does_not_apply_gives_none():
    assert check(Suppress("undeclared"), applies=False) is None


@pytest.mark.parametrize(
    ("verdict", "complaint"),
    [
        (None, "expected a verdict, got None"),
        (Suppress("weather.snow", SEEN), "expected a reason that it declares, got 'weather.snow'"),
        (Suppress("weather.rain"), r"expected evidence, .* got \(\)"),
        (Delay(NOW, "weather.rain", SEEN), "expected a delay until after"),
        (Delay(datetime(2026, 3, 9), "weather.rain", SEEN), "expected a delay until a moment in aware UTC"),
        (Delay(NOW + DAY, "weather.rain", SEEN), "expected a delay until after 2026-03-03"),
        (DropItems(frozenset(), "weather.rain", SEEN), "expected at least one of the goods to drop"),
        (DropItems(frozenset({2}), "weather.rain", SEEN), r"expected places among \[0, 1\], got \[2\]"),
        (DropItems(frozenset({0}), "weather.rain", SEEN), "expected the goods it leaves to be let go"),
    ],
)
def test_a_broken_verdict_is_named(verdict, complaint):
    with pytest.raises(BrokenContract, match=f'guard "weather": {complaint}'):
        check(verdict)


def test_a_reason_under_another_name_is_named():
    with pytest.raises(BrokenContract, match="reasons that begin with the guard's name"):
        check(Allow(), reasons={"climate.rain": "It rains."})


def test_a_reason_without_a_sentence_is_named():
    with pytest.raises(BrokenContract, match="one sentence for each reason"):
        check(Allow(), reasons={"weather.rain": "rain"})


def test_applies_to_must_say_true_or_false():
    with pytest.raises(BrokenContract, match="applies_to to say true or false, got 'yes'"):
        check(Allow(), applies="yes")


@dataclass(frozen=True)
class Snoozes(Says):
    """A guard that asks for one more hour, whenever it is asked."""

    def judge(self, delivery, facts, now):
        return Delay(now + timedelta(hours=1), "weather.rain", SEEN)


def test_a_guard_that_delays_for_ever_is_named():
    guard = Snoozes("weather", Allow(), reasons=REASONS)
    with pytest.raises(BrokenContract, match="expected another answer after 100 delays in a row"):
        check_guard(guard, about(), known(), NOW)


@dataclass(frozen=True)
class Meddles(Says):
    """A guard that changes what it is shown."""

    def judge(self, delivery, facts, now):
        facts.orders_of_product.clear()
        return Allow()


def test_a_guard_that_changes_the_facts_is_named():
    facts = known()
    facts.orders_of_product["beans"] = []
    with pytest.raises(BrokenContract, match="the delivery and the facts left as they were"):
        check_guard(Meddles("weather", Allow(), reasons=REASONS), about("beans"), facts, NOW)


def test_a_guard_that_remembers_is_named():
    answers = [Allow(), Suppress("weather.rain", SEEN)]

    @dataclass(frozen=True)
    class Remembers(Says):
        def judge(self, delivery, facts, now):
            return answers.pop(0)

    with pytest.raises(BrokenContract, match="expected the same answer to the same question"):
        check_guard(Remembers("weather", Allow(), reasons=REASONS), about(), known(), NOW)
