"""Are sources told apart by how late their facts were, and every fact counted once?"""

from datetime import timedelta

from orchestrator.reports.regrets import LateFact, SourceDelays, delays_by_source


def late(delivery: int, hours: float, *, event: int = 0, source: str = "carrier") -> LateFact:
    return LateFact(delivery, event or delivery, source, timedelta(hours=hours))


def test_a_source_is_summed_up_by_the_delays_of_its_facts() -> None:
    found = delays_by_source(late(number, number) for number in range(1, 11))
    hours = [timedelta(hours=hours) for hours in (5, 9, 10)]
    assert found == [SourceDelays("carrier", 10, 10, *hours)]


def test_a_fact_that_spoiled_two_messages_is_one_fact() -> None:
    (found,) = delays_by_source([late(1, 2, event=9), late(2, 2, event=9), late(3, 8, event=10)])
    assert (found.messages, found.facts, found.median) == (3, 2, timedelta(hours=2))


def test_a_message_that_two_guards_regret_is_one_message() -> None:
    (found,) = delays_by_source([late(1, 2), late(1, 2)])
    assert (found.messages, found.facts) == (1, 1)


def test_the_source_with_the_most_messages_comes_first() -> None:
    found = delays_by_source([late(1, 1, source="carrier"), late(2, 1, source="shop"), late(3, 1, source="shop")])
    assert [each.source for each in found] == ["shop", "carrier"]


def test_without_regrets_there_is_no_source_to_blame() -> None:
    assert delays_by_source([]) == []
