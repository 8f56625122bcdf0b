"""How are many calls made to one source without making all of them at once?"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from typing import TypeVar

AT_ONCE = 4

_Given = TypeVar("_Given")
_Made = TypeVar("_Made")


async def for_each(given: Iterable[_Given], make: Callable[[_Given], Awaitable[_Made]]) -> list[_Made]:
    """Make each of these, a few at a time; the results stand in the order of what was given."""
    turns = asyncio.Semaphore(AT_ONCE)

    async def make_in_turn(each: _Given) -> _Made:
        async with turns:
            return await make(each)

    return await asyncio.gather(*(make_in_turn(each) for each in given))
