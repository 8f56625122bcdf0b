"""Are many calls made a few at a time?"""

import asyncio

from orchestrator.sources.few import for_each


def test_the_results_stand_in_the_order_of_what_was_given():
    async def double(number: int) -> int:
        await asyncio.sleep(0.001 * (3 - number))
        return 2 * number

    assert asyncio.run(for_each([1, 2, 3], double)) == [2, 4, 6]


def test_no_more_than_four_are_under_way_at_once():
    under_way: set[int] = set()

    async def count(number: int) -> int:
        under_way.add(number)
        await asyncio.sleep(0)
        many = len(under_way)
        under_way.discard(number)
        return many

    assert max(asyncio.run(for_each(range(20), count))) == 4
