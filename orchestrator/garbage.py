"""When is memory not searched for garbage?

The interpreter looks for objects that only hold each other every time so many were made. Work that makes very many
objects and leaves none of that kind behind pays for it, and gets nothing: a tenth of a turn, a fifth of an import.
"""

import gc
from collections.abc import Iterator
from contextlib import contextmanager

# A worker is searched when this many objects were made and not given up since the last time. The customers it keeps in
# memory are made of as many, some 75 each, and filling its memory is no reason to search; the interpreter's own 700 is
# ten customers'.
MOST_NEW = 200_000


@contextmanager
def rare_searches() -> Iterator[None]:
    """Search seldom while the block runs: for a process that keeps many customers in memory and makes new ones."""
    before = gc.get_threshold()
    gc.set_threshold(MOST_NEW, *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)


@contextmanager
def no_search_for_garbage() -> Iterator[None]:
    """Let the block run without a search. What it left behind is searched right after, so keep the block short."""
    was_searching = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_searching:
            gc.enable()
