"""Which steps does a journey hold, at every level?

The arms of a split hold steps of their own, so that a step is found by a path such as `("steps", 2, "a", 0)`. Content
is plain Python and may be wrong in any way.
"""

from collections.abc import Iterator
from typing import Any

from journeys._positions import Path
from journeys.step_specs import SplitStep

SPLIT_KEYS = frozenset(SplitStep.model_fields)


def steps_in(content: object, path: Path = ("steps",)) -> Iterator[tuple[Path, Any]]:
    """Give every step of the list under the path's last key, each before those in its arms, with its path."""
    entries = dig(content, path[-1:])
    for place, step in enumerate(entries if isinstance(entries, list) else ()):
        here = (*path, place)
        yield here, step
        for arm in arms_of(step):
            yield from steps_in(step, (*here, arm))


def arms_of(step: object) -> list[str]:
    """Name the keys of a split step that hold steps of their own."""
    if not isinstance(step, dict) or "split" not in step:
        return []
    return [key for key, value in step.items() if key not in SPLIT_KEYS and isinstance(value, list)]


def step_path(path: Path, content: object) -> Path:
    """Give the path of the innermost step that a path in a journey leads through; empty when there is none."""
    if len(path) < 2 or path[0] != "steps" or not isinstance(path[1], int):
        return ()
    length = 2
    while len(path) > length + 1 and isinstance(path[length + 1], int):
        if path[length] not in arms_of(dig(content, path[:length])):
            break
        length += 2
    return path[:length]


def dig(content: object, path: Path) -> Any:
    """Give the value at a path; None when there is none."""
    for part in path:
        if isinstance(content, dict):
            content = content.get(part)
        elif isinstance(content, list) and isinstance(part, int) and part < len(content):
            content = content[part]
        else:
            return None
    return content
