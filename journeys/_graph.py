"""Which steps can be reached, and which ways lead round in a circle?"""

from collections import deque
from collections.abc import Collection, Mapping
from typing import TypeAlias

Graph: TypeAlias = Mapping[str, Collection[str]]


def reachable(graph: Graph, start: str) -> set[str]:
    """List every step that can be reached from a step, itself included."""
    seen, waiting = {start}, deque([start])
    while waiting:
        for target in graph[waiting.popleft()]:
            if target in graph and target not in seen:
                seen.add(target)
                waiting.append(target)
    return seen


def loops(graph: Graph) -> list[tuple[str, ...]]:
    """List loops such that each step that is on a loop is on one of these; each is the shortest through its first."""
    found: list[tuple[str, ...]] = []
    covered: set[str] = set()
    circular = _without_dead_ends(graph)
    for step in circular:
        loop = () if step in covered else _way_back(circular, step)
        if loop:
            found.append(loop)
            covered.update(loop)
    return found


def _without_dead_ends(graph: Graph) -> dict[str, list[str]]:
    """Take away what leads nowhere, again and again; a graph without loops loses every step."""
    before: dict[str, list[str]] = {step: [] for step in graph}
    left = {step: 0 for step in graph}
    for step, targets in graph.items():
        for target in targets:
            if target in before:
                before[target].append(step)
                left[step] += 1
    ends = [step for step, count in left.items() if count == 0]
    for end in ends:  # grows while it is walked
        for step in before[end]:
            left[step] -= 1
            if left[step] == 0:
                ends.append(step)
    gone = set(ends)
    circular = [step for step in graph if step not in gone]
    return {step: [target for target in graph[step] if target in left and target not in gone] for step in circular}


def _way_back(graph: Graph, start: str) -> tuple[str, ...]:
    """Give the shortest loop through a step; empty when there is none."""
    came_from: dict[str, str] = {}
    waiting = deque([start])
    while waiting:
        step = waiting.popleft()
        for target in graph[step]:
            if target == start:
                return _steps_back(came_from, start, step)
            if target not in came_from:
                came_from[target] = step
                waiting.append(target)
    return ()


def _steps_back(came_from: Mapping[str, str], start: str, last: str) -> tuple[str, ...]:
    steps = [last]
    while steps[-1] != start:
        steps.append(came_from[steps[-1]])
    return tuple(reversed(steps))
