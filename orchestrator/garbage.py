"""When is memory not searched for garbage?

The interpreter looks for objects that only hold each other every time so many were made. Work that makes very many
objects and leaves none of that kind behind pays for it, and gets nothing: a tenth of a turn, a fifth of an import.
"""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


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
