"""How is an imported journey written as YAML?

By hand rather than by a library: comments stand where something could not be said, and short values stand on one line
as a person would write them. Text that YAML could take for something else is quoted.
"""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from journeys.scope import Kind
from orchestrator.importers.draft import Draft, Fields, Stub, Unsaid
from orchestrator.importers.naming import Namer
from orchestrator.importers.ordering import steps_of

_WIDTH = 110
_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9_./$ -]*[A-Za-z0-9_.$]|[A-Za-z]|\d+(?:\.\d+)?[wdhms%](?:\d+[wdhms])*")
_WORDS = frozenset({"true", "false", "yes", "no", "on", "off", "null", "y", "n"})
_BLOCKS = frozenset({"steps", "exit", "branch"})


@dataclass(slots=True)
class Imported:
    """What an export became: the YAML, the same as values, and what could not be said."""

    yaml: str
    journeys: dict[str, Fields] = field(default_factory=dict)
    events: dict[str, dict[str, Kind]] = field(default_factory=dict)
    attributes: dict[str, Kind] = field(default_factory=dict)
    unsaid: list[Unsaid] = field(default_factory=list)
    stubs: list[Stub] = field(default_factory=list)


def written_page(vendor: str, drafts: Sequence[Draft]) -> Imported:
    """Write the journeys of one export."""
    imported = Imported("")
    names = Namer()
    body: list[str] = []
    for draft in drafts:
        steps = steps_of(draft)
        name = names.name(draft.title, "journey")
        comments = [f'from {vendor}: "{draft.title}"', *draft.comments]
        imported.journeys[name] = {**draft.fields, "steps": [step for _, step in steps]}
        body += [*_comments(comments, "  "), f"  {name}:"]
        body += [line for key, value in draft.fields.items() for line in _lines(key, value, "    ")]
        body.append("    steps:")
        for remarks, step in steps:
            body += [*_comments(remarks, "      "), *_entry(step, "      ")]
        _merge(imported, draft)
    imported.yaml = "\n".join([*_head(imported), "journeys:" if body else "journeys: {}", *body]) + "\n"
    return imported


def _merge(imported: Imported, draft: Draft) -> None:
    for event, kinds in draft.events.items():
        known = imported.events.setdefault(event, {})
        known.update({name: kind if known.get(name, kind) == kind else "any" for name, kind in kinds.items()})
    for name, kind in draft.attributes.items():
        imported.attributes[name] = kind if imported.attributes.get(name, kind) == kind else "any"
    imported.unsaid += draft.unsaid
    imported.stubs += draft.stubs.values()


def _head(imported: Imported) -> Iterator[str]:
    """Say which events and attributes the journeys need beside those everybody knows."""
    for name, declared in (("events", imported.events), ("attributes", imported.attributes)):
        if declared:
            yield f"{name}:"
            for key in sorted(declared):
                yield from _lines(key, declared[key], "  ")
            yield ""


def _comments(comments: Sequence[str], indent: str) -> Iterator[str]:
    for comment in comments:
        plain = "".join(letter if letter.isprintable() else " " for letter in comment)
        yield f"{indent}# {plain[:400]}"


def _lines(key: str, value: object, indent: str) -> Iterator[str]:
    """Write one key: on one line where that is short, else as a block."""
    line = f"{indent}{scalar(key)}: {inline(value)}"
    nested = isinstance(value, dict | list) and bool(value)
    if not nested or (len(line) <= _WIDTH and key not in _BLOCKS and not _is_deep(value)):
        yield line
        return
    yield f"{indent}{scalar(key)}:"
    if isinstance(value, dict):
        for inner, inside in value.items():
            yield from _lines(inner, inside, f"{indent}  ")
    elif isinstance(value, list):
        for inside in value:
            yield from _entry(inside, f"{indent}  ")


def _entry(value: object, indent: str) -> Iterator[str]:
    """Write one entry of a list."""
    line = f"{indent}- {inline(value)}"
    if not isinstance(value, dict) or not value or (len(line) <= _WIDTH and not _is_deep(value)):
        yield line
        return
    lines = [line for key, inside in value.items() for line in _lines(key, inside, f"{indent}  ")]
    yield f"{indent}- {lines[0].strip()}"
    yield from lines[1:]


def _is_deep(value: Any) -> bool:
    """Say whether a value holds a list of mappings, which reads better below one another."""
    if isinstance(value, list):
        return any(isinstance(inside, dict) for inside in value)
    return isinstance(value, dict) and any(_is_deep(inside) for inside in value.values())


def inline(value: object) -> str:
    """Write a value on one line."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{scalar(key)}: {inline(inside)}" for key, inside in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(inline(inside) for inside in value) + "]"
    return scalar(value)


def scalar(value: object) -> str:
    """Write one word or number, in quotes where YAML could take it for something else."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return repr(value)
    text = str(value)
    if _PLAIN.fullmatch(text) and text.casefold() not in _WORDS:
        return text
    if '"' in text and text.isprintable():
        doubled = text.replace("'", "''")
        return f"'{doubled}'"
    quoted = json.dumps(text, ensure_ascii=False)
    return "".join(letter if letter.isprintable() else _escape(letter) for letter in quoted)


def _escape(letter: str) -> str:
    code = ord(letter)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
