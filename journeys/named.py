"""What is wrong with the file's own segments and conditions?

What is wrong wherever they are used is said once, where they are written; what is missing at one place only is said
there. They may use one another, but not in a circle.
"""

import ast
import re
from collections.abc import Iterator
from keyword import iskeyword
from typing import TypeAlias

from journeys._syntax import parse
from journeys.conditions import compile_condition
from journeys.errors import ConditionErrors, Fault
from journeys.schema import NamedKind, Schema

_KINDS: tuple[NamedKind, ...] = ("segment", "condition")
_USE = re.compile(r"\b(segment|condition)\s*\.\s*(\w+)")

Uses: TypeAlias = dict[str, list[str]]


def check_named(schema: Schema) -> list[Fault]:
    """Find what is wrong with segments and conditions themselves."""
    faults = [fault for kind in _KINDS for name in schema.named(kind) for fault in _check(kind, name, schema)]
    return [*faults, *_circles(schema)]


def unused_named(schema: Schema, rest: str) -> list[Fault]:
    """Find segments and conditions that neither `rest`, the other text of the file, nor one another use."""
    texts = [rest, *schema.segments.values(), *schema.conditions.values()]
    used = {f"{kind}.{name}" for text in texts for kind, name in _USE.findall(text)}
    return [
        Fault(
            (f"{kind}s", name),
            "segment.unused",
            f'{kind} "{name}" is used nowhere; write {_use(kind, name)} where it is meant, or take it out',
            "warning",
        )
        for kind in _KINDS
        for name in schema.named(kind)
        if f"{kind}.{name}" not in used
    ]


def named_texts(text: str, schema: Schema) -> str:
    """Give what the segments and conditions say that a text uses, and those that these use; empty when it uses none."""
    found: dict[tuple[str, str], str] = {}
    waiting = [text]
    while waiting:
        for kind, name in _USE.findall(waiting.pop()):
            said = (schema.segments if kind == "segment" else schema.conditions).get(name)
            if said is not None and (kind, name) not in found:
                found[kind, name] = said
                waiting.append(said)
    return "".join(f"\n{kind}.{name}: {said}" for (kind, name), said in sorted(found.items()))


def _use(kind: NamedKind, name: str) -> str:
    return f"profile in segment.{name}" if kind == "segment" else f"condition.{name}"


def _check(kind: NamedKind, name: str, schema: Schema) -> Iterator[Fault]:
    text, path = schema.named(kind)[name], (f"{kind}s", name)
    if iskeyword(name) or not name.isidentifier():
        problem = "it cannot stand after a dot; begin it with a letter, and avoid words such as in, is, or"
        yield Fault(path, f"{kind}.name", f'{kind} "{name}": {problem}')
    try:
        compile_condition(text, schema.seen_from(kind, alone=True))
    except ConditionErrors as problems:
        for error in problems.errors:
            message = f'{kind} "{name}": in "{text}": {error}'
            yield Fault(path, f"{kind}.invalid", message, column=error.column)


def _circles(schema: Schema) -> Iterator[Fault]:
    """Find those that stand for themselves, each circle once."""
    uses: Uses = {f"{kind}.{name}": _used_by(text) for kind in _KINDS for name, text in schema.named(kind).items()}
    told: set[frozenset[str]] = set()
    for start in uses:
        circle = _way_back(start, uses)
        if circle and frozenset(circle) not in told:
            told.add(frozenset(circle))
            kind, _, name = start.partition(".")
            shown = " -> ".join([*circle, start])
            message = f'{kind} "{name}" goes round in a circle: {shown}; let one of them do without the next'
            yield Fault((f"{kind}s", name), "segment.circle", message)


def _used_by(text: str) -> list[str]:
    """Name what a text uses."""
    try:
        tree = parse(text).tree
    except ConditionErrors:
        return []
    found = (node for node in ast.walk(tree) if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name))
    return [f"{node.value.id}.{node.attr}" for node in found if isinstance(node.value, ast.Name)]


def _way_back(start: str, uses: Uses) -> list[str]:
    """Give the shortest way from a name back to itself; empty when there is none."""
    ways, seen = [[start]], set[str]()
    while ways:
        way = ways.pop(0)
        for each in uses.get(way[-1], ()):
            if each == start:
                return way
            if each not in seen:
                seen.add(each)
                ways.append([*way, each])
    return []
